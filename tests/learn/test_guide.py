"""The pages of the study guide: anybody reads, instructors write, and nothing that is pasted can run."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from tests.learn.conftest import SMALL, file_of, forget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_guide")]

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[press](javascript:alert(1))",
    "[press](JaVaScRiPt&#58;alert(1))",
    "[press](data:text/html;base64,PHNjcmlwdD4=)",
    "[press](vbscript:x)",
    "[press](//evil.example/x)",
    '[press](https://a.example "x\\" onmouseover=\\"alert(1)")',
    "![x](https://evil.example/pixel.png)",
    "<javascript:alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "<iframe src=//evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><button>x</button></form>",
    "</details></article><script src=//evil.example></script>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
)  # fmt: skip


def page(client: Client, where: str, status: int = 200) -> str:
    answer = client.get(where)
    assert answer.status_code == status, where
    return answer.content.decode("utf-8", "replace")


class Tags(HTMLParser):
    """Every tag of a page with its attributes, read as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: said or "" for name, said in attributes}))


OURS = ("/", "?", "#", "https://")


def harmless(text: str) -> None:
    """Nothing in it runs, loads or sends: every tag is one of the page's own or of the allow-list."""
    for tag, attributes in Tags(text).found:
        assert tag not in {"iframe", "object", "embed", "math", "img", "style", "base", "foreignobject"}, tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], attributes
        assert tag != "script" or attributes.get("src", "").startswith("/static/tracktwo/"), attributes
        for name in ("href", "src", "action", "xlink:href", "formaction"):
            where = attributes.get(name, "/")
            assert where.startswith(OURS) and not where.startswith("//"), (tag, where)
            assert name == "href" or not where.startswith("https://"), (tag, where)


# --- reading ---------------------------------------------------------------------------------------------


def test_anybody_reads_the_guide_without_an_account(client):
    front = page(client, "/learn/")
    assert "A short course" in front and "/learn/terms/quiet-zone/" in front and "Hot line" in front
    term = page(client, "/learn/terms/quiet-zone/")
    for said in (
        "A border area",
        "Must know",
        "Contested:",
        "Who gains from it?",
        "<details",
        "Quiet Zones",
        "More Zones",
    ):
        assert said in term
    assert "/learn/terms/hot-line/" in term and "Change this term" not in term
    assert "Lines" in page(client, "/learn/courses/short/")


def test_what_does_not_exist_is_not_here(client):
    for where in ("/learn/terms/nothing/", "/learn/courses/nothing/", "/learn/terms/Quiet-Zone/"):
        page(client, where, 404)


def test_a_term_without_a_translation_is_shown_in_english_and_says_so(client):
    client.cookies["language"] = "ar"
    term = page(client, "/learn/terms/quiet-zone/")
    assert 'lang="en" dir="ltr"' in term and 'role="note"' in term
    assert page(client, "/learn/terms/quiet-zone/?in=en").count('role="note"') == 0


def test_a_draft_is_marked_until_somebody_has_reviewed_it(client):
    draft = page(client, "/learn/terms/hot-line/?in=ar")
    assert 'class="draft"' in draft and "الخط الساخن" in draft and 'lang="ar" dir="rtl"' in draft
    assert 'class="draft"' not in page(client, "/learn/terms/hot-line/")
    assert 'class="draft"' in page(client, "/learn/terms/hot-line/?in=ar&short")


def test_the_short_form_is_the_definition_alone(client):
    short = page(client, "/learn/terms/quiet-zone/?short")
    assert "A border area" in short and "Must know" not in short and "<html" not in short
    assert "/learn/terms/quiet-zone/" in short


def test_for_print_every_answer_is_open(client):
    assert page(client, "/learn/terms/quiet-zone/?print").count('class="term-question" open') == 3
    assert page(client, "/learn/terms/quiet-zone/").count('class="term-question" open') == 0


def test_search_forgives_and_says_when_nothing_is_near(client):
    assert "/learn/terms/quiet-zone/" in page(client, "/learn/?q=quite+zoen")
    assert "Nothing is near that" in page(client, "/learn/?q=xylophone")
    harmless(page(client, "/learn/?q=%3Cscript%3Ealert(1)%3C/script%3E%00"))
    client.cookies["language"] = "ar"
    assert "/learn/terms/hot-line/" in page(client, "/learn/?q=الخط+الساحن")


def test_the_whole_guide_is_one_file_without_a_script_or_an_address(client):
    answer = client.get("/learn/whole/")
    text = answer.content.decode()
    assert answer["Content-Disposition"] == 'attachment; filename="study-guide.en.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert "<script" not in text and "http" not in text.replace("http-equiv", "") and "src=" not in text
    assert 'href="#hot-line"' in text and 'id="hot-line"' in text and "/learn/" not in text
    assert "default-src" in text and "It is a small area" in text
    targets = set(re.findall(r'href="#([^"]+)"', text))
    assert targets <= set(re.findall(r'id="([^"]+)"', text))
    arabic = client.get("/learn/whole/?in=ar").content.decode()
    assert 'dir="rtl"' in arabic[:200] and "الخط الساخن" in arabic


@pytest.mark.parametrize("name", ["tracks", "workshop-path", "grit-ladder", "efficiency-frontier"])
def test_each_figure_comes_with_a_table_that_says_the_same(client, name, monkeypatch):
    from tracktwo.learn import rules

    monkeypatch.setattr(rules, "FIGURE_OF", {"quiet-zone": name})
    term = page(client, "/learn/terms/quiet-zone/")
    assert '<svg class="figure"' in term and 'role="img"' in term and "<desc" in term
    assert term.count("<tr>") >= 5 and "<thead>" in term
    client.cookies["language"] = "ar"
    assert '<svg class="figure"' in page(client, "/learn/terms/quiet-zone/")


def test_the_frontier_in_the_figure_is_one():
    from tracktwo.learn import pictures

    points = pictures.packages()
    best = pictures.frontier(points)
    assert len(points) == 81 and best == sorted(best) and sorted(best, key=lambda one: -one[1]) == best
    for one in (pictures.nash(points), pictures.kalai_smorodinsky(points)):
        assert one in best
    assert pictures.nash(points) != pictures.kalai_smorodinsky(points)
    assert pictures.picture("nothing", key="k", rtl=False) is None


def test_a_word_in_the_interface_leads_to_its_term_and_stands_alone_where_there_is_none():
    words = Template('{% load guide %}{% term "quiet-zone" known %}|{% term "nowhere" unknown %}')
    said = words.render(Context({"known": "quiet <zone>", "unknown": "no <term>"}))
    link = '<a class="term" href="/learn/terms/quiet-zone/" data-term>quiet &lt;zone&gt;</a>'
    assert said == f"{link}|no &lt;term&gt;"


def test_a_reader_with_a_seat_gets_from_a_term_to_the_page_that_uses_it():
    """`used: rules` is a link for whoever sits in a process, and a name for everybody else."""
    from tests import cast as casting
    from tests.cast import signed_in

    cast = casting.make()
    try:
        forget()
        client = Client()
        client.cookies.load(signed_in(cast.players["Nia"]))
        assert f"/p/{cast.processes['own']}/rules/" in page(client, "/learn/terms/quiet-zone/")
        client.cookies.load(signed_in(cast.players["Bo"]))
        lead = page(client, "/learn/terms/zone-of-the-cast/")
        assert (
            f"/p/{cast.processes['own']}/paper/" in lead
            and '<code dir="ltr">tracktwo packages</code>' in lead
        )
        assert f"/p/{cast.processes['own']}/vote/" not in lead  # a facilitator has no vote
        outside = page(Client(), "/learn/terms/quiet-zone/")
        assert "/p/" not in outside and "Ground rules" in outside
    finally:
        casting.wipe()


# --- who writes ------------------------------------------------------------------------------------------

WRITING = (
    "/learn/write/",
    "/learn/terms/quiet-zone/write/",
    "/learn/write-course/",
    "/learn/courses/short/write/",
    "/learn/folder/",
    "/learn/folder/?zip",
)


def test_only_instructors_find_the_pages_for_writing(client, seated, instructor):
    stranger = Client()
    for where in WRITING:
        assert page(seated, where)
        page(stranger, where, 404)
        assert stranger.post(where, {"do": "keep"}).status_code == 404
    instructor.convenes = False
    instructor.save()
    for where in WRITING:
        page(seated, where, 404)
        assert seated.post(where, {"do": "keep"}).status_code == 404


def test_an_act_asks_again_who_writes(instructor):
    from tracktwo.errors import NotHere
    from tracktwo.learn import acts

    instructor.convenes = False
    nobody: Any = None
    for by in (instructor, nobody, "anybody"):
        with pytest.raises(NotHere):
            acts.keep_term(key="zone", language="en", text=file_of(), by=by)
        with pytest.raises(NotHere):
            acts.take_in(files=SMALL, by=by)


# --- writing a term --------------------------------------------------------------------------------------


def typed(**changed: str) -> dict[str, str]:
    """What the form of a term sends."""
    from tracktwo.learn import forms
    from tracktwo.learn.terms import read_term

    return {**forms.typed(read_term("zone", "en", file_of("Peace zone", also=""))), "do": "keep", **changed}


def test_an_instructor_writes_a_term_looks_at_it_and_publishes_it(seated, client):
    assert seated.post("/learn/write/", {"key": "peace-zone"})["Location"] == "/learn/terms/peace-zone/write/"
    assert seated.post("/learn/write/", {"key": "Peace Zone"}).status_code == 400
    page(seated, "/learn/terms/peace-zone/write/")
    looked = seated.post("/learn/terms/peace-zone/write/", typed(do="preview", once="a"))
    assert looked.status_code == 200 and "How it would look" in looked.content.decode()
    page(Client(), "/learn/terms/peace-zone/", 404)
    kept = seated.post("/learn/terms/peace-zone/write/", typed(once="a"))
    assert kept["Location"] == "/learn/terms/peace-zone/?in=en"
    assert "Peace zone" in page(Client(), "/learn/terms/peace-zone/")
    assert "Peace zone" in page(Client(), "/learn/")


def test_sending_a_form_twice_keeps_one_version(seated):
    from tracktwo.learn.models import TermText

    for _ in range(2):
        answer = seated.post("/learn/terms/peace-zone/write/", typed(once="the same"))
        assert answer["Location"] == "/learn/terms/peace-zone/?in=en"
    assert TermText.objects.count() == 1


def test_a_term_that_lacks_something_is_not_kept_and_the_form_stays_as_typed(seated):
    from tracktwo.learn.models import TermText

    answer = seated.post("/learn/terms/peace-zone/write/", typed(facts="One fact, and no more."))
    said = answer.content.decode()
    assert answer.status_code == 409 and "there are 1 facts" in said and "One fact, and no more." in said
    looked = seated.post(
        "/learn/terms/peace-zone/write/", typed(facts="One fact.", do="preview")
    ).content.decode()
    assert "there are 1 facts" in looked
    broken = seated.post("/learn/terms/peace-zone/write/", typed(questions="Recall this?"))
    assert broken.status_code == 409 and "there is text before the first question" in broken.content.decode()
    assert seated.post("/learn/terms/peace-zone/write/", typed(title="")).status_code == 400
    assert TermText.objects.count() == 0


def test_a_word_another_term_claims_is_refused_in_the_browser_too(seated):
    answer = seated.post("/learn/terms/peace-zone/write/", typed(title="hot line"))
    assert answer.status_code == 409 and "stands for hot-line and for peace-zone" in answer.content.decode()


def test_a_shipped_term_may_be_changed_and_the_change_taken_back(seated, client):
    edited = typed(title="Quiet zone", definition="Our own words.")
    assert seated.post("/learn/terms/quiet-zone/write/", edited).status_code == 302
    assert "Our own words." in page(Client(), "/learn/terms/quiet-zone/")
    assert seated.post("/learn/terms/quiet-zone/write/", {"do": "set aside"}).status_code == 302
    assert "A border area" in page(Client(), "/learn/terms/quiet-zone/")
    assert seated.post("/learn/terms/quiet-zone/write/", {"do": "set aside"}).status_code == 404


def test_a_term_of_ones_own_goes_when_nothing_leads_to_it(seated):
    seated.post("/learn/terms/peace-zone/write/", typed())
    seated.post("/learn/terms/quiet-zone/write/", typed(title="Quiet zone", related="peace-zone"))
    refused = seated.post("/learn/terms/peace-zone/write/", {"do": "set aside"})
    assert refused.status_code == 409 and "Quiet zone" in refused.content.decode()
    seated.post("/learn/terms/quiet-zone/write/", typed(title="Quiet zone"))
    assert seated.post("/learn/terms/peace-zone/write/", {"do": "set aside"})["Location"] == "/learn/"
    page(Client(), "/learn/terms/peace-zone/", 404)


def test_a_translation_is_written_beside_its_source(seated):
    french = typed(title="Zone calme", state="draft", do="keep")
    assert seated.post("/learn/terms/quiet-zone/write/?in=fr", french).status_code == 302
    said = page(Client(), "/learn/terms/quiet-zone/?in=fr")
    assert "Zone calme" in said and 'class="draft"' in said
    assert "Zone calme" not in page(Client(), "/learn/terms/quiet-zone/")


def test_two_instructors_at_once_lose_nothing_silently(instructor, monkeypatch):
    from tracktwo.errors import Refusal
    from tracktwo.learn import acts
    from tracktwo.learn.models import TermText

    acts.keep_term(key="zone", language="en", text=file_of("Zone", also=""), by=instructor)
    # Into its own dictionary: taking back an attribute would leave the honest method nailed to this one manager.
    monkeypatch.setitem(vars(TermText.objects), "filter", lambda **_named: TermText.objects.none())
    with pytest.raises(Refusal, match="Somebody else kept a version"):
        acts._add("zone", "en", "x")


@pytest.mark.parametrize("pasted", HOSTILE)
def test_nothing_that_is_pasted_can_run(seated, pasted):
    """In every text of a term: as a preview, as a page, in search, in a course, in short, and in the file to keep."""
    facts = "\n".join(f"Fact {n} {pasted}" for n in range(5))
    answer = " ".join(["word"] * 20)
    questions = "\n\n".join(
        f"### {depth}: Why {pasted}?\n{answer} {pasted}" for depth in ("Recall", "Discuss", "Evaluate")
    )
    sent = typed(
        title=f"Peace {pasted[:60]}",
        also=pasted[:90],
        definition=f"Zone {pasted}\n\n{pasted}",
        facts=facts,
        in_tracktwo=f"Nowhere {pasted}",
        questions=questions,
        sources=f"Author {pasted}",
        further=f"Reader {pasted}",
    )
    harmless(seated.post("/learn/terms/peace-zone/write/", {**sent, "do": "preview"}).content.decode())
    seated.post("/learn/terms/peace-zone/write/", sent)
    # The checker refuses links that lead nowhere; what would come out if it did not is looked at all the same.
    from tracktwo.learn.models import TermText
    from tracktwo.learn.terms import read_term

    if not TermText.objects.exists():
        from tracktwo.learn import forms

        form = forms.TermForm(sent, language="en", units=[("de-escalation", "x")])
        assert form.is_valid(), form.errors
        assert read_term("peace-zone", "en", form.as_file()).title
        TermText.objects.create(key="peace-zone", language="en", number=1, text=form.as_file())
    for where in (
        "/learn/terms/peace-zone/",
        "/learn/",
        "/learn/?q=peace",
        "/learn/courses/short/",
        "/learn/terms/peace-zone/?short",
    ):
        harmless(page(Client(), where))
    harmless(page(seated, "/learn/terms/peace-zone/write/"))
    kept = Client().get("/learn/whole/").content.decode()
    assert "<script" not in kept.lower() and not re.search(r"<[^>]+\son\w+=", kept)


def test_the_test_of_hostile_text_would_find_it(monkeypatch):
    """With both locks open a script comes out, and `harmless` says so."""
    with pytest.raises(AssertionError):
        harmless("<p><script>alert(1)</script></p>")
    with pytest.raises(AssertionError):
        harmless('<p><b onclick="x()">x</b></p>')
    with pytest.raises(AssertionError):
        harmless('<a href="javascript:alert(1)">x</a>')


def test_each_lock_alone_holds(monkeypatch):
    """The Markdown reader lets no HTML through; and if it did, the allow-list would not."""
    from markdown_it import MarkdownIt

    from tracktwo.learn import typeset

    monkeypatch.setattr(typeset, "_reader", MarkdownIt("commonmark", {"html": True}))
    for pasted in HOSTILE:
        harmless(str(typeset.block(pasted, lambda _key: "")))
    monkeypatch.undo()
    monkeypatch.setattr("nh3.clean", lambda html, **_allowed: html)
    for pasted in HOSTILE:
        assert "<script" not in str(typeset.block(pasted, lambda _key: ""))


# --- courses and folders -----------------------------------------------------------------------------------


def course_of(*units: dict[str, str], **changed: str) -> dict[str, str]:
    sent = {"title_en": "De-escalation for beginners", "about_en": "Two terms."} | changed
    sent |= {"unit-TOTAL_FORMS": str(len(units)), "unit-INITIAL_FORMS": "0"}
    return sent | {f"unit-{n}-{name}": said for n, unit in enumerate(units) for name, said in unit.items()}


def test_an_instructor_teaches_terms_in_an_order_of_ones_own(seated):
    unit = {"title_en": "First week", "terms": "Hot line\nzone of quiet\n"}
    made = seated.post("/learn/write-course/", course_of(unit, {"title_en": "", "terms": ""}))
    assert made["Location"] == "/learn/courses/de-escalation-for-beginners/"
    said = page(Client(), made["Location"])
    assert said.index("Hot line") < said.index("Quiet zone") and "First week" in said
    again = seated.post("/learn/write-course/", course_of(unit))
    assert again.status_code == 409 and "There is a course with this title" in again.content.decode()


def test_a_course_without_a_unit_or_with_an_unknown_term_is_refused(seated):
    assert seated.post("/learn/write-course/", course_of({"title_en": ""})).status_code == 409
    unknown = seated.post("/learn/write-course/", course_of({"title_en": "One", "terms": "Cold line"}))
    assert unknown.status_code == 409 and "Cold line" in unknown.content.decode()
    assert seated.post("/learn/write-course/", {"title_en": "A"}).status_code == 400


def test_a_shipped_course_is_changed_in_place_and_may_be_set_aside(seated):
    edit = "/learn/courses/short/write/"
    assert "A short course" in page(seated, edit)
    unit = {"key": "lines", "title_en": "Lines", "title_fr": "Lignes", "terms": "quiet-zone"}
    assert seated.post(edit, course_of(unit, title_en="A shorter course")).status_code == 302
    assert "A shorter course" in page(Client(), "/learn/courses/short/")
    assert seated.post(edit, {"do": "set aside"})["Location"] == "/learn/"
    page(Client(), "/learn/courses/short/", 404)
    page(seated, edit, 404)


def zipped(files: dict[str, Any], packing: int = zipfile.ZIP_DEFLATED) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return SimpleUploadedFile("guide.zip", out.getvalue())


def test_the_exported_folder_comes_back_without_a_change(seated):
    content = seated.get("/learn/folder/?zip").content
    assert content == seated.get("/learn/folder/?zip").content
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert sorted(names) == sorted(SMALL)
    back = seated.post("/learn/folder/", {"folder": SimpleUploadedFile("a.zip", content)})
    assert back.status_code == 200 and "Terms new or changed: 0" in back.content.decode()


def test_a_folder_is_brought_in_as_a_whole_or_not_at_all(seated):
    from tracktwo.learn.models import TermText

    good = {"guide/terms/peace-zone.en.md": file_of("Peace zone", also="", related="truce-line"),
            "guide/terms/truce-line.en.md": file_of("Truce line", also="", related="peace-zone")}  # fmt: skip
    bad = {**good, "guide/terms/bad.en.md": file_of("Bad", also="", body="Nothing.")}
    refused = seated.post("/learn/folder/", {"folder": zipped(bad)})
    assert refused.status_code == 409 and "bad.en.md: there is no source" in refused.content.decode()
    assert TermText.objects.count() == 0
    came = seated.post("/learn/folder/", {"folder": zipped(good)})
    assert "Terms new or changed: 2" in came.content.decode()
    assert "Truce line" in page(Client(), "/learn/terms/peace-zone/")


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("a.zip", b""),
        SimpleUploadedFile("a.zip", b"PK\x03\x04 and then nothing"),
        SimpleUploadedFile("a.zip", b"\x00" * 5000),
        zipped({}),
        zipped({"notes.txt": "x"}),
        zipped({"terms/a.en.md": b"\xff\xfe\x00"}),
        zipped({"terms/huge.en.md": "x" * 6_000_000}),
        zipped({"terms/quiet-zone.en.md": file_of("Quiet zone", also="")}, zipfile.ZIP_LZMA),
        zipped({f"terms/a{n}.en.md": "" for n in range(2001)}),
        zipped({"../../../etc/quiet-zone.en.md": "x"}),
    ],
)
def test_a_broken_or_boundless_archive_gets_one_sentence_and_changes_nothing(seated, upload):
    from tracktwo.learn.models import TermText

    upload.seek(0)
    answer = seated.post("/learn/folder/", {"folder": upload})
    assert answer.status_code == 409, answer.content.decode()
    assert 'role="alert"' in answer.content.decode() and TermText.objects.count() == 0


def test_a_form_without_a_file_is_refused_by_its_field(seated):
    assert seated.post("/learn/folder/", {}).status_code == 400


def test_what_another_version_kept_and_cannot_be_read_any_more_leaves_the_shipped_term():
    from tracktwo.learn import guide
    from tracktwo.learn.models import TermText

    TermText.objects.create(key="quiet-zone", language="en", number=1, text="not a term")
    version = guide.current().version("quiet-zone", "en")
    assert version is not None and version.term.title == "Quiet zone"


def test_the_guide_speaks_the_readers_language_where_a_course_has_it(client):
    with translation.override("fr"):
        client.cookies["language"] = "fr"
        assert "Un cours bref" in page(client, "/learn/courses/short/")


def test_the_console_exports_checks_and_imports_a_folder(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from tracktwo import serving
    from tracktwo.cli import app
    from tracktwo.learn.models import TermText

    monkeypatch.setattr(serving, "settle", lambda **_data: None)
    monkeypatch.setattr(serving, "without_data", lambda: None)
    run = CliRunner().invoke
    out = tmp_path / "guide"
    assert run(app, ["learn", "export", str(out)]).exit_code == 0
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == sorted(SMALL)
    assert run(app, ["learn", "check", str(out)]).exit_code == 0
    (out / "terms" / "peace-zone.en.md").write_text(file_of("Peace zone", also=""))
    came = run(app, ["learn", "import", str(out)])
    assert came.output == "Brought in: 1 terms and 0 courses were new or changed.\n"
    (out / "terms" / "war-zone.en.md").write_text(file_of("War zone", also="", related="nobody"))
    refused = run(app, ["learn", "import", str(out)])
    assert (
        refused.exit_code == 1
        and "war-zone.en.md: the related term 'nobody' does not exist" in refused.output
    )
    assert TermText.objects.count() == 1
    kept = tmp_path / "guide.zip"
    kept.write_bytes(zipped({"a.txt": "x"}).read())
    assert run(app, ["learn", "import", str(kept)]).exit_code == 2
    assert run(app, ["learn", "export", str(kept)]).exit_code == 2


def test_two_hundred_readers_share_one_copy_of_the_guide(client, django_assert_max_num_queries):
    """Reading asks the database twice, for ids; no text is read or parsed again."""
    page(client, "/learn/terms/quiet-zone/")
    with django_assert_max_num_queries(2):
        page(client, "/learn/terms/quiet-zone/")


def test_what_is_no_name_no_size_and_not_there_is_refused(instructor):
    from tracktwo.errors import BadInput, NotHere
    from tracktwo.learn import acts, rules

    for key, language in (("Peace Zone", "en"), ("a" * 61, "en"), ("zone", "de")):
        with pytest.raises(BadInput):
            acts.keep_term(key=key, language=language, text=file_of(), by=instructor)
    for files in (
        {},
        {f"a{n}.en.md": "" for n in range(2001)},
        {"a.en.md": "x" * (rules.LARGEST_FOLDER + 1)},
    ):
        with pytest.raises(BadInput):
            acts.take_in(files=files, by=instructor)
    with pytest.raises(NotHere):
        acts.set_aside_course(key="nothing", by=instructor)


def test_a_unit_of_a_course_may_be_the_unit_of_a_term(seated):
    seated.post("/learn/write-course/", course_of({"title_en": "Second week"}))
    answer = seated.post("/learn/terms/peace-zone/write/", typed(unit="second-week"))
    assert answer.status_code == 302, answer.content.decode()
    assert "Second week" in page(Client(), "/learn/terms/peace-zone/")
    assert "Peace zone" in page(Client(), "/learn/courses/de-escalation-for-beginners/")


def test_a_folder_brings_in_a_course_too_and_names_its_faults(seated):
    made = SMALL["courses/short.toml"].replace("A short course", "A long course")
    came = seated.post("/learn/folder/", {"folder": zipped({"courses/long.toml": made})})
    assert "Courses new or changed: 1" in came.content.decode()
    assert "A long course" in page(Client(), "/learn/courses/long/")
    bad = made.replace('"hot-line"', '"cold-line"')
    refused = seated.post("/learn/folder/", {"folder": zipped({"courses/long.toml": bad})})
    assert refused.status_code == 409 and "cold-line" in refused.content.decode()


def test_a_guide_that_anybody_may_write_would_be_found(seated, instructor, monkeypatch):
    """The fault: the rule says yes to everybody. The pages for writing open, and their test fails."""
    from tracktwo.learn import rules

    instructor.convenes = False
    instructor.save()
    page(seated, "/learn/folder/", 404)
    monkeypatch.setattr(rules, "may_write", lambda **_who: True)
    with pytest.raises(AssertionError):
        page(seated, "/learn/folder/", 404)
