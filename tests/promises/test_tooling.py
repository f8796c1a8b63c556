"""Promises about the workshop: what is installed, from where, and what the repository may hold."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
# Spelled in pieces, so that this file holds none of them itself.
FOLDERS_OF_ONE_MACHINE = re.compile(r"(?<![\w.~/-])/(?:work|tmp|root|home)/" + r"[\w.]")
REGISTRIES = re.compile(
    "pypi[.]org/simple|files[.]pythonhosted[.]org|registry[.](?:npmjs[.]org|yarnpkg[.]com)"
)


def tracked() -> list[Path]:
    """Every file that git keeps; outside a checkout there is nothing to promise."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def written(path: Path) -> str:
    """The text of a file; nothing for pictures and fonts."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked()
        for number, line in enumerate(written(path).splitlines(), 1)
        if pattern.search(line)
    ]


def pins(lock: Path) -> dict[str, list[str]]:
    """Package and conditions -> its hashes."""
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    return {entry.split(" \\")[0]: re.findall(r"--hash=sha256:([0-9a-f]{64})", entry) for entry in entries}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_no_address_and_hashes_every_package(lock: Path) -> None:
    assert "://" not in lock.read_text()
    assert all(re.fullmatch(r"[\w.-]+(?:\[[\w, -]+\])?==[\w.+!-]+(?: ; .+)?", pin) for pin in pins(lock))
    assert all(pins(lock).values())


def extras_pinned(lock: Path) -> set[tuple[str, str]]:
    """(package, extra) of a lock."""
    named = [Requirement(pin.split(" ;")[0]) for pin in pins(lock)]
    return {(one.name, extra) for one in named for extra in one.extras}


def extras_asked_for() -> set[tuple[str, str]]:
    """(package, extra) that the packages of the test lock, as they are installed here, ask of each other."""
    pinned = {Requirement(pin.split(" ;")[0]).name for pin in pins(ROOT / "requirements" / "test.lock")}
    asked = [
        Requirement(line)
        for one in metadata.distributions()
        if canonicalize_name(one.name) in pinned
        for line in one.requires or ()
    ]
    return {
        (canonicalize_name(one.name), extra)
        for one in asked
        if one.marker is None or one.marker.evaluate()
        for extra in one.extras
    }


def test_a_lock_names_the_extras_its_packages_ask_for() -> None:
    """Without them pip takes the newest release of `coverage[toml]` beside the pinned `coverage`, and refuses it."""
    assert ("coverage", "toml") in extras_asked_for()
    assert extras_asked_for() - extras_pinned(ROOT / "requirements" / "test.lock") == set()


def test_each_lock_holds_the_smaller_one_pin_for_pin() -> None:
    assert [lock.stem for lock in LOCKS] == ["check", "run", "test"]
    run, test, check = (pins(ROOT / "requirements" / f"{name}.lock") for name in ("run", "test", "check"))
    assert set(run) - set(test) == set()
    assert set(test) - set(check) == set()


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    assert lines_with(FOLDERS_OF_ONE_MACHINE) == []


def test_no_tracked_file_names_a_registry() -> None:
    assert lines_with(REGISTRIES) == []


def test_a_reason_stands_beside_every_dependency() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    named = [
        entry
        for group in (project["project"]["dependencies"], *extras, *groups)
        for entry in group
        if isinstance(entry, str)
    ]
    reasoned = re.findall(r'^\s*"([^"]+)",\s+# \S.*$', text, re.MULTILINE)
    assert [entry for entry in named if entry not in reasoned] == []


def test_what_builds_is_what_the_locks_hold() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["build-system"]["requires"] == project["dependency-groups"]["build"]


def test_no_module_is_called_after_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [str(path) for path in tracked() if nothing & {path.stem, path.parent.name}] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in script if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]
    shown = re.findall(r"^ *\$? ?(make test)\b *(?:#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert shown[:1] == commands


def test_every_word_of_make_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    words = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert words is not None
    own = [word for word in words[1].split() if not word.startswith("environment-")]
    assert own == re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE)
