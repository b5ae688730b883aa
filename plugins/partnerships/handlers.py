"""What the platform tells us."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction

from . import api, compat

log = logging.getLogger(__name__)


def forget_retired_user(sender: object, user: Any, **_kwargs: object) -> None:
    """A user leaves the platform: nobody acts for a partner any more under this id.

    The platform tells us before it replaces the user name, and after it replaced the address.
    """
    addresses = {getattr(user, "email", ""), compat.address_of_leaver(user.id)}
    api.forget_user(user.id, user_name=getattr(user, "username", ""), emails=addresses)


def keep_marks_of_certificate(certificate: Any, **_kwargs: object) -> None:
    """A certificate was made: what it shows from now on is what is in force today.

    After the commit: the certificate is the platform's, and must not fail for want of a mark. What
    is not written here, the first look at the certificate writes.
    """
    who, course = certificate.user.id, str(certificate.course.course_key)
    transaction.on_commit(partial(_keep, who, course), robust=True)


def _keep(user_id: int, course_key: str) -> None:
    try:
        api.issue_marks(user_id, course_key)
    except Exception:
        log.exception("marks of a certificate not kept: course=%s user=%s", course_key, user_id)
