"""Awards to show elsewhere: what verifiers and partners download."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from partnerships import badges, selectors
from partnerships.data import AwardSummary


def can_be_badge(award: AwardSummary, *, at: datetime) -> bool:
    """Whether an award can be had as a badge: this site signs, and the partner had a website."""
    return badges.signer() is not None and selectors.get_granted_to(award, at=at) is not None


def badge_issuer() -> dict[str, object] | None:
    """The issuer's profile (Open Badges 3.0); ``None`` where this site has no badges."""
    by = badges.signer()
    return None if by is None else badges.issuer_document(by)


def badge_key_set() -> dict[str, object] | None:
    """All keys that this site publishes, as a JWK Set; ``None`` where it has no badges."""
    by = badges.signer()
    return None if by is None else by.published.document()


def badge_key(fingerprint: str) -> dict[str, str] | None:
    """One published key as a JWK; ``None`` if there is no such one."""
    by = badges.signer()
    return None if by is None else badges.key_document(by, fingerprint)


def badge_status_list(*, at: datetime) -> str | None:
    """The signed list of revoked awards; ``None`` where this site has no badges."""
    by = badges.signer()
    if by is None:
        return None
    last, marked = selectors.list_granted_places(at=at)
    return badges.status_list(by, last_place=last, marked=marked, at=at)


def badge_achievement(tier: UUID, *, language: str, at: datetime) -> dict[str, object] | None:
    """A tier as an achievement in a language; ``None`` where this site, or the tier, has none.

    Raises:
        UnknownScheme: there is no such tier.
    """
    by = badges.signer()
    scheme, found = selectors.get_scheme_of_tier(tier, at=at)
    if by is None or language not in dict(found.names):
        return None
    return badges.achievement_document(
        by, scheme.scheme, found, key=str(tier), scheme_key=str(scheme.uuid), language=language
    )


def badge_token(uuid: UUID, *, language: str, at: datetime) -> str | None:
    """The signed credential of an award in a language, else in English; the same one each time.

    It names the partner as it was called when the award was granted, or when it had an https
    address first after that; so it stays the same, under one key, when two people call the partner
    otherwise.

    ``None`` where this site has no badges, or the award is none that was granted to somebody with
    a website. An award that has ended or was revoked keeps its credential, which says so.

    Raises:
        UnknownAward: there is none.
    """
    found = selectors.get_award(uuid, at=at)
    by = badges.signer()
    recipient = selectors.get_granted_to(found, at=at)
    if by is None or recipient is None:
        return None
    scheme = selectors.get_scheme(found.scheme, at=at).scheme
    return badges.token(by, found, scheme, recipient=recipient, language=language)


def baked_badge(uuid: UUID, suffix: str, *, language: str, at: datetime) -> bytes | None:
    """The picture of an award (``png`` or ``svg``) with its credential in it; see ``badge_token``.

    Raises:
        UnknownAward: there is none.
    """
    credential = badge_token(uuid, language=language, at=at)
    if credential is None or suffix not in ("png", "svg"):
        return None
    return badges.baked(selectors.get_award(uuid, at=at), credential, suffix)


def emblem(name: str, suffix: str) -> bytes | None:
    """The picture of a tier as ``svg`` or ``png``; ``None`` if there is no such one."""
    return badges.picture(name, suffix)
