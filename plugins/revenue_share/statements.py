"""Statements: lines in, a frozen document out. Plain Python, the same bytes every time.

The document of a statement is canonical JSON: keys sorted, no blanks, UTF-8, amounts as text with
exactly the currency's decimals, moments in ISO 8601 UTC. Its SHA-256 is the statement's hash.
Page, CSV and JSON are made from the same ``Statement``. Its lines are sums; the events behind them
are a file of their own, as long as there were sales.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fairgate.csv_cells import csv_row, write_csv
from fairgate.money import Money, total

from .data import (
    EventKind,
    EventLine,
    Part,
    Statement,
    StatementLine,
    StatementState,
    StatementSummary,
)
from .rules.line_shares import NO_SHARES, Shares

SCHEMA = "fairgate-statement/2"
# A line for each event; statements that were frozen in it keep their text and hash.
_SCHEMA_OF_EVENTS = "fairgate-statement/1"

COLUMNS = (
    "statement", "state", "party", "period", "currency", "row", "part", "sale_period", "course",
    "offering", "agreement", "version", "events", "base", "weight", "weights", "amount",
)  # fmt: skip

EVENT_COLUMNS = (
    "event", "kind", "part", "sale", "occurred_at", "sale_period", "course", "offering",
    "agreement", "version", "gross", "tax", "fee", "base", "weight", "weights", "amount",
)  # fmt: skip

_PLACES = {part: place for place, part in enumerate(Part)}


def draft(
    lines: Iterable[StatementLine],
    *,
    party: str,
    period: str,
    opening: Money,
    minimum_payout: Money | None,
) -> Statement:
    """The statement of a month as the lines say now.

    A balance is paid out when it is above zero and reaches the minimum payout; otherwise, a debt
    included, all of it is carried to the next statement.
    """
    ordered = tuple(sorted(lines, key=_place))
    balance = opening + total([line.amount for line in ordered], opening.currency)
    zero = Money.zero(opening.currency)
    is_due = balance > zero and (minimum_payout is None or balance >= minimum_payout)
    return Statement(
        party=party,
        period=period,
        currency=opening.currency,
        state=StatementState.DRAFT,
        opening=opening,
        lines=ordered,
        payable=balance if is_due else zero,
        closing=zero if is_due else balance,
        minimum_payout=minimum_payout,
    )


def smallest_payout(stated: Iterable[Money | None], *, before: Money | None) -> Money | None:
    """The minimum payout of a month's statement: the highest of those that its lines state.

    ``stated`` has one for each line under terms of an agreement, ``None`` where they ask for none.
    Lines without terms, an adjustment or a transfer of the party's, say nothing about it: a month
    of these alone, or of nothing, has that of the statement ``before``.
    """
    known = list(stated)
    if not known:
        return before
    return max((one for one in known if one is not None), default=None)


def summed(lines: Iterable[EventLine]) -> tuple[StatementLine, ...]:
    """The lines of a statement that these events of one party in one currency make."""
    sums: dict[tuple[Part, str, str, str, str, int], StatementLine] = {}
    for line in lines:
        key = (line.part, line.period, line.course_key, line.offering_code, line.agreement,
               line.version)  # fmt: skip
        known = sums.get(key)
        sums[key] = StatementLine(
            part=line.part,
            period=line.period,
            course_key=line.course_key,
            offering_code=line.offering_code,
            agreement=line.agreement,
            version=line.version,
            events=known.events + 1 if known else 1,
            base=known.base + line.base if known else line.base,
            amount=known.amount + line.amount if known else line.amount,
        )
    return tuple(sorted(sums.values(), key=_place))


def freeze(statement: Statement, *, number: int, closed_at: datetime) -> Statement:
    """The draft with its number, its final state and the hash of its document."""
    carried = bool(statement.closing)
    frozen = replace(
        statement,
        number=number,
        closed_at=closed_at.astimezone(UTC),
        state=StatementState.CARRIED if carried else StatementState.CLOSED,
    )
    return replace(frozen, sha256=digest(document(frozen)))


def document(statement: Statement) -> str:
    """The canonical JSON; the hash is not in it, for it is made from it."""
    content = {
        "schema": SCHEMA,
        "number": statement.number,
        "state": statement.state.value,
        "party": statement.party,
        "period": statement.period,
        "currency": statement.currency,
        "closed_at": _moment(statement.closed_at) if statement.closed_at else None,
        "minimum_payout": _amount(statement.minimum_payout) if statement.minimum_payout else None,
        "opening": _amount(statement.opening),
        "lines": [_line(line) for line in statement.lines],
        "total": _amount(statement.subtotal),
        "payable": _amount(statement.payable),
        "closing": _amount(statement.closing),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_document(text: str) -> Statement:
    """The statement of a document, also of one in the earlier format."""
    content = json.loads(text)
    currency = content["currency"]
    minimum, closed_at = content["minimum_payout"], content["closed_at"]
    return Statement(
        party=content["party"],
        period=content["period"],
        currency=currency,
        state=StatementState(content["state"]),
        opening=Money(content["opening"], currency),
        lines=_read_lines(content, currency),
        payable=Money(content["payable"], currency),
        closing=Money(content["closing"], currency),
        minimum_payout=Money(minimum, currency) if minimum else None,
        number=content["number"],
        closed_at=datetime.fromisoformat(closed_at) if closed_at else None,
        sha256=digest(text),
    )


def to_csv(statement: Statement, shares: Shares = NO_SHARES) -> str:
    """One row per line between opening and total; amounts are plain numbers.

    ``weight`` of ``weights`` is the party's part of the base, as a fraction in lowest terms.
    """
    head: tuple[str, ...] = (
        label(statement), statement.state.value, statement.party, statement.period,
        statement.currency,
    )  # fmt: skip
    rows: list[Sequence[str | int | Money]] = [(*head, *_sum_row("opening", statement.opening))]
    rows += [(*head, *_csv_line(line, shares)) for line in statement.lines]
    rows += [
        (*head, *_sum_row("total", statement.subtotal)),
        (*head, *_sum_row("payable", statement.payable)),
        (*head, *_sum_row("closing", statement.closing)),
    ]
    return write_csv(COLUMNS, rows)


def label(statement: Statement | StatementSummary) -> str:
    """How the statement is called on paper: ``RS-000004``, or "" for a draft."""
    return "" if statement.number is None else f"RS-{statement.number:06d}"


def file_name(statement: Statement | StatementSummary, ending: str) -> str:
    """How a statement is called as a file: ``RS-000003-2026-10-GSMA-USD.pdf``; a draft by less."""
    parts = (label(statement), statement.period, statement.party, statement.currency)
    name = "-".join(part for part in parts if part)
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name) + ending


def events_csv(lines: Iterable[EventLine], shares: Shares = NO_SHARES) -> Iterator[str]:
    """The events behind a statement, row by row, so that no file is too long."""
    yield write_csv(EVENT_COLUMNS, ())
    for line in lines:
        yield csv_row(
            (line.event, line.kind.value, line.part.value, line.sale, _moment(line.occurred_at),
             line.period, line.course_key, line.offering_code, line.agreement, line.version,
             _or_blank(line.gross), _or_blank(line.tax), _or_blank(line.fee), line.base,
             *_weights(line, shares), line.amount)
        )  # fmt: skip


def _place(line: StatementLine) -> tuple[str, str, str, str, int, int]:
    return (line.period, line.course_key, line.offering_code, line.agreement, line.version,
            _PLACES[line.part])  # fmt: skip


def _sum_row(name: str, amount: Money) -> tuple[str | Money, ...]:
    return (name, *[""] * (len(COLUMNS) - 7), amount)


def _csv_line(line: StatementLine, shares: Shares) -> tuple[str | int | Money, ...]:
    return (
        "line", line.part.value, line.period, line.course_key, line.offering_code, line.agreement,
        line.version, line.events, line.base, *_weights(line, shares), line.amount,
    )  # fmt: skip


def _weights(line: StatementLine | EventLine, shares: Shares) -> tuple[int | str, int | str]:
    share = shares.of(line)
    return ("", "") if share is None else (share.numerator, share.denominator)


def _or_blank(amount: Money | None) -> Money | str:
    return "" if amount is None else amount


def _line(line: StatementLine) -> dict[str, Any]:
    return {
        "part": line.part.value,
        "period": line.period,
        "course": line.course_key,
        "offering": line.offering_code,
        "agreement": line.agreement,
        "version": line.version,
        "events": line.events,
        "base": _amount(line.base),
        "amount": _amount(line.amount),
    }


def _read_lines(content: dict[str, Any], currency: str) -> tuple[StatementLine, ...]:
    if content["schema"] == _SCHEMA_OF_EVENTS:
        return summed(_read_event_line(line, currency) for line in content["lines"])
    return tuple(_read_line(line, currency) for line in content["lines"])


def _read_event_line(content: dict[str, Any], currency: str) -> EventLine:
    return EventLine(
        event=content["event"],
        kind=EventKind(content["kind"]),
        part=Part(content["part"]),
        sale=content["sale"],
        occurred_at=datetime.fromisoformat(content["occurred_at"]),
        period=content["period"],
        course_key=content["course"],
        offering_code=content["offering"],
        agreement=content["agreement"],
        version=content["version"],
        base=Money(content["base"], currency),
        amount=Money(content["amount"], currency),
    )


def _read_line(content: dict[str, Any], currency: str) -> StatementLine:
    return StatementLine(
        part=Part(content["part"]),
        period=content["period"],
        course_key=content["course"],
        offering_code=content["offering"],
        agreement=content["agreement"],
        version=content["version"],
        events=content["events"],
        base=Money(content["base"], currency),
        amount=Money(content["amount"], currency),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _amount(money: Money) -> str:
    return f"{money.amount:f}"
