"""Changes that are beyond an author's limits: asked for by them, decided by an operator.

A request is decided once, by an UPDATE whose condition is that nobody has. What is approved is done
in the same transaction, so a change that cannot be made leaves the request waiting.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate_tables.transactions import in_transaction
from fee_payments import compat, models, selectors
from fee_payments.data import (
    AuthoredChange,
    AuthorRequest,
    AuthorRequestState,
    AuthorWish,
    OfferingSummary,
)
from fee_payments.exceptions import (
    BaseChanged,
    ChangeNotAsked,
    OverLimit,
    RequestDecided,
    SecondPersonNeeded,
    UnknownRequest,
)
from fee_payments.rules import authored_changes as changes
from fee_payments.rules import limits as bounds
from fee_payments.services import authoring

log = logging.getLogger(__name__)

MOST_LETTERS = 1000


@in_transaction
def ask_for_change(
    course_key: str, change: AuthoredChange, *, reason: str, by: int, at: datetime
) -> AuthorRequest:
    """Ask operators for what is beyond the limits of the course's authors.

    Who asks is an author of the course; the caller has looked. Asked again for the same while it
    waits, it is the same request.

    Raises:
        ChangeNotAsked: authors of this course may not ask, there is no reason, it is within their
            limits, or another change of the same waits.
        UnknownOffering, InvalidCatalogue: it could not be done, whoever asks.
    """
    limits = selectors.author_limits(course_key)
    if not limits.may_ask:
        raise ChangeNotAsked(_("Authors of this course may not ask for more here."))
    if not reason.strip():
        raise ChangeNotAsked(_("Please say why you need it: an operator decides by that."))
    authoring.check_possible(course_key, change, at=at)
    if not is_beyond_limits(course_key, change):
        raise ChangeNotAsked(_("This is within your limits: you can do it yourself."))
    key = _open_key(change)
    try:
        with transaction.atomic():
            row = models.AuthorRequest.objects.create(
                course_key=course_key,
                code=change.code,
                wish=change.wish,
                open_key=key,
                change=changes.write_change(change),
                base=changes.write_base(
                    selectors.authored_base(course_key, change, on=utc_day(at))
                ),
                reason=reason.strip()[:MOST_LETTERS],
                asked_by=by,
                asked_at=at,
            )
    except IntegrityError:
        return _same_again(key, course_key, change, by=by)
    log.info("change asked for: request=%s course=%s by=%s", row.uuid, course_key, by)
    return selectors.author_request_summary(row)


def is_beyond_limits(course_key: str, change: AuthoredChange) -> bool:
    """Whether authors of the course may not do this themselves."""
    try:
        bounds.check_change(selectors.author_limits(course_key), change)
    except OverLimit:
        return True
    return False


def _open_key(change: AuthoredChange) -> str:
    """What would change: one request for it waits at a time."""
    if change.wish is AuthorWish.PRICE and change.price is not None:
        payers, currency = change.price.payer_class, change.price.amount.currency
        return f"{change.wish}:{change.code.lower()}:{payers}:{currency}"
    return f"{change.wish}:{change.code.lower()}"


def _same_again(key: str, course_key: str, change: AuthoredChange, *, by: int) -> AuthorRequest:
    # Locked as it is read: the row that was in the way may be newer than what was read before.
    row = models.AuthorRequest.objects.select_for_update().filter(open_key=key).first()
    known = selectors.author_request_summary(row) if row else None
    if known and (known.course_key, known.change, known.asked_by) == (course_key, change, by):
        return known
    raise ChangeNotAsked(
        _("A change of this waits for an operator already. Take that back first, or wait.")
    )


@in_transaction
def approve_author_request(uuid: UUID, *, by: int, note: str = "", at: datetime) -> OfferingSummary:
    """Do what an author asked for; a price whose day has passed begins today (UTC).

    Raises:
        UnknownRequest, SecondPersonNeeded, RequestDecided: see there.
        BaseChanged: what it would replace is not what the author looked at, or they do not work on
            the course any more. It waits as before.
        UnknownOffering, InvalidCatalogue: it cannot be done any more. It waits as before.
    """
    asked = selectors.author_request(uuid)
    if not compat.may_author(asked.asked_by, asked.course_key):
        raise BaseChanged(
            _("Who asked for this does not work on the course any more. Decline it, please.")
        )
    # The first lock of whoever writes the catalogue: what is compared below stays so.
    models.CatalogueMark.change()
    _decide(asked, AuthorRequestState.APPROVED, by=by, note=note, at=at)
    now = selectors.authored_base(asked.course_key, asked.change, on=utc_day(asked.asked_at))
    if now != asked.base:
        raise BaseChanged(
            _(
                "This fee has changed since the author asked. Decline it, and say so: they can "
                "ask again for what they want now."
            )
        )
    change = changes.not_before(asked.change, utc_day(at))
    return authoring.write(asked.course_key, change, by=asked.asked_by, at=at)


@in_transaction
def decline_author_request(uuid: UUID, *, by: int, note: str, at: datetime) -> AuthorRequest:
    """Do not do it; the author reads the ``note``.

    Raises:
        UnknownRequest, SecondPersonNeeded, RequestDecided: see there.
        ChangeNotAsked: there is no note.
    """
    if not note.strip():
        raise ChangeNotAsked(_("Please say why it is declined; the author reads it."))
    asked = selectors.author_request(uuid)
    _decide(asked, AuthorRequestState.DECLINED, by=by, note=note, at=at)
    return selectors.author_request(uuid)


@in_transaction
def withdraw_author_request(course_key: str, uuid: UUID, *, by: int, at: datetime) -> AuthorRequest:
    """Take back what was asked for; any author of the course may, and the caller has looked.

    Raises:
        UnknownRequest: there is none of this course.
        RequestDecided: somebody has decided about it.
    """
    asked = selectors.author_request(uuid)
    if asked.course_key != course_key:
        raise UnknownRequest(_("There is no such request."))
    _decide(asked, AuthorRequestState.WITHDRAWN, by=by, note="", at=at)
    return selectors.author_request(uuid)


def forget_author(user_id: int, *, at: datetime) -> None:
    """Take back what waits of an author who has left, and empty what they wrote."""
    rows = models.AuthorRequest.objects.filter(asked_by=user_id)
    rows.filter(outcome="").update(
        outcome=AuthorRequestState.WITHDRAWN, open_key=None, decided_at=at
    )
    rows.update(reason="")


def _decide(
    asked: AuthorRequest, outcome: AuthorRequestState, *, by: int, note: str, at: datetime
) -> None:
    """Decide, if nobody has; the row is locked then until the transaction ends.

    Raises:
        SecondPersonNeeded: who asked takes it back, and does nothing else.
        RequestDecided: somebody was first.
    """
    if outcome is not AuthorRequestState.WITHDRAWN and by == asked.asked_by:
        raise SecondPersonNeeded(_("Another person than who asked has to decide about this."))
    waiting = models.AuthorRequest.objects.filter(uuid=asked.uuid, outcome="")
    if not waiting.update(
        outcome=outcome, open_key=None, decided_by=by, decided_at=at, note=note.strip()[:255]
    ):
        raise RequestDecided(_("Somebody has decided about this request already."))
    log.info("author's request decided: request=%s outcome=%s by=%s", asked.uuid, outcome, by)
