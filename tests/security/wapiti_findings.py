"""What wapiti found that nobody has argued: wapiti_findings.py REPORT LOG EXCEPTIONS ARGUED

Prints a line for each finding, then the summary; fails where there is a finding. A form without a token is tried the way
another site's page would send it, and its finding tells whether that was refused."""

import json
import sys
import urllib.error
import urllib.request
from fnmatch import fnmatchcase
from urllib.parse import urljoin

report, log, exceptions, argued_file = sys.argv[1:]
with open(report, encoding="utf-8") as file:
    report = json.load(file)
with open(exceptions, encoding="utf-8") as file:
    lines = [line.strip().split(" | ", 2) for line in file if line.strip() and not line.startswith("#")]
target = report["infos"]["target"]
argued = [pattern for tool, pattern, _reason in lines if tool == "wapiti"]
with open(log, encoding="utf-8", errors="replace") as file:
    attacks = sum(line.startswith("[¨]") for line in file)


def status(request, foreign):
    """What the server answers to a request that wapiti made, with these headers added."""
    head, _, body = request.partition("\n\n")
    line, *headers = head.split("\n")
    method, path, _version = line.split(" ", 2)
    headers = dict(header.split(": ", 1) for header in headers)
    for name in ("connection", "content-length", "accept-encoding"):
        headers.pop(name, None)
    sent = urllib.request.Request(urljoin(target, path), body.encode(), {**headers, **foreign}, method=method)
    try:
        with urllib.request.build_opener(Stay).open(sent) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def refused(request):
    """Whether the form is refused when the page of another site has sent it, and only then."""
    foreign = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://other.example"})
    return all(status(request, headers) == 403 for headers in foreign) and status(request, {}) != 403


findings, excused, used = [], 0, set()
for kind in ("vulnerabilities", "anomalies"):
    for category, found in report[kind].items():
        for one in found:
            words = f"{one['module']}: {one['method']} {one['path']} {one['parameter'] or '-'} {one['info']}"
            if one["module"] == "csrf" and refused(one["http_request"]):
                words += ", refused from another site"
            pattern = next((pattern for pattern in argued if fnmatchcase(words, pattern)), None)
            if pattern:
                excused += 1
                used.add(pattern)
            else:
                findings.append(f"{category}: {words}\n    {one['curl_command']}")

print("\n".join(findings))
with open(argued_file, "a", encoding="utf-8") as file:
    file.writelines(f"{pattern}\n" for pattern in sorted(used))
print(f"{attacks} attacks, {excused} argued, {len(findings)} findings")
sys.exit(bool(findings))
