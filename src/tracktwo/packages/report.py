"""A packages report in words, as a web page with its figures, and as JSON. Knows the finding, not the engine's ways.

The page is one self-contained file: it works offline and asks no other address for anything. Texts that people
wrote are always data, never markup. Nothing finer than a whole point of a hundred is told.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from itertools import combinations
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from tracktwo.engines.bargaining.certificates import Certificate
from tracktwo.engines.bargaining.table import Continuous
from tracktwo.engines.bargaining.trades import Trade
from tracktwo.errors import gettext_noop
from tracktwo.figures import Mark
from tracktwo.packages import drawing
from tracktwo.packages.drawing import Named
from tracktwo.packages.finding import LeftOut, Move, Offer, PackagesReport, table_best, whole

RULES = {
    "nash": gettext_noop("Largest product of gains (Nash)"),
    "ks": gettext_noop("Equal shares of what each could gain (Kalai-Smorodinsky)"),
    "leximin": gettext_noop("The least off first (leximin)"),
    "utilitarian": gettext_noop("Largest sum, for comparison"),
    "shortfall": gettext_noop("Nearest to every walk-away"),
    "no_deal": gettext_noop("No package"),
    "middle": gettext_noop("Half way on every issue"),
}
SHORT = {
    "nash": "Nash",
    "ks": "Kalai-Smorodinsky",
    "leximin": "leximin",
    "utilitarian": "largest sum",
    "shortfall": "nearest",
    "improve": "better for all",
    "no_deal": "no package",
    "middle": "half way",
}
_SHAPES = {
    "nash": "diamond",
    "ks": "triangle",
    "leximin": "square",
    "utilitarian": "cross",
    "shortfall": "diamond",
    "improve": "down",
    "proposal": "ring",
    "no_deal": "ring",
    "middle": "ring",
}
NOTES = (
    gettext_noop(
        "For the panel alone. Whoever reads this page reads what each side values, and could work out what a "
        "side would give up; what a side is shown is a decision of the panel, one package at a time."
    ),
    gettext_noop(
        "100 is a side's best option on every issue. Points of different sides cannot be added or compared: a "
        "gain of ten points may mean little to one and everything to another."
    ),
    gettext_noop(
        "Packages are computed exactly; what people say of their own wishes is not exact. That costs one to nine "
        "per cent of what a package is worth, so only whole points are shown, and one point is no difference."
    ),
    gettext_noop(
        "A side that alone overstates what it has without a package gains a little; where both do, about one "
        "package in four is lost for both. A side that overstates what matters to it loses by it. Tell the sides so."
    ),
    gettext_noop(
        "The largest sum is there for comparison: it can leave one side hardly better off than without a package."
    ),
    gettext_noop(
        "Nobody here has a mandate. A package is something to talk about: whether each side could recommend it, "
        "the sides say themselves, in a blind round."
    ),
)


# ---- words


def plain(text: str) -> str:
    return " ".join(text.split())


def rule_said(offer: Offer) -> str:
    if offer.key == "without":
        return f"Chosen without {offer.name}"
    if offer.key == "improve":
        return f"Better for all than {offer.name}"
    return f"“{offer.name}”" if offer.key == "proposal" else RULES.get(offer.key, RULES["nash"])


def short(offer: Offer) -> str:
    return f"“{offer.name}”" if offer.key == "proposal" else SHORT[offer.key]


def summary(report: PackagesReport) -> str:
    table = report.table
    packages = table.packages
    many = f"{packages:,}" if packages < 10**12 else f"more than 10^{len(str(packages)) - 1}"
    said = f"{len(report.sides)} sides, {_count(len(table.issues), 'issue')}, {many} packages"
    rules = len(table.requires) + len(table.excludes)
    if rules:
        said += f", {_count(rules, 'rule')}"
    if table.budgets:
        said += f", {_count(len(table.budgets), 'budget')}"
    return f"{said}. {frontier_said(report)}"


def frontier_said(report: PackagesReport) -> str:
    points = report.frontier.points
    above = int((points >= report.table.walk_away).all(axis=1).sum()) if len(points) else 0
    are = "is" if len(points) == 1 else "are"
    if not report.frontier.complete:
        return f"{_count(len(points), 'efficient package')} {are} known, {above:,} of them above every walk-away."
    distinct = _count(len(points), "efficient outcome")
    return (
        f"There {are} {distinct} in all, {above:,} above every walk-away. Efficient: no other package is as good "
        "for every side and better for one."
    )


def lead(report: PackagesReport) -> str:
    """The main finding, in one sentence."""
    chosen = report.chosen
    if report.feasible:
        gains = [
            f"{side.name} {gain}" for side, gain in zip(report.sides, _gains(chosen, report), strict=True)
        ]
        return f"One package gives every side more than it has without: in points of a hundred, {_and(gains)} more."
    short_of = [
        f"{side.name} {-gain}"
        for side, gain in zip(report.sides, _gains(chosen, report), strict=True)
        if gain < 0
    ]
    missing = (
        f"leaves {_and(short_of)} points of a hundred short"
        if short_of
        else "falls short by less than a point"
    )
    return f"No package meets every walk-away. The nearest one {missing}."


def _gains(offer: Offer, report: PackagesReport) -> list[int]:
    return [a - b for a, b in zip(offer.shown, report.walk_away, strict=True)]


def cautions(report: PackagesReport) -> list[str]:
    """What a reader must know before relying on the figures."""
    said = []
    if not report.feasible:
        said.append(
            "What sides have without a package leaves no room on these issues. More issues, other options, or a "
            "second look at the walk-aways can make some; a smaller package on fewer issues may, too."
        )
    if report.table.no_deal is None:
        said.append(
            "The walk-aways of this case are plain numbers. Such a number is easily overstated, and nobody can "
            "check it: ask each side instead which option holds on each issue as long as there is no package."
        )
    loose = [o for o in report.offers if o.solution is not None and o.solution.gap > 0]
    if loose:
        said.append(
            "Not every package is proven best: "
            + "; ".join(f"{short(o)} {proof_said(o)}" for o in loose)
            + "."
        )
    forbidden = [o for o in report.proposals if not o.allowed and o.key == "proposal"]
    if forbidden:
        said.append(f"{_and([short(o) for o in forbidden])}: the rules of this case do not allow it.")
    return said


def proof_said(offer: Offer) -> str:
    if offer.solution is None:
        return ""
    if offer.solution.proven:
        return "proven best"
    if offer.solution.gap > 10:
        return "best so far, nothing proven"
    return f"proven within {max(0.1, 100 * offer.solution.gap):.1f} %"


def robust_said(report: PackagesReport) -> str:
    firm = report.robustness
    if firm is None:
        return ""
    return (
        "If every weight were wrong by about a fifth and every value by about a twelfth of its range, this package "
        f"would still meet every walk-away in {firm.above:.0%} and be efficient to the point in "
        f"{firm.efficient:.0%} of {firm.draws} draws; both in {firm.both:.0%}."
    ).replace("%", " %")


def better_said(report: PackagesReport) -> str:
    """What the package one starts from leaves on the table."""
    start, better = report.start, report.better
    if start.key == "no_deal" or not start.allowed:
        return ""
    if not start.clears:
        below = [
            side.name
            for side, p, w in zip(report.sides, start.points, report.table.walk_away, strict=True)
            if p < w
        ]
        return f"{_capital(short(start))} leaves {_and(below)} worse off than without a package."
    if better is None:
        return f"Nobody can gain over {short(start)} without another side's loss."
    gains = whole_gains(report, start, better)
    each = [f"{side.name} {_signed(gain)}" for side, gain in zip(report.sides, gains, strict=True)]
    return f"Another package leaves nobody worse off than {short(start)}: {_and(each)}."


def trades_said(report: PackagesReport) -> str:
    if not report.trades:
        return ""
    return (
        f"Trades that leave nobody worse off than {_from(report)}: each side gives where it cares less and gets "
        "where it cares more."
    )


def trade_said(report: PackagesReport, trade: Trade) -> tuple[str, str]:
    """The changes of a trade, and what they give each side together."""
    issues = report.table.issues
    made = [
        f"{issues[c.issue].name}: {issues[c.issue].options[c.before]} → {issues[c.issue].options[c.after]}"
        for c in trade.changes
    ]
    gains = [
        (side.name, gain)
        for side, gain in zip(report.sides, whole(trade.gains, table_best(report.table)), strict=True)
    ]
    given = [f"{name} {_signed(gain)}" for name, gain in gains if gain]
    return "; ".join(made), _and(given) if given else "less than a point for anybody"


def left_out_said(report: PackagesReport, left: LeftOut) -> str:
    i = report.sides.index(left.side)
    has, without = left.offer.shown[i], report.walk_away[i]
    than = "less than" if left.walks else "as much as" if has == without else "more than"
    return (
        f"Without {left.side.name} the others would choose what gives it {has}, {than} the {without} that it has "
        "with no package."
    )


def _from(report: PackagesReport) -> str:
    return "no package" if report.start.key == "no_deal" else short(report.start)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def whole_gains(report: PackagesReport, start: Offer, end: Offer) -> list[int]:
    return [b - a for a, b in zip(start.shown, end.shown, strict=True)]


def moves_said(report: PackagesReport) -> str:
    return (
        f"From {_from(report)} to the package above, issue by issue; points of a hundred that each change gives "
        "or costs a side, were it the last one made."
    )


def move_said(report: PackagesReport, move: Move) -> str:
    """One change in words: who gives what, who gains."""
    sides = [side.name for side in report.sides]
    gives = [f"{n} {-g}" for n, g in zip(sides, move.gains, strict=True) if g < 0]
    gains = [f"{n} {g}" for n, g in zip(sides, move.gains, strict=True) if g > 0]
    if not gives and not gains:
        return "hardly matters to anybody"
    if not gives:
        return f"gives {_and(gains)}"
    return f"costs {_and(gives)}" + (f", gives {_and(gains)}" if gains else "")


def made_by(report: PackagesReport) -> str:
    return f"Tracktwo {report.version} · rule {SHORT[report.rule]} · seed {report.seed}"


# ---- numbers in words


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# ---- JSON


def as_data(report: PackagesReport) -> dict[str, Any]:
    """Everything, for other programs. Confidential to the panel: it holds what sides value, and the certificates."""
    table = report.table
    return {
        "title": report.case.title,
        "version": report.version,
        "seed": report.seed,
        "rule": report.rule,
        "sides": [
            {"letter": s.letter, "name": s.name, "walk_away": w, "walk_away_points": int(p)}
            for s, w, p in zip(report.sides, report.walk_away, table.walk_away, strict=True)
        ],
        "issues": [
            {
                "name": issue.name,
                "options": list(laid.options) if not isinstance(issue, Continuous) else len(laid.options),
            }
            for issue, laid in zip(report.case.issues, table.issues, strict=True)
        ],
        "packages": str(table.packages),
        "every_walk_away_met": report.feasible,
        "offers": [_offer_data(report, offer) for offer in report.offers],
        "proposals": [_offer_data(report, offer) for offer in report.proposals],
        "better_than_the_proposal": _offer_data(report, report.better) if report.better else None,
        "start": _offer_data(report, report.start),
        "trades": [
            {
                "changes": [
                    {
                        "issue": table.issues[c.issue].name,
                        "from": table.issues[c.issue].options[c.before],
                        "to": table.issues[c.issue].options[c.after],
                    }
                    for c in t.changes
                ],
                "gains": list(whole(t.gains, table_best(table))),
            }
            for t in report.trades
        ],
        "without": [
            {**_offer_data(report, left.offer), "side": left.side.name, "worse_off_than_without": left.walks}
            for left in report.left_out
        ],
        "several": [_offer_data(report, offer) for offer in report.several],
        "changes": [
            {
                "issue": table.issues[m.issue].name,
                "from": table.issues[m.issue].options[m.before],
                "to": table.issues[m.issue].options[m.after],
                "gains": list(m.gains),
            }
            for m in report.moves
        ],
        "frontier": {
            "complete": report.frontier.complete,
            "method": report.frontier.method,
            "outcomes": len(report.frontier.points),
            "above_every_walk_away": int((report.frontier.points >= table.walk_away).all(axis=1).sum()),
            "points": report.frontier.points.tolist() if len(report.frontier.points) <= 10_000 else None,
        },
        "robustness": None
        if report.robustness is None
        else {
            "draws": report.robustness.draws,
            "above_every_walk_away": report.robustness.above,
            "efficient_to_the_point": report.robustness.efficient,
            "both": report.robustness.both,
            "standard_error": report.robustness.error,
        },
    }


def _offer_data(report: PackagesReport, offer: Offer) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": offer.key,
        "name": rule_said(offer),
        "package": dict(
            zip((i.name for i in report.table.issues), report.table.named(offer.package), strict=True)
        ),
        "points": offer.points.tolist(),
        "of_a_hundred": list(offer.shown),
        "meets_every_walk_away": offer.clears,
        "allowed": offer.allowed,
    }
    if offer.solution is not None:
        solution = offer.solution
        found |= {
            "gap": solution.gap if isfinite(solution.gap) else None,
            "proven": solution.proven,
            "status": solution.status,
            "method": solution.method,
            "certificate": _certificate_data(solution.certificate),
        }
    return found


def _certificate_data(certificate: Certificate | None) -> dict[str, Any] | None:
    """Exact, as fractions in text: whoever holds the table can check it by hand."""
    if certificate is None:
        return None
    return {
        "kind": certificate.kind,
        "weights": [str(w) for w in certificate.weights],
        "multipliers": [str(m) for m in certificate.multipliers],
        "bound": str(certificate.bound),
        "base": list(certificate.base),
        "scale": list(certificate.scale),
    }


def as_json(report: PackagesReport) -> str:
    """The same case and seed give the same bytes, as long as no search ran out of time."""
    words = {
        "lead": lead(report),
        "summary": summary(report),
        "cautions": cautions(report),
        "better": better_said(report),
        "robustness": robust_said(report),
        "notes": list(NOTES),
    }
    return json.dumps({**as_data(report), "words": words}, ensure_ascii=False, indent=1) + "\n"


# ---- the figures


def draw(report: PackagesReport) -> list[str]:
    """Two sides: the frontier. Three: it seen from each pair. More cannot be drawn honestly."""
    if len(report.sides) > 3:
        return []
    return [_plane(report, a, b) for a, b in combinations(range(len(report.sides)), 2)]


def named_offers(report: PackagesReport) -> list[Offer]:
    better = [report.better] if report.better is not None else []
    start = [report.start] if report.start.key == "middle" else []
    return [*report.offers, *better, *report.proposals, *start]


def _plane(report: PackagesReport, a: int, b: int) -> str:
    table, frontier = report.table, report.frontier
    shown = [whole(p, table_best(table)) for p in frontier.points]
    clears: list[bool] = np.all(frontier.points >= table.walk_away, axis=1).tolist()
    efficient = [(p[a], p[b]) for p, fine in zip(shown, clears, strict=True) if fine]
    others = [(p[a], p[b]) for p, fine in zip(shown, clears, strict=True) if not fine]
    named = [
        Named(_SHAPES[o.key], short(o), (o.shown[a], o.shown[b]), o is report.chosen)
        for o in named_offers(report)
        if o.key != "no_deal"
    ]
    walk_away = (report.walk_away[a], report.walk_away[b])
    around = [*(efficient or others), *(n.at for n in named)]
    one, other = report.sides[a], report.sides[b]
    what = "every efficient package" if frontier.complete else "efficient packages that are known"
    return drawing.plane(
        efficient,
        others,
        named,
        (Mark(one.letter, one.hue, one.name), Mark(other.letter, other.hue, other.name)),
        walk_away,
        drawing.window(walk_away, around),
        key=f"frontier-{a}-{b}",
        title=f"{one.name} and {other.name}: {what}",
        description=(
            f"Across: points of {one.name}; upwards: points of {other.name}. Without a package {one.name} has "
            f"{walk_away[0]}, {other.name} {walk_away[1]}. The table beside names the marked packages."
        ),
        joined=len(report.sides) == 2,
    )


def picture_said(report: PackagesReport) -> str:
    dots = (
        "Every dot is an efficient package, on whole points"
        if report.frontier.complete
        else ("Each dot is an efficient package that is known, on whole points")
    )
    small = "small ones leave a side worse off than without a package"
    seen = " Three sides are seen two at a time." if len(report.sides) == 3 else ""
    return (
        f"{dots}; {small}. In a woven strip the side of that weave is worse off than without a package; where the "
        f"paper is bare, both are better off.{seen}"
    )


# ---- the page


def as_page(report: PackagesReport) -> str:
    css = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    title = escape(report.case.title)
    body = [
        "<header>",
        '<p class="over">Packages, for the panel alone</p>',
        f'<h1 dir="auto">{title}</h1>',
        f'<p class="lead">{escape(lead(report))}</p>',
        f'<p class="soft">{escape(summary(report))}</p>',
        *(f'<p class="care">{escape(said)}</p>' for said in cautions(report)),
        "</header>",
        _section("package", "The package" if report.feasible else "The nearest package", [_chosen(report)]),
        _section("rules", "By each rule", [_offers(report)]),
        _section("picture", "The picture", _pictures(report)) if draw(report) else "",
        _section("trades", "What changes, and for whom", [_trades(report), _moves(report)]),
        _section("several", "Three packages instead of one", [_several(report)]) if report.several else "",
        _section("without", "Were a side left out", [_left_out(report)]) if report.left_out else "",
        _section("issues", "The packages side by side", [_side_by_side(report)]),
        _section(
            "notes",
            "What these figures can and cannot say",
            ['<ul class="notes">', *(f"<li>{escape(note)}</li>" for note in NOTES), "</ul>"],
        ),
        f"<footer><p>{escape(made_by(report))}</p></footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">\n<link rel="icon" href="data:,">\n'
        f"<title>{title} – packages</title>\n<style>\n{css}</style>\n</head>\n<body>\n"
        f'<main class="sheet">\n{"".join(part + chr(10) for part in body if part)}</main>\n</body>\n</html>\n'
    )


def _section(key: str, heading: str, parts: Sequence[str]) -> str:
    inside = "\n".join(parts)
    return (
        f'<section aria-labelledby="h-{key}">\n<h2 id="h-{key}">{escape(heading)}</h2>\n{inside}\n</section>'
    )


def _head_of_sides(report: PackagesReport) -> str:
    return "".join(
        f'<th scope="col" class="side-{s.hue}"><span class="badge" aria-hidden="true">{escape(s.letter)}</span> '
        f"<bdi>{escape(s.name)}</bdi></th>"
        for s in report.sides
    )


def _wide(label: str, head: str, rows: Sequence[str]) -> str:
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _chosen(report: PackagesReport) -> str:
    table, chosen = report.table, report.chosen
    rows = "".join(
        f'<div><dt dir="auto">{escape(issue.name)}</dt><dd dir="auto">{escape(option)}</dd></div>'
        for issue, option in zip(table.issues, table.named(chosen.package), strict=True)
    )
    firm = f'<p class="soft">{escape(robust_said(report))}</p>' if report.robustness else ""
    said = f"{RULES[chosen.key]}; {proof_said(chosen)}."
    return f'<p class="soft">{escape(said)}</p><dl class="package">{rows}</dl>{firm}'


def _offers(report: PackagesReport) -> str:
    rows = []
    for offer in named_offers(report):
        if offer.key == "no_deal":
            continue
        mark = drawing.glyph(_SHAPES[offer.key], main=offer is report.chosen)
        cells = "".join(
            f'<td class="figures"><b>{p}</b><span>{escape(_signed(gain))}</span></td>'
            for p, gain in zip(offer.shown, _gains(offer, report), strict=True)
        )
        name = f'<th scope="row">{mark} <bdi>{escape(rule_said(offer))}</bdi>'
        rows.append(f"<tr>{name}<small>{escape(proof_said(offer))}</small></th>{cells}</tr>")
    without = "".join(f'<td class="figures"><b>{w}</b></td>' for w in report.walk_away)
    rows.append(f'<tr class="without"><th scope="row">Without a package</th>{without}</tr>')
    said = "Points of a hundred; below them, how much that is above (+) or below (−) having no package."
    return f'<p class="soft">{said}</p>' + _wide(
        "Points of each package for each side", f'<th scope="col">Package</th>{_head_of_sides(report)}', rows
    )


def _pictures(report: PackagesReport) -> list[str]:
    drawn = draw(report)
    many = "planes" if len(drawn) > 1 else "planes one"
    figures = "".join(f"<figure>{svg}</figure>" for svg in drawn)
    return [f'<div class="{many}">{figures}</div>', f'<p class="soft">{escape(picture_said(report))}</p>']


def _trades(report: PackagesReport) -> str:
    better = better_said(report)
    said = f"<p>{escape(better)}</p>" if better else ""
    if not report.trades:
        return said
    listed = []
    for trade in report.trades:
        made, gives = trade_said(report, trade)
        listed.append(f"<li><span>{escape(made)}</span><b>{escape(gives)}</b></li>")
    return f'{said}<p class="soft">{escape(trades_said(report))}</p><ul class="trades">{"".join(listed)}</ul>'


def _moves(report: PackagesReport) -> str:
    if not report.moves:
        return ""
    table = report.table
    rows = []
    for move in report.moves:
        issue = table.issues[move.issue]
        cells = "".join(f'<td class="figures"><b>{escape(_signed(g))}</b></td>' for g in move.gains)
        rows.append(
            f'<tr><th scope="row"><bdi>{escape(issue.name)}</bdi><small><bdi>{escape(issue.options[move.before])}'
            f"</bdi> → <bdi>{escape(issue.options[move.after])}</bdi></small></th>{cells}</tr>"
        )
    return f'<p class="soft">{escape(moves_said(report))}</p>' + _wide(
        "What each change gives or costs each side",
        f'<th scope="col">Change</th>{_head_of_sides(report)}',
        rows,
    )


SEVERAL = gettext_noop(
    "Put forward in one blind round, three packages that differ are more likely to hold one that every side could "
    "recommend than a single one is. Each is the largest product of gains among those that differ from the ones "
    "above it on two issues or more."
)


def several_rows(report: PackagesReport) -> list[tuple[str, Offer]]:
    """What each of the several packages has otherwise than the first."""
    table, first = report.table, report.several[0].package
    rows = []
    for offer in report.several:
        apart = [
            f"{issue.name}: {issue.options[k]}"
            for issue, k, one in zip(table.issues, offer.package, first, strict=True)
            if k != one
        ]
        same = "the package above" if first == report.chosen.package else "largest product of gains"
        rows.append(("; ".join(apart) or same, offer))
    return rows


def _several(report: PackagesReport) -> str:
    rows = []
    for said, offer in several_rows(report):
        cells = "".join(
            f'<td class="figures"><b>{p}</b><span>{escape(_signed(gain))}</span></td>'
            for p, gain in zip(offer.shown, _gains(offer, report), strict=True)
        )
        rows.append(f'<tr><th scope="row" dir="auto">{escape(said)}</th>{cells}</tr>')
    return f'<p class="soft">{escape(SEVERAL)}</p>' + _wide(
        "Three packages", f'<th scope="col">Otherwise than the first</th>{_head_of_sides(report)}', rows
    )


def _left_out(report: PackagesReport) -> str:
    said = "".join(f"<p>{escape(left_out_said(report, left))}</p>" for left in report.left_out)
    rows = []
    for left in report.left_out:
        cells = "".join(
            f'<td class="figures"><b>{p}</b><span>{escape(_signed(gain))}</span></td>'
            for p, gain in zip(left.offer.shown, _gains(left.offer, report), strict=True)
        )
        rows.append(f'<tr><th scope="row"><bdi>{escape(rule_said(left.offer))}</bdi></th>{cells}</tr>')
    return said + _wide(
        "Packages chosen without a side", f'<th scope="col">Package</th>{_head_of_sides(report)}', rows
    )


def columns(report: PackagesReport) -> list[tuple[str, tuple[int, ...]]]:
    """The different packages, each with the names of all rules that pick it."""
    found: dict[tuple[int, ...], list[str]] = {}
    for offer in named_offers(report):
        found.setdefault(offer.package, []).append(short(offer))
    return [(", ".join(names), package) for package, names in found.items()]


def _side_by_side(report: PackagesReport) -> str:
    table, each = report.table, columns(report)
    head = '<th scope="col">Issue</th>' + "".join(
        f'<th scope="col"><bdi>{escape(n)}</bdi></th>' for n, _ in each
    )
    rows = []
    for j, issue in enumerate(table.issues):
        first = each[0][1][j]
        cells = "".join(
            f'<td dir="auto"{"" if package[j] == first else " class=differs"}>{escape(issue.options[package[j]])}</td>'
            for _, package in each
        )
        rows.append(f'<tr><th scope="row" dir="auto">{escape(issue.name)}</th>{cells}</tr>')
    return '<p class="soft">What differs from the first column is in bold.</p>' + _wide(
        "Options of each package", head, rows
    )
