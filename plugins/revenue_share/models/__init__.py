"""The tables of the books. Rows of ``WrittenOnce`` models are never changed and never deleted."""

from revenue_share.models.adjustments import Adjustment, AdjustmentLine
from revenue_share.models.events import (
    AllocationLine,
    CarriedRemainder,
    DisputeStanding,
    RecoupmentStanding,
    RevenueEvent,
    SaleStanding,
)
from revenue_share.models.fund import (
    FundCredit,
    FundPosition,
)
from revenue_share.models.labels import (
    ACCEPTED_LABELS,
    ACCOUNT_LABELS,
    KIND_LABELS,
    PART_LABELS,
    PAYOUT_LABELS,
    SOURCE_LABELS,
    STATE_LABELS,
)
from revenue_share.models.ledger import (
    LedgerEntry,
    LedgerEntryQuerySet,
    LedgerTransaction,
    prove_balanced,
    prove_sums,
)
from revenue_share.models.mails import StatementMail
from revenue_share.models.payouts import (
    Payout,
    PayoutAcceptance,
    PayoutAccount,
    PayoutBatch,
    PayoutEntry,
    PayoutRejection,
)
from revenue_share.models.periods import (
    LockDate,
    PeriodClose,
    Statement,
)
from revenue_share.models.rates import (
    FxRate,
    RateProposal,
)
from revenue_share.models.remittances import Remittance
from revenue_share.models.rollups import (
    PartyRollup,
    ReceiptRollup,
)
from revenue_share.models.runs import BooksRun

__all__ = [
    "ACCEPTED_LABELS",
    "ACCOUNT_LABELS",
    "KIND_LABELS",
    "PART_LABELS",
    "PAYOUT_LABELS",
    "SOURCE_LABELS",
    "STATE_LABELS",
    "Adjustment",
    "AdjustmentLine",
    "AllocationLine",
    "BooksRun",
    "CarriedRemainder",
    "DisputeStanding",
    "FundCredit",
    "FundPosition",
    "FxRate",
    "LedgerEntry",
    "LedgerEntryQuerySet",
    "LedgerTransaction",
    "LockDate",
    "PartyRollup",
    "Payout",
    "PayoutAcceptance",
    "PayoutAccount",
    "PayoutBatch",
    "PayoutEntry",
    "PayoutRejection",
    "PeriodClose",
    "RateProposal",
    "ReceiptRollup",
    "RecoupmentStanding",
    "Remittance",
    "RevenueEvent",
    "SaleStanding",
    "Statement",
    "StatementMail",
    "prove_balanced",
    "prove_sums",
]
