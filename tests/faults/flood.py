"""More than can be done: two thousand people write at the same time, while nothing can be written for a while. Whoever cannot be
served is told so and when to come again, memory stays bounded, and afterwards all is as before."""

import json
import socket
import sqlite3
import threading
import time
from collections import Counter

import account
from desk import Wrong, until
from idle import memory, room
from load import Load
from main import Report

PEOPLE = 2000


def run(bench):
    room(PEOPLE + 500)
    desk = bench.desk().start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=2, pause=0.05).start()
    until("some work", lambda: load.count(201) > 20)
    rounds, counts, slowest, first, most = 5 if bench.long else 1, Counter(), 0.0, memory(desk), 0
    other = sqlite3.connect(desk.data / "redress.db", isolation_level=None, timeout=30)
    for number in range(rounds):
        other.execute("BEGIN IMMEDIATE")
        crowd = Crowd(desk, number)
        peak = crowd.ask(hold=12, release=lambda: other.execute("ROLLBACK"))
        counts += crowd.answers
        slowest, most = max(slowest, crowd.slowest), max(most, peak)
        load.cases.extend(crowd.cases)
        before = load.count(201)
        until("the desk to take tickets again", lambda: load.count(201) > before)
    other.close()
    load.stop()
    if set(counts) - {201, 503}:
        raise Wrong(f"the answers were {dict(counts)}")
    if most - first > 512 * 1024:
        raise Wrong(f"memory grew from {first // 1024} to {most // 1024} MiB")
    verdict = account.settle(desk, load)
    return Report(f"{rounds} times {PEOPLE} writers at once, and 12 s without a write", verdict,
                  f"answers {dict(counts)}, each 503 with Retry-After, the last after {slowest:.0f} s; memory from {first // 1024} to "
                  f"{most // 1024} MiB at most")


class Crowd:
    """People who each log one ticket, all at the same time."""

    def __init__(self, desk, number):
        self.desk, self.answers, self.slowest = desk, Counter(), 0.0
        # Kept for the account: a list of cases such as a load has.
        maker = Load([desk.base], desk.token, "/dev/null", clients=0)
        self.cases = [maker.case(f"c{number}y{one}z", one) for one in range(PEOPLE)]
        for case in self.cases:
            case.created = "abandoned"

    def ask(self, hold, release):
        """All at once; `release` is called after `hold` seconds. How much memory there was at most."""
        began, peak, waiting = time.monotonic(), 0, []
        for case in self.cases:
            one = socket.create_connection(("127.0.0.1", self.desk.port), timeout=60)
            body = json.dumps(case.body)
            one.sendall(
                f"POST /api/tickets HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nAuthorization: Bearer {self.desk.token}\r\n"
                f"Content-Type: application/json\r\nIdempotency-Key: {case.key}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
                .encode())
            waiting.append((case, one))
        timer = threading.Timer(hold, lambda: None)
        timer.start()
        watch = Watch(self.desk)
        crew = threading.Thread(target=self.read, args=(waiting, began))
        crew.start()
        timer.join()
        release()
        crew.join(90)
        if crew.is_alive():
            raise Wrong("not everybody has been answered after a minute and a half")
        return watch.end()

    def read(self, waiting, began):
        for case, one in waiting:
            raw = b""
            while chunk := one.recv(65536):
                raw += chunk
            one.close()
            head, _, body = raw.partition(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            if status == 503 and b"retry-after:" not in head.lower():
                status = "503 without Retry-After"
            if status == 201:
                made = json.loads(body)
                case.created, case.id, case.reference = "acknowledged", made["id"], made["ticketRef"]
            self.answers[status] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


class Watch:
    """The most memory that a desk had, looked at ten times a second."""

    def __init__(self, desk):
        self.most, self.ended = 0, threading.Event()
        self.thread = threading.Thread(target=self.look, args=(desk,), daemon=True)
        self.thread.start()

    def look(self, desk):
        while not self.ended.wait(0.1):
            self.most = max(self.most, memory(desk))

    def end(self):
        self.ended.set()
        self.thread.join()
        return self.most
