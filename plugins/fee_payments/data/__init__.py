"""The values of fee_payments: frozen, keyword-only, plain Python."""

from fairgate.payers import PayerClass
from fee_payments.data.authoring import (
    NO_LIMITS,
    AmountLimit,
    AuthoredOffering,
    AuthoredPrice,
    Limits,
)
from fee_payments.data.catalogue import (
    OfferingEntry,
    OfferingSummary,
    PriceEntry,
    PriceSpan,
    PriceSummary,
    SpanKind,
)
from fee_payments.data.disputes import DisputeState, DisputeSummary
from fee_payments.data.entitlements import EntitlementChange, EntitlementSummary
from fee_payments.data.events import Difference, EventSummary
from fee_payments.data.merchants import (
    BankAccount,
    MerchantDetails,
    MerchantEntry,
    MerchantSummary,
    TermsSummary,
)
from fee_payments.data.orders import LineState, NextStep, OrderLineSummary, OrderState, OrderSummary
from fee_payments.data.payments import (
    EventOutcome,
    EventReceipt,
    PaymentSummary,
    ProviderChoice,
    RefundSummary,
    ReturnedSeat,
    WaivedSeat,
)
from fee_payments.data.people import Learner, MembershipEntry
from fee_payments.data.quotes import Breakdown, Quote, Quotes, WantedLine
from fee_payments.data.refunds import (
    RefundAnswer,
    RefundOffer,
    RefundReceipt,
    RefundRequestSummary,
    RefundState,
    RequestOutcome,
)
from fee_payments.data.rooms import RoomPlace, SessionEntry, SessionSummary
from fee_payments.data.seat_codes import GivenSeat, IssuedSeatCodes, SeatCodeState, SeatCodeSummary
from fee_payments.data.taxes import (
    BuyerTax,
    PayerScope,
    PricesHoldTax,
    Rounding,
    TaxEntry,
    TaxKind,
    TaxRule,
)

__all__ = [
    "NO_LIMITS",
    "AmountLimit",
    "AuthoredOffering",
    "AuthoredPrice",
    "BankAccount",
    "Breakdown",
    "BuyerTax",
    "Difference",
    "DisputeState",
    "DisputeSummary",
    "EntitlementChange",
    "EntitlementSummary",
    "EventOutcome",
    "EventReceipt",
    "EventSummary",
    "GivenSeat",
    "IssuedSeatCodes",
    "Learner",
    "Limits",
    "LineState",
    "MembershipEntry",
    "MerchantDetails",
    "MerchantEntry",
    "MerchantSummary",
    "NextStep",
    "OfferingEntry",
    "OfferingSummary",
    "OrderLineSummary",
    "OrderState",
    "OrderSummary",
    "PayerClass",
    "PayerScope",
    "PaymentSummary",
    "PriceEntry",
    "PriceSpan",
    "PriceSummary",
    "PricesHoldTax",
    "ProviderChoice",
    "Quote",
    "Quotes",
    "RefundAnswer",
    "RefundOffer",
    "RefundReceipt",
    "RefundRequestSummary",
    "RefundState",
    "RefundSummary",
    "RequestOutcome",
    "ReturnedSeat",
    "RoomPlace",
    "Rounding",
    "SeatCodeState",
    "SeatCodeSummary",
    "SessionEntry",
    "SessionSummary",
    "SpanKind",
    "TaxEntry",
    "TaxKind",
    "TaxRule",
    "TermsSummary",
    "WaivedSeat",
    "WantedLine",
]
