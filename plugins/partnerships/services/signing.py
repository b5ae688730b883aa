"""Putting names under a version."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from fairgate.readable import is_readable, turns_writing
from fairgate_tables.transactions import in_transaction
from partnerships import lock_objects, models, rules
from partnerships.data import ContactRole, Means, PersonRole, Side
from partnerships.exceptions import (
    NotASignatory,
    SecondPersonNeeded,
    TermsConflict,
    UnknownVersion,
)
from partnerships.services import pacing
from partnerships.services.known import known_account, names_of, user_name

log = logging.getLogger(__name__)

#: The role of a user who acts for a partner and may sign in its name.
SIGNATORY = PersonRole.SIGNATORY.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """Whose name is put under a version, and how."""

    signed_by: str
    means: Means
    user_id: int | None = None
    recorded_by: str = ""
    recorder: int | None = None


@in_transaction
def sign(version_uuid: UUID, *, side: str, by: str, recorded_by: str, at: datetime) -> None:
    """Record the signature under the paper of an approved version.

    Raises:
        UnknownVersion, NotApproved, TextChanged, AlreadySigned, SignedOutOfOrder
        NotASignatory: ``by`` is no name, or for the partner none of its signatories.
        AccountNeeded: ``recorded_by`` is no active account.
        SecondPersonNeeded: for the host, ``recorded_by`` acts for the partner; or they saw to the
            other side's signature.
        TermsConflict: with this signature two agreements would share one course's receipts.
    """
    its_side, by = Side(side), by.strip()
    if not by or len(by) > 150 or not _is_name(by):
        raise NotASignatory("Who signs has a name of at most 150 readable characters.")
    found = _found(version_uuid)
    partner, recorder = found.agreement.partner, known_account(recorded_by)
    if its_side is Side.PARTNER:
        rules.check_signs_for_partner(by, _signatories(partner), partner=partner.code)
    elif partner.people.filter(user_id=recorder).exists():
        raise SecondPersonNeeded("Who acts for a partner records no signature of the host.")
    name = _Name(
        signed_by=by, means=Means.PAPER, recorded_by=user_name(recorder), recorder=recorder
    )
    _put(name, found, its_side, at=at)


@in_transaction
def consent(version_uuid: UUID, *, user_id: int, checksum: str, at: datetime) -> None:
    """Sign for the partner on this site, under the text with this checksum.

    Raises:
        UnknownVersion, NotApproved, AlreadySigned, SignedOutOfOrder, TermsConflict: as ``sign``.
        TooManyRecords: the day takes no more.
        NotASignatory: the user does not sign for the partner.
        SecondPersonNeeded: the user has loaded, submitted or approved the text for the host, or
            recorded the host's signature.
        TextChanged: the text is not the one that the user has seen.
    """
    found = _found(version_uuid)
    people = found.agreement.partner.people
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    if user is None or not people.filter(user_id=user_id, role=SIGNATORY).exists():
        raise NotASignatory(
            "You do not sign for %(partner)s.", partner=found.agreement.partner.code
        )
    name = _Name(signed_by=_signs_as(user), means=Means.CONSENT, user_id=user_id)
    with pacing.queued(version_uuid, by=user_id) as sender:
        sender.count(at=at)
        _put(name, found, Side.PARTNER, at=at, seen=checksum)


def _found(version_uuid: UUID) -> models.AgreementVersion:
    rows = models.AgreementVersion.objects.select_related("agreement__partner")
    found: models.AgreementVersion | None = rows.filter(uuid=version_uuid).first()
    if found is None:
        raise UnknownVersion("There is no agreement version %(key)s.", key=version_uuid)
    return found


def _signatories(partner: models.Partner) -> list[str]:
    """The names of contacts and of active users who sign for a partner."""
    names = list(
        partner.contacts.filter(role=ContactRole.SIGNATORY.value).values_list("name", flat=True)
    )
    users = get_user_model()._default_manager.filter(
        pk__in=partner.people.filter(role=SIGNATORY).values("user_id"), is_active=True
    )
    return names + [_signs_as(user) for user in users]


def _signs_as(user: AbstractBaseUser) -> str:
    """The name of a user as it stands under a text: the first one that people can read."""
    names = (one[:150] for one in names_of(user) if _is_name(one))
    return next(names, user.get_username())


def _put(
    name: _Name, found: models.AgreementVersion, side: Side, *, at: datetime, seen: str = ""
) -> None:
    with lock_objects.locked_around(found) as version:
        review, approved = lock_objects.review_now(version)
        rules.check_is_approved(
            review,
            approved=None if approved is None else approved.checksum,
            checksum=version.checksum,
            version=str(version),
        )
        if name.means is Means.CONSENT:
            _check_other_side(name, version, approved)
            rules.check_same_text(seen, version.checksum, version=str(version))
        hands = lock_objects.hands_now(version)
        signed = lock_objects.signatures_now(version)
        before = [] if approved is None else [approved.confirmed_at]
        rules.check_may_sign(signed, side=side, at=at, version=str(version))
        rules.check_not_before(before, at=at, version=str(version))
        if signed:
            _check_other_hands(name, hands, version=str(version))
            _check_no_other_terms(version)
        models.Signature.objects.create(
            version=version,
            side=side.value,
            place=len(signed) + 1,
            signed_by=name.signed_by,
            signed_at=at,
            means=name.means.value,
            user_id=name.user_id,
            recorded_by=name.recorded_by,
            recorder_user_id=name.recorder,
            checksum=version.checksum,
        )
    log.info("agreement version signed: version=%s side=%s", found.uuid, side.value)


def _is_name(text: str) -> bool:
    return is_readable(text) and not turns_writing(text)


def _check_other_side(
    name: _Name, version: models.AgreementVersion, approved: models.ReviewRound | None
) -> None:
    """Refuse that one person lets a text be signed for the host and signs it for the partner."""
    rules.check_signs_for_one_side(
        by=name.user_id,
        name=user_name(name.user_id or 0),
        host=() if approved is None else (approved.asked_by, approved.confirmed_by),
        loaded_by=version.loaded_by,
        loader=version.loader_user_id,
        version=str(version),
    )


def _check_other_hands(name: _Name, hands: list[tuple[str, int | None]], *, version: str) -> None:
    """Refuse that one person sees to both signatures, on paper or here."""
    number = name.recorder or name.user_id or 0
    hand = name.recorded_by or user_name(number)
    others = [recorded_by or user_name(user_id or 0) for recorded_by, user_id in hands]
    numbers = [user_id for _recorded_by, user_id in hands]
    rules.check_other_recorded(hand, others, number=number, numbers=numbers, version=version)


def _check_no_other_terms(version: models.AgreementVersion) -> None:
    if version.fund_bp is None:
        return
    its_days = lock_objects.period_now(version)
    for other in lock_objects.other_signed_terms_now(version):
        if its_days.shares_a_day_with(lock_objects.period_now(other)):
            raise TermsConflict(
                "%(version)s and %(other)s, which is signed, would both share the "
                "receipts of a course on the same days.",
                version=version,
                other=other,
            )
