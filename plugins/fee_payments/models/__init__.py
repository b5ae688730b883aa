"""Tables of fee_payments. Amounts are integers in minor units beside their ISO 4217 currency."""

from fee_payments.models.author_requests import AuthorRequest
from fee_payments.models.bank import (
    BankAccount,
    BankImport,
    BankLine,
    BankMatch,
    TransferBack,
)
from fee_payments.models.buyers import Buyer, BuyerContact
from fee_payments.models.catalogue import BundleItem, Offering, Price, TaxRate
from fee_payments.models.disputes import Dispute
from fee_payments.models.enrolments import Enrolled, EnrolmentTask
from fee_payments.models.entitlements import Entitlement
from fee_payments.models.events import ProviderEvent
from fee_payments.models.giving import GivenAccess
from fee_payments.models.hold_closings import HoldClosing
from fee_payments.models.institution_seats import (
    Seat,
    SeatMail,
    SeatPool,
    SeatPoolEnd,
    SeatStep,
)
from fee_payments.models.invoices import (
    CreditNote,
    DocumentFile,
    DocumentSeries,
    FrozenDocument,
    Invoice,
    InvoiceStanding,
    PurchaseOrder,
    QuoteDocument,
    Reminder,
    WriteOff,
)
from fee_payments.models.labels import (
    DISPUTE_LABELS,
    HOLD_LABELS,
    OUTCOME_LABELS,
    PAYER_LABELS,
    STATE_LABELS,
)
from fee_payments.models.marked import CatalogueMark
from fee_payments.models.merchants import Merchant, TermsVersion
from fee_payments.models.orders import Order, OrderHold, OrderLine
from fee_payments.models.payments import Payment, PaymentPart, Refund, RefundPart
from fee_payments.models.refund_requests import RefundRequest
from fee_payments.models.rooms import RoomWaiting, Session
from fee_payments.models.sandbox import SandboxSession
from fee_payments.models.seats import SeatCode, SeatCodeBatch, SeatCodeTries
from fee_payments.models.selling import (
    AuthorAmount,
    AuthorLimits,
    BlockedCountry,
    PayerMembership,
    ScreeningRecord,
)

__all__ = [
    "DISPUTE_LABELS",
    "HOLD_LABELS",
    "OUTCOME_LABELS",
    "PAYER_LABELS",
    "STATE_LABELS",
    "AuthorAmount",
    "AuthorLimits",
    "AuthorRequest",
    "BankAccount",
    "BankImport",
    "BankLine",
    "BankMatch",
    "BlockedCountry",
    "BundleItem",
    "Buyer",
    "BuyerContact",
    "CatalogueMark",
    "CreditNote",
    "Dispute",
    "DocumentFile",
    "DocumentSeries",
    "Enrolled",
    "EnrolmentTask",
    "Entitlement",
    "FrozenDocument",
    "GivenAccess",
    "HoldClosing",
    "Invoice",
    "InvoiceStanding",
    "Merchant",
    "Offering",
    "Order",
    "OrderHold",
    "OrderLine",
    "PayerMembership",
    "Payment",
    "PaymentPart",
    "Price",
    "ProviderEvent",
    "PurchaseOrder",
    "QuoteDocument",
    "Refund",
    "RefundPart",
    "RefundRequest",
    "Reminder",
    "RoomWaiting",
    "SandboxSession",
    "ScreeningRecord",
    "Seat",
    "SeatCode",
    "SeatCodeBatch",
    "SeatCodeTries",
    "SeatMail",
    "SeatPool",
    "SeatPoolEnd",
    "SeatStep",
    "Session",
    "TaxRate",
    "TermsVersion",
    "TransferBack",
    "WriteOff",
]
