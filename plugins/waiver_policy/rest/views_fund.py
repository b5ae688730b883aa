"""The fund: what it has, how long that lasts, and credits that two people agree on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted, permitted_one
from waiver_policy import api
from waiver_policy.permissions import CONFIRM_CREDIT, PROPOSE_CREDIT
from waiver_policy.rest import shapes
from waiver_policy.rest.views import WaiverView


class Fund(WaiverView):
    """What the fund of a currency has."""

    permission_classes = (permitted("waiver_policy.view_waiverfund"),)

    @described(operation_id="fund_balance", responses=shapes.BalanceShape)
    def get(self, request: Any, currency: str) -> Response:
        return Response(shapes.BalanceShape(api.fund_balance(currency)).data)


class FundRunway(WaiverView):
    """How long the free money of a currency lasts at the pace of late."""

    permission_classes = (permitted("waiver_policy.view_waiverfund"),)

    @described(operation_id="fund_runway", query=shapes.RunwayQuery, responses=shapes.RunwayShape)
    def get(self, request: Any, currency: str) -> Response:
        found = api.runway(currency, at=clock.now(), months=self.asked.get("months"))
        return Response(shapes.RunwayShape(found).data)


class FundEntries(WaiverView):
    """Every movement of the fund of a currency."""

    permission_classes = (permitted("waiver_policy.view_fundentry"),)

    @described(operation_id="list_fund_entries", responses=shapes.EntryShape(many=True))
    def get(self, request: Any, currency: str) -> Response:
        api.fund_balance(currency)  # an unknown currency is told
        return self.page(api.list_fund_entries(currency), shapes.EntryShape)


class Credits(WaiverView):
    """Credits and corrections by hand; one more for who may propose it."""

    permission_classes = (
        permitted_one("waiver_policy.view_manualcredit", PROPOSE_CREDIT, CONFIRM_CREDIT),
    )

    @described(
        operation_id="list_credits", query=shapes.CreditsQuery,
        responses=shapes.CreditShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        found = api.list_manual_credits(is_open=not self.asked["all"])
        return self.page(found, shapes.CreditShape)

    @described(
        operation_id="propose_credit", request=shapes.CreditBody,
        responses={201: shapes.CreditShape},
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        given = self.body(shapes.CreditBody)
        found = api.propose_credit(given.pop("amount"), by=self.user_id, at=clock.now(), **given)
        return Response(shapes.CreditShape(found).data, status=201)


class CreditConfirmation(WaiverView):
    """Book what somebody else has proposed."""

    permission_classes = (permitted(CONFIRM_CREDIT),)

    @described(
        operation_id="confirm_credit", request=shapes.NothingBody, responses=shapes.CreditShape
    )
    def post(self, request: Any, credit: UUID) -> Response:
        self.body(shapes.NothingBody)
        found = api.confirm_credit(credit, by=self.user_id, at=clock.now())
        return Response(shapes.CreditShape(found).data)


class CreditRejection(WaiverView):
    """Close a proposed credit without booking it; who proposed it may do so, too."""

    permission_classes = (permitted_one(PROPOSE_CREDIT, CONFIRM_CREDIT),)

    @described(
        operation_id="reject_credit", request=shapes.NothingBody, responses=shapes.CreditShape
    )
    def post(self, request: Any, credit: UUID) -> Response:
        self.body(shapes.NothingBody)
        found = api.reject_credit(credit, by=self.user_id, at=clock.now())
        return Response(shapes.CreditShape(found).data)
