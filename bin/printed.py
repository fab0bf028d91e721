"""What a page shows as printed, held against what was printed. What is another one each time (ids, references, times, digests) is
alike; `…` is anything."""

import json
import re

ALIKE = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?", "<time>"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>"),
    (r"\bBILL-\d{8}-[0-9A-Z]{4}\b", "<reference>"),
    (r"\b[0-9a-f]{32,}\b", "<digest>"),
]


def alike(text, numbers):
    text = re.sub(r"\b[0-9a-f]{4,}…", "<digest>", text)
    for pattern, word in ALIKE:
        text = re.sub(pattern, word, text)
    if numbers:
        text = re.sub(r"[ \t]+", " ", re.sub(r"\b\d[\d,.]*\b", "<number>", text))
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def matches(shown, real):
    """Whether a text is another, which may leave out: `…` in a line is anything, on a line of its own any lines."""
    parts = []
    for line in shown.splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part in line.split("…")) + r"\n")
    return re.fullmatch("".join(parts), real + "\n") is not None


def within(shown, real, numbers, path="it"):
    """What of a JSON value is not in another one, which may have more members."""
    if isinstance(shown, dict) and isinstance(real, dict):
        for name, value in shown.items():
            if name not in real:
                return f"{path}.{name} is not there"
            if wrong := within(value, real[name], numbers, f"{path}.{name}"):
                return wrong
        return None
    if isinstance(shown, list) and isinstance(real, list):
        if shown and shown[-1] == "…":
            shown, real = shown[:-1], real[:len(shown) - 1]
        if len(shown) != len(real):
            return f"{path} has {len(real)} elements"
        return next((wrong for at, (one, other) in enumerate(zip(shown, real))
                     if (wrong := within(one, other, numbers, f"{path}[{at}]"))), None)
    if isinstance(shown, str) and isinstance(real, str):
        same = matches(alike(shown, numbers), alike(real, numbers))
    else:
        same = type(shown) is type(real) and (shown == real or (numbers and isinstance(shown, int | float)))
    return None if same else f"{path} is {json.dumps(real, ensure_ascii=False)}"


def json_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def answer_differs(shown, real, numbers):
    """An answer of HTTP: its status, the headers that are shown, and its body."""
    shown_head, _, shown_body = shown.partition("\n\n")
    real_head, _, real_body = real.replace("\r", "").partition("\n\n")
    shown_status, *shown_headers = alike(shown_head, numbers).splitlines()
    real_status, *real_headers = alike(real_head, numbers).splitlines()
    if not matches(shown_status, real_status):
        return f"it answers {real_status}"
    for header in shown_headers:
        if not any(matches(header.lower(), one.lower()) for one in real_headers):
            return f"no such header: {header}; there are\n" + "\n".join(real_headers)
    return body_differs(shown_body, real_body, numbers) if shown_body.strip() else None


def body_differs(shown, real, numbers):
    shown_json, real_json = json_of(shown), json_of(real)
    if shown_json is not None and real_json is not None:
        wrong = within(shown_json, real_json, numbers)
        return wrong and f"{wrong}, in\n{real}"
    if matches(alike(shown, numbers), alike(real, numbers)):
        return None
    return f"this is printed:\n{real}"


def differs(block, real, numbers):
    """What is wrong with a block that shows what was printed, or nothing."""
    compare = answer_differs if block.info == "http" else body_differs
    return compare(block.text, real, numbers)
