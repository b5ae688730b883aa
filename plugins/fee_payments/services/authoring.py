"""What authors do with the fees of their course, within what operators let them.

Whatever is beyond that they ask operators for (``author_requests``), who have it done here, too.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate_tables.transactions import in_transaction
from fee_payments import models, selectors
from fee_payments.data import (
    AuthoredChange,
    AuthoredOffering,
    AuthoredPrice,
    AuthorWish,
    OfferingSummary,
)
from fee_payments.exceptions import InvalidCatalogue, UnknownOffering
from fee_payments.rules import limits as bounds
from fee_payments.services import catalogue

log = logging.getLogger(__name__)


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
        InvalidCatalogue: another fee has this code, the price begins before today, or it is a
            bundle, of which operators say what it opens.
    """
    change = AuthoredChange(wish=AuthorWish.ADD, code=code, about=wanted, price=price)
    return change_within_limits(course_key, change, by=by, at=at)


def change_authored(
    course_key: str, code: str, wanted: AuthoredOffering, *, by: int, at: datetime
) -> OfferingSummary:
    """Change what an author says of a fee of their course. Its kind stays once it is in use.

    Raises:
        UnknownOffering: the course has no such fee.
        OverLimit: operators do not let authors of this course do it.
        InvalidCatalogue: the kind would change of a fee that is in use, or become that of a
            bundle, or the sale ends before it begins.
    """
    change = AuthoredChange(wish=AuthorWish.CHANGE, code=code, about=wanted)
    return change_within_limits(course_key, change, by=by, at=at)


def price_authored(
    course_key: str, code: str, price: AuthoredPrice, *, by: int, at: datetime
) -> OfferingSummary:
    """Let a new price hold from a day on; the one before it ends then. What was sold stays so.

    Raises:
        UnknownOffering: the course has no such fee.
        OverLimit: operators do not let authors of this course set this price.
        InvalidCatalogue: it begins before today, or another one begins on that day or later.
    """
    change = AuthoredChange(wish=AuthorWish.PRICE, code=code, price=price)
    return change_within_limits(course_key, change, by=by, at=at)


@in_transaction
def change_within_limits(
    course_key: str, change: AuthoredChange, *, by: int, at: datetime
) -> OfferingSummary:
    """Do one of the three, if operators let authors of the course do it. Raises as they do."""
    models.CatalogueMark.change()
    if change.wish is not AuthorWish.ADD:
        _of_course(course_key, change.code)
    bounds.check_change(selectors.author_limits(course_key), change)
    return write(course_key, change, by=by, at=at)


def write(course_key: str, change: AuthoredChange, *, by: int, at: datetime) -> OfferingSummary:
    """Do it, whatever the limits are; in a transaction that has changed the mark.

    Raises:
        UnknownOffering, InvalidCatalogue: as ``check_possible``.
    """
    row = check_possible(course_key, change, at=at)
    fields = {} if change.about is None else _fields(change.about)
    if row is None:
        row = _add(course_key, change.code, fields)
    elif fields:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))
    if change.price is not None:
        catalogue.begin_price(row, change.price)
    catalogue.tell_courses({course_key})
    log.info("fee changed by an author: wish=%s offering=%s by=%s", change.wish, row.pk, by)
    return selectors.offering(change.code)


def check_possible(
    course_key: str, change: AuthoredChange, *, at: datetime
) -> models.Offering | None:
    """Whether the change can be made at all; the offering, where it is of one that is there.

    Raises:
        UnknownOffering: the course has no such fee.
        InvalidCatalogue: the catalogue cannot be so; the sentence says why.
    """
    row = None
    if change.wish is AuthorWish.ADD:
        _check_free(change.code)
    else:
        row = _of_course(course_key, change.code)
    if change.about is not None:
        _fields(change.about)
        _check_kind(row, change.about.kind)
    if change.price is not None:
        if change.price.valid_from < utc_day(at):
            raise InvalidCatalogue(_("A price cannot begin before today."))
        if row is not None:
            catalogue.check_begins_last(row, change.price)
    return row


def _add(course_key: str, code: str, fields: dict[str, object]) -> models.Offering:
    try:
        with transaction.atomic():
            row: models.Offering = models.Offering.objects.create(
                code=code,
                course_key=course_key,
                merchant_id=catalogue.merchant_id(),
                **fields,
            )
    except IntegrityError:
        raise _taken(code) from None
    return row


def _check_free(code: str) -> None:
    known = models.Offering.objects.filter(code__iexact=code).values_list("code", flat=True)
    if other := known.first():
        raise _taken(other)


def _taken(code: str) -> InvalidCatalogue:
    return InvalidCatalogue(
        _("Another fee has the code “%(code)s”. Please choose another one.") % {"code": code}
    )


def _check_kind(row: models.Offering | None, kind: str) -> None:
    was = "" if row is None else row.kind
    if kind == was:
        return
    if models.Offering.Kind.BUNDLE in (kind, was):
        # What a bundle opens is said in the admin only, and one that opens nothing sells nothing.
        raise InvalidCatalogue(_("Operators make bundles, and say what they open."))
    if row is not None and selectors.is_in_use(row):
        raise InvalidCatalogue(_("Somebody has this fee already: its kind stays what it is."))


def _of_course(course_key: str, code: str) -> models.Offering:
    rows = models.Offering.objects.filter(code=code, course_key=course_key)
    row: models.Offering | None = rows.first()
    if row is None or not course_key:
        raise UnknownOffering(f"There is no fee “{code}” in this course.")
    return row


def _fields(wanted: AuthoredOffering) -> dict[str, object]:
    begins, ends = wanted.on_sale_from, wanted.on_sale_until
    if begins is not None and ends is not None and ends <= begins:
        raise InvalidCatalogue(_("The end has to be after the beginning."))
    names = ("title", "kind", "on_sale_from", "on_sale_until")
    return {name: getattr(wanted, name) for name in names}
