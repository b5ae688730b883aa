"""Leads the platform's own upgrade and checkout links to our fee pages.

The platform asks two functions for the address of its checkout, and lets settings put others before
them (``settings.common.OVERRIDES``). Each of ours answers for what it knows, and passes on to the
function before it what it does not: another shop may stand behind the same links.

The platform names what is sold by an sku, a text in a course mode. Ours is the code of the fee. A
mode without an sku means the one fee of its course run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError
from django.urls import reverse

from fee_payments import api, compat, conf
from fee_payments.exceptions import UnknownOffering

log = logging.getLogger(__name__)

# Whoever is asked for an sku that is not ours builds its address on ``absolute_ecommerce_url``.
_is_passed_on: ContextVar[bool] = ContextVar("is_passed_on", default=False)


def checkout_page_url(
    prev_fn: Callable[..., str], service: Any, *skus: str | None, **about: Any
) -> str:
    """The page on which these skus are paid (``OVERRIDE_GET_CHECKOUT_PAGE_URL``)."""
    code = fee_of(skus, about.get("course_run_keys") or ()) if conf.has_checkout_links() else ""
    if code:
        return compat.absolute_url(api.fee_page_url(code))
    token = _is_passed_on.set(True)
    try:
        return prev_fn(service, *skus, **about)
    finally:
        _is_passed_on.reset(token)


def absolute_ecommerce_url(
    prev_fn: Callable[..., str], service: Any, ecommerce_page_url: str
) -> str:
    """The address of a page of the shop (``OVERRIDE_GET_ABSOLUTE_ECOMMERCE_URL``).

    Ours is the basket, to which pages add ``?sku=`` themselves. Receipts and the list of orders are
    pages of a shop that has orders of its own.
    """
    is_basket = ecommerce_page_url == service.config.basket_checkout_page
    if is_basket and conf.has_checkout_links() and not _is_passed_on.get():
        return compat.absolute_url(reverse("fee_payments:checkout"))
    return prev_fn(service, ecommerce_page_url)


def fee_of(skus: Sequence[str | None], course_keys: Sequence[object]) -> str:
    """The fee that is meant, or "" if it is none of ours, or several: we sell one at a time."""
    given = [sku for sku in skus if sku]
    courses = {str(key) for key in course_keys}
    try:
        if len(given) == 1:
            return _fee_of_sku(given[0], courses)
        return _fee_of_course(courses) if not given else ""
    except DatabaseError:
        log.exception("checkout link: fees unreadable: skus=%s courses=%s", given, sorted(courses))
        return ""


def _fee_of_sku(sku: str, courses: set[str]) -> str:
    try:
        offering = api.offering(sku)
    except UnknownOffering:
        return ""
    if courses and offering.course_key not in courses:
        # Somebody would pay for another course than the one they came from.
        log.error("checkout link: fee of another course: fee=%s courses=%s", sku, sorted(courses))
        return ""
    return offering.code


def _fee_of_course(courses: set[str]) -> str:
    if len(courses) != 1:
        return ""
    whole = [one.code for one in api.list_offerings(*courses) if one.kind == "course_run"]
    return whole[0] if len(whole) == 1 else ""
