"""The learner's orders: what was ordered, what is ordered now, and the way to the payment page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.serializers import CharField

from fairgate import clock
from fairgate_rest.views import described
from fee_payments import api, compat
from fee_payments.data import NextStep, OrderSearch, OrderSummary
from fee_payments.exceptions import ProviderUnavailable
from fee_payments.rest import shapes
from fee_payments.rest.views import FeeView


class OrderView(FeeView):
    """The base of what is about an order of the caller."""

    def found(self, order: UUID) -> OrderSummary:
        """The caller's order.

        Raises:
            UnknownOrder: there is none, or it is somebody else's.
        """
        return api.order(order, user_id=self.user_id)

    def shown(self, order: OrderSummary, *, status: int = 200) -> Response:
        """The answer with an order as it stands now."""
        shown = shapes.ShownOrder(order, clock.now())
        return Response(shapes.OrderShape(shown).data, status=status)


class OwnOrders(OrderView):
    """The caller's orders, the newest first, and a new one."""

    @described(operation_id="list_own_orders", responses=shapes.OrderShape(many=True))
    def get(self, request: Any) -> Response:
        at, window = clock.now(), self.window()
        mine = OrderSearch(reader_id=self.user_id)
        found = api.search_orders(mine, after=window.after, limit=window.one_more)
        return self.part(
            [shapes.ShownOrder(one, at) for one in found], shapes.OrderShape,
            key=lambda one: one.order.uuid, window=window,
        )  # fmt: skip

    @described(
        operation_id="place_order",
        description="Prices and seats are kept for a while. An open order of the caller for the "
        "same at the same price is returned as it stands: nobody pays twice by asking twice.",
        is_keyed=True,
        request=shapes.OrderBody,
        responses={201: shapes.OrderShape},
    )
    def post(self, request: Any) -> Response:
        given = self.body(shapes.OrderBody)
        placed = api.place_order(
            self.learner(), codes(given["lines"]), key=self.key, expected=given["expected"],
            at=clock.now(), with_waiver=given["with_waiver"], quoted_country=given.get("country"),
            sessions=sessions(given["lines"]), accepts_terms=given["accepts_terms"],
        )  # fmt: skip
        return self.shown(placed, status=201)


class WaivedSeats(OrderView):
    """Seats that waivers open in full, without a payment."""

    @described(
        operation_id="take_waived_seat", is_keyed=True, request=shapes.SeatsBody,
        responses={201: shapes.OrderShape},
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        given = self.body(shapes.SeatsBody)
        taken = api.take_waived_seat(
            self.learner(), codes(given["lines"]), key=self.key, at=clock.now(),
            quoted_country=given.get("country"), sessions=sessions(given["lines"]),
            accepts_terms=given["accepts_terms"],
        )  # fmt: skip
        return self.shown(taken, status=201)


def codes(lines: Sequence[dict[str, Any]]) -> list[str]:
    """What is wanted, in turn."""
    return [line["offering"] for line in lines]


def sessions(lines: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Which sessions were chosen, by the code of the offering."""
    return {line["offering"]: line["session"] for line in lines if line["session"]}


class OneOrder(OrderView):
    """One order of the caller."""

    @described(operation_id="get_order", responses=shapes.OrderShape)
    def get(self, request: Any, order: UUID) -> Response:
        return self.shown(self.found(order))


@dataclass(frozen=True, slots=True)
class _Waiting:
    shown: shapes.ShownOrder
    course_url: str


class OrderStep(OrderView):
    """What the caller can do next about an order, for who waits for a payment."""

    @described(operation_id="next_step", responses=shapes.NextStepShape)
    def get(self, request: Any, order: UUID) -> Response:
        shown = shapes.ShownOrder(self.found(order), clock.now())
        # A bundle may be of no course run.
        courses = [line.course_key for line in shown.order.lines if line.course_key]
        may_enter = shown.next_step is NextStep.ENTER_COURSE and courses
        url = compat.course_url(courses[0]) if may_enter else ""
        return Response(shapes.NextStepShape(_Waiting(shown, url)).data)


class WaysToPay(OrderView):
    """The providers that can take the total of an order of the caller."""

    cursor = CharField

    @described(operation_id="list_providers", responses=shapes.WayToPayShape(many=True))
    def get(self, request: Any, order: UUID) -> Response:
        found = api.list_providers(self.found(order))
        return self.part_of_all(found, shapes.WayToPayShape, key=lambda one: one.name)


class Paying(OrderView):
    """Start the payment of an open order, or resume it."""

    @described(
        operation_id="start_payment",
        request=shapes.PayBody,
        responses={200: shapes.PaymentPageShape, 503: None},
    )
    def post(self, request: Any, order: UUID) -> Response:
        given = self.body(shapes.PayBody)
        url = api.start_payment(
            order,
            user_id=self.user_id,
            provider=given.get("provider") or self._only_way(order),
            return_url=self._return_url(order, given.get("return_url", "")),
            at=clock.now(),
        )
        return Response(shapes.PaymentPageShape({"url": url}).data)

    def _only_way(self, order: UUID) -> str:
        """The provider, where there is no choice.

        Raises:
            ProviderUnavailable: there is none; an operator has to act.
            rest_framework.exceptions.ValidationError: there are several.
        """
        ways = [way.name for way in api.list_providers(self.found(order))]
        if not ways:
            raise ProviderUnavailable(
                _("There is no way to pay this at the moment. Your order is kept.")
            )
        if len(ways) > 1:
            raise ValidationError({"provider": [f"Please choose one of: {', '.join(ways)}."]})
        return ways[0]

    def _return_url(self, order: UUID, given: str) -> str:
        """Where the payer comes back to: the page of the order, or an address that is ours (F25).

        Raises:
            rest_framework.exceptions.ValidationError: the address is somebody else's.
        """
        if not given:
            page = reverse("fee_payments:order", args=[order])
            return str(self.request.build_absolute_uri(page))
        hosts = {self.request.get_host(), *compat.own_hosts()}
        is_whole = given.startswith(("http://", "https://"))
        if not is_whole or not url_has_allowed_host_and_scheme(
            given, allowed_hosts=hosts, require_https=self.request.is_secure()
        ):
            said = "Please send a whole address of this site or of its micro-frontends."
            raise ValidationError({"return_url": [said]})
        return given
