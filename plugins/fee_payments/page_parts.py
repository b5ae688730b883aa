"""What pages have in common: who asks, who may see them, and the fields of their forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from fairgate.languages import Language
from fairgate.money import MoneyError
from fairgate.whole_numbers import whole_number
from fee_payments import api, compat
from fee_payments.data import Learner


def allowed(request: HttpRequest, permission: str) -> bool:
    """Whether who asks has a permission."""
    return bool(request.user.is_active and request.user.has_perm(permission))


def require(request: HttpRequest, permission: str) -> None:
    """Where somebody may do nothing, there is nothing.

    Raises:
        Http404: they lack the permission.
    """
    if not allowed(request, permission):
        raise Http404


def person(request: HttpRequest) -> int:
    """The signed-in person."""
    return request.user.pk or 0


def learner_of(request: HttpRequest) -> Learner:
    """The signed-in learner, or somebody of whom nothing is known."""
    if request.user.is_authenticated and request.user.pk is not None:
        return api.learner_for(request.user.pk, request=request)
    return Learner(user_id=0, country="")


def login_url(next_page: str) -> str:
    """The sign-in page, with the page to come back to."""
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': next_page})}"


def course_url(course_key: str) -> str:
    """The page of a course; "" for a bundle that is of none."""
    return compat.course_url(course_key) if course_key else ""


def form_key(request: HttpRequest) -> str:
    """The form's idempotency key, bound to the person: nobody can use somebody else's.

    Raises:
        MoneyError: the form was sent without it.
    """
    key = request.POST.get("key", "")
    if not key:
        raise MoneyError(_("The form was not complete. Please try again."))
    return f"{learner_of(request).user_id}:{key[:64]}"


@dataclass(frozen=True, slots=True)
class ToldPolicy:
    """A refund policy in sentences, and the names of what is sold under it.

    ``names`` is empty where it holds for all that is sold together.
    """

    names: tuple[tuple[str, Language | None], ...]
    sentences: tuple[str, ...]


def told_once(
    sold: Iterable[tuple[str, Language | None, tuple[str, ...]]],
) -> tuple[ToldPolicy, ...]:
    """Each of several policies once, in the order of the first name it is for.

    ``sold`` is the title, its language and the sentences of each; without sentences there is
    nothing to tell of it.
    """
    found: dict[tuple[str, ...], list[tuple[str, Language | None]]] = {}
    for title, language, sentences in sold:
        found.setdefault(sentences, []).append((title, language))
    if len(found) == 1:
        return tuple(ToldPolicy((), sentences) for sentences in found if sentences)
    return tuple(
        ToldPolicy(tuple(names), sentences) for sentences, names in found.items() if sentences
    )


def minor_units(text: str) -> int:
    """A hidden field that holds an amount in minor units.

    Raises:
        MoneyError: it holds something else.
    """
    units = whole_number(text, digits=15)
    if units is None:
        raise MoneyError(_("The form was not complete. Please try again."))
    return units
