"""Leaves of what wapiti has crawled a few requests that between them have each parameter of each page and form once.

    wapiti_once.py SESSION_DIRECTORY

Links to filters and periods lead to hundreds of addresses with the same parameters, and wapiti would try all its payloads
in each. Prints how many requests there were, how many are left, and how many parameters these have."""

import re
import sqlite3
import sys
from collections import defaultdict
from pathlib import Path

(session,) = Path(sys.argv[1]).glob("*.db")
db = sqlite3.connect(session)

params = defaultdict(set)
for path_id, kind, name in db.execute("SELECT path_id, type, name FROM params"):
    params[path_id].add((kind, name))

# An id or a reference in an address stands for any.
ONE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|BILL-\d{8}-\w+")
requests = []
for path_id, path, method in db.execute("SELECT path_id, path, method FROM paths WHERE evil = 0"):
    address = ONE.sub("*", path.split("?")[0])
    # An address without parameters counts as one: modules try addresses, too.
    requests.append((path_id, {(method, address, param) for param in params[path_id]} or {(method, address, None)}))

covered, kept = set(), set()
for path_id, has in sorted(requests, key=lambda request: (-len(request[1]), request[0])):
    if not has <= covered:
        covered |= has
        kept.add(path_id)

# The address that the scan began at: modules that look at headers and cookies look there only.
kept |= {path_id for (path_id,) in db.execute("SELECT min(path_id) FROM paths WHERE evil = 0")}
dropped = [(path_id,) for path_id, _ in requests if path_id not in kept]
for table in ("params", "paths"):
    db.executemany(f"DELETE FROM {table} WHERE path_id = ?", dropped)
db.commit()
print(len(requests), len(kept), sum(1 for _, _, param in covered if param))
