"""Markdown of the study guide as HTML. Whatever somebody pastes: no script, no picture, no form comes out.

Two locks, each enough: the Markdown reader passes no HTML through, and what it writes passes an allow-list.
Links lead to other terms by their key, or to an address with https.
"""

from __future__ import annotations

from collections.abc import Callable

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from tracktwo.learn.terms import KEY

TAGS = {"p", "em", "strong", "ul", "ol", "li", "blockquote", "code", "br", "a", "sub", "sup"}

Link = Callable[[str], str]

_reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
_reader.disable(
    ["image", "html_block", "html_inline", "heading", "lheading", "hr", "code", "fence", "table"], True
)


def block(text: str, link: Link) -> SafeString:
    """Paragraphs and lists. `link` gives the address of a term's page, or nothing where there is none."""
    return _allowed(str(_reader.render(text)), link)


def inline(text: str, link: Link) -> SafeString:
    """One line: the words between two tags of the page."""
    return _allowed(str(_reader.renderInline(text)), link)


def _allowed(html: str, link: Link) -> SafeString:
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        attribute_filter=lambda _tag, name, value: _address(value, link) if name == "href" else value,
        url_schemes={"https"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308  the allow-list above is what makes it safe


def _address(target: str, link: Link) -> str | None:
    if target.startswith("https://"):
        return target
    return link(target) or None if KEY.fullmatch(target) else None
