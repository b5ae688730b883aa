"""Organisations that buy, as their own people see them, and what those people may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from fee_payments.data.invoices import ContactRole


class OrganisationAct(StrEnum):
    """What somebody does for an organisation.

    ``read``: its orders, quotes, invoices, credit notes and receipts. ``pay``: pay its orders, have
    their invoices issued, send its purchase orders. ``order``: have quotes made, and order seats.
    ``ask_back``: ask for money back, with which seats go. ``give_seats``: see who has which seat,
    give seats, and take them back.
    """

    READ = "read"
    PAY = "pay"
    ORDER = "order"
    ASK_BACK = "ask_back"
    GIVE_SEATS = "give_seats"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSummary:
    """An organisation that a person acts for, and what they may do there."""

    uuid: UUID
    legal_name: str
    country: str
    is_verified: bool
    role: ContactRole
    may: frozenset[OrganisationAct]
