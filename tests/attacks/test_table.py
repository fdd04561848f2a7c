"""The list of attacks is complete: every row has a test or waits for a feature by name."""

import os
from pathlib import Path

import rows
from wire import PERMISSIONS

PAGE = Path(__file__).with_name("README.md")


def surface():
    """Every route and event there is."""
    lines = PERMISSIONS.read_text().splitlines()
    return [" ".join(line.split()[:2]) for line in lines if line and not line.startswith("#")]


def test_every_row_has_a_test_or_waits_for_a_feature():
    found = rows.tests()
    bare = [row for row in rows.ROWS if not found[row] and row not in rows.NOT_THERE]
    assert not bare, f"rows without a test, of which nobody says what they wait for: {bare}"
    unknown = [row for row in found if found[row] and row not in rows.ROWS]
    assert not unknown, f"tests of rows that are none: {unknown}"


def test_a_feature_that_comes_brings_its_rows():
    came = {
        f"{feature}: {name}"
        for feature, words in rows.WORDS.items()
        for name in surface()
        for word in words
        # A profile is no file.
        if word in name.lower().replace("profile", "")
    }
    assert not came, f"these have come; give them their rows and take them from NOT_THERE and WORDS: {came}"


def test_the_page_shows_the_table():
    """`UPDATE=1` writes it."""
    if os.environ.get("UPDATE"):
        PAGE.write_text(rows.page())
    assert PAGE.read_text() == rows.page(), "run this test with UPDATE=1"
