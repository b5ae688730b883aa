"""Rows by what people call them."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from partnerships import compat, models, selectors
from partnerships.exceptions import AccountNeeded, UnknownPartner


def known_partner(code: str) -> models.Partner:
    """The partner of this code.

    Raises:
        UnknownPartner: there is none.
    """
    found: models.Partner | None = models.Partner.objects.filter(code=code).first()
    if found is None or not selectors.is_called(found, code):
        raise UnknownPartner("There is no partner “%(code)s”.", code=code)
    return found


def user_name(user_id: int) -> str:
    """The user name of an account; its number where there is none, as once somebody has left."""
    found = get_user_model()._default_manager.filter(pk=user_id).first()
    return f"user {user_id}" if found is None else str(found.get_username())


def names_of(user: AbstractBaseUser) -> tuple[str, ...]:
    """What an account is called: in its profile, by its first and last name, by its user name."""
    names = (compat.full_name(user.pk), user.get_full_name(), user.get_username())  # type: ignore[attr-defined]
    return tuple(str(one) for one in names if one)


def account_called(name: str) -> int:
    """The number of the account with this user name; 0 where there is none."""
    users = get_user_model()
    rows = users._default_manager.filter(**{users.USERNAME_FIELD: name})
    found: int | None = rows.values_list("pk", flat=True).first()
    return found or 0


def known_account(name: str) -> int:
    """The number of the active account with this user name.

    Raises:
        AccountNeeded: there is none, so that nobody could tell who the second person is.
    """
    users = get_user_model()
    rows = users._default_manager.filter(**{users.USERNAME_FIELD: name}, is_active=True)
    found: int | None = rows.values_list("pk", flat=True).first()
    if found is None:
        raise AccountNeeded(
            "“%(name)s” is no active account here; what takes two people is done by people who "
            "have one.",
            name=name,
        )
    return found
