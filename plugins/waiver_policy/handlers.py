"""What the platform tells us: somebody leaves it for good."""

from __future__ import annotations

from typing import Any

from fairgate import clock
from waiver_policy import api


def forget_person(sender: object = None, user: Any = None, **_: object) -> None:
    """The platform retires this user, and the days in which they could come back are over.

    What fails is raised: the platform then keeps the retirement open and asks again.
    """
    del sender
    api.retire_person(user.pk, at=clock.now())
