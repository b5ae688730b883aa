"""How states and kinds are named in the admin and on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fee_payments.data import (
    AuthorRequestState,
    AuthorWish,
    DisputeState,
    EventOutcome,
    HoldCause,
    OrderState,
    PayerClass,
    PayerScope,
    PricesHoldTax,
    RequestOutcome,
    Rounding,
    TaxKind,
)
from fee_payments.data.institution_seats import MailKind, SeatAction
from fee_payments.data.invoices import AccessOn, ContactRole

PAYER_LABELS = {
    PayerClass.INDIVIDUAL: _("an individual"),
    PayerClass.MEMBER_STATE: _("a Member State"),
    PayerClass.SECTOR_MEMBER: _("a Sector Member"),
    PayerClass.ASSOCIATE: _("an Associate"),
    PayerClass.ACADEMIA: _("Academia"),
    PayerClass.PRIVATE: _("a private organisation"),
}
STATE_LABELS = {
    OrderState.CREATED: _("not paid yet"),
    OrderState.PENDING: _("payment under way"),
    OrderState.PAID: _("paid"),
    OrderState.WAIVED: _("waived"),
    OrderState.HELD: _("waits for a person"),
    OrderState.CANCELLED: _("cancelled"),
    OrderState.EXPIRED: _("time is over"),
    OrderState.PARTIALLY_REFUNDED: _("refunded in part"),
    OrderState.REFUNDED: _("refunded"),
    OrderState.DISPUTED: _("disputed"),
    OrderState.LOST: _("lost in a dispute"),
}
HOLD_LABELS = {
    HoldCause.PAYMENT: _("a payment that does not fit"),
    HoldCause.REFUND: _("a refund that was not made"),
    HoldCause.REVERSAL: _("a payment that the bank took back"),
    HoldCause.ACCESS: _("access that could not be given again"),
}
OUTCOME_LABELS = {
    EventOutcome.SETTLED: _("payment settled"),
    EventOutcome.FAILED: _("payment failed"),
    EventOutcome.KNOWN: _("known already"),
    EventOutcome.HELD: _("waits for a person"),
    EventOutcome.IGNORED: _("not for us"),
    EventOutcome.WAITING: _("is tried again"),
}
DISPUTE_LABELS = {
    DisputeState.INQUIRY: _("a question of the bank"),
    DisputeState.CLOSED: _("question answered"),
    DisputeState.OPENED: _("open"),
    DisputeState.LOST: _("lost"),
    DisputeState.WON: _("won"),
}
REQUEST_LABELS = {
    RequestOutcome.GRANTED: _("granted"),
    RequestOutcome.REFUSED: _("refused"),
}
AUTHOR_WISH_LABELS = {
    AuthorWish.ADD: _("a new fee"),
    AuthorWish.CHANGE: _("what is said of a fee"),
    AuthorWish.PRICE: _("a price"),
}
AUTHOR_STATE_LABELS = {
    AuthorRequestState.WAITING: _("waits for an operator"),
    AuthorRequestState.APPROVED: _("approved"),
    AuthorRequestState.DECLINED: pgettext_lazy("a request", "declined"),
    AuthorRequestState.WITHDRAWN: _("taken back"),
}
AUTHOR_OUTCOME_LABELS = {
    state: label
    for state, label in AUTHOR_STATE_LABELS.items()
    if state is not AuthorRequestState.WAITING
}


TAX_KIND_LABELS = {
    TaxKind.STANDARD: _("taxed"),
    TaxKind.ZERO: _("zero rate"),
    TaxKind.EXEMPT: _("exempt"),
    TaxKind.REVERSE_CHARGE: _("reverse charge"),
}
SCOPE_LABELS = {
    PayerScope.ANY: _("everybody"),
    PayerScope.BUSINESS: _("organisations"),
    PayerScope.INDIVIDUAL: _("individuals"),
}
HOLDS_TAX_LABELS = {
    PricesHoldTax.AS_THE_RATE: _("as the country's rate says"),
    PricesHoldTax.YES: _("in the price"),
    PricesHoldTax.NO: _("added to the price"),
}
ROUNDING_LABELS = {
    Rounding.HALF_UP: _("half up"),
    Rounding.HALF_EVEN: _("half to the even one"),
    Rounding.DOWN: _("down"),
}
ACCESS_LABELS = {
    AccessOn.PAYMENT: _("the payment"),
    AccessOn.INVOICE: _("the invoice, on credit"),
}
ROLE_LABELS = {
    ContactRole.COORDINATOR: _("coordinates the training"),
    ContactRole.FINANCE: _("pays the invoices"),
}
SEAT_ACTION_LABELS = {
    SeatAction.INVITED: _("invited"),
    SeatAction.CODE_ISSUED: _("given as a code"),
    SeatAction.RELEASED: _("taken back before it was accepted"),
    SeatAction.DECLINED: _("not wanted"),
    SeatAction.EXPIRED: _("not accepted in time"),
    SeatAction.ACCEPTED: _("accepted"),
    SeatAction.SHARED: _("progress shared"),
    SeatAction.UNSHARED: _("progress no longer shared"),
    SeatAction.REMINDED: _("reminded"),
    SeatAction.REVOKED: _("taken back"),
    SeatAction.HELD: _("held for a refund"),
    SeatAction.UNHELD: _("no longer held for a refund"),
    SeatAction.WITHDRAWN: _("refunded"),
    SeatAction.CLOSED: pgettext_lazy("a seat", "closed"),
    SeatAction.REOPENED: _("open again"),
    SeatAction.FORGOTTEN: _("personal data removed"),
}
SEAT_MAIL_LABELS = {
    MailKind.INVITATION: _("invitation"),
    MailKind.REMINDER: _("reminder"),
}


def choices(labels: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """The labels as a field wants them."""
    return [(item.value, label) for item, label in labels.items()]
