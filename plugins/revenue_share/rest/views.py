"""Months and balances: for finance alone."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.response import Response
from rest_framework.serializers import CharField

from fairgate import clock
from fairgate_rest.views import described
from revenue_share import api
from revenue_share.data import PeriodSummary
from revenue_share.rest import shapes
from revenue_share.rest.views_base import OF_BOOKS, BooksView


class Periods(BooksView):
    """The months that were closed, or are open and have something on them; the newest first."""

    permission_classes = (OF_BOOKS,)
    cursor = CharField

    @described(operation_id="list_periods", responses=shapes.PeriodShape(many=True))
    def get(self, request: Any) -> Response:
        return self.part_of_all(api.list_periods(), shapes.PeriodShape, key=lambda one: one.period)


class NextPeriod(BooksView):
    """The month to close next."""

    permission_classes = (OF_BOOKS,)

    @described(operation_id="get_next_period", responses=shapes.NextPeriodShape)
    def get(self, request: Any) -> Response:
        found = {"period": api.next_period(at=clock.now())}
        return Response(shapes.NextPeriodShape(found).data)


class OnePeriod(BooksView):
    """One month."""

    permission_classes = (OF_BOOKS,)

    @described(operation_id="get_period", responses=shapes.PeriodShape)
    def get(self, request: Any, period: str) -> Response:
        return Response(shapes.PeriodShape(_period(period)).data)


def _period(period: str) -> PeriodSummary:
    found = next((one for one in api.list_periods() if one.period == period), None)
    if found is None:
        raise Http404
    return found


class Balances(BooksView):
    """What is on every account, by currency, account and party."""

    permission_classes = (OF_BOOKS,)
    cursor = CharField

    @described(
        operation_id="list_balances",
        description="`account=unallocated` is what nobody has got: receipts of courses that had no "
        "terms in force.",
        query=shapes.BalancesQuery,
        responses=shapes.BalanceShape(many=True),
    )
    def get(self, request: Any) -> Response:
        account = self.asked.get("account")
        found = [
            one
            for one in api.balances(self.asked.get("currency"))
            if account is None or one.account is account
        ]
        return self.part_of_all(
            found,
            shapes.BalanceShape,
            key=lambda one: f"{one.amount.currency}:{one.account}:{one.party}",
        )
