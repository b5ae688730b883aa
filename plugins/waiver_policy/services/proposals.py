"""New editions: proposed by one person, applied or rejected by another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from fairgate.clock import utc_day
from waiver_policy import models
from waiver_policy.data import EditionFacts, EditionLoad, ProposalSummary
from waiver_policy.exceptions import (
    AlreadyProposed,
    EditionsMoved,
    NotAllowed,
    NothingToPropose,
    ProposalClosed,
    RowsVanish,
    SecondPersonNeeded,
    UnknownProposal,
)
from waiver_policy.permissions import APPLY_EDITION, PROPOSE_EDITION
from waiver_policy.rules import editions
from waiver_policy.selectors import list_files, proposals
from waiver_policy.selectors.list_files import Source, open_files, read_files
from waiver_policy.selectors.operators import get_operator
from waiver_policy.selectors.proposals import Compared
from waiver_policy.services import lists

log = logging.getLogger(__name__)


def propose_edition(
    source: Source,
    *,
    facts: EditionFacts,
    by: str,
    at: datetime,
    file: str = "",
    allow_removals: bool = False,
) -> ProposalSummary:
    """Keep files as a proposal, compared with what is known now. See ``api.propose_edition``."""
    user_id = lists.allowed(by, PROPOSE_EDITION, "propose an edition")
    lists.check_facts(facts, at=at)
    files = open_files(source, file=file)
    found = read_files(files, on=utc_day(at))
    base = proposals.newest_names(found)
    for code, rows in found.items():
        if not base[code]:
            lists.check_whole(code, rows)
    compared = proposals.compare(found, base)
    if not compared.changes and not _renews(facts, base):
        raise NothingToPropose(
            "The lists stand like that already, with this source; there is nothing to propose."
        )
    if not allow_removals:
        _check_vanished(compared)
    told = {
        "sha256": list_files.sha256_of(files),
        "source": facts.source,
        "document_symbol": facts.document_symbol,
        "published_on": facts.published_on,
        "version": facts.version,
    }
    _check_new(told, base)
    row = models.EditionProposal.objects.create(
        files=[{"name": one.name, "text": one.text} for one in files],
        file_name=list_files.names_of(files),
        base=dict(base),
        **told,
        allow_removals=allow_removals,
        proposed_by=user_id,
        proposed_at=at,
    )
    log.info("edition proposed: proposal=%s lists=%s", row.uuid, ", ".join(sorted(base)))
    return proposals.to_proposal(row)


def _check_new(told: Mapping[str, Any], base: Mapping[str, str]) -> None:
    """Two people who propose the same would wait for each other.

    Raises:
        AlreadyProposed: the same waits for a second person.
    """
    rows = models.EditionProposal.objects.filter(state=models.EditionProposal.PROPOSED, **told)
    for uuid, compared_with in rows.values_list("uuid", "base"):
        if compared_with == dict(base):
            raise AlreadyProposed(uuid)


def _check_vanished(compared: Compared) -> None:
    gone = [
        f"{country} ({code})"
        for code in sorted(compared.after)
        for country in editions.vanished(compared.before[code], compared.after[code])
    ]
    if gone:
        raise RowsVanish(
            f"These rows vanish without an until_date: {', '.join(gone)}. Is the file complete?"
        )


def _renews(facts: EditionFacts, base: Mapping[str, str]) -> bool:
    """Whether the same rows come from a later publication: then they are not old any more."""
    for name in base.values():
        known = proposals.facts_of(name)
        if facts.published_on and facts.published_on != known.published_on:
            return True
        if facts.version and facts.version != known.version:
            return True
    return False


def apply_edition(uuid: UUID, *, by: str, at: datetime) -> EditionLoad:
    """Make the proposed editions. See ``api.apply_edition``."""
    user_id = lists.allowed(by, APPLY_EDITION, "apply an edition")
    with transaction.atomic():
        row = _open_proposal(uuid)
        if row.proposed_by == user_id:
            raise SecondPersonNeeded(
                f"{by} has proposed this edition; another person applies or rejects it."
            )
        locked = lists.locked_lists(row.base)
        for country_list in locked:
            _check_base(country_list, row.base[country_list.code])
        done = _write(row, locked, by=by, at=at)
        _close(row, models.EditionProposal.APPLIED, user_id, at)
    log.info("edition applied: proposal=%s by=%s", uuid, user_id)
    return done


def _write(
    row: models.EditionProposal,
    locked: tuple[models.CountryList, ...],
    *,
    by: str,
    at: datetime,
) -> EditionLoad:
    files = proposals.files_of(row)
    compared = proposals.compare(read_files(files, on=utc_day(row.proposed_at)), row.base)
    changed = {change.list_code for change in compared.changes} or set(compared.after)
    facts = EditionFacts(
        source=row.source,
        document_symbol=row.document_symbol,
        published_on=row.published_on,
        version=row.version,
    )
    created, unchanged = [], []
    for country_list in locked:
        code = country_list.code
        if code not in changed:
            newest = lists.newest_edition(country_list)
            assert newest is not None  # noqa: S101 -- an unchanged list has an edition
            unchanged.append(lists.summary_of(newest))
            continue
        made = lists.write_edition(
            country_list, compared.after[code], facts=facts, by=by, known_from=at, files=files,
            proposal=row,
        )  # fmt: skip
        created.append(made)
    return EditionLoad(created=tuple(created), unchanged=tuple(unchanged))


def _check_base(country_list: models.CountryList, base: str) -> None:
    newest = f"{country_list}-{country_list.newest}" if country_list.newest else ""
    # What our snapshot does not show has come about since it began.
    if newest != base or (newest and lists.newest_edition(country_list) is None):
        raise EditionsMoved(
            f"{newest or country_list} stands now, and this was compared with "
            f"{base or 'no edition'}. Reject it, and propose the file again."
        )


def reject_edition(uuid: UUID, *, by: str, reason: str, at: datetime) -> ProposalSummary:
    """Close a proposal without an edition. See ``api.reject_edition``."""
    user = get_operator(by)
    reason = lists.words(reason, "A rejection")
    with transaction.atomic():
        row = _open_proposal(uuid)
        if row.proposed_by != user.pk and not user.has_perm(APPLY_EDITION):
            raise NotAllowed(
                f"{by} may not reject an edition: the permission {APPLY_EDITION} is missing."
            )
        _close(row, models.EditionProposal.REJECTED, int(user.pk), at, reason)
    log.info("edition rejected: proposal=%s by=%s", uuid, user.pk)
    found = proposals.get_proposal(uuid)
    assert found is not None  # noqa: S101 -- it was there a moment ago
    return found


def _open_proposal(uuid: UUID) -> models.EditionProposal:
    """A proposal that waits, locked.

    Raises:
        UnknownProposal, ProposalClosed: there is none, or somebody has decided it.
    """
    row: models.EditionProposal | None = (
        models.EditionProposal.objects.select_for_update().filter(uuid=uuid).first()
    )
    if row is None:
        raise UnknownProposal(f"There is no proposed edition {uuid}.")
    if row.state != models.EditionProposal.PROPOSED:
        raise ProposalClosed(f"The proposed edition {uuid} was {row.state} already.")
    return row


def _close(
    row: models.EditionProposal, state: str, user_id: int, at: datetime, reason: str = ""
) -> None:
    row.state, row.decided_by, row.decided_at, row.reason = state, user_id, at, reason
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
