"""Payments, and the providers that make them."""

from __future__ import annotations

from fee_payments.exceptions.base import PaymentsError


class FeeNotKnown(PaymentsError):
    """The provider has not said yet what it keeps of a payment, so its parts are not known."""

    retryable = True


class FeeRefused(PaymentsError):
    """A fee of a payment that was not made, beyond reason, or other than the one that is known."""


class InvalidEvent(PaymentsError):
    """An event that is not from the provider, too old, or not readable (HTTP 400)."""


class UnknownEvent(PaymentsError):
    """No such event, or it cannot be worked again: the sentence says why."""


class UnknownProvider(PaymentsError):
    """No provider of that name is switched on."""


class ProviderRefused(PaymentsError):
    """The provider says no, and will say no again."""


class ProviderUnavailable(PaymentsError):
    """The provider did not answer; the same call with the same key may go through later."""

    retryable = True


class ProviderMisconfigured(ProviderUnavailable):
    """The provider does not let us in, or its options are wrong: nothing works until it is mended.

    For a payer it is as if the provider did not answer; the log says what an operator has to do.
    """
