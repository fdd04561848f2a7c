"""Who keeps the server waiting is closed in time, and nobody else waits (rows S-55, S-57, S-59 and S-65).

The attacks run side by side, on both stores at once (`waits.py`); each test looks at what became of one.
The bounds are those of the rows, and as much more as this machine is late: a second, and what the
smallest request there is took at worst meanwhile.
"""

import pytest

import waits

# What is waited for takes a little over a minute; a machine with much else to do, four.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="session")
def both():
    return waits.on_every_store()


@pytest.fixture
def waited(both, store):
    return both[waits.Waits, store]


@pytest.fixture
def crowd(both, store):
    return both[waits.Crowd, store]


def test_s_59_readers_that_stand_still_are_closed(crowd):
    told = crowd.outcome("stalled")
    assert told["gone"] is not None and told["gone"] <= 35 + crowd.late(), (told, crowd.late())
    assert told["offline"] is not None and told["offline"] <= told["gone"] + 20 + crowd.late(), (told, crowd.late())
    # What was said is heard by whoever listens: the stalled ones were in nobody's way.
    assert told["said"] == told["heard"], told
    # The row asks for 200 ms of a quiet machine; a busy one is as slow without them.
    assert told["p99"] <= max(0.5, 2 * told["p99 before"] + crowd.lag), (told, crowd.lag)


def test_s_59_their_memory_is_given_back(crowd):
    grew = crowd.outcome("settle")
    assert grew <= 20 << 20, f"{grew >> 20} MiB are kept"


def test_s_65_nobody_else_notices(waited):
    """What the rig asks after every attack: the process, the canary, the memory, the log."""
    waited.outcome("settle")


def test_s_57_who_never_signs_in_is_closed(waited):
    assert waited.outcome("never_sign_in") <= 10 + waited.late()


def test_s_55_upgrades_that_are_never_finished_end(waited):
    told = waited.outcome("half_upgrades")
    assert told["after"] <= 15 + waited.late() and told["statuses"] == {400}, told


def test_s_65_who_says_nothing_is_closed(waited):
    assert waited.outcome("silence") <= 10 + waited.late()


def test_s_65_headers_that_drip(waited):
    assert waited.outcome("drip_headers") <= 10 + waited.late()


def test_s_65_bodies_that_drip(waited):
    assert waited.outcome("drip_bodies") <= 30 + waited.late()


def test_s_65_polls_that_drip(waited):
    assert waited.outcome("drip_polls") <= 30 + waited.late()


def test_s_65_connections_that_idle(waited):
    assert waited.outcome("idle") <= 60 + waited.late()


def test_s_65_sockets_that_answer_no_ping(waited):
    assert waited.outcome("idle_sockets") <= 45 + waited.late()


def test_s_65_frames_that_drip(waited):
    assert waited.outcome("half_frames") <= 45 + waited.late()


def test_s_65_answers_that_nobody_takes(waited):
    told = waited.outcome("slow_reading")
    assert told["after"] <= 35 + waited.late(), told
