"""The users of the site who answer for lists: found by exact names, and named by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model

from waiver_policy.exceptions import UnknownOperator


def get_operator(username: str) -> Any:
    """The active user of exactly this name.

    A database may call “ines” and “INES” the same, or pass over a blank at the end; a second person
    is a second person only if names are taken as they are written.

    Raises:
        UnknownOperator: there is none.
    """
    found = get_user_model()._default_manager.filter(**{_name_field(): username}).first()
    if found is None or found.get_username() != username or not found.is_active:
        raise UnknownOperator(f"“{username}” is not the name of an active user of this site.")
    return found


def usernames(ids: Iterable[int]) -> Mapping[int, str]:
    """The names of users by their ids; who is gone has none."""
    wanted = set(ids)
    if not wanted:
        return {}
    users = get_user_model()._default_manager.filter(pk__in=wanted)
    return dict(users.values_list("pk", _name_field()))


def _name_field() -> str:
    return str(get_user_model().USERNAME_FIELD)
