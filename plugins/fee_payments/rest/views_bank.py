"""Bank statements, for operators: import a file, look at its lines, match them, take that back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.uploads import TakesFile
from fairgate_rest.views import described, permitted, permitted_one
from fee_payments import api, conf, permissions
from fee_payments.bank_files import MAX_BYTES
from fee_payments.data.bank import InspectedLine, LineProposal
from fee_payments.data.searches import LineSearch
from fee_payments.exceptions import AlreadyImported
from fee_payments.rest import shapes
from fee_payments.rest.shapes_bank import (
    AcceptBody,
    AccountShape,
    AppliedShape,
    ImportShape,
    InspectedLineShape,
    LineShape,
    LinesQuery,
    MatchBody,
    SendBackBody,
    ShownLine,
    StatementBody,
    TakeBackBody,
    TransferShape,
    TransfersQuery,
)
from fee_payments.rest.shapes_desk import ReasonBody
from fee_payments.rest.shapes_operators import RowNumber
from fee_payments.rest.views import FeeView
from fee_payments.selectors.bank import fingerprint

_IMPORTING = permitted(permissions.IMPORT_STATEMENTS)
_MATCHING = permitted(permissions.MATCH_LINES)
_PAID = OpenApiExample(
    "all of it",
    {
        "parts": [
            {
                "invoice": "5f0c1d6e-8a3f-4a58-9a57-1f4e9b1f2a10",
                "amount": {"amount": "120.00", "currency": "USD"},
            }
        ],
        "rest": {"amount": "120.00", "currency": "USD"},
    },
    request_only=True,
)


class Accounts(FeeView):
    """Our accounts whose statements are imported."""

    permission_classes = (permitted_one(permissions.IMPORT_STATEMENTS, permissions.MATCH_LINES),)
    cursor = RowNumber

    @described(operation_id="list_bank_accounts", responses=AccountShape(many=True))
    def get(self, request: Any) -> Response:
        return self.part_of_all(api.list_accounts(), AccountShape, key=lambda one: one.id)


class Imports(TakesFile, FeeView):
    """The files that were imported, the newest first, and the next one."""

    permission_classes = (_IMPORTING,)

    def limit(self) -> int:
        return MAX_BYTES

    @described(operation_id="list_bank_imports", responses=ImportShape(many=True))
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_imports(after=window.after, limit=window.one_more)
        return self.part(found, ImportShape, key=lambda one: one.uuid, window=window)

    @described(
        operation_id="import_bank_statement",
        description="A form (`multipart/form-data`). Nothing is matched yet. 201: it is stored. "
        "200: the same file is there already.",
        request={"multipart/form-data": StatementBody},
        responses={201: ImportShape, 200: ImportShape, 413: None},
    )
    def post(self, request: Any) -> Response:
        given = self.form(StatementBody)
        file, account = given["file"], given["account"]
        if account is not None and account not in {one.id for one in api.list_accounts()}:
            raise ValidationError({"account": ["There is no such account."]})
        try:
            stored = api.import_statements(
                file.read(), file_name=file.name, by=self.user_id, at=clock.now(),
                account=account,
            )  # fmt: skip
        except AlreadyImported as known:
            return Response(ImportShape(known.imported).data)
        return Response(ImportShape(stored).data, status=201)


class OneImport(FeeView):
    """One imported file."""

    permission_classes = (_IMPORTING,)

    @described(operation_id="get_bank_import", responses=ImportShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return Response(ImportShape(api.inspect_import(uuid)).data)


class Applying(FeeView):
    """Match what is certain of a file; the rest is left to a person."""

    permission_classes = (_IMPORTING,)

    @described(
        operation_id="apply_bank_import",
        description="While lines wait, send it again: it goes on where it stopped.",
        request=shapes.NothingBody,
        responses=AppliedShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(shapes.NothingBody)
        limit = conf.bank_lines_at_once()
        done = api.apply_import(uuid, by=self.user_id, at=clock.now(), limit=limit)
        return Response(AppliedShape(done).data)


def _shown(one: LineProposal | InspectedLine) -> ShownLine:
    matches = one.matches if isinstance(one, InspectedLine) else ()
    return ShownLine(one.line, one.proposal, fingerprint(one.proposal), matches)


class Lines(FeeView):
    """What came in and belongs to nobody yet, the newest first."""

    permission_classes = (_MATCHING,)
    cursor = RowNumber

    @described(operation_id="list_bank_lines", query=LinesQuery, responses=LineShape(many=True))
    def get(self, request: Any) -> Response:
        window = self.window()
        wanted = LineSearch(**self.asked)
        found = api.search_lines(wanted, after=window.after, limit=window.one_more)
        lines = [_shown(one) for one in found]
        return self.part(lines, LineShape, key=lambda one: one.line.id, window=window)


class LineView(FeeView):
    """The base of what is about one line."""

    permission_classes = (_MATCHING,)

    def shown(self, line: int) -> Response:
        """The answer with a line as it is now."""
        return Response(InspectedLineShape(_shown(api.inspect_line(line))).data)


class OneLine(LineView):
    """One payment, what is proposed for it, and what it is matched with."""

    @described(operation_id="get_bank_line", responses=InspectedLineShape)
    def get(self, request: Any, line: int) -> Response:
        return self.shown(line)


class Matching(LineView):
    """Use a payment for invoices: all of the parts, or none."""

    @described(
        operation_id="match_bank_line",
        description="Sent again, less is left than `rest` says, and nothing is matched (409).",
        request=MatchBody,
        responses=InspectedLineShape,
        examples=[_PAID],
    )
    def post(self, request: Any, line: int) -> Response:
        given = self.body(MatchBody)
        parts = [(part["invoice"], part["amount"]) for part in given["parts"]]
        api.match_line(line, parts, by=self.user_id, at=clock.now(), seen_rest=given["rest"])
        return self.shown(line)


class Accepting(LineView):
    """Match a payment as it is proposed."""

    @described(operation_id="accept_proposal", request=AcceptBody, responses=InspectedLineShape)
    def post(self, request: Any, line: int) -> Response:
        given = self.body(AcceptBody)
        api.accept_proposal(line, shown=given["shown"], by=self.user_id, at=clock.now())
        return self.shown(line)


class PuttingAside(LineView):
    """Say that a payment is none of ours; nothing else happens."""

    @described(operation_id="put_aside", request=ReasonBody, responses=InspectedLineShape)
    def post(self, request: Any, line: int) -> Response:
        given = self.body(ReasonBody)
        api.inspect_line(line)  # an unknown one is told as such
        api.put_aside(line, by=self.user_id, because=given["reason"])
        return self.shown(line)


class TakingBack(LineView):
    """Say which payment a reversal takes back."""

    @described(operation_id="take_back_payment", request=TakeBackBody, responses=InspectedLineShape)
    def post(self, request: Any, line: int) -> Response:
        given = self.body(TakeBackBody)
        api.take_back(line, line_pk=given["line"], by=self.user_id, at=clock.now())
        return self.shown(line)


class Undoing(FeeView):
    """Take a wrong match back: the payment is free again, and the invoice open."""

    permission_classes = (_MATCHING,)

    @described(operation_id="undo_match", request=ReasonBody, responses={204: None})
    def post(self, request: Any, match: int) -> Response:
        given = self.body(ReasonBody)
        api.undo_match(match, by=self.user_id, because=given["reason"], at=clock.now())
        return Response(status=204)


class SendingBack(FeeView):
    """Ask that what is left of a payment is sent back; a second person confirms it."""

    permission_classes = (permitted(permissions.MATCH_LINES, permissions.ASK_TRANSFER_BACK),)

    @described(
        operation_id="ask_transfer_back", is_keyed=True, request=SendBackBody,
        responses={201: TransferShape},
    )  # fmt: skip
    def post(self, request: Any, line: int) -> Response:
        given = self.body(SendBackBody)
        asked = api.ask_transfer_back(
            line, given["amount"], reason=given["reason"], by=self.user_id, at=clock.now(),
            key=self.key,
        )  # fmt: skip
        return Response(TransferShape(api.transfer_back(asked)).data, status=201)


class Transfers(FeeView):
    """Money that was asked to be sent back, the newest first."""

    permission_classes = (
        permitted_one(permissions.MATCH_LINES, permissions.CONFIRM_TRANSFER_BACK),
    )
    cursor = RowNumber

    @described(
        operation_id="list_transfers_back", query=TransfersQuery,
        responses=TransferShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_transfers_back(
            is_open=self.asked.get("is_open"), after=window.after, limit=window.one_more
        )
        return self.part(found, TransferShape, key=lambda one: one.id, window=window)


class ConfirmingTransfer(FeeView):
    """Confirm that the money was sent back at the bank: another person than who asked."""

    permission_classes = (permitted(permissions.CONFIRM_TRANSFER_BACK),)

    @described(
        operation_id="confirm_transfer_back", request=shapes.NothingBody,
        responses=TransferShape,
    )  # fmt: skip
    def post(self, request: Any, step: int) -> Response:
        self.body(shapes.NothingBody)
        api.confirm_transfer_back(step, by=self.user_id, at=clock.now())
        return Response(TransferShape(api.transfer_back(step)).data)


class RefusingTransfer(FeeView):
    """Do not send it back: the payment is free again."""

    permission_classes = (permitted(permissions.CONFIRM_TRANSFER_BACK),)

    @described(operation_id="refuse_transfer_back", request=ReasonBody, responses=TransferShape)
    def post(self, request: Any, step: int) -> Response:
        given = self.body(ReasonBody)
        api.refuse_transfer_back(step, by=self.user_id, because=given["reason"], at=clock.now())
        return Response(TransferShape(api.transfer_back(step)).data)
