"""Requests that are sent again because their answer was lost, and must not be done twice.

What has a table of its own with a key for it (records, promotions) needs none of this (ADR 0057).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import in_transaction
from partnerships import models
from partnerships.exceptions import KeyReused

Said = Mapping[str, object]


def made_once(make: Callable[[], str], *, key: str, what: str, said: Said) -> str:
    """How that is called which ``make`` makes; of a request that came before, what it made then.

    ``key`` is the sender's name of the request, "" if it has none: then nothing is remembered.
    ``what`` is the kind of thing, ``said`` all that the request says of it. A refusal is forgotten
    with everything else that ``make`` began: sent again, the request is tried anew.

    Raises:
        KeyReused: the key stands for a request that said something else.
    """
    return _made(make, _request(key, what, said)) if key else make()


def made_before(*, key: str, what: str, said: Said) -> str | None:
    """What a request has made already; ``None`` if it did not come before. Locks nothing.

    Raises:
        KeyReused: as above.
    """
    asked = _request(key, what, said)
    found = models.SentRequest.objects.filter(key=asked.key).first() if key else None
    if found is None:
        return None
    _check_same(found, asked)
    return str(found.made)


@in_transaction
def _made(make: Callable[[], str], asked: models.SentRequest) -> str:
    # Of two at once the second waits here for the first one's commit, and finds what was made.
    insert_or_lock(asked, field="key")
    found = models.SentRequest.objects.select_for_update().get(key=asked.key)
    _check_same(found, asked)
    if not found.made:
        found.made = make()
        found.save(update_fields=["made"])
    return str(found.made)


def _check_same(found: models.SentRequest, asked: models.SentRequest) -> None:
    if found.said != asked.said:
        raise KeyReused("Another request was sent under this key.")


def _request(key: str, what: str, said: Said) -> models.SentRequest:
    # With the sender's own name of it, which is kept nowhere: what was said of a person who is
    # forgotten since cannot be found by trying.
    told = json.dumps([key, said], sort_keys=True, default=str)
    return models.SentRequest(key=_sha256(f"{what}:{key}"), said=_sha256(told), made="")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
