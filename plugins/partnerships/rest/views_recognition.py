"""Tiers and awards: what everybody may know, and the steps of two people."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from fairgate import clock
from fairgate.documents import DocumentErrors
from fairgate_rest.views import described
from partnerships import api, permissions
from partnerships.data import (
    AwardState,
    AwardSummary,
    PartnerSummary,
    SchemeState,
    SchemeSummary,
)
from partnerships.page_parts import is_cleared
from partnerships.rest import shapes_recognition as shapes
from partnerships.rest.shapes_place import NothingBody, PartnerQuery, ReasonBody
from partnerships.rest.views_base import PartnersView

_SECOND = "By a second person with the permission"


# --- Tiers ----------------------------------------------------------------------------------------


def _scheme(found: SchemeSummary) -> dict[str, Any]:
    """A scheme with its tiers, and the sentence of each."""
    scheme = found.scheme
    tiers = [
        {
            "uuid": found.uuid_of[tier.code],
            "code": tier.code,
            "threshold": tier.threshold,
            "emblem": tier.emblem,
            "names": tier.names,
            "descriptions": tier.descriptions,
            "criteria": api.tier_criteria(scheme, tier),
        }
        for tier in scheme.tiers
    ]
    return {
        "uuid": found.uuid,
        "state": found.state,
        "currency": scheme.currency,
        "in_kind_percent": scheme.in_kind_percent,
        "rates": [{"currency": code, "rate": rate} for code, rate in scheme.rates],
        "valid_from": scheme.valid_from,
        "valid_until": scheme.valid_until,
        "tiers": tiers,
    }


class _SchemeView(PartnersView):
    def may_see(self, found: SchemeSummary) -> bool:
        """Everybody sees what counts or did; what waits or was refused, whoever works on it."""
        if permissions.may_see_every_scheme(self.request.user):
            return True
        return found.state not in (SchemeState.WAITING, SchemeState.REFUSED)

    def seen(self, uuid: UUID) -> SchemeSummary:
        """A scheme that the caller may see."""
        found = api.scheme(uuid, at=clock.now())
        if not self.may_see(found):
            raise Http404
        return found

    def shown(self, found: SchemeSummary, *, status: int = 200) -> Response:
        """The answer with a scheme."""
        return Response(shapes.SchemeShape(_scheme(found)).data, status=status)


class Schemes(_SchemeView):
    """Schemes of tiers, the newest first, and the next one."""

    permission_classes: ClassVar[Any] = (IsAuthenticatedOrReadOnly,)

    @described(operation_id="list_schemes", responses=shapes.SchemeShape(many=True))
    def get(self, request: Any) -> Response:
        found = [_scheme(one) for one in api.schemes(at=clock.now()) if self.may_see(one)]
        return self.part_of_all(found, shapes.SchemeShape, key=lambda one: one["uuid"])

    @described(
        operation_id="propose_scheme",
        description="With the permission `propose_recognitionscheme`. It counts once a second "
        "person has confirmed it.",
        request=shapes.SchemeBody,
        responses={201: shapes.SchemeShape},
        is_keyed=True,
    )
    def post(self, request: Any) -> Response:
        self.require(allowed=request.user.has_perm(permissions.PROPOSE_SCHEME))
        given = self.body(shapes.SchemeBody)
        try:
            found = api.propose_scheme(**given, by=self.user_id, at=clock.now(), key=self.key)
        except DocumentErrors as error:
            raise ValidationError({"text": [str(fault) for fault in error.faults]}) from None
        return self.shown(found, status=201)


class OneScheme(_SchemeView):
    """One scheme of tiers."""

    permission_classes: ClassVar[Any] = (AllowAny,)

    @described(operation_id="get_scheme", responses=shapes.SchemeShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return self.shown(self.seen(uuid))


class ConfirmScheme(_SchemeView):
    """Let a scheme count from its first day on."""

    @described(
        operation_id="confirm_scheme",
        description=f"{_SECOND} `confirm_recognitionscheme`.",
        request=NothingBody,
        responses=shapes.SchemeShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.seen(uuid)
        self.require(allowed=request.user.has_perm(permissions.CONFIRM_SCHEME))
        self.body(NothingBody)
        return self.shown(api.confirm_scheme(uuid, by=self.user_id, at=clock.now()))


class RefuseScheme(_SchemeView):
    """Let a scheme never count."""

    @described(
        operation_id="refuse_scheme",
        description="With the permission `confirm_recognitionscheme`.",
        request=ReasonBody,
        responses=shapes.SchemeShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.seen(uuid)
        self.require(allowed=request.user.has_perm(permissions.CONFIRM_SCHEME))
        because = self.body(ReasonBody)["reason"]
        api.refuse_scheme(uuid, because=because, by=self.user_id, at=clock.now())
        return self.shown(api.scheme(uuid, at=clock.now()))


# --- Awards ---------------------------------------------------------------------------------------

_OF_AWARD = (
    "uuid", "partner", "partner_name", "state", "scheme", "tier", "tier_uuid", "worth", "since",
    "until", "counted_at", "valid_from", "valid_until", "revoked_at", "checksum",
)  # fmt: skip


class _AwardView(PartnersView):
    def may_see(self, found: AwardSummary) -> bool:
        """Everybody sees what was granted; what waits or was refused, whoever works on it."""
        return found.is_granted or permissions.may_see_every_award(self.request.user)

    def seen(self, uuid: UUID) -> AwardSummary:
        """An award that the caller may see."""
        found = api.award(uuid, at=clock.now())
        if not self.may_see(found):
            raise Http404
        return found

    def shown(self, found: AwardSummary, *, status: int = 200) -> Response:
        """The answer with an award."""
        told = _award(found, api.partner(found.partner, at=clock.now()))
        return Response(shapes.AwardShape(told).data, status=status)


def _award(found: AwardSummary, partner: PartnerSummary) -> dict[str, Any]:
    counts = found.state is AwardState.IN_FORCE and is_cleared(partner, at=clock.now())
    return {name: getattr(found, name) for name in _OF_AWARD} | {"counts": counts}


class Awards(_AwardView):
    """Awards, the highest tier first."""

    permission_classes: ClassVar[Any] = (AllowAny,)

    @described(
        operation_id="list_awards",
        description="Everybody is told those that count now; the partner's people also what their "
        "own was granted; whoever proposes, confirms or revokes awards all.",
        query=PartnerQuery,
        responses=shapes.AwardShape(many=True),
    )
    def get(self, request: Any) -> Response:
        at = clock.now()
        partners = {one.code: one for one in api.list_partners(at=at)}
        named = self.asked.get("partner", "")
        found = (_award(one, partners[one.partner]) for one in self._granted(named))
        listed = [one for one in found if one["counts"] or self._sees_more(one["partner"])]
        return self.part_of_all(listed, shapes.AwardShape, key=lambda one: one["uuid"])

    def _granted(self, partner: str) -> list[AwardSummary]:
        found = api.awards(at=clock.now(), partner_code=partner)
        return [one for one in found if self.may_see(one)]

    def _sees_more(self, partner: str) -> bool:
        user = self.request.user
        return permissions.may_see_every_award(user) or permissions.may_see_partner(user, partner)


class AwardsOfPartner(_AwardView):
    """The next award of a partner."""

    @described(
        operation_id="propose_award",
        description="With the permission `propose_recognitionaward`. The tier is computed; nobody "
        "is recognised before a second person has confirmed it.",
        request=shapes.AwardBody,
        responses={201: shapes.AwardShape},
        is_keyed=True,
    )
    def post(self, request: Any, code: str) -> Response:
        may = request.user.has_perm(permissions.PROPOSE_AWARD)
        self.seen_partner(code, also=may)
        self.require(allowed=may)
        given, at = self.body(shapes.AwardBody), clock.now()
        found = api.propose_award(code, **given, by=self.user_id, at=at, key=self.key)
        return self.shown(found, status=201)


class Reached(PartnersView):
    """What a partner delivered, and the tier that it would be proposed for."""

    @described(
        operation_id="get_tier_reached",
        description="For the partner's people, and for whoever proposes awards.",
        query=shapes.ReachedQuery,
        responses=shapes.ReachedShape,
    )
    def get(self, request: Any, code: str) -> Response:
        self.seen_partner(code, also=request.user.has_perm(permissions.PROPOSE_AWARD))
        found = api.tier_reached(code, **self.asked, at=clock.now())
        told = {
            "worth": found.worth,
            "tier": None if found.tier is None else found.tier.code,
            "uncounted": found.uncounted,
        }
        return Response(shapes.ReachedShape(told).data)


class OneAward(_AwardView):
    """One award: whoever has its key may look, as on its page."""

    permission_classes: ClassVar[Any] = (AllowAny,)

    @described(operation_id="get_award", responses=shapes.AwardShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return self.shown(self.seen(uuid))


class ConfirmAward(_AwardView):
    """Grant an award."""

    @described(
        operation_id="confirm_award",
        description=f"{_SECOND} `confirm_recognitionaward`, who does not act for the partner.",
        request=NothingBody,
        responses=shapes.AwardShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        found = self.seen(uuid)
        self.require(allowed=permissions.may_confirm_award(request.user, found.partner))
        self.body(NothingBody)
        return self.shown(api.confirm_award(uuid, by=self.user_id, at=clock.now()))


class RefuseAward(_AwardView):
    """Do not grant an award."""

    @described(
        operation_id="refuse_award",
        description="With the permission `confirm_recognitionaward`.",
        request=ReasonBody,
        responses=shapes.AwardShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.seen(uuid)
        self.require(allowed=request.user.has_perm(permissions.CONFIRM_AWARD))
        because = self.body(ReasonBody)["reason"]
        api.refuse_award(uuid, because=because, by=self.user_id, at=clock.now())
        return self.shown(api.award(uuid, at=clock.now()))


class RevokeAward(_AwardView):
    """Take an award back: it is shown no more, and its badge verifies no more."""

    @described(
        operation_id="revoke_award",
        description="With the permission `revoke_recognitionaward`.",
        request=ReasonBody,
        responses=shapes.AwardShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.seen(uuid)
        self.require(allowed=request.user.has_perm(permissions.REVOKE_AWARD))
        reason = self.body(ReasonBody)["reason"]
        return self.shown(api.revoke_award(uuid, reason=reason, by=self.user_id, at=clock.now()))
