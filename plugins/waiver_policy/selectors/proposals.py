"""Proposed editions, what they would change, and whom that touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fairgate.clock import utc_day
from waiver_policy import models
from waiver_policy.data import (
    IMPACT_DAYS,
    ApplicationState,
    EditionFacts,
    EditionImpact,
    Membership,
    MembershipChange,
    ProposalSummary,
)
from waiver_policy.rules import editions
from waiver_policy.selectors import lists
from waiver_policy.selectors.list_files import ListFile, read_files
from waiver_policy.selectors.operators import usernames

_OPEN = (ApplicationState.SUBMITTED, ApplicationState.MORE_INFORMATION, ApplicationState.WAITLISTED)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
Snapshot = Mapping[str, tuple[Membership, ...]]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two snapshots of some lists, and how they differ."""

    before: Snapshot
    after: Snapshot
    changes: tuple[MembershipChange, ...]


def newest_names(codes: Iterable[str]) -> Mapping[str, str]:
    """The name of the newest edition of each of these lists; "" for one that has none."""
    wanted = list(codes)
    names = dict.fromkeys(wanted, "")
    found = models.ListEdition.objects.filter(list_code__in=wanted).order_by("number")
    return names | {edition.list_code: str(edition) for edition in found}


def compare(found: Snapshot, base: Mapping[str, str]) -> Compared:
    """What files say against the editions of these names; a half they leave out is taken over."""
    before = {code: _rows(base[code]) for code in found}
    after = {code: editions.completed(rows, before[code]) for code, rows in found.items()}
    flat_before = [row for rows in before.values() for row in rows]
    flat_after = [row for rows in after.values() for row in rows]
    return Compared(before, after, editions.changes(flat_before, flat_after))


def _rows(name: str) -> tuple[Membership, ...]:
    if not name:
        return ()
    code, _, number = name.rpartition("-")
    rows = models.ListMembership.objects.filter(
        edition__list_code=code, edition__number=int(number)
    )
    return tuple(lists.to_membership(row) for row in rows.select_related("edition"))


def facts_of(name: str) -> EditionFacts:
    """Where the edition of a name comes from; nothing for a list that has none."""
    code, _, number = name.rpartition("-")
    found = models.ListEdition.objects.filter(list_code=code, number=int(number or 0)).first()
    if found is None:
        return EditionFacts(source="")
    return EditionFacts(
        source=found.source,
        document_symbol=found.document_symbol,
        published_on=found.published_on,
        version=found.version,
    )


def files_of(row: models.EditionProposal) -> tuple[ListFile, ...]:
    """The files that were proposed."""
    return tuple(ListFile(one["name"], one["text"]) for one in row.files)


def get_proposal(uuid: UUID) -> ProposalSummary | None:
    """A proposal by its public key."""
    row = models.EditionProposal.objects.defer("files").filter(uuid=uuid).first()
    return to_proposal(row) if row else None


def list_proposals(state: str | None = None) -> tuple[ProposalSummary, ...]:
    """Proposals in a state, or all; the newest first."""
    rows = models.EditionProposal.objects.defer("files").order_by("-id")
    if state is not None:
        rows = rows.filter(state=state)
    return tuple(to_proposal(row) for row in rows)


def get_impact(uuid: UUID, *, at: datetime, days: int = IMPACT_DAYS) -> EditionImpact | None:
    """What a proposal changes against its base, and whom that touches from now on."""
    row = models.EditionProposal.objects.filter(uuid=uuid).first()
    if row is None:
        return None
    found = read_files(files_of(row), on=utc_day(row.proposed_at))
    return impact_of(compare(found, row.base), at=at, days=days)


def impact_of(compared: Compared, *, at: datetime, days: int = IMPACT_DAYS) -> EditionImpact:
    """Who is touched by a difference; see ``EditionImpact``."""
    by_list = {
        code: editions.changed_answers(compared.before[code], after, on=utc_day(at))
        for code, after in compared.after.items()
    }
    changed = {code: countries for code, countries in by_list.items() if countries}
    codes = {c for found in changed.values() for c in found if _COUNTRY.fullmatch(c)}
    applications = models.WaiverApplication.objects.filter(state__in=_OPEN, country__in=codes)
    live = models.WaiverGrant.objects.filter(live_key__isnull=False)
    lately = models.WaiverDecision.objects.filter(at__gte=at - timedelta(days=days), at__lte=at)
    grants = _about(live, "decision__facts__inputs", codes)
    decisions = _about(lately, "facts__inputs", codes)
    users = {user_id for _, user_id in (*grants, *decisions)}
    users.update(applications.values_list("user_id", flat=True))
    return EditionImpact(
        changes=compared.changes,
        countries=changed,
        applications=tuple(applications.order_by("id").values_list("uuid", flat=True)),
        grants=tuple(uuid for uuid, _ in grants),
        decisions=len(decisions),
        learners=len(users),
        days=days,
    )


def _about(rows: QuerySet[Any], inputs: str, codes: set[str]) -> tuple[tuple[UUID, int], ...]:
    """The uuids and people of rows whose decision counted one of these countries."""
    asked = rows.order_by("id").values_list("uuid", "user_id", inputs)
    return tuple(
        (uuid, user_id)
        for uuid, user_id, kept in asked.iterator()
        if kept and codes.intersection((kept["country"], *kept["counted"]))
    )


def to_proposal(row: models.EditionProposal) -> ProposalSummary:
    """A proposal as a value."""
    names = usernames(user for user in (row.proposed_by, row.decided_by) if user is not None)
    made = row.editions.order_by("list_code", "number")
    return ProposalSummary(
        uuid=row.uuid,
        state=row.state,
        base=row.base,
        files=tuple(row.file_name.split(", ")),
        sha256=row.sha256,
        source=row.source,
        document_symbol=row.document_symbol,
        published_on=row.published_on,
        version=row.version,
        proposed_by=names.get(row.proposed_by, ""),
        proposed_at=row.proposed_at,
        decided_by=names.get(row.decided_by or 0, ""),
        decided_at=row.decided_at,
        reason=row.reason,
        editions=tuple(str(edition) for edition in made),
    )
