"""What schemathesis cannot know of Redress by the document alone. bin/security sets the variables."""

import atexit
import json
import os
import re
import struct
import subprocess
import zlib
from collections import Counter
from fnmatch import fnmatchcase
from itertools import count
from urllib.parse import unquote, urlsplit

import schemathesis
from schemathesis import cli
from schemathesis.engine import events

USER = os.environ["SCAN_USER"]
SPARE = os.environ["SCAN_SPARE"]
TOKEN = os.environ["SCAN_TOKEN"]
LOG_IN = json.loads(os.environ["SCAN_LOG_IN"])
NEW_TOKEN = os.environ["SCAN_NEW_TOKEN"].split("\n")
REAL = json.loads(os.environ["SCAN_REAL"])
FOREIGN = json.loads(os.environ["SCAN_FOREIGN"])


def exceptions():
    """The patterns of the findings that are argued, from lines `schemathesis | PATTERN | REASON`."""
    with open(os.environ["SCAN_EXCEPTIONS"], encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#") and line.strip():
                tool, pattern, _reason = (part.strip() for part in line.split(" | ", 2))
                if tool == "schemathesis":
                    yield pattern


def roles():
    """The tables of docs/security/roles.md: what each column has, and what each route asks for."""
    has, needs = {}, {}
    with open(os.environ["SCAN_ROLES"], encoding="utf-8") as lines:
        columns = []
        for line in lines:
            if not line.startswith("| "):
                continue
            first, *cells = (cell.strip().strip("`") for cell in line.strip()[1:-1].split("|"))
            if first in ("permission", "route"):
                columns = [cell.replace("scope ", "").strip("`") for cell in cells]
            elif columns == ["asks for"]:
                needs[first] = cells[0]
            else:
                for column, cell in zip(columns, cells, strict=True):
                    if cell == "yes":
                        has.setdefault(column, set()).add(first)
    return has, needs


HAS, NEEDS = roles()
MAY = HAS.get(os.environ["SCAN_ROLE"], set())
if os.environ["SCAN_SCOPE"]:
    MAY = MAY & HAS[os.environ["SCAN_SCOPE"]]
ARGUED = list(exceptions())
used, found, numbers, photos = set(), {}, count(), count()
# Ids of what an answer named once more, and of what a request has deleted.
replayed, deleted = set(), set()
statuses, checks = Counter(), Counter()
# Tokens that are good: the scan's, and of log-outs those that were not used yet.
good = {f"Bearer {TOKEN}"} if TOKEN else set()


def picture():
    """A grey PNG of 8 by 8."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * 8) * 8
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = picture()


@schemathesis.hook
def before_call(context, case, kwargs):
    label = case.operation.label
    wrong = case.meta is None or case.meta.generation.mode.is_negative
    if label == "PATCH /api/users/{id}" and case.path_parameters.get("id") == USER:
        # Nobody would be left to scan as.
        case.path_parameters["id"] = SPARE
    elif label == "POST /api/auth/login":
        # Fifty failures of an address, and all others would only hear of that.
        number = next(numbers)
        case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        if not wrong and number % 3 == 0:
            case.body = dict(LOG_IN)
    else:
        # Names that no answer hands on to this call: in every other case one that there is.
        real = next((real for name, real in REAL.items() if name in label), None)
        turn, other = divmod(next(numbers), 2)
        if real and not other:
            case.path_parameters.update(real[turn % len(real)])
        # No bytes that are made up are a picture.
        if not wrong and isinstance(case.body, dict) and "photo" in case.body and next(photos) % 3:
            case.body["photo"] = PICTURE


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
            good.add(f"Bearer {token}")
        case.headers["Authorization"] = f"Bearer {token}"


def door(case, response):
    """What is wrong with whom the server let in, or turned away, by docs/security/roles.md; `None` if nothing is."""
    request, operation, status = response.request, case.operation, response.status_code
    path = unquote(urlsplit(request.url).path)
    # Another method, or a name that makes it another address.
    if request.method != operation.method.upper() or not re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), path):
        return None
    for name, foreign in FOREIGN.items():
        if name in operation.label and status < 300 and case.path_parameters.get("id") == foreign:
            return f"{status} of what is somebody else's"
    need = NEEDS.get(operation.label)
    if need is None:
        return "no such route in roles.md"
    if need == "nothing":
        # Who says that they are somebody has to prove it.
        return f"{status} of what is open to all" if status in (401, 403) and "/auth/login" not in path else None
    token = request.headers.get("Authorization")
    known = token in good
    if operation.label == "POST /api/auth/logout" and status == 204:
        good.discard(token)
    if not known:
        return None if status == 401 else f"{status} without a good token"
    if need in MAY:
        return f"{status} of what they may do" if status in (401, 403) else None
    return None if status == 403 else f"{status} of what they may not do"


@schemathesis.hook
def after_call(context, case, response):
    wrong = door(case, response)
    if wrong:
        note([f"{case.operation.label}: door {wrong}"], case)
    if response.request.method == "DELETE" and response.status_code == 204:
        deleted.add(case.path_parameters.get("id"))
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
    if failure.code == "ST302" and case.path_parameters.get("id") in deleted:
        return [f"{words} deleted"]
    if failure.code == "ST201":
        wrong = re.search(r"parameter `([\w-]+)` in header - (?:value )?null value", failure.message)
        if wrong:
            return [f"{words} {wrong[1]} null"]
        if (case.media_type or "").startswith("multipart/") and re.search(r"in body - .*\bnull value", failure.message):
            return [f"{words} null in a form"]
        if isinstance(case.body, dict) and case.body.get("photo") == PICTURE:
            return [f"{words} with a picture of ours"]
        for kind, values in ((r"parameter `(\w+)` in query", case.query), (r"in body - (\w+)", case.body)):
            wrong = re.search(kind, failure.message)
            if wrong and not (values if isinstance(values, dict) else {}).get(wrong[1]):
                return [f"{words} {wrong[1]} empty"]
    if failure.code == "ST202" and response.status_code == 422:
        try:
            return [f"{words} {fault['field']} {fault['code']}" for fault in response.json()["errors"]]
        except (ValueError, KeyError, TypeError):
            pass
    return [words]


def unargued(words):
    """Those that no pattern argues."""
    left = []
    for finding in words:
        pattern = next((pattern for pattern in ARGUED if fnmatchcase(finding, pattern)), None)
        if pattern is None:
            left.append(finding)
        else:
            used.add(pattern)
    return left


def note(words, case):
    """Keeps those that are not argued, each with the shortest request that leads to it."""
    for finding in unargued(words):
        shown = case.as_curl_command(headers={"Authorization": "Bearer $TOKEN"})
        found[finding] = min(found.get(finding, shown), shown, key=len)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether it stays a failure. All of it has to be argued; then it is none. Where the document allows more than the
    server, that is noted, and the cases go on: the first would otherwise be the last of its call."""
    words = findings(failure, case, response)
    if failure.code != "ST202":
        return bool(unargued(words))
    note(words, case)
    return False


@cli.handler()
class Counts(cli.EventHandler):
    """Counts the requests by their answers, those that checks send by themselves too, and the checks by their names."""

    def handle_event(self, ctx, event):
        if isinstance(event, events.ScenarioFinished):
            for interaction in event.recorder.interactions.values():
                statuses[interaction.response.status_code if interaction.response else "none"] += 1
            for made in event.recorder.checks.values():
                checks.update(check.name for check in made)


@atexit.register
def say():
    with open(os.environ["SCAN_ARGUED"], "a", encoding="utf-8") as argued:
        argued.writelines(f"{pattern}\n" for pattern in sorted(used))
    with open(os.environ["SCAN_FOUND"], "w", encoding="utf-8") as lines:
        lines.writelines(f"{finding}\n    {shown}\n" for finding, shown in sorted(found.items()))
    with open(os.environ["SCAN_COUNTS"], "w", encoding="utf-8") as file:
        json.dump({"statuses": statuses, "checks": checks}, file)
