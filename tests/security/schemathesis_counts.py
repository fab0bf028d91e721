"""One line of what schemathesis did: schemathesis_counts.py REPORT COUNTS FOUND"""

import json
import sys

report, counts, found = sys.argv[1:]
with open(report, encoding="utf-8") as file:
    report = json.load(file)
with open(counts, encoding="utf-8") as file:
    counts = json.load(file)
with open(found, encoding="utf-8") as file:
    noted = sum(not line.startswith(" ") for line in file)

statuses = {"2xx": 0, "4xx": 0, "5xx": 0}
for status, number in counts["statuses"].items():
    kind = f"{status[0]}xx" if status != "none" else "by nothing"
    statuses[kind] = statuses.get(kind, 0) + number
print(
    f"{report['test_cases']['generated']} cases of {report['operations']['tested']} operations,",
    f"{sum(statuses.values())} requests",
    f"({', '.join(f'{number} answered {kind}' for kind, number in statuses.items())}),",
    f"{sum(counts['checks'].values())} checks of {len(counts['checks'])} kinds,",
    f"{report['test_cases']['unique_failures'] + noted} findings",
)
