"""Money as Stripe counts it, which is not always how ISO 4217 does.

docs.stripe.com/currencies (“Zero-decimal currencies”, “Three-decimal currencies”, “Special cases”),
read in November 2026. ISK and UGX have no decimals and are written with two, which are 0. The
ariary (MGA) has two decimals in ISO 4217 and none at Stripe. Amounts with three decimals end in 0.
HUF and TWD are special in payouts only: they are charged like any currency with two decimals.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from fairgate.money import Money, exponent

ZERO_DECIMAL = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
     "XOF", "XPF")
)  # fmt: skip
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])

# The smallest step of an amount in Stripe's units.
STEPS = {**dict.fromkeys(THREE_DECIMAL, 10), "ISK": 100, "UGX": 100}

# “Amounts can be up to eight digits”, twelve for the rupiah.
MAX_DIGITS = 8
MAX_DIGITS_IDR = 12


def decimals(currency: str) -> int:
    """How many decimals Stripe counts in a currency (ISO 4217 code)."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def refusal_of(amount: Money) -> str:
    """Why Stripe cannot be asked for this amount, in a sentence; "" if it can.

    What depends on the account, as the smallest amount does, Stripe says itself.
    """
    scaled = amount.minor * 10 ** decimals(amount.currency)
    units, rest = divmod(scaled, 10 ** exponent(amount.currency))
    if rest or units % STEPS.get(amount.currency, 1):
        return _("%(amount)s cannot be paid by card: it has more decimals than cards can.") % {
            "amount": amount
        }
    if len(str(units)) > (MAX_DIGITS_IDR if amount.currency == "IDR" else MAX_DIGITS):
        return _("%(amount)s is more than can be paid by card at once.") % {"amount": amount}
    return ""


def to_units(amount: Money) -> int:
    """An amount that Stripe can be asked for, in Stripe's units."""
    return int(amount.minor * 10 ** decimals(amount.currency) // 10 ** exponent(amount.currency))


def from_units(units: int, currency: str) -> Money:
    """An amount of Stripe's, exactly.

    Raises:
        MoneyError: the currency is unknown, or has fewer decimals than the amount.
    """
    code = currency.upper()
    return Money(_major(units, code), code)


def nearest(units: int, currency: str) -> Money:
    """What Stripe keeps, rounded half up where the currency is coarser: half a króna is none."""
    code = currency.upper()
    return Money.rounded(_major(units, code), code, ROUND_HALF_UP)


def _major(units: int, code: str) -> Decimal:
    return Decimal(units).scaleb(-decimals(code))
