"""Writes offerings, prices, sessions and bundles from seeds and imports, and for authors.

The admin edits the same rows. Whoever writes here changes the mark of the catalogue first: it is
the first lock of all of them, and so they do not meet in rows (``models.marked``).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fairgate.counted import counted
from fairgate_tables.transactions import in_transaction
from fee_payments import models, selectors, signals
from fee_payments.data import (
    AuthoredPrice,
    OfferingEntry,
    OfferingSummary,
    PriceEntry,
    RefundPolicy,
    SessionEntry,
)
from fee_payments.exceptions import InvalidCatalogue, PaymentsError, UnknownMerchant
from fee_payments.exceptions import UnknownOffering as Unknown


def set_offering(entry: OfferingEntry) -> OfferingSummary:
    """Create or update an offering; prices are added and ended, never changed.

    Raises:
        PaymentsError: a price of that class, currency and day is there with another amount, or
            more seats are taken than the new capacity has.
        InvalidCatalogue: a bundle opens nothing, a bundle, or itself; what is no bundle is of no
            course run, or opens something else; or another fee has the code in other capitals.
        UnknownOffering, UnknownMerchant: what it opens, or who collects, is not there.
    """
    with transaction.atomic():
        models.CatalogueMark.change()
        check_code(entry.code)
        known = models.Offering.objects.select_for_update().filter(code=entry.code).first()
        if known and entry.capacity is not None and known.seats_taken > entry.capacity:
            raise PaymentsError(
                f"“{entry.code}” has {counted(known.seats_taken, 'seat')} taken, more than "
                f"{entry.capacity}."
            )
        row, _created = models.Offering.objects.update_or_create(
            code=entry.code, defaults=_fields(entry, known)
        )
        _open_with(row, entry.opens)
        _add_prices(row, entry.prices)
        tell_courses({row.course_key, known.course_key if known else row.course_key})
    return selectors.offering(entry.code)


def _fields(entry: OfferingEntry, known: models.Offering | None) -> dict[str, object]:
    cost = entry.full_seat_cost
    names = (
        "title", "course_key", "kind", "delivery", "place", "starts_on", "on_sale_from",
        "on_sale_until", "upgrade_until", "capacity", "waivable", "access_days", "enrolment_mode",
    )  # fmt: skip
    if not entry.course_key and entry.kind != models.Offering.Kind.BUNDLE:
        raise InvalidCatalogue(f"“{entry.code}” is of no course run; only a bundle may be.")
    kept = known.merchant_id if known and not entry.merchant else None
    return {
        **{name: getattr(entry, name) for name in names},
        "merchant_id": kept or merchant_id(entry.merchant),
        "refund_policy": _written(entry.refund_policy),
        "full_seat_cost_minor": cost.minor if cost else 0,
        "full_seat_cost_currency": cost.currency if cost else "",
    }


def _written(policy: RefundPolicy | None) -> list[dict[str, str | int]] | None:
    return None if policy is None else policy.written()


def check_code(code: str) -> None:
    """Whether no other offering has this code in other capitals.

    For MySQL and MariaDB both would be one code, and the unique key would refuse the second.

    Raises:
        InvalidCatalogue: one has.
    """
    known = models.Offering.objects.filter(code__iexact=code).values_list("code", flat=True)
    for other in known:
        if other != code:
            raise InvalidCatalogue(
                _("Another fee has the code “%(code)s”. Please choose another one.")
                % {"code": other}
            )


def merchant_id(code: str = "") -> int | None:
    """The number of a merchant; without a code that of the default one, if there is any.

    Raises:
        UnknownMerchant: nobody has this code.
    """
    which = {"code": code} if code else {"is_default": True}
    row = models.Merchant.objects.filter(**which).first()
    if row is None and code:
        raise UnknownMerchant(f"There is no merchant “{code}”.")
    return row.pk if row else None


def _open_with(row: models.Offering, opens: Iterable[str]) -> None:
    """Give a bundle what it opens; what is no bundle opens itself."""
    codes = tuple(dict.fromkeys(opens))
    check_bundle(row.code, kind=row.kind, opens=codes)
    items = {one.item.code: one for one in row.items.select_related("item")}
    for code in set(items) - set(codes):
        items[code].delete()
    for code in codes:
        if row.kind == models.Offering.Kind.BUNDLE and code not in items:
            models.BundleItem.objects.create(
                bundle=row, item=models.Offering.objects.get(code=code)
            )


def check_bundle(code: str, *, kind: str, opens: tuple[str, ...]) -> None:
    """Whether an offering of this code and kind may open these.

    Raises:
        InvalidCatalogue: a bundle of nothing, of itself or of a bundle; or something else that
            opens others.
        UnknownOffering: one of them is not there.
    """
    if kind != models.Offering.Kind.BUNDLE:
        if set(opens) - {code}:
            raise InvalidCatalogue(f"“{code}” is no bundle, so it opens nothing else.")
        return
    found = dict(models.Offering.objects.filter(code__in=opens).values_list("code", "kind"))
    if missing := [one for one in opens if one not in found]:
        raise Unknown(f"There is no fee “{missing[0]}”.")
    if not opens or code in opens or models.Offering.Kind.BUNDLE in found.values():
        raise InvalidCatalogue(f"The bundle “{code}” has to open offerings that are no bundles.")


def tell_courses(course_keys: Iterable[str]) -> None:
    """Tell, after the commit, that the fees of these course runs are others now."""
    for course_key in sorted(set(course_keys) - {""}):
        transaction.on_commit(
            functools.partial(
                signals.OFFERINGS_CHANGED.send_robust, sender=None, course_key=course_key
            )
        )


def _add_prices(row: models.Offering, prices: Iterable[PriceEntry]) -> None:
    for price in prices:
        stored, _created = models.Price.objects.get_or_create(
            offering=row,
            payer_class=price.payer_class,
            currency=price.amount.currency,
            valid_from=price.valid_from,
            defaults={
                "amount_minor": price.amount.minor,
                "valid_until": price.valid_until,
                "holds_tax": price.holds_tax,
            },
        )
        if price.valid_until is not None and stored.valid_until is None:
            stored.valid_until = price.valid_until
            stored.save(update_fields=["valid_until"])
        if (stored.amount_minor, stored.holds_tax) != (price.amount.minor, price.holds_tax):
            raise PaymentsError(
                f"“{row.code}” has another price from {price.valid_from.isoformat()} already: "
                "end it and begin a new one."
            )


def begin_price(row: models.Offering, price: AuthoredPrice) -> None:
    """Let a price hold from a day on; what holds on that day, or begins later, gives way to it.

    Called in a transaction that has changed the mark. A price that ends already before that day
    stays; one that would begin on or after it has to be ended by an operator.

    Raises:
        InvalidCatalogue: a price begins on that day or later.
    """
    check_begins_last(row, price)
    for old in _of_same_payers(row, price).exclude(valid_until__lte=price.valid_from):
        old.valid_until = price.valid_from
        old.save(update_fields=["valid_until"])
    models.Price.objects.create(
        offering=row,
        payer_class=price.payer_class,
        amount_minor=price.amount.minor,
        currency=price.amount.currency,
        valid_from=price.valid_from,
    )


def check_begins_last(row: models.Offering, price: AuthoredPrice) -> None:
    """Whether no price for the same payers and currency begins on that day or later.

    Raises:
        InvalidCatalogue: one does.
    """
    if _of_same_payers(row, price).filter(valid_from__gte=price.valid_from).exists():
        raise InvalidCatalogue(
            _("A price begins on %(day)s or later already. Choose a later day, or ask an operator.")
            % {"day": price.valid_from.isoformat()}
        )


def _of_same_payers(row: models.Offering, price: AuthoredPrice) -> QuerySet[models.Price]:
    """Locked as they are read: what holds now, whatever this transaction has seen before."""
    rows: QuerySet[models.Price] = models.Price.objects.select_for_update().filter(
        offering=row, payer_class=price.payer_class, currency=price.amount.currency
    )
    return rows


@in_transaction
def set_session(offering_code: str, entry: SessionEntry) -> OfferingSummary:
    """Create or update a session of an offering that is held in a room.

    Raises:
        UnknownOffering: there is no such offering.
        InvalidCatalogue: the offering is online, the time zone or the times cannot be, or more
            seats are taken than the new capacity has.
    """
    models.CatalogueMark.change()
    row = models.Offering.objects.filter(code=offering_code).first()
    if row is None:
        raise Unknown(f"There is no fee “{offering_code}”.")
    if row.delivery == models.Offering.Delivery.ONLINE:
        raise InvalidCatalogue(f"“{offering_code}” is online, so it has no sessions.")
    check_times(entry)
    found = models.Session.objects.select_for_update().filter(offering=row, code=entry.code)
    known = found.first()
    if known and entry.capacity is not None and known.seats_taken > entry.capacity:
        raise InvalidCatalogue(
            f"Session “{entry.code}” has {counted(known.seats_taken, 'seat')} taken, more than "
            f"{entry.capacity}."
        )
    names = ("place", "room", "starts_at", "ends_at", "timezone", "capacity", "closed")
    fields = {name: getattr(entry, name) for name in names}
    models.Session.objects.update_or_create(offering=row, code=entry.code, defaults=fields)
    return selectors.offering(offering_code)


def check_times(entry: SessionEntry) -> None:
    """Whether a session can take place.

    Raises:
        InvalidCatalogue: it ends before it begins, or nobody knows its time zone.
    """
    if entry.ends_at <= entry.starts_at:
        raise InvalidCatalogue(f"Session “{entry.code}” ends before it begins.")
    try:
        ZoneInfo(entry.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidCatalogue(
            f"“{entry.timezone}” is no time zone, like Africa/Nairobi."
        ) from None
