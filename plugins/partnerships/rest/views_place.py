"""Partners, agreements and promises: who may see them, and what is recorded of them.

What somebody may not see is not there for them (404); what they see and may not do is told (403).
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.serializers import CharField

from fairgate import clock
from fairgate_rest.uploads import AsItIs, TakesFile
from fairgate_rest.views import described
from partnerships import api, conf, permissions
from partnerships.data import VersionSummary
from partnerships.exceptions import UnknownRecord
from partnerships.page_parts import EVIDENCE_TYPES, to_keep
from partnerships.rest import shapes_place as shapes
from partnerships.rest.views_base import PartnersView, shown_version

# --- Partners -------------------------------------------------------------------------------------


class Partners(PartnersView):
    """The partners whose mark shows somewhere now."""

    permission_classes: ClassVar[Any] = (AllowAny,)
    cursor = CharField

    @described(
        operation_id="list_partners",
        description="By code. Of others nobody is told here that there are talks with them.",
        responses=shapes.PartnerShape(many=True),
    )
    def get(self, request: Any) -> Response:
        found = sorted(_shown_partners(), key=lambda one: one.code)
        return self.part_of_all(found, shapes.PartnerShape, key=lambda one: one.code)


class OnePartner(PartnersView):
    """A partner: one that is shown now, or the caller's own."""

    permission_classes: ClassVar[Any] = (AllowAny,)

    @described(operation_id="get_partner", responses=shapes.PartnerShape)
    def get(self, request: Any, code: str) -> Response:
        is_own = permissions.may_see_partner(request.user, code)
        if not is_own and code not in {one.code for one in _shown_partners()}:
            raise Http404
        return Response(shapes.PartnerShape(api.partner(code, at=clock.now())).data)


def _shown_partners() -> list[Any]:
    shown = {one.mark.partner for one in api.placements(at=clock.now())}
    return [one for one in api.list_partners() if one.code in shown]


# --- Agreements -----------------------------------------------------------------------------------


class Agreements(PartnersView):
    """Versions of agreements: of the caller's partners, or of all with ``view_agreement``."""

    @described(
        operation_id="list_agreements",
        description="By agreement and number, as they stand now.",
        query=shapes.PartnerQuery,
        responses=shapes.VersionShape(many=True),
    )
    def get(self, request: Any) -> Response:
        found = [shown_version(one) for one in self._versions(self.asked.get("partner"))]
        return self.part_of_all(found, shapes.VersionShape, key=lambda one: one["uuid"])

    def _versions(self, partner: str | None) -> list[VersionSummary]:
        user, at = self.request.user, clock.now()
        if partner is not None:
            if not permissions.may_see_partner(user, partner):
                raise Http404
            return list(api.list_versions(at=at, partner_code=partner))
        if user.has_perm(permissions.SEE_EVERY_AGREEMENT):
            return list(api.list_versions(at=at))
        codes = api.partners_of(self.user_id)
        return [one for code in codes for one in api.list_versions(at=at, partner_code=code)]


class OneAgreement(PartnersView):
    """One version, with the agreed text."""

    @described(operation_id="get_agreement", responses=shapes.WholeVersionShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return Response(shapes.WholeVersionShape(shown_version(self.seen_version(uuid))).data)


class Promises(PartnersView):
    """What was promised in a version, and every record of it."""

    @described(
        operation_id="get_promises",
        description="Of a signed agreement of another partner, who gives something under it sees "
        "that, and nothing else.",
        responses=shapes.PromisesShape,
    )
    def get(self, request: Any, uuid: UUID) -> Response:
        _version, promises = self.seen_promises(uuid)
        return Response(shapes.PromisesShape(promises).data)


class Consent(PartnersView):
    """The signature of the caller for their partner, under the text that they have read."""

    @described(
        operation_id="consent",
        description="Of the partner's signatories alone. 409: the text is another one by now, is "
        "not approved, or is signed.",
        request=shapes.ConsentBody,
        responses=shapes.VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        found = self.known_version(uuid)
        self.require(allowed=permissions.may_consent(request.user, found.partner))
        seen = self.body(shapes.ConsentBody)["checksum"]
        told = api.consent(uuid, user_id=self.user_id, checksum=seen, at=clock.now())
        return Response(shapes.VersionShape(shown_version(told)).data)


class Sign(PartnersView):
    """A signature on paper, which a colleague has."""

    @described(
        operation_id="sign",
        description="With the permission `sign_agreementversion`, and for one side alone: another "
        "colleague records the other signature.",
        request=shapes.SignBody,
        responses=shapes.VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.known_version(uuid)
        self.require(allowed=request.user.has_perm(permissions.SIGN))
        given = self.body(shapes.SignBody)
        told = api.sign(
            uuid,
            side=given["side"],
            by=given["signed_by"],
            recorded_by=request.user.get_username(),
            at=clock.now(),
        )
        return Response(shapes.VersionShape(shown_version(told)).data)


class _Suspension(PartnersView):
    """Taking the agreement of a version out of force, or putting it back."""

    permission: ClassVar[str]

    def permitted(self, uuid: UUID) -> str:
        """The agreement of a version, for who may take this step with it."""
        found = self.known_version(uuid)
        self.require(allowed=self.request.user.has_perm(self.permission))
        return found.agreement

    def told(self, uuid: UUID) -> Response:
        """The version as it stands afterwards."""
        return Response(shapes.VersionShape(shown_version(api.version(uuid, at=clock.now()))).data)


class Suspend(_Suspension):
    """Out of force: every mark, term and promotion of the agreement, from now on."""

    permission = permissions.SUSPEND

    @described(
        operation_id="suspend",
        description="All versions of the agreement. With the permission `suspend_agreement`.",
        request=shapes.ReasonBody,
        responses=shapes.VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        agreement, reason = self.permitted(uuid), self.body(shapes.ReasonBody)["reason"]
        api.suspend(agreement, by=request.user.get_username(), reason=reason, at=clock.now())
        return self.told(uuid)


class Resume(_Suspension):
    """Asking that it is put back; it stays suspended until a second person confirms."""

    permission = permissions.SUSPEND

    @described(
        operation_id="ask_resume",
        description="With the permission `suspend_agreement`, not by who acts for the partner.",
        request=shapes.ReasonBody,
        responses=shapes.VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        agreement, reason = self.permitted(uuid), self.body(shapes.ReasonBody)["reason"]
        api.ask_resume(agreement, by=self.user_id, reason=reason, at=clock.now())
        return self.told(uuid)


class ConfirmResume(_Suspension):
    """Back in force, as far as nothing else is in the way."""

    permission = permissions.CONFIRM_RESUME

    @described(
        operation_id="confirm_resume",
        description="With the permission `confirm_resumerequest`, not by who asked for it, and not "
        "by who acts for the partner.",
        request=shapes.NothingBody,
        responses=shapes.VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        agreement = self.permitted(uuid)
        self.body(shapes.NothingBody)
        api.confirm_resume(agreement, by=self.user_id, at=clock.now())
        return self.told(uuid)


class RefuseResume(_Suspension):
    """Leaving it suspended that was asked to resume."""

    permission = permissions.CONFIRM_RESUME

    @described(
        operation_id="refuse_resume",
        description="With the permission `confirm_resumerequest`.",
        request=shapes.ReasonBody,
        responses=shapes.VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        agreement, because = self.permitted(uuid), self.body(shapes.ReasonBody)["reason"]
        api.refuse_resume(agreement, by=self.user_id, because=because, at=clock.now())
        return self.told(uuid)


# --- Records --------------------------------------------------------------------------------------


class WithEvidence(TakesFile, PartnersView):
    """The base of what records something with a file."""

    def limit(self) -> int:
        return conf.evidence_max_bytes()

    def sender(self, given: dict[str, Any]) -> dict[str, Any]:
        """What every record says."""
        file = given["file"]
        return {
            "evidence": given["evidence"],
            "file": None if file is None else file.read(),
            "replaces": given["replaces"],
            "by": self.user_id,
            "at": clock.now(),
            "key": self.key,
        }


class Fulfilments(WithEvidence):
    """An obligation that was met on one of its dates."""

    @described(
        operation_id="record_fulfilment",
        description="A form. A correction names the record that it `replaces`, and may say that it "
        "was not met (`is_met`). Officers and signatories record what the partner owes; with the "
        "permission `record_fulfilment` what either side does.",
        request={"multipart/form-data": shapes.FulfilmentForm},
        responses={201: shapes.RecordShape, 413: None},
        is_keyed=True,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        found = self.known_version(uuid)
        given = self.form(shapes.FulfilmentForm)
        sides = {
            one.obligation.code: one.obligation.side
            for one in api.promises(uuid, at=clock.now()).obligations
        }
        side = _of(sides, given["code"])
        self.require(
            allowed=permissions.may_record_fulfilment(request.user, found.partner, side=side)
        )
        record = api.record_fulfilment(
            uuid,
            given["code"],
            due=given["due"],
            fulfilled_on=given["fulfilled_on"],
            is_met=given["is_met"],
            **self.sender(given),
        )
        return _recorded(record)


class Deliveries(WithEvidence):
    """Something of a contribution that was given."""

    @described(
        operation_id="record_delivery",
        description="A form. It counts once a second person has accepted it. A correction names "
        "the accepted delivery that it `replaces`. Who gives something under an agreement of "
        "another partner records it as well.",
        request={"multipart/form-data": shapes.DeliveryForm},
        responses={201: shapes.RecordShape, 413: None},
        is_keyed=True,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        found, promises = self.seen_promises(uuid)
        given = self.form(shapes.DeliveryForm)
        parties = {one.contribution.code: one.contribution.party for one in promises.contributions}
        party = _of(parties, given["code"])
        self.require(
            allowed=permissions.may_record_delivery(request.user, found.partner, party=party)
        )
        record = api.record_delivery(
            uuid,
            given["code"],
            amount=given["amount"],
            delivered_on=given["delivered_on"],
            **self.sender(given),
        )
        return _recorded(record)


class Actuals(PartnersView):
    """A value of an expected outcome."""

    @described(
        operation_id="record_actual",
        request=shapes.ActualBody,
        responses={201: shapes.RecordShape},
        is_keyed=True,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        found = self.known_version(uuid)
        self.require(allowed=permissions.may_record_actual(request.user, found.partner))
        given = self.body(shapes.ActualBody)
        code = given.pop("code")
        record = api.record_actual(
            uuid, code, by=self.user_id, at=clock.now(), key=self.key, **given
        )
        return _recorded(record)


class AcceptDelivery(PartnersView):
    """Let a delivery count."""

    @described(
        operation_id="accept_delivery",
        description="With the permission `accept_delivery`, not by who recorded it, and not by who "
        "acts for the partner.",
        request=shapes.NothingBody,
        responses=shapes.PromisesShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        version = self.known_version(api.version_of_delivery(uuid))
        self.require(allowed=permissions.may_accept_delivery(request.user, version.partner))
        self.body(shapes.NothingBody)
        api.accept_delivery(uuid, by=self.user_id, at=clock.now())
        return Response(shapes.PromisesShape(api.promises(version.uuid, at=clock.now())).data)


class RefuseDelivery(PartnersView):
    """Let a delivery not count; who has recorded it takes it back."""

    @described(
        operation_id="refuse_delivery",
        description="With the permission `accept_delivery`, not by who acts for the partner; or by "
        "who recorded it.",
        request=shapes.ReasonBody,
        responses=shapes.PromisesShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        key = api.version_of_delivery(uuid)
        self.require(allowed=self._may_refuse(key, uuid))
        because = self.body(shapes.ReasonBody)["reason"]
        api.refuse_delivery(uuid, because=because, by=self.user_id, at=clock.now())
        return Response(shapes.PromisesShape(self.seen_promises(key)[1]).data)

    def _may_refuse(self, key: UUID, delivery: UUID) -> bool:
        """Whether the caller decides about a delivery that they see, or has recorded it."""
        version, promises = self.seen_promises(key)
        for one in promises.contributions:
            if (found := one.delivery(delivery)) is not None:
                break
        else:
            raise Http404
        user, party = self.request.user, one.contribution.party
        if permissions.may_accept_delivery(user, version.partner):
            return True
        may_record = permissions.may_record_delivery(user, version.partner, party=party)
        return may_record and found.recorded_by == self.user_id


class Evidence(PartnersView):
    """A file that proves something."""

    content_negotiation_class = AsItIs

    @described(
        operation_id="read_evidence",
        responses={(200, kind): OpenApiTypes.BINARY for kind in EVIDENCE_TYPES},
    )
    def get(self, request: Any, uuid: UUID) -> HttpResponse:
        found = api.evidence_file(uuid)
        if not permissions.may_see_evidence(request.user, found):
            raise Http404
        return to_keep(found.content, found.content_type, f"evidence-{uuid}")


def _of(known: dict[str, str], code: str) -> str:
    if code not in known:
        raise UnknownRecord("This version promises no “%(code)s”.", code=code)
    return known[code]


def _recorded(record: UUID) -> Response:
    return Response(shapes.RecordShape({"record": record}).data, status=201)
