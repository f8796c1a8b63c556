"""Somebody with a browser: one connection kept open, cookies, and forms sent as a page sends them."""

from __future__ import annotations

import gzip
import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

# What a dying server does to a connection; the browser says "try again".
GONE = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """What a page answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def leads_to(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Visitor:
    """Asks for pages at whatever address the server has at the moment."""

    address: Callable[[], str]
    cookies: dict[str, str] = field(default_factory=lambda: {"form": "a" * 32})
    line: http.client.HTTPConnection | None = None
    reaches: str = ""

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form with the token its page would hold."""
        body = urlencode(fields | {"csrfmiddlewaretoken": self.cookies["form"]})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.address()}
        return self._ask("POST", path, body, headers)

    def post_until_answered(self, path: str, *, give_up: float = 60, **fields: str) -> Answer:
        """The same form again and again while the server is away."""
        deadline = time.monotonic() + give_up
        while True:
            try:
                return self.post(path, **fields)
            except GONE:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def enter(self, code: str) -> Answer:
        """Take a seat with its code."""
        return self.post("/enter/", code=code)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        line = self._line()
        said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        try:
            line.request(method, path, body, said)
            reply = line.getresponse()
            content = reply.read()
        except GONE:
            self.hang_up()
            raise
        self._keep_cookies(reply)
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, content)

    def _line(self) -> http.client.HTTPConnection:
        address = self.address()
        if self.line is None or self.reaches != address:
            self.hang_up()
            parts = urlsplit(address)
            self.line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
            self.reaches = address
        return self.line

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
        self.line = None

    def _keep_cookies(self, reply: http.client.HTTPResponse) -> None:
        for said in reply.headers.get_all("Set-Cookie") or []:
            name, _, value = said.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)


def parts_of(page: str) -> list[str]:
    """What a browser fetches at once with a page: its style sheets, scripts and pictures."""
    linked = re.findall(r'<link[^>]+rel="(?:stylesheet|icon|modulepreload)"[^>]*href="([^"]+)"', page)
    return linked + re.findall(r'<(?:script|img)[^>]+src="([^"]+)"', page)


def unpacked(answer: Answer) -> str:
    packed = answer.headers.get("content-encoding") == "gzip"
    return (gzip.decompress(answer.body) if packed else answer.body).decode()
