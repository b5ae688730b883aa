"""What was promised and what came of it, as known at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from fairgate.clock import utc_day
from fairgate.money import Money
from partnerships import models, rules
from partnerships.data import (
    ActualSummary,
    Contribution,
    ContributionKind,
    ContributionSummary,
    Counted,
    DeliveredValue,
    DeliverySummary,
    Evidence,
    EvidenceContent,
    FulfilmentSummary,
    Obligation,
    ObligationSummary,
    Outcome,
    OutcomeSummary,
    Promises,
)
from partnerships.exceptions import UnknownPartner, UnknownRecord, UnknownVersion
from partnerships.selectors.facts import last_day, versions
from partnerships.selectors.partners import is_called


def get_promises(version_uuid: UUID, *, at: datetime) -> Promises:
    """What one version promises, and what came of it by a moment."""
    found = list_promises(at=at, only=Q(uuid=version_uuid))
    if not found:
        raise UnknownVersion("There is no agreement version %(key)s.", key=version_uuid)
    return found[0]


def list_promises(*, at: datetime, only: Q | None = None) -> tuple[Promises, ...]:
    """The promises of versions, by agreement and number."""
    rows = versions(at).filter(only or Q()).order_by("agreement__code", "number")
    # A list shows which files there are, and never needs what is in them.
    files = _files().defer("content")
    rows = rows.prefetch_related(
        Prefetch("obligations__fulfilments__file", queryset=files),
        Prefetch("contributions__deliveries__file", queryset=files),
        "contributions__deliveries__replaces",
        "outcomes__actuals",
    )
    return tuple(_promises(row, at) for row in rows)


def list_given_elsewhere(partner_code: str, *, at: datetime) -> tuple[Promises, ...]:
    """What a partner gives under signed agreements of other partners, by agreement and number."""
    gives = models.VersionContribution.objects.filter(party=partner_code)
    only = Q(pk__in=gives.values("version_id"), host_signed=True, partner_signed=True)
    found = list_promises(at=at, only=only & ~Q(agreement__partner__code=partner_code))
    given = (one.given_by(partner_code) for one in found)
    # A database also finds what a party in other letters gives; letter by letter that is nothing.
    return tuple(one for one in given if one.contributions)


def get_delivered_value(
    partner_code: str, *, since: date, until: date, at: datetime
) -> DeliveredValue:
    """What a partner delivered in a span of days, as far as it was accepted by a moment."""
    sums: dict[tuple[str, str], int] = {}
    for one in list_accepted(partner_code, since=since, until=until, at=at):
        key = (one.kind, one.amount.currency)
        sums[key] = sums.get(key, 0) + one.amount.minor
    return DeliveredValue(
        partner=partner_code,
        cash=_amounts(sums, ContributionKind.CASH),
        in_kind=_amounts(sums, ContributionKind.IN_KIND),
    )


def list_accepted(
    partner_code: str, *, since: date, until: date, at: datetime
) -> tuple[Counted, ...]:
    """A partner's deliveries in a span of days that count at a moment: accepted, not corrected."""
    if not is_called(models.Partner.objects.filter(code=partner_code).first(), partner_code):
        raise UnknownPartner("There is no partner “%(code)s”.", code=partner_code)
    rows = models.Delivery.objects.select_related("contribution")
    rows = rows.filter(contribution__party=partner_code, confirmed_at__lte=at)
    rows = rows.exclude(pk__in=_replaced_by(at)).filter(
        delivered_on__gte=since, delivered_on__lte=until
    )
    return tuple(
        Counted(
            record=row.uuid,
            kind=row.contribution.kind,
            amount=Money.from_minor(row.amount_minor, row.currency),
        )
        for row in rows.order_by("id")
    )


def _amounts(sums: dict[tuple[str, str], int], kind: ContributionKind) -> tuple[Money, ...]:
    return tuple(
        Money.from_minor(minor, currency)
        for (its_kind, currency), minor in sorted(sums.items())
        if its_kind == kind and minor
    )


def _replaced_by(at: datetime) -> Any:
    """The deliveries for which a correction was accepted by a moment."""
    corrections = models.Delivery.objects.filter(replaces__isnull=False, confirmed_at__lte=at)
    return corrections.values("replaces_id")


def _files() -> QuerySet[Any]:
    rows: QuerySet[Any] = models.EvidenceFile.objects.all()
    return rows


def get_evidence(file_uuid: UUID) -> EvidenceContent:
    """An uploaded file, with the partner whose people may see it."""
    row = _files().select_related("partner").filter(uuid=file_uuid).first()
    if row is None:
        raise UnknownRecord("There is no file %(key)s.", key=file_uuid)
    given = models.Delivery.objects.filter(file=row)
    return EvidenceContent(
        content=bytes(row.content),
        content_type=row.content_type,
        sha256=row.sha256,
        partner=row.partner.code,
        givers=tuple(sorted(set(given.values_list("contribution__party", flat=True)))),
    )


def get_version_of_delivery(delivery: UUID) -> UUID:
    """The agreement version under which something was delivered."""
    rows = models.Delivery.objects.filter(uuid=delivery)
    found: UUID | None = rows.values_list("contribution__version__uuid", flat=True).first()
    if found is None:
        raise UnknownRecord("There is no delivery %(key)s.", key=delivery)
    return found


def _promises(row: Any, at: datetime) -> Promises:
    day, last = utc_day(at), last_day(row)
    # Before both have signed nobody owes anything, whatever the day.
    owed_until = last if row.host_signed and row.partner_signed else date.min
    return Promises(
        version=row.uuid,
        obligations=tuple(_obligation(one, day, owed_until, at) for one in row.obligations.all()),
        contributions=tuple(
            _contribution(one, day, owed_until, at) for one in row.contributions.all()
        ),
        outcomes=tuple(_outcome(one, day, owed_until, at) for one in row.outcomes.all()),
    )


def agreed_obligation(row: Any) -> Obligation:
    """An obligation as it was agreed."""
    return Obligation(
        code=row.code,
        side=row.side,
        text=row.text,
        due=row.due_on,
        every_months=row.every_months,
    )


def agreed_contribution(row: Any) -> Contribution:
    """A contribution as it was agreed."""
    return Contribution(
        code=row.code,
        party=row.party,
        kind=row.kind,
        text=row.text,
        promised=Money.from_minor(row.promised_minor, row.currency),
        due=row.due_on,
        valuation=row.valuation,
    )


def agreed_outcome(row: Any) -> Outcome:
    """An expected outcome as it was agreed."""
    return Outcome(
        code=row.code,
        indicator=row.indicator,
        unit=row.unit,
        baseline=row.baseline,
        target=row.target,
        direction=row.direction,
        due=row.due_on,
    )


def _obligation(row: Any, day: date, last: date | None, at: datetime) -> ObligationSummary:
    known = {
        one.due_on: one for one in _current(row.fulfilments.all(), at)
    }  # of several for one due date the correction counts: it is the later row
    until = day if last is None else min(day, max(last, row.due_on))
    dates = dict.fromkeys(rules.due_dates(row.due_on, row.every_months, last=until))
    following = rules.next_due_date(row.due_on, row.every_months, after=day)
    if following is not None and (last is None or following <= last or not dates):
        dates[following] = None
    dates.update(dict.fromkeys(known))
    return ObligationSummary(
        obligation=agreed_obligation(row),
        due_dates=tuple(_due(due, known.get(due), day, last) for due in sorted(dates)),
    )


def _due(due: date, record: Any, day: date, last: date | None) -> FulfilmentSummary:
    is_met = record is not None and record.is_met
    return FulfilmentSummary(
        due=due,
        state=rules.promise_state(due=due, is_kept=is_met, on=day, last=last),
        fulfilled_on=record.fulfilled_on if is_met else None,
        evidence=_evidence(record) if record is not None else None,
        record=record.uuid if record is not None else None,
    )


def _current(records: Iterable[Any], at: datetime) -> list[Any]:
    """The records of a moment that no later one of that moment replaces, the oldest first."""
    known = [one for one in records if one.recorded_at <= at]
    replaced = {one.replaces_id for one in known}
    return [one for one in known if one.pk not in replaced]


def _evidence(record: Any) -> Evidence:
    return Evidence(
        reference=record.reference, file=record.file.uuid if record.file is not None else None
    )


def _contribution(row: Any, day: date, last: date | None, at: datetime) -> ContributionSummary:
    agreed = agreed_contribution(row)
    known = [one for one in row.deliveries.all() if one.asked_at <= at]
    accepted = [one for one in known if one.confirmed_at is not None and one.confirmed_at <= at]
    replaced = {one.replaces_id for one in accepted}
    counting = {one.pk for one in accepted if one.pk not in replaced}
    minor = sum(one.amount_minor for one in accepted if one.pk in counting)
    delivered = Money.from_minor(minor, row.currency)
    return ContributionSummary(
        contribution=agreed,
        delivered=delivered,
        state=rules.promise_state(
            due=row.due_on, is_kept=delivered >= agreed.promised, on=day, last=last
        ),
        deliveries=tuple(_delivery(one, at, counts=one.pk in counting) for one in known),
    )


def _delivery(row: Any, at: datetime, *, counts: bool) -> DeliverySummary:
    is_accepted = row.confirmed_at is not None and row.confirmed_at <= at
    is_refused = row.refused_at is not None and row.refused_at <= at
    decided_by = row.confirmed_by if is_accepted else row.refused_by
    return DeliverySummary(
        record=row.uuid,
        delivered_on=row.delivered_on,
        amount=Money.from_minor(row.amount_minor, row.currency),
        evidence=_evidence(row),
        recorded_by=row.asked_by,
        recorded_at=row.asked_at,
        is_accepted=is_accepted,
        is_refused=is_refused,
        decided_by=decided_by if is_accepted or is_refused else None,
        replaces=row.replaces.uuid if row.replaces is not None else None,
        counts=counts,
    )


def _outcome(row: Any, day: date, last: date | None, at: datetime) -> OutcomeSummary:
    agreed = agreed_outcome(row)
    known = [one for one in row.actuals.all() if one.recorded_at <= at]
    uuids = {one.pk: one.uuid for one in known}
    current = _current(known, at)
    newest = max(current, key=lambda one: (one.on, one.pk), default=None)
    actual: Decimal | None = None if newest is None else newest.value
    return OutcomeSummary(
        outcome=agreed,
        actual=actual,
        state=rules.promise_state(
            due=row.due_on, is_kept=rules.is_reached(agreed, actual), on=day, last=last
        ),
        actuals=tuple(
            ActualSummary(
                record=one.uuid,
                on=one.on,
                value=one.value,
                source=one.source,
                replaces=uuids.get(one.replaces_id),
            )
            for one in known
        ),
    )
