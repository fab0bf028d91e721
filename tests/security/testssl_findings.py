"""Prints what testssl holds against a listener and tests/security/exceptions does not argue; the last line counts.

    testssl_findings.py RESULT.json EXCEPTIONS ARGUED_FILE

Its severities from LOW on are findings, and WARN: a check that could not be made."""

import json
import sys
from fnmatch import fnmatchcase
from pathlib import Path

result, exceptions, argued_file = sys.argv[1:]
lines = (line.split(" | ") for line in Path(exceptions).read_text(encoding="utf-8").splitlines())
argued = [line[1] for line in lines if line[0] == "testssl"]

checks, excused, findings, used = 0, 0, [], set()
for one in json.loads(Path(result).read_text(encoding="utf-8")):
    checks += 1
    if one["severity"] in ("OK", "INFO"):
        continue
    words = f"{one['id']} {one['severity']}: {one['finding']}"
    pattern = next((pattern for pattern in argued if fnmatchcase(words, pattern)), None)
    if pattern:
        excused += 1
        used.add(pattern)
    else:
        findings.append(words)

# Without these it has seen no listener, whatever else it says.
seen = {one["id"] for one in json.loads(Path(result).read_text(encoding="utf-8"))}
findings += [f"not checked: {name}" for name in ("TLS1_2", "TLS1_3", "heartbleed", "HSTS_time") if name not in seen]
print("\n".join(findings))
with open(argued_file, "a", encoding="utf-8") as file:
    file.writelines(f"{pattern}\n" for pattern in sorted(used))
print(f"{checks} checks, {excused} argued, {len(findings)} findings")
sys.exit(bool(findings))
