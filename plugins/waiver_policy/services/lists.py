"""Loads list editions."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from fairgate.documents import read_text
from waiver_policy import conf, models
from waiver_policy.data import (
    EditionFacts,
    EditionLoad,
    EditionSummary,
    Membership,
    MembershipChange,
)
from waiver_policy.exceptions import EditionOutOfOrder
from waiver_policy.rules import editions
from waiver_policy.selectors import lists

log = logging.getLogger(__name__)


def load_edition(
    path_or_text: Path | str, *, source: EditionFacts, by: str, known_from: datetime, file: str
) -> EditionLoad:
    """One new edition per list of the file that differs from the one known now; all or nothing.

    Raises:
        fairgate.documents.DocumentError: every fault of the file.
        EditionOutOfOrder: a list has an edition known from this moment or later.
    """
    text, name = _text(path_or_text, file)
    found = editions.read_lists(text, file=name, countries=conf.country_codes())
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    created, unchanged = [], []
    with transaction.atomic():
        for code in sorted(found):
            newest = _newest(code)
            if newest and not editions.changes(_rows(newest), found[code]):
                unchanged.append(lists.to_summary(newest, newest.members.count()))
                continue
            _check_order(newest, known_from)
            edition = models.ListEdition.objects.create(
                list_code=code,
                number=newest.number + 1 if newest else 1,
                known_from=known_from,
                published_on=source.published_on,
                source=source.source,
                document_symbol=source.document_symbol,
                file_name=Path(name).name[:255],
                sha256=sha256,
                loaded_by=by,
            )
            created.append(_write(edition, found[code]))
    for summary in created:
        log.info("list edition loaded: edition=%s rows=%s", summary.name, summary.rows)
    return EditionLoad(created=tuple(created), unchanged=tuple(unchanged))


def diff_edition(
    path_or_text: Path | str, *, at: datetime, file: str
) -> tuple[MembershipChange, ...]:
    """What a load would change against the editions known at a moment, for the file's lists."""
    text, name = _text(path_or_text, file)
    found = editions.read_lists(text, file=name, countries=conf.country_codes())
    before = [row for row in lists.list_snapshot(known_at=at) if row.list_code in found]
    after = [row for rows in found.values() for row in rows]
    return editions.changes(before, after)


def _text(path_or_text: Path | str, file: str) -> tuple[str, str]:
    if isinstance(path_or_text, Path):
        return read_text(path_or_text), file or str(path_or_text)
    return path_or_text, file or "(text)"


def _newest(code: str) -> models.ListEdition | None:
    editions_of = models.ListEdition.objects.filter(list_code=code)
    found: models.ListEdition | None = editions_of.order_by("-number").first()
    return found


def _rows(edition: models.ListEdition) -> tuple[Membership, ...]:
    rows = edition.members.select_related("edition")
    return tuple(lists.to_membership(row) for row in rows)


def _check_order(newest: models.ListEdition | None, known_from: datetime) -> None:
    """An older moment would change what was known then, and with it old answers."""
    if newest and known_from <= newest.known_from:
        raise EditionOutOfOrder(
            f"{newest} is known from {newest.known_from.isoformat()}; "
            f"a new edition must be known from a later moment than that."
        )


def _write(edition: models.ListEdition, rows: Iterable[Membership]) -> EditionSummary:
    written = models.ListMembership.objects.bulk_create(
        models.ListMembership(
            edition=edition,
            country=row.country,
            kind=row.kind,
            from_date=row.from_date,
            from_precision=row.from_precision,
            until_date=row.until_date,
            until_precision=row.until_precision,
            status=row.status,
            alt_until_date=row.alt_until_date,
            source=row.source,
            provenance=row.provenance,
            note=row.note,
        )
        for row in rows
    )
    return lists.to_summary(edition, len(written))
