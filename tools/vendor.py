"""Fetch the few third-party files that travel with Tracktwo, and check that they are still the same.

    python tools/vendor.py            fetch again (needs npm, and Debian's fonts-noto-core)
    python tools/vendor.py --check    compare every file with its manifest; works offline

Styles and scripts come from npm by name and version, fonts from Debian's package. Each folder
holds a MANIFEST.toml with name, version, licence and SHA-256 of each file as it is served.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TRACKTWO = Path(__file__).parents[1] / "src" / "tracktwo"
STATIC = TRACKTWO / "static" / "vendor"
FONTS = TRACKTWO / "content" / "fonts"
MANIFEST = "MANIFEST.toml"

# A reference to a source map we do not ship makes browsers ask for it and collectstatic stop.
SOURCE_MAP = re.compile(rb"\s*(?:/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


@dataclass(frozen=True)
class Package:
    """An npm package and which of its files we keep: path inside the package -> our path."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


@dataclass(frozen=True)
class Kept:
    """One file on disk, as the manifest lists it."""

    path: str
    package: str
    version: str
    licence: str
    sha256: str


PACKAGES = (
    Package(
        name="bootstrap",
        version="5.3.9",
        licence="MIT",
        files={
            "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
            "dist/css/bootstrap.rtl.min.css": "bootstrap/bootstrap.rtl.min.css",
            "LICENSE": "bootstrap/LICENSE",
        },
    ),
    Package(
        name="htmx.org",
        version="2.0.11",
        licence="0BSD",
        files={"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"},
    ),
)

FONT_PACKAGE = "fonts-noto-core"
FONT_FOLDER = Path("/usr/share/fonts/truetype/noto")  # where Debian puts them
FONT_FILES = ("NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest_of(folder: Path) -> tuple[Kept, ...]:
    listed = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return tuple(Kept(**entry) for entry in listed["file"])


def write_manifest(folder: Path, kept: Iterable[Kept]) -> None:
    entries = ("\n".join(_lines(one)) for one in sorted(kept, key=lambda one: one.path))
    head = "# Written by tools/vendor.py. Do not edit: fetch again.\n\n"
    (folder / MANIFEST).write_text(head + "\n\n".join(entries) + "\n", encoding="utf-8")


def _lines(one: Kept) -> Iterator[str]:
    yield "[[file]]"
    for name, value in vars(one).items():
        yield f"{name} = {json.dumps(value)}"


def faults(folder: Path) -> list[str]:
    """What differs between a folder and its manifest: changed, missing or unlisted files."""
    listed = {one.path: one.sha256 for one in manifest_of(folder)}
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    return (
        [f"{path}: in the manifest but not there" for path in sorted(listed.keys() - found)]
        + [f"{path}: there but not in the manifest" for path in sorted(found - listed.keys())]
        + [
            f"{path}: changed since it was fetched"
            for path in sorted(listed.keys() & found)
            if digest(folder / path) != listed[path]
        ]
    )


def fetch(package: Package, into: Path) -> list[Kept]:
    """Unpack one npm package and keep its listed files."""
    with tempfile.TemporaryDirectory() as scratch:
        _npm_pack(package, Path(scratch))
        unpacked = Path(scratch) / "package"
        return [_keep(package, unpacked / theirs, into, ours) for theirs, ours in package.files.items()]


def _npm_pack(package: Package, scratch: Path) -> None:
    subprocess.run(
        ["npm", "pack", f"{package.name}@{package.version}", "--silent"],
        cwd=scratch,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = scratch.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(scratch, filter="data")


def _keep(package: Package, source: Path, into: Path, ours: str) -> Kept:
    target = into / ours
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(SOURCE_MAP.sub(b"", source.read_bytes()).rstrip() + b"\n")
    return Kept(ours, package.name, package.version, package.licence, digest(target))


def fetch_fonts(into: Path) -> list[Kept]:
    """Copy the Arabic fonts for papers from Debian's package, with the text of their licence."""
    version = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", FONT_PACKAGE],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in FONT_FILES:
        shutil.copyfile(FONT_FOLDER / name, into / name)
    (into / "OFL.txt").write_text(_font_licence(), encoding="utf-8")
    return [
        Kept(name, FONT_PACKAGE, version, "OFL-1.1", digest(into / name)) for name in (*FONT_FILES, "OFL.txt")
    ]


def _font_licence() -> str:
    """The licence as plain text; Debian's file keeps it in paragraphs led by a space."""
    stated = (Path("/usr/share/doc") / FONT_PACKAGE / "copyright").read_text(encoding="utf-8")
    _, holders = stated.split("Copyright:\n", 1)
    holders = holders.split("License-Grant:", 1)[0]
    _, licence = stated.split("\nLicense: OFL-1.1\n PREAMBLE", 1)
    licence = "PREAMBLE" + licence.split("\nLicense: ", 1)[0]
    lines = (line.strip() for line in licence.splitlines())
    text = "\n".join("" if line == "." else line for line in lines)
    head = "\n".join(f"Copyright {line.strip()}" for line in holders.splitlines() if line.strip())
    return f"{head}\n\nSIL OPEN FONT LICENSE Version 1.1 - 26 February 2007\n\n{text.rstrip()}\n"


def main(words: list[str]) -> int:
    if words == ["--check"]:
        found = [f"{folder.name}/{fault}" for folder in (STATIC, FONTS) for fault in faults(folder)]
        print("\n".join(found) or "Every vendored file is as its manifest says.")
        return 1 if found else 0
    if words:
        print(__doc__)
        return 2
    write_manifest(STATIC, [one for package in PACKAGES for one in fetch(package, STATIC)])
    write_manifest(FONTS, fetch_fonts(FONTS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
