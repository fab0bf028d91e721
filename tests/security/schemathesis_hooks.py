"""What schemathesis cannot know of Redress by the document alone. bin/security sets the variables."""

import os
import subprocess
from fnmatch import fnmatchcase
from itertools import count

import schemathesis

USER = os.environ["SCAN_USER"]
SPARE = os.environ["SCAN_SPARE"]
TOKEN = os.environ["SCAN_TOKEN"]
NEW_TOKEN = os.environ["SCAN_NEW_TOKEN"].split("\n")
SAFE = os.environ["SCAN_SAFE"]


def exceptions():
    """The patterns of the findings that are argued, from lines `schemathesis | PATTERN | REASON`."""
    with open(os.environ["SCAN_EXCEPTIONS"], encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#") and line.strip():
                tool, pattern, _reason = (part.strip() for part in line.split(" | ", 2))
                if tool == "schemathesis":
                    yield pattern


ARGUED = list(exceptions())
used, replayed, senders = set(), set(), count()


@schemathesis.hook
def before_call(context, case, kwargs):
    label = case.operation.label
    if label == "PATCH /api/users/{id}" and case.path_parameters.get("id") == USER:
        # Nobody would be left to scan as.
        case.path_parameters["id"] = SPARE
    elif label == "POST /api/auth/login":
        # Fifty failures of an address, and all others would only hear of that.
        sender = next(senders)
        case.headers["X-Forwarded-For"] = f"10.{sender >> 16 & 255}.{sender >> 8 & 255}.{sender & 255}"


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
    if failure.code == "ST202" and response.status_code == 422:
        try:
            return [f"{words} {fault['field']} {fault['code']}" for fault in response.json()["errors"]]
        except (ValueError, KeyError, TypeError):
            pass
    return [words]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether it stays a failure. All of it has to be argued."""
    for finding in findings(failure, case, response):
        pattern = next((pattern for pattern in ARGUED if fnmatchcase(finding, pattern)), None)
        if pattern is None:
            return True
        if pattern not in used:
            used.add(pattern)
            with open(os.path.join(SAFE, "argued"), "a", encoding="utf-8") as argued:
                argued.write(f"{pattern}\n")
    return False
