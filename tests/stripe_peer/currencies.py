"""Which amounts Stripe takes, in which currencies (docs.stripe.com/currencies).

An amount is an integer in the currency's minor unit as Stripe counts it, which is not always that
of ISO 4217: ISK and UGX have no decimals any more and are still written with two, which have to be
0. Amounts in three-decimal currencies end in 0.

Two rules need a conversion, which the peer does not have: a currency without a minimum of its own
has that of the account's settlement currency after conversion; here it has none.
"""

from __future__ import annotations

from stripe_peer.refusals import Refusal

_CODES = """
    usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp
    byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd
    gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp
    lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab
    pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs
    tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw
"""
_WITHOUT_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"  # UGX: below

SUPPORTED = frozenset(_CODES.split())
ZERO_DECIMAL = frozenset(_WITHOUT_DECIMALS.split())
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
WHOLE_UNITS_IN_HUNDREDTHS = frozenset({"isk", "ugx"})

# The minimum of a charge that is settled in its own currency.
MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
MAX_DIGITS = 8
MAX_DIGITS_IDR = 12


def check_currency(currency: str, *, param: str = "currency") -> None:
    """Refuse a currency that Stripe does not take, or that is not in lower case.

    Raises:
        Refusal: with the name of the parameter.
    """
    if currency not in SUPPORTED:
        raise Refusal(f"Invalid currency: {currency}.", param=param)


def check_granularity(currency: str, amount: int, *, param: str = "amount") -> None:
    """Refuse an amount that is not positive, or has digits that the currency must not use.

    Raises:
        Refusal: with the name of the parameter.
    """
    if amount < 1:
        raise Refusal(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param=param,
        )
    step = 10 if currency in THREE_DECIMAL else 100 if currency in WHOLE_UNITS_IN_HUNDREDTHS else 1
    if amount % step:
        raise Refusal(
            f"Invalid amount: {currency} amounts must be evenly divisible by {step}.",
            code="invalid_charge_amount",
            param=param,
        )


def check_charge(currency: str, amount: int, *, param: str = "amount") -> None:
    """Refuse what cannot be charged: too little, too much, or not in this currency's steps.

    Raises:
        Refusal: amount_too_small, amount_too_large, or as ``check_granularity``.
    """
    check_currency(currency)
    check_granularity(currency, amount, param=param)
    if amount < MINIMUM.get(currency, 1):
        raise Refusal(
            f"Amount must be at least {readable(MINIMUM[currency], currency)}",
            code="amount_too_small",
            param=param,
        )
    digits = MAX_DIGITS_IDR if currency == "idr" else MAX_DIGITS
    if amount >= 10**digits:
        raise Refusal(
            f"Amount must be no more than {readable(10**digits - 1, currency)}",
            code="amount_too_large",
            param=param,
        )


def readable(amount: int, currency: str) -> str:
    """An amount in major units, for messages: ``0.50 usd``."""
    decimals = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    whole, part = divmod(amount, 10**decimals)
    return f"{whole}.{part:0{decimals}d} {currency}" if decimals else f"{whole} {currency}"
