"""Rows by what people call them."""

from __future__ import annotations

from partnerships import models
from partnerships.exceptions import UnknownPartner


def known_partner(code: str) -> models.Partner:
    """The partner of this code.

    Raises:
        UnknownPartner: there is none.
    """
    found: models.Partner | None = models.Partner.objects.filter(code=code).first()
    if found is None:
        raise UnknownPartner("There is no partner “%(code)s”.", code=code)
    return found
