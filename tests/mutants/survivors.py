"""Lists of faults that no test can find, each with the reason; kept in step by the campaigns that find them.

A fault that survives and is not in the list fails the campaign, and so does one in the list that is killed, gone, or
there without a reason.
"""


def read(path):
    """Key to reason. A reason is what follows, indented, the keys that it is given for."""
    reasons, waiting, reason = {}, [], []

    def close():
        for key in waiting:
            reasons[key] = " ".join(reason)
        waiting.clear()
        reason.clear()
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return {}
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith(" "):
            reason.append(line.strip())
        else:
            if reason:
                close()
            waiting.append(line)
    close()
    return reasons


def compare(survived, reasons, keys, whole, name):
    """Prints what the list, known by this name, does not agree with; how many. `keys`: the faults that were tried;
    `whole`: they are all that there are."""
    wrong = 0
    for key in survived:
        if not reasons.get(key):
            wrong += 1
            print(f"NEW SURVIVOR: {key}\n  write the test that fails for it, or its reason into {name}")
    for key in reasons:
        if key in survived or not (whole or key in keys):
            continue
        wrong += 1
        print(f"{'KILLED NOW' if key in keys else 'NOT THERE'}: {key}\n  take it out of {name}")
    return wrong
