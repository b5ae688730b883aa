"""Taking a TERMS.yaml in, whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fairgate.documents import Faults
from fairgate_tables.transactions import run_again
from partnerships import lock_objects, models, rules, terms_file
from partnerships.data import LoadedVersion, Review
from partnerships.services.following import check_followed, set_followed
from partnerships.services.known import known_account, user_name
from partnerships.services.promised_rows import promised_rows
from partnerships.services.renaming import write_identity_of_file
from partnerships.services.vetting import write_outcome_of_file
from partnerships.terms_file import PartnerEntry, VersionEntry

log = logging.getLogger(__name__)


@run_again
def load(text: str, *, file: str, by: str, at: datetime) -> tuple[LoadedVersion, ...]:
    """Load a TERMS.yaml. Signed versions must say what they say; drafts are written anew.

    Raises:
        DocumentErrors: a fault of the file, or of the file beside what is kept already.
        AccountNeeded: the file has a text that is new or says something else, or proposes
            something, and ``by`` is no active account.
        SecondPersonNeeded: it proposes something of a partner for which ``by`` acts.
    """
    terms = terms_file.read(text, file=file)
    # Before anything is read: what is decided about them is decided by what is there by then.
    with lock_objects.locked_partners(entry.code for entry in terms.partners):
        partners = {entry.code: _write_partner(entry, by=by, at=at) for entry in terms.partners}
        with lock_objects.locked_agreements(
            {entry.agreement for entry in terms.versions}
        ) as agreements:
            _check_beside_kept(terms.versions, agreements, file=file)
            check_followed(terms.versions, agreements, file=file)
            loaded = tuple(
                _write_version(entry, agreements, partners, by=by, at=at)
                # A version that is followed is written before the one that names it.
                for entry in sorted(terms.versions, key=lambda entry: entry.number)
            )
    for version in loaded:
        log.info("agreement version %s: version=%s", version.change, version.uuid)
    return loaded


def _write_partner(entry: PartnerEntry, *, by: str, at: datetime) -> models.Partner:
    partner = write_identity_of_file(entry.code, entry.identity, by=by, at=at)
    if entry.due_diligence is not None:
        accepted, expires_on = entry.due_diligence
        write_outcome_of_file(partner, accepted=accepted, expires_on=expires_on, by=by, at=at)
    return partner


def _check_beside_kept(
    entries: Sequence[VersionEntry], agreements: dict[str, models.Agreement], *, file: str
) -> None:
    """Note every version that does not fit what is kept: spelling, partner, signed text, days."""
    with Faults(file) as faults:
        for entry in entries:
            agreement = agreements.get(entry.agreement.casefold())
            if agreement is not None:
                _check_agreement(entry, agreement, faults)
        for code, agreement in agreements.items():
            mine = [entry for entry in entries if entry.agreement.casefold() == code]
            _check_days(mine, agreement, faults)


def _check_agreement(entry: VersionEntry, agreement: models.Agreement, faults: Faults) -> None:
    if agreement.code != entry.agreement:
        faults.add(
            f"“{entry.agreement}” is kept as “{agreement.code}”; write it the same way.",
            line=entry.line,
            field="agreement",
        )
    if agreement.partner.code != entry.partner:
        faults.add(
            f"{agreement.code} is an agreement with {agreement.partner.code}; another partner "
            "needs an agreement of its own.",
            line=entry.line,
            field="partner",
        )
    kept = _kept_version(agreement, entry.number)
    if kept is None or kept.checksum == rules.checksum(entry.agreed_text):
        return
    if lock_objects.signatures_now(kept):
        faults.add(
            f"{entry.name} is signed and says something else; a change is a new version.",
            line=entry.line,
            field="version",
        )
    elif lock_objects.review_now(kept)[0] is not Review.NOT_SUBMITTED:
        faults.add(
            f"{entry.name} waits for approval, or has it, and says something else; return it to "
            "its draft first.",
            line=entry.line,
            field="version",
        )


def _check_days(
    entries: Sequence[VersionEntry], agreement: models.Agreement, faults: Faults
) -> None:
    rewritten = {entry.number: entry for entry in entries}
    dated = [(entry.number, entry.period) for entry in entries]
    dated += [
        (row.number, lock_objects.period_now(row))
        for row in lock_objects.versions_now(agreement)
        if row.number not in rewritten
    ]
    overlap = rules.first_overlap(dated)
    if overlap is None:
        return
    mine, other = sorted(overlap, key=lambda number: number not in rewritten)
    if mine in rewritten:
        faults.add(
            f"{rewritten[mine].name} shares days with version {other}, which is kept; versions of "
            "one agreement follow each other.",
            line=rewritten[mine].line,
            field="valid_from",
        )


def _write_version(
    entry: VersionEntry,
    agreements: dict[str, models.Agreement],
    partners: dict[str, models.Partner],
    *,
    by: str,
    at: datetime,
) -> LoadedVersion:
    agreement = agreements.get(entry.agreement.casefold())
    if agreement is None:
        agreement = models.Agreement.objects.create(
            code=entry.agreement, partner=partners[entry.partner]
        )
        agreements[entry.agreement.casefold()] = agreement
    agreed = rules.checksum(entry.agreed_text)
    kept = _kept_version(agreement, entry.number)
    if kept is not None and kept.checksum == agreed:
        return _loaded(kept, "unchanged")
    version = kept or models.AgreementVersion(
        uuid=rules.version_key(entry.agreement, entry.number),
        agreement=agreement,
        number=entry.number,
    )
    version.valid_from, version.valid_until = entry.period.first, entry.period.last
    version.agreed_text, version.checksum = entry.agreed_text, agreed
    # Under an account, so that whoever approves the text is another person, renamed or not.
    version.loader_user_id = known_account(by)
    version.loaded_by, version.loaded_at = user_name(version.loader_user_id), at
    _set_revenue(version, entry)
    set_followed(version, entry)
    version.save()
    _write_parts(version, entry, partners, is_new=kept is None)
    return _loaded(version, "changed" if kept else "added")


def _kept_version(agreement: models.Agreement, number: int) -> models.AgreementVersion | None:
    versions = lock_objects.versions_now(agreement)
    return next((row for row in versions if row.number == number), None)


def _loaded(version: models.AgreementVersion, change: str) -> LoadedVersion:
    return LoadedVersion(
        uuid=version.uuid,
        agreement=version.agreement.code,
        version=version.number,
        checksum=version.checksum,
        change=change,
    )


def _set_revenue(version: models.AgreementVersion, entry: VersionEntry) -> None:
    terms = entry.revenue
    payout = terms.minimum_payout if terms else None
    version.basis = terms.basis if terms else ""
    version.fund_bp = terms.fund_percent.basis_points if terms else None
    version.processor_fee = terms.processor_fee if terms else ""
    version.merchant_of_record = terms.merchant_of_record if terms else ""
    version.lost_processor_fee = terms.lost_processor_fee if terms else ""
    version.dispute_fee = terms.dispute_fee if terms else ""
    version.hold_days = terms.hold_days if terms else 0
    version.minimum_payout_minor = None if payout is None else payout.minor
    version.currency = "" if payout is None else payout.currency


def _write_parts(
    version: models.AgreementVersion,
    entry: VersionEntry,
    partners: dict[str, models.Partner],
    *,
    is_new: bool,
) -> None:
    shares = entry.revenue.shares if entry.revenue else ()
    recoupments = entry.revenue.recoupments if entry.revenue else ()
    parts: dict[Any, list[dict[str, object]]] = {
        models.VersionShare: [{"party": code, "weight": weight} for code, weight in shares],
        models.VersionRecoupment: [
            {
                "party": one.party,
                "currency": one.amount.currency,
                "amount_minor": one.amount.minor,
            }
            for one in recoupments
        ],
        models.VersionCourse: [{"course_key": key} for key in entry.courses],
        models.VersionRole: [
            {"partner": partners[code], "role": role} for code, role in entry.roles
        ],
        models.VersionGoal: [{"text": text} for text in entry.goals],
        **promised_rows(entry),
    }
    for model, rows in parts.items():
        if not is_new:
            model.objects.drop_parts_of_draft(version)
        model.objects.bulk_create(
            model(version=version, place=place, **row) for place, row in enumerate(rows, start=1)
        )
