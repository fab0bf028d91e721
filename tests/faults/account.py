"""What has to be true in the end, seen from outside: every ticket that was answered 201 is there, with exactly its history and
exactly one message for each thing that its client has to be told; a refusal left nothing, or something whole that its key
finds; what was sealed opens; the audit history and the file hold together."""

import contextlib
import sqlite3
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from desk import BIN, Wrong, until
from load import ABANDONED, ACKNOWLEDGED, Caller

# What no desk may hold, on either engine: each finds nothing.
NEVER = {
    "a ticket without its texts": "SELECT 1 FROM tickets t LEFT JOIN ticket_texts x ON x.seq = t.seq WHERE x.seq IS NULL",
    "texts without a ticket": "SELECT 1 FROM ticket_texts x LEFT JOIN tickets t ON x.seq = t.seq WHERE t.seq IS NULL",
    "a ticket whose history has a gap":
        "SELECT 1 FROM tickets t LEFT JOIN (SELECT ticket_id, version FROM ticket_events UNION ALL "
        "SELECT ticket_id, version FROM ticket_notes) AS e ON e.ticket_id = t.id GROUP BY t.id, t.version "
        "HAVING COUNT(DISTINCT e.version) <> t.version OR MAX(e.version) <> t.version",
    "a ticket whose status is not that of its history":
        "SELECT 1 FROM tickets t JOIN ticket_events e ON e.ticket_id = t.id AND e.status IS NOT NULL AND e.version = "
        "(SELECT MAX(version) FROM ticket_events WHERE ticket_id = t.id AND status IS NOT NULL) WHERE e.status <> t.status",
    "a ticket without its one message":
        "SELECT 1 FROM tickets t LEFT JOIN notifications n ON n.ticket_id = t.id AND n.revision = 1 "
        "GROUP BY t.id HAVING COUNT(n.id) <> 1",
    "a change of status without its one message, or a message without its change":
        "SELECT 1 FROM (SELECT ticket_id, version FROM ticket_events WHERE status IS NOT NULL "
        "UNION ALL SELECT ticket_id, revision FROM notifications) AS b GROUP BY ticket_id, version HAVING COUNT(*) <> 2",
    "a message without its history":
        "SELECT 1 FROM notifications n LEFT JOIN notification_events e ON e.notification_id = n.id "
        "GROUP BY n.id, n.state HAVING COUNT(e.n) = 0 OR MAX(e.n) <> COUNT(e.n) - 1 + MIN(e.n)",
    "a message whose state is not that of its history":
        "SELECT 1 FROM notifications n JOIN notification_events e ON e.notification_id = n.id AND e.n = "
        "(SELECT MAX(n) FROM notification_events WHERE notification_id = n.id) WHERE e.state <> n.state",
    "a reference twice": "SELECT 1 FROM tickets GROUP BY ticket_ref HAVING COUNT(*) > 1",
}
# On SQLite alone: every ticket can be found. Row of the search: seq * 2^20.
FOUND = {
    "a ticket that no search finds":
        "SELECT 1 FROM tickets t LEFT JOIN ticket_search_docsize d ON d.id = t.seq * 1048576 WHERE d.id IS NULL",
    "a search row without its ticket":
        "SELECT 1 FROM ticket_search_docsize d LEFT JOIN tickets t ON t.seq = d.id >> 20 WHERE t.seq IS NULL",
}
STATES = ["queued", "sending", "sent", "delivered", "failed", "unknown", "suppressed", "cancelled"]


@dataclass
class Verdict:
    """What was found. `faults` names what is lost, half-made, or otherwise not as it has to be."""

    acknowledged: int = 0
    lost: int = 0
    half_made: int = 0
    kept: int = 0
    duplicates: int = 0
    messages: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    def lose(self, what):
        self.lost += 1
        self.faults.append(f"lost: {what}")

    def half(self, what):
        self.half_made += 1
        self.faults.append(f"half-made: {what}")

    def other(self, what):
        self.faults.append(what)

    def heard(self, message, times, doubts):
        """How often the gateway got a message, of which the desk knows so many doubts."""
        self.duplicates += max(0, times - 1)
        if times > 1 and not doubts:
            self.other(f"{message} went {times} times, and the desk does not know")
        if times > 2:
            self.other(f"{message} went {times} times")

    def check(self):
        if self.faults:
            shown = "\n  ".join(self.faults[:12])
            raise Wrong(f"{len(self.faults)} faults, {self.lost} lost, {self.half_made} half-made:\n  {shown}")
        return self


def listed(caller):
    """All tickets of the list, by their text."""
    found, cursor, total = {}, "", None
    while True:
        status, _, page = caller.ask("GET", f"/api/tickets?sort=createdAt&pageSize=100{cursor}")
        if status != 200:
            raise Wrong(f"the list was answered {status}")
        for ticket in page["items"]:
            found.setdefault(ticket["description"], []).append(ticket)
        total = page["total"] if total is None and page["totalIsExact"] else total
        if not page["nextCursor"]:
            break
        cursor = f"&cursor={page['nextCursor']}"
    there = sum(map(len, found.values()))
    if total is not None and total < 10_000 and total != there:
        raise Wrong(f"the list says {total} and has {there}")
    return found


def look(caller, case, tickets, verdict):
    """One case against what the desk has of it."""
    if len(tickets) > 1:
        return verdict.half(f"{case.key} is there {len(tickets)} times")
    if not tickets:
        if case.created == ACKNOWLEDGED:
            verdict.lose(f"ticket {case.reference} of {case.key}")
        return None
    if case.created != ACKNOWLEDGED:
        verdict.kept += 1
    status, _, ticket = caller.ask("GET", f"/api/tickets/{tickets[0]['id']}")
    if status != 200:
        return verdict.lose(f"{case.reference} was answered {status}")
    if case.created == ACKNOWLEDGED and (ticket["id"], ticket["ticketRef"]) != (case.id, case.reference):
        verdict.half(f"{case.key} was answered as {case.reference} and is {ticket['ticketRef']}")
    for name, value in case.body.items():
        if ticket[name] != value:
            verdict.lose(f"{name} of {case.reference}: {ticket[name]!r} is not {value!r}")
    return look_at_history(caller, case, ticket, verdict)


def look_at_history(caller, case, ticket, verdict):
    states = [entry["status"] for entry in ticket["statusHistory"]]
    notes = [note["content"] for note in ticket["notes"]]
    if case.fixed == ACKNOWLEDGED and "Fixed" not in states:
        verdict.lose(f"Fixed of {case.reference}")
    if case.noted == ACKNOWLEDGED and not notes:
        verdict.lose(f"the note of {case.reference}")
    verdict.kept += (bool(notes) and case.noted != ACKNOWLEDGED) + ("Fixed" in states and case.fixed != ACKNOWLEDGED)
    if states not in (["New"], ["New", "Fixed"]) or states[-1] != ticket["status"]:
        verdict.half(f"history of {case.reference}: {states}, and it is {ticket['status']}")
    if notes not in ([], [f"Note of {case.key}"]):
        verdict.half(f"notes of {case.reference}: {notes}")
    if not case.noted and notes or not case.fixed and "Fixed" in states:
        verdict.half(f"{case.reference} has what nobody asked for: {states}, {notes}")
    if ticket["version"] != len(states) + len(notes):
        verdict.half(f"{case.reference} is at version {ticket['version']} after {states}, {notes}")
    status, _, messages = caller.ask("GET", f"/api/tickets/{ticket['id']}/notifications")
    kinds = [message["kind"] for message in messages["items"]] if status == 200 else status
    if kinds != {1: ["created"], 2: ["created", "fixed"]}.get(len(states)):
        verdict.half(f"messages of {case.reference}: {kinds} for {states}")
    for message in messages["items"] if status == 200 else []:
        if ticket["ticketRef"] not in message["text"] or message["recipient"] != case.body["clientPhone"]:
            verdict.half(f"a message of {case.reference} is not its own")


def from_outside(load, verdict):
    """Every case, through the API."""
    caller = Caller(load.bases, load.token, again=True)
    found = listed(caller)
    cases = list(load.cases)
    known = {case.text for case in cases}
    for text in found.keys() - known:
        verdict.half(f"a ticket that nobody logged: {text[:60]!r}")

    def part(number):
        mine = Caller(load.bases, load.token, again=True)
        for case in cases[number::4]:
            look(mine, case, found.get(case.text, []), verdict)
        mine.close()

    with ThreadPoolExecutor(4) as crew:
        list(crew.map(part, range(4)))
    replay(caller, load, cases, verdict)
    search(caller, cases, verdict)
    caller.close()


def replay(caller, load, cases, verdict):
    """A key that was acknowledged gives the first answer again, and nothing new."""
    for case in [case for case in cases if case.created == ACKNOWLEDGED][::-1][:50]:
        status, headers, again = caller.ask("POST", "/api/tickets", case.body, {"Idempotency-Key": case.key})
        if status != 201 or again["id"] != case.id or headers.get("Idempotency-Replayed") != "true":
            verdict.half(f"the key of {case.reference} sent again gives {status}, {again and again.get('ticketRef')}")


def search(caller, cases, verdict):
    """The search finds what was logged, by a word that only one ticket has."""
    for case in [case for case in cases if case.created == ACKNOWLEDGED][:: max(1, len(cases) // 50)]:
        status, _, page = caller.ask("GET", f"/api/tickets?q={case.key}")
        ids = [ticket["id"] for ticket in page["items"]] if status == 200 else status
        if ids != [case.id]:
            verdict.lose(f"a search for {case.key} finds {ids}")


def rows(desk, sql):
    """What a statement gives, on a desk that stands still."""
    url = desk.settings.get("DATABASE_URL")
    if url:
        asked = [BIN / "as-postgres", "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d",
                 f"{url}?target_session_attrs=read-write" if "," in url else url, "-c", sql]
        done = subprocess.run(asked, text=True, capture_output=True, check=False)
        if done.returncode:
            raise Wrong(f"psql: {done.stderr.strip()}")
        return [tuple(line.split("|")) for line in done.stdout.splitlines()]
    with contextlib.closing(sqlite3.connect(f"file:{desk.data}/redress.db?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def from_inside(desk, verdict):
    """The stopped desk's own record: nothing half-made, and the file and the audit history whole."""
    sqlite = not desk.settings.get("DATABASE_URL")
    if sqlite:
        whole = rows(desk, "PRAGMA integrity_check")
        if whole != [("ok",)]:
            verdict.other(f"the file is damaged: {whole[:3]}")
        if rows(desk, "PRAGMA foreign_key_check"):
            verdict.half("rows refer to rows that are not there")
    for what, sql in {**NEVER, **(FOUND if sqlite else {})}.items():
        count = len(rows(desk, sql))
        if count:
            verdict.half(f"{what}, {count} times")
    status, said, complaint = desk.run("audit", "verify", check=False)
    if status or "hold together" not in said:
        verdict.other(f"redress audit verify: {said.strip()} {complaint.strip()}")


def drain(desk, load, seconds=30.0, step=45):
    """Waits until no message is on its way. Leases and pauses are let run out by moving the clock on, by `step` seconds for each
    one that this takes."""
    caller = Caller(load.bases, load.token, again=True)

    def waiting():
        counts = [caller.ask("GET", f"/api/notifications?state={state}&pageSize=1") for state in ("queued", "sending")]
        return [len(page["items"]) if status == 200 else 1 for status, _, page in counts]

    ahead = desk.control.get(0) // 1000
    end = int(seconds)
    for second in range(end):
        try:
            until("the outbox to be empty", lambda: not any(waiting()), 1.5, 0.1)
            break
        except Wrong:
            if step and second % 2:
                ahead += step
                desk.control.clock(ahead)
    else:
        raise Wrong("messages are still queued or being sent")
    caller.close()


def of_messages(desk, sink, verdict, allowed_unknown=True):
    """Each message against what the gateway got: sent means that it was there, twice means that the desk knows of a doubt."""
    hexed = "encode(id, 'hex')" if desk.settings.get("DATABASE_URL") else "lower(hex(id))"
    states = Counter()
    for number, state, doubts in rows(desk, f"SELECT {hexed}, state, doubts FROM notifications"):
        one = f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
        state, doubts, times = STATES[int(state)], int(doubts), sink.got.get(one, 0)
        states[state] += 1
        if state in ("sent", "delivered") and not times:
            verdict.lose(f"message {one} counts as {state} and never reached the gateway")
        elif state == "unknown" and not allowed_unknown or state not in ("sent", "delivered", "unknown"):
            verdict.other(f"message {one} is {state} in the end")
        verdict.heard(f"message {one}", times, doubts)
    verdict.messages = dict(states)


def settle(desk, load, sink=None, seconds=30.0, step=45, allowed_unknown=True):
    """The whole account of a desk that runs and is well again: what is open is finished first, and it is stopped by that."""
    load.settle()
    if sink:
        drain(desk, load, seconds, step)
    return examine(desk, load, sink, allowed_unknown)


def examine(desk, load, sink=None, allowed_unknown=True):
    """The same of a desk where nothing is under way. Raises what must not be."""
    verdict = Verdict()
    from_outside(load, verdict)
    desk.stop()
    from_inside(desk, verdict)
    if sink:
        of_messages(desk, sink, verdict, allowed_unknown)
    for strange in load.strange:
        verdict.other(strange)
    if "panicked" in desk.words():
        verdict.other("something panicked: " + desk.words()[desk.words().index("panicked") - 200:][:400])
    verdict.acknowledged = load.acknowledged()
    return verdict.check()
