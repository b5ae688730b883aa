"""Words for people about tiers, awards and reach, translated when asked."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .data import AwardState, SchemeState

AWARD_STATES = {
    AwardState.WAITING: _("Waits for a second person"),
    AwardState.REFUSED: _("Not granted"),
    AwardState.NOT_YET: _("From a later day on"),
    AwardState.IN_FORCE: _("In force"),
    AwardState.ENDED: _("Ended"),
    AwardState.REVOKED: _("Revoked"),
}

#: The look of a tag (``fairgate.css``) for each state.
AWARD_TONES = {
    AwardState.WAITING: "warn",
    AwardState.REFUSED: "stop",
    AwardState.NOT_YET: "",
    AwardState.IN_FORCE: "ok",
    AwardState.ENDED: "",
    AwardState.REVOKED: "stop",
}

SCHEME_STATES = {
    SchemeState.WAITING: _("Waits for a second person"),
    SchemeState.REFUSED: _("Refused"),
    SchemeState.NOT_YET: _("From a later day on"),
    SchemeState.COUNTS: _("In force"),
    SchemeState.REPLACED: pgettext_lazy("a scheme of tiers", "Replaced by a newer one"),
    SchemeState.ENDED: _("Ended"),
}

#: The groups of countries, as people call them.
GROUPS = {
    "LDC": _("Learners of least developed countries (LDC)"),
    "SIDS": _("Learners of small island developing States (SIDS)"),
}


def learners(number: int | None, *, least: int) -> str:
    """A number of learners as everybody may read it."""
    if number is None:
        return gettext("fewer than %(least)d in each course") % {"least": least}
    return _counted(number)


def of_group(number: int | None) -> str:
    """The same of a group, whose number is hidden as well where few are outside of it."""
    if number is None:
        return gettext("not told, to protect the few people it is about")
    return _counted(number)


def _counted(count: int) -> str:
    return gettext("at least %(count)s") % {"count": number_format(count, force_grouping=True)}
