"""What an author asks for, as a JSON column keeps it, and what it is by the day of approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fairgate.money import Money
from fairgate.payers import PayerClass
from fee_payments.data import (
    AuthoredBase,
    AuthoredChange,
    AuthoredOffering,
    AuthoredPrice,
    AuthorWish,
)
from fee_payments.data.authoring import PriceThen

Written = dict[str, Any]


def write_change(change: AuthoredChange) -> Written:
    """As JSON; the wish and the code have columns of their own."""
    return {"about": _write_about(change.about), "price": _write_price(change.price)}


def read_change(wish: str, code: str, written: Mapping[str, Any]) -> AuthoredChange:
    """The same again."""
    price = written["price"]
    return AuthoredChange(
        wish=AuthorWish(wish),
        code=code,
        about=_read_about(written["about"]),
        price=None
        if price is None
        else AuthoredPrice(
            payer_class=PayerClass(price["payer_class"]),
            amount=Money.from_minor(price["minor"], price["currency"]),
            valid_from=date.fromisoformat(price["valid_from"]),
        ),
    )


def write_base(base: AuthoredBase) -> Written:
    """As JSON."""
    prices = [
        {
            "minor": one.amount.minor,
            "currency": one.amount.currency,
            "valid_from": one.valid_from.isoformat(),
            "valid_until": _write_day(one.valid_until),
        }
        for one in base.prices
    ]
    return {"about": _write_about(base.about), "prices": prices}


def read_base(written: Mapping[str, Any]) -> AuthoredBase:
    """The same again."""
    prices = tuple(
        PriceThen(
            amount=Money.from_minor(one["minor"], one["currency"]),
            valid_from=date.fromisoformat(one["valid_from"]),
            valid_until=_read_day(one["valid_until"]),
        )
        for one in written["prices"]
    )
    return AuthoredBase(about=_read_about(written["about"]), prices=prices)


def not_before(change: AuthoredChange, day: date) -> AuthoredChange:
    """The change as it is done on a UTC day: a price whose day has passed begins on this one."""
    if change.price is None or change.price.valid_from >= day:
        return change
    return replace(change, price=replace(change.price, valid_from=day))


def _write_about(about: AuthoredOffering | None) -> Written | None:
    if about is None:
        return None
    return {
        "title": about.title,
        "kind": about.kind,
        "on_sale_from": _write_day(about.on_sale_from),
        "on_sale_until": _write_day(about.on_sale_until),
    }


def _read_about(written: Mapping[str, Any] | None) -> AuthoredOffering | None:
    if written is None:
        return None
    return AuthoredOffering(
        title=written["title"],
        kind=written["kind"],
        on_sale_from=_read_day(written["on_sale_from"]),
        on_sale_until=_read_day(written["on_sale_until"]),
    )


def _write_price(price: AuthoredPrice | None) -> Written | None:
    if price is None:
        return None
    return {
        "payer_class": str(price.payer_class),
        "minor": price.amount.minor,
        "currency": price.amount.currency,
        "valid_from": price.valid_from.isoformat(),
    }


def _write_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read_day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
