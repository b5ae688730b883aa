"""What can go wrong when money is taken.

* PaymentsError
  + UnknownOffering      no such offering code
  + NotOnSale            the offering is not sold on that day
    + UpgradeOver          its upgrade deadline has passed
    + CountryBlocked       it is not sold to learners of that country
  + NoPrice              no price for this payer class and currency on that day
  + NoSeatLeft           the room is full
  + UnknownSession       the offering has no such session
  + SessionNotOpen       the session was closed, or has begun
  + SeatsLeft            nobody has to wait for this room: a seat can be taken
  + NotWaiting           this learner does not wait for this room
  + LinesDoNotFit        lines of one order are of several merchants or currencies, or of nothing
  + InvalidCatalogue     what an operator wants to sell cannot be: the sentence says what
    + TaxOverlap           another rate of that country holds on some of these days
  + OverLimit            an author may not do this; the sentence says whom to ask
  + UnknownMerchant      no merchant has this code
  + UnknownTerms         no merchant has published this version of terms
  + AlreadyEntitled      this learner has access already: nothing to pay
  + QuoteChanged         the price the learner saw is not the price of this moment
  + TermsNotAccepted     who orders has not accepted the terms of sale in force
    + TermsChanged         they have accepted others: the terms have changed meanwhile
  + CountryChanged       the price was shown, or the order placed, for another country
  + NothingToPay         the total is zero: take the seat, do not pay
  + SomethingToPay       the total is not zero: a waiver does not cover all of it
  + InvalidOrder         nothing is ordered, the same twice, or too much at a time
  + UnknownOrder         no such order, or not this person's
  + OrderNotOpen         the order was settled, cancelled or has expired
  + SeatCodeRefused      the code opens nothing; the classes below say why
    + SeatCodeUnreadable   what was typed is no code, or has a slip in it
    + SeatCodeUnknown      there is no such code
    + SeatCodeElsewhere    the code is for another offering
    + SeatCodeTaken        somebody else has redeemed it
    + SeatCodeExpired      its time is over
    + SeatCodeRevoked      who gave it has taken it back
  + TooManyTries         this person has tried too many codes; later again
  + InvalidSeatCodes     what an operator asks for cannot be: the sentence says what
  + AlreadyIssued        the codes of this request were issued and shown already
  + UnknownSeatCode      no seat code has this uuid
  + UnknownBuyer         no such organisation, or this person does not act for it
  + BuyerNotVerified     nobody has verified the organisation yet
  + UnknownSeat          no such pool or seat, or not this person's
  + SeatNotFree          there are not as many seats to give
  + SeatListRefused      a list of people has faults: each line is named, nothing was assigned
  + TooManyInvitations   the organisation has sent too many invitations; later again
  + SeatRefused          a step with a seat cannot be taken: the sentence says why
    + InvitationGone       the link is used, replaced or taken back, or its time is over
    + InvitationElsewhere  the invitation is for another e-mail address
    + SeatStays            a seat that was accepted cannot be taken back any more
  + FeeNotKnown          the provider has not said what it keeps of a payment (retryable)
  + FeeRefused           no fee can be recorded: nothing was paid, or another fee is known
  + EnrolmentRefused     the platform does not enrol or unenrol this person (retryable)
  + InvalidAccess        access cannot be given or ended by hand like this: the sentence says why
  + UnknownAccess        no right has this uuid
  + RefundRefused        the refund exceeds what is left, or the order was not paid
    + PaymentDisputed    the payer's bank looks at the payment (retryable)
  + UnknownRequest       nobody has asked for this refund
  + RequestDecided       somebody has decided about this request already
  + SecondPersonNeeded   who asks, for a refund or a write-off, does not decide about it
  + InvalidRefundPolicy  the operator's refund policy cannot be read
  + KeyReused            the same idempotency key came with another payload
  + InvalidDocument      an invoice or the like whose sums or currencies do not fit together
  + InvalidEvent         a provider's event with a bad signature, age or shape
  + UnknownEvent         no such event, or nothing that could be worked again
  + UnknownProvider      no provider of that name is switched on
  + ProviderRefused      the provider says no, for good
  + ProviderUnavailable  network, time-out, 5xx (retryable)
    + ProviderMisconfigured  keys or options are wrong: an operator has to act
  + BankFileError        a bank's file cannot be read, and nothing of it was taken
  + InvalidCsvMapping    how a bank's CSV is to be read cannot be: the sentence names the field
  + InvalidReference     no creditor reference can be made of this number
  + UnknownDocument      no such quote, invoice or credit note, or not this person's
  + InvoiceRefused       a document cannot be issued, or a step about it not be taken
  + UnknownBankAccount   a bank's file is of an account that is not ours
  + AlreadyImported      the same file was taken before
  + MatchRefused         a payment and an invoice do not fit like this
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from fairgate.errors import FairgateError

if TYPE_CHECKING:
    from fee_payments.data.bank import ImportSummary


class PaymentsError(FairgateError):
    """The root of this family.

    ``offering_code`` is the line of an order that an error is about, "" where it is about none;
    ``line_title`` its title, where several were ordered and a person has to know which.
    """

    offering_code = ""
    line_title = ""


class UnknownOffering(PaymentsError):
    """No offering has this code."""


class NotOnSale(PaymentsError):
    """The offering is not sold on that day (UTC)."""

    def __init__(self, title: str, on: date) -> None:
        self.title, self.on = title, on
        super().__init__(f"“{title}” is not on sale on {on.isoformat()}.")


class UpgradeOver(NotOnSale):
    """The upgrade deadline has passed: nobody can buy it any more, enrolled or not."""

    def __init__(self, title: str, on: date, until: datetime) -> None:
        super().__init__(title, on)
        self.until = until
        self.args = (f"“{title}” could be bought until {until:%Y-%m-%d %H:%M} UTC.",)


class CountryBlocked(NotOnSale):
    """It is not sold to learners of this country; ``country`` is "" where it is not known."""

    def __init__(self, title: str, on: date, country: str) -> None:
        super().__init__(title, on)
        self.country = country
        where = f"to learners of {country}" if country else "to learners without a country"
        self.args = (f"“{title}” is not sold {where}.",)


class NoPrice(PaymentsError):
    """The price list has nothing for this payer class and currency on that day (UTC)."""

    def __init__(self, title: str, on: date, currency: str | None) -> None:
        self.title, self.on, self.currency = title, on, currency
        where = f" in {currency}" if currency else ""
        super().__init__(f"“{title}” has no price{where} on {on.isoformat()}.")


class NoSeatLeft(PaymentsError):
    """Every seat of the room is taken or held by an open order."""


class UnknownSession(PaymentsError):
    """The offering has no session of this code."""


class SessionNotOpen(PaymentsError):
    """The session was closed, or has begun: another one can be chosen."""


class SeatsLeft(PaymentsError):
    """There are seats: nobody has to wait."""


class NotWaiting(PaymentsError):
    """The learner does not wait for this room, or does so no longer."""


class LinesDoNotFit(PaymentsError):
    """The lines of one order have several merchants or currencies, or there is none."""


class InvalidCatalogue(PaymentsError):
    """An offering, a merchant or a session that cannot be; the sentence says why."""


class TaxOverlap(InvalidCatalogue):
    """Two rates of one country and kind would hold on the same day."""


class OverLimit(PaymentsError):
    """An author wants more than operators let authors of this course do.

    ``what`` is ``sell``, ``kind``, ``price``, ``currency`` or ``amount``; ``said`` fills the
    sentence, and ``contact`` is whom to ask, "" where nobody is named.
    """

    SENTENCES = {
        "sell": "Authors of this course may not add or change fees.",
        "kind": "Authors of this course may not sell “{kind}”.",
        "price": "Authors of this course may not set prices.",
        "currency": "Authors of this course may not sell in {currency}.",
        "amount": "{amount} is not between {lowest} and {highest}.",
    }

    def __init__(self, what: str, *, contact: str, **said: object) -> None:
        self.what, self.contact, self.said = what, contact, said
        ask = f"Please ask {contact}." if contact else "Please ask an operator."
        super().__init__(f"{self.SENTENCES[what].format(**said)} {ask}")


class UnknownMerchant(PaymentsError):
    """No merchant has this code."""


class UnknownTerms(PaymentsError):
    """No version of terms has this number."""


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


class UnknownBuyer(PaymentsError):
    """No such organisation, or this person does not act for it: both look the same."""


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


class FeeNotKnown(PaymentsError):
    """The provider has not said yet what it keeps of a payment, so its parts are not known."""

    retryable = True


class EnrolmentRefused(PaymentsError):
    """The platform does not enrol this person, or has no such enrolment; names ids only."""

    retryable = True


class FeeRefused(PaymentsError):
    """A fee of a payment that was not made, beyond reason, or other than the one that is known."""


class InvalidAccess(PaymentsError):
    """Access cannot be given or ended by hand like this; nothing was written."""


class UnknownAccess(PaymentsError):
    """No right has this uuid."""


class RefundRefused(PaymentsError):
    """The refund is larger than what is left of the payment, or nothing was paid."""


class UnknownRequest(PaymentsError):
    """No request for a refund has this uuid."""


class RequestDecided(PaymentsError):
    """A request for a refund is decided once, and somebody was first."""


class SecondPersonNeeded(PaymentsError):
    """Who asks for money back, or for a step that two people decide, does not decide it."""


class InvalidRefundPolicy(PaymentsError):
    """A refund policy in the settings, or of an offering, that cannot be read."""


class PaymentDisputed(RefundRefused):
    """The payer's bank looks at the payment: a refund waits for what it decides."""

    retryable = True


class KeyReused(PaymentsError):
    """The same idempotency key came with another payload (HTTP 409)."""


class InvalidDocument(PaymentsError):
    """A document of money that would not say what is owed; nothing is printed."""


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


class BankFileError(PaymentsError):
    """A file of a bank is not what it should be; nothing of it was taken.

    ``place`` says where ("line 12", "statement 1, entry 3"), ``field`` which part of that
    ("amount", ":61:", "CdtDbtInd"), ``sentence`` what is wrong. No name and no account of a payer
    is in it.
    """

    def __init__(self, sentence: str, *, place: str = "", field: str = "") -> None:
        self.sentence, self.place, self.field = sentence, place, field
        where = ", ".join(part for part in (place, field) if part)
        super().__init__(f"{where[0].upper()}{where[1:]}: {sentence}" if where else sentence)


class InvalidCsvMapping(PaymentsError):
    """A mapping of a bank's CSV cannot be used; ``field`` is the part that is wrong."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        self.sentence, self.field = sentence, field
        super().__init__(f"{field}: {sentence}" if field else sentence)


class InvalidReference(PaymentsError):
    """A number has signs, or a length, that ISO 11649 does not allow in a creditor reference."""


class ProviderMisconfigured(ProviderUnavailable):
    """The provider does not let us in, or its options are wrong: nothing works until it is mended.

    For a payer it is as if the provider did not answer; the log says what an operator has to do.
    """


class UnknownDocument(PaymentsError):
    """No such quote, invoice or credit note, or not this person's: both look the same."""


class InvoiceRefused(PaymentsError):
    """A document cannot be issued, or a step about it not be taken: the sentence says why."""


class UnknownBankAccount(PaymentsError):
    """A statement is of an account that is not one of ours; nothing of the file was taken."""


class AlreadyImported(PaymentsError):
    """The same file was taken before, whole; nothing was done. ``imported`` is what it became."""

    def __init__(self, sentence: str, imported: ImportSummary) -> None:
        self.imported = imported
        super().__init__(sentence)


class MatchRefused(PaymentsError):
    """A payment cannot be matched like this: the sentence says why. Nothing was matched."""
