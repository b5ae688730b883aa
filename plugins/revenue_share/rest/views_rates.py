"""Rates of exchange: files that are published, and what two people enter by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from fairgate import clock
from fairgate.documents import DocumentError, DocumentErrors
from fairgate_rest.uploads import TakesFile
from fairgate_rest.views import described, permitted, permitted_one
from revenue_share import api, permissions
from revenue_share.data import RateSource
from revenue_share.rate_files import MAX_BYTES
from revenue_share.rest import shapes_steps as shapes
from revenue_share.rest.shapes import NothingBody, ReasonBody
from revenue_share.rest.views_base import BooksView, DecidedView, RowNumber

_SEEN = permitted_one(
    permissions.VIEW_RATES,
    permissions.LOAD_RATES,
    permissions.PROPOSE_RATE,
    permissions.CONFIRM_RATE,
)


class Rates(BooksView):
    """Rates of exchange, those recorded last first."""

    permission_classes = (_SEEN,)
    cursor = RowNumber

    @described(
        operation_id="list_rates", query=shapes.RatesQuery, responses=shapes.RateShape(many=True)
    )
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_rates(**self.asked, after=window.after, limit=window.one_more)
        return self.part(found, shapes.RateShape, key=lambda one: one.id, window=window)


class RateFiles(TakesFile, BooksView):
    """Files of rates as they were published."""

    permission_classes = (permitted(permissions.LOAD_RATES),)

    def limit(self) -> int:
        return MAX_BYTES

    @described(
        operation_id="load_rates",
        description="A form (`multipart/form-data`): all rates of the file, or none. A file that "
        "was loaded does nothing again.",
        request={"multipart/form-data": shapes.RateFileBody},
        responses={200: shapes.LoadedRatesShape, 413: None},
    )
    def post(self, request: Any) -> Response:
        given = self.form(shapes.RateFileBody)
        file, source = given["file"], RateSource(given["source"])
        try:
            done = api.load_rates(
                file.read(), source=source, file=file.name, by=self.user_id, at=clock.now()
            )
        except DocumentErrors as error:
            raise ValidationError({"file": [str(fault) for fault in error.faults]}) from None
        except DocumentError as error:
            raise ValidationError({"file": [str(error)]}) from None
        return Response(shapes.LoadedRatesShape(done).data)


class RateProposals(BooksView):
    """Rates that were entered by hand, the newest first, and the next one."""

    permission_classes = (_SEEN,)

    @described(
        operation_id="list_rate_proposals", query=shapes.StateQuery,
        responses=shapes.RateProposalShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_rate_proposals(
            state=self.asked.get("state"), after=window.after, limit=window.one_more
        )
        return self.part(found, shapes.RateProposalShape, key=lambda one: one.uuid, window=window)

    @described(
        operation_id="propose_rate",
        description="With the permission `propose_rate`. It counts once somebody else has "
        "confirmed it.",
        is_keyed=True,
        request=shapes.RateBody,
        responses={201: shapes.RateProposalShape},
    )
    def post(self, request: Any) -> Response:
        self.require(allowed=permissions.may(request.user, permissions.PROPOSE_RATE))
        given = self.body(shapes.RateBody)
        made = api.propose_rate(
            given["base"], given["currency"], given["rate"], effective_on=given["effective_on"],
            reason=given["reason"], by=self.user_id, at=clock.now(), key=self.key,
        )  # fmt: skip
        return Response(shapes.RateProposalShape(api.rate_proposal(made)).data, status=201)


class OneRateProposal(BooksView):
    """A rate that was entered by hand, and what came of it."""

    permission_classes = (_SEEN,)

    @described(operation_id="get_rate_proposal", responses=shapes.RateProposalShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return _told(uuid)


class ConfirmRate(BooksView):
    """Let a rate count from now on, as the second person."""

    permission_classes = (permitted(permissions.CONFIRM_RATE),)

    @described(operation_id="confirm_rate", request=NothingBody, responses=shapes.RateProposalShape)
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(NothingBody)
        api.confirm_rate(uuid, by=self.user_id, at=clock.now())
        return _told(uuid)


class RefuseRate(DecidedView):
    """Let a rate not count; who has entered it takes it back like this."""

    permission_classes = (permitted_one(permissions.PROPOSE_RATE, permissions.CONFIRM_RATE),)
    to_ask, to_decide = permissions.PROPOSE_RATE, permissions.CONFIRM_RATE

    @described(operation_id="refuse_rate", request=ReasonBody, responses=shapes.RateProposalShape)
    def post(self, request: Any, uuid: UUID) -> Response:
        self.require_refusal(api.rate_proposal(uuid).asked_by)
        because = self.body(ReasonBody)["reason"]
        api.refuse_rate(uuid, because=because, by=self.user_id, at=clock.now())
        return _told(uuid)


def _told(uuid: UUID) -> Response:
    return Response(shapes.RateProposalShape(api.rate_proposal(uuid)).data)
