"""Just enough of MongoDB's wire protocol to send a server one command.

No mongo shell comes with a bare mongod and Python's standard library has no driver; `hello` and
`replSetInitiate` need no more than an OP_MSG with one document each way.
"""

import socket
import struct

OP_MSG = 2013


def command(port, document, timeout=5.0):
    """Sends a command to the server on this machine's `port` and returns its reply."""
    body = struct.pack("<iB", 0, 0) + encode({**document, "$db": "admin"})
    with socket.create_connection(("127.0.0.1", port), timeout) as stream:
        stream.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, OP_MSG) + body)
        length = struct.unpack("<i", exactly(stream, 4))[0]
        reply = exactly(stream, length - 4)
    return decode(reply[12 + 5:])


def exactly(stream, count):
    data = b""
    while len(data) < count:
        part = stream.recv(count - len(data))
        if not part:
            raise ConnectionError("the server closed the connection")
        data += part
    return data


def encode(document):
    body = b"".join(element(name, value) for name, value in document.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def element(name, value):
    key = name.encode() + b"\0"
    if isinstance(value, str):
        text = value.encode() + b"\0"
        return b"\x02" + key + struct.pack("<i", len(text)) + text
    if isinstance(value, dict):
        return b"\x03" + key + encode(value)
    if isinstance(value, list):
        return b"\x04" + key + encode({str(at): item for at, item in enumerate(value)})
    if isinstance(value, int):
        return b"\x10" + key + struct.pack("<i", value)
    raise TypeError(f"no BSON for {value!r}")


# Values of fixed size: BSON type -> struct format. Timestamps and dates are left as plain numbers.
FIXED = {0x01: "<d", 0x07: "<12s", 0x08: "<?", 0x09: "<q", 0x0A: "<", 0x10: "<i", 0x11: "<Q", 0x12: "<q"}


def decode(data):
    document, at = {}, 4
    while data[at]:
        kind = data[at]
        end = data.index(b"\0", at + 1)
        name, at = data[at + 1:end].decode(), end + 1
        document[name], at = value_at(kind, data, at)
    return document


def value_at(kind, data, at):
    """The value that starts at `at`, and where the next element starts."""
    if kind in FIXED:
        values = struct.unpack_from(FIXED[kind], data, at)
        return (values[0] if values else None), at + struct.calcsize(FIXED[kind])
    length = struct.unpack_from("<i", data, at)[0]
    if kind == 0x02:
        return data[at + 4:at + 4 + length - 1].decode(), at + 4 + length
    if kind in (0x03, 0x04):
        return decode(data[at:at + length]), at + length
    if kind == 0x05:
        return data[at + 5:at + 5 + length], at + 5 + length
    raise ValueError(f"BSON type {kind:#x} was not expected in a reply")
