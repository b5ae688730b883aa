"""Who acts for a partner, whom we write to, its due diligence and its names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.response import Response
from rest_framework.serializers import IntegerField

from fairgate import clock
from fairgate_rest.views import described
from partnerships import api, permissions
from partnerships.data import Contact, PartnerSummary
from partnerships.page_parts import is_cleared
from partnerships.rest import shapes_people as shapes
from partnerships.rest.shapes_place import NothingBody, PartnerShape, ReasonBody
from partnerships.rest.views_base import PartnersView

# --- Contacts -------------------------------------------------------------------------------------


class Contacts(PartnersView):
    """The people of a partner whom we write to, by role and name, and one more."""

    @described(operation_id="list_contacts", responses=shapes.ContactShape(many=True))
    def get(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        return self.part_of_all(api.contacts(code), shapes.ContactShape, key=lambda one: one.uuid)

    @described(
        operation_id="add_contact",
        description="With the permission `add_partnercontact`. The person in this role with this "
        "address is changed, if they are there. Nobody names themselves as a signatory.",
        request=shapes.ContactBody,
        responses={201: shapes.ContactShape},
        is_keyed=True,
    )
    def post(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        self.require(allowed=request.user.has_perm(permissions.ADD_CONTACT))
        given = self.body(shapes.ContactBody)
        added = api.add_contact(code, **given, by=self.user_id, at=clock.now(), key=self.key)
        return Response(shapes.ContactShape(api.contact(added)).data, status=201)

    def _require_seen(self, code: str) -> None:
        if not permissions.may_see_contacts(self.request.user, code):
            raise Http404
        api.partner(code)


class OneContact(PartnersView):
    """One person whom we write to; forgotten when they ask for it, or have left."""

    @described(operation_id="get_contact", responses=shapes.ContactShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return Response(shapes.ContactShape(self._seen(uuid)).data)

    @described(
        operation_id="remove_contact",
        description="With the permission `delete_partnercontact`. Nothing of them is kept.",
        responses={204: None},
    )
    def delete(self, request: Any, uuid: UUID) -> Response:
        self._seen(uuid)
        self.require(allowed=request.user.has_perm(permissions.REMOVE_CONTACT))
        api.remove_contact(uuid)
        return Response(status=204)

    def _seen(self, uuid: UUID) -> Contact:
        found = api.contact(uuid)
        if not permissions.may_see_contacts(self.request.user, found.partner):
            raise Http404
        return found


# --- People ---------------------------------------------------------------------------------------


class People(PartnersView):
    """The users who act for a partner, by number, and one more: colleagues alone."""

    cursor = IntegerField

    @described(operation_id="list_people", responses=shapes.PersonShape(many=True))
    def get(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        return self.part_of_all(api.people(code), shapes.PersonShape, key=lambda one: one.user_id)

    @described(
        operation_id="add_person",
        description="With the permission `add_partnerperson`. Said again, it is the same; with "
        "another role, the role is changed. Nobody names themselves as a signatory.",
        request=shapes.PersonBody,
        responses=shapes.PersonShape,
    )
    def put(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        self.require(allowed=request.user.has_perm(permissions.ADD_PERSON))
        given = self.body(shapes.PersonBody)
        user_id = int(given["username"].pk)
        api.add_person(
            user_id, partner_code=code, role=given["role"], by=self.user_id, at=clock.now()
        )
        added = next(one for one in api.people(code) if one.user_id == user_id)
        return Response(shapes.PersonShape(added).data)

    def _require_seen(self, code: str) -> None:
        is_colleague = permissions.may_see_people(self.request.user)
        self.seen_partner(code, also=is_colleague)
        self.require(allowed=is_colleague)


class OnePerson(PartnersView):
    """The right of a user to act for a partner."""

    @described(
        operation_id="remove_person",
        description="With the permission `delete_partnerperson`. It ends at once.",
        responses={204: None},
    )
    def delete(self, request: Any, code: str, user_id: int) -> Response:
        self.seen_partner(code, also=permissions.may_see_people(request.user))
        self.require(allowed=request.user.has_perm(permissions.REMOVE_PERSON))
        if not api.is_person_of(user_id, code):
            raise Http404
        api.remove_person(user_id, partner_code=code)
        return Response(status=204)


# --- Due diligence --------------------------------------------------------------------------------


class Clearance(PartnersView):
    """Whether a partner's due diligence holds, for its people and for colleagues."""

    @described(operation_id="get_clearance", responses=shapes.ClearanceShape)
    def get(self, request: Any, code: str) -> Response:
        found = self.seen_partner(code, also=permissions.may_see_due_diligence(request.user))
        return _clearance(found)


class DueDiligence(PartnersView):
    """What examinations of a partner found, the last one first, and the next one."""

    cursor = IntegerField

    @described(
        operation_id="list_due_diligence",
        description="Of colleagues alone (`view_duediligencecheck`): notes, and where papers are.",
        responses=shapes.DueDiligenceShape(many=True),
    )
    def get(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        found = api.due_diligence(code, at=clock.now())
        return self.part_of_all(found, shapes.DueDiligenceShape, key=lambda one: one.number)

    @described(
        operation_id="record_due_diligence",
        description="With the permission `add_duediligencecheck`. A refusal counts at once: what "
        "was shown is gone. That it is accepted, by nobody who acts for the partner, is a proposal "
        "(202) until a second person confirms it. Said again as it counts already, it is 201.",
        request=shapes.DueDiligenceBody,
        responses={201: shapes.DueDiligenceShape, 202: shapes.ProposedDiligenceShape},
        is_keyed=True,
    )
    def post(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        self.require(allowed=request.user.has_perm(permissions.RECORD_DUE_DILIGENCE))
        given, at = self.body(shapes.DueDiligenceBody), clock.now()
        by = request.user.get_username()
        said = api.record_due_diligence(code, **given, by=by, at=at, key=self.key)
        if isinstance(said, UUID):
            waits = api.proposed_diligence(said)
            return Response(shapes.ProposedDiligenceShape(waits).data, status=202)
        counts = api.outcome_of_due_diligence(said)
        return Response(shapes.DueDiligenceShape(counts).data, status=201)

    def _require_seen(self, code: str) -> None:
        is_colleague = permissions.may_see_due_diligence(self.request.user)
        self.seen_partner(code, also=is_colleague)
        self.require(allowed=is_colleague)


class WaitingDiligence(PartnersView):
    """The accepted due diligence of all partners that waits for a second person."""

    @described(
        operation_id="list_waiting_due_diligence",
        description="The oldest first. For who sees, records or confirms due diligence.",
        responses=shapes.ProposedDiligenceShape(many=True),
    )
    def get(self, request: Any) -> Response:
        self.require(allowed=permissions.may_see_due_diligence(request.user))
        found = api.list_proposed_diligence(at=clock.now())
        return self.part_of_all(found, shapes.ProposedDiligenceShape, key=lambda one: one.uuid)


class _Proposal(PartnersView):
    def permitted(self, uuid: UUID) -> str:
        """The partner that a proposal is about, for who may decide about it."""
        code = api.proposed_diligence(uuid).partner
        self.seen_partner(code, also=permissions.may_see_due_diligence(self.request.user))
        self.require(allowed=self.request.user.has_perm(permissions.CONFIRM_DUE_DILIGENCE))
        return code


class ConfirmDiligence(_Proposal):
    """Let an accepted due diligence count; what it kept from being shown is shown at once."""

    @described(
        operation_id="confirm_due_diligence",
        description="With the permission `confirm_duediligenceproposal`, not by who proposed it, "
        "and not by who acts for the partner.",
        request=NothingBody,
        responses=shapes.ClearanceShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        code = self.permitted(uuid)
        self.body(NothingBody)
        api.confirm_due_diligence(uuid, by=self.user_id, at=clock.now())
        return _clearance(api.partner(code, at=clock.now()))


class RefuseDiligence(_Proposal):
    """Do not let it count; what counted before still does."""

    @described(
        operation_id="refuse_due_diligence",
        description="With the permission `confirm_duediligenceproposal`; also by who proposed it.",
        request=ReasonBody,
        responses=shapes.ClearanceShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        code, because = self.permitted(uuid), self.body(ReasonBody)["reason"]
        api.refuse_due_diligence(uuid, because=because, by=self.user_id, at=clock.now())
        return _clearance(api.partner(code, at=clock.now()))


def _clearance(partner: PartnerSummary) -> Response:
    holds = is_cleared(partner, at=clock.now())
    told = {"holds": holds, "until": partner.cleared_until}
    return Response(shapes.ClearanceShape(told).data)


# --- Names ----------------------------------------------------------------------------------------


class WaitingChanges(PartnersView):
    """Other names, kinds and websites of all partners that wait for a second person."""

    @described(
        operation_id="list_waiting_partner_changes",
        description="The oldest first. For who sees or confirms changes of partners. A file "
        "proposes them; nothing of a partner whose agreement was submitted changes otherwise.",
        responses=shapes.PartnerChangeShape(many=True),
    )
    def get(self, request: Any) -> Response:
        self.require(allowed=permissions.may_see_changes(request.user))
        found = api.list_proposed_changes(at=clock.now())
        return self.part_of_all(found, shapes.PartnerChangeShape, key=lambda one: one.uuid)


class _Change(PartnersView):
    def permitted(self, uuid: UUID) -> str:
        """The partner that a change is about, for who may decide about it."""
        code = api.proposed_change(uuid).partner
        self.seen_partner(code, also=permissions.may_see_changes(self.request.user))
        self.require(allowed=self.request.user.has_perm(permissions.CONFIRM_CHANGE))
        return code


class ConfirmChange(_Change):
    """Let a partner be called otherwise, on every page at once; what was signed stays as it is."""

    @described(
        operation_id="confirm_partner_change",
        description="With the permission `confirm_partnerchange`, not by who proposed it, and not "
        "by who acts for the partner.",
        request=NothingBody,
        responses=PartnerShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        code = self.permitted(uuid)
        self.body(NothingBody)
        api.confirm_partner_change(uuid, by=self.user_id, at=clock.now())
        return Response(PartnerShape(api.partner(code, at=clock.now())).data)


class RefuseChange(_Change):
    """Leave a partner called as it is."""

    @described(
        operation_id="refuse_partner_change",
        description="With the permission `confirm_partnerchange`, also by who proposed it, and not "
        "by who acts for the partner.",
        request=ReasonBody,
        responses=PartnerShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        code, because = self.permitted(uuid), self.body(ReasonBody)["reason"]
        api.refuse_partner_change(uuid, because=because, by=self.user_id, at=clock.now())
        return Response(PartnerShape(api.partner(code, at=clock.now())).data)
