"""What `scripts/bench` makes of the reports that it gets: the figures themselves are nobody's to judge here."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches/figures"))

import asking  # noqa: E402
import micro  # noqa: E402
import page  # noqa: E402
from rows import COMPARED, COST, OWN, SENDS  # noqa: E402

DIVAN = """Timer precision: 28 ns
hot                fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ append_durably                │               │               │               │         │
│  ├─ 1            2.647 ms      │ 22.23 ms      │ 6.536 ms      │ 7.855 ms      │ 100     │ 100
│  │               377.6 item/s  │ 44.98 item/s  │ 152.9 item/s  │ 127.2 item/s  │         │
│  ╰─ 256          67.85 ms      │ 333.6 ms      │ 150.4 ms      │ 167.5 ms      │ 100     │ 100
│                  3.772 Kitem/s │ 767.2 item/s  │ 1.701 Kitem/s │ 1.528 Kitem/s │         │
╰─ parse_an_event  8.054 µs      │ 124.7 µs      │ 8.339 µs      │ 9.744 µs      │ 100     │ 100
"""


def test_the_table_of_the_micro_benchmarks_is_read_whole():
    rows = list(micro.read(DIVAN))
    assert [(row["name"], row["of"]) for row in rows] == [
        ("append durably", "1"), ("append durably", "256"), ("parse an event", "")]
    assert [row["median"] for row in rows] == pytest.approx([6.536e-3, 150.4e-3, 8.339e-6])
    assert [row.get("items") for row in rows] == [152.9, 1701, None]


def row(key):
    return next(row for row in (*COMPARED, *OWN) if row.key == key)


def test_an_aim_is_met_by_medians_and_by_nothing_that_is_missing():
    room = row("room-1000")
    assert page.verdict(room, {"medians": {"hubbub": {COST.name: 4.0}, "floor": {COST.name: 4.1}}}) == "**met**"
    assert page.verdict(room, {"medians": {"hubbub": {COST.name: 4.2}, "floor": {COST.name: 4.1}}}) == "**not met**"
    for medians in ({"hubbub": {COST.name: 4.2}}, {"hubbub": {COST.name: None}, "floor": {COST.name: 4.1}}):
        assert page.verdict(room, {"medians": medians}).startswith("not known")


def test_a_peer_that_keeps_nothing_is_not_beaten():
    durable = row("durable")
    found = {"medians": {"hubbub-mongo": {SENDS.name: 9_000}, "node-mongo": {SENDS.name: 0}}}
    assert page.verdict(durable, found) == "**not met**"


def test_what_is_carried_is_the_last_step_before_the_first_that_is_not(monkeypatch):
    def bench(words):
        asked = float(words[-1]) * 200
        return {"errors": {}, "deliveriesPerSecond": asked, "deliveryMs": {"p50": 1, "p99": 60 if asked > 150_000 else 5}}
    monkeypatch.setattr(asking, "bench", bench)
    found = asking.climb([], [], (80_000, 120_000, 160_000, 200_000), 200)
    assert (found["carried"], found["deliveryMs"]["p99"]) == (120_000, 5)
    assert (found["beyond"]["asked"], found["beyond"]["deliveryMs"]["p99"]) == (160_000, 60)


def test_a_step_that_falls_short_of_what_was_asked_is_not_carried(monkeypatch):
    monkeypatch.setattr(asking, "bench", lambda _: {
        "errors": {}, "deliveriesPerSecond": 70_000, "deliveryMs": {"p50": 1, "p99": 5}})
    found = asking.climb([], [], (80_000, 120_000), 200)
    assert (found["carried"], found["beyond"]["asked"]) == (0, 80_000)


def test_a_figure_is_a_median_of_what_was_found_and_errors_are_added_up():
    cost = row("room-1000")
    runs = [{figure.name: figure.of({"errors": {"UNKNOWN": 2, "TIMEOUT": 1}, "cpu": {"serverSecondsPerMillionDeliveries": value}})
             for figure in cost.figures} for value in (3, 9, 4)]
    found = asking.medians(cost, runs)
    assert (found[COST.name], found["errors"], found["delivery p99"]) == (4, 3, None)
