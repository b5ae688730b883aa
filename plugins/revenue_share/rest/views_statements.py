"""Statements: for finance all of them, for a partner's people those of their own party."""

from __future__ import annotations

from dataclasses import fields
from tempfile import TemporaryFile
from typing import Any, ClassVar

from django.conf import settings
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.serializers import CharField, IntegerField

from fairgate_rest.uploads import AsItIs
from fairgate_rest.views import described
from revenue_share import api, permissions, wording
from revenue_share.data import (
    EventLine,
    Part,
    Statement,
    StatementFormat,
    StatementLine,
    StatementPlace,
)
from revenue_share.exceptions import InvalidPeriod
from revenue_share.rest import shapes
from revenue_share.rest.views_base import BooksView, RowNumber, to_keep
from revenue_share.rules.line_shares import Shares

CSV = "text/csv; charset=utf-8"
MEDIA_TYPES = {
    StatementFormat.PDF: "application/pdf",
    StatementFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    StatementFormat.CSV: CSV,
    StatementFormat.JSON: "application/json",
}


class StatementsView(BooksView):
    """The base of what is about statements."""

    def seen_statement(self, party: str, period: str, currency: str) -> Statement:
        """A statement that the caller may see.

        Raises:
            StatementNotFound, Http404: there is none for them.
        """
        if not permissions.may_see_party(self.request.user, party):
            raise Http404
        try:
            found = api.statement(party, period, currency=currency)
        except InvalidPeriod:
            raise Http404 from None
        # Some databases find a party by its code in other letters, which is nobody's.
        if (found.party, found.currency) != (party, currency):
            raise Http404
        return found


class Statements(StatementsView):
    """Statements, newest month first, then by party and currency; open months as drafts."""

    cursor = CharField

    @described(
        operation_id="list_statements",
        description="For finance (`view_statement`) those of everybody; else those of the parties "
        "that the caller acts for.",
        query=shapes.StatementsQuery,
        responses=shapes.StatementLineOfList(many=True),
    )
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.statements_page(
            self._parties(),
            period=self.asked.get("period"),
            currency=self.asked.get("currency"),
            after=_place(window.after),
            limit=window.one_more,
        )
        listed = [_with_label(_plain(one)) for one in found]
        return self.part(listed, shapes.StatementLineOfList, key=_place_of, window=window)

    def _parties(self) -> tuple[str, ...] | None:
        """Whose statements are asked for; ``None`` is everybody's."""
        user, party = self.request.user, self.asked.get("party")
        if party is not None:
            if not permissions.may_see_party(user, party):
                raise Http404
            return (party,)
        return None if permissions.may_see_books(user) else permissions.parties_of(user)


def _place(cursor: str | None) -> StatementPlace | None:
    """The place that a cursor names.

    Raises:
        ValidationError: it is none of ours.
    """
    if cursor is None:
        return None
    period, _, rest = cursor.partition(":")
    party, _, currency = rest.rpartition(":")
    if not (period and party and currency):
        raise ValidationError({"after": ["This is not in the list."]})
    return StatementPlace(period=period, party=party, currency=currency)


def _place_of(row: dict[str, Any]) -> StatementPlace:
    return StatementPlace(period=row["period"], party=row["party"], currency=row["currency"])


def _with_label(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"label": wording.label(told["number"])}


def _weights(shares: Shares, line: StatementLine | EventLine) -> dict[str, int | None]:
    share = shares.of(line)
    if share is None:
        return {"weight": None, "weights": None}
    return {"weight": share.numerator, "weights": share.denominator}


class OneStatement(StatementsView):
    """One statement, with its sums."""

    @described(operation_id="get_statement", responses=shapes.StatementShape)
    def get(self, request: Any, party: str, period: str, currency: str) -> Response:
        found = self.seen_statement(party, period, currency)
        became = api.statement_states([found.number] if found.number else [])
        parts = [
            {"part": part, "amount": found.part_total(part)}
            for part in Part
            if any(line.part is part for line in found.lines)
        ]
        names = api.statement_names(found, language=get_language() or settings.LANGUAGE_CODE)
        told = _with_label(_plain(found)) | {
            "state": became.get(found.number or 0, found.state),
            "subtotal": found.subtotal,
            "parts": parts,
            "lines": len(found.lines),
            "legal_name": names.party,
            "issued_by": names.host,
        }
        return Response(shapes.StatementShape(told).data)


class Lines(StatementsView):
    """The lines of a statement, by number."""

    cursor = IntegerField

    @described(operation_id="list_statement_lines", responses=shapes.StatementLineShape(many=True))
    def get(self, request: Any, party: str, period: str, currency: str) -> Response:
        found = self.seen_statement(party, period, currency)
        shares = api.line_shares(found)
        lines = [
            {**_plain(line), **_weights(shares, line), "number": number}
            for number, line in enumerate(found.lines, start=1)
        ]
        return self.part_of_all(lines, shapes.StatementLineShape, key=lambda one: one["number"])


class EventsView(StatementsView):
    """The base of lists of events: a page of them by the place of the last one that was seen."""

    cursor = RowNumber

    def events(self, statement: Statement, line: StatementLine | None) -> Response:
        """A page of the events behind a statement, or one line of it."""
        window = self.window()
        page = api.events_page(statement, line, after=window.after or 0, limit=window.one_more)
        shares = api.line_shares(statement)
        events = [
            {**_plain(event), **_weights(shares, event), "place": place} for place, event in page
        ]
        return self.part(events, shapes.EventShape, key=lambda one: one["place"], window=window)


class EventsOfLine(EventsView):
    """The events that one line of a statement is the sum of."""

    @described(operation_id="list_line_events", responses=shapes.EventShape(many=True))
    def get(self, request: Any, party: str, period: str, currency: str, number: int) -> Response:
        found = self.seen_statement(party, period, currency)
        if not 1 <= number <= len(found.lines):
            raise Http404
        return self.events(found, found.lines[number - 1])


class Events(EventsView):
    """Every event behind a statement."""

    @described(operation_id="list_statement_events", responses=shapes.EventShape(many=True))
    def get(self, request: Any, party: str, period: str, currency: str) -> Response:
        return self.events(self.seen_statement(party, period, currency), None)


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a value by name."""
    return {one.name: getattr(value, one.name) for one in fields(value)}


class FileOfStatement(StatementsView):
    """The base of files: the statement as a file of a kind, in the language of the request."""

    content_negotiation_class = AsItIs
    kind: ClassVar[StatementFormat]

    def file(self, party: str, period: str, currency: str) -> FileResponse:
        """The answer with the file.

        Raises:
            StatementNotFound, Http404: there is no such statement for the caller.
            PapersError: it cannot be printed now.
        """
        found = self.seen_statement(party, period, currency)
        language = get_language() or settings.LANGUAGE_CODE
        # On the disk, and gone when it has been sent: a month may have a million events.
        file = TemporaryFile()  # noqa: SIM115 - the response closes it
        try:
            api.write_statement(found, self.kind, language=language, to=file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        answer = FileResponse(file, content_type=MEDIA_TYPES[self.kind])
        kept: FileResponse = to_keep(answer, f"{_name(found)}.{self.kind}")
        return kept


def _name(statement: Statement) -> str:
    return f"{statement.period}-{statement.party}-{statement.currency}"


def _binary(kind: StatementFormat) -> dict[Any, Any]:
    return {(200, MEDIA_TYPES[kind].partition(";")[0]): OpenApiTypes.BINARY, 503: None}


class Paper(FileOfStatement):
    """The statement on paper, a tagged PDF."""

    kind = StatementFormat.PDF

    @described(operation_id="read_statement_pdf", responses=_binary(kind))
    def get(self, request: Any, party: str, period: str, currency: str) -> FileResponse:
        return self.file(party, period, currency)


class Workbook(FileOfStatement):
    """The statement and every event behind it, a workbook."""

    kind = StatementFormat.XLSX

    @described(operation_id="read_statement_xlsx", responses=_binary(kind))
    def get(self, request: Any, party: str, period: str, currency: str) -> FileResponse:
        return self.file(party, period, currency)


class Table(FileOfStatement):
    """The statement as a table; the same bytes every time."""

    kind = StatementFormat.CSV

    @described(operation_id="read_statement_csv", responses=_binary(kind))
    def get(self, request: Any, party: str, period: str, currency: str) -> FileResponse:
        return self.file(party, period, currency)


class Document(FileOfStatement):
    """The document of the statement: of a closed one, the very text that was hashed."""

    kind = StatementFormat.JSON

    @described(operation_id="read_statement_json", responses=_binary(kind))
    def get(self, request: Any, party: str, period: str, currency: str) -> FileResponse:
        return self.file(party, period, currency)


class EventsTable(StatementsView):
    """Every event behind a statement as a table, written while it is read."""

    content_negotiation_class = AsItIs

    @described(operation_id="read_events_csv", responses=_binary(StatementFormat.CSV))
    def get(self, request: Any, party: str, period: str, currency: str) -> StreamingHttpResponse:
        found = self.seen_statement(party, period, currency)
        answer = StreamingHttpResponse(api.events_csv(found), content_type=CSV)
        kept: StreamingHttpResponse = to_keep(answer, f"{_name(found)}-events.csv")
        return kept
