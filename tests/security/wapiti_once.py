"""Leaves of what wapiti has crawled a few requests that between them have each parameter of each page and form once.

    wapiti_once.py SESSION_DIRECTORY

Links to filters and periods lead to hundreds of addresses with the same parameters, and wapiti would try all its payloads
in each. Says how many there were and how many are left."""

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

# In an address an id, a reference or the name of a report stands for any.
ONE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|BILL-\d{8}-\w+|(?<=/reports/)[a-z-]+")
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
# Of six ticked boxes of one name, one is enough.
db.execute(
    "DELETE FROM params WHERE param_id NOT IN (SELECT min(param_id) FROM params GROUP BY path_id, type, name)"
)
# A form sent again under its key, or meant for a version that is gone, is refused before its values are looked at. Without
# these two it is taken each time, but for a client's, which needs the version.
db.execute("DELETE FROM params WHERE name = 'idempotencyKey'")
db.execute(
    "DELETE FROM params WHERE name = 'version' AND path_id NOT IN (SELECT path_id FROM paths WHERE path LIKE '%/clients/%')"
)
db.commit()
(parameters,) = db.execute("SELECT count(*) FROM params").fetchone()
print(f"{len(requests)} requests crawled, {len(kept)} tried with {parameters} parameters")
