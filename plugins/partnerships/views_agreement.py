"""The page of an agreement: what was promised, and what came of it.

Of an agreement of another partner, who gives something under it sees that, and nothing else.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairgate import clock

from . import api, permissions, wording, wording_place
from .data import ContributionSummary, DeliverySummary, Promises, VersionSummary
from .models import CONTRIBUTION_LABELS, SIDE_LABELS
from .place_parts import may_consent_now, seen_promises, user_id

_KINDS = {str(kind): label for kind, label in CONTRIBUTION_LABELS.items()}
_SIDES = {str(side): label for side, label in SIDE_LABELS.items()}


@login_required
@never_cache
@require_safe
def agreement(request: HttpRequest, code: str, version: UUID) -> HttpResponse:
    """One version: where it stands, what was promised, and what came of it."""
    found, promises = seen_promises(request, code, version)
    is_own = found.partner == code
    context = {
        "version": found,
        "partner": api.partner(code, at=clock.now()),
        "late": wording.late(promises) if found.is_signed else [],
        "obligations": _obligations(request, found, promises),
        "contributions": _contributions(request, found, promises),
        "outcomes": _outcomes(request, found, promises),
        **(_own(request, found) if is_own else {"whose": api.party(found.partner).name}),
    }
    return render(request, "partnerships/place/agreement.html", context)


def _own(request: HttpRequest, found: VersionSummary) -> dict[str, Any]:
    """What concerns the agreement as a whole: for whose agreement it is, and for colleagues."""
    return {
        "standing": wording.standing(found.standing),
        "tone": wording.TONES[found.standing],
        "obstacles": [wording.obstacle(one) for one in found.obstacles],
        "signatures": [(wording.side(one.side), one) for one in found.signatures],
        "may_consent": may_consent_now(request, found),
    }


def _obligations(
    request: HttpRequest, version: VersionSummary, promises: Promises
) -> list[dict[str, Any]]:
    return [
        {
            "obligation": one.obligation,
            "side": _SIDES[one.obligation.side],
            "due": due,
            **_state(due.state),
            "may_record": version.is_signed
            and permissions.may_record_fulfilment(
                request.user, version.partner, side=one.obligation.side
            ),
        }
        for one in promises.obligations
        for due in one.due_dates
    ]


def _contributions(
    request: HttpRequest, version: VersionSummary, promises: Promises
) -> list[dict[str, Any]]:
    return [
        {
            "contribution": one.contribution,
            "kind": _KINDS[one.contribution.kind],
            "party": api.party(one.contribution.party).name,
            "delivered": one.delivered,
            **_state(one.state),
            "may_record": version.is_signed
            and permissions.may_record_delivery(
                request.user, version.partner, party=one.contribution.party
            ),
            "deliveries": [_delivery(request, one, delivery) for delivery in one.deliveries],
        }
        for one in promises.contributions
    ]


def _delivery(
    request: HttpRequest, one: ContributionSummary, delivery: DeliverySummary
) -> dict[str, Any]:
    said, tone = wording_place.delivery_state(delivery, one.correction_of(delivery.record))
    return {
        "delivery": delivery,
        "corrected": one.delivery(delivery.replaces),
        "state": said,
        "tone": tone,
        "may_correct": one.can_be_corrected(delivery),
        "may_take_back": delivery.is_waiting and delivery.recorded_by == user_id(request),
    }


def _outcomes(
    request: HttpRequest, version: VersionSummary, promises: Promises
) -> list[dict[str, Any]]:
    may_record = version.is_signed and permissions.may_record_actual(request.user, version.partner)
    return [
        {
            "outcome": one.outcome,
            "actual": one.actual,
            **_state(one.state),
            "may_record": may_record,
        }
        for one in promises.outcomes
    ]


def _state(state: Any) -> dict[str, str]:
    return {"state": str(wording_place.STATES[state]), "tone": wording_place.STATE_TONES[state]}
