import sys
from pathlib import Path

import pytest

# What a server and a connection are is known there.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import world  # noqa: E402
from places import Village  # noqa: E402
from rig import Rig  # noqa: E402
from town import Town  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "faults: the attack may be answered with 500 and up")


@pytest.fixture(scope="session", params=["embedded", "mongodb"])
def store(request):
    assert request.param != "mongodb" or world.MONGODB, "HUBBUB_TEST_MONGODB is not set"
    return request.param


@pytest.fixture(scope="session")
def rig(store):
    """One server for all attacks on a store."""
    rig = Rig(store)
    yield rig
    rig.close()


@pytest.fixture(scope="session")
def town(rig):
    """For attacks that change nothing about who belongs where."""
    return Town(rig)


@pytest.fixture(scope="session")
def village(rig):
    """Where routes and events are tried one by one."""
    return Village(rig)


@pytest.fixture
def new_town(rig):
    """For those that do."""
    return Town(rig)


@pytest.fixture(autouse=True)
def watched(request):
    if "rig" not in request.fixturenames:
        yield
        return
    watch = request.getfixturevalue("rig").watch
    watch.begin()
    yield
    watch.check(may_fault=request.node.get_closest_marker("faults") is not None)
