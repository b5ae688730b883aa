"""On what something is sold: terms that who orders accepts, and how money goes back."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fee_payments import conf, models
from fee_payments.data import OfferingSummary, RefundPolicy, TermsSummary
from fee_payments.exceptions import TermsChanged, TermsNotAccepted
from fee_payments.selectors.orders import kept_refund_policy


def check_accepted(terms: TermsSummary | None, accepted: str) -> None:
    """Whether who orders accepts the terms in force; without terms there is nothing to accept.

    ``accepted`` is the SHA-256 of what they have read ("": nothing): it stands for these very words
    of this merchant, which the name of a version does not.

    Raises:
        TermsNotAccepted: they have accepted nothing.
        TermsChanged: they have accepted other terms.
    """
    if terms is None or accepted == terms.sha256:
        return
    if not accepted:
        raise TermsNotAccepted(_("Please accept the terms of sale."))
    raise TermsChanged(
        _("The terms of sale have changed meanwhile. Please read them and accept them again.")
    )


def refund_policy_of(offering: OfferingSummary) -> RefundPolicy:
    """The refund policy that an offering is sold under now: its own, or that of the site.

    Raises:
        InvalidRefundPolicy: the setting cannot be read.
    """
    return conf.refund_policy() if offering.refund_policy is None else offering.refund_policy


def sold_refund_policy(line: models.OrderLine) -> RefundPolicy:
    """The refund policy that a line was sold under; that of the site where none was kept.

    Raises:
        InvalidRefundPolicy: the setting cannot be read.
    """
    kept = kept_refund_policy(line)
    return conf.refund_policy() if kept is None else kept
