"""Pictures of marks: sent, decided by a second person, withdrawn, kept for what is issued."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import fairgate_marks
from fairgate_marks import Kind, MarkRefused, Reason
from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import in_transaction
from partnerships import conf, models, rules
from partnerships.data import Background
from partnerships.exceptions import (
    PictureSettled,
    SecondPersonNeeded,
    TooManyPictures,
    UnknownPicture,
)
from partnerships.services import deciding
from partnerships.services.known import known_partner
from partnerships.services.sending import made_before, made_once

log = logging.getLogger(__name__)

# A picture with many colours can be larger anew than it was sent; a row still has to be fetched.
MAX_KEPT = 2_000_000


def upload_picture(
    partner_code: str,
    *,
    background: Background,
    content: bytes,
    alternatives: Mapping[str, str],
    usage_rules: Mapping[str, str],
    by: int,
    at: datetime,
    key: str,
) -> UUID:
    """Read, draw and keep a picture, undecided; see ``api.upload_picture``."""
    partner = known_partner(partner_code)
    sent: dict[str, Any] = {
        "key": key,
        "what": "picture",
        "said": {
            "partner": partner_code,
            "background": background,
            "file": hashlib.sha256(content).hexdigest(),
            "seen": dict(alternatives),
            "use": dict(usage_rules),
        },
    }
    if (before := made_before(**sent)) is not None:
        return UUID(before)
    seen = rules.checked_texts(
        alternatives, at_most=rules.LONGEST_ALTERNATIVE, one_line=True, needed=True
    )
    use = rules.checked_texts(
        usage_rules, at_most=rules.LONGEST_RULES, one_line=False, needed=False
    )
    mark = fairgate_marks.read(content, at_most=conf.mark_max_bytes())
    width, height = rules.shown_size(mark.width, mark.height, may_grow=mark.kind is Kind.SVG)
    # Before any lock: drawing starts processes, and takes a second.
    files = _files(mark, height)
    told: dict[str, Any] = {
        "background": background.value,
        "uploaded_sha256": hashlib.sha256(content).hexdigest(),
        "suffix": mark.kind.suffix,
        "width": width,
        "height": height,
        "alternatives": seen,
        "usage_rules": use,
        "uploaded_by": by,
        "uploaded_at": at,
    }
    made = made_once(lambda: str(_write(partner, files, **told).uuid), **sent)
    log.info("picture sent: picture=%s partner=%s", made, partner.uuid)
    return UUID(made)


@in_transaction
def _write(
    partner: models.Partner,
    files: Sequence[models.BrandFile],
    *,
    background: str,
    uploaded_at: datetime,
    **told: Any,
) -> models.BrandAsset:
    """The files that are not there yet, and the version that names them: all or nothing."""
    number = _next_number(partner, background, at=uploaded_at)
    # In one order: two who send the same file at once wait for each other one way only.
    for file in sorted(files, key=lambda one: one.sha256):
        insert_or_lock(file, field="sha256")
    named = zip(("mark", "single", "double", "paper"), files, strict=True)
    asset: models.BrandAsset = models.BrandAsset.objects.create(
        partner=partner,
        background=background,
        number=number,
        uploaded_at=uploaded_at,
        **told,
        **dict(named),
    )
    return asset


def _files(mark: fairgate_marks.Mark, height: int) -> list[models.BrandFile]:
    """The mark and its pictures, as rows that are not written yet."""
    if len(mark.content) > MAX_KEPT:
        raise MarkRefused(Reason.CANNOT_BE_DRAWN)
    scales = (1, 2, rules.PAPER_SCALE)
    drawn = fairgate_marks.pictures(mark, heights=(height,), scales=scales)
    return [
        _file(mark.content, mark.kind.suffix),
        *(_file(one.content, Kind.PNG.suffix) for one in drawn),
    ]


def _file(content: bytes, suffix: str) -> models.BrandFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return models.BrandFile(sha256=sha256, suffix=suffix, size=len(content), content=content)


def _next_number(partner: models.Partner, background: str, *, at: datetime) -> int:
    """The number of a partner's next version; the partner's row is locked until the commit."""
    models.Partner.objects.select_for_update().get(pk=partner.pk)
    # Each row with a lock: under REPEATABLE READ a plain read, and every aggregate is one, would
    # not see who was before us.
    rows = models.BrandAsset.objects.select_for_update().filter(partner=partner)
    there = list(rows.values_list("background", "number", "uploaded_at"))
    day = timedelta(days=1)
    if sum(abs(sent_at - at) < day for _kind, _number, sent_at in there) >= conf.marks_per_day():
        raise TooManyPictures(conf.marks_per_day())
    return max((number for kind, number, _ in there if kind == background), default=0) + 1


def approve_picture(uuid: UUID, *, by: int, at: datetime, sentence: str = "") -> None:
    """Show a picture from ``at`` on; see ``api.approve_picture``."""
    _decide(uuid, approved=True, by=by, at=at, sentence=sentence)


def refuse_picture(uuid: UUID, *, by: int, at: datetime, sentence: str) -> None:
    """Never show a picture; see ``api.refuse_picture``."""
    _decide(uuid, approved=False, by=by, at=at, sentence=sentence)


def _decide(uuid: UUID, *, approved: bool, by: int, at: datetime, sentence: str) -> None:
    said = rules.checked_sentence(sentence, needed=not approved)
    asset = _known(uuid)
    if asset.uploaded_by == by or asset.partner.people.filter(user_id=by).exists():
        raise SecondPersonNeeded(
            "Who sent a picture, or acts for its partner, does not decide about it."
        )
    if not deciding.decide(asset, approved=approved, by=by, at=at, sentence=said):
        raise PictureSettled("%(picture)s is decided or withdrawn already.", picture=asset)
    what = "approved" if approved else "refused"
    log.info("picture %s: picture=%s by=%s", what, uuid, by)


def withdraw_picture(uuid: UUID, *, by: int, reason: str, at: datetime) -> None:
    """Take a picture from every page from ``at`` on; see ``api.withdraw_picture``."""
    said = rules.checked_sentence(reason, needed=True)
    asset = _known(uuid)
    if not deciding.withdraw(asset, by=by, reason=said, at=at):
        raise PictureSettled("%(picture)s is refused or withdrawn already.", picture=asset)
    log.info("picture withdrawn: picture=%s by=%s", uuid, by)


def _known(uuid: UUID) -> models.BrandAsset:
    rows = models.BrandAsset.objects.select_related("partner")
    found: models.BrandAsset | None = rows.filter(uuid=uuid).first()
    if found is None:
        raise UnknownPicture("There is no picture %(key)s.", key=uuid)
    return found


def keep_pictures(asset_ids: set[int], *, course_key: str, at: datetime) -> None:
    """Serve these versions for good, for what is issued for a course; again changes nothing."""
    kept = models.KeptMark.objects.filter(asset__in=asset_ids, course_key=course_key)
    missing = asset_ids - set(kept.values_list("asset_id", flat=True))
    for asset_id in sorted(missing):
        row = models.KeptMark(asset_id=asset_id, course_key=course_key, kept_at=at)
        # Of two at once, the second finds the first one's row.
        models.KeptMark.objects.bulk_create([row], ignore_conflicts=True)


def forget_person(user_id: int) -> None:
    """Empty the columns that name a user who leaves the platform; what was decided stays."""
    for who in ("uploaded_by", "decided_by", "withdrawn_by"):
        models.BrandAsset.objects.filter(**{who: user_id}).update(**{who: None})
