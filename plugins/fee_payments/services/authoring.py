"""What authors do with the fees of their course, within what operators let them."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate_tables.transactions import in_transaction
from fee_payments import models, selectors
from fee_payments.data import AuthoredOffering, AuthoredPrice, OfferingSummary
from fee_payments.exceptions import InvalidCatalogue, UnknownOffering
from fee_payments.rules import limits as bounds
from fee_payments.services import catalogue

log = logging.getLogger(__name__)


@in_transaction
def add_authored(
    course_key: str,
    code: str,
    wanted: AuthoredOffering,
    price: AuthoredPrice,
    *,
    by: int,
    at: datetime,
) -> OfferingSummary:
    """Add a fee to a course, with its first price. The default merchant collects for it.

    Who asks is an author of the course; the caller has looked.

    Raises:
        OverLimit: operators do not let authors of this course do it.
        InvalidCatalogue: another fee has this code, or the price begins before today.
    """
    models.CatalogueMark.change()
    limits = selectors.author_limits(course_key)
    bounds.check_may_sell(limits, wanted.kind)
    bounds.check_price(limits, price.amount)
    _check_day(price, at)
    catalogue.check_code(code)
    try:
        with transaction.atomic():
            row = models.Offering.objects.create(
                code=code,
                course_key=course_key,
                merchant_id=catalogue.merchant_id(),
                **_fields(wanted),
            )
    except IntegrityError:
        raise InvalidCatalogue(
            _("Another fee has the code “%(code)s”. Please choose another one.") % {"code": code}
        ) from None
    catalogue.begin_price(row, price)
    catalogue.tell_courses({course_key})
    log.info("fee added by an author: offering=%s course=%s by=%s", row.pk, course_key, by)
    return selectors.offering(code)


@in_transaction
def change_authored(
    course_key: str, code: str, wanted: AuthoredOffering, *, by: int, at: datetime
) -> OfferingSummary:
    """Change what an author says of a fee of their course. Its kind stays once it is in use.

    Raises:
        UnknownOffering: the course has no such fee.
        OverLimit: operators do not let authors of this course do it.
        InvalidCatalogue: the kind would change of a fee that is in use, or the sale ends before
            it begins.
    """
    del at
    models.CatalogueMark.change()
    row = _of_course(course_key, code)
    bounds.check_may_sell(selectors.author_limits(course_key), wanted.kind)
    if wanted.kind != row.kind and selectors.is_in_use(row):
        raise InvalidCatalogue(_("Somebody has this fee already: its kind stays what it is."))
    fields = _fields(wanted)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    catalogue.tell_courses({course_key})
    log.info("fee changed by an author: offering=%s by=%s", row.pk, by)
    return selectors.offering(code)


@in_transaction
def price_authored(
    course_key: str, code: str, price: AuthoredPrice, *, by: int, at: datetime
) -> OfferingSummary:
    """Let a new price hold from a day on; the one before it ends then. What was sold stays so.

    Raises:
        UnknownOffering: the course has no such fee.
        OverLimit: operators do not let authors of this course set this price.
        InvalidCatalogue: it begins before today, or another one begins on that day or later.
    """
    models.CatalogueMark.change()
    row = _of_course(course_key, code)
    bounds.check_price(selectors.author_limits(course_key), price.amount)
    _check_day(price, at)
    catalogue.begin_price(row, price)
    catalogue.tell_courses({course_key})
    log.info("price set by an author: offering=%s by=%s", row.pk, by)
    return selectors.offering(code)


def _of_course(course_key: str, code: str) -> models.Offering:
    rows = models.Offering.objects.filter(code=code, course_key=course_key)
    row: models.Offering | None = rows.first()
    if row is None or not course_key:
        raise UnknownOffering(f"There is no fee “{code}” in this course.")
    return row


def _check_day(price: AuthoredPrice, at: datetime) -> None:
    if price.valid_from < utc_day(at):
        raise InvalidCatalogue(_("A price cannot begin before today."))


def _fields(wanted: AuthoredOffering) -> dict[str, object]:
    begins, ends = wanted.on_sale_from, wanted.on_sale_until
    if begins is not None and ends is not None and ends <= begins:
        raise InvalidCatalogue(_("The end has to be after the beginning."))
    names = ("title", "kind", "on_sale_from", "on_sale_until")
    return {name: getattr(wanted, name) for name in names}
