"""Commands as the documentation names them, held against what a program's --help and this repository have."""

import functools
import json
import re
import shlex
import subprocess

from pages import ROOT

# Folders of the repository: what is named in one of them has to be there.
FOLDERS = r"(?:\.ci|assets|benches|bin|crates|deploy|docs|fuzz|locales|migrations|src|templates|tests)"
# Words that stand for others: in paths, and in commands.
PLACEHOLDER = re.compile(r"\b(?:FEATURE|NAME|NNNN_name|TAG)\b")
STANDS_FOR = re.compile(r"^[A-Z][A-Z_-]*$|^\$|…|^-$|^<")
# Behind these, redress is the name of a user, a service, a package or an image.
IS_NO_COMMAND = re.compile(r"-.*|apt|purge|stop|start|restart|reload|createuser|chown|logs|exec")
# Where a command of a line ends.
ENDS = {"|", "&&", "||", ">", ">>", "<", "redress", ""}


class Program:
    """A program and its repository."""

    def __init__(self, program):
        self.program, self.seen = program, 0
        self.globals = set(re.findall(r"--[a-z][a-z0-9-]*", self.help()))
        document = json.loads((ROOT / "docs/openapi.json").read_text())["paths"]
        self.calls = [(path, {name.upper() for name in calls}) for path, calls in document.items()]
        # Of pages too, as metrics have them.
        self.routes = set(re.findall(r'"[A-Z ]+ (/[^"\s]*)"', (ROOT / "src/staff/routes.rs").read_text()))
        places = [ROOT / "bin", ROOT / "deploy", ROOT / "tests", ROOT / "benches"]
        texts = (path.read_bytes() for place in places for path in place.rglob("*")
                 if path.is_file() and "node_modules" not in path.parts)
        self.variables = {name.decode() for text in texts for name in re.findall(rb"\bREDRESS_[A-Z_]+\b", text)}

    @functools.cache
    def help(self, *command):
        done = subprocess.run([self.program, *command, "--help"], capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def below(self, command):
        """The commands below one."""
        listed = re.search(r"^Commands:\n((?: +.*\n|\n(?=  ))+)", self.help(*command), re.M)
        return re.findall(r"^  ([a-z][a-z-]*)", listed[1], re.M) if listed else []

    def command(self, words):
        """What is wrong with `redress WORDS`."""
        self.seen += 1
        command, flags = [], []
        for word in words:
            if word.startswith("--"):
                flags.append(word.partition("=")[0])
            elif not flags and self.below(command):
                if STANDS_FOR.search(word):
                    break
                if word not in self.below(command):
                    yield f"there is no command redress {' '.join([*command, word])}"
                    return
                command.append(word)
        # Flags before a command are the program's own, with a value.
        if flags and not command:
            rest = [word for word in words if word in self.below([])]
            if rest:
                yield from self.command([*words[words.index(rest[0]):], *flags])
                return
        known = self.globals | set(re.findall(r"--[a-z][a-z0-9-]*", self.help(*command)))
        for flag in flags:
            if flag not in known:
                yield f"redress {' '.join(command)} has no {flag}"

    def commands(self, text):
        """What is wrong with the commands of a script."""
        text = re.sub(r"\\\n\s*", " ", text)
        text = re.sub(r"(^\s*|\$\()(?:cargo run --release --|target/release/redress\b)", r"\1redress", text, flags=re.M)
        for line in text.splitlines():
            yield from self.variables_of(line)
            try:
                words = shlex.split(line, comments=True)
            except ValueError:
                words = line.split()
            words = [part for word in words for part in re.split(r"\$\(|\)|;|`", word)]
            for at, word in enumerate(words):
                if word == "redress" and (at == 0 or not IS_NO_COMMAND.fullmatch(words[at - 1])):
                    following = words[at + 1:]
                    ends = (n for n, one in enumerate(following) if one in ENDS)
                    yield from self.command(following[:next(ends, len(following))])
                yield from self.file(word)

    def file(self, word):
        """A file of the repository that is not there."""
        word = word.rstrip("/").removeprefix("./")
        if re.fullmatch(rf"{FOLDERS}(?:/[\w.*-]+)+", word) and not PLACEHOLDER.search(word) and not list(ROOT.glob(word)):
            yield f"there is no {word}"

    def variables_of(self, text):
        for name in re.findall(r"\bREDRESS_[A-Z][A-Z_]+\b", text):
            setting = "--" + name.removeprefix("REDRESS_").lower().replace("_", "-")
            if setting not in self.globals and name not in self.variables:
                yield f"there is no variable {name}"

    def query(self, text):
        """Routes that a query of metrics asks for and that are none."""
        for route in re.findall(r'\broute="([^"]*)"', text):
            # Of what is asked for that there is not.
            if route not in {*self.routes, "-"}:
                yield f"there is no route {route}"

    def span(self, text):
        """What is wrong with code within a sentence."""
        yield from self.variables_of(text)
        if found := re.match(r"redress ([a-z-].*)", text):
            yield from self.commands(text)
        elif found := re.match(r"(GET|POST|PUT|PATCH|DELETE) (/api/[^\s?]*)", text):
            yield from self.call(found[1], found[2])
        else:
            yield from self.file(text.partition(" ")[0])

    def call(self, method, path):
        parts = path.split("/")
        for known, methods in self.calls:
            against = known.split("/")
            same = len(parts) == len(against) and all(
                one == other or other.startswith("{") for one, other in zip(parts, against))
            if (same or "…" in path) and method in methods:
                return
        if path not in ("/api/docs", "/api/openapi.json"):
            yield f"there is no call {method} {path}"
