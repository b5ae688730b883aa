"""Reports of the books, with the numbers of their pages: for finance alone."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.response import Response
from rest_framework.serializers import CharField

from fairgate import clock
from fairgate_rest.views import described
from revenue_share import api, permissions
from revenue_share.data import Dimension, Report
from revenue_share.rest import shapes_reports as shapes
from revenue_share.rest.views_base import OF_BOOKS, BooksView

_BY = ", ".join(f"`{one}`" for one in Dimension)
_FEW = (
    "Groups of countries about few payers, and those of open months, are told together, unless "
    "the caller may see every event (`view_revenueevent`), as on the page."
)


class ReportView(BooksView):
    """The base of reports; each is of the months and the currency of the address."""

    permission_classes = (OF_BOOKS,)

    @property
    def first(self) -> str:
        """The first month, as it was asked for."""
        return str(self.asked["first"])

    @property
    def last(self) -> str:
        """The last month, included."""
        return str(self.asked.get("last", self.first))

    @property
    def currency(self) -> str:
        """In which currency."""
        return str(self.asked["currency"])

    def report(self, by: str) -> Report:
        """The report by one thing.

        Raises:
            Http404: there is no report by it.
            InvalidPeriod: not a month.
        """
        if by not in set(Dimension):
            raise Http404
        return api.report(
            Dimension(by),
            first=self.first,
            last=self.last,
            currency=self.currency,
            at=clock.now(),
            tells_few=permissions.may_see_countries(self.request.user),
        )


class Rows(ReportView):
    """Sums of some months by one thing: the rows in the order of their keys, the one without last.

    By party they are shares, costs and adjustments; else receipts.
    """

    cursor = CharField

    @described(
        operation_id="list_report_rows",
        description=f"By {_BY}. {_FEW}",
        query=shapes.SpanQuery,
        responses=shapes.ReportRowShape(many=True),
    )
    def get(self, request: Any, by: str) -> Response:
        found = self.report(by)
        rows = sorted((shapes.row_of(found, row) for row in found.rows), key=_place_of)
        return self.part_of_all(
            rows,
            shapes.ReportRowShape,
            key=lambda row: row["key"],
            place=lambda key: _place_of({"key": key}),
        )


def _place_of(row: dict[str, Any]) -> tuple[bool, str]:
    """What has no key comes last, so that a cursor always has letters."""
    return not row["key"], row["key"]


class Total(ReportView):
    """What all rows of a report come to."""

    @described(
        operation_id="get_report_total",
        description=f"By {_BY}.",
        query=shapes.SpanQuery,
        responses=shapes.ReportTotalShape,
    )
    def get(self, request: Any, by: str) -> Response:
        found = self.report(by)
        told = {
            "first": found.first,
            "last": found.last,
            "currency": found.currency,
            "least": found.least,
            **shapes.row_of(found, found.total),
        }
        return Response(shapes.ReportTotalShape(told).data)


class Fall(ReportView):
    """Where the receipts of a month, or of some, went."""

    @described(
        operation_id="get_waterfall", query=shapes.SpanQuery, responses=shapes.WaterfallShape
    )
    def get(self, request: Any) -> Response:
        found = api.waterfall(self.first, self.currency, last=self.last)
        return Response(shapes.WaterfallShape(found).data)


class Fund(ReportView):
    """What came into the waiver fund and went out of it."""

    @described(operation_id="get_fund_flow", query=shapes.SpanQuery, responses=shapes.FundFlowShape)
    def get(self, request: Any) -> Response:
        found = api.fund_flow(self.first, self.last, self.currency)
        return Response(shapes.FundFlowShape(found).data)


class Costs(ReportView):
    """What the books know of costs, and the platform's share beside them."""

    @described(
        operation_id="get_cost_recovery", query=shapes.SpanQuery, responses=shapes.CostRecoveryShape
    )
    def get(self, request: Any) -> Response:
        found = api.cost_recovery(self.first, self.last, self.currency)
        recouped = [{"party": party, "amount": amount} for party, amount in found.recouped]
        told = {name: getattr(found, name) for name in shapes.CostRecoveryShape().fields}
        return Response(shapes.CostRecoveryShape(told | {"recouped": recouped}).data)
