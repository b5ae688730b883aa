"""Whole objects in place of their ids, where asked (docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from stripe_peer.account import Account
from stripe_peer.lists import as_list
from stripe_peer.refusals import Refusal
from stripe_peer.store import Object

MAX_DEPTH = 4

EXPANDABLE = {
    "balance_transaction": {"source"},
    "charge": {"balance_transaction", "customer", "payment_intent", "refunds"},
    "checkout.session": {"customer", "line_items", "payment_intent"},
    "dispute": {"charge", "payment_intent"},
    "payment_intent": {"customer", "latest_charge"},
    "refund": {"balance_transaction", "charge", "failure_balance_transaction", "payment_intent"},
}


def shown(account: Account, subject: Object, expand: list[str]) -> Object:
    """A copy of an object or a list as an answer shows it.

    Raises:
        Refusal: a path leads deeper than four levels, or to what cannot be expanded.
    """
    copy = deepcopy(subject)
    for path in expand:
        steps = path.split(".")
        if len(steps) > MAX_DEPTH:
            raise Refusal(f"You cannot expand more than {MAX_DEPTH} levels of a property: {path}.")
        _expand(account, copy, steps, path)
    return copy


def _expand(account: Account, subject: Object, steps: list[str], path: str) -> None:
    first, *rest = steps
    if subject["object"] == "list" and first == "data":
        for one in subject["data"]:
            _expand(account, one, rest, path)
        return
    if first not in EXPANDABLE.get(subject["object"], set()):
        raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
    inner = subject[first] = _whole(account, subject, first)
    if rest and isinstance(inner, dict):
        _expand(account, inner, rest, path)


def _whole(account: Account, subject: Object, name: str) -> Any:
    if name == "line_items":
        items = account.store.notes[subject["id"]]["line_items"]
        return as_list(deepcopy(items), f"/v1/checkout/sessions/{subject['id']}/line_items")
    if name == "refunds":
        all_refunds = account.store.newest("refund")
        refunds = [deepcopy(one) for one in all_refunds if one["charge"] == subject["id"]]
        return as_list(refunds, f"/v1/charges/{subject['id']}/refunds")
    value = subject[name]
    return deepcopy(account.store.find(value)) if isinstance(value, str) else value
