import pytest

import world as worlds


@pytest.fixture(scope="module", params=["embedded", "mongodb"])
def store(request):
    if request.param == "mongodb" and not worlds.MONGODB:
        pytest.skip("HUBBUB_TEST_MONGODB is not set")
    return request.param


@pytest.fixture(scope="module")
def world(store, request):
    """A server for the tests of one file, which may name `SETTINGS` of its own."""
    world = worlds.World(store, **getattr(request.module, "SETTINGS", {}))
    yield world
    world.close()
