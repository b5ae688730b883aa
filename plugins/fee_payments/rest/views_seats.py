"""Seats of a pool, for who gives them: who has which, invitations, codes, and taking back.

To all others they are not there (404). A list of people is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiExample
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.bodies import SmallJson
from fairgate_rest.uploads import TakesFile
from fairgate_rest.views import described
from fee_payments import api
from fee_payments.data import AssignedSeats, Invitee
from fee_payments.rest import shapes
from fee_payments.rest.shapes_operators import IssuedShape
from fee_payments.rest.shapes_pools import (
    BecauseBody,
    InvitationsBody,
    InvitedShape,
    PoolCodesBody,
    ReassignBody,
    ResentShape,
    SeatShape,
    SeatsQuery,
)
from fee_payments.rest.views import FeeView
from fee_payments.services.seat_lists import MAX_BYTES


class SeatView(FeeView):
    """The base of what is about one seat."""

    def shown(self, seat: UUID) -> Response:
        """The answer with a seat as it is now."""
        found = api.one_seat(seat, by=self.user_id, at=clock.now())
        return Response(SeatShape(found).data)


class Seats(FeeView):
    """The seats of a pool, by number."""

    @described(operation_id="list_seats", query=SeatsQuery, responses=SeatShape(many=True))
    def get(self, request: Any, pool: UUID) -> Response:
        window = self.window()
        found = api.seats_after(
            pool, by=self.user_id, at=clock.now(), after=window.after, limit=window.one_more,
            **self.asked,
        )  # fmt: skip
        return self.part(found, SeatShape, key=lambda one: one.uuid, window=window)


class PoolInvitations(TakesFile, FeeView):
    """Invite people to seats of a pool: all of a list, or nobody."""

    parser_classes: ClassVar[Sequence[type]] = (SmallJson, MultiPartParser)

    def limit(self) -> int:
        return MAX_BYTES

    @described(
        operation_id="invite_people",
        description="JSON, or a form with a CSV file of at most 1 MB, as the page takes it. If a "
        "row is wrong nobody is invited, and the problem names the `rows`. Sent again, who is "
        "invited already is `known`, and not invited twice.",
        request={"application/json": InvitationsBody, "multipart/form-data": InvitationsBody},
        responses={200: InvitedShape, 413: None},
        examples=[
            OpenApiExample(
                "two people",
                {"people": [
                    {"address": "ada@posts.example", "name": "Ada"},
                    {"address": "grace@posts.example"},
                ]},
                request_only=True,
            )
        ],
    )  # fmt: skip
    def post(self, request: Any, pool: UUID) -> Response:
        at = clock.now()
        api.pool(pool, by=self.user_id, at=at)  # before a byte of the list is looked at
        given = self.form(InvitationsBody)
        people = _people(given)
        done = api.assign_seats(
            pool, people, by=self.user_id, at=at, anyone=given["anyone"],
            expires_at=given["expires_at"],
        )  # fmt: skip
        return Response(InvitedShape(_told(done, people)).data)


def _people(given: dict[str, Any]) -> Sequence[Invitee]:
    if "people" in given:
        return [
            Invitee(email=one["address"], name=one["name"], place=place)
            for place, one in enumerate(given["people"], start=1)
        ]
    return api.read_people(given["file"].read() if "file" in given else given["list"])


def _told(done: AssignedSeats, people: Sequence[Invitee]) -> dict[str, Any]:
    known = set(done.known_places)
    rows = [
        {"row": one.place, "outcome": "known" if one.place in known else "invited"}
        for one in people
    ]
    return {"invited": done.invited, "known": done.known, "rows": rows}


class PoolCodes(FeeView):
    """Codes that each take a seat of a pool."""

    @described(
        operation_id="make_pool_codes",
        description="The answer is the only place that ever has the codes: asked again with the "
        "same key, it is a 409, and nothing is issued.",
        is_keyed=True,
        request=PoolCodesBody,
        responses={201: IssuedShape},
        examples=[OpenApiExample("ten codes", {"count": 10}, request_only=True)],
    )
    @sensitive_variables("issued")
    def post(self, request: Any, pool: UUID) -> Response:
        given = self.body(PoolCodesBody)
        issued = api.issue_pool_codes(pool, by=self.user_id, key=self.key, at=clock.now(), **given)
        return Response(IssuedShape(issued).data, status=201)


class Releasing(SeatView):
    """Take back a seat that nobody has accepted; of a free one nothing happens."""

    @described(operation_id="release_seat", request=shapes.NothingBody, responses=SeatShape)
    def post(self, request: Any, seat: UUID) -> Response:
        self.body(shapes.NothingBody)
        api.release_seat(seat, by=self.user_id, at=clock.now())
        return self.shown(seat)


class Revoking(SeatView):
    """Take back a seat that was accepted: the access ends, and another seat takes its place."""

    @described(
        operation_id="revoke_seat",
        request=BecauseBody,
        responses=SeatShape,
        examples=[OpenApiExample("who left", {"because": "She left."}, request_only=True)],
    )
    def post(self, request: Any, seat: UUID) -> Response:
        given = self.body(BecauseBody)
        api.revoke_seat(seat, by=self.user_id, because=given["because"], at=clock.now())
        return self.shown(seat)


class Reassigning(SeatView):
    """Take a seat back and invite somebody else: both, or neither."""

    @described(
        operation_id="reassign_seat",
        request=ReassignBody,
        responses=SeatShape,
        examples=[
            OpenApiExample("to a colleague", {"address": "ada@posts.example"}, request_only=True)
        ],
    )
    def post(self, request: Any, seat: UUID) -> Response:
        given = self.body(ReassignBody)
        person = Invitee(email=given["address"], name=given["name"], place=1)
        api.reassign_seat(seat, person, by=self.user_id, because=given["because"], at=clock.now())
        return self.shown(seat)


class Resending(SeatView):
    """Send an invitation once more."""

    @described(operation_id="resend_invitation", request=shapes.NothingBody, responses=ResentShape)
    def post(self, request: Any, seat: UUID) -> Response:
        self.body(shapes.NothingBody)
        is_sent = api.remind_seat(seat, by=self.user_id, at=clock.now())
        return Response(ResentShape({"is_sent": is_sent}).data)
