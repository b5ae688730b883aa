"""Promotions: proposed by a partner, decided by a second person, withdrawn at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate.clock import utc_day
from fairgate.readable import is_readable
from fairgate_tables.transactions import in_transaction
from partnerships import conf, lock_objects, models, rules, selectors
from partnerships.data import Promotion, PromotionFault
from partnerships.exceptions import (
    KeyReused,
    PromotionRefused,
    PromotionSettled,
    SecondPersonNeeded,
    TooManyPromotions,
    UnknownPromotion,
    UnknownVersion,
)
from partnerships.services import deciding

log = logging.getLogger(__name__)

_PROMOTIONS = UUID("0e0b6d0e-6f0f-4f4f-9a7e-3f8c55b7a6d1")
_SAID: Mapping[PromotionFault, Any] = {
    PromotionFault.TEXT: gettext_lazy("A text is one line of at most 200 readable characters."),
    PromotionFault.URL: gettext_lazy(
        "An address begins with https:// and names a site, without user or password."
    ),
    PromotionFault.LANGUAGE: gettext_lazy("Please choose one of the six languages."),
    PromotionFault.COURSE: gettext_lazy("This is no course run of the agreement."),
    PromotionFault.DAYS: gettext_lazy(
        "The days have to lie within those of the agreement, and the last one must not be past."
    ),
    PromotionFault.AGREEMENT: gettext_lazy("The agreement is not in force."),
    PromotionFault.SENTENCE: gettext_lazy("Please say why, in at most 500 readable characters."),
}


@in_transaction
def propose_promotion(
    version_uuid: UUID, asked: Promotion, *, by: int, at: datetime, key: str
) -> UUID:
    """Keep a proposal, undecided; see ``api.propose_promotion``."""
    asked = replace(asked, text=asked.text.strip(), url=asked.url.strip())
    partner = _partner_of(version_uuid)
    with (
        lock_objects.locked_partner(partner),
        lock_objects.locked_version(version_uuid) as version,
    ):
        uuid = uuid5(_PROMOTIONS, f"{version_uuid}:{key}") if key else uuid4()
        if _was_proposed(uuid, asked):
            return uuid
        _check(version_uuid, asked, at=at)
        _check_pace(partner, at=at)
        models.Promotion.objects.create(
            uuid=uuid,
            version=version,
            place=asked.place.value,
            course_key=asked.course,
            language=asked.language,
            text=asked.text,
            url=asked.url,
            first_day=asked.first_day,
            last_day=asked.last_day,
            proposed_by=by,
            proposed_at=at,
        )
    log.info("promotion proposed: promotion=%s version=%s by=%s", uuid, version_uuid, by)
    return uuid


def _partner_of(version_uuid: UUID) -> models.Partner:
    found: models.Partner | None = models.Partner.objects.filter(
        agreements__versions__uuid=version_uuid
    ).first()
    if found is None:
        raise UnknownVersion("There is no agreement version %(key)s.", key=version_uuid)
    return found


def _was_proposed(uuid: UUID, asked: Promotion) -> bool:
    said = {
        "place": asked.place.value,
        "course_key": asked.course,
        "language": asked.language,
        "text": asked.text,
        "url": asked.url,
        "first_day": asked.first_day,
        "last_day": asked.last_day,
    }
    found = models.Promotion.objects.select_for_update().filter(uuid=uuid).values(*said).first()
    if found is not None and found != said:
        raise KeyReused("Another promotion was proposed under this key.")
    return found is not None


def _check(version_uuid: UUID, asked: Promotion, *, at: datetime) -> None:
    found = selectors.get_version(version_uuid, at=at)
    if not found.is_in_force:
        raise _refused(PromotionFault.AGREEMENT)
    fault = rules.promotion_fault(
        asked,
        courses=found.courses,
        period=found.period,
        today=utc_day(at),
    )
    if fault is not None:
        raise _refused(fault)


def _check_pace(partner: models.Partner, *, at: datetime) -> None:
    # Not by a join: that would lock the partner's other agreements, too, in no order.
    versions = models.AgreementVersion.objects.filter(agreement__partner=partner)
    rows = models.Promotion.objects.select_for_update().filter(
        version__in=list(versions.values_list("id", flat=True)),
        proposed_at__gt=at - timedelta(days=1),
    )
    if len(rows.values_list("id")) >= conf.promotions_per_day():
        raise TooManyPromotions(conf.promotions_per_day())


def _refused(fault: PromotionFault) -> PromotionRefused:
    return PromotionRefused(fault.name, str(_SAID[fault]))


def approve_promotion(uuid: UUID, *, by: int, at: datetime, sentence: str = "") -> None:
    """Let a promotion show on its days; see ``api.approve_promotion``."""
    _decide(uuid, approved=True, by=by, at=at, sentence=sentence)


def refuse_promotion(uuid: UUID, *, by: int, at: datetime, sentence: str) -> None:
    """Never show a promotion; see ``api.refuse_promotion``."""
    _decide(uuid, approved=False, by=by, at=at, sentence=sentence)


def _decide(uuid: UUID, *, approved: bool, by: int, at: datetime, sentence: str) -> None:
    said = _checked(sentence, needed=not approved)
    row = _known(uuid)
    partner = row.version.agreement.partner
    if row.proposed_by == by or partner.people.filter(user_id=by).exists():
        raise SecondPersonNeeded(
            _("Who proposed a promotion, or acts for its partner, does not decide about it.")
        )
    if not deciding.decide(row, approved=approved, by=by, at=at, sentence=said):
        raise PromotionSettled(_("This promotion is decided or withdrawn already."))
    what = "approved" if approved else "refused"
    log.info("promotion %s: promotion=%s by=%s", what, uuid, by)


def withdraw_promotion(uuid: UUID, *, by: int, reason: str, at: datetime) -> None:
    """Take a promotion from every page from ``at`` on; see ``api.withdraw_promotion``."""
    said = _checked(reason, needed=True)
    row = _known(uuid)
    if not deciding.withdraw(row, by=by, reason=said, at=at):
        raise PromotionSettled(_("This promotion is refused or withdrawn already."))
    log.info("promotion withdrawn: promotion=%s by=%s", uuid, by)


def _known(uuid: UUID) -> models.Promotion:
    rows = models.Promotion.objects.select_related("version__agreement__partner")
    found: models.Promotion | None = rows.filter(uuid=uuid).first()
    if found is None:
        raise UnknownPromotion("There is no promotion %(key)s.", key=uuid)
    return found


def _checked(sentence: str, *, needed: bool) -> str:
    said = sentence.strip()
    is_fine = len(said) <= rules.LONGEST_SENTENCE and is_readable(said, allowed="\r\n")
    if not is_fine or (needed and not said):
        raise _refused(PromotionFault.SENTENCE)
    return said


def forget_promoter(user_id: int) -> None:
    """Empty the columns that name a user who leaves the platform; what was decided stays."""
    for who in ("proposed_by", "decided_by", "withdrawn_by"):
        models.Promotion.objects.filter(**{who: user_id}).update(**{who: None})
