"""Recomputes the numbers of a results.json from its runs, and prints what was compared and what differs."""
import argparse
import json
import sys
import time
from collections import Counter

import check_ceiling
import check_curves
import check_dynamics
import check_estimates
import check_pairs
import check_probes
import check_runs
import check_traces
import check_variants
import comparison
import ledger
import runs

PARTS = (check_runs, check_traces, check_estimates, check_ceiling, check_pairs, check_dynamics, check_curves, check_variants,
         check_probes)


def unread(book):
    """Numbers of results.json that no check looked at, by what they are."""
    kinds = Counter()
    for path in ledger.leaves(book.results):
        if not any(path[:size] in book.seen for size in range(1, len(path) + 1)):
            names = [str(key) for key in path if isinstance(key, str) and not key.startswith(book.results["task"]["id"])]
            kinds[".".join(names[:1] + names[-3:])] += 1
    print("\nnot looked at:")
    for kind, count in sorted(kinds.items()):
        print(f"  {count} {kind}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", help="results.json of a comparison")
    parser.add_argument("runs", nargs="+", help="folders of runs, or folders that hold them")
    parser.add_argument("--unread", action="store_true", help="also list which numbers of results.json were not looked at")
    options = parser.parse_args()
    with open(options.results) as file:
        results = json.load(file)
    found = runs.read(options.runs)
    compared = {row["run"]: found[row.get("folder", row["run"])] for row in results["runs"] if row["kind"] == "run"}
    for name, run in compared.items():
        run.name = name
    book = ledger.Ledger(results)
    whole = comparison.Comparison(compared)
    for part in PARTS:
        start = time.time()
        part.check(book, whole)
        print(f"{part.__name__}: {time.time() - start:.0f} s", file=sys.stderr)
    book.report()
    if options.unread:
        unread(book)
    for group, path, text in book.misses:
        print(f"mismatch: {group}: {'.'.join(map(str, path))}: {text}")
    sys.exit(1 if book.misses else 0)


main()
