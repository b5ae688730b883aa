"""A learner's answer to an invitation, and the seats that institutions gave them.

Looking changes nothing: programs that look at mails follow links.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiExample
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described
from fee_payments import api
from fee_payments.rest import shapes
from fee_payments.rest.shapes_pools import OwnSeatShape, SeatInvitationShape, SharesBody
from fee_payments.rest.views import FeeView

_CONSENT = OpenApiExample("with consent", {"shares": True}, request_only=True)


class Invitation(FeeView):
    """What an invitation offers."""

    @described(operation_id="look_at_invitation", responses=SeatInvitationShape)
    @sensitive_variables("token")
    def get(self, request: Any, token: str) -> Response:
        found = api.look_at_invitation(token, at=clock.now())
        return Response(SeatInvitationShape(found).data)


class Accepting(FeeView):
    """Take the seat of an invitation; the same person again gets the first answer."""

    @described(
        operation_id="accept_invitation",
        request=SharesBody,
        responses={200: OwnSeatShape, 429: None},
        examples=[_CONSENT],
    )
    @sensitive_variables("token")
    def post(self, request: Any, token: str) -> Response:
        given = self.body(SharesBody)
        learner = api.learner_for(self.user_id)
        seat = api.accept_seat(token, learner, shares=given["shares"], at=clock.now())
        return Response(OwnSeatShape(seat).data)


class Declining(FeeView):
    """Say that an invitation is not wanted: the seat is free for somebody else."""

    @described(operation_id="decline_invitation", request=shapes.NothingBody, responses={204: None})
    @sensitive_variables("token")
    def post(self, request: Any, token: str) -> Response:
        self.body(shapes.NothingBody)
        api.decline_seat(token, user_id=self.user_id, at=clock.now())
        return Response(status=204)


class OwnSeats(FeeView):
    """The seats that institutions gave the caller, the newest first."""

    @described(operation_id="list_own_seats", responses=OwnSeatShape(many=True))
    def get(self, request: Any) -> Response:
        found = api.given_seats(self.user_id)
        return self.part_of_all(found, OwnSeatShape, key=lambda one: one.seat_uuid)


class Sharing(FeeView):
    """Agree, or no longer, that the sponsor of a seat sees the caller's progress."""

    @described(
        operation_id="share_progress",
        request=SharesBody,
        responses=OwnSeatShape,
        examples=[_CONSENT],
    )
    def post(self, request: Any, seat: UUID) -> Response:
        given = self.body(SharesBody)
        api.share_progress(seat, user_id=self.user_id, shares=given["shares"], at=clock.now())
        found = [one for one in api.given_seats(self.user_id) if one.seat_uuid == seat]
        if not found:  # taken back at this moment
            raise Http404
        return Response(OwnSeatShape(found[0]).data)
