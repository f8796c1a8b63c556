"""Words of the field in the interface, leading to their terms.

`{% term "ripeness" _("ripeness") %}` is one word that stands by itself. `{% linked _("... a [caucus](caucus) ...") %}`
is a sentence with the word marked in it, so that it is translated as a whole and each language marks the form it
needs. `{% words_of_page %}` at the foot of a page names the terms that say they are used there.

All are plain links; where JavaScript is there, term.js opens the definition without leaving the page. A word that
the guide does not hold stands as it is, so that no page depends on the guide. Only what is shipped is asked for: a
page of a process does not read the guide's tables, and shows everybody the same words.
"""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tracktwo.learn import guide, rules, showing
from tracktwo.learn.terms import SOURCE

register = template.Library()
MARKED = re.compile(r"\[([^\[\]]+)\]\(([a-z0-9-]+)\)")


@register.simple_tag
def term(key: str, words: str) -> SafeString:
    """The words as a link to the term of that key."""
    if (key, SOURCE) not in guide.shipped().terms:
        return format_html("{}", words)
    return format_html('<a class="term" href="{}" data-term>{}</a>', reverse("term", args=[key]), words)


@register.simple_tag
def linked(sentence: str) -> SafeString:
    """A sentence of the interface; what is marked as [words](key) leads to that term."""
    # Split by a pattern with two groups: text, words, key, text, words, key, ..., text.
    text, *rest = MARKED.split(str(sentence))
    marked = zip(rest[0::3], rest[1::3], rest[2::3], strict=True)
    after = ((term(key, words), following) for words, key, following in marked)
    return escape(text) + format_html_join("", "{}{}", after)


@register.inclusion_tag("pieces/_words_of_page.html", takes_context=True)
def words_of_page(context: template.Context) -> dict[str, Any]:
    """The terms used on the page that is being shown: the first few, and the others folded away."""
    request = context.get("request")
    page = getattr(getattr(request, "resolver_match", None), "url_name", None) or ""
    language = get_language() or SOURCE
    found = [
        {"key": one.key, "title": one.title, "lang": one.language, "dir": showing.direction(one.language)}
        for one in guide.used_on(page, language)
    ]
    # A single word more takes no more room than saying that there is one.
    most = len(found) if len(found) == rules.MOST_WORDS + 1 else rules.MOST_WORDS
    return {"first": found[:most], "others": found[most:]}
