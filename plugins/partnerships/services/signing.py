"""Putting names under a version."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from partnerships import lock_objects, models, rules
from partnerships.data import Period, Side
from partnerships.exceptions import TermsConflict, UnknownVersion

log = logging.getLogger(__name__)


def sign(version_uuid: UUID, *, side: str, by: str, at: datetime) -> None:
    """Record one side's signature under the version's text.

    Raises:
        UnknownVersion, AlreadySigned, SignedOutOfOrder
        TermsConflict: with this signature two agreements would share one course's receipts.
    """
    its_side = Side(side)
    found = models.AgreementVersion.objects.filter(uuid=version_uuid).first()
    if found is None:
        raise UnknownVersion(f"There is no agreement version {version_uuid}.")
    with lock_objects.locked_around(found) as version:
        signed = lock_objects.signatures_now(version)
        rules.check_may_sign(signed, side=its_side, at=at, version=str(version))
        if signed:
            _check_no_other_terms(version)
        models.Signature.objects.create(
            version=version,
            side=its_side.value,
            place=len(signed) + 1,
            signed_by=by,
            signed_at=at,
            checksum=version.checksum,
        )
    log.info("agreement version signed: version=%s side=%s", version_uuid, its_side.value)


def _check_no_other_terms(version: models.AgreementVersion) -> None:
    if version.fund_bp is None:
        return
    its_days = Period(version.valid_from, version.valid_until)
    for other in lock_objects.other_signed_terms_now(version):
        if its_days.shares_a_day_with(Period(other.valid_from, other.valid_until)):
            raise TermsConflict(
                f"{version} and {other}, which is signed, would both share the receipts of a "
                "course on the same days."
            )
