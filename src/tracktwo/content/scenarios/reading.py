"""Read a scenario from its folder: TOML and Markdown in, frozen dataclasses out.

A scenario is a fictional process that Tracktwo brings along. Everything in it is written in English,
French and Arabic; a text that is missing in one of them is refused, never filled in from another.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from tracktwo.errors import BadInput

LANGUAGES = ("en", "fr", "ar")
LONGEST_STATEMENT = 280
LEANINGS = ("livelihood", "identity")
VERSION_STATES = ("source", "reviewed", "draft")
PLACES = ("wider circle", "seat", "panel")
CAPACITIES = ("private", "official in private capacity")
RISKS = ("low", "medium", "high")
ADVICE = ("admit", "reject")
CONCERN_KINDS = ("need", "fear")
PUT = ("caucus", "table")
HEARINGS = ("heard", "not yet")
GESTURE_STATES = ("asked", "possible", "kept")
CONTENT = Path(__file__).resolve().parent.parent

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Text:
    """One text in each language; which versions are drafts stands in `Scenario.versions`."""

    en: str
    fr: str
    ar: str

    def in_language(self, language: str) -> str:
        return str(getattr(self, language)) if language in LANGUAGES else self.en


@dataclass(frozen=True)
class Page:
    """A longer text in one language: Markdown below a title and its state (source, reviewed, draft)."""

    language: str
    state: str
    title: str
    body: str


@dataclass(frozen=True)
class Article:
    number: int
    title: str
    text: str


@dataclass(frozen=True)
class GroundRules:
    """A set of ground rules in one language."""

    language: str
    state: str
    title: str
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Selection:
    """How the seats were found: how many people stood at each step before they were seated."""

    long_list: int
    approached: int
    declined: int
    withdrawn: int


@dataclass(frozen=True)
class Side:
    letter: str
    name: Text
    about: Text
    weight: int


@dataclass(frozen=True)
class PanelMember:
    key: str
    role: str
    name: Text
    task: Text


@dataclass(frozen=True)
class Seat:
    """A seat; its English pseudonym is its key inside the scenario."""

    pseudonym: Text
    name: Text
    side: str
    sector: str
    capacity: str
    risk: str
    language: str
    gender: str
    age_band: str
    occupation: Text
    influence: Text


@dataclass(frozen=True)
class Character:
    """Whose place a visitor takes with one click; `of` is a side's letter, a seat or a panel member."""

    key: str
    place: str
    of: str
    languages: tuple[str, ...]
    label: Text
    introduction: Text


@dataclass(frozen=True)
class Theme:
    key: str
    label: Text


@dataclass(frozen=True)
class Statement:
    """`agree_pct["T-identity"]` is the per cent that agrees among those of T who agree or disagree."""

    id: str
    theme: str
    text: Text
    agree_pct: Mapping[str, int]


@dataclass(frozen=True)
class LateStatement:
    """Open so briefly that one person of each of these sides has voted, all agreeing."""

    id: str
    theme: str
    text: Text
    agree_votes_from: tuple[str, ...]


@dataclass(frozen=True)
class PendingStatement:
    """Waiting for the panel; `advice` is admit or reject, `reason` what its author is told."""

    id: str
    theme: str
    side: str
    advice: str
    text: Text
    reason: Text


@dataclass(frozen=True)
class Concern:
    """A need or a fear; `put` is how far its side has put it."""

    id: str
    side: str
    kind: str
    put: str
    text: Text


@dataclass(frozen=True)
class Restatement:
    """A concern in the words of the side `by`; `missing` where its owner said not yet."""

    concern: str
    by: str
    state: str
    text: Text
    missing: Text | None


@dataclass(frozen=True)
class Misperception:
    """What one side believes of another, and what that side says itself."""

    of: str
    about: str
    believed_pct: int
    statement: str
    text: Text
    answer: Text


@dataclass(frozen=True)
class Idea:
    text: Text
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Constraint:
    side: str
    text: Text


@dataclass(frozen=True)
class Reassurance:
    """A gesture that `side` asks for; `by` is who could make it, empty where nobody has said so."""

    side: str
    answers: str
    state: str
    by: str
    text: Text


@dataclass(frozen=True)
class Offer:
    """A gesture that `side` could make unasked."""

    side: str
    answers: str
    text: Text


@dataclass(frozen=True)
class Needs:
    """Needs and fears, and what follows from them, in the order of a workshop."""

    concerns: tuple[Concern, ...]
    misperceptions: tuple[Misperception, ...]
    restatements: tuple[Restatement, ...]
    ideas: tuple[Idea, ...]
    constraints: tuple[Constraint, ...]
    reassurances: tuple[Reassurance, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class PaperFrame:
    """What stands around the lines of the non-paper; `lines` is how many the title promises."""

    lines: int
    title: Text
    heading: Text
    introduction: tuple[Text, ...]
    closing: tuple[Text, ...]


@dataclass(frozen=True)
class Simulation:
    seed: int
    pass_pct: int
    answers_least: int
    answers_most: int
    exposure_spread: float


@dataclass(frozen=True)
class Scenario:
    key: str
    kind: str
    ground_rules: str
    versions: Mapping[str, str]
    cover_title: Text
    title: Text
    convenor: Text
    fiction: Text
    selection: Selection
    sides: tuple[Side, ...]
    panel: tuple[PanelMember, ...]
    seats: tuple[Seat, ...]
    characters: tuple[Character, ...]
    voters: Mapping[str, Mapping[str, int]]
    simulation: Simulation
    themes: tuple[Theme, ...]
    statements: tuple[Statement, ...]
    late: LateStatement
    pending: tuple[PendingStatement, ...]
    paper: PaperFrame
    needs: Needs
    story: Mapping[str, Page]


class SimulatedVotes(NamedTuple):
    """The wider circle as arrays: `side[person]`, and one row a vote in the other three.

    Sides are numbered in the order of `scenario.sides`, statements in that of `scenario.statements`;
    the late statement has the number after the last. A vote is -1, 0 (pass) or +1.
    """

    side: npt.NDArray[np.int64]
    person: npt.NDArray[np.int64]
    statement: npt.NDArray[np.int64]
    vote: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Table:
    """A TOML table that knows its place, so that what is missing can be named in one sentence."""

    fields: Mapping[str, Any]
    where: str

    def has(self, key: str, kind: type, called: str) -> Any:
        value = self.fields.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadInput(f"{key!r} is missing or not {called}", where=self.where, remedy=f"give {called}")
        return value

    def word(self, key: str, among: tuple[str, ...] = ()) -> str:
        word: str = self.has(key, str, "a text").strip()
        if not word or (among and word not in among):
            choice = " or ".join(among) if among else "a text"
            raise BadInput(f"{key!r} says {word!r}", where=self.where, remedy=f"write {choice}")
        return word

    def words(self, key: str, among: tuple[str, ...]) -> tuple[str, ...]:
        listed = self.has(key, list, "a list")
        return tuple(Table({key: word}, self.where).word(key, among) for word in listed)

    def whole(self, key: str, *, least: int = 0, most: int = 2**53) -> int:
        number: int = self.has(key, int, "a whole number")
        if not least <= number <= most:
            remedy = f"write a number from {least} to {most}"
            raise BadInput(f"{key!r} is {number}", where=self.where, remedy=remedy)
        return number

    def table(self, key: str) -> Table:
        return Table(self.has(key, dict, "a table"), f"{self.where}, {key}")

    def tables(self, key: str, called_by: str) -> list[Table]:
        found = [Table(fields, f"{self.where}, {key}") for fields in self.has(key, list, "a list of tables")]
        names = [each.word(called_by) for each in found]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise BadInput(f"{key} {twice!r} stands there twice", where=self.where, remedy="keep one of them")
        return [Table(each.fields, f"{each.where} {name}") for each, name in zip(found, names, strict=True)]

    def rows(self, key: str) -> list[Table]:
        """Tables without a key of their own, so that a fault is placed by their number."""
        listed = self.has(key, list, "a list of tables")
        return [Table(fields, f"{self.where}, {key} {number}") for number, fields in enumerate(listed, 1)]

    def text(self, key: str) -> Text:
        return _text(self.table(key))

    def texts(self, key: str) -> tuple[Text, ...]:
        listed = self.has(key, list, "a list of texts")
        return tuple(_text(Table(fields, f"{self.where}, {key} {n}")) for n, fields in enumerate(listed, 1))


def load(name: str = "orsel") -> Scenario:
    """The scenario in the folder of that name. Raises BadInput naming file, entry and remedy."""
    return load_folder(CONTENT / "scenarios" / name)


def load_folder(folder: Path) -> Scenario:
    top = toml(folder / "scenario.toml")
    asked = toml(folder / "statements.toml")
    sides = tuple(_side(each) for each in top.tables("side", "letter"))
    letters = tuple(side.letter for side in sides)
    themes = tuple(Theme(t.word("key"), t.text("label")) for t in asked.tables("theme", "key"))
    about = tuple(theme.key for theme in themes)
    seats = tuple(_seat(each, letters) for each in _sitting(top))
    panel = tuple(_panel_member(each) for each in top.tables("panel", "key"))
    return Scenario(
        key=top.word("key"),
        kind=top.word("kind", ("demo", "exercise")),
        ground_rules=top.word("ground_rules"),
        versions=_by_language(lambda language: top.table("versions").word(language, VERSION_STATES)),
        cover_title=top.text("cover_title"),
        title=top.text("title"),
        convenor=top.text("convenor"),
        fiction=top.text("fiction"),
        selection=_selection(top.table("selection")),
        sides=sides,
        panel=panel,
        seats=seats,
        characters=tuple(
            _character(each, _places(letters, seats, panel)) for each in top.tables("character", "key")
        ),
        voters=_voters(top.table("voters"), letters),
        simulation=_simulation(top.table("simulation")),
        themes=themes,
        statements=tuple(_statement(each, about, letters) for each in asked.tables("statement", "id")),
        late=_late(asked.table("late"), about, letters),
        pending=tuple(_pending(each, about, letters) for each in asked.tables("pending", "id")),
        paper=_paper(toml(folder / "paper.toml")),
        needs=_needs(toml(folder / "concerns.toml"), letters),
        story=_by_language(lambda language: _page(folder / f"story.{language}.md", language)),
    )


def load_rules(name: str = "chatham") -> Mapping[str, GroundRules]:
    """The ground rules of that name by language, the same articles in each."""
    rules = _by_language(lambda language: _rules(CONTENT / "rules" / f"{name}.{language}.md", language))
    for language, version in rules.items():
        if len(version.articles) != len(rules["en"].articles):
            where, remedy = f"{name}.{language}.md", "translate every article"
            raise BadInput("has not as many articles as English", where=where, remedy=remedy)
    return rules


def simulate_votes(scenario: Scenario, rng: np.random.Generator) -> SimulatedVotes:
    """Draw the wider circle's votes: who saw what, then pass, agree or disagree.

    Each person answers a number of statements drawn evenly between `answers_least` and `answers_most`;
    which ones is drawn by Gumbel keys, that is without replacement, with log-normal weights by statement.
    Of the answers `pass_pct` are passes and `agree_pct` of the rest agree. Cost O(people x statements).
    """
    side, agree = _circle(scenario)
    people, statements = agree.shape
    person, statement = np.nonzero(_seen(scenario.simulation, people, statements, rng))
    passes = rng.random(person.size) < scenario.simulation.pass_pct / 100
    agrees = rng.random(person.size) < agree[person, statement]
    vote = np.where(passes, 0, np.where(agrees, 1, -1)).astype(np.int8)
    few = _late_voters(scenario, side, rng)
    return SimulatedVotes(
        side=side,
        person=np.concatenate([person, few]),
        statement=np.concatenate([statement, np.full(few.size, statements)]),
        vote=np.concatenate([vote, np.ones(few.size, dtype=np.int8)]),
    )


def _circle(scenario: Scenario) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The side of each person, and that person's chance of agreeing with each statement."""
    camps = [
        (number, f"{side.letter}-{leaning}", scenario.voters[side.letter][leaning])
        for number, side in enumerate(scenario.sides)
        for leaning in LEANINGS
    ]
    sizes = [size for _, _, size in camps]
    chances = [[each.agree_pct[camp] / 100 for each in scenario.statements] for _, camp, _ in camps]
    return np.repeat([number for number, _, _ in camps], sizes), np.repeat(chances, sizes, axis=0)


def _seen(
    simulation: Simulation, people: int, statements: int, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    answers = rng.integers(simulation.answers_least, simulation.answers_most, size=people, endpoint=True)
    exposure = rng.normal(scale=simulation.exposure_spread, size=statements)
    keys = exposure + rng.gumbel(size=(people, statements))
    rank = np.argsort(np.argsort(-keys, axis=1), axis=1)
    return np.asarray(rank < answers[:, None])


def _late_voters(
    scenario: Scenario, side: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """A different person for each vote on the late statement."""
    order = rng.permutation(side.size)
    letters = [each.letter for each in scenario.sides]
    chosen: list[int] = []
    for letter in scenario.late.agree_votes_from:
        candidates = order[side[order] == letters.index(letter)]
        chosen.append(next(int(person) for person in candidates if person not in chosen))
    return np.array(chosen, dtype=np.int64)


def toml(path: Path) -> Table:
    try:
        return Table(tomllib.loads(_written(path)), path.name)
    except tomllib.TOMLDecodeError as fault:
        remedy = "correct it there; the file is TOML"
        raise BadInput(f"cannot be read: {fault}", where=path.name, remedy=remedy) from None


def _written(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        remedy = f"add it to {path.parent.name}"
        raise BadInput("the file is missing", where=path.name, remedy=remedy) from None
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8", where=path.name, remedy="save it as UTF-8") from None


def _by_language(read: Callable[[str], Entry]) -> Mapping[str, Entry]:
    return MappingProxyType({language: read(language) for language in LANGUAGES})


def _text(table: Table) -> Text:
    return Text(*(table.word(language) for language in LANGUAGES))


def _side(table: Table) -> Side:
    return Side(table.word("letter"), table.text("name"), table.text("about"), table.whole("weight", least=1))


def _sitting(top: Table) -> list[Table]:
    """Seats have no key of their own, so a fault is placed by the seat's number."""
    listed = top.has("seat", list, "a list of tables")
    return [Table(fields, f"{top.where}, seat {number}") for number, fields in enumerate(listed, 1)]


def _seat(table: Table, letters: tuple[str, ...]) -> Seat:
    return Seat(
        pseudonym=table.text("pseudonym"),
        name=table.text("name"),
        side=table.word("side", letters),
        sector=table.word("sector"),
        capacity=table.word("capacity", CAPACITIES),
        risk=table.word("risk", RISKS),
        language=table.word("language", LANGUAGES),
        gender=table.word("gender"),
        age_band=table.word("age_band"),
        occupation=table.text("occupation"),
        influence=table.text("influence"),
    )


def _panel_member(table: Table) -> PanelMember:
    return PanelMember(table.word("key"), table.word("role"), table.text("name"), table.text("task"))


def _places(
    letters: tuple[str, ...], seats: tuple[Seat, ...], panel: tuple[PanelMember, ...]
) -> dict[str, tuple[str, ...]]:
    return {
        "wider circle": letters,
        "seat": tuple(seat.pseudonym.en for seat in seats),
        "panel": tuple(member.key for member in panel),
    }


def _character(table: Table, places: dict[str, tuple[str, ...]]) -> Character:
    place = table.word("place", PLACES)
    return Character(
        key=table.word("key"),
        place=place,
        of=table.word("of", places[place]),
        languages=table.words("languages", LANGUAGES),
        label=table.text("label"),
        introduction=table.text("introduction"),
    )


def _selection(table: Table) -> Selection:
    steps = ("long_list", "approached", "declined", "withdrawn")
    return Selection(**{step: table.whole(step) for step in steps})


def _voters(table: Table, letters: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
    return MappingProxyType({letter: _whole_by(table.table(letter), LEANINGS) for letter in letters})


def _whole_by(table: Table, keys: tuple[str, ...], most: int = 10**6) -> Mapping[str, int]:
    return MappingProxyType({key: table.whole(key, most=most) for key in keys})


def _simulation(table: Table) -> Simulation:
    least = table.whole("answers_least", least=1)
    return Simulation(
        seed=table.whole("seed"),
        pass_pct=table.whole("pass_pct", most=100),
        answers_least=least,
        answers_most=table.whole("answers_most", least=least),
        exposure_spread=table.has("exposure_spread", float, "a number with a decimal point"),
    )


def _short_text(table: Table) -> Text:
    text = table.text("text")
    for language in LANGUAGES:
        if len(text.in_language(language)) > LONGEST_STATEMENT:
            where, remedy = f"{table.where}, text.{language}", f"shorten it to {LONGEST_STATEMENT} characters"
            raise BadInput("the statement is too long", where=where, remedy=remedy)
    return text


def _statement(table: Table, themes: tuple[str, ...], letters: tuple[str, ...]) -> Statement:
    camps = tuple(f"{letter}-{leaning}" for letter in letters for leaning in LEANINGS)
    agree_pct = _whole_by(table.table("agree_pct"), camps, most=100)
    return Statement(table.word("id"), table.word("theme", themes), _short_text(table), agree_pct)


def _late(table: Table, themes: tuple[str, ...], letters: tuple[str, ...]) -> LateStatement:
    voters = table.words("agree_votes_from", letters)
    return LateStatement(table.word("id"), table.word("theme", themes), _short_text(table), voters)


def _pending(table: Table, themes: tuple[str, ...], letters: tuple[str, ...]) -> PendingStatement:
    return PendingStatement(
        id=table.word("id"),
        theme=table.word("theme", themes),
        side=table.word("side", letters),
        advice=table.word("advice", ADVICE),
        text=_short_text(table),
        reason=table.text("reason"),
    )


# --- needs and fears


def _needs(board: Table, letters: tuple[str, ...]) -> Needs:
    """Everything of concerns.toml; what answers or restates something names what exists."""
    concerns = tuple(_concern(each, letters) for each in board.tables("concern", "id"))
    ids = tuple(each.id for each in concerns)
    return Needs(
        concerns=concerns,
        misperceptions=tuple(_misperception(each, letters) for each in board.rows("misperception")),
        restatements=tuple(_restatement(each, ids, letters) for each in board.rows("restatement")),
        ideas=tuple(Idea(each.text("text"), each.words("answers", ids)) for each in board.rows("idea")),
        constraints=tuple(
            Constraint(each.word("side", letters), each.text("text")) for each in board.rows("constraint")
        ),
        reassurances=tuple(_reassurance(each, ids, letters) for each in board.rows("reassurance")),
        offers=tuple(
            Offer(each.word("side", letters), each.word("answers", ids), each.text("text"))
            for each in board.rows("offer")
        ),
    )


def _concern(table: Table, letters: tuple[str, ...]) -> Concern:
    return Concern(
        id=table.word("id"),
        side=table.word("side", letters),
        kind=table.word("kind", CONCERN_KINDS),
        put=table.word("put", PUT) if "put" in table.fields else "table",
        text=table.text("text"),
    )


def _misperception(table: Table, letters: tuple[str, ...]) -> Misperception:
    return Misperception(
        of=table.word("of", letters),
        about=table.word("about", letters),
        believed_pct=table.whole("believed_pct", most=100),
        statement=table.word("statement"),
        text=table.text("text"),
        answer=table.text("answer"),
    )


def _restatement(table: Table, ids: tuple[str, ...], letters: tuple[str, ...]) -> Restatement:
    state = table.word("state", HEARINGS)
    return Restatement(
        concern=table.word("concern", ids),
        by=table.word("by", letters),
        state=state,
        text=table.text("text"),
        missing=table.text("missing") if state == "not yet" else None,
    )


def _reassurance(table: Table, ids: tuple[str, ...], letters: tuple[str, ...]) -> Reassurance:
    state = table.word("state", GESTURE_STATES)
    return Reassurance(
        side=table.word("side", letters),
        answers=table.word("answers", ids),
        state=state,
        by="" if state == "asked" else table.word("by", letters),
        text=table.text("text"),
    )


def _paper(table: Table) -> PaperFrame:
    return PaperFrame(
        lines=table.whole("lines", least=1),
        title=table.text("title"),
        heading=table.text("heading"),
        introduction=table.texts("introduction"),
        closing=table.texts("closing"),
    )


def _page(path: Path, language: str) -> Page:
    head, body = _headed(path)
    return Page(language, head.word("state", VERSION_STATES), head.word("title"), body)


def _headed(path: Path) -> tuple[Table, str]:
    """A Markdown file's head (`key: value` lines between two `---`) and what stands below it."""
    found = re.fullmatch(r"---\n(.*?)\n---\n(.+)", _written(path), re.DOTALL)
    if not found:
        remedy = "begin with title and state between two lines of ---"
        raise BadInput("the head of the page is missing", where=path.name, remedy=remedy)
    pairs = (line.partition(":") for line in found[1].splitlines())
    return Table({key.strip(): value.strip() for key, _, value in pairs}, path.name), found[2].strip()


def _rules(path: Path, language: str) -> GroundRules:
    page = _page(path, language)
    found = re.findall(r"^## (\d+)\. (.+)\n(.+(?:\n(?!## ).*)*)", page.body, re.MULTILINE)
    articles = tuple(Article(int(number), title, text.strip()) for number, title, text in found)
    if [article.number for article in articles] != list(range(1, len(articles) + 1)) or not articles:
        remedy = "number them 1, 2, 3 as '## 1. Title'"
        raise BadInput("the articles are not numbered in order", where=path.name, remedy=remedy)
    return GroundRules(page.language, page.state, page.title, articles)
