"""What schemathesis cannot know of Redress by the document alone. bin/security sets the variables."""

import atexit
import json
import os
import re
import subprocess
from fnmatch import fnmatchcase
from itertools import count

import schemathesis

USER = os.environ["SCAN_USER"]
SPARE = os.environ["SCAN_SPARE"]
TOKEN = os.environ["SCAN_TOKEN"]
NEW_TOKEN = os.environ["SCAN_NEW_TOKEN"].split("\n")
REAL = json.loads(os.environ["SCAN_REAL"])


def exceptions():
    """The patterns of the findings that are argued, from lines `schemathesis | PATTERN | REASON`."""
    with open(os.environ["SCAN_EXCEPTIONS"], encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#") and line.strip():
                tool, pattern, _reason = (part.strip() for part in line.split(" | ", 2))
                if tool == "schemathesis":
                    yield pattern


ARGUED = list(exceptions())
used, found, replayed, numbers = set(), {}, set(), count()


@schemathesis.hook
def before_call(context, case, kwargs):
    label = case.operation.label
    if label == "PATCH /api/users/{id}" and case.path_parameters.get("id") == USER:
        # Nobody would be left to scan as.
        case.path_parameters["id"] = SPARE
    elif label == "POST /api/auth/login":
        # Fifty failures of an address, and all others would only hear of that.
        number = next(numbers)
        case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    elif label in REAL:
        # Names that no answer hands on to this call: in every other case one that there is.
        turn, other = divmod(next(numbers), 2)
        if not other:
            case.path_parameters.update(REAL[label][turn % len(REAL[label])])


@schemathesis.auth()
class Bearer:
    """The scan's token; for a log-out one of its own, as the scan goes on with the other."""

    def get(self, case, context):
        return TOKEN

    def set(self, case, token, context):
        if not token:
            return
        if case.operation.label == "POST /api/auth/logout":
            token = subprocess.run(NEW_TOKEN, check=True, capture_output=True, text=True).stdout.strip()
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def after_call(context, case, response):
    if response.headers.get("idempotency-replayed"):
        try:
            replayed.add(response.json()["id"])
        except (ValueError, KeyError, TypeError):
            pass


def findings(failure, case, response):
    """A failure in words that a pattern can be written for. A refused value gives one for each of its faults."""
    words = f"{case.operation.label}: {failure.code or type(failure).__name__} {response.status_code}"
    if failure.code == "ST302" and case.path_parameters.get("id") in replayed:
        return [f"{words} replayed"]
    if failure.code == "ST201":
        wrong = re.search(r"parameter `(\w+)` in query", failure.message)
        if wrong and not (case.query or {}).get(wrong[1]):
            return [f"{words} {wrong[1]} empty"]
    if failure.code == "ST202" and response.status_code == 422:
        try:
            return [f"{words} {name(fault)} {fault['code']}" for fault in response.json()["errors"]]
        except (ValueError, KeyError, TypeError):
            pass
    return [words]


def name(fault):
    """The field of a fault; one for all that the call does not know. A view's query is itself a list of parameters."""
    return "*" if fault["code"] == "unknown" and fault["field"] != "query" else fault["field"]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether it stays a failure. All of it has to be argued; then it is none. Where the document allows more than the
    server, that is noted, and the cases go on: the first would otherwise be the last of its call."""
    open_ones = []
    for finding in findings(failure, case, response):
        pattern = next((pattern for pattern in ARGUED if fnmatchcase(finding, pattern)), None)
        if pattern is None:
            open_ones.append(finding)
        else:
            used.add(pattern)
    if failure.code != "ST202":
        return bool(open_ones)
    for finding in open_ones:
        shown = case.as_curl_command(headers={"Authorization": "Bearer $TOKEN"})
        found[finding] = min(found.get(finding, shown), shown, key=len)
    return False


@atexit.register
def say():
    with open(os.environ["SCAN_ARGUED"], "a", encoding="utf-8") as argued:
        argued.writelines(f"{pattern}\n" for pattern in sorted(used))
    with open(os.environ["SCAN_FOUND"], "w", encoding="utf-8") as lines:
        lines.writelines(f"{finding}\n    {shown}\n" for finding, shown in sorted(found.items()))
