"""Facts that fee_payments tells, in the past tense, after the commit.

The rows behind the first four are the outbox: ``api.list_payments``, ``list_refunds``,
``list_waived_seats`` and ``list_returned_seats`` give the same facts again, in order, to whoever
missed a signal because a worker died between the commit and the send.
"""

from django.dispatch import Signal

# payment: fee_payments.data.PaymentSummary
PAYMENT_RECORDED = Signal()

# refund: fee_payments.data.RefundSummary
PAYMENT_REFUNDED = Signal()

# seat: fee_payments.data.WaivedSeat
SEAT_WAIVED = Signal()

# seat: fee_payments.data.ReturnedSeat
SEAT_RETURNED = Signal()

# dispute: fee_payments.data.DisputeSummary, as it stood then. A dispute that is told late is told
# to be opened all the same, before it is told to be lost or won. ``api.list_disputes`` tells again.
DISPUTE_OPENED = Signal()
DISPUTE_LOST = Signal()
DISPUTE_WON = Signal()

# change: fee_payments.data.EntitlementChange. A hint to forget what was remembered about this
# learner, never a right: whoever needs to know asks ``has_entitlement``. It may be missed.
ENTITLEMENT_CHANGED = Signal()

# course_key: str, a course run whose fees are others now. A hint as well.
OFFERINGS_CHANGED = Signal()

# invoice: fee_payments.data.invoices.InvoiceSummary. Nothing is missing of it any more. May be
# missed: ``api.list_invoices`` says which are settled.
INVOICE_SETTLED = Signal()

# order_uuid: UUID, of an order that can be paid no longer, of which a page may be open at a
# provider. A hint as well: ``api.close_left_pages`` finds those that were missed.
ORDER_CLOSED = Signal()
