"""The marks of a course in a mail: words only.

What a mail loads from elsewhere tells on its reader, and many programs do not load it at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .data import MailStrip, Mark

_TEMPLATE = "partnerships/mail_strip"


def strip(marks: Sequence[Mark]) -> MailStrip:
    """Who stands behind a course, each partner once, with role and sentence."""
    if not marks:
        return MailStrip(text="", html="")
    partners: dict[str, list[Mark]] = {}
    for mark in marks:
        partners.setdefault(mark.partner, []).append(mark)
    shown = [
        {
            "name": its[0].name,
            "roles": ", ".join(dict.fromkeys(mark.role_label for mark in its)),
            "statement": its[0].statement,
        }
        for its in partners.values()
    ]
    context = {"heading": _("In partnership with"), "partners": shown}
    return MailStrip(
        text=render_to_string(f"{_TEMPLATE}.txt", context).strip(),
        html=render_to_string(f"{_TEMPLATE}.html", context).strip(),
    )
