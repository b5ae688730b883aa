"""The marks of a course in a mail: words only.

What a mail loads from elsewhere tells on its reader, and many programs do not load it at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .data import MailStrip, Mark, MarkPicture

_TEMPLATE = "partnerships/mail_strip"


def strip(marks: Sequence[Mark]) -> MailStrip:
    """Who stands behind a course, each partner once, with role, sentence and rules for its mark."""
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
            "rules": _rules(its[0].name, its[0].picture),
        }
        for its in partners.values()
    ]
    context = {"heading": _("In partnership with"), "partners": shown}
    return MailStrip(
        text=render_to_string(f"{_TEMPLATE}.txt", context).strip(),
        html=render_to_string(f"{_TEMPLATE}.html", context).strip(),
    )


def _rules(name: str, picture: MarkPicture | None) -> dict[str, str]:
    """What the partner says about the use of its mark, with a title and its language; or nothing.

    A name is a mark as well, so the rules stand with it although the mail shows no picture.
    """
    if picture is None or not picture.usage_rules:
        return {}
    return {
        "title": _("How the mark of %(partner)s may be used") % {"partner": name},
        "text": picture.usage_rules,
        "lang": picture.usage_rules_language,
        "dir": picture.usage_rules_direction,
    }
