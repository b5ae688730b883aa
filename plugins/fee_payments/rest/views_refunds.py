"""Money asked back: what is offered, the learner's request, and what another person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted, permitted_one
from fee_payments import api, permissions
from fee_payments.data import RefundOffer
from fee_payments.rest import shapes, shapes_operators
from fee_payments.rest.views import FeeView
from fee_payments.rest.views_orders import OrderView


@dataclass(frozen=True, slots=True)
class _Offer:
    offer: RefundOffer

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [{"line": line, "amount": amount} for line, amount in self.offer.amounts.items()]


class Offer(OrderView):
    """What the refund policy gives the caller back of their order now."""

    @described(operation_id="refund_offer", responses={200: shapes.RefundOfferShape, 503: None})
    def get(self, request: Any, order: UUID) -> Response:
        found = api.refund_offer(order, self.user_id, clock.now())
        return Response(shapes.RefundOfferShape(_Offer(found)).data)


class OwnRequest(OrderView):
    """The caller's newest request about their order (404: none), and a new one."""

    @described(operation_id="get_refund_request", responses=shapes.RefundRequestShape)
    def get(self, request: Any, order: UUID) -> Response:
        found = api.refund_request(self.found(order).uuid)
        if found is None:
            raise Http404
        return Response(shapes.RefundRequestShape(found).data)

    @described(
        operation_id="ask_for_refund",
        description="Asked again while it waits, it is the same request.",
        request=shapes.AskRefundBody,
        responses={201: shapes.RefundRequestShape, 503: None},
    )
    def post(self, request: Any, order: UUID) -> Response:
        given = self.body(shapes.AskRefundBody)
        found = api.ask_for_refund(order, user_id=self.user_id, at=clock.now(), **given)
        return Response(shapes.RefundRequestShape(found).data, status=201)


class Requests(FeeView):
    """What learners ask back, the newest first."""

    permission_classes = (permitted_one(permissions.SEE_REFUND_REQUESTS, permissions.REFUND),)

    @described(
        operation_id="list_refund_requests", query=shapes_operators.RequestsQuery,
        responses=shapes.RefundRequestShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_refund_requests(
            is_open=self.asked.get("is_open"), after=window.after, limit=window.one_more
        )
        shape = shapes.RefundRequestShape
        return self.part(found, shape, key=lambda one: one.uuid, window=window)


class Granting(FeeView):
    """Give back what was asked for; granted again, it goes on with the same refund."""

    permission_classes = (permitted(permissions.REFUND),)

    @described(
        operation_id="grant_refund_request", request=shapes.NothingBody,
        responses={200: shapes_operators.RefundReceiptShape, 503: None},
    )  # fmt: skip
    def post(self, request: Any, asked: UUID) -> Response:
        self.body(shapes.NothingBody)
        receipt = api.grant_refund_request(asked, by=self.user_id, at=clock.now())
        return Response(shapes_operators.RefundReceiptShape(receipt).data)


class Refusing(FeeView):
    """Refuse a request, and say why."""

    permission_classes = (permitted(permissions.REFUND),)

    @described(
        operation_id="refuse_refund_request", request=shapes_operators.RefuseBody,
        responses=shapes.RefundRequestShape,
    )  # fmt: skip
    def post(self, request: Any, asked: UUID) -> Response:
        given = self.body(shapes_operators.RefuseBody)
        found = api.refuse_refund_request(
            asked, by=self.user_id, note=given["note"], at=clock.now()
        )
        return Response(shapes.RefundRequestShape(found).data)
