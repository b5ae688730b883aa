"""What operators may do: each view takes a permission of its own, as in the admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted
from fee_payments import api, permissions
from fee_payments.data import OrderSearch, SeatCodeState, SeatCodeSummary
from fee_payments.rest import shapes, shapes_operators
from fee_payments.rest.views import FeeView, held


class TwoPermissions(FeeView):
    """The base of what takes another permission to write than to read."""

    to_read: ClassVar[str]
    to_write: ClassVar[str]

    def get_permissions(self) -> list[Any]:
        is_reading = self.request.method in SAFE_METHODS
        return [permitted(self.to_read if is_reading else self.to_write)()]


class Orders(FeeView):
    """Orders by what an operator knows of them, the newest first."""

    permission_classes = (permitted(permissions.SEE_ORDERS),)

    @described(
        operation_id="search_orders", query=shapes_operators.OrdersQuery,
        responses=shapes_operators.FoundOrderShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        at, window, asked = clock.now(), self.window(), dict(self.asked)
        wanted = OrderSearch(
            offering_code=asked.pop("offering", None), course_key=asked.pop("course", None), **asked
        )
        found = api.search_orders(wanted, after=window.after, limit=window.one_more)
        return self.part(
            [shapes.ShownOrder(one, at) for one in found], shapes_operators.FoundOrderShape,
            key=lambda one: one.order.uuid, window=window,
        )  # fmt: skip


class OneOrder(FeeView):
    """An order with its payments, refunds and what became of the provider's events."""

    permission_classes = (permitted(permissions.SEE_ORDERS),)

    @described(operation_id="inspect_order", responses=shapes_operators.InspectedOrderShape)
    def get(self, request: Any, order: UUID) -> Response:
        found = api.order(order)
        may_see = self.request.user.has_perm
        sees_money, sees_events = map(may_see, (permissions.SEE_PAYMENTS, permissions.SEE_EVENTS))
        inspected = shapes_operators.Inspected(
            found,
            clock.now(),
            payments=api.list_payment_attempts(order) if sees_money else None,
            refunds=api.list_refund_attempts(order) if sees_money else None,
            events=api.list_event_notes(order) if sees_events else None,
        )
        return Response(shapes_operators.InspectedOrderShape(inspected).data)


class Refunding(FeeView):
    """Give money back: all that is left of an order, some lines, or a part of a line."""

    permission_classes = (permitted(permissions.REFUND),)

    @described(
        operation_id="refund", is_keyed=True, request=shapes_operators.RefundBody,
        responses={201: shapes_operators.RefundReceiptShape, 503: None},
    )  # fmt: skip
    def post(self, request: Any, order: UUID) -> Response:
        given = self.body(shapes_operators.RefundBody)
        parts = {part["line"]: part["amount"] for part in given.get("parts", ())}
        receipt = api.refund(
            order, given.get("amount"), parts=parts or None, key=self.key, reason=given["reason"],
            by=self.user_id, at=clock.now(), seen_left=given.get("left"),
        )  # fmt: skip
        return Response(shapes_operators.RefundReceiptShape(receipt).data, status=201)


class Rights(TwoPermissions):
    """Every right that a person has, or had; one more, by hand, for who may give access."""

    to_read, to_write = permissions.SEE_RIGHTS, permissions.GIVE_ACCESS

    @described(
        operation_id="list_entitlements", query=shapes_operators.RightsQuery,
        responses=shapes_operators.HeldRightShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        rights = api.list_entitlements(self.asked["user_id"], self.asked.get("course"))
        shape = shapes_operators.HeldRightShape
        return self.part_of_all(held(rights, clock.now()), shape, key=lambda one: one.right.uuid)

    @described(
        operation_id="give_access", is_keyed=True, request=shapes_operators.AccessBody,
        responses={201: shapes_operators.HeldRightShape},
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        given, at = self.body(shapes_operators.AccessBody), clock.now()
        user_id, offering = given.pop("user_id"), given.pop("offering")
        right = api.give_access(user_id, offering, key=self.key, by=self.user_id, at=at, **given)
        (shown,) = held([right], at)
        return Response(shapes_operators.HeldRightShape(shown).data, status=201)


class EndingAccess(FeeView):
    """End a right that was given by hand."""

    permission_classes = (permitted(permissions.GIVE_ACCESS),)

    @described(
        operation_id="end_access", request=shapes_operators.EndBody,
        responses=shapes_operators.HeldRightShape,
    )  # fmt: skip
    def post(self, request: Any, right: UUID) -> Response:
        given, at = self.body(shapes_operators.EndBody), clock.now()
        ended = api.end_access(right, reason=given["reason"], by=self.user_id, at=at)
        (shown,) = held([ended], at)
        return Response(shapes_operators.HeldRightShape(shown).data)


class GivingAgain(FeeView):
    """Give again what a won dispute could not, where nothing stands in the way any more."""

    permission_classes = (permitted(permissions.GIVE_ACCESS),)

    @described(
        operation_id="give_access_again", request=shapes.NothingBody,
        responses=shapes_operators.AccessAgainShape,
    )  # fmt: skip
    def post(self, request: Any, order: UUID) -> Response:
        self.body(shapes.NothingBody)
        at = clock.now()
        answer = api.give_access_again(order, by=self.user_id, at=at)
        again = shapes_operators.Again(answer.order, at, obstacles=answer.obstacles)
        return Response(shapes_operators.AccessAgainShape(again).data)


@dataclass(frozen=True, slots=True)
class _Code:
    code: SeatCodeSummary
    state: SeatCodeState


class SeatCodes(TwoPermissions):
    """Seat codes as they were issued, without the codes; more of them, for who may issue."""

    to_read, to_write = permissions.SEE_SEAT_CODES, permissions.ISSUE_SEAT_CODES

    @described(
        operation_id="list_seat_codes", query=shapes_operators.SeatCodesQuery,
        responses=shapes_operators.SeatCodeShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        at, window = clock.now(), self.window()
        found = api.list_seat_codes(
            self.asked.get("offering"), batch=self.asked.get("batch"), after=window.after,
            limit=window.one_more,
        )  # fmt: skip
        return self.part(
            [_Code(one, one.state(at)) for one in found], shapes_operators.SeatCodeShape,
            key=lambda one: one.code.uuid, window=window,
        )  # fmt: skip

    @described(
        operation_id="issue_seat_codes",
        description="The answer is the only place that ever has the codes: asked again with the "
        "same key, it is a 409, and nothing is issued.",
        is_keyed=True,
        request=shapes_operators.IssueBody,
        responses={201: shapes_operators.IssuedShape},
    )
    def post(self, request: Any) -> Response:
        given = self.body(shapes_operators.IssueBody)
        issued = api.issue_seat_codes(
            given.pop("offering"), key=self.key, by=self.user_id, at=clock.now(), **given
        )
        return Response(shapes_operators.IssuedShape(issued).data, status=201)


class Revocation(FeeView):
    """Take a seat code back; access that rests on it ends."""

    permission_classes = (permitted(permissions.REVOKE_SEAT_CODES),)

    @described(
        operation_id="revoke_seat_code", request=shapes_operators.RevokeBody,
        responses=shapes_operators.SeatCodeShape,
    )  # fmt: skip
    def post(self, request: Any, code: UUID) -> Response:
        given, at = self.body(shapes_operators.RevokeBody), clock.now()
        revoked = api.revoke_seat_code(code, by=self.user_id, because=given["because"], at=at)
        shown = _Code(revoked, revoked.state(at))
        return Response(shapes_operators.SeatCodeShape(shown).data)
