"""What authors ask operators for, and what they looked at when they did."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import (
    AuthoredBase,
    AuthoredChange,
    AuthoredOffering,
    AuthorRequest,
    AuthorRequestState,
)
from fee_payments.data.authoring import PriceThen
from fee_payments.exceptions import UnknownRequest
from fee_payments.rules import authored_changes as changes


def list_author_requests(
    course_key: str | None = None,
    *,
    code: str | None = None,
    is_open: bool | None = None,
    limit: int = 50,
) -> tuple[AuthorRequest, ...]:
    """What was asked for, of one course or all, of one fee or all, the newest first."""
    wanted = Q()
    if course_key is not None:
        wanted &= Q(course_key=course_key)
    if code is not None:
        wanted &= Q(code=code)
    if is_open is not None:
        wanted &= Q(outcome="") if is_open else ~Q(outcome="")
    return tuple(map(author_request_summary, models.AuthorRequest.objects.filter(wanted)[:limit]))


def author_request(uuid: UUID) -> AuthorRequest:
    """One of them.

    Raises:
        UnknownRequest: there is none.
    """
    row = models.AuthorRequest.objects.filter(uuid=uuid).first()
    if row is None:
        raise UnknownRequest(_("There is no such request."))
    return author_request_summary(row)


def author_request_summary(row: models.AuthorRequest) -> AuthorRequest:
    """The value of a row."""
    return AuthorRequest(
        uuid=row.uuid,
        course_key=row.course_key,
        change=changes.read_change(row.wish, row.code, row.change),
        base=changes.read_base(row.base),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=AuthorRequestState(row.outcome or AuthorRequestState.WAITING),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )


def authored_base(course_key: str, change: AuthoredChange, *, on: date) -> AuthoredBase:
    """What the change would replace: prices that are over before ``on`` (UTC) are left out.

    Rows are locked as they are read, so it is what holds now, whatever this transaction has seen
    before; to be called in one.
    """
    rows = models.Offering.objects.select_for_update()
    row = rows.filter(course_key=course_key, code=change.code).first()
    if row is None:
        return AuthoredBase()
    about = AuthoredOffering(
        title=row.title,
        kind=row.kind,
        on_sale_from=row.on_sale_from,
        on_sale_until=row.on_sale_until,
    )
    if change.price is None:
        return AuthoredBase(about=about)
    of_same = models.Price.objects.select_for_update().filter(
        offering=row,
        payer_class=change.price.payer_class,
        currency=change.price.amount.currency,
    )
    prices = tuple(
        PriceThen(
            amount=Money.from_minor(one.amount_minor, one.currency),
            valid_from=one.valid_from,
            valid_until=one.valid_until,
        )
        for one in of_same.order_by("valid_from")
        if one.valid_until is None or one.valid_until > on
    )
    # A new price is compared with prices: a title that changes meanwhile does not touch it.
    return AuthoredBase(prices=prices)
