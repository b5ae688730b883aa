"""What pages of a party have in common: where its money stands, in words."""

from __future__ import annotations

from typing import Any

from fairgate import clock

from . import api, wording
from .data import PartyMoney


def money_of(party: str) -> dict[str, Any]:
    """A party's money beside its statements, for a page."""
    found = api.party_money(party, at=clock.now())
    return {
        "is_empty": found.is_empty,
        "on_hold": [
            {
                "month": wording.month(one.period),
                "amount": wording.amount(one.amount),
                "until": one.until,
            }
            for one in found.on_hold
        ],
        "cleared": [wording.amount(one) for one in found.cleared],
        "carried": [wording.amount(one) for one in found.carried],
        "payouts": _payouts(found),
    }


def _payouts(found: PartyMoney) -> list[dict[str, Any]]:
    return [
        {
            "label": wording.label(one.number),
            "month": wording.month(one.period),
            "amount": wording.amount(one.amount),
            "arrives": wording.amount(one.arrives) if one.arrives != one.amount else "",
            "account": one.account,
            "state": wording.payout_state(one.state),
            "day": wording.day(one.day),
        }
        for one in found.payouts
    ]
