"""Rows that Python's csv module reads, for test/task/csv-scan.test.ts.

    python3 scripts/golden/csv_rows.py > test/golden/csv.golden.json

Random texts over a small alphabet of letters, delimiters, quotes and line ends, and some by hand. `rows` is what
csv.reader(strict=True) gives (empty rows left out, as csv.DictReader does), or null where it refuses. `literal` is the
same with quoting=QUOTE_NONE.
Python keeps a quote inside an unquoted cell; labelscope refuses it, and the test says so.
"""

import csv
import io
import json
import platform
import random


def read(text, **options):
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True, **options) if row]
    except csv.Error:
        return None


def written(rows, **options):
    out = io.StringIO(newline="")
    csv.writer(out, **options).writerows(rows)
    return out.getvalue()


random.seed(20260101)
by_hand = [
    'id,text\n1,"zwei\nZeilen; ""ja"""\n',
    'a,b\r\n"x","""y"""\r\n',
    'a,b\n"",\n,""\n',
    'a;b\n"1;2";3\n',
    "a\tb\n'x'\ty\n",
    'a,b\n1,"never closed\n2,x\n',
    'a,b\n1,5" nails\n',
]
cases = []
for text in by_hand:
    cases.append({"text": text, "delimiter": ";" if ";b" in text else "\t" if "\t" in text else ","})
for _ in range(400):
    length = random.randint(1, 14)
    text = "".join(random.choice(["a", "b", ",", ",", '"', '"', "\n", "\r\n", " "]) for _ in range(length))
    cases.append({"text": text, "delimiter": ","})
for _ in range(100):
    rows = [["".join(random.choice('ab,"\n ;') for _ in range(random.randint(1, 6))) for _ in range(3)] for _ in range(3)]
    cases.append({"text": written(rows, delimiter=";"), "delimiter": ";"})
for case in cases:
    case["rows"] = read(case["text"], delimiter=case["delimiter"])
    case["literal"] = read(case["text"], delimiter=case["delimiter"], quoting=csv.QUOTE_NONE)

print(json.dumps({"python": platform.python_version(), "cases": cases}, ensure_ascii=False))
