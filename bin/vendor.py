"""What bin/vendor does once its tools are there. The same packages give the same bytes, each time."""

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

TOOLS = Path(sys.argv[1])
CHECK = "--check" in sys.argv
NEW_ICONS = [name for name in sys.argv[2:] if not name.startswith("-")]
SPRITE = Path("assets/vendor/tabler-icons.svg")

# The weights that the style sheets use, and what they lay out text with. Without hints: browsers of today smooth
# letters without, and Inter has none worth the name.
WEIGHTS = (400, 700)
FEATURES = ["calt", "ccmp", "locl", "tnum", "kern", "mark", "mkmk"]

# A browser fetches a piece when a page has a letter of it: most pages the first only, names of Poland, Turkey or
# Romania the second. Each letter is in one piece.
PIECES = {
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, U+0329, "
    "U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD",
    "latin-a": "U+0100-0130, U+0132-0151, U+0154-017F, U+018F, U+0218-021B, U+0259",
    "latin-additional": "U+1E00-1E9F, U+1EF2-1EFF",
    "latin-rest": "U+0180-018E, U+0190-019F, U+01A2-01AE, U+01B1-0217, U+021C-0258, U+025A-02BA, U+02BD-02C5, "
    "U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1D00-1DBF, U+2020, U+2113, U+2C60-2C7F, U+A720-A7FF",
    "currency": "U+20A0-20AB, U+20AD-20C0",
    "vietnamese": "U+01A0-01A1, U+01AF-01B0, U+0300-0301, U+0303, U+0309, U+0323, U+1EA0-1EF1",
}

FACE = """  @font-face {{
    font-family: "Inter Variable";
    font-style: normal;
    font-display: swap;
    font-weight: {weights};
    src: url("vendor/inter/{piece}.woff2") format("woff2");
    unicode-range:
{range};
  }}
"""


def fetched(package, version):
    """The files of a package, by their path in it."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", TOOLS, f"{package}@{version}"],
        check=True, capture_output=True, text=True,
    )
    with tarfile.open(TOOLS / packed.stdout.strip().splitlines()[-1]) as archive:
        return {one.name.partition("/")[2]: archive.extractfile(one).read() for one in archive if one.isfile()}


def minified(source):
    """A module without comments and white space, but for its licence."""
    module = TOOLS / "module.js"
    module.write_bytes(source)
    terser = TOOLS / "node_modules/.bin/terser"
    options = ["--module", "--compress", "passes=3,ecma=2020", "--mangle", "--comments", "/^!|@licen[sc]e|Copyright/"]
    return subprocess.run([terser, module, *options], check=True, capture_output=True).stdout


def letters(ranges):
    for part in ranges.split(", "):
        first, _, last = part.removeprefix("U+").partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def piece(source, ranges):
    """The part of a font that has these letters, in the weights in use."""
    font = instancer.instantiateVariableFont(TTFont(io.BytesIO(source), recalcTimestamp=False), {"wght": WEIGHTS})
    # Read anew: the instancer leaves out the variations of what does not vary, which the subsetter asks for.
    font.flavor = None
    whole = io.BytesIO()
    font.save(whole)
    font = TTFont(whole, recalcTimestamp=False)
    options = subset.Options(
        layout_features=FEATURES, hinting=False, glyph_names=False, notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], flavor="woff2",
    )
    cut = subset.Subsetter(options)
    cut.populate(unicodes=set(letters(ranges)) & set(font.getBestCmap()))
    cut.subset(font)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


def sprite(files, version):
    """The icons in use as one file of symbols, and the bytes that they come from."""
    names = re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()) + NEW_ICONS
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', f"<!-- Subset of Tabler Icons {version}, outline. MIT, see LICENSES.txt -->"]
    sources = b""
    for name in dict.fromkeys(names):
        source = files[f"icons/outline/{name}.svg"]
        sources += source
        # Each begins with a square that is not painted.
        paths = re.findall(r"<(?!svg|path stroke=\"none\")[a-z]+ [^>]*/>", source.decode())
        lines.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths)}</symbol>')
    return "\n".join([*lines, "</svg>", ""]).encode(), sources


def fonts_css():
    faces = []
    for name, ranges in PIECES.items():
        rows, row = [], "      "
        for part in ranges.split(", "):
            if len(row) + len(part) > 120:
                rows.append(row.rstrip())
                row = "      "
            row += f"{part}, "
        rows.append(row.rstrip(", "))
        faces.append(FACE.format(weights="{} {}".format(*WEIGHTS), piece=name, range="\n".join(rows)))
    return ("/* Written by bin/vendor: the pieces of Inter, each fetched where a page has a letter of it. */\n@layer tokens {\n"
            + "".join(faces) + "}\n").encode()


def made(entry, files):
    """What becomes of an entry of vendor.json: the bytes that its package ships, and ours."""
    name, source = Path(entry["file"]), files.get(entry["source"], b"")
    if name == SPRITE:
        ours, source = sprite(files, entry["version"])
        return source, ours
    if name.suffix == ".woff2":
        return source, piece(source, PIECES[name.stem])
    if name.name == "common-passwords":
        listed = re.search(r'passwords:\s*"([^"]*)"', source.decode())[1].split(",")
        return source, "".join(f"{word}\n" for word in sorted({word for word in listed if len(word) >= 8})).encode()
    if entry["done"].startswith("minified"):
        return source, minified(source)
    return source, source


def main():
    listed = json.loads(Path("vendor.json").read_text())
    packages, wanted = {}, {}
    for entry in listed:
        key = (entry["package"], entry["version"])
        if key not in packages:
            packages[key] = fetched(*key)
        source, ours = made(entry, packages[key])
        entry["source_sha256"] = hashlib.sha256(source).hexdigest()
        entry["sha256"] = hashlib.sha256(ours).hexdigest()
        wanted[entry["file"]] = ours
    wanted["assets/css/fonts.css"] = fonts_css()
    wanted["vendor.json"] = (json.dumps(listed, indent=2, ensure_ascii=False) + "\n").encode()
    others = [name for name, data in wanted.items() if not Path(name).exists() or Path(name).read_bytes() != data]
    if CHECK:
        sys.exit(f"would become others: {', '.join(others)}" if others else 0)
    for name in others:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(wanted[name])
    print(f"changed: {', '.join(others)}" if others else "all as it was")


main()
