"""Gives and takes the right to enter what an offering opens."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from fee_payments import models, selectors, signals
from fee_payments.services import enrolling
from waiver_policy import api as waivers

log = logging.getLogger(__name__)

# What a right rests on, and ends with.
Basis = models.OrderLine | models.SeatCode | models.Seat | models.GivenAccess

_PAGE = 500


def open_seat(
    line: models.OrderLine, *, user_id: int, source: models.Entitlement.Source, at: datetime
) -> bool:
    """Entitle, commit the waiver behind the line if there is one, tell it after the commit.

    Returns whether the learner was entitled by this call; they were not if a live right is there.
    """
    right = _entitle(line, user_id=user_id, source=source, at=at)
    if right is None:
        return False
    if line.waiver_grant is None:
        # Who has paid the full fee waits for no waiver any more.
        waivers.leave_waiting_list(user_id, line.offering.code, at=at)
    else:
        _commit_waiver(line.waiver_grant, right, at=at)
    return True


def commit_waiver(line: models.OrderLine, *, at: datetime) -> None:
    """Commit the waiver that was taken again for an open line, if it has one, and tell it."""
    right = line.entitlements.filter(offering=line.offering, revoked_at__isnull=True).first()
    if line.waiver_grant is not None and right is not None:
        _commit_waiver(line.waiver_grant, right, at=at)


def _commit_waiver(grant: UUID, right: models.Entitlement, *, at: datetime) -> None:
    waivers.commit_grant(grant, at=at)
    seat = selectors.waived_seat(right)
    transaction.on_commit(lambda: signals.SEAT_WAIVED.send_robust(sender=None, seat=seat))


def open_given_seat(
    given: models.SeatCode | models.Seat, *, user_id: int, at: datetime
) -> models.Entitlement | None:
    """Entitle who redeems a code, or accepts the seat of an institution; tells nobody of money.

    ``None`` if a live right is there.
    """
    right = _entitle(given, user_id=user_id, source=models.Entitlement.Source.SEAT, at=at)
    if right is not None:
        waivers.leave_waiting_list(user_id, right.offering.code, at=at)
    return right


def open_by_hand(
    given: models.GivenAccess, *, user_id: int, at: datetime
) -> models.Entitlement | None:
    """Entitle whom staff gave access; ``None`` if a live right is there."""
    source = models.Entitlement.Source.STAFF
    right = _entitle(given, user_id=user_id, source=source, at=at, ends_at=given.ends_at)
    if right is not None:
        waivers.leave_waiting_list(user_id, right.offering.code, at=at)
    return right


def end_access_that_is_over(*, at: datetime) -> int:
    """Act on rights whose end has passed: each once, and those who listen are told.

    A right ends by itself, whether anybody acts on it or not; what is told here is for what follows
    from it. Returns how many.
    """
    over = models.Entitlement.objects.filter(
        ends_at__lte=at, live_key__isnull=False, revoked_at__isnull=True
    ).order_by("id")
    count, last = 0, 0
    while page := list(over.filter(id__gt=last).select_related("offering")[:_PAGE]):
        last = page[-1].pk
        for row in page:
            with transaction.atomic():
                count += _end(row, at=at)
    return count


def _end(row: models.Entitlement, *, at: datetime) -> int:
    """Let a right that is over make room for the next; 0 if somebody else was faster."""
    rows = models.Entitlement.objects.filter(pk=row.pk, live_key__isnull=False, ends_at__lte=at)
    ended = rows.update(live_key=None)
    if ended:
        log.info("entitlement ended: entitlement=%s", row.uuid)
        _tell(row, at=at)
        _rest_on_bundle(row, at=at)
    return ended


def revoke(basis: Basis, *, because: str, at: datetime) -> int:
    """End the right that rests on this line, code or seat, and no other (T16).

    For a while, if ``because`` is one of ``Entitlement.RESTING``; else for good, also what rests.
    Returns how many.
    """
    rows = _locked(basis)
    ended = [row for row in rows if row.revoked_at is None]
    if because not in models.Entitlement.RESTING:
        ended += _newest(rows, models.Entitlement.RESTING)
    for row in ended:
        row.revoked_at = at
        row.revoked_because = because
        row.live_key = row.seat_key = None
        row.save(update_fields=["revoked_at", "revoked_because", "live_key", "seat_key"])
        log.info("entitlement revoked: entitlement=%s", row.uuid)
        _tell(row, at=at)
        _tell_returned(row)
    for row in ended:  # all are revoked by now, that to a bundle itself too
        _rest_on_bundle(row, at=at)
    return len(ended)


def _locked(basis: Basis) -> list[models.Entitlement]:
    """Every right that rests on a basis, and that ever did, as it is now; the oldest first."""
    rows = models.Entitlement.objects.select_for_update().filter(**_rests_on(basis))
    return list(rows.order_by("id"))


def _newest(
    rows: Iterable[models.Entitlement], reasons: Collection[str]
) -> list[models.Entitlement]:
    """Of rights of one basis the newest to each offering, if it was revoked for such a reason."""
    newest = {row.offering_id: row for row in rows}
    return [row for row in newest.values() if row.revoked_because in reasons]


def _rest_on_bundle(ended: models.Entitlement, *, at: datetime) -> None:
    """Give a right again that has ended, if a bundle that the learner has opens the same.

    It was not given with the bundle, because the one that has ended was there already.
    """
    bundles = models.BundleItem.objects.filter(item=ended.offering_id).values("bundle")
    rights = models.Entitlement.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        user_id=ended.user_id, offering__in=bundles, revoked_at__isnull=True,
    )  # fmt: skip
    for right in rights.order_by("id"):
        basis = _basis_of(right)
        if basis is not None and basis != _basis_of(ended):
            _write(
                basis, ended.offering, user_id=ended.user_id,
                source=models.Entitlement.Source(right.source), at=at,
                ends_at=right.ends_at or _end_of(ended.offering, at),
            )  # fmt: skip


def _basis_of(right: models.Entitlement) -> Basis | None:
    basis: Basis | None = right.line or right.seat_code or right.seat or right.given
    return basis


def rests(basis: Basis) -> bool:
    """Whether a right rests on this that is suspended while its money is looked at."""
    rows = models.Entitlement.objects.filter(**_rests_on(basis)).order_by("id")
    return bool(_newest(rows, models.Entitlement.RESTING))


def what_comes_back(basis: Basis, *, at: datetime) -> list[models.Entitlement]:
    """The rights of a basis that were taken, and may be given again; its own offering's first.

    What would be over by now does not come back.
    """
    own = _offering_of(basis).pk
    taken = _newest(_locked(basis), models.Entitlement.COMES_BACK)
    lasting = [row for row in taken if row.ends_at is None or row.ends_at > at]
    return sorted(lasting, key=lambda row: row.offering_id != own)


def give_again(basis: Basis, *, at: datetime) -> bool:
    """Give what was taken again, as new rights; each has the end of the one that was taken.

    Returns ``False`` if the learner has a live right to the same by something else; then undo the
    transaction.
    """
    own = _offering_of(basis).pk
    for taken in what_comes_back(basis, at=at):
        source = models.Entitlement.Source(taken.source)
        given = _write(
            basis, taken.offering, user_id=taken.user_id, source=source, at=at,
            ends_at=taken.ends_at,
        )  # fmt: skip
        if given is None and taken.offering_id == own:
            return False
    return True


def _tell_returned(row: models.Entitlement) -> None:
    """A full refund gives the fund its money back: whoever has booked the seat has to know."""
    if row.waiver_grant is None or row.revoked_because not in row.GIVES_BACK:
        return
    seat = selectors.returned_seat(row)
    transaction.on_commit(lambda: signals.SEAT_RETURNED.send_robust(sender=None, seat=seat))


def _rests_on(basis: Basis) -> dict[str, Basis]:
    """The field of a right that holds its basis."""
    names = {
        models.OrderLine: "line",
        models.SeatCode: "seat_code",
        models.Seat: "seat",
        models.GivenAccess: "given",
    }
    return {names[type(basis)]: basis}


def _grant_of(basis: Basis, offering: models.Offering) -> UUID | None:
    """The waiver that a right is opened with; of a bundle the right to the bundle itself has it."""
    if not isinstance(basis, models.OrderLine) or basis.offering_id != offering.pk:
        return None
    grant: UUID | None = basis.waiver_grant
    return grant


def _offering_of(basis: Basis) -> models.Offering:
    if isinstance(basis, models.SeatCode):
        return basis.batch.offering
    return basis.pool.offering if isinstance(basis, models.Seat) else basis.offering


def _end_of(offering: models.Offering, at: datetime) -> datetime | None:
    """When a right to this offering ends that begins now; ``None`` if it does not."""
    days = offering.access_days
    return None if days is None else at + timedelta(days=days)


def _live_key(user_id: int, offering: models.Offering) -> str:
    """The text that may stand in one live row only: one learner, one offering."""
    return f"{user_id}:{offering.pk}"


def _seat_key(basis: Basis, offering: models.Offering) -> str | None:
    """The text that may stand in one right only that is not revoked: one seat, one offering."""
    return f"{basis.pk}:{offering.pk}" if isinstance(basis, models.Seat) else None


def _entitle(
    basis: Basis,
    *,
    user_id: int,
    source: models.Entitlement.Source,
    at: datetime,
    ends_at: datetime | None = None,
) -> models.Entitlement | None:
    """Give the right to what a basis is for, and to all that this opens if it is a bundle."""
    offering = _offering_of(basis)
    right = _write(
        basis, offering, user_id=user_id, source=source, at=at,
        ends_at=ends_at or _end_of(offering, at),
    )  # fmt: skip
    if right is None:
        return None
    for opened in models.BundleItem.objects.filter(bundle=offering).select_related("item"):
        # A live right that is there already stays, and rests on its own basis.
        _write(
            basis, opened.item, user_id=user_id, source=source, at=at,
            ends_at=ends_at or right.ends_at or _end_of(opened.item, at),
        )  # fmt: skip
    return right


def _write(
    basis: Basis,
    offering: models.Offering,
    *,
    user_id: int,
    source: models.Entitlement.Source,
    at: datetime,
    ends_at: datetime | None,
) -> models.Entitlement | None:
    key = _live_key(user_id, offering)
    ended = models.Entitlement.objects.filter(live_key=key, ends_at__lte=at).first()
    if ended is not None:
        # A right that has ended by itself makes room for the next one. Found without a lock: a
        # locking statement that finds nothing would lock the gap where the new row goes.
        models.Entitlement.objects.filter(pk=ended.pk).update(live_key=None)
    try:
        with transaction.atomic():
            row = models.Entitlement.objects.create(
                live_key=key,
                seat_key=_seat_key(basis, offering),
                user_id=user_id,
                offering=offering,
                source=source,
                waiver_grant=_grant_of(basis, offering),
                starts_at=at,
                ends_at=ends_at,
                **_rests_on(basis),
            )
    except IntegrityError:
        return None
    log.info("entitled: entitlement=%s offering=%s", row.uuid, offering.pk)
    _tell(row, at=at)
    return row


def _tell(row: models.Entitlement, *, at: datetime) -> None:
    """Have the enrolment follow, and tell the change after the commit."""
    enrolling.enqueue(row.user_id, row.offering.course_key, at=at)
    change = selectors.entitlement_change(row)
    transaction.on_commit(
        lambda: signals.ENTITLEMENT_CHANGED.send_robust(sender=None, change=change)
    )
