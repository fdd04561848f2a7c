"""`docs/performance.md`: the template with everything that was found, never a number by hand."""

from machine import ROOT
from rows import COMPARED, NAMES, NOT_RUN, OWN
from asking import shown

PAGE = ROOT / "docs/performance.md"
TEMPLATE = ROOT / "benches/figures/performance.md"


def write(results, kept):
    """Makes the page, and keeps it where it is meant to be read."""
    text = TEMPLATE.read_text(encoding="utf-8")
    parts = {
        "machine": machine(results),
        "compared": "\n".join(compared(row, results) for row in COMPARED) + not_run(),
        "own": "\n".join(compared(row, results) for row in OWN),
        "reading": reading(results),
        "starts": starts(results),
        "micro": micro(results),
    }
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->\n", part.rstrip() + "\n")
    if kept:
        PAGE.write_text(text, encoding="utf-8")


def table(head, lines):
    rows = [head, ["---", *["--:"] * (len(head) - 1)], *lines]
    return "".join(f"| {' | '.join(str(cell) for cell in row)} |\n" for row in rows)


def machine(results):
    on = results["machine"]
    told = table(["", ""], [
        ["date", results["date"]], ["commit", f"`{on['commit']}`"],
        ["processor", f"{on['processor']}, {on['cores']} cores"], ["memory", on["memory"]], ["kernel", on["kernel"]],
        ["built with", on["rustc"]], ["Node", on["node"]]]).replace("--:", "---")
    busy = max((part["load"] for part in results["rows"].values()), default=0)
    quiet = ("The machine was left alone." if results["quiet"] else
             "**Other work ran on the machine: the figures are worse than they should be, and only ratios say something.**")
    return f"{told}\n{quiet} The load before a run was {busy:.1f} at most, the traces of the run before it among it.\n"


def unmeasured(found):
    return found is None or not (found.get("medians") or found.get("reading") or found.get("starts") or found.get("rows"))


def compared(row, results):
    found = results["rows"].get(row.key)
    text = f"### {row.title}\n\nAsked: {row.asked}.\n\n"
    if unmeasured(found):
        return text + "Not measured.\n" + failures(found)
    ours = found["medians"].get("hubbub", {}).get(row.compared)
    head = ["", *[figure.name for figure in row.figures], "hubbub = 1"]
    lines = []
    for key in row.who:
        medians = found["medians"].get(key)
        if medians is None:
            lines.append([NAMES[key], *["failed"] * len(row.figures), "–"])
            continue
        bold = "**" if key.startswith("hubbub") else ""
        # A figure that came to the row later was not measured with the others.
        cells = [shown(figure, medians.get(figure.name)) for figure in row.figures]
        lines.append([f"{bold}{NAMES[key]}{bold}", *cells, ratio(medians[row.compared], ours)])
    text += table(head, lines)
    text += f"\nMedians of {found['rounds']} rounds in turn; the ratio is that of {row.compared}.\n" if found["rounds"] > 1 else ""
    return text + aim(row, found) + other(found, results) + failures(found)


def ratio(value, ours):
    return f"{value / ours:.2f}" if value is not None and ours else "–"


def aim(row, found):
    if not row.aim:
        return ""
    return f"\nAim: {row.aim}: {verdict(row, found)}.\n"


def verdict(row, found):
    try:
        return "**met**" if row.met(found["medians"]) else "**not met**"
    except (KeyError, TypeError):
        return "not known, something is missing"


def other(found, results):
    """Where a row was measured again, by itself."""
    at = found.get("at")
    if not at or at == [results["date"], results["machine"]["commit"]]:
        return ""
    return f"\nMeasured again on {at[0]} at commit `{at[1]}`.\n"


def failures(found):
    lines = found["failures"] if found else []
    return "".join(f"\n- failed: {line.splitlines()[-1]}" for line in lines) + ("\n" if lines else "")


def not_run():
    return "".join(f"\n{name}: {why}.\n" for name, why in NOT_RUN.items())


def places(found, what):
    return [(name.rsplit(" ", 1), figures) for name, figures in found[what].items()]


def reading(results):
    found = results["rows"].get("reading")
    if unmeasured(found):
        return "Not measured.\n" + failures(found)
    lines = [[kind, f"{int(messages):,}", *[f"{figures[what][part]:.2f} ms" for what in ("page", "resume") for part in ("p50", "p99")]]
             for (kind, messages), figures in places(found, "reading")]
    text = table(["store", "messages", "page of 50, p50", "p99", "resume of 300, p50", "p99"], lines)
    worst = max((figures[what]["p99"] for figures in found["reading"].values() for what in figures), default=None)
    met = "not known" if worst is None else "**met**" if worst <= 5 else "**not met**"
    return f"{text}\nAim: p99 ≤ 5 ms on both stores: {met}.\n" + other(found, results) + failures(found)


def starts(results):
    found = results["rows"].get("reading")
    if unmeasured(found):
        return "Not measured.\n"
    bounds = {0: 150}
    lines = []
    for (kind, messages), figures in places(found, "starts"):
        bound = bounds.get(int(messages), 300)
        met = "met" if figures["max"] <= bound else "not met"
        lines.append([kind, f"{int(messages):,}", f"{figures['first']:.0f} ms", f"{figures['p50']:.0f} ms",
                      f"{figures['max']:.0f} ms", f"≤ {bound} ms: **{met}**"])
    return table(["store", "messages", "first start", "later, p50", "longest", "aim, later ones"], lines)


def micro(results):
    found = results["rows"].get("micro")
    if unmeasured(found):
        return "Not measured.\n" + failures(found)
    lines = [[row["name"], row["of"], time(row["fastest"]), time(row["median"]), time(row["slowest"]),
              f"{row['items']:,.0f}" if "items" in row else ""] for row in found["rows"]]
    return table(["what", "of", "fastest", "median", "slowest", "items/s"], lines) + other(found, results) + failures(found)


def time(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
