"""What the books are told, row by row, for who keeps them elsewhere.

A cursor orders rows and not moments: who catches up walks all pages of a window (``since``), and
books each fact once by its uuid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.response import Response

from fairgate_rest.views import described, permitted
from fee_payments import api, permissions
from fee_payments.rest.shapes_operators import (
    DisputeShape,
    PaymentShape,
    RefundShape,
    ReturnedSeatShape,
    RowNumber,
    SinceQuery,
    Told,
    WaivedSeatShape,
)
from fee_payments.rest.views import FeeView


class Feed(FeeView):
    """The base of the feeds."""

    permission_classes = (permitted(permissions.SEE_PAYMENTS),)
    cursor = RowNumber

    def told(self, list_facts: Callable[..., Any], show: type) -> Response:
        """The answer with the facts that are asked for."""
        window = self.window()
        found = list_facts(after=window.after or 0, limit=window.one_more, **self.asked)
        facts = [Told(cursor, fact) for cursor, fact in found]
        return self.part(facts, show, key=lambda one: one.cursor, window=window)


class Payments(Feed):
    """Payments that arrived, line by line, once the provider has told its fee."""

    @described(operation_id="list_payments", query=SinceQuery, responses=PaymentShape(many=True))
    def get(self, request: Any) -> Response:
        return self.told(api.list_payments, PaymentShape)


class Refunds(Feed):
    """Refunds that were made, line by line."""

    @described(operation_id="list_refunds", query=SinceQuery, responses=RefundShape(many=True))
    def get(self, request: Any) -> Response:
        return self.told(api.list_refunds, RefundShape)


class WaivedSeats(Feed):
    """Waivers that opened a seat."""

    @described(
        operation_id="list_waived_seats", query=SinceQuery, responses=WaivedSeatShape(many=True)
    )
    def get(self, request: Any) -> Response:
        return self.told(api.list_waived_seats, WaivedSeatShape)


class ReturnedSeats(Feed):
    """Waived seats that were given back; who looks for news reads them all."""

    @described(operation_id="list_returned_seats", responses=ReturnedSeatShape(many=True))
    def get(self, request: Any) -> Response:
        return self.told(api.list_returned_seats, ReturnedSeatShape)


class Disputes(Feed):
    """Disputes that money moved for. A state changes: who looks for news asks ``since``."""

    @described(operation_id="list_disputes", query=SinceQuery, responses=DisputeShape(many=True))
    def get(self, request: Any) -> Response:
        return self.told(api.list_disputes, DisputeShape)
