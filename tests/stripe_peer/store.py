"""The objects of an account, as the JSON that Stripe shows of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from stripe_peer.refusals import missing

Object = dict[str, Any]

PREFIXES = {
    "balance_transaction": "txn_",
    "charge": "ch_",
    "checkout.session": "cs_test_",
    "customer": "cus_",
    "dispute": "du_",
    "event": "evt_",
    "payment_intent": "pi_",
    "refund": "re_",
}


class Store:
    """Objects by their id, in the order in which they came to be.

    ``notes`` holds what the peer knows of an object and Stripe does not show, by the object's id.
    """

    def __init__(self) -> None:
        self._objects: dict[str, Object] = {}
        self._count = count(1)
        self.notes: dict[str, Object] = {}

    def add(self, kind: str, fields: Object, *, notes: Object | None = None) -> Object:
        """Keep a new object under an id of its kind. Ids of sessions are as long as Stripe's."""
        length = 58 if kind == "checkout.session" else 24
        identifier = f"{PREFIXES[kind]}{next(self._count):0{length}d}"
        kept = {"id": identifier, "object": kind, **fields}
        self._objects[identifier] = kept
        self.notes[identifier] = dict(notes or {})
        return kept

    def get(self, kind: str, identifier: str, *, param: str = "id") -> Object:
        """The object itself, not a copy.

        Raises:
            Refusal: there is none; ``param`` says where it was named.
        """
        found = self._objects.get(identifier)
        if found is None or found["object"] != kind:
            raise missing(kind, identifier, param=param)
        return found

    def find(self, identifier: str) -> Object | None:
        """The object of this id, of whatever kind."""
        return self._objects.get(identifier)

    def newest(self, kind: str) -> Iterator[Object]:
        """All of a kind, as Stripe lists them: the newest first."""
        return (one for one in reversed(self._objects.values()) if one["object"] == kind)

    def oldest(self, kind: str) -> Iterator[Object]:
        """All of a kind, in the order in which they came to be."""
        return (one for one in self._objects.values() if one["object"] == kind)
