"""What the platform tells us."""

from __future__ import annotations

from typing import Any

from . import api


def forget_retired_user(sender: object, user: Any, **_kwargs: object) -> None:
    """A user leaves the platform: nobody acts for a partner any more under this id."""
    api.forget_user(user.id)
