"""What is asked of whom, which figures are kept of the answers, and what we aim at."""

from dataclasses import dataclass, field

# Who is measured, in the order in which they are named.
NAMES = {
    "hubbub": "hubbub, embedded store",
    "hubbub-mongo": "hubbub, MongoDB",
    "floor": "bare tokio-tungstenite, nothing kept",
    "node": "socket.io on Node, nothing kept",
    "node-mongo": "socket.io on Node, MongoDB",
}

# Left out of every run, and why.
NOT_RUN = {
    "socket.io on uWebSockets.js": "not run: uWebSockets.js is not in the npm registry and is installed from elsewhere",
}


@dataclass
class Figure:
    """One number of a report: where it stands in it, and how it is shown."""
    name: str
    path: str
    unit: str = ""
    scale: float = 1.0
    digits: int = 1

    def of(self, report):
        value = report
        for part in self.path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, dict):
            value = sum(value.values())
        return None if value is None else value * self.scale


REACHED = Figure("deliveries/s reached", "deliveriesPerSecond", digits=0)
P50 = Figure("delivery p50", "deliveryMs.p50", "ms", digits=1)
P99 = Figure("delivery p99", "deliveryMs.p99", "ms", digits=1)
ACK50 = Figure("ack p50", "ackMs.p50", "ms", digits=1)
ACK99 = Figure("ack p99", "ackMs.p99", "ms", digits=1)
# How late the clients sent: where this is long, they and not the server are measured.
LAG = Figure("clients late by, p99", "lagMs.p99", "ms", digits=1)
ERRORS = Figure("errors", "errors", digits=0)
COST = Figure("server CPU-s per million deliveries", "cpu.serverSecondsPerMillionDeliveries", digits=2)
IDLE = Figure("KiB per connection", "memory.perConnection.rss", scale=1 / 1024, digits=1)
CONNECT = Figure("connect and sign in", "connect.seconds", "s", digits=2)
PRESENCE = Figure("presence events", "presence.events", digits=0)
SENDS = Figure("durable sends/s", "sendsPerSecond", digits=0)
MEMORY = Figure("memory", "memory.after.rss", "MB", scale=1e-6, digits=0)


@dataclass
class Row:
    key: str
    title: str
    asked: str
    who: tuple
    words: tuple
    figures: tuple
    # The figure that is compared, by its name.
    compared: str
    aim: str = ""
    # Whether the medians, by contestant and figure, are what is aimed at.
    met: object = None
    quick: tuple = ()
    most_rounds: int = 99
    # Rates that are tried one after the other instead of one run, with the listeners of each message.
    ladder: tuple = field(default=())


def rate(deliveries, listeners):
    return str(deliveries / listeners)


def cost_at_most_the_floor(found):
    return found["hubbub"][COST.name] <= found["floor"][COST.name]


def room(key, members, secs="4"):
    return Row(
        key, f"Processor time, one room of {members:,}",
        f"one room of {members:,}, {80_000 // members} messages/s: 80,000 deliveries/s",
        ("hubbub", "floor", "node"),
        ("--profile", "room", "--users", str(members), "--rate", rate(80_000, members), "--secs", secs),
        (REACHED, COST, P50, P99, LAG, ERRORS), COST.name,
        "hubbub, with durable messages, costs no more than the bare broadcast", cost_at_most_the_floor,
        ("--profile", "room", "--users", "20", "--rate", "20", "--secs", "1"))


def idle(key, sockets, at_most, rounds=99):
    return Row(
        key, f"Memory, {sockets:,} idle connections",
        f"{sockets:,} sockets connect, sign in, and do nothing; what each costs after the first",
        ("hubbub", "floor", "node"),
        ("--profile", "idle", "--users", str(sockets), "--secs", "0.5", "--warmup", "0"),
        (IDLE, CONNECT, ERRORS), IDLE.name,
        f"at most {at_most} KiB each", lambda found: found["hubbub"][IDLE.name] <= at_most,
        ("--profile", "idle", "--users", "50", "--secs", "0.2", "--warmup", "0"), most_rounds=rounds)


def durable(key, window, aim, met):
    each = "one message unanswered" if window == 1 else f"up to {window} messages unanswered"
    return Row(
        key, f"Durable messages in one channel, {each}",
        f"64 writers in one channel, each with {each}, as fast as it goes; all on the same database",
        ("hubbub", "hubbub-mongo", "node-mongo"),
        ("--profile", "write", "--writers", "64", "--window", str(window), "--secs", "3"),
        (SENDS, ACK50, ACK99, ERRORS), SENDS.name, aim, met,
        ("--profile", "write", "--writers", "4", "--window", str(window), "--secs", "0.5"))


def ten_times(found):
    return found["hubbub-mongo"][SENDS.name] >= 10 * found["node-mongo"][SENDS.name] > 0


def fifteen_thousand(found):
    ours = [found["hubbub"], found["hubbub-mongo"]]
    return ten_times(found) and all(one[SENDS.name] >= 15_000 and one[ACK99.name] <= 60 for one in ours)


LADDER = tuple(listeners * 1_000 for listeners in (80, 120, 160, 200, 260, 320, 400))

COMPARED = (
    room("room-1000", 1_000),
    room("room-200", 200),
    Row("office-mix", "Processor time, the mix of an office",
        "20 rooms of 50, as teams sit, 80 messages/s in each: 80,000 deliveries/s",
        ("hubbub", "floor", "node"),
        ("--profile", "room", "--users", "1000", "--channels", "20", "--spread", "--rate", rate(80_000, 50), "--secs", "4"),
        (REACHED, COST, P50, P99, LAG, ERRORS), COST.name,
        "hubbub, with durable messages, costs no more than the bare broadcast", cost_at_most_the_floor,
        ("--profile", "room", "--users", "20", "--channels", "4", "--spread", "--rate", "20", "--secs", "1")),
    Row("saturation", "Deliveries a second at most",
        "one room of 200; 80,000 deliveries/s and more, step by step, until p99 is over 50 ms or something fails",
        ("hubbub", "floor", "node"),
        ("--profile", "room", "--users", "200", "--secs", "2"),
        (Figure("deliveries/s at p99 ≤ 50 ms", "carried", digits=0), P50, P99,
         Figure("asked one step more", "beyond.asked", digits=0),
         Figure("reached then", "beyond.deliveriesPerSecond", digits=0),
         Figure("p50 then", "beyond.deliveryMs.p50", "ms", digits=0),
         Figure("p99 then", "beyond.deliveryMs.p99", "ms", digits=0)),
        "deliveries/s at p99 ≤ 50 ms",
        "at least twice what socket.io on Node carries",
        lambda found: found["hubbub"]["deliveries/s at p99 ≤ 50 ms"] >= 2 * found["node"]["deliveries/s at p99 ≤ 50 ms"],
        ("--profile", "room", "--users", "20", "--secs", "0.5"), most_rounds=3, ladder=LADDER),
    idle("idle-1000", 1_000, 16),
    idle("idle-15000", 15_000, 12, rounds=3),
    durable("durable", 1, "hubbub keeps at least ten times what Node keeps on the same MongoDB", ten_times),
    durable("durable-piped", 8, "at least 15,000/s on both stores at p99 ≤ 60 ms, and ten times Node", fifteen_thousand),
)

BOTH = ("hubbub", "hubbub-mongo")


def both(met):
    return lambda found: all(met(one) for one in found.values())


OWN = (
    Row("ack", "Acknowledgement",
        "one room of 100, 100 messages/s", BOTH,
        ("--profile", "room", "--users", "100", "--rate", "100", "--secs", "8"),
        (ACK50, ACK99, P50, P99, ERRORS), ACK99.name,
        "p50 ≤ 15 ms, p99 ≤ 60 ms on both stores",
        both(lambda one: one[ACK50.name] <= 15 and one[ACK99.name] <= 60),
        ("--profile", "room", "--users", "20", "--rate", "20", "--secs", "1"), most_rounds=3),
    Row("crowd", "Two thousand people",
        "2,000 clients in 21 channels, 100 messages/s: about 10,000 deliveries/s", BOTH,
        ("--profile", "room", "--users", "2000", "--channels", "21", "--spread", "--rate", "100", "--secs", "8"),
        (CONNECT, REACHED, P50, P99, MEMORY, ERRORS), P99.name,
        "no error, p99 ≤ 250 ms, memory ≤ 150 MB; connected and signed in within 1 s on the embedded store",
        lambda found: found["hubbub"][CONNECT.name] <= 1 and all(
            not one[ERRORS.name] and one[P99.name] <= 250 and one[MEMORY.name] <= 150 for one in found.values()),
        ("--profile", "room", "--users", "20", "--channels", "4", "--spread", "--rate", "20", "--secs", "1"),
        most_rounds=3),
    Row("office", "An office of two thousand",
        "2,000 people as they work: 12 posts, 76 switches, 1.7 reconnects, 0.25 searches an hour each", BOTH,
        ("--profile", "office", "--users", "2000", "--secs", "10"),
        (ACK99, P99, Figure("switch p99", "office.switchMs.p99", "ms"),
         Figure("reconnect p99", "office.reconnectMs.p99", "ms"),
         Figure("search p99", "office.searchMs.p99", "ms"),
         Figure("share of all cores, bench included", "cpu.share", "%", scale=100), ERRORS), P99.name,
        quick=("--profile", "office", "--users", "20", "--secs", "1"), most_rounds=1),
    Row("storm", "Everybody comes back at once",
        "2,000 clients drop, miss 100 messages each, and reconnect", BOTH,
        ("--profile", "storm", "--users", "2000", "--channels", "21", "--spread", "--missed", "100"),
        (Figure("all caught up", "storm.seconds", "s", digits=2), Figure("each p99", "storm.eachMs.p99", "ms", digits=0),
         ERRORS), "all caught up",
        "within 10 s", both(lambda one: one["all caught up"] <= 10),
        ("--profile", "storm", "--users", "10", "--channels", "2", "--spread", "--missed", "5"), most_rounds=1),
    Row("presence", "Everybody sees everybody go and come",
        "2,000 clients of one group drop, are seen gone, and reconnect at once", BOTH,
        ("--profile", "presence", "--users", "2000"),
        (PRESENCE, Figure("of people in them", "presence.changes", digits=0),
         Figure("at most", "presence.most", digits=0), Figure("each told by itself", "presence.eachByItself", digits=0),
         Figure("all back", "storm.seconds", "s", digits=2), Figure("server CPU", "cpu.serverSeconds", "s", digits=2), ERRORS),
        PRESENCE.name, "no more than each who hears it times the tellings that fit into the time",
        both(lambda one: one[PRESENCE.name] <= one["at most"]),
        ("--profile", "presence", "--users", "10"), most_rounds=1),
)
