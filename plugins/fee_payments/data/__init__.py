"""The values of fee_payments: frozen, keyword-only, plain Python."""

from fairgate.payers import PayerClass
from fee_payments.data.catalogue import (
    OfferingEntry,
    OfferingSummary,
    PriceEntry,
    PriceSummary,
    TaxRule,
)
from fee_payments.data.disputes import DisputeState, DisputeSummary
from fee_payments.data.entitlements import EntitlementChange, EntitlementSummary
from fee_payments.data.events import Difference, EventSummary
from fee_payments.data.orders import (
    LineState,
    NextStep,
    OrderLineSummary,
    OrderState,
    OrderSummary,
)
from fee_payments.data.payments import (
    EventOutcome,
    EventReceipt,
    PaymentSummary,
    ProviderChoice,
    RefundSummary,
    ReturnedSeat,
    WaivedSeat,
)
from fee_payments.data.people import Learner
from fee_payments.data.quotes import Breakdown, Quote
from fee_payments.data.refunds import (
    RefundAnswer,
    RefundOffer,
    RefundReceipt,
    RefundRequestSummary,
    RefundState,
    RequestOutcome,
)
from fee_payments.data.seat_codes import GivenSeat, IssuedSeatCodes, SeatCodeState, SeatCodeSummary

__all__ = [
    "Breakdown",
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
    "LineState",
    "NextStep",
    "OfferingEntry",
    "OfferingSummary",
    "OrderLineSummary",
    "OrderState",
    "OrderSummary",
    "PayerClass",
    "PaymentSummary",
    "PriceEntry",
    "PriceSummary",
    "ProviderChoice",
    "Quote",
    "RefundAnswer",
    "RefundOffer",
    "RefundReceipt",
    "RefundRequestSummary",
    "RefundState",
    "RefundSummary",
    "RequestOutcome",
    "ReturnedSeat",
    "SeatCodeState",
    "SeatCodeSummary",
    "TaxRule",
    "WaivedSeat",
]
