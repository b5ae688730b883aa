"""Organisations that buy, their seats, and who is invited to them."""

from __future__ import annotations

from fee_payments.exceptions.base import PaymentsError


class UnknownBuyer(PaymentsError):
    """No such organisation, or this person does not act for it: both look the same."""


class NotYourPart(PaymentsError):
    """Somebody acts for the organisation, and in another part of it; the sentence says which."""


class BuyerNotVerified(PaymentsError):
    """Nobody has verified yet that the organisation is what it says it is."""


class UnknownSeat(PaymentsError):
    """No such pool, seat or invitation, or not this person's: all look the same from outside."""


class SeatNotFree(PaymentsError):
    """A pool has not as many seats to give; nothing was given."""


class SeatListRefused(PaymentsError):
    """A list of people has faults; nothing was assigned. ``faults``: (line, what is wrong)."""

    def __init__(self, sentence: str, faults: tuple[tuple[int, str], ...] = ()) -> None:
        self.faults = faults
        super().__init__(sentence)


class TooManyInvitations(PaymentsError):
    """An organisation has sent as many invitations as it may in a day."""

    retryable = True


class SeatRefused(PaymentsError):
    """A step with a seat cannot be taken; nothing has happened, and the sentence says why."""


class InvitationGone(SeatRefused):
    """The link was used, replaced or taken back, or its time is over."""


class InvitationElsewhere(SeatRefused):
    """The invitation is for an e-mail address that is not the confirmed one of this account."""


class SeatStays(SeatRefused):
    """A seat was accepted too long ago, or its course is under way, for its coordinator."""
