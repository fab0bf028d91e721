"""Clients at work, with a log of their own: of each request what it asked for and what was answered.

A client logs a ticket, adds a note to every second one and fixes every third. What got no answer, or a 5xx, is sent again under
its key until it is acknowledged; but one in eight is given up, so that it shows whether a refusal left anything. """

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field

ACKNOWLEDGED, OPEN, ABANDONED = "acknowledged", "open", "abandoned"
STEP_OF = {"create": "created", "note": "noted", "fix": "fixed"}


@dataclass
class Case:
    """One ticket, as its client knows it."""

    key: str
    text: str
    body: dict
    id: str = ""
    reference: str = ""
    created: str = ""
    noted: str = ""
    fixed: str = ""
    # What the last refusal was: no answer, or a status.
    refusals: list = field(default_factory=list)
    # When each step was acknowledged.
    times: dict = field(default_factory=dict)


class Caller:
    """One connection, opened again where it broke."""

    def __init__(self, bases, token, timeout=40.0, again=False):
        self.bases, self.token, self.timeout, self.again = bases, token, timeout, again
        self.turn, self.connection, self.error = 0, None, ""

    def ask(self, method, path, body=None, headers=None):
        """Status, headers and JSON; or no status when there was no answer. With `again` a connection that was ended while
        nothing was asked does not count."""
        kept = self.connection is not None
        answer = self.ask_once(method, path, body, headers)
        return self.ask_once(method, path, body, headers) if answer[0] is None and kept and self.again else answer

    def ask_once(self, method, path, body, headers):
        if self.connection is None:
            host = self.bases[self.turn % len(self.bases)].removeprefix("http://")
            self.connection = http.client.HTTPConnection(host, timeout=self.timeout)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        try:
            self.connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = self.connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.error = repr(error)
            self.close()
            self.turn += 1
            return None, {}, None
        try:
            return answer.status, answer.headers, json.loads(raw) if raw else None
        except ValueError:
            # What stands between has answered.
            return answer.status, answer.headers, raw[:200]

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Load:
    """So many clients. `log` is where they write what they saw; `again` is that of their connections."""

    def __init__(self, bases, token, log, clients=6, seed=20261127, pause=0.0, again=False):
        self.bases, self.token, self.pause, self.again = bases, token, pause, again
        self.stopped, self.lock = threading.Event(), threading.Lock()
        self.cases, self.strange, self.answers, self.times = [], [], {}, []
        self.log = open(log, "a", encoding="utf-8")
        self.threads = [
            threading.Thread(target=self.work, args=(number, random.Random(seed + number)), daemon=True)
            for number in range(clients)
        ]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)
        return self

    def acknowledged(self):
        """Requests that were answered as done."""
        return sum((case.created, case.noted, case.fixed).count(ACKNOWLEDGED) for case in list(self.cases))

    def fresh(self, since):
        """Requests that were sent for the first time since then and answered as done. One that is sent again may find what was
        done before."""
        return sum(began > since and first and status in (200, 201) for began, _, status, first in list(self.times))

    def count(self, status):
        return self.answers.get(status, 0)

    def work(self, number, chance):
        caller = Caller(self.bases, self.token, again=self.again)
        caller.turn = number
        for turn in range(10**9):
            if self.stopped.is_set():
                break
            key = f"f{number}x{turn}x{chance.randrange(10**9)}"
            case = self.case(key, 1000 * number + turn % 1000)
            with self.lock:
                self.cases.append(case)
            if self.insist(caller, case, "create", chance) and turn % 2:
                self.insist(caller, case, "note", chance)
            if case.created == ACKNOWLEDGED and turn % 3 == 0:
                self.insist(caller, case, "fix", chance)
            if self.pause:
                time.sleep(self.pause)
        caller.close()

    @staticmethod
    def case(key, phone):
        """A ticket that is to be logged, whose words no other has."""
        text = f"Case {key} was billed twice."
        return Case(key, text, {
            "clientName": f"Client {key}", "clientPhone": f"+4477009{phone:05}", "issueType": "Incorrect Bill",
            "description": text,
        })

    def insist(self, caller, case, step, chance):
        """Sends it until it is acknowledged, given up, or the work has ended."""
        name = STEP_OF[step]
        setattr(case, name, OPEN)
        while not self.send(caller, case, step):
            if self.stopped.is_set():
                return False
            if getattr(case, name) != OPEN:
                return False
            if chance.randrange(8) == 0:
                setattr(case, name, ABANDONED)
                return False
            time.sleep(0.02 + chance.random() / 20)
        return True

    def send(self, caller, case, step):
        """Once. Whether it was acknowledged."""
        method, path, body, key, wanted = {
            "create": ("POST", "/api/tickets", case.body, case.key, 201),
            "note": ("POST", f"/api/tickets/{case.id}/notes", {"content": f"Note of {case.key}"}, "n" + case.key, 201),
            "fix": ("PUT", f"/api/tickets/{case.id}", {"status": "Fixed"}, None, 200),
        }[step]
        began = time.monotonic()
        first = not any(refused == step for refused, _ in case.refusals)
        status, headers, answer = caller.ask(method, path, body, {"Idempotency-Key": key} if key else {})
        took = time.monotonic() - began
        with self.lock:
            self.answers[status] = self.answers.get(status, 0) + 1
            self.times.append((began, took, status, first))
            told = [round(began, 4), round(took, 4), step, case.key, status or caller.error]
            print(json.dumps(told), file=self.log, flush=True)
        if status == wanted:
            if step == "create":
                case.id, case.reference = answer["id"], answer["ticketRef"]
            setattr(case, STEP_OF[step], ACKNOWLEDGED)
            case.times[STEP_OF[step]] = began + took
            return True
        if status is not None and status < 500 and status != 429:
            with self.lock:
                self.strange.append(f"{step} of {case.key} was answered {status}: {answer}")
            setattr(case, STEP_OF[step], ABANDONED)
        elif status is not None and status >= 500 and status != 503:
            with self.lock:
                self.strange.append(f"{step} of {case.key} was answered {status}: {answer}")
        else:
            case.refusals.append((step, status))
            if status in (429, 503) and "Retry-After" not in headers:
                with self.lock:
                    self.strange.append(f"a {status} without Retry-After for {step} of {case.key}")
        return False

    def settle(self):
        """Once all is well again: what is open is sent until it is done, and every second thing that was given up."""
        caller, left = Caller(self.bases, self.token), 0
        for number, case in enumerate(self.cases):
            for step, name in STEP_OF.items():
                state = getattr(case, name)
                if state != OPEN and not (state == ABANDONED and number % 2):
                    continue
                if step != "create" and not case.id:
                    continue
                for _ in range(50):
                    if self.send(caller, case, step):
                        break
                    time.sleep(0.1)
                else:
                    left += 1
        caller.close()
        if left:
            self.strange.append(f"{left} requests were not done though sent again and again")
        return self
