"""Walks through the house as each of the cast: every address, every object, every method; reads all that comes back.

A walk gives `Seen`: how many requests, which patterns, and every fault as one sentence. A test expects none; a test
with a fault sown into the code expects some.
"""

from __future__ import annotations

import html
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.client import ClientHandler

from tests.cast import Cast, Player, found_in, shapes_in, signed_in
from tests.confidential import oracle
from tests.confidential.oracle import NEVER
from tracktwo import logs, web

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
# No page knows them apart from reading: in the everyday run everybody asks every address with one of them, and
# the cast together with all three.
LIKE_READING = ("HEAD", "PUT", "DELETE")
ADDRESS_OF_A_CALLER = "203.0.113.77"
BROWSER_OF_A_CALLER = "Mozilla/5.0 (Qxlvbrowser)"
HIDDEN_OBJECTS = ("other", "missing", "erased")


# --- what there is to ask for ----------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """One request: the name of its address, the object it asks for, and what it sends."""

    name: str
    url: str
    thing: str = ""  # the object in the address: own, other, missing, ...
    method: str = "GET"
    sends: dict[str, Any] = field(default_factory=dict)
    about: str = ""  # the object named in what it sends
    language: str = "en"

    def __str__(self) -> str:
        return f"{self.method} {self.name} of {self.thing or 'the house'} {self.about}".strip()


def objects(cast: Cast, converter: str, name: str) -> dict[str, str]:
    """What can stand in an address at one place: what one knows, what one does not, what does not exist."""
    gone = str(cast.missing)
    if converter == "pid":
        return {key: str(pid) for key, pid in cast.processes.items()} | {"missing": gone}
    if (name, converter) == ("withdraw", "sid"):
        return {key: str(cast.seats[key]) for key in ("Nia", "Sol", "voter of the East", "Bo")} | {
            "other": str(cast.seats["Oren"]),
            "missing": gone,
        }
    if converter == "sid":
        return _statements(cast) | {"other": str(cast.statements["other, waiting, Oren"]), "missing": gone}
    if converter in cast.objects:
        return {label: str(row) for label, row in cast.objects[converter].items()} | {"missing": gone}
    if converter == "code":
        return {
            "used": cast.codes["used by Nia"],
            "fresh": cast.codes["of Nia"],
            "of other": cast.codes["of Oren"],
            "missing": "0000-0000-0000-0000-0000-0000-00",
        }
    if converter == "token":
        return {"missing": "no-such-token"}
    if converter == "pk":
        return {"missing": "999999", "beyond": str(10**30)}
    raise LookupError(f"The walk does not know what stands for <{converter}> in the address “{name}”.")


def _statements(cast: Cast) -> dict[str, str]:
    """One statement of each kind: open, waiting or rejected; seeded or written by somebody."""
    return {
        key: str(row)
        for key, row in cast.statements.items()
        if key.startswith("own, ") and (key.endswith("open 0") or not key[-1].isdigit())
    }


def asked(cast: Cast, methods: Sequence[str] = METHODS, *, everything: bool = False) -> Iterator[Ask]:
    """Every address of every object, with every method; unless told otherwise without combinations that only repeat."""
    for path, pattern in web.patterns():
        name = str(pattern.name)
        holes = re.findall(r"<(?:\w+:)?(\w+)>", path)
        for thing, url in _filled(cast, path, holes, name):
            for method in methods:
                for sends, about in _sent(cast, name) if method == "POST" else [({}, "")]:
                    if everything or _tells_something(
                        thing, method, about, signing_in=url.startswith("accounts/")
                    ):
                        yield Ask(name, "/" + url, thing, method, sends, about)


def _tells_something(thing: str, method: str, about: str, *, signing_in: bool) -> bool:
    """Whether a request is one for the everyday run: every object once, every method on one object of each kind."""
    process, _, inner = thing.partition("/")
    if signing_in and method not in ("GET", "POST"):
        return False
    if method in ("HEAD", "PUT", "DELETE"):
        return process in ("", "own", "missing") and inner in ("", "Nia", "own, open 0")
    if process in ("exercise", "erased"):
        return (method == "GET" and inner in ("", "missing")) or (
            process == "exercise" and about.startswith("sit")
        )
    if process in ("other", "missing") and inner:
        return inner in ("other", "missing") and about in ("", "nothing")
    if process in ("other", "missing") and method == "POST":
        return about in ("nothing", "write", "seat Nia", "statement missing", "freeze")
    return True


def _filled(cast: Cast, path: str, holes: list[str], name: str) -> list[tuple[str, str]]:
    ways = [("", path)]
    for hole in holes:
        ways = [
            (f"{label}/{key}".strip("/"), re.sub(rf"<(?:\w+:)?{hole}>", quote(value), url, count=1))
            for label, url in ways
            for key, value in objects(cast, hole, name).items()
        ]
    return ways


def _sent(cast: Cast, name: str) -> list[tuple[dict[str, Any], str]]:
    """What is posted to an address: nothing, something sound, and what somebody else's page would hold."""
    gone = str(cast.missing)
    statements = _statements(cast) | {
        "other": str(cast.statements["other, open 0"]),
        "other waiting": str(cast.statements["other, waiting, Oren"]),
        "missing": gone,
    }
    seats = {key: str(cast.seats[key]) for key in ("Nia", "Sol", "Oren")} | {"missing": gone}
    said: dict[str, list[tuple[dict[str, Any], str]]] = {
        "vote": [
            ({"statement": row, "vote": "agree"}, f"statement {key}") for key, row in statements.items()
        ],
        "moderate": [
            ({"statement": row, "do": "open"}, f"statement {key}") for key, row in statements.items()
        ]
        + [({"statement": statements["own, open 0"], "do": "rejected", "reason": "same"}, "reject")],
        "wordings": [({"language": "fr", "text": "Nous le dirions ainsi.", "reviewed": "on"}, "translate")],
        "write": [
            ({"language": "en", "text": "We could meet again."}, "write"),
            ({"language": "xx", "text": ""}, "ill"),
        ],
        "seats": [
            ({"role": "observer", "label": "A guest"}, "add"),
            ({"role": "voter", "label": "x"}, "ill"),
        ],
        "slips": [({"seat": row}, f"seat {key}") for key, row in seats.items()],
        "rules": [({"text": "Nobody is quoted."}, "write")]
        + [({"version": str(row)}, f"assent {key}") for key, row in cast.versions.items()]
        + [({"version": gone}, "assent missing")],
        "steps": [({"do": do}, do) for do in ("review", "freeze", "drafting", "closed", "erased", "nothing")],
        "close": [({"title": "not this"}, "close")],
        "sit": [({"seat": str(cast.seats[key])}, f"sit {key}") for key in ("one click", "Nia", "Oren")]
        + [({"seat": gone}, "sit missing")],
        "enter": [({"code": code}, f"code {key}") for key, code in objects(cast, "code", name).items()],
        "begin": [({"cover_title": "Tea", "title": "Tea", "sides": "A\nB", "language": "en"}, "begin")],
        "language": [
            ({"language": "fr", "next": "/"}, "fr"),
            ({"language": "xx", "next": "//elsewhere.example"}, "ill"),
        ],
        "theme": [({"theme": "dark", "next": "/"}, "dark")],
        "account_login": [({"login": "Nobody", "password": "wrong password"}, "wrong")],
    }
    return [({}, "nothing"), *said.get(name, []), *cast.sends.get(name, [])]


# --- what came back ----------------------------------------------------------------------------


@dataclass
class Seen:
    """What a walk saw."""

    requests: int = 0
    patterns: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    found: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # player -> planted words
    lines: int = 0  # of the logs
    seconds: float = 0.0  # of one core
    players: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence)

    def of(self, word: str) -> list[str]:
        """The faults that speak of something."""
        return [fault for fault in self.faults if word in fault]


@dataclass(frozen=True)
class Answer:
    """An answer as its reader gets it."""

    status: int
    body: str
    headers: dict[str, str]
    cookies: str

    @property
    def all(self) -> str:
        return "\n".join(
            [self.body, *(f"{name}: {value}" for name, value in self.headers.items()), self.cookies]
        )


class Walker:
    """Sends requests as the cast and judges the answers."""

    def __init__(self, cast: Cast, *, judge: bool = True) -> None:
        self.cast, self.seen, self.judge = cast, Seen(), judge
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.handler.load_middleware(is_async=False)
        self.make = RequestFactory(REMOTE_ADDR=ADDRESS_OF_A_CALLER, HTTP_USER_AGENT=BROWSER_OF_A_CALLER)
        self.same: dict[tuple[str, ...], dict[str, tuple[str, str]]] = defaultdict(dict)

    def answer(self, player: Player, ask: Ask) -> Answer:
        """One request; whatever it changed is taken back."""
        with transaction.atomic():
            answer = self._follow(player, ask)
            transaction.set_rollback(True)
        return answer

    def _follow(self, player: Player, ask: Ask) -> Answer:
        answer = self._ask(player, ask)
        where = answer.headers.get("Location", "")
        if ask.method == "POST" and where.startswith("/") and not where.startswith("//"):
            after = self._ask(
                player, Ask(ask.name, where, ask.thing, "GET", {}, "after posting", ask.language)
            )
            self._read(player, ask, after)
        return answer

    def _ask(self, player: Player, ask: Ask) -> Answer:
        make = getattr(self.make, ask.method.lower())
        request = make(ask.url, ask.sends) if ask.method == "POST" else make(ask.url)
        request.COOKIES.update({**signed_in(player), settings.LANGUAGE_COOKIE_NAME: ask.language})
        request._dont_enforce_csrf_checks = True
        response = self.handler.get_response(request)
        self.seen.requests += 1
        return _answer(response)

    def visit(self, player: Player, ask: Ask) -> Answer:
        """Ask, and judge the answer."""
        answer = self.answer(player, ask)
        self.seen.patterns.add(ask.name)
        self.seen.statuses[answer.status] += 1
        self._read(player, ask, answer)
        if self.judge:
            self._status(player, ask, answer)
        self._remember(player, ask, answer)
        return answer

    def _read(self, player: Player, ask: Ask, answer: Answer) -> None:
        said = f"{ask.url} {sorted(map(str, ask.sends.values()))}"
        if answer.status >= 500 and answer.status != 503:
            self.seen.fault(f"status {answer.status}: {player.name}, {ask}")
        for word in found_in(answer.all, self.cast.words):
            what = self.cast.words[word]
            if word in said and not word.startswith("Zq"):
                continue  # what the request said itself is no news
            if what.thing == "process" and ask.about in ("code fresh", "code of other"):
                continue  # whoever holds a code takes its seat
            self.seen.found[player.name].add(word)
            if oracle.says(player, what) == NEVER:
                whose = f" of {what.owner}" if what.owner else ""
                self.seen.fault(f"leak: {player.name} reads “{what.thing}”{whose} ({what.process}): {ask}")
        for trace in (ADDRESS_OF_A_CALLER, "Qxlvbrowser"):
            if trace in answer.all:
                self.seen.fault(f"leak: {player.name} reads where from they came: {ask}")
        if ask.name not in ("slips", "enter", "enter-with", "join") and re.search(CODE, answer.body):
            self.seen.fault(f"leak: {player.name} reads a code: {ask}")
        self.seen.faults.extend(f"hygiene: {fault}: {ask}" for fault in unclean(answer))

    def _status(self, player: Player, ask: Ask, answer: Answer) -> None:
        """The status that the table of addresses says, for the house and for the process of the cast."""
        if ask.url.startswith("/p/") and not ask.thing.startswith("own"):
            return
        rows = oracle.addresses("POST" if ask.method == "POST" else "GET")
        if ask.name not in rows:
            self.seen.fault(f"no row: the table of addresses does not know “{ask.name}”")
            return
        allowed = rows[ask.name][player.place]
        if ask.method in ("PUT", "DELETE"):
            allowed += "/404/405/403"
        if str(answer.status) not in allowed.split("/"):
            self.seen.fault(f"status {answer.status}, not {allowed}: {player.place} {player.name}, {ask}")

    def _remember(self, player: Player, ask: Ask, answer: Answer) -> None:
        """Keep what was answered for objects one may not know, to compare it with what does not exist."""
        key = (player.name, ask.name, ask.method, ask.language)
        for label, rest in _hidden(self.cast, player, ask):
            self.same[(*key, rest)][label] = (str(ask), neutral(ask, answer))

    def compare(self) -> None:
        """Not yours and does not exist: the same bytes."""
        for key, answers in self.same.items():
            if "missing" not in answers:
                continue
            _, nothing = answers["missing"]
            for label, (ask, said) in answers.items():
                if said != nothing:
                    self.seen.fault(
                        f"differs: to {key[0]}, “{label}” does not read like what is missing: {ask}"
                    )


def _hidden(cast: Cast, player: Player, ask: Ask) -> Iterator[tuple[str, str]]:
    """The objects of a request that its sender may not know of, and what stays of the request without them."""
    first, _, second = ask.thing.partition("/")
    known = first in player.seats and not player.seats[first].withdrawn
    if first in ("missing", "other", "own", "erased") and not known:
        yield first, f"process|{second}|{ask.about}"
    if first != "own" or not known:
        return
    if second in ("missing", "other") or _is_secret(cast, player, second):
        yield second, f"object|{first}|{ask.about}"
    kind, _, label = ask.about.partition(" ")
    if kind in ("statement", "seat") and (
        label in ("missing", "other", "other waiting", "Oren") or _is_secret(cast, player, label)
    ):
        yield label, f"sent|{first}|{kind}"


def _is_secret(cast: Cast, player: Player, label: str) -> bool:
    """Whether a label names an object that this player may not know of."""
    if label in cast.readers:
        return player.name not in cast.readers[label]
    return label.startswith(("own, waiting", "own, rejected")) and not (
        label.endswith(player.name)
        or player.place in ("facilitator", "co-facilitator", "expert", "rapporteur")
    )


CODE = re.compile(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}")
TOKENS = re.compile(r'(name="(?:csrfmiddlewaretoken|once)" value=")[^"]*|(form=)[^;]+|data-once="[^"]*"')


def neutral(ask: Ask, answer: Answer) -> str:
    """An answer without tokens and without what the request itself said."""
    text = f"{answer.status}\n{answer.all}"
    for own in sorted({ask.url, html.escape(ask.url), *map(str, ask.sends.values())}, key=len, reverse=True):
        text = text.replace(own, "(as asked)") if len(own) > 5 else text
    text = re.sub(SHAPES_IN_ADDRESSES, "(id)", text)
    text = re.sub(r"[Ee]xpires[=:][^;\n]+|Content-Length: \d+", "", text)
    return TOKENS.sub(r"\1\2(token)", text)


SHAPES_IN_ADDRESSES = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _answer(response: Any) -> Answer:
    content = (
        b"".join(response.streaming_content) if getattr(response, "streaming", False) else response.content
    )
    cookies: SimpleCookie = response.cookies
    headers = dict(response.items())
    return Answer(response.status_code, content.decode("utf-8", "replace"), headers, cookies.output())


# --- hygiene ---------------------------------------------------------------------------------------

ALWAYS = {
    "Content-Security-Policy": None,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": None,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}
NEVER_SENT = ("Server", "X-Powered-By", "ETag", "Last-Modified", "Date")
ELSEWHERE = re.compile(
    r"""(?:src|href|action|srcset|poster|data|content)\s*=\s*["']?\s*(?:https?:)?//(?!testserver)"""
)
SCRIPTS = re.compile(r"<script[^>]*>")
LISTENERS = re.compile(r"""\son[a-z]+=["']""")
INLINE = ("<style", " style=", "javascript:", "<iframe", "<object", "<embed")


def unclean(answer: Answer) -> list[str]:
    """What is wrong with the headers, the cookies or the page of an answer."""
    faults = [
        f"{name} is {answer.headers.get(name)!r}"
        for name, value in ALWAYS.items()
        if name not in answer.headers or (value is not None and answer.headers[name] != value)
    ]
    faults += [f"it sends {name}" for name in NEVER_SENT if name in answer.headers]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "unsafe-" in policy or "default-src 'none'" not in policy or "*" in policy:
        faults.append(f"the content security policy is {policy!r}")
    for cookie in answer.cookies.splitlines():
        gone = "max-age=0" in cookie.lower()  # a cookie being deleted carries nothing that could be read
        if not gone and ("HttpOnly" not in cookie or "SameSite=Strict" not in cookie):
            faults.append(f"a cookie without its flags: {cookie.split('=')[0]}")
    if "html" in answer.headers.get("Content-Type", ""):
        faults += ["it names another server"] if ELSEWHERE.search(answer.body) else []
        faults += [f"inline: {found}" for found in inline(answer.body)]
    return faults


def inline(page: str) -> list[str]:
    """What a page would run or draw by itself, and not from a file of this site."""
    scripts = [tag for tag in SCRIPTS.findall(page) if "src=" not in tag and "application/json" not in tag]
    return scripts + LISTENERS.findall(page) + [telling for telling in INLINE if telling in page]


# --- logs --------------------------------------------------------------------------------------------


class Listening(logging.Handler):
    """Formats every line as an installation would, and looks for what must not stand there."""

    def __init__(self, cast: Cast, seen: Seen) -> None:
        super().__init__(logging.DEBUG)
        self.cast, self.seen = cast, seen
        self.setFormatter(logs.Discreet())

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        self.seen.lines += 1
        traces = [ADDRESS_OF_A_CALLER, "Qxlvbrowser", "testserver/p/"]
        if any(trace in line for trace in traces) or any(shapes_in(line)):
            self.seen.fault(f"log: a line of {record.name} tells too much: {line[:160]}")


@contextmanager
def listening(cast: Cast, seen: Seen) -> Iterator[Listening]:
    """Every logger at DEBUG, into one handler."""
    handler, root = Listening(cast, seen), logging.getLogger()
    kept = {name: (one.level, one.propagate, one.disabled) for name, one in _loggers()}
    root_level, others = root.level, root.handlers[:]
    root.setLevel(logging.DEBUG)
    root.handlers[:] = [handler]  # alone: others would keep every line of a long walk
    for _, one in _loggers():
        one.setLevel(logging.DEBUG)
        one.propagate, one.disabled = True, False
    try:
        yield handler
    finally:
        root.handlers[:] = others
        root.setLevel(root_level)
        for name, one in _loggers():
            if name in kept:
                one.level, one.propagate, one.disabled = kept[name]
        logging.Logger.manager._clear_cache()  # type: ignore[attr-defined]


def _loggers() -> list[tuple[str, logging.Logger]]:
    known = logging.Logger.manager.loggerDict.items()
    return [(name, one) for name, one in known if isinstance(one, logging.Logger)]


# --- whole walks -------------------------------------------------------------------------------------


def walk(
    cast: Cast,
    *,
    players: Iterable[str] | None = None,
    methods: Sequence[str] = METHODS,
    names: Callable[[str], bool] = lambda _name: True,
    only: Callable[[Ask], bool] = lambda _ask: True,
    languages: Sequence[str] = ("en",),
    judge: bool = True,
    logged: bool = True,
    everything: bool = False,
) -> Seen:
    """Ask for everything as everybody, and say what was wrong."""
    walker = Walker(cast, judge=judge)
    mail.outbox = []
    every = asked(cast, methods, everything=everything)
    asks = [ask for ask in every if names(ask.name) and only(ask)]
    if logged:
        with listening(cast, walker.seen):
            _walk(walker, players, asks, languages, everything)
    else:
        _walk(walker, players, asks, languages, everything)
    walker.compare()
    for message in mail.outbox:
        if any(shapes_in(str(message.message()))):
            walker.seen.fault(f"mail: “{message.subject}” tells too much")
    return walker.seen


def _walk(
    walker: Walker,
    players: Iterable[str] | None,
    asks: Sequence[Ask],
    languages: Sequence[str],
    everything: bool,
) -> None:
    places = {name: place for place, name in enumerate(walker.cast.players)}
    addresses = {name: place for place, name in enumerate(dict.fromkeys(ask.name for ask in asks))}
    for name in players if players is not None else walker.cast.players:
        cache.clear()
        walker.seen.players.append(name)
        for ask in asks:
            turn = (places[name] + addresses[ask.name]) % len(LIKE_READING)
            if everything or ask.method not in LIKE_READING or ask.method == LIKE_READING[turn]:
                _in_languages(walker, walker.cast.players[name], ask, languages, everything)


def _in_languages(
    walker: Walker, player: Player, ask: Ask, languages: Sequence[str], everything: bool
) -> None:
    """One request; what is a page is asked for in every language, what is not there only in the first."""
    for language in languages if ask.method == "GET" and ask.thing.startswith("own") else ("en",):
        answer = walker.visit(player, replace(ask, language=language))
        if answer.status == 404 and not everything:
            return


def not_found(cast: Cast, seen: Seen, players: Iterable[str]) -> list[str]:
    """What somebody must see and did not find."""
    return [
        f"missing: {name} never read “{cast.words[word].thing}” of {cast.words[word].owner or 'all'}"
        for name in players
        for word in sorted(oracle.must_see(cast, cast.players[name]) - seen.found[name])
    ]


@contextmanager
def errors() -> Iterator[list[str]]:
    """The faults behind status 500, for whoever has to put them right."""
    caught: list[str] = []

    def note(sender: object, **_named: Any) -> None:
        import traceback

        caught.append(traceback.format_exc())

    got_request_exception.connect(note)
    try:
        yield caught
    finally:
        got_request_exception.disconnect(note)


def response_of(cast: Cast, player: str, url: str) -> HttpResponse:
    """One plain answer, for tests that look closely."""
    walker = Walker(cast)
    request = walker.make.get(url)
    request.COOKIES.update(signed_in(cast.players[player]))
    response = walker.handler.get_response(request)
    assert isinstance(response, HttpResponse)
    return response
