"""What pages of a party have in common: where its money stands, in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from fairgate import clock

from . import api, wording
from . import report_links as links
from .data import OnHold, PartyMoney


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
                "until_words": wording.moment(one.until),
                "url": _held_url(party, one),
            }
            for one in found.on_hold
        ],
        "cleared": [
            {"amount": wording.amount(one), "url": _money_url(party, "cleared", one.currency)}
            for one in found.cleared
        ],
        "carried": [
            {
                "amount": wording.amount(one.amount),
                "url": links.statement_url(party, one.period, one.amount.currency),
            }
            for one in found.carried
        ],
        "payouts": _payouts(found),
    }


def _held_url(party: str, one: OnHold) -> str:
    told = {"month": one.period, "until": one.until.isoformat()}
    return _money_url(party, "held", one.amount.currency, **told)


def _money_url(party: str, which: str, currency: str, **told: str) -> str:
    address = reverse("revenue_share:party_money", args=[party, which])
    return f"{address}?{urlencode({'currency': currency, **told})}"


def _payouts(found: PartyMoney) -> list[dict[str, Any]]:
    return [
        {
            "label": wording.label(one.number),
            "month": wording.month(one.period),
            "amount": wording.amount(one.amount),
            "url": links.statement_url(found.party, one.period, one.amount.currency),
            "arrives": wording.amount(one.arrives) if one.arrives != one.amount else "",
            "account": one.account,
            "state": wording.payout_state(one.state),
            "day": wording.day(one.day),
        }
        for one in found.payouts
    ]
