"""What mails say, in the language in use. No name, no country, no words of a person.

A mail may be read by others than its addressee: it tells that there is something, by when, and
where it can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Subject, paragraphs, and the words of the link that follows them."""

    subject: str
    lines: tuple[str, ...]
    link: str


def mail(kind: str, about: Mapping[str, Any], offering: str) -> Mail:
    """The mail of a kind. ``about`` holds ISO dates and counts, ``offering`` a title."""
    return _KINDS[kind](about, {"offering": offering, "day": _last_day(about.get("until"))})


def _last_day(until: object) -> str:
    """The last day before a first day that is too late."""
    if not until:
        return ""
    return date_format(date.fromisoformat(str(until)) - timedelta(days=1), "DATE_FORMAT")


def _asked(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("A question about your application for a fee waiver"),
        lines=(
            _("A reviewer has a question about your application for “%(offering)s”.") % words,
            _("Please answer it on or before %(day)s (UTC). Without an answer the application "
              "ends after that day.") % words,
        ),
        link=_("Answer the reviewer"),
    )  # fmt: skip


def _answer_due(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("A reminder: your answer is waited for"),
        lines=(
            _("A reviewer has asked you about your application for “%(offering)s”, and there is "
              "no answer yet.") % words,
            _("The last day for it is %(day)s (UTC). After that the application ends.") % words,
        ),
        link=_("Answer the reviewer"),
    )  # fmt: skip


def _decided(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("Your application for a fee waiver was decided"),
        lines=(
            _("There is a decision about your application for “%(offering)s”.") % words,
            _("You find it on its page, with the reason and with what you can do now."),
        ),
        link=_("Read the decision"),
    )


def _expired(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("Your application for a fee waiver has ended"),
        lines=(
            _("No answer to the reviewer’s question came in, so your application for "
              "“%(offering)s” has ended.") % words,
            _("Its page says what you can do now."),
        ),
        link=_("See the application"),
    )  # fmt: skip


def _lapsing(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("Your fee waiver ends soon"),
        lines=(
            _("You have a waiver for “%(offering)s” and have not used it yet.") % words,
            _("The last day to use it is %(day)s (UTC).") % words,
        ),
        link=_("See the application"),
    )


def _waitlist_served(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("Your turn on the waiting list for a fee waiver"),
        lines=(
            _("There is room now for your waiver for “%(offering)s”, and it is held for you.")
            % words,
        ),
        link=_("Use your waiver"),
    )


def _nominated(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("You have been nominated"),
        lines=(
            _("An administration has nominated you for “%(offering)s”.") % words,
            _("Please say on the page whether you accept."),
        ),
        link=_("Accept or decline"),
    )


def _nomination_ended(_about: Mapping[str, Any], words: Mapping[str, str]) -> Mail:
    return Mail(
        subject=_("Your nomination has ended"),
        lines=(
            _("The administration that had nominated you for “%(offering)s” has taken the "
              "nomination back.") % words,
            _("If you had accepted it, your application has ended with it."),
        ),
        link=_("See the nomination"),
    )  # fmt: skip


def _digest(about: Mapping[str, Any], _words: Mapping[str, str]) -> Mail:
    waiting, mine, overdue = (int(about.get(name, 0)) for name in ("waiting", "mine", "overdue"))
    lines = [
        ngettext(
            "%(count)s application waits for a reviewer.",
            "%(count)s applications wait for a reviewer.", waiting,
        ) % {"count": waiting}
    ]  # fmt: skip
    if mine:
        lines.append(
            ngettext("You read %(count)s of them.", "You read %(count)s of them.", mine)
            % {"count": mine}
        )
    if overdue:
        lines.append(
            ngettext(
                "The day for the decision has passed for %(count)s.",
                "The day for the decision has passed for %(count)s.", overdue,
            ) % {"count": overdue}
        )  # fmt: skip
    return Mail(
        subject=_("Applications for fee waivers wait for you"),
        lines=tuple(lines),
        link=_("Applications to review"),
    )


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, str]], Mail]] = {
    "asked": _asked,
    "answer_due": _answer_due,
    "decided": _decided,
    "expired": _expired,
    "lapsing": _lapsing,
    "waitlist_served": _waitlist_served,
    "nominated": _nominated,
    "nomination_ended": _nomination_ended,
    "digest": _digest,
}
