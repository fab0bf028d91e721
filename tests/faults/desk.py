"""A desk of one fault: its directory, its processes, its settings, and what its log says."""

import contextlib
import ctypes
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request

REDRESS = os.environ["FAULTS_REDRESS"]
SHIM = os.environ["FAULTS_SHIM"]
BIN = pathlib.Path(__file__).resolve().parents[2] / "bin"
EMAIL = "faults@desk.example"
PASSWORD = "faults-correct-horse-1"


class Wrong(Exception):
    """Something that must not be. Its text says what."""


class NotRun(Exception):
    """This machine cannot do it, or a tool is missing. Its text says why."""


def until(what, so, seconds=30.0, pause=0.02):
    """Waits until it is so and gives what `so` gave."""
    end = time.monotonic() + seconds
    while True:
        found = so()
        if found:
            return found
        if time.monotonic() > end:
            raise Wrong(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)


def free_port():
    """Below those that the system gives to whoever asks for any or calls somebody: who is killed finds its own again, though
    clients call all the while."""
    while True:
        port = random.randrange(11_000, 20_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def need(*programs):
    """Fails as not run unless all of them are there."""
    for program in programs:
        if not shutil.which(program) and not os.access(program, os.X_OK):
            raise NotRun(f"there is no {program}")


def with_parent():
    """Has this process be killed when the one that started it ends, however that ends: nothing may outlive a run."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Control:
    """What tests/faults/shim.c reads: the clock, and which calls fail."""

    WRITES, FLUSHES, SIZES, CREATION = 1, 2, 4, 8

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(64))

    def put(self, place, *numbers):
        with open(self.path, "r+b") as file:
            file.seek(8 * place)
            file.write(struct.pack(f"<{len(numbers)}q", *numbers))

    def get(self, place):
        return struct.unpack_from("<q", self.path.read_bytes(), 8 * place)[0]

    def clock(self, seconds):
        self.put(0, int(seconds * 1000))

    def fail(self, calls, error, nth=0):
        """These calls fail with this errno: all from now on, or only the so-many-th."""
        self.put(2, error, nth, 0)
        self.put(1, calls)

    def heal(self):
        self.put(1, 0)

    def slow(self, seconds):
        """Each flush begins so much later."""
        self.put(5, int(seconds * 1e6))

    failed = property(lambda self: self.get(4))


class Desk:
    """A desk with an owner and a token, its data in `data` if not in its own place; `settings` are REDRESS_… variables without
    that."""

    def __init__(self, place, data=None, **settings):
        self.place = pathlib.Path(place)
        self.place.mkdir(parents=True)
        self.data = data or self.place / "data"
        self.data.mkdir(mode=0o700)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.control = Control(self.place / "control")
        self.journal = None
        self.log = self.place / "server.log"
        self.process = None
        self.token = None
        self.settings = {
            "LISTEN": f"127.0.0.1:{self.port}", "DATA_DIR": str(self.data), "REGION": "GB",
            "SMS_SENDER": "+447700900199", **settings,
        }

    def environment(self, shim=True):
        chosen = {f"REDRESS_{name}": str(value) for name, value in self.settings.items()}
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("REDRESS_", "FAULTS_"))}
        whole = {**plain, **chosen, "RUST_BACKTRACE": "0"}
        if shim:
            whole |= {"LD_PRELOAD": SHIM, "FAULTS_DIR": str(self.data), "FAULTS_CONTROL": str(self.control.path)}
            if self.journal:
                whole["FAULTS_JOURNAL"] = str(self.journal)
        return whole

    def run(self, *words, given="", check=True, shim=False):
        """A command of the program. Gives its output, or with `check=False` its status, output and complaints."""
        done = subprocess.run(
            [REDRESS, *map(str, words)], input=given, env=self.environment(shim), cwd=self.place, text=True,
            capture_output=True, timeout=120, check=False,
        )
        if not check:
            return done.returncode, done.stdout, done.stderr
        if done.returncode:
            raise Wrong(f"redress {words[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def people(self):
        """The owner and the owner's token, on a new desk."""
        self.run("user", "add", "--email", EMAIL, "--name", "Faults", "--role", "admin", "--password-stdin",
                 given=PASSWORD + "\n")
        self.token = self.run("token", "create", "--user", EMAIL, "--name", "faults").strip()
        return self

    def start(self, wait=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [REDRESS, "serve"], env=self.environment(), cwd=self.place, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, preexec_fn=with_parent,
            )
        if wait:
            self.await_ready()
        return self

    def await_ready(self, seconds=60.0):
        def ready():
            if self.process.poll() is not None:
                raise Wrong(f"the server ended with {self.process.returncode}: {self.words()[-300:]}")
            return self.answers("/readyz") == 200

        until("the server to be ready", ready, seconds)

    def answers(self, path, timeout=5.0):
        """The status of a GET, or nothing when there is no answer."""
        request = urllib.request.Request(self.base + path, headers={"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def kill(self):
        """As kill -9 does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """Asks it to end, which it has to do well."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process = None
        if status:
            raise Wrong(f"the server ended with {status} when asked to stop: {self.words()[-300:]}")

    def end(self):
        """Whatever has become of it."""
        if self.process and self.process.poll() is None:
            self.kill()

    def words(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def says(self, *patterns):
        """Each of them has to be in the log."""
        for pattern in patterns:
            if not re.search(pattern, self.words()):
                raise Wrong(f"the log does not say {pattern!r}: …{self.words()[-300:]}")

    def said_when_refused(self, pattern):
        """What it says when it does not start, which has to be this."""
        self.start(wait=False)
        try:
            status = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Wrong("it started, and should have refused to") from None
        self.process = None
        last = self.words().strip().splitlines()[-1:]
        if not status or not re.search(pattern, "".join(last)):
            raise Wrong(f"it ended with {status} and said {last}, and not {pattern!r}")
