"""Loads published rates, and takes rates by hand from two people. A rate is never changed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate.clock import utc_day
from fairgate.money import MoneyError, exponent
from fairgate_tables.transactions import in_transaction

from ..data import BASES, Correction, LoadedRates, PublishedRate, RateFile, RateSource
from ..exceptions import RateRefused
from ..models import FxRate, RateProposal
from ..rate_files import read_rates
from ..selectors import rates as reads
from .asking_once import ask_once, step_uuid
from .deciding import check_reason, confirm, refuse, waiting

log = logging.getLogger(__name__)

#: What the column of a rate holds.
_LARGEST, _DECIMALS = Decimal(10) ** 10, 8
#: How many others may load rates of the same days at the same moment.
_OTHERS = 7
#: A rate by hand is for a day that is near: another one is a slip of the keyboard.
_NEAR = timedelta(days=366)


def load_rates(
    content: bytes, *, source: RateSource, file: str, by: int | None, at: datetime
) -> LoadedRates:
    """Take the rates of a file, all of them or none; a file that was loaded does nothing again.

    Another value for a day that is there is told as a correction, and counts from ``at`` on. A rate
    that takes effect more than 31 days after ``at`` is refused.

    Raises:
        DocumentErrors: every fault of the file, with its line.
    """
    read = read_rates(content, source=source, file=file, today=utc_day(at))
    digest = hashlib.sha256(content).hexdigest()
    for _attempt in range(_OTHERS):
        try:
            return _store(read, source, digest, by, at)
        except IntegrityError:
            # Somebody else has loaded some of the same rates at this moment: they are known now.
            log.info("rates were loaded by somebody else: source=%s", source)
    return _store(read, source, digest, by, at)


def propose_rate(
    base: str, currency: str, rate: Decimal, *, effective_on: date, reason: str, by: int,
    at: datetime, key: str,
) -> UUID:  # fmt: skip
    """Ask that a rate counts which nobody publishes; its key.

    Raises:
        RateRefused: no reason, no such currency, a value or a day that cannot be.
        KeyReused: the key stands for another request.
    """
    uuid, why = step_uuid(key), reason.strip()

    def is_same(known: RateProposal) -> bool:
        told = (known.base, known.currency, known.rate, known.effective_on, known.reason)
        return told == (base, currency, rate, effective_on, why)

    @transaction.atomic
    def ask() -> None:
        check_reason(reason, RateRefused)
        _check_rate(base, currency, rate)
        if abs(effective_on - utc_day(at)) > _NEAR:
            raise RateRefused(
                "A rate by hand is in effect from a day within a year of today.",
                field="effective_on",
            )
        RateProposal.objects.create(
            uuid=uuid, base=base, currency=currency, rate=rate, effective_on=effective_on,
            reason=why, asked_by=by, asked_at=at,
        )  # fmt: skip
        log.info("rate proposed: rate=%s by=%s", uuid, by)

    return ask_once(RateProposal, uuid, is_same=is_same, ask=ask)


@in_transaction
def confirm_rate(uuid: UUID, *, by: int, at: datetime) -> None:
    """Let a rate count from now on, as the second person.

    Raises:
        StepNotFound: there is none.
        SecondPersonNeeded: the same person has asked for it.
        RateRefused: it was decided already.
    """
    row = waiting(RateProposal, reads.get_proposal(uuid).pk, RateRefused, by=by)
    confirm(row, by=by, at=at)
    newest = FxRate.objects.filter(
        source=RateSource.MANUAL.value, base=row.base, currency=row.currency,
        effective_on=row.effective_on,
    ).order_by("-revision").first()  # fmt: skip
    rate = FxRate(
        source=RateSource.MANUAL.value, base=row.base, currency=row.currency,
        effective_on=row.effective_on, rate=row.rate, recorded_at=at, recorded_by=by,
        revision=newest.revision + 1 if newest else 1, proposal=row,
    )  # fmt: skip
    try:
        with transaction.atomic():
            rate.save()
    except IntegrityError:
        raise RateRefused("Another rate of this day is being confirmed; try again.") from None


@in_transaction
def refuse_rate(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Let it not count; who has asked may take it back like this.

    Raises:
        StepNotFound: there is none.
        RateRefused: no reason, or it was decided already.
    """
    check_reason(because, RateRefused)
    row = waiting(RateProposal, reads.get_proposal(uuid).pk, RateRefused)
    refuse(row, by=by, because=because, at=at)


@in_transaction
def _store(
    read: RateFile, source: RateSource, digest: str, by: int | None, at: datetime
) -> LoadedRates:
    rows: list[FxRate] = []
    corrections: list[Correction] = []
    # What is there first, then whether this very file was loaded: who sees a later correction of it
    # then sees the file as well, and does not take the correction back.
    known = list(_with_newest(read, source))
    if not FxRate.objects.filter(source=source.value, file_sha256=digest).exists():
        for one, before in known:
            if before and before[1] == one.rate:
                continue
            if before:
                corrections.append(
                    Correction(
                        currency=one.currency, effective_on=one.effective_on, before=before[1],
                        now=one.rate,
                    )
                )  # fmt: skip
            rows.append(
                FxRate(
                    source=source.value, base=read.base, currency=one.currency,
                    effective_on=one.effective_on, rate=one.rate, recorded_at=at,
                    recorded_by=by, file_sha256=digest, revision=before[0] + 1 if before else 1,
                )
            )  # fmt: skip
    FxRate.objects.bulk_create(rows, batch_size=1_000)
    log.info("rates loaded: source=%s rows=%s corrections=%s", source, len(rows), len(corrections))
    return LoadedRates(
        source=source,
        new=len(rows) - len(corrections),
        known=len(read.rates) - len(rows),
        corrections=tuple(corrections),
        left_out=read.left_out,
    )


def _with_newest(
    read: RateFile, source: RateSource
) -> Iterator[tuple[PublishedRate, tuple[int, Decimal] | None]]:
    """Each rate of the file with the newest revision that is there of its day, and its value."""
    days = [one.effective_on for one in read.rates]
    there = FxRate.objects.filter(
        source=source.value, base=read.base, effective_on__range=(min(days), max(days))
    ).order_by("revision")
    newest = {
        (currency, day): (revision, rate)
        for currency, day, revision, rate in there.values_list(
            "currency", "effective_on", "revision", "rate"
        )
    }
    for one in read.rates:
        yield one, newest.get((one.currency, one.effective_on))


def _check_rate(base: str, currency: str, rate: Decimal) -> None:
    for field, code in (("base", base), ("currency", currency)):
        try:
            exponent(code)
        except MoneyError:
            raise RateRefused(
                "“%(code)s” is not a currency code.", field=field, code=code
            ) from None
    if base == currency:
        raise RateRefused("A rate is between two currencies.", field="currency")
    if base not in BASES.values():
        raise RateRefused(
            "A rate says what one of %(bases)s is worth.",
            field="base",
            bases=", ".join(BASES.values()),
        )
    digits = rate.as_tuple().exponent
    is_exact = isinstance(digits, int) and digits >= -_DECIMALS
    if not is_exact or not 0 < rate < _LARGEST:
        raise RateRefused("A rate is above zero, with at most 8 decimals.", field="rate")
