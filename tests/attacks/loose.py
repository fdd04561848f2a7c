"""Many connections at once that do as little as they can, each from an address of its own."""

import asyncio
import secrets
import time

CHUNK = 65_536


class Loose:
    """How one connection ended: `after` is how long it lasted since the server first spoke, or since it
    was opened where the server never did; nothing if it outlasted the limit."""

    def __init__(self):
        self.after, self.heard = None, b""


async def linger(rig, first=b"", drip=b"", every=5.0, limit=70.0, then=b""):
    """Sends `first` at once, `then` when that was answered, and from then on `drip` every so often; reads
    until the server has enough."""
    host, port = rig.url.removeprefix("http://").split(":")
    loose = Loose()
    reader, writer = await asyncio.open_connection(host, int(port), local_addr=rig.source())
    began = time.monotonic()

    async def dripping():
        while then and not loose.heard:
            await asyncio.sleep(0.05)
        writer.write(then)
        while drip:
            await asyncio.sleep(every)
            writer.write(drip)
            await writer.drain()

    async def reading():
        nonlocal began
        while piece := await reader.read(CHUNK):
            began = began if loose.heard else time.monotonic()
            loose.heard = (loose.heard + piece)[-CHUNK:]

    tasks = [asyncio.create_task(reading()), asyncio.create_task(dripping())]
    try:
        writer.write(first)
        # Who cannot be written to any more is at its end, too, but the reader says when.
        await asyncio.wait_for(asyncio.shield(tasks[0]), limit)
        loose.after = time.monotonic() - began
    except (ConnectionError, OSError):
        loose.after = time.monotonic() - began
    except (TimeoutError, asyncio.TimeoutError):
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
    return loose


def many(count, *what, **more):
    """So many of them, side by side; all their ends."""

    async def all_of_them():
        return await asyncio.gather(*(linger(*what, **more) for _ in range(count)))

    return asyncio.run(all_of_them())


def each(rig, firsts, **more):
    """One of them for each beginning."""

    async def all_of_them():
        return await asyncio.gather(*(linger(rig, first, **more) for first in firsts))

    return asyncio.run(all_of_them())


def upgrade(path="/socket.io/?EIO=4&transport=websocket", host="hubbub", headers=""):
    """The bytes of a request that becomes a WebSocket."""
    key = secrets.token_bytes(16).hex()[:22] + "=="
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{headers}\r\n"
    ).encode()


def latest(ends):
    """How long the last of them lasted; fails where one never ended."""
    stayed = sum(end.after is None for end in ends)
    assert not stayed, f"{stayed} of {len(ends)} connections were never closed"
    return max(end.after for end in ends)


def within(samples, share):
    """The value that this share of the samples does not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
