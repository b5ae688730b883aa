"""Payouts: what is to be paid, batches of them, the file for the bank, and the bank's own file."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.serializers import IntegerField

from fairgate import clock
from fairgate_rest.uploads import AsItIs, TakesFile
from fairgate_rest.views import described, permitted, permitted_one
from fee_payments import api as fees
from revenue_share import api, permissions
from revenue_share.data import AcceptedAs
from revenue_share.rest import shapes_steps as shapes
from revenue_share.rest.shapes import NothingBody, ReasonBody
from revenue_share.rest.views_base import OF_PAYOUTS, BooksView, DecidedView, file_answer
from revenue_share.views_payouts import MAX_FILE

log = logging.getLogger(__name__)

XML = "application/xml"
_RECORDING = permitted(permissions.RECORD_PAYOUT)


class Payables(BooksView):
    """The frozen statements that are to be paid and are not, by number."""

    permission_classes = (OF_PAYOUTS,)
    cursor = IntegerField

    @described(operation_id="list_payables", responses=shapes.PayableShape(many=True))
    def get(self, request: Any) -> Response:
        return self.part_of_all(
            api.list_payables(),
            shapes.PayableShape,
            key=lambda one: one.number,
            place=lambda number: number,
        )


# --- Batches --------------------------------------------------------------------------------------


class Batches(BooksView):
    """Batches of payouts, the newest first, and the next one."""

    permission_classes = (OF_PAYOUTS,)

    @described(operation_id="list_batches", responses=shapes.BatchShape(many=True))
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.batches_page(after=window.after, limit=window.one_more)
        return self.part(found, shapes.BatchShape, key=lambda one: one.uuid, window=window)

    @described(
        operation_id="propose_batch",
        description="With the permission `propose_payout`. Nothing is paid before somebody else "
        "has approved it. A statement is paid whole and once: one that is being paid is refused.",
        is_keyed=True,
        request=shapes.BatchBody,
        responses={201: shapes.BatchShape},
    )
    def post(self, request: Any) -> Response:
        self.require(allowed=permissions.may(request.user, permissions.PROPOSE_PAYOUT))
        given = self.body(shapes.BatchBody)
        made = api.propose_batch(
            given["statements"], execute_on=given["execute_on"], reason=given["reason"],
            by=self.user_id, at=clock.now(), key=self.key,
        )  # fmt: skip
        return Response(shapes.BatchShape(api.batch(made)).data, status=201)


class OneBatch(BooksView):
    """One batch with its payouts, and what the bank has made of them."""

    permission_classes = (OF_PAYOUTS,)

    @described(operation_id="get_batch", responses=shapes.BatchShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return _told(uuid)


class ApproveBatch(BooksView):
    """Approve a batch as the second person; its file for the bank is made, once."""

    permission_classes = (permitted(permissions.APPROVE_PAYOUT),)

    @described(operation_id="approve_batch", request=NothingBody, responses=shapes.BatchShape)
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(NothingBody)
        api.approve_batch(uuid, by=self.user_id, at=clock.now())
        return _told(uuid)


class RefuseBatch(DecidedView):
    """Do not pay a batch that waits; who has proposed it takes it back like this."""

    permission_classes = (permitted_one(permissions.PROPOSE_PAYOUT, permissions.APPROVE_PAYOUT),)
    to_ask, to_decide = permissions.PROPOSE_PAYOUT, permissions.APPROVE_PAYOUT

    @described(operation_id="refuse_batch", request=ReasonBody, responses=shapes.BatchShape)
    def post(self, request: Any, uuid: UUID) -> Response:
        self.require_refusal(api.batch(uuid).asked_by)
        because = self.body(ReasonBody)["reason"]
        api.refuse_batch(uuid, because=because, by=self.user_id, at=clock.now())
        return _told(uuid)


class OrderFile(BooksView):
    """The file of an approved batch for the bank, with the accounts whole."""

    permission_classes = (permitted(permissions.APPROVE_PAYOUT),)
    content_negotiation_class = AsItIs

    @described(
        operation_id="read_payment_order",
        description="pain.001.001.09; the same bytes every time. Each reading is logged.",
        responses={(200, XML): OpenApiTypes.BINARY},
    )
    def get(self, request: Any, uuid: UUID) -> HttpResponse:
        found = api.payment_order(uuid)
        log.info("payment order downloaded: batch=%s by=%s", uuid, self.user_id)
        return file_answer(found.content, XML, found.name)


def _told(uuid: UUID) -> Response:
    return Response(shapes.BatchShape(api.batch(uuid)).data)


# --- What the bank has done -----------------------------------------------------------------------


class BankFiles(TakesFile, BooksView):
    """A file of our bank: which payouts it has paid, and which came back."""

    permission_classes = (_RECORDING,)

    def limit(self) -> int:
        return MAX_FILE

    @described(
        operation_id="record_bank_file",
        description="A form (`multipart/form-data`): camt.053, camt.054, MT940, or a CSV with its "
        "`account`. The same file again changes nothing.",
        request={"multipart/form-data": shapes.BankFileBody},
        responses={200: shapes.RecordedShape, 413: None},
    )
    def post(self, request: Any) -> Response:
        given = self.form(shapes.BankFileBody)
        account = given["account"]
        if account is not None and account not in {one.id for one in fees.list_accounts()}:
            raise ValidationError({"account": ["There is no such account."]})
        done = api.record_bank_file(
            given["file"].read(), by=self.user_id, at=clock.now(), account=account
        )
        return Response(shapes.RecordedShape(done).data)


class FaultyPayouts(BooksView):
    """The payouts with an entry of the bank that a person has to look at."""

    permission_classes = (OF_PAYOUTS,)

    @described(operation_id="list_faulty_payouts", responses=shapes.PayoutShape(many=True))
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_faulty_payouts(after=window.after)
        return self.part(found, shapes.PayoutShape, key=lambda one: one.uuid, window=window)


class Differences(BooksView):
    """Differences that wait for a second person."""

    permission_classes = (OF_PAYOUTS,)

    @described(operation_id="list_differences", responses=shapes.DifferenceShape(many=True))
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_acceptances(after=window.after)
        return self.part(found, shapes.DifferenceShape, key=lambda one: one.uuid, window=window)


class AskToAccept(BooksView):
    """Ask that an entry of another amount is accepted: as the payment itself, or as a fee."""

    permission_classes = (_RECORDING,)

    @described(
        operation_id="ask_to_accept",
        is_keyed=True,
        description="With `payment`, an accepted debit executes the payout, and an accepted credit "
        "returns it, so that its statement can be paid again. With `charge` the payout stays where "
        "it is. The difference goes to `fx_gain_loss`.",
        request=shapes.DifferenceBody,
        responses={201: shapes.AskedShape},
    )
    def post(self, request: Any, entry: int) -> Response:
        given = self.body(shapes.DifferenceBody)
        made = api.ask_to_accept(
            entry, accepted_as=AcceptedAs(given["accepted_as"]), reason=given["reason"],
            by=self.user_id, at=clock.now(), key=self.key,
        )  # fmt: skip
        return Response(shapes.AskedShape({"uuid": made}).data, status=201)


class AcceptDifference(BooksView):
    """Accept a difference as the second person; it goes to ``fx_gain_loss``."""

    permission_classes = (_RECORDING,)

    @described(operation_id="accept_difference", request=NothingBody, responses={204: None})
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(NothingBody)
        api.accept_difference(uuid, by=self.user_id, at=clock.now())
        return Response(status=204)


class RefuseDifference(BooksView):
    """Do not accept a difference: the bank has to put it right."""

    permission_classes = (_RECORDING,)

    @described(operation_id="refuse_difference", request=ReasonBody, responses={204: None})
    def post(self, request: Any, uuid: UUID) -> Response:
        because = self.body(ReasonBody)["reason"]
        api.refuse_difference(uuid, because=because, by=self.user_id, at=clock.now())
        return Response(status=204)


# --- What the bank has not done -------------------------------------------------------------------


class AskToReject(BooksView):
    """Say that the bank has not executed a payout that was sent, and will not."""

    permission_classes = (_RECORDING,)

    @described(
        operation_id="ask_to_reject",
        is_keyed=True,
        request=ReasonBody,
        responses={201: shapes.AskedShape},
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        reason = self.body(ReasonBody)["reason"]
        made = api.ask_to_reject(uuid, reason=reason, by=self.user_id, at=clock.now(), key=self.key)
        return Response(shapes.AskedShape({"uuid": made}).data, status=201)


class Rejections(BooksView):
    """Payouts that are said not to have been executed, and that wait for a second person."""

    permission_classes = (OF_PAYOUTS,)

    @described(operation_id="list_rejections", responses=shapes.RejectionShape(many=True))
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_rejections(after=window.after)
        return self.part(found, shapes.RejectionShape, key=lambda one: one.uuid, window=window)


class RejectPayout(BooksView):
    """Confirm as the second person that a payout was not executed: it can be paid again."""

    permission_classes = (_RECORDING,)

    @described(operation_id="reject_payout", request=NothingBody, responses={204: None})
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(NothingBody)
        api.reject_payout(uuid, by=self.user_id, at=clock.now())
        return Response(status=204)


class RefuseRejection(BooksView):
    """Do not confirm it: the bank is still to pay."""

    permission_classes = (_RECORDING,)

    @described(operation_id="refuse_rejection", request=ReasonBody, responses={204: None})
    def post(self, request: Any, uuid: UUID) -> Response:
        because = self.body(ReasonBody)["reason"]
        api.refuse_rejection(uuid, by=self.user_id, because=because, at=clock.now())
        return Response(status=204)
