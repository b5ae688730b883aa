"""A document's content as text, the same wherever it is written, and back.

Canonical JSON: keys in order, no blanks, letters as they are (RFC 8259), amounts as whole minor
units beside their currency. So its SHA-256 changes exactly when something on the paper does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from fairgate.money import Money
from fee_payments.data.invoices import (
    BuyerDetails,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    Seller,
    TaxSum,
)
from fee_payments.data.rooms import SoldSession

#: The layout of the text. A changed layout has another number, and both are read: the lines of the
#: first name no session.
LAYOUT = 2


def frozen(content: DocumentContent) -> str:
    """The text that is kept."""
    plain = {"layout": LAYOUT, **_plain(content)}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    """The hash of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def thawed(text: str) -> DocumentContent:
    """The content of a text that ``frozen`` has written."""
    found = json.loads(text)
    return DocumentContent(
        **{
            **{name: found[name] for name in _TEXTS},
            "kind": DocumentKind(found["kind"]),
            "issued_on": date.fromisoformat(found["issued_on"]),
            "due_on": _day(found["due_on"]),
            "paid_on": _day(found["paid_on"]),
            "seller": Seller(**{**found["seller"], "address": tuple(found["seller"]["address"])}),
            "buyer": buyer_details(found["buyer"]),
            "lines": tuple(_line(line) for line in found["lines"]),
            "taxes": tuple(_tax(tax) for tax in found["taxes"]),
            "notes": tuple(found["notes"]),
            **{name: _money(found[name]) for name in ("net", "tax", "total")},
        }
    )


def buyer_details(found: Mapping[str, Any]) -> BuyerDetails:
    """The same back."""
    uuid = found["buyer_uuid"]
    return BuyerDetails(
        **{
            **found,
            "address": tuple(found["address"]),
            "buyer_uuid": UUID(uuid) if uuid else None,
        }
    )


_TEXTS = ("number", "language", "is_test", "reference", "corrects", "reason", "order",
          "purchase_order", "has_reverse_charge")  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"currency": value.currency, "minor": value.minor}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if isinstance(value, date | UUID) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _money(found: Mapping[str, Any]) -> Money:
    return Money.from_minor(found["minor"], found["currency"])


def _line(found: Mapping[str, Any]) -> DocumentLine:
    amounts = {name: _money(found[name]) for name in ("list_price", "waived", "net", "tax")}
    return DocumentLine(**{**found, **amounts, "session": _session(found.get("session"))})


def _session(found: Mapping[str, Any] | None) -> SoldSession | None:
    if found is None:
        return None
    moments = {name: datetime.fromisoformat(found[name]) for name in ("starts_at", "ends_at")}
    return SoldSession(**{**found, **moments})


def _tax(found: Mapping[str, Any]) -> TaxSum:
    return TaxSum(
        basis_points=found["basis_points"], net=_money(found["net"]), tax=_money(found["tax"])
    )
