"""Words of a partner's own pages: where promises stand, what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .data import (
    DeliverySummary,
    PartnerSummary,
    Promises,
    PromiseState,
    PromotionState,
    VersionSummary,
)

STATES = {
    PromiseState.OPEN: pgettext_lazy("a promise", "Open"),
    PromiseState.LATE: pgettext_lazy("a promise", "Late"),
    PromiseState.KEPT: _("Kept"),
}
STATE_TONES = {PromiseState.OPEN: "", PromiseState.LATE: "stop", PromiseState.KEPT: "ok"}


PROMOTION_STATES = {
    PromotionState.WAITING: _("Waits for a decision"),
    PromotionState.APPROVED: _("Approved, not shown today"),
    PromotionState.SHOWN: _("Shown now"),
    PromotionState.OVER: _("Over"),
    PromotionState.REFUSED: _("Refused"),
    PromotionState.WITHDRAWN: _("Withdrawn"),
}
PROMOTION_TONES = {
    PromotionState.WAITING: "warn",
    PromotionState.APPROVED: "",
    PromotionState.SHOWN: "ok",
    PromotionState.OVER: "",
    PromotionState.REFUSED: "stop",
    PromotionState.WITHDRAWN: "stop",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDate:
    """A day that is coming, and what happens on it."""

    day: date
    what: str


def delivery_state(
    delivery: DeliverySummary, correction: DeliverySummary | None
) -> tuple[str, str]:
    """Where a delivery stands in words, and the look of its tag; ``correction`` is one of it."""
    if delivery.is_refused:
        return gettext("Not accepted"), "stop"
    if not delivery.is_accepted:
        return gettext("Waits for a second person"), "warn"
    if not delivery.counts:
        return gettext("Corrected"), ""
    if correction is not None:
        return gettext("Accepted, a correction waits"), "warn"
    return pgettext("a delivery", "Accepted"), "ok"


def next_dates(
    partner: PartnerSummary,
    agreements: Iterable[tuple[VersionSummary, Promises]],
    elsewhere: Iterable[tuple[VersionSummary, Promises]],
    *,
    today: date,
    at_most: int = 8,
) -> list[NextDate]:
    """What comes next under versions that are signed, the nearest first.

    ``elsewhere`` is what the partner gives under agreements of others: their days are not its own.
    """
    found: list[NextDate] = []
    if partner.cleared_until is not None:
        found.append(NextDate(day=partner.cleared_until, what=gettext("Due diligence ends")))
    for version, promises in agreements:
        found += _of_version(version)
        found += _of_promises(promises)
    for _version, promises in elsewhere:
        found += _of_promises(promises)
    coming = sorted((one for one in found if one.day >= today), key=lambda one: one.day)
    return coming[:at_most]


def _of_version(version: VersionSummary) -> list[NextDate]:
    told = {"agreement": version.agreement, "version": version.version}
    first = gettext("Agreement %(agreement)s, version %(version)s begins") % told
    dates = [NextDate(day=version.valid_from, what=first)]
    if version.last_day is not None:
        last = gettext("Agreement %(agreement)s, version %(version)s ends") % told
        dates.append(NextDate(day=version.last_day, what=last))
    return dates


def _of_promises(promises: Promises) -> list[NextDate]:
    duties = [
        NextDate(day=due.due, what=f"{one.obligation.code}: {one.obligation.text}")
        for one in promises.obligations
        for due in one.due_dates
        if due.state is PromiseState.OPEN
    ]
    gifts = [
        NextDate(day=one.contribution.due, what=f"{one.contribution.code}: {one.contribution.text}")
        for one in promises.contributions
        if one.state is PromiseState.OPEN
    ]
    outcomes = [
        NextDate(day=one.outcome.due, what=f"{one.outcome.code}: {one.outcome.indicator}")
        for one in promises.outcomes
        if one.state is PromiseState.OPEN
    ]
    return [*duties, *gifts, *outcomes]
