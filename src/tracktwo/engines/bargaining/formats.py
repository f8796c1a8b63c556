"""Cases in files: our own TOML and CSV, and domains and profiles of GENIUS in XML.

A file is read whole or refused in one sentence; whatever bytes it holds, nothing else happens. XML goes through
the parser of the standard library with handlers of our own: a document type is refused at its first word, before
any entity could be declared, so nothing expands and no other file is opened. (defusedxml does the same with
one more dependency, and does not bound the depth.)

TOML, in full in docs/how-to/packages.md. A case in short::

    title = "The orchard road"
    [sides]
    N = "North"
    S = "South"
    [[issue]]
    name = "Toll"
    options = ["none", "half", "full"]
    no_deal = "full"
    values = { N = [0, 60, 100], S = [100, 70, 0] }
    weights = { N = 60, S = 40 }
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.parsers import expat

from tracktwo.engines.bargaining import table
from tracktwo.engines.bargaining.table import (
    BEST,
    MOST_OPTIONS,
    Continuous,
    Excludes,
    Issue,
    Number,
    Option,
    Requires,
    Table,
)
from tracktwo.errors import BadInput

LARGEST = 5_000_000  # bytes of a file
DEEPEST = 64  # elements one inside another
LONGEST = 300  # letters of a name
LEFT_OUT = "not in the package"
_FORMULA = "=+-@"  # a spreadsheet would take a cell that begins so for a formula

Corner = tuple[Fraction, Fraction]  # (level, value)
Values = tuple[tuple[Fraction, ...], ...] | tuple[tuple[Corner, ...], ...]
Budget = tuple[str, dict[int, tuple[Fraction, ...] | Fraction], Fraction]
Interaction = tuple[dict[int, tuple[int, ...]], tuple[Fraction, ...]]


@dataclass(frozen=True)
class Case:
    """A case as its file says it, in exact numbers; `table` makes the points.

    ``keys`` are the short names of sides, ``issue_keys`` those of issues, both as used in the file.
    ``proposals`` are packages to start from, by name. The other fields are those of `table.make`.
    """

    title: str
    keys: tuple[str, ...]
    sides: tuple[str, ...]
    issue_keys: tuple[str, ...]
    issues: tuple[Issue | Continuous, ...]
    values: tuple[Values, ...]
    weights: tuple[tuple[Fraction, ...], ...] | None = None
    no_deal: tuple[int | Fraction, ...] | None = None
    walk_away: tuple[Fraction, ...] | None = None
    requires: tuple[Requires, ...] = ()
    excludes: tuple[Excludes, ...] = ()
    budgets: tuple[Budget, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    proposals: tuple[tuple[str, tuple[int | Fraction, ...]], ...] = ()
    where: str = field(default="", compare=False)

    def table(self, *, best: int = BEST) -> Table:
        return table.make(
            self.sides,
            self.issues,
            self.values,
            weights=self.weights,
            no_deal=self.no_deal,
            walk_away=self.walk_away,
            requires=self.requires,
            excludes=self.excludes,
            budgets=self.budgets,
            interactions=self.interactions,
            best=best,
            where=self.where,
        )


def read(path: Path, profiles: Sequence[Path] = ()) -> Case:
    """A case from a file: TOML, CSV, or a GENIUS domain with one profile for each side.

    Raises BadInput in one sentence, also for a file that cannot be opened or is larger than 5 MB.
    """
    data = read_bytes(path)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return read_genius(
            (path.name, data),
            [(profile.name, read_bytes(profile)) for profile in profiles],
            names=[profile.stem for profile in profiles],
        )
    if profiles:
        remedy = "give the domain's XML first, then one profile for each side"
        raise BadInput("only a GENIUS domain is followed by profiles", where=path.name, remedy=remedy)
    text = _decoded(data, path.name)
    if path.suffix.lower() == ".csv":
        return read_csv(text, where=path.name, title=path.stem)
    return read_toml(text, where=path.name, title=path.stem)


def read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "no such name"
        raise BadInput(f"the file cannot be read ({why})", where=_line(str(path))) from None
    if len(data) > LARGEST:
        raise BadInput("the file is larger than 5 MB", where=path.name, remedy="no case is; check the file")
    return data


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8 text", where=where, remedy="save it as UTF-8") from None


def _line(text: str, most: int = LONGEST) -> str:
    """On one line, without letters that steer a terminal, and not endless."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join(kept.split())[:most]


def _quoted(thing: object) -> str:
    text = _line(str(thing), 61)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


# ---- TOML


def read_toml(text: str, *, where: str = "", title: str = "") -> Case:
    """A case from our TOML. Raises BadInput in one sentence."""
    try:
        found = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise BadInput(f"this is not TOML ({_line(str(fault), 120)})", where=where) from None
    except (RecursionError, ValueError, ArithmeticError):
        raise BadInput("this is not TOML that anybody wrote", where=where) from None
    return _Toml(where).case(found, title)


@dataclass(frozen=True)
class _Toml:
    """Reads the parsed file, place by place; every refusal says where it stands."""

    where: str

    def refuse(self, what: str, remedy: str = "") -> BadInput:
        return BadInput(what, where=self.where, remedy=remedy)

    def case(self, found: dict[str, Any], title: str) -> Case:
        words = "title about sides issue walk_away requires excludes budget interaction proposal"
        self.known(found, words, "the file")
        sides = self.table(found.get("sides"), "[sides]")
        keys = tuple(sides)
        listed = [self.table(i, "an [[issue]]") for i in self.array(found.get("issue"), "[[issue]]")]
        if not listed:
            raise self.refuse("there is no [[issue]]", "add one for each thing to be settled")
        named = [self.text(i.get("name"), f"the name of issue {n}") for n, i in enumerate(listed, start=1)]
        issue_keys = tuple(
            self.text(i.get("key", name), f"the key of issue {_quoted(name)}")
            for i, name in zip(listed, named, strict=True)
        )
        if len(set(issue_keys)) < len(issue_keys):
            raise self.refuse("two issues have the same key", "give each a key of its own")
        read = [self.issue(i, name, keys) for i, name in zip(listed, named, strict=True)]
        issues = tuple(r[0] for r in read)
        place = _Places(self, issue_keys, issues)
        walk_away, no_deal = self.walk_aways(found, listed, place, keys)
        return Case(
            title=self.text(found.get("title", title or "A case"), "the title"),
            keys=tuple(self.text(key, "a side's key") for key in keys),
            sides=tuple(self.text(name, f"the name of side {_quoted(key)}") for key, name in sides.items()),
            issue_keys=issue_keys,
            issues=issues,
            values=tuple(r[1] for r in read),
            weights=self.weights([r[2] for r in read]),
            no_deal=no_deal,
            walk_away=walk_away,
            requires=tuple(
                Requires(place.option(r.get("chosen")), place.option(r.get("needed")))
                for r in self.rules(found, "requires", "chosen needed")
            ),
            excludes=tuple(
                Excludes(place.option(r.get("one")), place.option(r.get("other")))
                for r in self.rules(found, "excludes", "one other")
            ),
            budgets=tuple(self.budget(b, place) for b in self.rules(found, "budget", "name limit cost")),
            interactions=tuple(
                self.interaction(i, place, keys) for i in self.rules(found, "interaction", "when values")
            ),
            proposals=tuple(
                (
                    self.text(p.get("name"), "the name of a [[proposal]]"),
                    place.package(
                        self.table(p.get("options"), "options of a [[proposal]]"), "a [[proposal]]"
                    ),
                )
                for p in self.rules(found, "proposal", "name options")
            ),
            where=self.where,
        )

    # -- the shapes

    def known(self, found: Mapping[str, Any], words: str, place: str) -> None:
        for word in found:
            if word not in words.split():
                raise self.refuse(f"{place} has a word {_quoted(word)} that is not known here")

    def table(self, found: Any, place: str) -> dict[str, Any]:
        if not isinstance(found, dict) or not found:
            raise self.refuse(f"{place} is missing, or no table of names")
        return found

    def array(self, found: Any, place: str) -> list[Any]:
        if found is not None and not isinstance(found, list):
            raise self.refuse(f"{place} is no list", f"write {place} in double brackets, or a list")
        return found or []

    def text(self, found: Any, place: str) -> str:
        line = _line(found) if isinstance(found, str) else ""
        if not line or len(found) > LONGEST:
            raise self.refuse(f"{place} is no text of 1 to {LONGEST} letters")
        return line

    def number(self, found: Any) -> Fraction:
        if isinstance(found, bool | list | dict):
            raise self.refuse(f"{_quoted(found)} is not a number")
        return table.exact(found, where=self.where)

    def rules(self, found: dict[str, Any], word: str, words: str) -> list[dict[str, Any]]:
        listed = [self.table(r, f"a [[{word}]]") for r in self.array(found.get(word), f"[[{word}]]")]
        for rule in listed:
            self.known(rule, words, f"a [[{word}]]")
        return listed

    def each_side(self, found: Any, keys: Sequence[str], place: str) -> list[Any]:
        given = self.table(found, place)
        for key in given:
            if key not in keys:
                raise self.refuse(f"{place} names a side {_quoted(key)} that [sides] does not")
        for key in keys:
            if key not in given:
                raise self.refuse(f"{place} has nothing for side {_quoted(key)}")
        return [given[key] for key in keys]

    # -- the parts

    def issue(
        self, found: dict[str, Any], name: str, keys: Sequence[str]
    ) -> tuple[Issue | Continuous, Values, tuple[Fraction, ...] | None]:
        place = f"issue {_quoted(name)}"
        self.known(found, "name key options optional range step unit values weights no_deal", place)
        weights = None
        if "weights" in found:
            given = self.each_side(found["weights"], keys, f"the weights of {place}")
            weights = tuple(self.number(weight) for weight in given)
        each = self.each_side(found.get("values"), keys, f"the values of {place}")
        rows = [self.array(row, f"the values of {place}") for row in each]
        if "range" in found:
            corners = tuple(tuple(self.corner(c, place) for c in row) for row in rows)
            return self.continuous(found, name, place), corners, weights
        listed = self.array(found.get("options"), f"the options of {place}")
        options = [self.text(o, f"an option of {place}") for o in listed]
        optional = found.get("optional", False)
        if not isinstance(optional, bool):
            raise self.refuse(f"“optional” of {place} is neither true nor false")
        if optional:
            options.append(LEFT_OUT)
        values = tuple(tuple(self.number(value) for value in row) for row in rows)
        return Issue(name, tuple(options), optional), values, weights

    def continuous(self, found: dict[str, Any], name: str, place: str) -> Continuous:
        ends = self.array(found["range"], f"the range of {place}")
        if len(ends) != 2 or "options" in found or "optional" in found:
            raise self.refuse(f"the range of {place} is not [low, high] alone", "a range has no options")
        step = self.number(found["step"]) if "step" in found else None
        unit = self.text(found["unit"], f"the unit of {place}") if "unit" in found else ""
        return Continuous(name, self.number(ends[0]), self.number(ends[1]), step, unit)

    def corner(self, found: Any, place: str) -> Corner:
        if not isinstance(found, list) or len(found) != 2:
            raise self.refuse(f"a value of {place} is no corner", "give [level, value] for each")
        return self.number(found[0]), self.number(found[1])

    def weights(self, rows: Sequence[tuple[Fraction, ...] | None]) -> tuple[tuple[Fraction, ...], ...] | None:
        given = tuple(row for row in rows if row is not None)
        if given and len(given) < len(rows):
            raise self.refuse("some issues have weights and some have none", "give all or none")
        return given or None

    def walk_aways(
        self,
        found: dict[str, Any],
        listed: Sequence[dict[str, Any]],
        place: _Places,
        keys: Sequence[str],
    ) -> tuple[tuple[Fraction, ...] | None, tuple[int | Fraction, ...] | None]:
        named = [j for j, issue in enumerate(listed) if "no_deal" in issue or place.optional(j)]
        if "walk_away" in found:
            if any("no_deal" in issue for issue in listed):
                raise self.refuse("the walk-away is given twice", "keep no_deal, leave [walk_away] out")
            numbers = self.each_side(found["walk_away"], keys, "[walk_away]")
            return tuple(self.number(number) for number in numbers), None
        if len(named) < len(listed):
            missing = next(j for j in range(len(listed)) if j not in named)
            what = f"issue {_quoted(place.issues[missing].name)} does not say what holds without a package"
            raise self.refuse(what, "give each issue a no_deal option")
        return None, tuple(place.held(j, issue.get("no_deal", LEFT_OUT)) for j, issue in enumerate(listed))

    def budget(self, found: dict[str, Any], place: _Places) -> Budget:
        name = self.text(found.get("name"), "the name of a [[budget]]")
        costs: dict[int, tuple[Fraction, ...] | Fraction] = {}
        for key, cost in self.table(found.get("cost"), f"the cost of budget {_quoted(name)}").items():
            row = isinstance(cost, list)
            costs[place.issue(key)] = tuple(map(self.number, cost)) if row else self.number(cost)
        return name, costs, self.number(found.get("limit"))

    def interaction(self, found: dict[str, Any], place: _Places, keys: Sequence[str]) -> Interaction:
        when = {}
        for key, options in self.table(found.get("when"), "“when” of an [[interaction]]").items():
            listed = self.array(options, "“when” of an [[interaction]]")
            when[place.issue(key)] = tuple(place.option([key, option])[1] for option in listed)
        each = self.each_side(found.get("values"), keys, "the values of an [[interaction]]")
        return when, tuple(self.number(value) for value in each)


@dataclass(frozen=True)
class _Places:
    """Finds issues and options by the words a file uses."""

    read: _Toml
    keys: tuple[str, ...]
    issues: tuple[Issue | Continuous, ...]

    def optional(self, j: int) -> bool:
        issue = self.issues[j]
        return isinstance(issue, Issue) and issue.optional

    def issue(self, key: Any) -> int:
        if key not in self.keys:
            raise self.read.refuse(f"there is no issue {_quoted(key)}")
        return self.keys.index(key)

    def option(self, found: Any) -> Option:
        if not isinstance(found, list) or len(found) != 2:
            raise self.read.refuse("a rule names no option", "write [issue, option]")
        j = self.issue(found[0])
        issue = self.issues[j]
        if isinstance(issue, Continuous):
            raise self.read.refuse(f"a rule names a level of issue {_quoted(issue.name)}", "give it options")
        held = self.held(j, found[1])
        assert isinstance(held, int)
        return j, held

    def held(self, j: int, found: Any) -> int | Fraction:
        """The option of an issue by its name, or the level of a continuous one."""
        issue = self.issues[j]
        if isinstance(issue, Continuous):
            return self.read.number(found)
        option = _line(found) if isinstance(found, str) else found
        if option not in issue.options:
            raise self.read.refuse(f"issue {_quoted(issue.name)} has no option {_quoted(found)}")
        return issue.options.index(option)

    def package(self, found: dict[str, Any], place: str) -> tuple[int | Fraction, ...]:
        chosen = {self.issue(key): option for key, option in found.items()}
        for j, issue in enumerate(self.issues):
            if j not in chosen:
                raise self.read.refuse(f"{place} says nothing of issue {_quoted(issue.name)}")
        return tuple(self.held(j, chosen[j]) for j in range(len(self.issues)))


def write_toml(case: Case) -> str:
    """The case as TOML: `read_toml` of it is the same case."""
    keys, lines = case.keys, [f"title = {_string(case.title)}", "", "[sides]"]
    lines += [f"{_string(key)} = {_string(name)}" for key, name in zip(keys, case.sides, strict=True)]
    if case.walk_away is not None:
        lines += ["", "[walk_away]"]
        lines += [f"{_string(k)} = {_number(w)}" for k, w in zip(keys, case.walk_away, strict=True)]
    for j, issue in enumerate(case.issues):
        lines += ["", *_issue_lines(case, j, issue)]
    for r in case.requires:
        lines += [
            "",
            "[[requires]]",
            f"chosen = {_option(case, r.chosen)}",
            f"needed = {_option(case, r.needed)}",
        ]
    for e in case.excludes:
        lines += ["", "[[excludes]]", f"one = {_option(case, e.one)}", f"other = {_option(case, e.other)}"]
    for name, costs, limit in case.budgets:
        cost = {
            case.issue_keys[j]: _numbers(c) if isinstance(c, tuple) else _number(c) for j, c in costs.items()
        }
        lines += [
            "",
            "[[budget]]",
            f"name = {_string(name)}",
            f"limit = {_number(limit)}",
            f"cost = {_inline(cost)}",
        ]
    for admits, values in case.interactions:
        when = {
            case.issue_keys[j]: f"[{', '.join(_string(_options(case, j)[k]) for k in options)}]"
            for j, options in admits.items()
        }
        worth = dict(zip(keys, map(_number, values), strict=True))
        lines += ["", "[[interaction]]", f"when = {_inline(when)}", f"values = {_inline(worth)}"]
    for name, package in case.proposals:
        held = {key: _held(case, j, package[j]) for j, key in enumerate(case.issue_keys)}
        lines += ["", "[[proposal]]", f"name = {_string(name)}", f"options = {_inline(held)}"]
    return "\n".join(lines) + "\n"


def _issue_lines(case: Case, j: int, issue: Issue | Continuous) -> list[str]:
    lines = ["[[issue]]", f"name = {_string(issue.name)}"]
    if case.issue_keys[j] != issue.name:
        lines.append(f"key = {_string(case.issue_keys[j])}")
    if isinstance(issue, Continuous):
        lines.append(f"range = [{_number(issue.low)}, {_number(issue.high)}]")
        if issue.step is not None:
            lines.append(f"step = {_number(issue.step)}")
        if issue.unit:
            lines.append(f"unit = {_string(issue.unit)}")
    else:
        shown = issue.options[:-1] if issue.optional else issue.options
        lines.append(f"options = [{', '.join(map(_string, shown))}]")
        if issue.optional:
            lines.append("optional = true")
    values = {key: _row(case.values[j][i]) for i, key in enumerate(case.keys)}
    lines.append(f"values = {_inline(values)}")
    if case.weights is not None:
        weights = dict(zip(case.keys, map(_number, case.weights[j]), strict=True))
        lines.append(f"weights = {_inline(weights)}")
    if case.no_deal is not None:
        lines.append(f"no_deal = {_held(case, j, case.no_deal[j])}")
    return lines


def _row(row: tuple[Fraction, ...] | tuple[Corner, ...]) -> str:
    said = [_numbers(v) if isinstance(v, tuple) else _number(v) for v in row]
    return f"[{', '.join(said)}]"


def _numbers(numbers: Sequence[Number]) -> str:
    return f"[{', '.join(map(_number, numbers))}]"


def _held(case: Case, j: int, held: int | Fraction) -> str:
    issue = case.issues[j]
    return _number(held) if isinstance(issue, Continuous) else _string(issue.options[int(held)])


def _options(case: Case, j: int) -> tuple[str, ...]:
    issue = case.issues[j]
    assert isinstance(issue, Issue)
    return issue.options


def _option(case: Case, option: Option) -> str:
    return f"[{_string(case.issue_keys[option[0]])}, {_string(_options(case, option[0])[option[1]])}]"


def _inline(pairs: Mapping[str, str]) -> str:
    return f"{{ {', '.join(f'{_string(key)} = {said}' for key, said in pairs.items())} }}"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(number: Number) -> str:
    """As a decimal where it is one, else as "1/3"."""
    return plain if (plain := _decimal(table.exact(number))) else _string(str(table.exact(number)))


def _decimal(number: Fraction) -> str:
    """Its decimal digits, or nothing where they do not end."""
    rest, digits = number.denominator, 0
    while rest % 10 == 0:
        rest, digits = rest // 10, digits + 1
    for prime in (2, 5):
        while rest % prime == 0:
            rest, digits = rest // prime, digits + 1
    if rest > 1 or digits > 30:
        return ""
    whole = abs(number.numerator) * 10**digits // number.denominator
    text = str(whole).rjust(digits + 1, "0")
    said = f"{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".") if digits else text
    return f"-{said}" if number < 0 else said


# ---- CSV


def read_csv(text: str, *, where: str = "", title: str = "") -> Case:
    """A case from a spreadsheet: a row for each option; columns issue, option, no deal, then one for each side.

    A mark (such as x) in "no deal" is the option that holds without a package. A row whose option is "(weight)"
    gives an issue's weights; instead of marks a row "(walk-away)" may give numbers. A heading "T: Tavrin" is a
    side with its key. Commas, or semicolons with decimal commas. Rules, budgets and ranges need TOML.
    Raises BadInput in one sentence.
    """
    semicolons = text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if semicolons else ",", strict=True))
    except csv.Error as fault:
        raise BadInput(f"this is not CSV ({_line(str(fault), 80)})", where=where) from None
    rows = [[_unguarded(cell) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    if not rows or [cell.casefold() for cell in rows[0][:3]] != ["issue", "option", "no deal"]:
        remedy = "begin with the columns issue, option, no deal, then one for each side"
        raise BadInput("the first row is not the heading of a case", where=where, remedy=remedy)
    return _Csv(where, semicolons).case(rows[0][3:], rows[1:], title)


@dataclass(frozen=True)
class _Csv:
    where: str
    semicolons: bool

    def refuse(self, what: str, remedy: str = "") -> BadInput:
        return BadInput(what, where=self.where, remedy=remedy)

    def case(self, heading: list[str], rows: list[list[str]], title: str) -> Case:
        while heading and not heading[-1]:
            heading.pop()
        pairs = [_key_and_name(cell) for cell in heading]
        n = len(pairs)
        issues: dict[str, list[tuple[str, bool, list[Fraction]]]] = {}
        weights: dict[str, tuple[Fraction, ...]] = {}
        walk_away: tuple[Fraction, ...] | None = None
        for line, row in enumerate(rows, start=2):
            issue, option, mark, *cells = [*row, "", "", ""][: max(3, len(row))]
            cells = [cell for place, cell in enumerate(cells) if place < n or cell]
            if len(cells) != n:
                raise self.refuse(f"row {line} has {len(cells)} values for {n} sides")
            numbers = [self.number(cell, line) for cell in cells]
            if issue.casefold() == "(walk-away)":
                walk_away = tuple(numbers)
            elif option.casefold() == "(weight)":
                weights[issue] = tuple(numbers)
            else:
                issues.setdefault(issue, []).append((option, bool(mark), numbers))
        if weights and set(weights) != set(issues):
            raise self.refuse("some issues have weights and some have none", "give all or none")
        return Case(
            title=_line(title) or "A case",
            keys=tuple(key for key, _ in pairs),
            sides=tuple(name for _, name in pairs),
            issue_keys=tuple(issues),
            issues=tuple(
                Issue(name, tuple(o for o, _, _ in options), options[-1][0] == LEFT_OUT)
                for name, options in issues.items()
            ),
            values=tuple(
                tuple(tuple(values[i] for _, _, values in options) for i in range(n))
                for options in issues.values()
            ),
            weights=tuple(weights[name] for name in issues) if weights else None,
            no_deal=None if walk_away is not None else self.no_deal(issues),
            walk_away=walk_away,
            where=self.where,
        )

    def number(self, cell: str, line: int) -> Fraction:
        text = cell.replace(",", ".") if self.semicolons else cell
        return table.exact(text, where=f"{self.where}, row {line}" if self.where else f"row {line}")

    def no_deal(self, issues: Mapping[str, list[tuple[str, bool, list[Fraction]]]]) -> tuple[int, ...]:
        places = []
        for name, options in issues.items():
            marked = [k for k, (_, mark, _) in enumerate(options) if mark]
            if not marked and options[-1][0] == LEFT_OUT:
                marked = [len(options) - 1]
            if len(marked) != 1:
                what = f"issue {_quoted(name)} marks {len(marked)} options that hold without a package"
                raise self.refuse(what, "mark one with an x in the column “no deal”")
            places.append(marked[0])
        return tuple(places)


def _key_and_name(cell: str) -> tuple[str, str]:
    found = re.fullmatch(r"([^:\s]{1,3}): (.+)", cell)
    return (found[1], found[2]) if found else (cell, cell)


def write_csv(case: Case) -> str:
    """The case as CSV: `read_csv` of it, with the same title, is the same case. Refuses what CSV cannot hold."""
    if case.requires or case.excludes or case.budgets or case.interactions or case.proposals:
        raise BadInput("rules, budgets, interactions and proposals do not fit into CSV", remedy="write TOML")
    if any(isinstance(issue, Continuous) for issue in case.issues) or case.issue_keys != tuple(
        issue.name for issue in case.issues
    ):
        raise BadInput("ranges and keys of issues do not fit into CSV", remedy="write TOML")
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    named = [k if k == name else f"{k}: {name}" for k, name in zip(case.keys, case.sides, strict=True)]
    rows.writerow(["issue", "option", "no deal", *map(_guarded, named)])
    if case.walk_away is not None:
        rows.writerow(["(walk-away)", "", "", *map(_cell, case.walk_away)])
    for j, issue in enumerate(case.issues):
        if case.weights is not None:
            rows.writerow([_guarded(issue.name), "(weight)", "", *map(_cell, case.weights[j])])
        for k, option in enumerate(_options(case, j)):
            mark = "x" if case.no_deal is not None and case.no_deal[j] == k else ""
            values: Any = [side[k] for side in case.values[j]]
            rows.writerow([_guarded(issue.name), _guarded(option), mark, *map(_cell, values)])
    return out.getvalue()


def _cell(number: Fraction) -> str:
    return _decimal(number) or str(number)


def _guarded(text: str) -> str:
    """No cell that people wrote is a formula in a spreadsheet."""
    return f"'{text}" if text.lstrip("'")[:1] in tuple(_FORMULA) else text


def _unguarded(cell: str) -> str:
    text = _line(cell)
    rest = text.lstrip("'")
    return text[1:] if text[:1] == "'" and rest[:1] in tuple(_FORMULA) else text


# ---- GENIUS


@dataclass
class _Element:
    name: str
    attributes: dict[str, str]
    children: list[_Element]

    def all(self, name: str) -> list[_Element]:
        """Elements of this name anywhere below, in their order."""
        found: list[_Element] = []
        waiting = list(reversed(self.children))
        while waiting:
            element = waiting.pop()
            if element.name == name:
                found.append(element)
            waiting.extend(reversed(element.children))
        return found


def parse_xml(data: bytes, *, where: str = "") -> _Element:
    """The elements of a small XML file. Refuses a document type, entities, depth over 64 and size over 5 MB.

    Comments may stand before the declaration, as in the files of ANAC 2014. Text is left out.
    """
    if len(data) > LARGEST:
        raise BadInput("the file is larger than 5 MB", where=where, remedy="no case is; check the file")
    root = _Element("", {}, [])
    open_elements = [root]

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > DEEPEST:
            raise BadInput(f"elements stand more than {DEEPEST} deep in one another", where=where)
        element = _Element(name.lower(), {k.lower(): _line(v) for k, v in attributes.items()}, [])
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    def doctype(*_: object) -> None:
        raise BadInput(
            "it declares a document type, which could hide other files or grow without end",
            where=where,
            remedy="take the DOCTYPE out",
        )

    def entity(*_: object) -> None:
        raise BadInput("it refers to an entity", where=where, remedy="write the text itself")

    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = entity
    parser.ExternalEntityRefHandler = parser.SkippedEntityHandler = entity  # type: ignore[assignment]
    try:
        parser.Parse(_declared_first(data), True)
    except expat.ExpatError as fault:
        what = f"this is not XML ({expat.ErrorString(fault.code)}, line {fault.lineno})"
        raise BadInput(what, where=where) from None
    except (ValueError, LookupError):
        raise BadInput("its letters are in an encoding that is not known", where=where) from None
    return root.children[0]


def _declared_first(data: bytes) -> bytes:
    """What stands before the declaration, if that is nothing but space and comments, is left out."""
    rest = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    while rest.startswith(b"<!--"):
        _, closed, after = rest.partition(b"-->")
        if not closed:
            return data
        rest = after.lstrip()
    return rest if rest.startswith(b"<?xml") else data


def read_genius(
    domain: tuple[str, bytes], profiles: Sequence[tuple[str, bytes]], *, names: Sequence[str] = ()
) -> Case:
    """A GENIUS domain with one additive profile for each side; each file as (name, bytes).

    As GENIUS reckons: the evaluation of a discrete option is divided by the best of its issue; an integer issue is
    worth offset + slope * (value - lowest), a real one is linear, constant or triangular, both within 0 and 1; the
    weighted sum lies in 0 to 1, and on that scale stands the reservation value. The discount is left out: it is
    about rounds of bargaining, and there are none here.
    """
    where, data = domain
    root = parse_xml(data, where=where)
    issues = [_domain_issue(element, where) for element in root.all("issue")]
    if not issues:
        raise BadInput("there is no issue in it", where=where, remedy="give a GENIUS domain first")
    if len(profiles) < 2:
        remedy = "add one profile XML for each side, two at least"
        raise BadInput("a GENIUS domain needs a profile for each side", where=where, remedy=remedy)
    heads = root.all("objective")
    title = heads[0].attributes.get("name", "") if heads else ""
    read = [_Profile(name, parse_xml(found, where=name), issues) for name, found in profiles]
    sides = _distinct([_line(name) or "side" for name in names or [name for name, _ in profiles]])
    return Case(
        title=title if title not in ("", "root") else _line(Path(where).stem) or "A domain",
        keys=sides,
        sides=sides,
        issue_keys=tuple(issue.name for _, issue in issues),
        issues=tuple(issue for _, issue in issues),
        values=tuple(
            tuple(profile.values(j) for profile in read)  # type: ignore[misc]
            for j in range(len(issues))
        ),
        weights=tuple(tuple(profile.weight(j) for profile in read) for j in range(len(issues))),
        walk_away=tuple(profile.reservation() for profile in read),
        where=where,
    )


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        count = 1
        while (said := name if count == 1 else f"{name} ({count})") in found:
            count += 1
        found.append(said)
    return tuple(found)


def _kind(element: _Element) -> str:
    words = [element.attributes.get(word, "") for word in ("vtype", "type", "etype")]
    return next((word.lower() for word in words if word), "discrete")


def _domain_issue(element: _Element, where: str) -> tuple[str, Issue | Continuous]:
    name, kind = element.attributes.get("name", ""), _kind(element)
    index = element.attributes.get("index", "")
    if kind == "discrete":
        items = element.all("item")[: MOST_OPTIONS + 1]
        return index, Issue(name, tuple(item.attributes.get("value", "") for item in items))
    if kind not in ("integer", "real"):
        raise BadInput(f"issue {_quoted(name)} is of an unknown kind, {_quoted(kind)}", where=where)
    low, high = _range(element, where)
    if low == high:
        return index, Issue(name, (_decimal(low) or str(low),))
    return index, Continuous(name, low, high, Fraction(1) if kind == "integer" else None)


def _range(element: _Element, where: str) -> tuple[Fraction, Fraction]:
    places = [element, *element.all("range")]
    found = [p.attributes for p in places if "lowerbound" in p.attributes and "upperbound" in p.attributes]
    if not found:
        what = f"issue {_quoted(element.attributes.get('name', ''))} has no lowerbound and upperbound"
        raise BadInput(what, where=where)
    return (
        table.exact(found[0]["lowerbound"], where=where),
        table.exact(found[0]["upperbound"], where=where),
    )


class _Profile:
    """One side's profile, its issues found by name, or by index where the names differ."""

    def __init__(self, where: str, root: _Element, issues: Sequence[tuple[str, Issue | Continuous]]) -> None:
        self.where, self.root, self.issues = where, root, issues
        if root.all("ufun") or root.all("hyperrectangle"):
            raise BadInput("this profile is not additive", where=where, remedy="write the case as TOML")
        by_name: dict[str, _Element] = {}
        by_index: dict[str, _Element] = {}
        for element in root.all("issue"):
            by_name.setdefault(element.attributes.get("name", ""), element)
            by_index.setdefault(element.attributes.get("index", ""), element)
        self.elements = [by_name.get(issue.name) or by_index.get(index) for index, issue in issues]
        self.weights = {e.attributes.get("index", ""): e for e in root.all("weight")}

    def refuse(self, what: str) -> BadInput:
        return BadInput(what, where=self.where)

    def element(self, j: int) -> _Element:
        found = self.elements[j]
        if found is None:
            raise self.refuse(f"the profile says nothing of issue {_quoted(self.issues[j][1].name)}")
        return found

    def weight(self, j: int) -> Fraction:
        index = self.element(j).attributes.get("index", "")
        if index not in self.weights:
            raise self.refuse(f"the profile gives issue {_quoted(self.issues[j][1].name)} no weight")
        return self.number(self.weights[index], "value")

    def reservation(self) -> Fraction:
        found = self.root.all("reservation")
        value = self.number(found[0], "value") if found else Fraction(0)
        if not 0 <= value <= 1:
            raise self.refuse(f"the reservation value {_quoted(_cell(value))} is not between 0 and 1")
        return value

    def number(self, element: _Element, word: str) -> Fraction:
        if word not in element.attributes:
            raise self.refuse(f"an element {_quoted(element.name)} has no {word}")
        return table.exact(element.attributes[word], where=self.where)

    def values(self, j: int) -> tuple[Fraction, ...] | tuple[Corner, ...]:
        issue = self.issues[j][1]
        if isinstance(issue, Continuous):
            return self.corners(j, issue)
        element = self.element(j)
        if not element.all("item") and element.all("evaluator"):
            return (Fraction(1),) * len(issue.options)  # an integer issue of a single level
        given = {i.attributes.get("value", ""): i for i in element.all("item")}
        found = []
        for option in issue.options:
            if option not in given:
                raise self.refuse(
                    f"the profile does not value {_quoted(option)} of issue {_quoted(issue.name)}"
                )
            found.append(self.number(given[option], "evaluation"))
        if min(found, default=Fraction(0)) < 0:
            raise self.refuse(f"issue {_quoted(issue.name)} has a negative evaluation")
        best = max(found, default=Fraction(0))
        return tuple(value / best if best else value for value in found)

    def corners(self, j: int, issue: Continuous) -> tuple[Corner, ...]:
        found = self.element(j).all("evaluator")
        if not found:
            raise self.refuse(f"the profile does not value issue {_quoted(issue.name)}")
        evaluator, low, high = found[0], table.exact(issue.low), table.exact(issue.high)
        form = evaluator.attributes.get("ftype", "linear").lower()
        if "slope" in evaluator.attributes:
            slope, offset = self.number(evaluator, "slope"), self.number(evaluator, "offset")
            return _clamped(low, high, slope, offset - slope * low)
        if form == "linear":
            slope, offset = self.number(evaluator, "parameter1"), self.number(evaluator, "parameter0")
            return _clamped(low, high, slope, offset)
        if form == "constant":
            return _clamped(low, high, Fraction(0), self.number(evaluator, "parameter0"))
        if form == "triangular":
            left, right, top = (self.number(evaluator, f"parameter{k}") for k in range(3))
            if not left <= top <= right or left == right:
                raise self.refuse(f"the triangle of issue {_quoted(issue.name)} is none")
            return _triangle(low, high, left, top, right)
        raise self.refuse(f"issue {_quoted(issue.name)} is valued by an unknown function, {_quoted(form)}")


def _clamped(low: Fraction, high: Fraction, slope: Fraction, offset: Fraction) -> tuple[Corner, ...]:
    levels = {low, high}
    if slope:
        levels |= {x for x in (-offset / slope, (1 - offset) / slope) if low < x < high}
    return tuple((x, min(max(slope * x + offset, Fraction(0)), Fraction(1))) for x in sorted(levels))


def _triangle(
    low: Fraction, high: Fraction, left: Fraction, top: Fraction, right: Fraction
) -> tuple[Corner, ...]:
    def height(x: Fraction) -> Fraction:
        if x == top:
            return Fraction(1)
        if not left < x < right:
            return Fraction(0)
        return (x - left) / (top - left) if x < top else (right - x) / (right - top)

    levels = {low, high, *(x for x in (left, top, right) if low < x < high)}
    return tuple((x, height(x)) for x in sorted(levels))
