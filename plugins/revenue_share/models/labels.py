"""How kinds, parts, accounts and states are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..data import AcceptedAs, Account, EventKind, Part, PayoutState, RateSource, StatementState

KIND_LABELS = {
    EventKind.SALE: _("sale"),
    EventKind.REFUND: _("refund"),
    EventKind.WAIVED_SEAT: _("Waived seat"),
    EventKind.RETURNED_SEAT: _("Waived seat, given back"),
    EventKind.DISPUTE_OPENED: _("Dispute opened"),
    EventKind.DISPUTE_LOST: _("Dispute lost"),
    EventKind.DISPUTE_WON: _("Dispute won"),
    EventKind.ADJUSTMENT: _("Adjustment by hand"),
    EventKind.REMITTANCE: _("Paid over to the platform"),
}
PART_LABELS = {
    Part.SHARE: _("Share of a sale"),
    Part.MIRROR: _("Share taken back, or given again"),
    Part.RECOUPED: _("Recouped before the shares"),
    Part.PROCESSOR_FEE: _("Processor’s fee"),
    Part.LOST_FEE: _("Processor’s fee that did not come back"),
    Part.DISPUTE_FEE: _("Fee of a dispute"),
    Part.COLLECTED: _("Received from payers, and owed"),
    Part.REMITTED: _("Paid over to the platform"),
    Part.ADJUSTMENT: _("Adjustment by hand"),
    Part.SEAT: _("Waived seat"),
}
ACCOUNT_LABELS = {
    Account.GATEWAY_CLEARING: _("At the payment provider"),
    Account.PROCESSOR_FEE: _("Processor’s fees"),
    Account.DEFERRED_RECEIPTS: _("Receipts to be shared"),
    Account.TAX_PAYABLE: _("Tax to be paid"),
    Account.UNALLOCATED: _("Not allocated"),
    Account.PAYABLE_ON_HOLD: _("Owed, on hold"),
    Account.FEE_LOST: _("Lost fees, on hold"),
    Account.DISPUTE_FEE: _("Fees of disputes"),
    Account.PAYABLE_CLEARED: _("Owed, cleared"),
    Account.RECEIVABLE: _("To be given back"),
    Account.FUND_AVAILABLE: _("Cleared for the waiver fund"),
    Account.BANK: _("At the bank, less what was paid out"),
    Account.FX_GAIN_LOSS: _("Differences of rates and bank fees"),
}
STATE_LABELS = {
    StatementState.DRAFT: _("draft"),
    StatementState.CLOSED: _("closed"),
    StatementState.SENT: _("sent to the bank"),
    StatementState.PAID: _("paid"),
    StatementState.CARRIED: _("carried forward"),
}
SOURCE_LABELS = {
    RateSource.UNORE: _("UN operational rate"),
    RateSource.ECB: _("ECB reference rate"),
    RateSource.MANUAL: _("entered by two people"),
}
PAYOUT_LABELS = {
    PayoutState.PROPOSED: pgettext_lazy("a payout", "proposed"),
    PayoutState.ORDERED: pgettext_lazy("a payout", "sent to the bank"),
    PayoutState.HELD: pgettext_lazy("a payout", "held"),
    PayoutState.PAID: pgettext_lazy("a payout", "paid"),
    PayoutState.RETURNED: pgettext_lazy("a payout", "returned"),
    PayoutState.REFUSED: pgettext_lazy("a payout", "refused"),
    PayoutState.REJECTED: pgettext_lazy("a payout", "not executed"),
}
ACCEPTED_LABELS = {
    AcceptedAs.PAYMENT: _("the payment, or its return"),
    AcceptedAs.CHARGE: _("a fee of the bank"),
}


def choices(labels: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """The values of a field and what they are called."""
    return [(kind.value, label) for kind, label in labels.items()]
