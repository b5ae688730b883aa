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
  + ChangeNotAsked       an author may not ask operators for this: the sentence says why
  + BaseChanged          what an author asked to change has changed since
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
    + PaymentOnItsWay      it was paid in a way that needs days, and is not paid again meanwhile
  + HoldStays            what an order waits for cannot be closed like this
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
  + NotYourPart          this person acts for the organisation, but not in this
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
  + UnknownRequest       nobody has asked for this refund, or this change
  + RequestDecided       somebody has decided about this request already
  + SecondPersonNeeded   who asks, for a refund, a write-off or a change, does not decide about it
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

from fee_payments.exceptions.access import EnrolmentRefused, InvalidAccess, UnknownAccess
from fee_payments.exceptions.bank import (
    AlreadyImported,
    BankFileError,
    InvalidCsvMapping,
    MatchRefused,
    UnknownBankAccount,
)
from fee_payments.exceptions.base import PaymentsError
from fee_payments.exceptions.catalogue import (
    BaseChanged,
    ChangeNotAsked,
    CountryBlocked,
    InvalidCatalogue,
    LinesDoNotFit,
    NoPrice,
    NoSeatLeft,
    NotOnSale,
    NotWaiting,
    OverLimit,
    SeatsLeft,
    SessionNotOpen,
    TaxOverlap,
    UnknownMerchant,
    UnknownOffering,
    UnknownSession,
    UnknownTerms,
    UpgradeOver,
)
from fee_payments.exceptions.documents import (
    InvalidDocument,
    InvalidReference,
    InvoiceRefused,
    UnknownDocument,
)
from fee_payments.exceptions.institutions import (
    BuyerNotVerified,
    InvitationElsewhere,
    InvitationGone,
    NotYourPart,
    SeatListRefused,
    SeatNotFree,
    SeatRefused,
    SeatStays,
    TooManyInvitations,
    UnknownBuyer,
    UnknownSeat,
)
from fee_payments.exceptions.orders import (
    AlreadyEntitled,
    CountryChanged,
    HoldStays,
    InvalidOrder,
    KeyReused,
    NothingToPay,
    OrderNotOpen,
    PaymentOnItsWay,
    QuoteChanged,
    SomethingToPay,
    TermsChanged,
    TermsNotAccepted,
    UnknownOrder,
)
from fee_payments.exceptions.payments import (
    FeeNotKnown,
    FeeRefused,
    InvalidEvent,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnavailable,
    UnknownEvent,
    UnknownProvider,
)
from fee_payments.exceptions.refunds import (
    InvalidRefundPolicy,
    PaymentDisputed,
    RefundRefused,
    RequestDecided,
    SecondPersonNeeded,
    UnknownRequest,
)
from fee_payments.exceptions.seat_codes import (
    AlreadyIssued,
    InvalidSeatCodes,
    SeatCodeElsewhere,
    SeatCodeExpired,
    SeatCodeRefused,
    SeatCodeRevoked,
    SeatCodeTaken,
    SeatCodeUnknown,
    SeatCodeUnreadable,
    TooManyTries,
    UnknownSeatCode,
)

__all__ = [
    "AlreadyEntitled",
    "AlreadyImported",
    "AlreadyIssued",
    "BankFileError",
    "BaseChanged",
    "BuyerNotVerified",
    "ChangeNotAsked",
    "CountryBlocked",
    "CountryChanged",
    "EnrolmentRefused",
    "FeeNotKnown",
    "FeeRefused",
    "HoldStays",
    "InvalidAccess",
    "InvalidCatalogue",
    "InvalidCsvMapping",
    "InvalidDocument",
    "InvalidEvent",
    "InvalidOrder",
    "InvalidReference",
    "InvalidRefundPolicy",
    "InvalidSeatCodes",
    "InvitationElsewhere",
    "InvitationGone",
    "InvoiceRefused",
    "KeyReused",
    "LinesDoNotFit",
    "MatchRefused",
    "NoPrice",
    "NoSeatLeft",
    "NotOnSale",
    "NotWaiting",
    "NotYourPart",
    "NothingToPay",
    "OrderNotOpen",
    "OverLimit",
    "PaymentDisputed",
    "PaymentOnItsWay",
    "PaymentsError",
    "ProviderMisconfigured",
    "ProviderRefused",
    "ProviderUnavailable",
    "QuoteChanged",
    "RefundRefused",
    "RequestDecided",
    "SeatCodeElsewhere",
    "SeatCodeExpired",
    "SeatCodeRefused",
    "SeatCodeRevoked",
    "SeatCodeTaken",
    "SeatCodeUnknown",
    "SeatCodeUnreadable",
    "SeatListRefused",
    "SeatNotFree",
    "SeatRefused",
    "SeatStays",
    "SeatsLeft",
    "SecondPersonNeeded",
    "SessionNotOpen",
    "SomethingToPay",
    "TaxOverlap",
    "TermsChanged",
    "TermsNotAccepted",
    "TooManyInvitations",
    "TooManyTries",
    "UnknownAccess",
    "UnknownBankAccount",
    "UnknownBuyer",
    "UnknownDocument",
    "UnknownEvent",
    "UnknownMerchant",
    "UnknownOffering",
    "UnknownOrder",
    "UnknownProvider",
    "UnknownRequest",
    "UnknownSeat",
    "UnknownSeatCode",
    "UnknownSession",
    "UnknownTerms",
    "UpgradeOver",
]
