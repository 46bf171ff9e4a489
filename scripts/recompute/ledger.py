"""Keeps what was compared: by group how many numbers, how far off, and every one that is farther off than allowed."""
import math

EXACT = 1e-9


class Ledger:
    def __init__(self, results):
        self.results = results
        self.groups, self.misses, self.seen = {}, [], set()

    def at(self, path):
        value = self.results
        for key in path:
            if isinstance(value, dict) and key not in value:
                return None
            value = value[key]
        return value

    def row(self, group, unit=""):
        return self.groups.setdefault(group, {"count": 0, "largest": 0.0, "sum": 0.0, "squares": 0.0, "unit": unit})

    def note(self, group, path, off, allowed, text, unit=""):
        row = self.row(group, unit)
        row["count"] += 1
        row["largest"] = max(row["largest"], abs(off))
        row["sum"] += off
        row["squares"] += off * off
        self.seen.add(path)
        if not abs(off) <= allowed:
            self.misses.append((group, path, text))

    def equal(self, group, path, ours):
        """Text, counts, lists of them."""
        theirs = self.at(path)
        self.note(group, path, 0.0 if theirs == ours else math.inf, 0.0, f"{theirs!r}, recomputed {ours!r}")

    def close(self, group, path, ours, allowed=EXACT):
        """A number; None and NaN are "missing"."""
        theirs = self.at(path)
        ours = None if ours is None or not math.isfinite(ours) else float(ours)
        if theirs is None or ours is None:
            off = 0.0 if theirs is None and ours is None else math.inf
        else:
            off = theirs - ours
        scale = max(1.0, abs(ours or 0.0))
        self.note(group, path, off, allowed * scale, f"{theirs!r}, recomputed {ours!r}")

    def measured(self, group, path, ours, n=None, allowed=EXACT):
        """A number with its documents; an interval is compared apart."""
        self.close(group, (*path, "value"), ours, allowed)
        if n is not None:
            self.equal(f"{group}: n", (*path, "n"), n)

    def report(self):
        print("| group | numbers | largest difference | mismatches |\n|---|---:|---:|---:|")
        for name, row in sorted(self.groups.items()):
            wrong = sum(miss[0] == name for miss in self.misses)
            tail = ""
            if row["unit"]:
                mean = row["sum"] / row["count"]
                tail = f" {row['unit']} (mean {mean:+.3f}, root mean square {(row['squares'] / row['count']) ** 0.5:.3f})"
            print(f"| {name} | {row['count']} | {row['largest']:.2g}{tail} | {wrong} |")


def leaves(value, path=()):
    """Every number of results.json with its path."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, (int, float)):
        yield path
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    else:
        for index, part in enumerate(value):
            yield from leaves(part, (*path, index))
