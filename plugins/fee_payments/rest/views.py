"""The learner's views of what is sold: parse, ask or tell the app's door, answer.

Whose is what is asked about is the caller: nothing of a request names another person. What does not
concern a person is not there for them (404).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.views.decorators.debug import sensitive_variables
from rest_framework.response import Response
from rest_framework.serializers import CharField

from fairgate import clock
from fairgate_rest.cursors import CursorView
from fairgate_rest.views import described
from fee_payments import api
from fee_payments.data import EntitlementSummary, Learner, OfferingSummary, WantedLine
from fee_payments.exceptions import TooManyTries
from fee_payments.rest import shapes
from fee_payments.rest.faults import STATUSES, WORDS


class FeeView(CursorView):
    """The base of the views here."""

    statuses = STATUSES
    words = WORDS

    @property
    def user_id(self) -> int:
        """Whose request it is."""
        return int(self.request.user.pk)

    def learner(self) -> Learner:
        """Who asks, as far as a price depends on it."""
        return api.learner_for(self.user_id, request=self.request)

    def handle_exception(self, exc: Exception) -> Response:
        """Say when to come back, too."""
        answer: Response = super().handle_exception(exc)
        if isinstance(exc, TooManyTries):
            wait = (exc.until - clock.now()).total_seconds()
            answer["Retry-After"] = str(max(1, int(wait)))
        return answer


class Offerings(FeeView):
    """What is sold of a course run, by code."""

    cursor = CharField

    @described(
        operation_id="list_offerings", query=shapes.CourseQuery,
        responses=shapes.OfferingShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        at = clock.now()
        found = sorted(api.list_offerings(self.asked["course"]), key=lambda one: one.code)
        offered = [_offered(one, at) for one in found]
        return self.part_of_all(offered, shapes.OfferingShape, key=lambda one: one.offering.code)


class OneOffering(FeeView):
    """One thing that is sold."""

    @described(operation_id="get_offering", responses=shapes.OfferingShape)
    def get(self, request: Any, code: str) -> Response:
        found = _offered(api.offering(code), clock.now())
        return Response(shapes.OfferingShape(found).data)


def _offered(offering: OfferingSummary, at: datetime) -> shapes.Offered:
    day = clock.utc_day(at)
    prices = tuple(price for price in offering.prices if price.holds(day))
    policy = api.refund_policy_of(offering)
    return shapes.Offered(offering, offering.is_on_sale(day), prices, policy)


class OwnQuote(FeeView):
    """What the caller pays for one offering now, and why."""

    @described(operation_id="quote", query=shapes.OneQuoteQuery, responses=shapes.QuoteShape)
    def get(self, request: Any, code: str) -> Response:
        offer = api.quote(self.learner(), code, at=clock.now(), **self.asked)
        return Response(shapes.QuoteShape(offer).data)


class OwnQuotes(FeeView):
    """What the caller pays for several offerings together; nothing is kept or ordered."""

    @described(
        operation_id="quote_several", request=shapes.QuotesBody, responses=shapes.QuotesShape
    )
    def post(self, request: Any) -> Response:
        given = self.body(shapes.QuotesBody)
        wanted = [
            WantedLine(offering_code=line["offering"], session=line["session"])
            for line in given.pop("lines")
        ]
        found = api.quote_lines(self.learner(), wanted, at=clock.now(), **given)
        return Response(shapes.QuotesShape(found).data)


class OwnRoomPlace(FeeView):
    """The caller's place in the line for a full room; 404 when they do not wait."""

    @described(operation_id="room_place", query=shapes.RoomQuery, responses=shapes.RoomPlaceShape)
    def get(self, request: Any, code: str) -> Response:
        found = api.room_place(self.user_id, code, session=self.asked["session"])
        if found is None:
            raise Http404
        return Response(shapes.RoomPlaceShape(found).data)

    @described(
        operation_id="join_room",
        description="Asked again, nothing changes.",
        query=shapes.RoomQuery,
        request=shapes.NothingBody,
        responses={201: shapes.RoomPlaceShape},
    )
    def post(self, request: Any, code: str) -> Response:
        self.body(shapes.NothingBody)
        session = self.asked["session"]
        found = api.join_room(self.learner(), code, session=session, at=clock.now())
        return Response(shapes.RoomPlaceShape(found).data, status=201)

    @described(operation_id="leave_room", query=shapes.RoomQuery, responses={204: None})
    def delete(self, request: Any, code: str) -> Response:
        api.leave_room(self.user_id, code, session=self.asked["session"], at=clock.now())
        return Response(status=204)


@dataclass(frozen=True, slots=True)
class HeldRight:
    """A right as it is at a moment."""

    right: EntitlementSummary
    is_live: bool


def held(rights: Iterable[EntitlementSummary], at: datetime) -> list[HeldRight]:
    """Rights as they are at a moment."""
    return [HeldRight(one, one.is_live(at)) for one in rights]


class OwnEntitlements(FeeView):
    """Every right that the caller has, or had."""

    @described(
        operation_id="list_own_entitlements", query=shapes.CourseIfAnyQuery,
        responses=shapes.EntitlementShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        found = held(api.list_entitlements(self.user_id, self.asked.get("course")), clock.now())
        return self.part_of_all(found, shapes.EntitlementShape, key=lambda one: one.right.uuid)


class OwnEntitlement(FeeView):
    """Whether the caller may enter what an offering opens, now."""

    @described(operation_id="has_entitlement", responses=shapes.EntitledShape)
    def get(self, request: Any, code: str) -> Response:
        entitled = api.has_entitlement(self.user_id, code, at=clock.now())
        return Response(shapes.EntitledShape({"offering": code, "entitled": entitled}).data)


class Redemption(FeeView):
    """Take the seat of a code that somebody else has paid; tries that open nothing are counted."""

    @described(
        operation_id="redeem_seat_code", request=shapes.RedeemBody,
        responses={200: shapes.GivenSeatShape, 429: None},
    )  # fmt: skip
    @sensitive_variables("given")
    def post(self, request: Any) -> Response:
        given = self.body(shapes.RedeemBody)
        learner = api.learner_for(self.user_id)
        seat = api.redeem_seat_code(learner, given["offering"], given["code"], at=clock.now())
        return Response(shapes.GivenSeatShape(seat).data)
