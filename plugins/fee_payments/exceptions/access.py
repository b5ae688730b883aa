"""Rights that are given by hand, and the enrolments that follow from rights."""

from __future__ import annotations

from fee_payments.exceptions.base import PaymentsError


class EnrolmentRefused(PaymentsError):
    """The platform does not enrol this person, or has no such enrolment; names ids only."""

    retryable = True


class InvalidAccess(PaymentsError):
    """Access cannot be given or ended by hand like this; nothing was written."""


class UnknownAccess(PaymentsError):
    """No right has this uuid."""
