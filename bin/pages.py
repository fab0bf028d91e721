"""The pages of the documentation as bin/book and bin/check-docs read them: code blocks, spans, links. Markdown as CommonMark has
it, as far as these pages use it: what is read otherwise here than there shows as a block of the wrong number in bin/book."""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Block:
    """A block of code, or what a comment has run before one."""

    page: Path
    line: int
    # The words behind ``` of a fenced block; nothing where it is indented.
    info: str
    text: str
    # What `<!-- check: … -->` right before it says.
    marks: list[str] = field(default_factory=list)

    @property
    def place(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def marked(self, word):
        """What a mark says behind its first word, or None where there is no such mark."""
        return next((mark[len(word):].strip() for mark in self.marks if mark.split()[0] == word), None)


@dataclass
class Page:
    path: Path
    blocks: list[Block]
    # Everything else, without comments, by line.
    prose: list[tuple[int, str]]

    def spans(self):
        """Code within sentences, which may go over the end of a line."""
        text = "\n".join(line for _, line in self.prose)
        for found in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text, re.S):
            at = text.count("\n", 0, found.start())
            yield self.prose[at][0], " ".join(found[2].split())

    def links(self):
        """Where links and pictures lead, with the line."""
        for line, text in self.prose:
            bare = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
            for found in re.finditer(r"\]\(<?([^()\s>]+)>?(?:\s+\"[^\"]*\")?\)", bare):
                yield line, found[1]
            if found := re.match(r" {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$", bare):
                yield line, found[1]

    def anchors(self):
        """The names of its headings, as mdBook and GitHub make them."""
        seen, found = {}, set()
        for _, text in self.prose:
            if heading := re.match(r"#{1,6}\s+(.*)", text):
                words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
                name = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")
                count = seen.get(name, 0)
                seen[name] = count + 1
                found.add(f"{name}-{count}" if count else name)
        return found


def indent(line):
    return len(line) - len(line.lstrip(" "))


def read(path):
    """A page, parted."""
    lines = path.read_text().splitlines()
    page = Page(path, [], [])
    at, inside, marks, blank = 0, [0], [], True
    while at < len(lines):
        line, here = lines[at], at + 1
        if not line.strip():
            blank, at = True, at + 1
            continue
        depth = indent(line)
        # A line that is no continuation ends every list that it stands left of.
        while blank and depth < inside[-1]:
            inside.pop()
        if line.lstrip().startswith("<!--"):
            end = next(n for n in range(at, len(lines)) if "-->" in lines[n])
            words = "\n".join(lines[at:end + 1]).strip().removeprefix("<!--").rpartition("-->")[0].strip()
            if words.startswith("check:"):
                mark = words.removeprefix("check:").strip()
                if mark.split()[0] == "before":
                    page.blocks.append(Block(path, here, "before", mark.removeprefix("before").strip(), marks))
                    marks = []
                else:
                    marks.append(mark)
            at, blank = end + 1, True
            continue
        if fence := re.match(r" *(```+)(.*)", line):
            end = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == fence[1])
            body = [text[min(depth, indent(text)):] for text in lines[at + 1:end]]
            page.blocks.append(Block(path, here, fence[2].strip(), "\n".join(body), marks))
            at, marks, blank = end + 1, [], True
            continue
        least = inside[-1] + 4
        if blank and depth >= least:
            end = at
            while end < len(lines) and (not lines[end].strip() or indent(lines[end]) >= least):
                end += 1
            page.blocks.append(Block(path, here, "", "\n".join(text[least:] for text in lines[at:end]).strip("\n"), marks))
            at, marks, blank = end, [], True
            continue
        if item := re.match(r" *(?:[-*]|\d+\.) +", line):
            while depth < inside[-1]:
                inside.pop()
            if len(item[0]) > inside[-1]:
                inside.append(len(item[0]))
        page.prose.append((here, line))
        at, blank, marks = at + 1, bool(re.match(r"#{1,6} ", line)), []
    return page


def chapters():
    """All pages of docs/, but the list of them."""
    return sorted(path for path in (ROOT / "docs").rglob("*.md") if path.name != "SUMMARY.md")
