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
    Stage,
)
from revenue_share.data.events import (
    DISPUTES,
    SEATS,
    TAKEN_BY_BANKS,
    Allocation,
    Amounts,
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
    "DISPUTES",
    "SEATS",
    "TAKEN_BY_BANKS",
    "Account",
    "Allocation",
    "Amounts",
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
    "Stage",
    "Statement",
    "StatementLine",
    "StatementState",
    "StatementSummary",
    "Units",
    "Weights",
]
