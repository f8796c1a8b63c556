"""A guide as a zip file, there and back. Nothing in an archive decides where or how much is written."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from tracktwo.errors import BadInput
from tracktwo.learn import rules

_MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the same guide makes the same bytes


def packed(files: Mapping[str, str]) -> bytes:
    """Files as a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _MIDNIGHT), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(archive: BinaryIO | Path) -> dict[str, str]:
    """The Markdown and TOML files of an archive, never more than a guide may hold."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return _read(opened)
    except UnicodeDecodeError:
        raise BadInput("a file in the archive is no text", remedy="save every file as UTF-8") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise BadInput(
            "this is no zip file that can be read", remedy="export a folder here to see one"
        ) from None


def _read(opened: zipfile.ZipFile) -> dict[str, str]:
    wanted = [
        one
        for one in opened.infolist()
        if one.filename.endswith((".md", ".toml")) and not one.filename.startswith("__MACOSX/")
    ]
    if any(one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in wanted):
        # Only these two are unpacked piece by piece; the others swell in memory before anybody can count.
        raise BadInput("the archive is packed in a way we do not read", remedy="make an ordinary zip file")
    if len(wanted) > rules.MOST_FILES:
        raise BadInput("the archive holds too many files", remedy="bring it in parts")
    files, room = {}, rules.LARGEST_FOLDER
    for one in wanted:
        with opened.open(one) as file:
            # What the archive says of its own size is a claim: one byte more than allowed is read, no more.
            content = file.read(room + 1)
        room -= len(content)
        if room < 0:
            raise BadInput("the archive is too large", remedy="bring it in parts")
        files[one.filename] = content.decode("utf-8")
    return files
