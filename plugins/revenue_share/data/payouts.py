"""What is paid to whom, by which file, and what the bank has made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money

from ..exceptions import RevenueShareError
from .rates import Conversion
from .steps import StepState


class CauseKind(StrEnum):
    """What a transaction of the ledger is about, if it is no event from outside."""

    PAYOUT = "payout"


class PayoutState(StrEnum):
    """Where one payment of a statement stands.

    ``proposed``: waits for a second person. ``ordered``: in a file for the bank. ``held``: the bank
    has debited another amount. ``paid``: the bank has debited it. ``returned``: it came back.
    ``rejected``: two people say that the bank has not executed it, and will not. ``refused``: no
    second person approved it. After the last three the statement can be paid again.
    """

    PROPOSED = "proposed"
    ORDERED = "ordered"
    HELD = "held"
    PAID = "paid"
    RETURNED = "returned"
    REFUSED = "refused"
    REJECTED = "rejected"


#: Where a statement is being paid, or was: it is in no other payout then.
LIVE = (PayoutState.PROPOSED, PayoutState.ORDERED, PayoutState.HELD, PayoutState.PAID)
#: What the bank may act on, or has acted on.
SENT = (PayoutState.ORDERED, PayoutState.HELD)


class EntryFault(StrEnum):
    """What is wrong with an entry of the bank: a person has to look.

    ``wrong_amount``: another amount than was ordered, or than comes back. ``duplicate``: the same
    payment was executed once more. ``unexpected``: nothing is known that it could be.
    ``rejected``: it was executed after it was over, and its statement is in another payout by now.
    """

    WRONG_AMOUNT = "wrong_amount"
    DUPLICATE = "duplicate"
    UNEXPECTED = "unexpected"
    REJECTED = "rejected"


class AcceptedAs(StrEnum):
    """What two people say that an entry of another amount is.

    ``payment``: the payment itself, or its return, less or more by a fee or a rate of the bank.
    ``charge``: a fee of the bank, or one that it gives back, beside the payment, which stays where
    it is. Either way the difference is the platform's (``fx_gain_loss``).
    """

    PAYMENT = "payment"
    CHARGE = "charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetails:
    """An account that money is sent to, or from. Never in a log, and encrypted in the tables.

    ``number`` is an IBAN where ``is_iban``, else what the bank calls the account. ``bic`` is blank
    where an IBAN says enough.
    """

    holder: str = field(repr=False)
    number: str = field(repr=False)
    is_iban: bool
    bic: str = ""

    @property
    def masked(self) -> str:
        """What may be shown of the number: ``CH… 2957``, and of a short one nothing."""
        begins = self.number[:2] if self.is_iban else ""
        return f"{begins}… {self.number[-4:]}" if len(self.number) >= 8 else "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHolder:
    """Who holds an account, and at which bank; ``bic`` is blank where an IBAN says enough."""

    name: str = field(repr=False)
    bic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One payment of a file. ``amount`` is what arrives, in its own currency."""

    end_to_end_id: str
    amount: Money
    to: AccountDetails
    remittance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferBlock:
    """Payments from one account of ours; ``currency`` is that of the account."""

    block_id: str
    account: AccountDetails
    currency: str
    execute_on: date
    transfers: tuple[Transfer, ...]
    is_sepa: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFile:
    """What a bank is asked to pay, whole."""

    message_id: str
    made_at: datetime
    initiator: str
    blocks: tuple[TransferBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTransfer:
    """A payment as a file that was written asks for it, ``number`` is the account it goes to."""

    end_to_end_id: str
    amount: Decimal
    currency: str
    debit_currency: str
    execute_on: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTransfers:
    """What such a file says of itself, and its payments."""

    message_id: str
    count: int
    control_sum: Decimal
    transfers: tuple[ReadTransfer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """A frozen statement that is to be paid, and how.

    ``refusal`` says why it cannot be now; then ``conversion`` may be missing. ``account`` is shown
    masked. ``debit_currency`` is that of our account it is paid from.
    """

    statement_id: int
    number: int
    party: str
    period: str
    amount: Money
    conversion: Conversion | None = None
    account_id: int | None = None
    account: str = ""
    debit_currency: str = ""
    refusal: RevenueShareError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a closed statement says is to be paid, and the bank has not paid yet.

    ``state`` is that of the payout that is under way, ``None`` where there is none.
    """

    number: int
    party: str
    period: str
    amount: Money
    state: PayoutState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutSummary:
    """One payment of a statement. ``charged`` is what the bank has debited our account with."""

    uuid: UUID
    number: int
    party: str
    period: str
    state: PayoutState
    conversion: Conversion
    account: str
    end_to_end_id: str
    charged: Money | None = None
    entries: tuple[EntrySummary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySummary:
    """What the bank has told of a payout; ``waits`` when somebody has asked to accept it."""

    id: int
    booked_on: date
    is_credit: bool
    amount: Money
    fault: EntryFault | None
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A difference that somebody asks to accept: of the payout with this id, as what, and why.

    ``amount`` is what the bank has booked, ``is_credit`` when it came in.
    """

    uuid: UUID
    name: str
    accepted_as: AcceptedAs
    amount: Money
    is_credit: bool
    reason: str
    asked_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A payout, by its id at banks, of which somebody says that the bank has not executed it."""

    uuid: UUID
    name: str
    number: int
    party: str
    amount: Money
    reason: str
    asked_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """Payouts that are proposed, approved and sent together."""

    uuid: UUID
    message_id: str
    execute_on: date
    reason: str
    asked_by: int
    asked_at: datetime
    confirmed_by: int | None
    confirmed_at: datetime | None
    refused_because: str
    is_waiting: bool
    sha256: str
    payouts: tuple[PayoutSummary, ...]

    @property
    def state(self) -> StepState:
        """Where it stands: approved is confirmed."""
        if self.is_waiting:
            return StepState.WAITING
        return StepState.CONFIRMED if self.confirmed_at else StepState.REFUSED

    @property
    def totals(self) -> tuple[Money, ...]:
        """What is sent, a sum for each currency."""
        sums: dict[str, Money] = {}
        for one in self.payouts:
            sent = one.conversion.converted
            sums[sent.currency] = sums.get(sent.currency, Money.zero(sent.currency)) + sent
        return tuple(sums[code] for code in sorted(sums))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A booked entry of our account that names a payout; two people may have said what it is."""

    id: int
    booked_on: date
    is_credit: bool
    amount: Money
    accepted_as: AcceptedAs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What the bank was asked for: ``pay``, from an account in ``debit_currency``.

    ``statement`` is what it clears. ``tolerance`` is the share in percent by which the bank's own
    rate may differ where it converts. ``lives`` is how often it counts as executed: more debits are
    faults. ``is_rejected``: two people said that it was not executed.
    """

    statement: Money
    pay: Money
    debit_currency: str
    tolerance: int
    lives: int = 1
    is_rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A debit that executed a payout, and what came back of it."""

    executed: Entry
    returned: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStanding:
    """Where a payout stands by what the bank has told: which entries count, which are faults.

    It has one life, and another one when it is executed again after it came back. ``charges`` were
    accepted as fees.
    """

    state: PayoutState
    lives: tuple[Life, ...] = ()
    charges: tuple[Entry, ...] = ()
    faults: tuple[tuple[Entry, EntryFault], ...] = ()

    @property
    def executed(self) -> Entry | None:
        """The last debit that counts as the payment."""
        return self.lives[-1].executed if self.lives else None

    @property
    def returned(self) -> Entry | None:
        """What came back of it."""
        return self.lives[-1].returned if self.lives else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFile:
    """What a bank's file did. ``faults`` are sentences; ``known`` entries were there already."""

    paid: int = 0
    returned: int = 0
    held: int = 0
    known: int = 0
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """A file for the bank, the same bytes every time."""

    name: str
    content: bytes = field(repr=False)
    sha256: str
