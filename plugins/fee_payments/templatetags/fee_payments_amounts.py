"""Amounts inside a sentence, which a line must not break."""

from __future__ import annotations

from django import template

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"


@register.filter
def unbroken(amount: object) -> str:
    """An amount whose currency and number stay on one line, also on a narrow phone."""
    return str(amount).replace(" ", NO_BREAK)
