"""What parties paid over: entered by one person, confirmed by another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted, permitted_one
from revenue_share import api, permissions
from revenue_share.rest import shapes_steps as shapes
from revenue_share.rest.shapes import NothingBody, ReasonBody
from revenue_share.rest.views_base import BooksView, DecidedView

_SEEN = permitted_one(
    permissions.VIEW_REMITTANCES, permissions.PROPOSE_REMITTANCE, permissions.CONFIRM_REMITTANCE
)


class Remittances(BooksView):
    """What parties paid over, the newest first, and the next one."""

    permission_classes = (_SEEN,)

    @described(
        operation_id="list_remittances", query=shapes.RemittancesQuery,
        responses=shapes.RemittanceShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_remittances(
            party=self.asked.get("party"), state=self.asked.get("state"), after=window.after,
            limit=window.one_more,
        )  # fmt: skip
        return self.part(found, shapes.RemittanceShape, key=lambda one: one.uuid, window=window)

    @described(
        operation_id="propose_remittance",
        description="With the permission `propose_remittance`. It counts once somebody else has "
        "confirmed it.",
        is_keyed=True,
        request=shapes.RemittanceBody,
        responses={201: shapes.RemittanceShape},
    )
    def post(self, request: Any) -> Response:
        self.require(allowed=permissions.may(request.user, permissions.PROPOSE_REMITTANCE))
        given = self.body(shapes.RemittanceBody)
        made = api.propose_remittance(
            given["party"], given["amount"], booked_on=given["booked_on"],
            reference=given["reference"], reason=given["reason"], by=self.user_id,
            at=clock.now(), key=self.key,
        )  # fmt: skip
        return Response(shapes.RemittanceShape(api.remittance(made)).data, status=201)


class OneRemittance(BooksView):
    """What a party paid over, and who says so."""

    permission_classes = (_SEEN,)

    @described(operation_id="get_remittance", responses=shapes.RemittanceShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return _told(uuid)


class ConfirmRemittance(BooksView):
    """Let it count, as the second person."""

    permission_classes = (permitted(permissions.CONFIRM_REMITTANCE),)

    @described(
        operation_id="confirm_remittance", request=NothingBody, responses=shapes.RemittanceShape
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(NothingBody)
        api.confirm_remittance(uuid, by=self.user_id, at=clock.now())
        return _told(uuid)


class RefuseRemittance(DecidedView):
    """Let it not count; who has entered it takes it back like this."""

    permission_classes = (
        permitted_one(permissions.PROPOSE_REMITTANCE, permissions.CONFIRM_REMITTANCE),
    )
    to_ask, to_decide = permissions.PROPOSE_REMITTANCE, permissions.CONFIRM_REMITTANCE

    @described(
        operation_id="refuse_remittance", request=ReasonBody, responses=shapes.RemittanceShape
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.require_refusal(api.remittance(uuid).asked_by)
        because = self.body(ReasonBody)["reason"]
        api.refuse_remittance(uuid, because=because, by=self.user_id, at=clock.now())
        return _told(uuid)


def _told(uuid: UUID) -> Response:
    return Response(shapes.RemittanceShape(api.remittance(uuid)).data)
