"""What the platform tells us: somebody leaves it for good, or has another country."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from django.db import DatabaseError

from fairgate import clock
from waiver_policy import api, compat

log = logging.getLogger(__name__)

_BEFORE = "_fairgate_country_before"


def forget_person(sender: object = None, user: Any = None, **_: object) -> None:
    """The platform retires this user, and the days in which they could come back are over.

    What fails is raised: the platform then keeps the retirement open and asks again.
    """
    del sender
    api.retire_person(user.pk, at=clock.now())


def note_country(
    sender: object = None,
    instance: Any = None,
    *,
    raw: bool = False,
    update_fields: Collection[str] | None = None,
    **_: object,
) -> None:
    """A profile is about to be saved: which country does it have until now?

    A new profile has had none; what a fixture loads, and a save of other fields, is no change.
    """
    del sender
    says_country = update_fields is None or "country" in update_fields
    if says_country and not raw and not instance._state.adding:
        setattr(instance, _BEFORE, compat.profile_country(instance.user_id))


def follow_country(sender: object = None, instance: Any = None, **_: object) -> None:
    """A profile was saved: a country that is another one now is remembered.

    If that fails the profile is saved all the same, and a change of this moment is not seen.
    """
    del sender
    before = vars(instance).pop(_BEFORE, None)
    if before is None:
        return
    after = str(instance.country or "")
    try:
        api.country_changed(instance.user_id, before=before, after=after, at=clock.now())
    except DatabaseError:
        log.exception("country of a profile: change not kept: user=%s", instance.user_id)
