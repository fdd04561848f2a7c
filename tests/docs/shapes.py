"""Whether two JSON values have the same shape: the same fields, of the same kinds.

An object shown with a field "…" has further ones, which the field's value says where to find.
"""

KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
MORE = "…"
ID = 24


def differences(shown, real, path=""):
    """What `real` has and `shown` has not, or the other way round; null goes with everything."""
    if shown is None or real is None:
        return []
    if KINDS[type(shown)] != KINDS[type(real)]:
        return [f"{path or 'it'} is {KINDS[type(real)]}"]
    if isinstance(shown, dict):
        return of_objects(shown, real, path)
    if isinstance(shown, list) and shown and real:
        # A list of different things is shown by one of each, and every shown one has to be there.
        return next((found for item in shown if (found := of_items(item, real, path))), [])
    return []


def of_items(item, real, path):
    each = [differences(item, other, f"{path}[]") for other in real]
    return min(each, key=len)


def of_objects(shown, real, path):
    # Under ids the names differ from run to run.
    if shown and real and all(is_id(name) for name in [*shown, *real]):
        return of_items(next(iter(shown.values())), list(real.values()), path)
    found = [f"{path}.{name} is not there" for name in shown if name not in real and name != MORE]
    if MORE not in shown:
        found += [f"{path}.{name} is not shown" for name in real if name not in shown]
    for name in shown.keys() & real.keys():
        found += differences(shown[name], real[name], f"{path}.{name}")
    return found


def is_id(name):
    return len(name) == ID and set(name) <= set("0123456789abcdef")
