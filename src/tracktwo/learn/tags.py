"""`{% term "ripeness" _("ripeness") %}`: a word of the field in the interface, leading to its term.

A plain link; where JavaScript is there, term.js opens the definition without leaving the page. A word that the
guide does not hold stands as it is, so that no page depends on the guide.
"""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracktwo.learn import guide
from tracktwo.learn.terms import SOURCE

register = template.Library()


@register.simple_tag
def term(key: str, words: str) -> SafeString:
    """The words as a link to the term of that key."""
    # Only what is shipped is asked for: a page of a process does not read the guide's tables.
    if (key, SOURCE) not in guide.shipped().terms:
        return format_html("{}", words)
    return format_html('<a class="term" href="{}" data-term>{}</a>', reverse("term", args=[key]), words)
