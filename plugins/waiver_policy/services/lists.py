"""Writes list editions, and what people confirm about them.

Order of locks: proposal, lists by their code. Whoever makes an edition holds the row of its list
(``CountryList``), which says the number of the newest edition whatever the snapshot shows.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction

from fairgate.clock import utc_day
from fairgate_tables.inserting import insert_or_lock
from waiver_policy import models
from waiver_policy.data import (
    EditionFacts,
    EditionLoad,
    EditionSummary,
    Membership,
    MembershipStatus,
)
from waiver_policy.exceptions import (
    AlreadyConfirmed,
    EditionExists,
    EditionOutOfOrder,
    EditionsMoved,
    NotAllowed,
    NotContested,
    PublishedLater,
    ReasonMissing,
)
from waiver_policy.permissions import CONFIRM_MEMBERSHIP
from waiver_policy.rules import editions
from waiver_policy.rules.un_lists import status_of
from waiver_policy.selectors import lists
from waiver_policy.selectors.list_files import ListFile, Source, names_of, open_files, read_files
from waiver_policy.selectors.list_files import sha256_of as sha256_of_files
from waiver_policy.selectors.operators import get_operator

log = logging.getLogger(__name__)

MAX_NOTE = 500
CONTESTED = MembershipStatus.CONTESTED


def load_edition(
    source: Source, *, facts: EditionFacts, by: str, known_from: datetime, file: str
) -> EditionLoad:
    """The first edition of each list of the files; all or nothing. See ``api.load_edition``."""
    check_facts(facts, at=known_from)
    files = open_files(source, file=file)
    found = read_files(files, on=utc_day(known_from))
    created, unchanged = [], []
    with transaction.atomic():
        for code in sorted(found):
            country_list = _locked_list(code)
            if country_list.newest:
                unchanged.append(_standing(country_list, found[code]))
                continue
            made = write_edition(
                country_list, found[code], facts=facts, by=by, known_from=known_from, files=files
            )
            created.append(made)
    return EditionLoad(created=tuple(created), unchanged=tuple(unchanged))


def check_facts(facts: EditionFacts, *, at: datetime) -> None:
    """Whether a publication can be known.

    Raises:
        PublishedLater: its day (UTC) is to come.
    """
    if facts.published_on and facts.published_on > utc_day(at):
        raise PublishedLater(facts.published_on)


def _standing(country_list: models.CountryList, found: Iterable[Membership]) -> EditionSummary:
    """The newest edition, if it says what the file says.

    Raises:
        EditionExists: it says something else, or another transaction has just made it.
    """
    newest = newest_edition(country_list)
    if newest is not None:
        before = rows_of(newest)
        if not editions.changes(before, editions.completed(found, before)):
            return summary_of(newest)
    raise EditionExists(
        f"{country_list} has the edition {country_list}-{country_list.newest}. A new one is "
        "proposed by one person and applied by another."
    )


def write_edition(
    country_list: models.CountryList,
    rows: Iterable[Membership],
    *,
    facts: EditionFacts,
    by: str,
    known_from: datetime,
    files: Iterable[ListFile],
    proposal: models.EditionProposal | None = None,
) -> EditionSummary:
    """The next edition of a list whose row is locked.

    Raises:
        EditionOutOfOrder: the newest edition is known from this moment or later, or
            the rows are of former States only, and today's countries come first.
    """
    rows = tuple(rows)
    check_whole(country_list.code, rows)
    _check_order(country_list, known_from)
    files = tuple(files)
    edition = models.ListEdition.objects.create(
        list_code=country_list.code,
        number=country_list.newest + 1,
        version=facts.version,
        known_from=known_from,
        published_on=facts.published_on,
        source=facts.source,
        document_symbol=facts.document_symbol,
        file_name=names_of(files),
        sha256=sha256_of_files(files),
        loaded_by=by,
        proposal=proposal,
    )
    _write_rows(edition, rows)
    models.CountryList.objects.filter(pk=country_list.pk).update(newest=edition.number)
    log.info("list edition written: edition=%s rows=%s", edition, len(rows))
    return summary_of(edition)


def check_whole(code: str, rows: Iterable[Membership]) -> None:
    """A list begins with today's countries.

    Raises:
        EditionOutOfOrder: the rows are of former States only.
    """
    if all(row.is_former for row in rows):
        raise EditionOutOfOrder(
            f"{code} has no edition yet: load the file of today's countries with this one."
        )


def _check_order(country_list: models.CountryList, known_from: datetime) -> None:
    """An older moment would change what was known then, and with it old answers."""
    newest = newest_edition(country_list) if country_list.newest else None
    if newest and known_from <= newest.known_from:
        raise EditionOutOfOrder(
            f"{newest} is known from {newest.known_from.isoformat()}; "
            f"a new edition must be known from a later moment than that."
        )


def _write_rows(edition: models.ListEdition, rows: Iterable[Membership]) -> None:
    models.ListMembership.objects.bulk_create(
        models.ListMembership(
            edition=edition,
            country=row.country,
            former_name=row.former_name,
            kind=row.kind,
            value=row.value,
            from_date=row.from_date,
            from_precision=row.from_precision,
            until_date=row.until_date,
            until_precision=row.until_precision,
            status=row.stated,
            alt_until_date=row.alt_until_date,
            source=row.source,
            provenance=row.provenance,
            note=row.note,
        )
        for row in rows
    )


def _locked_list(code: str) -> models.CountryList:
    """The row of a list, made if it is missing, and ours until the commit."""
    insert_or_lock(models.CountryList(code=code), field="code")
    row: models.CountryList = models.CountryList.objects.select_for_update().get(code=code)
    return row


def locked_lists(codes: Iterable[str]) -> tuple[models.CountryList, ...]:
    """The rows of several lists, in the one order."""
    return tuple(_locked_list(code) for code in sorted(codes))


def newest_edition(country_list: models.CountryList) -> models.ListEdition | None:
    """The newest edition of a list; ``None`` also where our snapshot is older than it."""
    found: models.ListEdition | None = models.ListEdition.objects.filter(
        list_code=country_list.code, number=country_list.newest
    ).first()
    return found


def rows_of(edition: models.ListEdition) -> tuple[Membership, ...]:
    """The rows of an edition, as it states them."""
    rows = edition.members.select_related("edition")
    return tuple(lists.to_membership(row) for row in rows)


def summary_of(edition: models.ListEdition) -> EditionSummary:
    """An edition as a value."""
    (found,) = lists.to_summaries(lists.counted_editions().filter(pk=edition.pk))
    return found


def allowed(username: str, permission: str, what: str) -> int:
    """The id of the user of exactly this name, if they have a permission.

    Raises:
        UnknownOperator: there is no active user of this name.
        NotAllowed: they lack it.
    """
    user = get_operator(username)
    if not user.has_perm(permission):
        raise NotAllowed(f"{username} may not {what}: the permission {permission} is missing.")
    return int(user.pk)


def words(text: str, what: str) -> str:
    """What a person says about a decision, trimmed.

    Raises:
        ReasonMissing: it is blank, or longer than is kept.
    """
    text = text.strip()
    if not text:
        raise ReasonMissing(f"{what} needs words: say why.")
    if len(text) > MAX_NOTE:
        raise ReasonMissing(f"{len(text)} characters were written; at most {MAX_NOTE} are kept.")
    return text


def confirm_membership(
    list_code: str, country: str, *, by: str, note: str, at: datetime, until: date | None = None
) -> Membership:
    """The end in force of a contested row stands. See ``api.confirm_membership``."""
    user_id = allowed(by, CONFIRM_MEMBERSHIP, "confirm the end of a membership")
    note = words(note, "A confirmation")
    with transaction.atomic():
        country_list = _locked_list(list_code) if lists.has_list(list_code) else None
        row = _contested(list_code, country, at)
        if country_list is None or row.edition != f"{list_code}-{country_list.newest}":
            raise EditionsMoved(f"{list_code} has got another edition just now. Look again.")
        if until is not None and until != row.until_date:
            raise NotContested(
                f"The end in force of {country} on {list_code} is {row.until_date}, not {until}. "
                "Another end comes with a new edition."
            )
        _write_confirmation(row, user_id, note, at)
    log.info("membership confirmed: row=%s by=%s", row.name, user_id)
    held = lists.list_history(list_code, known_at=at)
    return next(one for one in held if one.name == row.name)


def _contested(list_code: str, country: str, at: datetime) -> Membership:
    rows = [r for r in lists.list_history(list_code, known_at=at) if r.country == country]
    contested = [row for row in rows if row.is_contested]
    if contested:
        return contested[0]
    if any(status_of(row.stated, row.alt_until_date) == CONTESTED for row in rows):
        raise AlreadyConfirmed(f"{country} on {list_code} has been confirmed already.")
    raise NotContested(f"No row of {list_code} about {country} is contested.")


def _write_confirmation(row: Membership, user_id: int, note: str, at: datetime) -> None:
    edition, _, number = row.edition.rpartition("-")
    member = models.ListMembership.objects.get(
        edition__list_code=edition,
        edition__number=int(number),
        country=row.country,
        from_date=row.from_date,
    )
    try:
        with transaction.atomic():
            models.MembershipConfirmation.objects.create(
                membership=member,
                list_code=row.list_code,
                country=row.country,
                from_date=row.from_date,
                until_date=row.until_date,
                alt_until_date=row.alt_until_date,
                by=user_id,
                at=at,
                note=note,
            )
    except IntegrityError:
        said = f"{row.country} on {row.list_code} has been confirmed already."
        raise AlreadyConfirmed(said) from None
