"""What travels with Tracktwo is what its manifests say, and pages ask nothing of anybody else."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import vendor

STATIC = vendor.TRACKTWO / "static"
OURS = STATIC / "tracktwo"
TEMPLATES = vendor.TRACKTWO / "templates"

# Physical sides in a property or a value; a page must mirror itself for right-to-left reading.
PHYSICAL = re.compile(r"(?:^|[\s;{-])(?:left|right)\b(?=\s*[:;}-]|\s)")
ELSEWHERE = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[\w-]+\.[\w.-]+")
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(?:\ssrc=|type=\"application/json\"))|javascript:"
)
PERMISSIVE = {"MIT", "0BSD", "ISC", "BSD-3-Clause", "OFL-1.1"}


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def templates() -> Iterator[Path]:
    """All pages; the report of `tracktwo map` is a file to keep, which carries its style with it."""
    return (path for path in TEMPLATES.rglob("*.html") if path.name != "map_report.html")


@pytest.mark.parametrize("folder", [vendor.STATIC, vendor.FONTS], ids=lambda folder: str(folder.name))
def test_every_vendored_file_is_the_one_in_its_manifest(folder):
    assert vendor.faults(folder) == []


@pytest.mark.parametrize("folder", [vendor.STATIC, vendor.FONTS], ids=lambda folder: str(folder.name))
def test_every_vendored_file_may_be_passed_on(folder):
    assert {one.licence for one in vendor.manifest_of(folder)} <= PERMISSIVE


def test_the_manifest_and_the_list_to_fetch_name_the_same_versions():
    listed = {(one.package, one.version) for one in vendor.manifest_of(vendor.STATIC)}
    assert listed == {(package.name, package.version) for package in vendor.PACKAGES}


def test_a_changed_file_a_missing_file_and_a_stranger_are_all_found(tmp_path):
    (tmp_path / "kept.css").write_text("a {}")
    kept = vendor.Kept("kept.css", "p", "1", "MIT", vendor.digest(tmp_path / "kept.css"))
    gone = vendor.Kept("gone.css", "p", "1", "MIT", "0" * 64)
    vendor.write_manifest(tmp_path, [kept, gone])
    (tmp_path / "kept.css").write_text("b {}")
    (tmp_path / "stranger.js").write_text("")
    assert vendor.faults(tmp_path) == [
        "gone.css: in the manifest but not there",
        "stranger.js: there but not in the manifest",
        "kept.css: changed since it was fetched",
    ]


def test_no_style_script_or_page_names_another_server():
    files = [*STATIC.rglob("*.css"), *OURS.rglob("*.js"), *templates()]
    loads = re.compile(r"(?:url\(|import\s|src=|href=|action=|fetch\(|sourceMappingURL)[^\n]{0,200}")
    found = {
        path.name: ELSEWHERE.findall(load)
        for path in files
        for load in loads.findall(path.read_text(encoding="utf-8"))
        if ELSEWHERE.search(load)
    }
    assert found == {}


def test_no_page_carries_a_script_or_a_style_of_its_own():
    inline = {path.name: INLINE.findall(path.read_text(encoding="utf-8")) for path in templates()}
    assert {name: found for name, found in inline.items() if found} == {}


def test_the_theme_knows_no_left_and_no_right():
    assert PHYSICAL.findall(without_comments((OURS / "theme.css").read_text(encoding="utf-8"))) == []


def test_the_dark_theme_is_the_same_whether_chosen_or_asked_for_by_the_device():
    css = without_comments((OURS / "theme.css").read_text(encoding="utf-8"))
    chosen = re.search(r"\[data-bs-theme=\"dark\"\] \{(.*?)\}", css, re.DOTALL)
    device = re.search(r":root:not\(\[data-bs-theme\]\) \{(.*?)\}", css, re.DOTALL)
    assert chosen
    assert device
    assert chosen[1].split() == device[1].split()


@pytest.mark.parametrize("twin", ["bootstrap.min.css", "bootstrap.rtl.min.css"])
def test_all_styles_and_scripts_together_leave_room_on_a_slow_phone(twin):
    """100 kB compressed for the first page; styles and scripts may take 70 of them."""
    files = [
        STATIC / "vendor" / "bootstrap" / twin,
        STATIC / "vendor" / "htmx" / "htmx.min.js",
        *OURS.iterdir(),
    ]
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in files) < 70_000
