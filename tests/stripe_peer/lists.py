"""Objects one by one and in pages, the newest first (docs.stripe.com/api/pagination)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from stripe_peer import balance
from stripe_peer.account import Account
from stripe_peer.refusals import Refusal
from stripe_peer.store import Object

DEFAULT_LIMIT = 10
MAX_LIMIT = 100

Params = dict[str, Any]


def one(kind: str) -> Callable[[Account, Params, str], Object]:
    """The call that retrieves one of a kind."""

    def retrieve(account: Account, _params: Params, identifier: str) -> Object:
        balance.refresh(account)
        return account.store.get(kind, identifier)

    return retrieve


def many(kind: str, url: str, *fields: str) -> Callable[[Account, Params], Object]:
    """The call that lists a kind; ``fields`` are the parameters that an object has to equal."""

    def list_them(account: Account, params: Params) -> Object:
        balance.refresh(account)
        wanted = {name: params[name] for name in fields if name in params}
        kept = [
            found
            for found in account.store.newest(kind)
            if all(found[name] == value for name, value in wanted.items()) and _is_of(found, params)
        ]
        return page(kept, params, url)

    return list_them


def _is_of(found: Object, params: Params) -> bool:
    if "types" in params and found["type"] not in params["types"]:
        return False
    created = params.get("created")
    if created is None:
        return True
    if isinstance(created, int):
        return bool(found["created"] == created)
    return all(_COMPARE[name](found["created"], limit) for name, limit in created.items())


_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


def page(found: list[Object], params: Params, url: str) -> Object:
    """A page of objects, after or before the one that a parameter names.

    Raises:
        Refusal: the limit is not within 1 and 100, or the named object is not in the list.
    """
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise Refusal(f"Limit must be between 1 and {MAX_LIMIT}.", param="limit")
    ids = [one["id"] for one in found]
    if (cursor := params.get("starting_after")) is not None:
        rest = found[_place(ids, cursor, "starting_after") + 1 :]
        return as_list(rest[:limit], url, has_more=len(rest) > limit)
    if (cursor := params.get("ending_before")) is not None:
        rest = found[: _place(ids, cursor, "ending_before")]
        return as_list(rest[-limit:], url, has_more=len(rest) > limit)
    return as_list(found[:limit], url, has_more=len(found) > limit)


def _place(ids: list[str], cursor: str, param: str) -> int:
    try:
        return ids.index(cursor)
    except ValueError:
        raise Refusal(f"No such object: '{cursor}'", code="resource_missing", param=param) from None


def as_list(data: Iterable[Object], url: str, *, has_more: bool = False) -> Object:
    """Objects in the form of a list."""
    return {"object": "list", "data": list(data), "has_more": has_more, "url": url}
