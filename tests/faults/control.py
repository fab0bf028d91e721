"""The account itself: each thing that must not be is brought about behind the desk's back, and has to be found."""

import re
import shutil
import sqlite3
import types

import account
from desk import Wrong, until
from kannel import told
from load import ACKNOWLEDGED, Caller, Load
from main import Report
from sink import Sink

OF = "(SELECT id FROM tickets ORDER BY seq LIMIT 1 OFFSET 3)"
SEQ = "(SELECT seq FROM tickets ORDER BY seq LIMIT 1 OFFSET 3)"
# What is done to the database of a desk that stands still, and what the account has to say of it.
BEHIND_ITS_BACK = {
    "a ticket is gone": (
        [f"DELETE FROM {table} WHERE ticket_id = {OF}" for table in ("ticket_events", "ticket_notes")]
        + [f"DELETE FROM notification_events WHERE notification_id IN (SELECT id FROM notifications WHERE ticket_id = {OF})",
           f"DELETE FROM notifications WHERE ticket_id = {OF}", f"DELETE FROM ticket_texts WHERE seq = {SEQ}",
           f"DELETE FROM tickets WHERE seq = {SEQ}"],
        "lost: ticket BILL-"),
    "a message is gone": (
        [f"DELETE FROM notification_events WHERE notification_id IN (SELECT id FROM notifications WHERE ticket_id = {OF})",
         f"DELETE FROM notifications WHERE ticket_id = {OF}"],
        "half-made: messages of BILL-"),
    "a step of the history is gone": ([f"DELETE FROM ticket_events WHERE ticket_id = {OF} AND version = 1"],
                                      "half-made: history of BILL-"),
    "a note is gone": (["DELETE FROM ticket_notes WHERE id = (SELECT MIN(id) FROM ticket_notes)"], "lost: the note of BILL-"),
    "a Fixed is taken back": (
        ["UPDATE tickets SET status = 0 WHERE seq = (SELECT MIN(seq) FROM tickets WHERE status = 4)"], "half-made: history of BILL-"),
    "a cell is altered": (
        [f"UPDATE ticket_texts SET description = CAST(zeroblob(1) || substr(description, 2) AS BLOB) WHERE seq = {SEQ}"], "FOUND_BY_LIST"),
    "two cells change places": (
        ["CREATE TEMP TABLE swap AS SELECT seq, client_name FROM ticket_texts ORDER BY seq LIMIT 2",
         "UPDATE ticket_texts SET client_name = (SELECT client_name FROM swap WHERE swap.seq <> ticket_texts.seq) "
         "WHERE seq IN (SELECT seq FROM swap)"], "FOUND_BY_LIST"),
    "an answer is forgotten, so that its key logs another ticket": (["DELETE FROM idempotency"], "half-made: the key of BILL-"),
    "a row of the audit history is altered": (["UPDATE audit_events SET at = at + 1 WHERE seq = 1"], "redress audit verify"),
    "a row of the search is gone": ([f"DELETE FROM ticket_search_docsize WHERE id = {SEQ} * 1048576"], "a ticket that no search finds"),
    "a message waits for ever": (
        ["UPDATE notifications SET state = 1, due_at = due_at + 86400000, lease_until = due_at WHERE id = "
         "(SELECT MIN(id) FROM notifications)"], "is sending in the end"),
}
# Whether the desk knows of a doubt or not.
THRICE = r"(?m) went 3 times$"


def run(bench):
    sink = bench.keep(Sink())
    desk = bench.desk(**sink.settings()).start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=3).start()
    until("some work", lambda: load.acknowledged() > 60)
    load.stop()
    verdict = account.settle(desk, load, sink)
    sound, found = bench.work / "sound", []
    shutil.copytree(desk.data, sound)

    def expect(what, said, load=load, sink=sink):
        desk.start()
        try:
            account.examine(desk, load, sink)
        except Wrong as wrong:
            if not re.search(said, str(wrong)):
                raise Wrong(f"{what}: found, but as something else: {wrong}") from wrong
            found.append(what)
        else:
            raise Wrong(f"{what}: the account did not find it")
        finally:
            desk.end()
            shutil.rmtree(desk.data)
            shutil.copytree(sound, desk.data)

    for what, (statements, said) in BEHIND_ITS_BACK.items():
        with sqlite3.connect(desk.data / "redress.db") as database:
            for statement in statements:
                database.execute(statement)
        database.close()
        expect(what, said.replace("FOUND_BY_LIST", "the list was answered 500"))
    damage(desk)
    expect("a page of an index is damaged", "the file is damaged")
    expect("a message counts as sent that no gateway got", "never reached the gateway", sink=heard(sink, 0))
    expect("a message went twice and nobody knows", "and the desk does not know", sink=heard(sink, 2))
    expect("a message went three times", THRICE, sink=heard(sink, 3))
    for times, said in ((0, "lost: .* never reached the SMSC"), (2, "and the desk does not know"), (3, THRICE)):
        overheard(desk, times, said)
        found.append(f"an SMSC got a message {times} times")
    twice(bench, desk, load)
    expect("a ticket is there twice", "is there 2 times")
    expect("a ticket that nobody logged", "a ticket that nobody logged", load=without_one(load))
    return Report(f"{len(found)} faults of the record planted and found", verdict)


def damage(desk):
    """Some bytes of an index that no answer needs."""
    with sqlite3.connect(desk.data / "redress.db") as database:
        page = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'notifications_due' OR name = "
                                "'idempotency_age' ORDER BY name LIMIT 1").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    database.close()
    with open(desk.data / "redress.db", "r+b") as file:
        file.seek(page * size - 64)
        file.write(bytes(40))


def heard(sink, times):
    """What the gateway would have, had one message come so often."""
    got = dict(sink.got)
    got[next(iter(got))] = times
    return types.SimpleNamespace(got=got)


def overheard(desk, times, said):
    """What has to be said where an SMSC, which knows of no ids, got one message so often and each other once."""
    kinds = {0: "created", 1: "fixed"}
    messages = account.rows(desk, "SELECT t.ticket_ref, n.kind FROM notifications n JOIN tickets t ON t.id = n.ticket_id")
    got = {(reference, kinds[kind]): 1 for reference, kind in messages}
    told(desk, got, sound := account.Verdict())
    sound.check()
    told(desk, {**got, next(iter(got)): times}, verdict := account.Verdict())
    if not any(re.search(said, fault) for fault in verdict.faults):
        raise Wrong(f"an SMSC got a message {times} times, and the account says {verdict.faults}")


def twice(bench, desk, load):
    """What a desk that takes no heed of keys would do."""
    desk.start()
    case = next(case for case in load.cases if case.created == ACKNOWLEDGED)
    Caller([desk.base], desk.token).ask("POST", "/api/tickets", case.body, {"Idempotency-Key": "another"})
    desk.stop()


def without_one(load):
    fewer = Load(load.bases, load.token, "/dev/null", clients=0)
    fewer.cases = load.cases[1:]
    return fewer
