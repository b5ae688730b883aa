"""Words for people about tiers, awards and reach, translated when asked."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .data import AwardState, SchemeState, ShownNumber

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


def learners(number: ShownNumber, *, least: int) -> str:
    """A number of learners as everybody may read it."""
    if number.value is None:
        return gettext("fewer than %(least)d in each course") % {"least": least}
    return _counted(number.value, is_least=number.is_least)


def of_group(number: ShownNumber) -> str:
    """The same of a group, whose number is hidden as well where few are outside of it."""
    if number.value is None:
        return gettext("not told, to protect the few people it is about")
    return _counted(number.value, is_least=number.is_least)


def _counted(count: int, *, is_least: bool) -> str:
    told = number_format(count, force_grouping=True)
    return gettext("at least %(count)s") % {"count": told} if is_least else told
