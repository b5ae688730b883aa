"""Codes that take a seat which somebody else has paid."""

from __future__ import annotations

from datetime import datetime

from fee_payments.exceptions.base import PaymentsError


class SeatCodeRefused(PaymentsError):
    """A seat code opens nothing; nothing has happened, and the sentence says why."""


class SeatCodeUnreadable(SeatCodeRefused):
    """What was typed is no code, or has a slip in it. Nobody was asked."""


class SeatCodeUnknown(SeatCodeRefused):
    """There is no such code."""


class SeatCodeElsewhere(SeatCodeRefused):
    """The code is for another offering."""


class SeatCodeTaken(SeatCodeRefused):
    """Somebody else has redeemed the code: one code, one person, one seat."""


class SeatCodeExpired(SeatCodeRefused):
    """The code was not redeemed in time."""


class SeatCodeRevoked(SeatCodeRefused):
    """Who gave the code has taken it back."""


class TooManyTries(PaymentsError):
    """This person has typed too many codes that opened nothing; ``until`` is when to try again."""

    retryable = True

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"Too many seat codes were tried; try again at {until:%H:%M} UTC.")


class InvalidSeatCodes(PaymentsError):
    """Too many codes, from nobody, over before they begin, or revoked without a reason."""


class AlreadyIssued(PaymentsError):
    """The same request has issued its codes and shown them; nobody can show them again."""


class UnknownSeatCode(PaymentsError):
    """No seat code has this uuid."""
