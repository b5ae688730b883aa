"""Whether a frozen statement is what was frozen: its columns, its document and its hash."""

from __future__ import annotations

from decimal import InvalidOperation

from .. import statements
from ..data import Statement
from ..models import Statement as StatementRow


def is_as_frozen(row: StatementRow) -> bool:
    """Whether every column says what the document says, and that is what was hashed."""
    return read(row) is not None


def read(row: StatementRow) -> Statement | None:
    """What the document says; ``None`` where the hash or a column says something else.

    The hash has no key: who writes documents can write theirs. That its lines are those of the
    books is proved with the sums of the month (``checking_statements``).
    """
    if statements.digest(row.document) != row.sha256:
        return None
    try:
        said = statements.read_document(row.document)
    except (ValueError, LookupError, TypeError, InvalidOperation):
        return None
    return said if _columns(said) == _kept(row) else None


def _columns(said: Statement) -> tuple[object, ...]:
    return (
        said.number, said.party, said.period, said.period, said.currency, said.state.value,
        said.opening.minor, said.subtotal.minor, said.payable.minor, said.closing.minor,
        said.minimum_payout.minor if said.minimum_payout else None, said.closed_at,
    )  # fmt: skip


def _kept(row: StatementRow) -> tuple[object, ...]:
    return (
        row.number, row.party, row.period, row.close.period, row.currency, row.state,
        row.opening_minor, row.subtotal_minor, row.payable_minor, row.closing_minor,
        row.minimum_payout_minor, row.close.closed_at,
    )  # fmt: skip
