"""The report of packages: its words, its figures, what it tells and what it leaves out."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tracktwo.content.scenarios import reading
from tracktwo.engines.bargaining import certificates, formats
from tracktwo.engines.bargaining.certificates import Certificate
from tracktwo.errors import BadInput
from tracktwo.figures import Mark
from tracktwo.packages import drawing, finding, report
from tracktwo.packages.drawing import Named
from tracktwo.packages.finding import PackagesReport

TOWNS = reading.CONTENT / "cases" / "two-towns.toml"

FOUR = """
[sides]
A = "Ash"
B = "Birch"
C = "Cedar"
D = "Dogwood"
[[issue]]
name = "Where"
options = ["hill", "bridge", "port"]
no_deal = "hill"
values = { A = [60, 100, 0], B = [0, 70, 100], C = [10, 100, 60], D = [0, 80, 100] }
[[issue]]
name = "When"
options = ["spring", "autumn"]
no_deal = "spring"
values = { A = [0, 40], B = [60, 0], C = [50, 60], D = [50, 40] }
[[issue]]
name = "Who pays"
options = ["each", "the port", "the hill"]
no_deal = "each"
values = { A = [20, 60, 0], B = [20, 40, 30], C = [0, 50, 50], D = [40, 0, 60] }
"""


@pytest.fixture(scope="module")
def towns() -> PackagesReport:
    return finding.find(formats.read(TOWNS))


@pytest.fixture(scope="module")
def four() -> PackagesReport:
    return finding.find(formats.read_toml(FOUR), "leximin")


def test_points_are_shares_of_a_sides_best_in_whole_hundredths(towns: PackagesReport) -> None:
    assert towns.walk_away == (48, 26)
    assert towns.chosen.shown == (81, 71)
    assert finding.whole(finding.table_best(towns.table), finding.table_best(towns.table)) == (100, 100)


def test_the_changes_lead_from_the_proposal_to_the_package(towns: PackagesReport) -> None:
    package = list(towns.start.package)
    for move in towns.moves:
        assert package[move.issue] == move.before
        package[move.issue] = move.after
    assert tuple(package) == towns.chosen.package


def test_a_trade_leaves_nobody_worse_off(towns: PackagesReport) -> None:
    assert towns.trades and all((trade.gains >= 0).all() for trade in towns.trades)
    assert (
        "; The school: one each → shared, in a new house at the bridge"
        in report.trade_said(towns, towns.trades[0])[0]
    )


def test_a_level_of_a_proposal_becomes_the_nearest_of_the_grid(towns: PackagesReport) -> None:
    assert towns.start.name == "Meet half way on everything"
    assert towns.table.named(towns.start.package)[2] == "100 thousand a year"


def test_the_proofs_in_the_report_hold(towns: PackagesReport) -> None:
    """Whoever holds the table and the file can check them, in exact fractions."""
    told = json.loads(report.as_json(towns))
    nash = next(offer for offer in told["offers"] if offer["key"] == "nash")
    assert nash["proven"] and nash["gap"] == 0
    if nash["certificate"] is not None:
        found = nash["certificate"]
        read = Certificate(
            kind=found["kind"],
            weights=tuple(map(Fraction, found["weights"])),
            multipliers=tuple(map(Fraction, found["multipliers"])),
            bound=Fraction(found["bound"]),
            base=tuple(found["base"]),
            scale=tuple(found["scale"]),
        )
        assert certificates.verify(towns.table, read)


def test_a_side_left_out_is_told_what_becomes_of_it(four: PackagesReport) -> None:
    assert [left.side.name for left in four.left_out] == ["Ash", "Birch", "Cedar", "Dogwood"]
    for left in four.left_out:
        i = four.sides.index(left.side)
        assert left.walks == bool(left.offer.points[i] < four.table.walk_away[i])
        assert report.left_out_said(four, left).startswith(
            f"Without {left.side.name} the others would choose"
        )


def test_two_sides_are_not_asked_what_becomes_of_the_one_left_out(towns: PackagesReport) -> None:
    assert towns.left_out == () and "Were a side left out" not in report.as_page(towns)


def test_the_several_packages_differ_on_two_issues_or_more(towns: PackagesReport) -> None:
    packages = [offer.package for offer in towns.several]
    assert len(packages) == 3
    for one in packages:
        for other in packages:
            assert one == other or sum(a != b for a, b in zip(one, other, strict=True)) >= 2


def test_more_than_three_sides_have_no_picture_but_all_tables(four: PackagesReport) -> None:
    page = report.as_page(four)
    assert report.draw(four) == [] and "The picture" not in page
    assert page.count("<table>") >= 4


def test_letters_are_the_keys_where_they_are_short() -> None:
    assert [side.letter for side in finding._sides(formats.read_toml(FOUR))] == ["A", "B", "C", "D"]
    long = formats.read_toml(re.sub(r"\bA = ", "ASHES = ", FOUR))
    assert [side.letter for side in finding._sides(long)] == ["A", "B", "C", "D"]


def test_rules_that_leave_nothing_are_refused_in_one_sentence() -> None:
    rules = "".join(
        f'[[excludes]]\none = ["Where", "{a}"]\nother = ["When", "{b}"]\n'
        for a in ("hill", "bridge", "port")
        for b in ("spring", "autumn")
    )
    with pytest.raises(BadInput) as refused:
        finding.find(formats.read_toml(FOUR + rules))
    assert "\n" not in str(refused.value)


def test_a_proposal_against_the_rules_is_said(towns: PackagesReport) -> None:
    against = (
        TOWNS.read_text()
        .replace('road = "open by day", fund', 'road = "always open", fund')
        .replace('graves = "once a year, together", feast', 'graves = "whenever the gate is open", feast')
    )
    found = finding.find(formats.read_toml(against))
    assert "“Meet half way on everything”: the rules of this case do not allow it." in report.cautions(found)
    assert found.better is None


def test_without_a_proposal_or_a_no_deal_package_the_changes_begin_half_way() -> None:
    bare = re.sub(r'no_deal = "[^"]*"\n', "", FOUR) + "[walk_away]\nA = 20\nB = 20\nC = 20\nD = 20\n"
    found = finding.find(formats.read_toml(bare))
    assert found.start.key == "middle"
    assert report.better_said(found) == "Nobody can gain over half way without another side's loss."


def test_what_is_better_for_all_is_named_after_what_it_betters(towns: PackagesReport) -> None:
    assert towns.better is not None
    assert report.rule_said(towns.better) == "Better for all than the proposal"


def test_the_case_in_the_guide_is_a_case() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "packages.md").read_text("utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", guide, flags=re.MULTILINE | re.DOTALL)
    assert [formats.read_toml(block).table().packages for block in blocks] == [3]


# ---- the figures


def test_two_sides_are_one_picture_and_three_are_three(towns: PackagesReport) -> None:
    three = formats.read_toml(re.sub(r", D = \[[^\]]*\]", "", FOUR).replace('D = "Dogwood"\n', ""))
    assert len(report.draw(towns)) == 1
    assert len(report.draw(finding.find(three))) == 3


def test_a_picture_is_well_formed_and_says_what_it_shows(towns: PackagesReport) -> None:
    root = ElementTree.fromstring(report.draw(towns)[0])
    names = [child.text for child in root if child.tag.endswith(("title", "desc"))]
    assert names[0] == "Hillside and Valley: every efficient package"
    assert names[1] is not None and "Without a package Hillside has 48, Valley 26." in names[1]
    assert root.attrib["role"] == "img" and not re.search(r"<script|style=", report.draw(towns)[0])


def plane(**asked) -> str:
    usual = {
        "efficient": [(60, 70), (70, 60)],
        "others": [(20, 90)],
        "named": [Named("diamond", "Nash", (70, 60), True)],
        "marks": (Mark("N", 1, "North"), Mark("S", 2, "South")),
        "walk_away": (50, 40),
        "shown": drawing.Window((0, 0), (100, 100)),
    }
    return drawing.plane(**{**usual, **asked}, key="k", title="t")


def test_each_side_has_its_own_weave_and_hue() -> None:
    drawn = plane()
    for hue in (1, 2):
        assert f'id="k-p{hue}"' in drawn and f'class="side-{hue}"' in drawn and f"url(#k-p{hue})" in drawn


def test_names_on_one_point_share_one_shape() -> None:
    both = [Named("diamond", "Nash", (70, 60), True), Named("square", "leximin", (70, 60))]
    assert ">Nash, leximin</text>" in plane(named=both)
    assert plane(named=both).count("figure-accent") == 1


def test_what_people_wrote_in_a_picture_is_text() -> None:
    drawn = plane(named=[Named("ring", "“<b>&”", (60, 60))], marks=(Mark("<", 1, "<i>"), Mark("S", 2, "S")))
    assert "&lt;b&gt;&amp;" in drawn and "<b>" not in drawn and "<i>" not in drawn
    ElementTree.fromstring(drawn)


def test_the_window_holds_every_walk_away_and_every_point_that_counts() -> None:
    window = drawing.window((62, 50), [(63, 51), (89, 85)])
    assert window.holds((62, 50)) and window.holds((89, 85))
    assert (window.low, window.high) == ((50, 40), (100, 90))
    assert drawing.window((5, 5), [(5, 5)]).holds((5, 5))


def test_names_do_not_cover_one_another() -> None:
    crowd = [Named("diamond", f"package {k}", (50 + 2 * k, 50 + 2 * k)) for k in range(5)]
    drawn = plane(named=crowd)
    texts = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" font-size="12" text-anchor="(\w+)"[^>]*>package', drawn
    )
    boxes = [drawing._box(float(x), float(y), anchor, 6.6 * 9) for x, y, anchor in texts]
    assert len(boxes) == 5
    assert not any(drawing._meet(a, b) for k, a in enumerate(boxes) for b in boxes[:k])
