"""Money that goes back, and who decides about it."""

from __future__ import annotations

from fee_payments.exceptions.base import PaymentsError


class RefundRefused(PaymentsError):
    """The refund is larger than what is left of the payment, or nothing was paid."""


class UnknownRequest(PaymentsError):
    """No request for a refund, or of an author, has this uuid."""


class RequestDecided(PaymentsError):
    """A request is decided once, and somebody was first."""


class SecondPersonNeeded(PaymentsError):
    """Who asks for money back, or for what another person decides, does not decide it."""


class InvalidRefundPolicy(PaymentsError):
    """A refund policy in the settings, or of an offering, that cannot be read."""


class PaymentDisputed(RefundRefused):
    """The payer's bank looks at the payment: a refund waits for what it decides."""

    retryable = True
