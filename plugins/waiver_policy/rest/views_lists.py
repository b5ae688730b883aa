"""New editions of country lists, by two people, and dates that somebody confirms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from fairgate import clock
from fairgate.documents import MAX_BYTES, DocumentError, DocumentErrors, decode
from fairgate_rest.views import described, permitted, permitted_one
from waiver_policy import api
from waiver_policy.data import EditionFacts, EditionImpact, ProposalSummary
from waiver_policy.permissions import (
    APPLY_EDITION,
    CONFIRM_MEMBERSHIP,
    PROPOSE_EDITION,
    SEE_LISTS,
)
from waiver_policy.rest import shapes
from waiver_policy.rest.views import FormView, WaiverView

_READING = permitted_one("waiver_policy.view_editionproposal", PROPOSE_EDITION, APPLY_EDITION)


class Contested(WaiverView):
    """Rows whose end somebody has asked to move, and that nobody has confirmed."""

    permission_classes = (permitted_one(SEE_LISTS, CONFIRM_MEMBERSHIP),)

    @described(operation_id="list_contested", responses=shapes.MembershipShape(many=True))
    def get(self, request: Any) -> Response:
        return self.page(api.list_contested(known_at=clock.now()), shapes.MembershipShape)


class Confirmation(WaiverView):
    """Say that the end in force of a contested row stands."""

    permission_classes = (permitted(CONFIRM_MEMBERSHIP),)

    @described(
        operation_id="confirm_membership", request=shapes.ConfirmBody,
        responses=shapes.MembershipShape,
    )  # fmt: skip
    def post(self, request: Any, code: str, country: str) -> Response:
        given = self.body(shapes.ConfirmBody)
        by, at = request.user.get_username(), clock.now()
        found = api.confirm_membership(code, country, by=by, at=at, **given)
        return Response(shapes.MembershipShape(found).data)


class Proposals(FormView):
    """Proposed editions; one more, as a file, for who may propose it."""

    permission_classes = (_READING,)

    def limit(self) -> int:
        return MAX_BYTES

    @described(
        operation_id="list_proposals", query=shapes.ProposalsQuery,
        responses=shapes.ProposalShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        return self.page(api.list_proposals(self.asked.get("state")), shapes.ProposalShape)

    @described(
        operation_id="propose_edition", request=shapes.ProposeBody,
        responses={201: shapes.ProposalShape},
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        given = self.form(shapes.ProposeBody)
        upload, removals = given.pop("file"), given.pop("allow_removals")
        try:
            found = api.propose_edition(
                decode(upload.read(), file=upload.name), source=EditionFacts(**given),
                by=request.user.get_username(), at=clock.now(), file=upload.name,
                allow_removals=removals,
            )  # fmt: skip
        except DocumentErrors as error:
            raise ValidationError({"file": [str(fault) for fault in error.faults]}) from None
        except DocumentError as error:
            raise ValidationError({"file": [str(error)]}) from None
        return Response(shapes.ProposalShape(found).data, status=201)


@dataclass(frozen=True, slots=True)
class _Proposed:
    proposal: ProposalSummary
    impact: EditionImpact


class OneProposal(WaiverView):
    """A proposed edition with its differences, and whom it touches."""

    permission_classes = (_READING,)

    @described(
        operation_id="get_proposal", query=shapes.ImpactQuery, responses=shapes.ProposedShape
    )
    def get(self, request: Any, proposal: UUID) -> Response:
        found = _Proposed(
            api.get_proposal(proposal),
            api.edition_impact(proposal, at=clock.now(), days=self.asked["days"]),
        )
        return Response(shapes.ProposedShape(found).data)


class Applying(WaiverView):
    """Make the editions that somebody else has proposed."""

    permission_classes = (permitted(APPLY_EDITION),)

    @described(operation_id="apply_edition", request=shapes.NothingBody, responses=shapes.LoadShape)
    def post(self, request: Any, proposal: UUID) -> Response:
        self.body(shapes.NothingBody)
        done = api.apply_edition(proposal, by=request.user.get_username(), at=clock.now())
        return Response(shapes.LoadShape(done).data)


class Rejection(WaiverView):
    """Close a proposal without an edition; who proposed it takes it back."""

    permission_classes = (permitted_one(PROPOSE_EDITION, APPLY_EDITION),)

    @described(
        operation_id="reject_edition", request=shapes.RejectBody, responses=shapes.ProposalShape
    )
    def post(self, request: Any, proposal: UUID) -> Response:
        given = self.body(shapes.RejectBody)
        by, at = request.user.get_username(), clock.now()
        found = api.reject_edition(proposal, by=by, reason=given["reason"], at=at)
        return Response(shapes.ProposalShape(found).data)
