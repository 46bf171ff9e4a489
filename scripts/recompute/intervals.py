"""Intervals: the published ends stand where our own bootstrap puts them, up to what the draws of both leave open."""
import resample

ALLOWED = 5
FEWEST = 10


def check(ledger, group, path, draws):
    stored = ledger.at(path)
    if stored is None or "lower" not in stored:
        if stored is not None and "value" in stored:
            ledger.equal(f"intervals: {group}: none given", (*path, "lower"), None)
            if stored["n"] >= FEWEST:
                ledger.misses.append((f"intervals: {group}", path, f"no interval for n = {stored['n']}"))
        return
    level = ledger.results["settings"]["level"]
    gaps = resample.misplaced(draws, stored["method"], (stored["lower"], stored["upper"]), level)
    for end, gap in zip(("lower", "upper"), gaps):
        text = f"{stored['lower']}, {stored['upper']} ({stored['method']}): end is {gap:+.1f} standard errors off"
        ledger.note(f"intervals: {group}", (*path, end), gap, ALLOWED, text, "standard errors")
