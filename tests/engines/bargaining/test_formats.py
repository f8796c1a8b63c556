"""Cases in files: read whole, or refused in one sentence; written and read again they are the same."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.bargaining.cases import GENIUS, needs_genius
from tracktwo.engines.bargaining import formats
from tracktwo.engines.bargaining.table import Continuous, Issue
from tracktwo.errors import BadInput

RIVER = """
title = "The orchard road"
[sides]
N = "North"
S = "South"

[[issue]]
name = "Toll"
options = ["none", "half", "full"]
no_deal = "full"
values = { N = [0, 60.5, 100], S = [100, 70, 0] }
weights = { N = 60, S = 40 }

[[issue]]
key = "fund"
name = "A fund for the road"
range = [0, 120]
step = 5
unit = "thousand"
no_deal = 0
values = { N = [[0, 100], [120, 0]], S = [[0, 0], [60, 90], [120, 100]] }
weights = { N = 30, S = 30 }

[[issue]]
name = "School bus"
options = ["daily"]
optional = true
values = { N = [80, 100], S = ["100/3", 0] }
weights = { N = 10, S = 30 }

[[requires]]
chosen = ["Toll", "none"]
needed = ["School bus", "daily"]

[[excludes]]
one = ["Toll", "full"]
other = ["School bus", "daily"]

[[budget]]
name = "road"
limit = 130
cost = { fund = 1, Toll = [40, 20, 0] }

[[interaction]]
when = { Toll = ["half", "none"], "School bus" = ["daily"] }
values = { N = -2.5, S = 4 }

[[proposal]]
name = "Meet half way"
options = { Toll = "half", fund = 60, "School bus" = "daily" }
"""


def worth(case: formats.Case) -> Any:
    """The values of a case, as plain tuples to compare with whole numbers."""
    return case.values


def river(**replaced: str) -> str:
    text = RIVER
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text


# ---- TOML


def test_a_case_is_read_as_it_is_written():
    case = formats.read_toml(RIVER)
    assert case.title == "The orchard road" and case.sides == ("North", "South") and case.keys == ("N", "S")
    assert case.issues == (
        Issue("Toll", ("none", "half", "full")),
        Continuous("A fund for the road", Fraction(0), Fraction(120), Fraction(5), "thousand"),
        Issue("School bus", ("daily", formats.LEFT_OUT), optional=True),
    )
    assert worth(case)[0][0] == (0, Fraction("60.5"), 100)
    assert case.no_deal == (
        2,
        0,
        1,
    )  # an optional issue is out of the no-deal package unless it says otherwise
    assert case.proposals == (("Meet half way", (1, 60, 0)),)


def test_its_table_holds_the_rules():
    table = formats.read_toml(RIVER).table()
    assert table.sides == ("North", "South")
    assert table.issues[1].options[:2] == ("0 thousand", "5 thousand")
    assert not table.allowed([0, 0, 1])  # no toll needs the bus
    assert not table.allowed([2, 0, 0])  # a full toll leaves no bus
    assert table.allowed([1, 22, 0]) and not table.allowed([1, 23, 0])  # 20 + 110, 20 + 115
    assert [float(p * s) for p, s in zip(table.walk_away, table.scale, strict=True)] == [100, 0]


def test_written_and_read_again_it_is_the_same_case():
    case = formats.read_toml(RIVER)
    assert formats.read_toml(formats.write_toml(case)) == case


NUMBERS = st.one_of(
    st.integers(-999, 999), st.decimals(-999, 999, places=3), st.fractions(-9, 9, max_denominator=99)
).map(lambda number: Fraction(number))
NAMES = st.text(min_size=1, max_size=12).map(formats._line).filter(bool)


@st.composite
def cases(draw, csv=False):
    sides = draw(st.lists(NAMES.filter(lambda n: ": " not in n), min_size=2, max_size=4, unique=True))
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    if csv:
        marks = ("(walk-away)",)
        names = [name for name in names if name.casefold() not in marks] or ["Water"]
    options = [draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)) for _ in names]
    options = [
        [o for o in listed if o not in (formats.LEFT_OUT, "(weight)")] or ["all"] for listed in options
    ]
    size = len(sides)
    row = st.lists(NUMBERS, min_size=size, max_size=size).map(tuple)
    return formats.Case(
        title=draw(NAMES),
        keys=tuple(sides),
        sides=tuple(sides),
        issue_keys=tuple(names),
        issues=tuple(Issue(n, tuple(o)) for n, o in zip(names, options, strict=True)),
        values=tuple(tuple(tuple(draw(NUMBERS) for _ in o) for _ in sides) for o in options),
        weights=tuple(draw(row) for _ in names) if draw(st.booleans()) else None,
        no_deal=None
        if (free := draw(st.booleans()))
        else tuple(draw(st.integers(0, len(o) - 1)) for o in options),
        walk_away=draw(row) if free else None,
    )


@given(cases())
@settings(max_examples=60)
def test_any_case_survives_toml(case):
    assert formats.read_toml(formats.write_toml(case)) == case


@given(cases(csv=True))
@settings(max_examples=60)
def test_any_plain_case_survives_csv(case):
    assert formats.read_csv(formats.write_csv(case), title=case.title) == case


TOML_REFUSED = {
    "this is not TOML (Expected '=' after a key in a key/value pair (at line 1, column 7)).": "title river",
    "this is not TOML that anybody wrote.": "x = " + "[" * 5_000,
    "the file has a word “colour” that is not known here.": 'colour = "green"\n' + RIVER,
    "[sides] is missing, or no table of names.": "title = 'A'",
    "there is no [[issue]]; add one for each thing to be settled.": "[sides]\nN = 'n'\nS = 's'",
    "issue “Toll” has a word “cost” that is not known here.": river(no_deal="cost"),
    "the values of issue “Toll” has nothing for side “S”.": river(**{", S = [100, 70, 0]": ""}),
    "the values of issue “Toll” names a side “E” that [sides] does not.": river(**{"70, 0]": "70, 0], E = [1]"}),
    "some issues have weights and some have none; give all or none.": river(**{"weights = { N = 60, S = 40 }": ""}),
    "issue “Toll” does not say what holds without a package; give each issue a no_deal option.": river(
        **{'no_deal = "full"': ""}
    ),
    "the walk-away is given twice; keep no_deal, leave [walk_away] out.": RIVER + "[walk_away]\nN = 1\nS = 2",
    "issue “Toll” has no option “double”.": river(**{'"none"]\nneeded': '"double"]\nneeded', '["Toll", "none"]': '["Toll", "double"]'}),
    "there is no issue “Fund”.": river(**{"cost = { fund": "cost = { Fund"}),
    "a rule names a level of issue “A fund for the road”; give it options.": river(**{'["Toll", "none"]': '["fund", 5]'}),
    "a rule names no option; write [issue, option].": river(**{'["Toll", "none"]': '"Toll"'}),
    "a [[proposal]] says nothing of issue “A fund for the road”.": river(**{" fund = 60,": ""}),
    "a value of issue “A fund for the road” is no corner; give [level, value] for each.": river(**{"[[0, 100]": "[7"}),
    "“optional” of issue “School bus” is neither true nor false.": river(**{"optional = true": "optional = 1"}),
    "the title is no text of 1 to 300 letters.": river(**{'"The orchard road"': "7"}),
    "“True” is not a number.": river(**{"N = 60,": "N = true,"}),
    "“1E+999999999” is not a number.": river(**{"N = 60,": "N = 1e999999999,"}),
    "two issues have the same key; give each a key of its own.": river(**{'key = "fund"': 'key = "Toll"'}),
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "text"), TOML_REFUSED.items(), ids=range(len(TOML_REFUSED)))
def test_toml_that_does_not_fit_is_refused_in_one_sentence(sentence, text):
    with pytest.raises(BadInput) as refused:
        formats.read_toml(text)
    assert str(refused.value) == sentence


# ---- CSV

SHEET = """issue,option,no deal,N: North,S: South
Toll,(weight),,60,40
Toll,none,,0,100
Toll,half,,60.5,70
Toll,full,x,100,0
Data,(weight),,40,60
Data,sealed,x,100,0
Data,open,,0,100
"""


def test_a_spreadsheet_is_a_case():
    case = formats.read_csv(SHEET, title="Road")
    assert case.sides == ("North", "South") and case.keys == ("N", "S")
    assert worth(case)[0] == ((0, Fraction("60.5"), 100), (100, 70, 0))
    assert case.weights == ((Fraction(60), Fraction(40)), (Fraction(40), Fraction(60)))
    assert case.no_deal == (2, 0)


def test_semicolons_bring_decimal_commas():
    french = SHEET.replace(",", ";").replace("60.5", "60,5")
    assert formats.read_csv(french, title="Road") == formats.read_csv(SHEET, title="Road")


def test_a_cell_that_people_wrote_is_no_formula():
    case = formats.read_csv(SHEET.replace("sealed", "'=1+1"), title="Road")
    assert case.issues[1] == Issue("Data", ("=1+1", "open"))
    assert "\nData,'=1+1," in formats.write_csv(case)


CSV_REFUSED = {
    "the first row is not the heading of a case; begin with the columns issue, option, no deal, then one for each side.": "a,b",
    "row 3 has 1 values for 2 sides.": SHEET.replace("none,,0,100", "none,,0"),
    "row 3: “zero” is not a number.": SHEET.replace("none,,0", "none,,zero"),
    "issue “Toll” marks 0 options that hold without a package; mark one with an x in the column “no deal”.": SHEET.replace("full,x", "full,"),
    "some issues have weights and some have none; give all or none.": SHEET.replace("Toll,(weight),,60,40\n", ""),
    "this is not CSV (unexpected end of data).": SHEET + '"',
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "text"), CSV_REFUSED.items(), ids=range(len(CSV_REFUSED)))
def test_csv_that_does_not_fit_is_refused_in_one_sentence(sentence, text):
    with pytest.raises(BadInput) as refused:
        formats.read_csv(text)
    assert str(refused.value) == sentence


def test_what_does_not_fit_into_csv_is_said():
    with pytest.raises(BadInput, match="rules, budgets, interactions and proposals do not fit into CSV"):
        formats.write_csv(formats.read_toml(RIVER))


# ---- GENIUS

DOMAIN = """<!-- a comment before the declaration --> <!-- and another -->
<?xml version="1.0"?>
<negotiation_template><utility_space number_of_issues="3">
<objective index="0" name="Road" type="objective">
<issue index="1" name="Toll" type="discrete"><item index="1" value="none"/><item index="2" value="full"/></issue>
<issue index="2" name="Lorries" type="integer" lowerbound="10" upperbound="20"/>
<issue index="3" name="Share" type="real"><range lowerbound="0" upperbound="1"/></issue>
</objective></utility_space></negotiation_template>"""

PROFILE = """<utility_space><objective index="0" name="Road" type="objective">
<issue index="1" name="Toll" type="discrete"><item index="1" value="none" evaluation="%(none)s"/>
<item index="2" value="full" evaluation="8"/></issue>
<issue index="2" name="Lorries" type="integer" lowerbound="10" upperbound="20">
<evaluator ftype="linear" slope="%(slope)s" offset="0.5"/></issue>
<issue index="3" name="Share" type="real"><range lowerbound="0" upperbound="1"/><evaluator %(share)s/></issue>
<weight index="1" value="0.5"/><weight index="2" value="0.3"/><weight index="3" value="0.2"/>
</objective><discount_factor value="0.5"/><reservation value="%(reserve)s"/></utility_space>"""
NORTH = {
    "none": 2,
    "slope": "0.05",
    "share": 'ftype="linear" parameter0="0" parameter1="1"',
    "reserve": "0.25",
}
SOUTH = {**NORTH, "none": 4, "share": 'ftype="triangular" parameter0="0" parameter1="1" parameter2="0.25"'}


def genius(domain: str = DOMAIN, north: str = PROFILE % NORTH, south: str = PROFILE % SOUTH) -> formats.Case:
    return formats.read_genius(
        ("domain.xml", domain.encode()),
        [("north.xml", north.encode()), ("south.xml", south.encode())],
        names=["N", "S"],
    )


def test_a_domain_and_its_profiles_are_a_case():
    case = genius()
    assert case.title == "Road" and case.sides == ("N", "S")
    assert case.issues[0] == Issue("Toll", ("none", "full"))
    assert case.issues[1] == Continuous("Lorries", Fraction(10), Fraction(20), Fraction(1))
    assert case.weights == ((Fraction("0.5"),) * 2, (Fraction("0.3"),) * 2, (Fraction("0.2"),) * 2)


def test_evaluations_are_shares_of_the_best_of_their_issue():
    assert worth(genius())[0] == ((Fraction(1, 4), 1), (Fraction(1, 2), 1))


def test_an_integer_issue_rises_from_its_lowest_value():
    assert worth(genius())[1][0] == ((10, Fraction("0.5")), (20, 1))
    table = genius().table()
    assert table.issues[1].options == tuple(str(k) for k in range(10, 21))


def test_an_integer_issue_is_never_worth_more_than_one():
    steep = genius(north=PROFILE % {**NORTH, "slope": "0.1"})
    assert worth(steep)[1][0] == ((10, Fraction("0.5")), (15, 1), (20, 1))


def test_a_real_issue_may_be_linear_constant_or_a_triangle():
    assert worth(genius())[2] == (((0, 0), (1, 1)), ((0, 0), (Fraction("0.25"), 1), (1, 0)))
    flat = genius(north=PROFILE % {**NORTH, "share": 'ftype="constant" parameter0="0.4"'})
    assert worth(flat)[2][0] == ((0, Fraction("0.4")), (1, Fraction("0.4")))


def test_the_reservation_value_is_a_share_of_the_best_package():
    table = genius().table()
    best = sum(points.max(axis=1) for points in table.points)
    assert table.walk_away.tolist() == [int(b) / 4 for b in best]


def test_the_discount_changes_nothing():
    assert genius(north=(PROFILE % NORTH).replace('factor value="0.5"', 'factor value="1"')) == genius()


def test_a_genius_case_can_be_written_as_toml():
    assert formats.read_toml(formats.write_toml(genius())) == genius()


def deep(levels: int) -> str:
    return "<a>" * levels + "</a>" * levels


XML_REFUSED = {
    "domain.xml: it declares a document type, which could hide other files or grow without end; take the DOCTYPE out.": [
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + deep(1),
        '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>',
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/p"> %p;]>' + deep(1),
    ],
    "domain.xml: this is not XML (undefined entity, line 1).": ["<a>&secret;</a>"],
    "domain.xml: elements stand more than 64 deep in one another.": [deep(65), deep(100_000)],
    "domain.xml: the file is larger than 5 MB; no case is; check the file.": ["<a>" + " " * 5_000_000 + "</a>"],
    "domain.xml: this is not XML (no element found, line 1).": [""],
    "domain.xml: this is not XML (unclosed token, line 1).": ["<!-- open"],
    "domain.xml: its letters are in an encoding that is not known.": ['<?xml version="1.0" encoding="utf-7"?><a/>'],
    "domain.xml: there is no issue in it; give a GENIUS domain first.": ["<a/>", deep(64)],
    "domain.xml: issue “Share” has no lowerbound and upperbound.": [DOMAIN.replace("<range", "<rage")],
    "domain.xml: issue “Share” is of an unknown kind, “price”.": [DOMAIN.replace("real", "price")],
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "texts"), XML_REFUSED.items(), ids=range(len(XML_REFUSED)))
def test_xml_that_could_do_harm_is_refused_in_one_sentence(sentence, texts):
    for text in texts:
        with pytest.raises(BadInput) as refused:
            genius(text)
        assert str(refused.value) == sentence


PROFILE_REFUSED = {
    "north.xml: “null” is not a number.": PROFILE % {**NORTH, "none": "null"},
    "north.xml: issue “Toll” has a negative evaluation.": PROFILE % {**NORTH, "none": "-1"},
    "north.xml: the reservation value “1.2” is not between 0 and 1.": PROFILE % {**NORTH, "reserve": "1.2"},
    "north.xml: the profile does not value “none” of issue “Toll”.": (PROFILE % NORTH).replace('"none"', '"nil"'),
    "north.xml: the profile says nothing of issue “Toll”.": (PROFILE % NORTH).replace('index="1" name="Toll"', 'index="9" name="T"'),
    "north.xml: the profile gives issue “Toll” no weight.": (PROFILE % NORTH).replace('weight index="1"', 'weight index="7"'),
    "north.xml: issue “Share” is valued by an unknown function, “faratin”.": (PROFILE % NORTH).replace('"linear" p', '"faratin" p'),
    "north.xml: this profile is not additive; write the case as TOML.": "<utility_space><ufun/></utility_space>",
    "north.xml: an element “evaluator” has no offset.": (PROFILE % NORTH).replace("offset", "onset"),
    "north.xml: the triangle of issue “Share” is none.": PROFILE % {**SOUTH, "share": 'ftype="triangular" parameter0="0" parameter1="1" parameter2="2"'},
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "north"), PROFILE_REFUSED.items(), ids=range(len(PROFILE_REFUSED)))
def test_a_profile_that_does_not_fit_is_refused_in_one_sentence(sentence, north):
    with pytest.raises(BadInput) as refused:
        genius(north=north)
    assert str(refused.value) == sentence


def test_a_domain_without_profiles_is_refused():
    with pytest.raises(
        BadInput, match="needs a profile for each side; add one profile XML for each side, two at least"
    ):
        formats.read_genius(("domain.xml", DOMAIN.encode()), [])


# ---- whatever bytes


def told(reading) -> None:
    """A table or a sentence; any other exception fails the test that calls this."""
    try:
        reading().table()
    except BadInput as refused:
        sentence = str(refused)
    else:
        return
    assert "\n" not in sentence and sentence.endswith(".")


@given(st.data())
@settings(max_examples=150)
def test_spoilt_bytes_give_a_table_or_a_sentence(data):
    text = data.draw(st.sampled_from([RIVER, SHEET, DOMAIN, PROFILE % SOUTH]))
    spoilt = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(spoilt)))
        spoilt[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))
    told(lambda: formats.read_toml(spoilt.decode(errors="replace")))
    told(lambda: formats.read_csv(spoilt.decode(errors="replace")))
    domain = bytes(spoilt) if "template" in text else DOMAIN.encode()
    told(
        lambda: formats.read_genius(("d", domain), [("n", bytes(spoilt)), ("s", (PROFILE % SOUTH).encode())])
    )


WORDS = [
    "issue",
    "values",
    "weights",
    "N",
    "S",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    "7",
    "-1e9",
    '"',
    "true",
    "\n",
    "name",
]


@given(st.lists(st.sampled_from(WORDS), max_size=40))
@settings(max_examples=80)
def test_words_in_any_order_give_a_table_or_a_sentence(words):
    told(lambda: formats.read_toml(" ".join(words)))
    told(lambda: formats.read_toml(RIVER + "\n" + " ".join(words)))


def test_hostile_fractions_end_soon():
    many = ", ".join(f'"{10**18 + k}/{10**18 + 2 * k + 1}"' for k in range(1_000))
    text = (
        f"[sides]\nN='n'\nS='s'\n[[issue]]\nname='i'\noptions={[str(k) for k in range(1_000)]}\nno_deal='1'\n"
    )
    told(lambda: formats.read_toml(f"{text}values={{N=[{many}], S=[{many}]}}"))
    weighty = "".join(
        f"[[issue]]\nname='{k}'\noptions=['a','b']\nno_deal='a'\nvalues={{N=[0,1],S=[1,0]}}\n"
        f"weights={{N='1/{10**18 + 2 * k + 1}',S=1}}\n"
        for k in range(1_000)
    )
    told(lambda: formats.read_toml(f"[sides]\nN='n'\nS='s'\n{weighty}"))


# ---- files


def test_files_are_read_by_what_they_are(tmp_path):
    for name, text in (
        ("a.toml", RIVER),
        ("b.csv", SHEET),
        ("d.xml", DOMAIN),
        ("n.xml", PROFILE % NORTH),
        ("s.xml", PROFILE % SOUTH),
    ):
        (tmp_path / name).write_text(text)
    assert formats.read(tmp_path / "a.toml").title == "The orchard road"
    assert formats.read(tmp_path / "b.csv").title == "b"
    assert formats.read(tmp_path / "d.xml", [tmp_path / "n.xml", tmp_path / "s.xml"]).sides == ("n", "s")


FILES_REFUSED = {
    "the file cannot be read (No such file or directory).": None,
    "the file is larger than 5 MB; no case is; check the file.": b"a" * 5_000_001,
    "the file is not UTF-8 text; save it as UTF-8.": b"title = '\xff'",
}


@pytest.mark.parametrize(("sentence", "content"), FILES_REFUSED.items(), ids=range(3))
def test_a_file_that_cannot_be_read_is_refused(tmp_path, sentence, content):
    if content is not None:
        (tmp_path / "case.toml").write_bytes(content)
    with pytest.raises(BadInput) as refused:
        formats.read(tmp_path / "case.toml")
    assert str(refused.value).endswith(f"case.toml: {sentence}")


def test_only_a_domain_is_followed_by_profiles(tmp_path):
    (tmp_path / "case.toml").write_text(RIVER)
    with pytest.raises(BadInput, match="only a GENIUS domain is followed by profiles"):
        formats.read(tmp_path / "case.toml", [tmp_path / "case.toml"])


# ---- the real ones


@needs_genius
@pytest.mark.parametrize("domain", GENIUS, ids=lambda d: d.domain.stem)
def test_every_domain_of_genius_loads(domain):
    case = formats.read(domain.domain, domain.profiles)
    table = case.table()
    assert table.packages == domain.packages and len(table.sides) == len(domain.profiles)
    assert table.walk_away.tolist() == [-(-w // s) for w, s in zip(domain.reserves, table.scale, strict=True)]
    assert formats.read_toml(formats.write_toml(case)) == case
    assert formats.read_csv(formats.write_csv(case), title=case.title) == case


def test_a_profile_that_was_never_filled_in_is_refused():
    empty = Path(__file__).resolve().parents[4] / "shared/data/genius/laptopdomain"
    if not empty.is_dir():
        pytest.skip("the GENIUS domains are not beside this checkout")
    with pytest.raises(BadInput, match="“null” is not a number"):
        formats.read(
            empty / "laptop_domain.xml",
            [empty / "laptop_empty_utility.xml", empty / "laptop_buyer_utility.xml"],
        )
