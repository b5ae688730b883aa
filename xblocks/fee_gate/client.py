"""Asks the other Fairgate apps, late: the only module here that imports them.

Where they are not installed (the bare SDK workbench, a platform on which an operator switched the
apps off) nothing can be decided, and what is gated stays shut.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import DatabaseError
from django.urls import NoReverseMatch

from fairgate.clock import utc_day
from fairgate.errors import FairgateError
from fairgate.languages import Language, language
from fairgate.money import Money
from fee_gate import compat
from fee_gate.data import Application, FeeChoice, Paywall, PaywallState

log = logging.getLogger(__name__)

# After these outcomes of a decision a person may be asked to look.
_WITHOUT_WAIVER = frozenset({"ask", "refused", "review", "waitlisted"})


class Undecidable(Exception):
    """The question could not be answered; the reason is in the log."""


def entitled_fees(user_id: int, *, at: datetime) -> frozenset[str]:
    """What this person has settled. One query per request.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    memory = compat.request_memory()
    known = memory.get(f"entitled:{user_id}")
    if isinstance(known, frozenset):
        return known
    found = memory[f"entitled:{user_id}"] = entitled_fees_now(user_id, at=at)
    return found


def entitled_fees_now(user_id: int, *, at: datetime) -> frozenset[str]:
    """``entitled_fees`` without what a request remembers: a payment may be part of the request.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    try:
        # "" is the fee of a gate that has none: nobody has settled it.
        return frozenset(_payments().entitled_offerings(user_id, at=at)) - {""}
    except (DatabaseError, FairgateError, TypeError, ValueError) as error:
        # The last two are a row that is no entitlement.
        log.exception("fee gate: no decision, gates stay shut: user=%s", user_id)
        raise Undecidable from error


def paywall(fee: str, *, user_id: int | None, at: datetime) -> Paywall:
    """A fee as this person meets it; ``user_id`` ``None`` is somebody who is not signed in.

    One quote per request and fee, however many gates ask for it. Never raises: what cannot be
    decided is ``UNDECIDED``.
    """
    memory = compat.request_memory()
    known = memory.get(f"paywall:{user_id}:{fee}")
    if isinstance(known, Paywall):
        return known
    try:
        found = _paywall(fee, user_id=user_id, at=at)
    except Undecidable:
        return Paywall(state=PaywallState.UNDECIDED)
    except (DatabaseError, FairgateError):
        log.exception("fee gate: no price, gate stays shut: fee=%s user=%s", fee, user_id)
        return Paywall(state=PaywallState.UNDECIDED)
    memory[f"paywall:{user_id}:{fee}"] = found
    return found


def _paywall(fee: str, *, user_id: int | None, at: datetime) -> Paywall:
    if user_id is None:
        return _for_anybody(fee, at=at)
    if fee in entitled_fees(user_id, at=at):
        return Paywall(state=PaywallState.SETTLED)
    return replace(
        _for_learner(fee, user_id=user_id, at=at), ended=_ended(fee, user_id=user_id, at=at)
    )


def course_language(course_key: str) -> Language | None:
    """The language of a course; ``None`` also where nobody can say."""
    try:
        return language(compat.course_language(course_key))
    except DatabaseError:
        log.exception("fee gate: language unreadable: course=%s", course_key)
        return None


def fee_choices(course_key: str, *, at: datetime) -> tuple[FeeChoice, ...]:
    """The fees of a course, for its author.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    return tuple(_choice(offering, at=at) for offering in _offerings(course_key))


def fees_by_course(*, at: datetime) -> dict[str, tuple[FeeChoice, ...]]:
    """Every fee, by the course run it is offered for, in the order of the runs.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    found: dict[str, tuple[FeeChoice, ...]] = {}
    of_courses = [one for one in _offerings() if one.course_key]  # a bundle may be of none
    for offering in sorted(of_courses, key=lambda one: str(one.course_key)):
        known = found.get(offering.course_key, ())
        found[offering.course_key] = (*known, _choice(offering, at=at))
    return found


def course_of_fee(fee: str) -> str | None:
    """The course run a fee is offered for; ``None`` if there is no such fee.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    from fee_payments.exceptions import UnknownOffering

    try:
        return str(_payments().offering(fee).course_key)
    except UnknownOffering:
        return None
    except (DatabaseError, FairgateError) as error:
        log.exception("fee gate: fee unreadable: fee=%s", fee)
        raise Undecidable from error


def fee_url(fee: str) -> str:
    """The page on which a fee is settled; "" if there is none, or nobody can say."""
    try:
        return _url(fee) if course_of_fee(fee) is not None else ""
    except Undecidable:
        return ""


def author_page_url(course_key: str) -> str:
    """The page on which authors manage the fees of a course; "" where nobody can say."""
    try:
        return str(_payments().author_page_url(course_key))
    except FairgateError:
        return ""


def course_fees(course_key: str) -> frozenset[str]:
    """The codes of the fees that are offered for a course.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    return frozenset(offering.code for offering in _offerings(course_key))


def fee_titles(course_key: str, fees: Collection[str]) -> tuple[str, ...]:
    """The names of these fees of a course, by their codes; one that is not there has none.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    titles = {offering.code: offering.title for offering in _offerings(course_key)}
    return tuple(titles[fee] for fee in sorted(fees) if fee in titles)


def rights(user_id: int, course_key: str, *, at: datetime) -> dict[str, str]:
    """What became of each fee of a course for this person, for the operator: code → words.

    Where a fee was settled several times, the right that holds, else the last one.

    Raises:
        Undecidable: fee_payments does not answer.
    """
    try:
        found = _payments().list_entitlements(user_id, course_key)
    except (DatabaseError, FairgateError) as error:
        log.exception("fee gate: rights unreadable: user=%s course=%s", user_id, course_key)
        raise Undecidable from error
    in_order = sorted(found, key=lambda right: right.is_live(at))  # stable: by age, then live ones
    return {right.offering_code: _right_in_words(right, at=at) for right in in_order}


def fee_courses() -> tuple[str, ...]:
    """Every course that a fee is offered for."""
    keys = {offering.course_key for offering in _payments().list_offerings()}
    return tuple(sorted(keys - {""}))  # a bundle may be of no course run


def _right_in_words(right: Any, *, at: datetime) -> str:
    source = f"by {right.source}, entitlement {right.uuid}"
    if right.revoked_at is not None:
        return f"taken back on {right.revoked_at:%Y-%m-%d} ({right.revoked_because}), was {source}"
    if right.ends_at is not None and right.ends_at <= at:
        return f"ended on {right.ends_at:%Y-%m-%d}, was {source}"
    if right.starts_at > at:
        return f"begins on {right.starts_at:%Y-%m-%d}, {source}"
    return f"settled on {right.starts_at:%Y-%m-%d} {source}"


def _for_anybody(fee: str, *, at: datetime) -> Paywall:
    from fee_payments.exceptions import UnknownOffering

    try:
        offering = _payments().offering(fee)
    except UnknownOffering:
        return Paywall(state=PaywallState.UNAVAILABLE)
    if not offering.is_on_sale(utc_day(at)):
        return _not_on_sale(fee, offering.title)
    return Paywall(
        state=PaywallState.ANONYMOUS,
        title=offering.title,
        list_prices=_list_prices(offering, at=at),
        url=_url(fee),
        seat_code_url=_seat_code_url(fee),
    )


def _for_learner(fee: str, *, user_id: int, at: datetime) -> Paywall:
    from fee_payments.exceptions import CountryBlocked, NoPrice, NotOnSale, UnknownOffering

    payments = _payments()
    try:
        learner = payments.learner_for(user_id, request=compat.current_request())
        quote = payments.quote(learner, fee, at=at)
    except UnknownOffering:
        return Paywall(state=PaywallState.UNAVAILABLE)
    except CountryBlocked as refused:
        return _blocked(refused)
    except (NotOnSale, NoPrice) as reason:
        return _not_on_sale(fee, reason.title)
    application = _application(quote, user_id=user_id, at=at)
    has_applied = application is not None and application.is_open
    return Paywall(
        state=_state(quote),
        title=quote.offering.title,
        list_prices=_list_prices(quote.offering, at=at),
        list_price=quote.list_price,
        waived=quote.waived,
        total=quote.total,
        tax=quote.tax,
        is_tax_included=quote.is_tax_included,
        explanation=(*quote.explanation, *(() if has_applied else quote.advice)),
        application=application,
        url=_url(fee),
        apply_url=_apply_url(quote),
        country_url=payments.account_page_url(),
        seat_code_url=_seat_code_url(fee),
    )


def _blocked(refused: Any) -> Paywall:
    """Nothing is sold or given to this person: no way on but to their profile, if that helps."""
    payments = _payments()
    return Paywall(
        state=PaywallState.BLOCKED,
        title=refused.title,
        refusal=payments.refusal_note(refused),
        reason=refused.fault.lower(),
        country_url="" if refused.country else payments.account_page_url(),
    )


def _not_on_sale(fee: str, title: str) -> Paywall:
    # A seat that was given can be taken, whether or not seats are sold today.
    return Paywall(state=PaywallState.UNAVAILABLE, title=title, seat_code_url=_seat_code_url(fee))


def _ended(fee: str, *, user_id: int, at: datetime) -> str:
    """What became of a right that this person had; "" also where nobody can say."""
    try:
        return str(_payments().ended_note(user_id, fee, at=at))
    except (DatabaseError, FairgateError):
        log.exception("fee gate: lost rights unreadable: fee=%s user=%s", fee, user_id)
        return ""


def _state(quote: Any) -> PaywallState:
    if quote.waiver is not None and quote.waiver.outcome == "ask":
        return PaywallState.COUNTRY_MISSING
    return PaywallState.TO_PAY if quote.total else PaywallState.WAIVED


def _apply_url(quote: Any) -> str:
    from waiver_policy import api as waivers

    was_given_none = quote.waiver is not None and quote.waiver.outcome in _WITHOUT_WAIVER
    can_apply = quote.offering.waivable and was_given_none
    return waivers.apply_page_url(quote.offering.code) if can_apply else ""


def _application(quote: Any, *, user_id: int, at: datetime) -> Application | None:
    from waiver_policy import api as waivers

    if not quote.offering.waivable:
        return None
    note = waivers.application_note(user_id, quote.offering.code, at=at)
    if note is None:
        return None
    return Application(
        sentence=note.sentence,
        said=note.said,
        way=note.way,
        url=note.url,
        is_open=note.is_open,
        waits_for_answer=note.waits_for_answer,
    )


def _offerings(course_key: str | None = None) -> tuple[Any, ...]:
    try:
        return tuple(_payments().list_offerings(course_key))
    except (DatabaseError, FairgateError) as error:
        log.exception("fee gate: fees unreadable: course=%s", course_key)
        raise Undecidable from error


def _choice(offering: Any, *, at: datetime) -> FeeChoice:
    return FeeChoice(
        code=offering.code,
        title=offering.title,
        list_prices=_list_prices(offering, at=at),
        is_on_sale=offering.is_on_sale(utc_day(at)),
    )


def _list_prices(offering: Any, *, at: datetime) -> tuple[Money, ...]:
    """What a person pays who has no other standing, one amount per currency."""
    day = utc_day(at)
    prices = {
        price.amount.currency: price.amount
        for price in offering.prices
        if price.payer_class == "individual"
        and price.valid_from <= day
        and (price.valid_until is None or day < price.valid_until)
    }
    return tuple(prices.values())


def _url(fee: str) -> str:
    """The fee's page; "" in Studio, which does not serve it."""
    try:
        return str(_payments().fee_page_url(fee))
    except NoReverseMatch:
        return ""


def _seat_code_url(fee: str) -> str:
    """The page for who was given a seat; "" in Studio."""
    try:
        return str(_payments().seat_code_page_url(fee))
    except NoReverseMatch:
        return ""


def _payments() -> Any:
    """The door of fee_payments.

    Raises:
        Undecidable: it is not installed here.
    """
    if not apps.is_installed("fee_payments"):
        log.error("fee gate: fee_payments is not installed, gates stay shut")
        raise Undecidable
    from fee_payments import api

    return api
