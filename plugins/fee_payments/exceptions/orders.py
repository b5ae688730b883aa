"""Orders, from the price that was seen until they are settled."""

from __future__ import annotations

from fee_payments.exceptions.base import PaymentsError


class AlreadyEntitled(PaymentsError):
    """The learner has access already."""


class QuoteChanged(PaymentsError):
    """The price the learner agreed to is not the price of this moment."""


class TermsNotAccepted(PaymentsError):
    """The merchant has terms of sale, and who orders has not accepted the version in force."""


class TermsChanged(TermsNotAccepted):
    """Who orders has accepted another version than the one that is in force now."""


class CountryChanged(PaymentsError):
    """A price is for a country, and the learner's profile has another one now."""


class NothingToPay(PaymentsError):
    """The total is zero, so no provider is asked."""


class SomethingToPay(PaymentsError):
    """The waiver leaves something to pay."""


class InvalidOrder(PaymentsError):
    """An order of nothing, of the same thing twice, or of too many things at a time."""


class UnknownOrder(PaymentsError):
    """No such order, or it is somebody else's: both look the same from outside."""


class OrderNotOpen(PaymentsError):
    """The order can no longer be paid."""


class HoldStays(PaymentsError):
    """What an order waits for cannot be closed like this; nothing was written."""


class PaymentOnItsWay(OrderNotOpen):
    """Somebody has paid, and a bank needs days: not paid again, and not replaced, meanwhile."""


class KeyReused(PaymentsError):
    """The same idempotency key came with another payload (HTTP 409)."""
