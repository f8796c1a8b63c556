"""A map report in words, as a web page, as PDF and as JSON. Knows nothing of the engine or the files read.

The page is one self-contained file: it works offline and asks no other address for anything. Texts that
people wrote are always data, never markup: escaped in the page, handed to the PDF as JSON.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tracktwo import figures
from tracktwo.errors import Refusal, gettext_noop
from tracktwo.figures import Bar, Mark, Tick
from tracktwo.statements.mapping import (
    LEAST_IN_CELL,
    MAP_FROM,
    SHOWN,
    SMALL_GROUP,
    Crossed,
    Held,
    MapReport,
    Part,
    Standing,
    Statement,
)
from tracktwo.statements.rules import MARKS, REACH_NAMES, REACH_SHARES, Reach

_HOUSE = Path(__file__).parent.parent
_FONTS = _HOUSE / "content" / "fonts"


@dataclass(frozen=True)
class Section:
    """A list of statements under a heading, with the sentence that says how to read it."""

    key: str
    heading: str
    intro: str
    places: tuple[int, ...]
    empty: str


# ---- words


def part_word(report: MapReport) -> str:
    """What the statements are compared between, in the singular."""
    return {"sides": "side", "groups": "group", "everyone": "voter"}[report.compared]


def summary(report: MapReport) -> str:
    said = (
        f"{_count(report.people, 'person', 'people')} gave {_count(report.votes, 'vote')} on "
        f"{_count(len(report.statements), 'statement')}; half of them answered {report.votes_each} or more."
    )
    if report.rejected:
        are = "is" if report.rejected == 1 else "are"
        said += f" {_count(report.rejected, 'statement')} rejected by the moderators {are} left out."
    return said


def lead(report: MapReport) -> str:
    """The main finding, in one sentence."""
    found, word = len(report.shared), part_word(report)
    whose = "those who voted" if report.compared == "everyone" else f"every {word}"
    if not report.ranked:
        return f"No statement has five answers from {whose} yet, so none is ranked."
    are = "is" if found == 1 else "are"
    return (
        f"{found or 'None'} of the {_count(report.ranked, 'statement')} that {whose} answered "
        f"{are} supported by a credible majority of {whose}."
    )


def groups_said(report: MapReport) -> str:
    parts = report.found.parts
    if len(parts) < 2:
        return "The votes show no two groups of five or more people: the crowd is read as one."
    sizes = _and([f"{part.people:,}" for part in parts])
    said = [
        f"The votes fall into {len(parts)} groups of {sizes} people.",
        _apart(report.found.silhouette),
        _again(report.found.stability),
        _ON_LINE if report.found.on_line else "",
    ]
    return " ".join(filter(None, said))


_ON_LINE = (
    "People answered few statements, so no more than two groups are told apart: the ends of the one line along "
    "which opinions differ most. On the map they overlap."
)


def _apart(silhouette: float | None) -> str:
    if silhouette is None:
        return ""
    how = "stand clearly apart" if silhouette >= 0.5 else "overlap at their edges"
    if silhouette < 0.25:
        how = "are hardly apart, parts of one cloud rather than camps"
    return f"They {how} (silhouette {silhouette:.2f})."


def _again(stability: float | None) -> str:
    if stability is None:
        return ""
    how = "much the same groups come back" if stability >= 0.8 else "their core comes back, their edges move"
    if stability < 0.5:
        how = "other groups come back: do not build on them"
    return f"When the same crowd is drawn anew, {how} (stability {stability:.2f})."


def cautions(report: MapReport) -> list[str]:
    """What a reader must know before relying on the figures."""
    said = []
    if report.people < MAP_FROM:
        said.append(
            f"Only {_count(report.people, 'person', 'people')} voted. Below {MAP_FROM} no map is drawn: it "
            "would be read for more than it says. The table of all statements says what there is."
        )
    small = [part for part in report.parts if part.people < SMALL_GROUP]
    if small and report.compared != "everyone":
        names = _and([part.name for part in small])
        have = "has" if len(small) == 1 else "have"
        said.append(f"{names} {have} fewer than {SMALL_GROUP} people: read the intervals, not the bars.")
    return said


def sections(report: MapReport) -> list[Section]:
    """The lists of statements, in the order in which they are read."""
    if report.compared == "everyone":
        return [_supported(report), *_in_proportion(report)]
    return [
        _supported(report),
        _dividing(report),
        *_hidden_in_the_total(report),
        *_against_expectation(report),
        *_in_proportion(report),
    ]


def _supported(report: MapReport) -> Section:
    word = part_word(report)
    every = "What those who voted support" if report.compared == "everyone" else f"What every {word} supports"
    heading = every if report.shared else f"Nearest to {every[0].lower()}{every[1:]}"
    intro = (
        "The bar is the share that agrees, the thin line its 90 % interval. The statement with the strongest "
        f"support from its least supporting {word} comes first."
    )
    return Section("shared", heading, intro, (report.shared or report.nearest)[:SHOWN], "None yet.")


def _dividing(report: MapReport) -> Section:
    word = part_word(report)
    intro = f"A credible majority of one {word} agrees and credibly no majority of another does. Widest gap first."
    empty = f"No statement has a credible majority of one {word} for it and credibly none of another."
    return Section("dividing", "What divides", intro, report.dividing[:SHOWN], empty)


def _hidden_in_the_total(report: MapReport) -> list[Section]:
    """What a count of heads would get wrong; only what does not stand above, and no empty lists."""
    word, above = part_word(report), set(report.dividing[:SHOWN])
    traps = tuple(k for k in report.traps if k not in above)[:5]
    minorities = tuple(k for k in report.minorities if k not in above)[:5]
    popular = (
        f"Six in ten or more of all voters agree, yet about half or less of one {word}. A count of heads would "
        "have called these common ground."
    )
    unseen = f"No majority of all voters, but three quarters or more of one {word}."
    both = [
        Section("traps", "Popular, but not with all", popular, traps, ""),
        Section("minorities", "Held by one, not seen in the total", unseen, minorities, ""),
    ]
    return [section for section in both if section.places]


def _against_expectation(report: MapReport) -> list[Section]:
    """Where a side says what nobody would have expected of it; no empty list."""
    intro = (
        "A credible majority of a side supports it, although what is usual for that side, and what the other "
        "sides say of it, foretold half or less. Foretold from votes: nobody was asked what they expect."
    )
    places = tuple(dict.fromkeys(one.place for one in report.unexpected))[:SHOWN]
    section = Section("unexpected", "Supported where the votes foretold otherwise", intro, places, "")
    return [section] if places else []


def _in_proportion(report: MapReport) -> list[Section]:
    """A few statements among which everybody finds some; no empty list."""
    found = report.slate
    if found is None:
        return []
    size = len(found.places)
    as_theirs = "as with everybody" if report.compared == "everyone" else f"as in their {part_word(report)}"
    short = (
        "No crowd large enough for a place of its own goes short."
        if found.fair
        else "A crowd large enough for a place of its own goes short: among so few there was no room."
    )
    intro = (
        f"{size} statements chosen one after the other, each counting less for people who agree with one already, so "
        "that everybody finds some of theirs. People count here, and a larger crowd has more. In the mean people "
        f"agree with {found.mean:.1f} of the {size}, nine in ten with {found.nine_in_ten:.1f} or more; what somebody "
        f"did not answer counts {as_theirs}. {short}"
    )
    return [Section("slate", "A few that speak for everybody in proportion", intro, found.places, "")]


def unexpected_said(report: MapReport, place: int) -> str:
    """Which side surprises on a statement: the support foretold and the support there is."""
    said = [
        f"{report.parts[one.side].name}: {percent(one.expected)} foretold, "
        f"{percent(report.statements[place].standings[one.side].support or 0.0)} agree"
        for one in report.unexpected
        if one.place == place
    ]
    return "; ".join(said)


# ---- groups and sides


def crossing_said(report: MapReport) -> str:
    """Where the groups lie across the sides, in sentences; empty without declared sides."""
    crossed = report.crossed
    if crossed is None:
        return ""
    said = [_likeness(crossed.likeness)]
    if crossed.words is None:
        said.append(
            "Which group lies across which sides is not told: beside the totals it would tell of single people."
        )
    elif crossed.bridge is None:
        said.append("No group lies across sides.")
    else:
        said.append(f"{across_said(report, crossed.bridge)} Where a group lies across sides, {_TAKEN}")
    return " ".join(one for one in said if one)


_TAKEN = "what holds it together is compared, side by side, with those of the same side who are not in it."


def _likeness(likeness: float | None) -> str:
    if likeness is None:
        return ""
    how = "are nearly the sides" if likeness >= 0.8 else "follow the sides in part"
    if likeness < 0.2:
        how = "have little to do with the sides"
    return f"The groups {how} (adjusted Rand index {likeness:.2f}; 1 where they are the same)."


def across_said(report: MapReport, group: int) -> str:
    """Across which sides a group lies."""
    part, crossed = report.found.parts[group], report.crossed
    sides = crossed.across[group] if crossed else ()
    if not sides:
        return f"{part.name} does not lie across sides."
    return f"{part.name} lies across {_and([report.parts[side].name for side in sides])}."


def reach_said(report: MapReport, side: int, group: int) -> str:
    """How many of a side are in a group: in per cent where all parts are large enough, else in a word."""
    crossed = report.crossed
    if crossed is None or crossed.words is None:
        return "not told"
    if crossed.people is not None:
        return percent(crossed.people[side][group] / max(sum(crossed.people[side]), 1))
    return crossed.words[side][group]


# ---- votes that may not be people's


def suspected_said(report: MapReport) -> str:
    """How many votes may not be people's, by which mark, and what changes without them; empty where none are."""
    found = report.suspected
    if not found.waves:
        return ""
    marks = "; ".join(f"{wave.people:,}, {MARKS[wave.mark]}" for wave in found.waves)
    stay = "stays" if found.kept == 1 else "stay"
    return (
        f"{_count(found.people, 'person', 'people')} of {report.people:,} voted in a way that crowds of people do "
        f"not ({marks}). This is a suspicion and no proof: a campaign of real people may look alike. Nobody is "
        f"taken out: all other figures count everybody. Without them {found.kept} of the first "
        f"{_count(len(found.everybody), 'statement')} {stay} among the first {SHOWN}."
    )


def compared_orders(report: MapReport) -> list[tuple[Statement, str, str]]:
    """What stands among the first ten with everybody or without the suspected, with its two ranks."""
    everybody, without = report.suspected.everybody, report.suspected.without
    either = dict.fromkeys([*everybody, *without])
    return [(report.statements[k], _rank(k, everybody), _rank(k, without)) for k in either]


def _rank(place: int, order: tuple[int, ...]) -> str:
    return str(order.index(place) + 1) if place in order else "–"


def draw_orders(report: MapReport) -> str:
    numbers = [
        [str(report.statements[k].number) for k in one]
        for one in (report.suspected.everybody, report.suspected.without)
    ]
    said = [f"{s.number}: {one}, {two}" for s, one, two in compared_orders(report)]
    return figures.two_orders(
        *numbers,
        heads=("with everybody", "without them"),
        key="orders",
        title="The first ten statements by number, with everybody and without those suspected",
        description=f"Statement: rank with everybody, rank without. {'; '.join(said)}",
    )


def standing_said(part: Part, standing: Standing) -> str:
    if standing.support is None or standing.low is None or standing.high is None:
        return f"{part.name}: fewer than {LEAST_IN_CELL} answers"
    return f"{part.name}: {percent(standing.support)} ({_span(standing.low, standing.high)})"


def statement_note(statement: Statement, report: MapReport) -> str:
    said = f"Statement {statement.number} · {_count(statement.answers, 'answer')}"
    if statement.agree_overall is not None:
        said += f" · {percent(statement.agree_overall)} of all who answered agree"
    if statement.kind == "shared" and statement.credible is not None and report.compared != "everyone":
        said += f" · majority of every {part_word(report)}: {_chance(statement.credible)}"
    return said


def held_said(agrees: bool, inside: float, outside: float) -> str:
    verb = "agree" if agrees else "disagree"
    return f"{percent(inside)} {verb}, against {percent(outside)} of the others"


def map_said(report: MapReport) -> str:
    return (
        "Each dot gathers at least five people of one group who answered alike; its area is their number. "
        "Near means alike in votes, far means unlike. The directions themselves have no meaning, and nobody "
        "can be found on it."
    )


def strip_said(report: MapReport) -> str:
    whose = (
        "of those who voted"
        if report.compared == "everyone"
        else f"of its least supporting {part_word(report)}"
    )
    return (
        f"Every ranked statement at the expected support {whose}. Full circle: supported by a credible "
        "majority of all; cross: divides; open circle: neither."
    )


NOTES = (
    gettext_noop(
        "Those who voted are not a sample of anyone else. The figures speak of them, not of a people or a "
        "country."
    ),
    gettext_noop(
        "A credible majority of every group means: given the votes, more than half of each group agrees with "
        "a probability of at least 90 %. Groups weigh equally, whatever their size; a pass counts as not "
        "agreeing; a missing vote counts as nothing."
    ),
    gettext_noop(
        "The shares are estimates that lean on all statements, so few answers give a wide interval and not a "
        "loud figure. No share is shown for fewer than five answers."
    ),
    gettext_noop(
        "Groups are found from the votes, sides are declared by people. A group is a pattern in this crowd, "
        "not a party to anything."
    ),
    gettext_noop("Support for a sentence is not consent to an outcome, and nobody here had a mandate."),
)


def attribution(report: MapReport) -> str:
    """Where the votes come from. An export does not carry its licence, so this says when it holds."""
    if "pol.is" not in report.link:
        return ""
    return (
        f"The votes were gathered with the Polis software ({report.link}; compdemocracy.org/polis). Data "
        "that The Computational Democracy Project publishes is licensed under CC BY 4.0 with attribution to "
        "The Computational Democracy Project; this report adapts it: rejected statements are left out and "
        "the analysis is Tracktwo's."
    )


def made_by(report: MapReport) -> str:
    return f"Tracktwo {report.version} · seed {report.seed} · data {report.data[:16]}"


# ---- JSON


def as_json(report: MapReport) -> str:
    """The same data and seed give the same bytes."""
    told = {"summary": summary(report), "lead": lead(report), "groups": groups_said(report)}
    told |= {"crossing": crossing_said(report), "suspected": suspected_said(report)}
    words = {**told, "cautions": cautions(report), "notes": list(NOTES), "attribution": attribution(report)}
    return json.dumps({**report.as_data(), "words": words}, ensure_ascii=False, indent=1) + "\n"


# ---- the page


def as_page(report: MapReport) -> str:
    # Django is imported here, not above: `tracktwo map` without --out does without it.
    from django.template import Context, Engine

    engine = Engine(dirs=[str(_HOUSE / "templates")], autoescape=True)
    template = engine.get_template("statements/map_report.html")
    return template.render(Context(_page(report), use_l10n=False, use_tz=False))


def _page(report: MapReport) -> dict[str, Any]:
    from django.utils.safestring import mark_safe

    def svg(drawn: str) -> str:
        return mark_safe(drawn)  # noqa: S308  figures escape every text themselves

    return {
        "title": report.title or "A conversation",
        "description": report.description,
        "summary": summary(report),
        "lead": lead(report),
        "cautions": cautions(report),
        "sections": [(section, _cards(report, section, svg)) for section in sections(report)],
        "groups_said": groups_said(report),
        "groups": [
            _group(part, held) for part, held in zip(report.found.parts, report.found.held, strict=False)
        ],
        "crossing_said": crossing_said(report),
        "crossed": _lying(report, svg),
        "suspected_said": suspected_said(report),
        "orders": svg(draw_orders(report)) if report.suspected.waves else "",
        "ranks": compared_orders(report),
        "map": svg(draw_map(report)) if report.cells else "",
        "map_said": map_said(report),
        "strip": svg(draw_strip(report)) if report.ranked else "",
        "strip_said": strip_said(report),
        "parts": report.parts,
        "rows": [_row(statement) for statement in _by_support(report)],
        "notes": NOTES,
        "attribution": attribution(report),
        "made_by": made_by(report),
    }


def _cards(report: MapReport, section: Section, svg: Any) -> list[dict[str, str]]:
    return [
        {
            "text": statement.text or "(a statement without text)",
            "bars": svg(draw_bars(report, statement, f"{section.key}-{statement.number}")),
            "note": card_note(report, section, place),
        }
        for place, statement in ((k, report.statements[k]) for k in section.places)
    ]


def card_note(report: MapReport, section: Section, place: int) -> str:
    """What stands below a statement in a list."""
    note = statement_note(report.statements[place], report)
    return f"{unexpected_said(report, place)} · {note}" if section.key == "unexpected" else note


def _lying(report: MapReport, svg: Any) -> list[dict[str, Any]]:
    """Each group with its reach into the sides."""
    if report.crossed is None or report.crossed.words is None:
        return []
    return [
        {
            "part": part,
            "cells": [reach_said(report, side, g) for side in range(len(report.parts))],
            "picture": svg(draw_reach(report, g)),
            "said": across_said(report, g),
            "held": [(h.text, held_said(h.agrees, h.inside, h.outside)) for h in _of(report.crossed, g)],
        }
        for g, part in enumerate(report.found.parts)
    ]


def _of(crossed: Crossed, group: int) -> tuple[Held, ...]:
    """What holds a group together, where that is not what the groups' own list already says."""
    return crossed.held[group] if crossed.across[group] else ()


def _group(part: Part, held: Any) -> dict[str, Any]:
    return {
        "part": part,
        "size": f"{_count(part.people, 'person', 'people')}, {percent(part.share)}",
        "held": [(h.text, held_said(h.agrees, h.inside, h.outside)) for h in held],
    }


def _row(statement: Statement) -> dict[str, Any]:
    cells = [
        ("–", f"fewer than {LEAST_IN_CELL}") if s.support is None else (percent(s.support), _interval(s))
        for s in statement.standings
    ]
    mark = {"shared": "●", "dividing": "✕", "open": "○"}[statement.kind]
    return {
        "number": str(statement.number),
        "text": statement.text,
        "kind": statement.kind,
        "mark": mark,
        "cells": cells,
    }


def _by_support(report: MapReport) -> list[Statement]:
    """Ranked ones first, best supported by their least supporting part; the others by number."""
    return sorted(report.statements, key=lambda s: (s.weakest is None, -(s.weakest or 0.0), s.number))


# ---- the figures of the report


def draw_bars(report: MapReport, statement: Statement, key: str) -> str:
    rows = []
    for part, standing in zip(report.parts, statement.standings, strict=True):
        label = f"fewer than {LEAST_IN_CELL} answers"
        if standing.support is not None:
            label = percent(standing.support)
        rows.append(Bar(_mark(part), label, standing.support, standing.low, standing.high))
    said = "; ".join(standing_said(p, s) for p, s in zip(report.parts, statement.standings, strict=True))
    title = f"Support for statement {statement.number}"
    return figures.support_bars(rows, key=key, title=title, description=said)


def draw_reach(report: MapReport, group: int) -> str:
    """How much of each side is in a group: a share, or all that its word stands for."""
    rows = [_reach_bar(report, side, group) for side in range(len(report.parts))]
    said = "; ".join(f"{bar.mark.name}: {bar.label}" for bar in rows)
    title = f"How many of each side are in {report.found.parts[group].name}"
    return figures.support_bars(rows, key=f"reach-{group}", title=title, description=said)


def _reach_bar(report: MapReport, side: int, group: int) -> Bar:
    crossed, mark = report.crossed, _mark(report.parts[side])
    label, low, high = reach_said(report, side, group), *reach_ends(report, side, group)
    if crossed is not None and crossed.people is not None:
        return Bar(mark, label, share=high)
    return Bar(mark, label, low=low, high=high)


def reach_ends(report: MapReport, side: int, group: int) -> tuple[float, float]:
    """Between which shares of a side its part in a group lies; from none where it is told in numbers."""
    crossed = report.crossed
    if crossed is None or crossed.words is None:
        return 0.0, 0.0
    if crossed.people is not None:
        return 0.0, crossed.people[side][group] / max(sum(crossed.people[side]), 1)
    word = crossed.words[side][group]
    return next(REACH_SHARES[reach] for reach in Reach if REACH_NAMES[reach] == word)


def draw_map(report: MapReport) -> str:
    # The badge carries a group's number, so its label may be short.
    parts = report.found.parts or report.parts
    marks = [Mark(part.letter, part.hue) for part in parts]
    return figures.opinion_map(
        report.cells,
        marks,
        key="map",
        title="Map of opinions",
        description=f"{groups_said(report)} {map_said(report)}",
        captions=[_count(part.people, "person", "people") for part in parts],
    )


def draw_strip(report: MapReport) -> str:
    ticks = [
        Tick(s.weakest, s.kind, f"{s.number}: {_short(s.text)}")
        for s in report.statements
        if s.weakest is not None
    ]
    return figures.agreement_strip(
        ticks,
        key="strip",
        title="All ranked statements by their weakest support",
        description=strip_said(report),
        none="none agrees",
        half="half",
        every="all agree",
    )


def _mark(part: Part) -> Mark:
    return Mark(part.letter, part.hue, part.name)


# ---- the PDF


@dataclass(frozen=True)
class Pdf:
    """The file's bytes; `warning` says what a reader will miss, where something is missing."""

    content: bytes
    warning: str = ""


def as_pdf(report: MapReport) -> Pdf:
    """An accessible PDF (PDF/UA-1); without that mark where a letter has no font on this machine."""
    import typst  # not above: 40 MB that `tracktwo map` without --out does without

    def compiled(standard: Literal["ua-1", "1.7"]) -> bytes:
        return typst.compile(
            str(_HOUSE / "content" / "papers" / "map.typ"),
            format="pdf",
            font_paths=[str(_FONTS)] if _FONTS.is_dir() else [],
            sys_inputs={"report": json.dumps(_paper(report), ensure_ascii=False)},
            pdf_standards=standard,
            timestamp=0,
        )

    try:
        return Pdf(compiled("ua-1"))
    except typst.TypstError as fault:
        if "could not be displayed" not in str(fault):
            raise Refusal("The PDF could not be made: %(fault)s", fault=fault) from None
    return Pdf(
        compiled("1.7"),
        "Some letters in the PDF have no font on this machine and show as boxes; install a font for this "
        "script (for Chinese, Japanese and Korean: Noto Sans CJK) and run the command again.",
    )


def _paper(report: MapReport) -> dict[str, Any]:
    return {
        "title": report.title or "A conversation",
        "summary": summary(report),
        "lead": lead(report),
        "cautions": cautions(report),
        "parts": [
            {"letter": p.letter, "name": p.name, "hue": p.hue, "people": p.people} for p in report.parts
        ],
        "sections": [_paper_section(report, section) for section in sections(report)],
        "groups_said": groups_said(report),
        "groups": [
            _paper_group(p, held) for p, held in zip(report.found.parts, report.found.held, strict=False)
        ],
        "suspected_said": suspected_said(report),
        "ranks": [
            {"number": s.number, "text": s.text, "rtl": right_to_left(s.text), "ranks": [one, two]}
            for s, one, two in compared_orders(report)
        ],
        "crossing_said": crossing_said(report),
        "crossed": [_paper_lying(report, g) for g in range(len(report.found.parts))]
        if report.crossed is not None and report.crossed.words is not None
        else [],
        "cells": [{"x": c.x, "y": c.y, "people": c.people, "group": c.group} for c in report.cells],
        "map_said": map_said(report),
        "notes": list(NOTES),
        "attribution": attribution(report),
        "made_by": made_by(report),
    }


def _paper_lying(report: MapReport, group: int) -> dict[str, Any]:
    part, sides = report.found.parts[group], range(len(report.parts))
    held = _of(report.crossed, group) if report.crossed else ()
    return {
        **_paper_group(part, held),
        "said": across_said(report, group),
        "bars": [
            {"ends": reach_ends(report, side, group), "said": reach_said(report, side, group)}
            for side in sides
        ],
    }


def _paper_section(report: MapReport, section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "intro": section.intro,
        "empty": section.empty,
        "statements": [
            {**_paper_statement(report, report.statements[k]), "note": card_note(report, section, k)}
            for k in section.places
        ],
    }


def _paper_statement(report: MapReport, statement: Statement) -> dict[str, Any]:
    bars = [
        {"support": s.support, "low": s.low, "high": s.high, "said": standing_said(p, s)}
        for p, s in zip(report.parts, statement.standings, strict=True)
    ]
    return {"text": statement.text, "rtl": right_to_left(statement.text), "bars": bars}


def _paper_group(part: Part, held: Any) -> dict[str, Any]:
    return {
        "letter": part.letter,
        "hue": part.hue,
        "name": part.name,
        "size": _count(part.people, "person", "people"),
        "held": [
            {"text": h.text, "rtl": right_to_left(h.text), "said": held_said(h.agrees, h.inside, h.outside)}
            for h in held
        ],
    }


# ---- numbers in words


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _span(low: float, high: float) -> str:
    return f"{low * 100:.0f} to {high * 100:.0f}"


def _interval(standing: Standing) -> str:
    return _span(standing.low or 0.0, standing.high or 0.0)


def _chance(probability: float) -> str:
    return "over 99 %" if probability > 0.99 else percent(probability)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def right_to_left(text: str) -> bool:
    """The direction of the first letter that has one, as a page's dir="auto" decides it."""
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind != "L" for kind in strong if kind in ("L", "R", "AL")), False)


def plain(text: str) -> str:
    """A text on one line, for a terminal."""
    return " ".join(text.split())


def _short(text: str, most: int = 90) -> str:
    flat = plain(text)
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"
