"""Promotions: proposed by a partner, decided by a second person, withdrawn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from partnerships import selectors, services
from partnerships.data import Promotion, PromotionPlace, PromotionSummary, ShownPromotion


def propose_promotion(
    version_uuid: UUID, asked: Promotion, *, by: int, at: datetime, key: str = ""
) -> UUID:
    """Propose a text with a link under a version that is in force; the key of the proposal.

    Nobody is shown it before a second person approves it.

    ``key`` is a name of the sender for this request: sent again, it is proposed once.

    Raises:
        UnknownVersion, TooManyPromotions
        KeyReused: the key stands for another proposal.
        PromotionRefused: the version is not in force, or a part of it is not as it has to be.
    """
    return services.propose_promotion(version_uuid, asked, by=by, at=at, key=key)


def approve_promotion(uuid: UUID, *, by: int, at: datetime, sentence: str = "") -> PromotionSummary:
    """Let a promotion show on its days while its version is in force.

    Raises:
        UnknownPromotion, PromotionRefused
        SecondPersonNeeded: ``by`` proposed it, or acts for the partner.
        PromotionSettled: it is decided or withdrawn; also for the second of two at once.
    """
    services.approve_promotion(uuid, by=by, at=at, sentence=sentence)
    return selectors.get_promotion(uuid, at=at)


def refuse_promotion(uuid: UUID, *, by: int, at: datetime, sentence: str) -> PromotionSummary:
    """Never show a promotion; ``sentence`` tells the partner why. Raises as approving does."""
    services.refuse_promotion(uuid, by=by, at=at, sentence=sentence)
    return selectors.get_promotion(uuid, at=at)


def withdraw_promotion(uuid: UUID, *, by: int, reason: str, at: datetime) -> PromotionSummary:
    """Take a promotion from every page from ``at`` on.

    Raises:
        UnknownPromotion, PromotionRefused
        PromotionSettled: it is refused or withdrawn already.
    """
    services.withdraw_promotion(uuid, by=by, reason=reason, at=at)
    return selectors.get_promotion(uuid, at=at)


def promotion(uuid: UUID, *, at: datetime) -> PromotionSummary:
    """One proposal as it stands at a moment.

    Raises:
        UnknownPromotion: there is none.
    """
    return selectors.get_promotion(uuid, at=at)


def list_promotions(partner_code: str, *, at: datetime) -> tuple[PromotionSummary, ...]:
    """Every proposal of a partner, the newest first."""
    return selectors.list_promotions(partner_code, at=at)


def list_waiting_promotions(*, at: datetime) -> tuple[PromotionSummary, ...]:
    """The proposals of all partners that wait for a decision, the oldest first."""
    return selectors.list_waiting_promotions(at=at)


def promotions_on_course(course_key: str, *, at: datetime) -> tuple[ShownPromotion, ...]:
    """The promotions on the page of a course at a moment. One query, no cache."""
    return selectors.list_shown_promotions(PromotionPlace.COURSE, course_key=course_key, at=at)


def promotions_in_catalogue(*, at: datetime) -> tuple[ShownPromotion, ...]:
    """The promotions beside the list of courses at a moment. One query, no cache."""
    return selectors.list_shown_promotions(PromotionPlace.CATALOGUE, at=at)
