"""The values of the books: frozen, keyword-only, plain Python.

Amounts named ``units`` are signed whole minor units of one currency. Moments are aware, in UTC.
"""

from revenue_share.data.books import (
    Account,
    Balance,
    Cleared,
    Fault,
    Posting,
    Rebuilt,
)
from revenue_share.data.events import (
    SEATS,
    Allocation,
    Booking,
    CaughtUp,
    EventKind,
    Part,
    Units,
    Weights,
)
from revenue_share.data.periods import (
    ClosedPeriod,
    Period,
)
from revenue_share.data.statements import (
    EventLine,
    Names,
    Statement,
    StatementLine,
    StatementState,
    StatementSummary,
)

__all__ = [
    "SEATS",
    "Account",
    "Allocation",
    "Balance",
    "Booking",
    "CaughtUp",
    "Cleared",
    "ClosedPeriod",
    "EventKind",
    "EventLine",
    "Fault",
    "Names",
    "Part",
    "Period",
    "Posting",
    "Rebuilt",
    "Statement",
    "StatementLine",
    "StatementState",
    "StatementSummary",
    "Units",
    "Weights",
]
