"""What is moved by hand: proposed by one person, decided by another."""

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

_SEEN = permitted_one(permissions.VIEW_ADJUSTMENTS, permissions.PROPOSE, permissions.DECIDE)


class Adjustments(BooksView):
    """Adjustments, the newest first, and the next one."""

    permission_classes = (_SEEN,)

    @described(
        operation_id="list_adjustments", query=shapes.StateQuery,
        responses=shapes.AdjustmentShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_adjustments(
            state=self.asked.get("state"), after=window.after, limit=window.one_more
        )
        return self.part(found, shapes.AdjustmentShape, key=lambda one: one.uuid, window=window)

    @described(
        operation_id="propose_adjustment",
        description="With the permission `propose_adjustment`. Nothing moves before somebody else "
        "has confirmed it.",
        is_keyed=True,
        request=shapes.AdjustmentBody,
        responses={201: shapes.AdjustmentShape},
    )
    def post(self, request: Any) -> Response:
        self.require(allowed=permissions.may(request.user, permissions.PROPOSE))
        given = self.body(shapes.AdjustmentBody)
        made = api.propose_adjustment(
            given["amounts"], reason=given["reason"], period=given["period"], by=self.user_id,
            at=clock.now(), key=self.key,
        )  # fmt: skip
        return Response(shapes.AdjustmentShape(api.adjustment(made)).data, status=201)


class OneAdjustment(BooksView):
    """What somebody asks to be moved, and what came of it."""

    permission_classes = (_SEEN,)

    @described(operation_id="get_adjustment", responses=shapes.AdjustmentShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return _told(uuid)


class ConfirmAdjustment(BooksView):
    """Move what somebody else has proposed."""

    permission_classes = (permitted(permissions.DECIDE),)

    @described(
        operation_id="confirm_adjustment", request=NothingBody, responses=shapes.AdjustmentShape
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(NothingBody)
        api.confirm_adjustment(uuid, by=self.user_id, at=clock.now())
        return _told(uuid)


class RefuseAdjustment(DecidedView):
    """Do not move it; who has proposed it takes it back like this."""

    permission_classes = (permitted_one(permissions.PROPOSE, permissions.DECIDE),)
    to_ask, to_decide = permissions.PROPOSE, permissions.DECIDE

    @described(
        operation_id="refuse_adjustment", request=ReasonBody, responses=shapes.AdjustmentShape
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.require_refusal(api.adjustment(uuid).asked_by)
        because = self.body(ReasonBody)["reason"]
        api.refuse_adjustment(uuid, because=because, by=self.user_id, at=clock.now())
        return _told(uuid)


def _told(uuid: UUID) -> Response:
    return Response(shapes.AdjustmentShape(api.adjustment(uuid)).data)
