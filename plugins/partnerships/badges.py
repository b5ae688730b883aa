"""Awards as badges that a partner can show elsewhere: Open Badges 3.0, signed by this site's key.

The key comes from the operator's secrets (``PARTNERSHIPS_BADGE_KEYS``) and stays in the memory of
the process: it is in no database, shared cache, log or error. Without it there are no badges.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

import fairgate_badges
from fairgate_badges import (
    Achievement,
    Award,
    Issuer,
    KeyRefused,
    PublicKey,
    PublishedKeys,
    Recipient,
    SigningKey,
    StatusEntry,
    StatusList,
    StatusPurpose,
    Wording,
)
from fairgate_badges.award import MIN_ENTRIES

from . import conf
from .data import AwardSummary, Emblem, Identity, Scheme, Tier
from .rules import in_language

#: How long a list of revoked awards counts: a verifier that has an older one asks again.
LIST_LASTS = timedelta(days=1)

#: A list begins a little before it is made: clocks of verifiers go slow.
_SLOW_CLOCKS = timedelta(minutes=5)

_PRIVATE = b"PRIVATE KEY"
_EMBLEMS = Path(__file__).parent / "static" / "partnerships" / "emblems"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """What this site signs badges with, and publishes."""

    root: str
    key: SigningKey
    published: PublishedKeys


def signer() -> Signer | None:
    """The site's signer, or ``None``: no key, no https address, or one of them is wrong."""
    try:
        return read_signer()
    except ImproperlyConfigured:
        return None


def read_signer() -> Signer | None:
    """The site's signer; ``None`` where no key is set, which means: no badges.

    Raises:
        ImproperlyConfigured: a key or the address is wrong. The message shows nothing of a key.
    """
    pems, root = conf.badge_keys(), conf.badge_root()
    if not pems:
        return None
    if not root:
        raise ImproperlyConfigured(
            "Badges are verified at an https address: set PARTNERSHIPS_BADGE_ROOT_URL."
        )
    folder = urljoin(root, reverse("partnerships:badge_keys"))
    key, keys = _read_keys(pems, folder)
    issuer = urljoin(root, reverse("partnerships:badge_issuer"))
    return Signer(root=root, key=key, published=PublishedKeys(issuer=issuer, keys=keys))


# To check a key costs more than to sign with it.
@cache
def _read_keys(pems: tuple[bytes, ...], folder: str) -> tuple[SigningKey, tuple[PublicKey, ...]]:
    found: list[PublicKey] = []
    signing: SigningKey | None = None
    for number, pem in enumerate(pems, start=1):
        try:
            if _PRIVATE in pem:
                key = SigningKey.from_pem(pem, folder=folder)
                signing = key if number == 1 else signing
                found.append(key.public)
            else:
                found.append(PublicKey.from_pem(pem, folder=folder))
        except KeyRefused as error:
            raise ImproperlyConfigured(
                f"Key {number} of PARTNERSHIPS_BADGE_KEYS: {error}"
            ) from None
    if signing is None:
        raise ImproperlyConfigured(
            "Key 1 of PARTNERSHIPS_BADGE_KEYS is not private, so nothing can be signed."
        )
    return signing, tuple(dict.fromkeys(found))


def issuer(by: Signer) -> Issuer:
    """Who awards: the host."""
    return Issuer(id=by.published.issuer, name=conf.host_name(), url=f"{by.root}/")


def issuer_document(by: Signer) -> dict[str, object]:
    """The issuer's profile."""
    return fairgate_badges.issuer_document(issuer(by))


def key_document(by: Signer, fingerprint: str) -> dict[str, str] | None:
    """One published key, by its fingerprint."""
    found = next((one for one in by.published.keys if one.fingerprint == fingerprint), None)
    return None if found is None else found.document(issuer=by.published.issuer)


def achievement_document(
    by: Signer, scheme: Scheme, tier: Tier, *, key: str, scheme_key: str, language: str
) -> dict[str, object]:
    """A tier in one language, as an achievement."""
    told = achievement(by, scheme, tier, key=key, scheme_key=scheme_key)
    return fairgate_badges.achievement_document(told, language=_badge_language(language))


def achievement(
    by: Signer, scheme: Scheme, tier: Tier, *, key: str, scheme_key: str
) -> Achievement:
    """A tier in each language that it has a name in, English first."""
    names = dict(tier.names)
    return Achievement(
        wordings=tuple(
            Wording(
                language=_badge_language(language),
                id=_at(by, "badge_achievement", key, language),
                name=name,
                **_words(scheme, tier, name, language),
            )
            for language, name in sorted(names.items(), key=lambda one: one[0] != "en")
        ),
        tier=tier.code,
        image=_at(by, "badge_emblem", str(tier.emblem), "png"),
        criteria_page=_at(by, "recognition_scheme", scheme_key),
    )


def _words(scheme: Scheme, tier: Tier, name: str, language: str) -> dict[str, str]:
    """Description and criteria in one language."""
    with translation.override(_site_language(language)):
        criteria = criteria_of(scheme, tier)
        host = conf.host_name()
        described = in_language(dict(tier.descriptions), language)
        return {
            "description": described
            or _("%(host)s recognises it as “%(tier)s”.") % {"host": host, "tier": name},
            "criteria": criteria,
        }


def criteria_of(scheme: Scheme, tier: Tier) -> str:
    """What a partner delivers for a tier, in a sentence of the active language."""
    said = _("Contributions worth %(amount)s or more were delivered and accepted.") % {
        "amount": tier.threshold
    }
    if scheme.in_kind_percent == 100:
        return str(said)
    share = _("What was given in kind counts with %(share)s of its worth.")
    return f"{said} {share % {'share': f'{scheme.in_kind_percent} %'}}"


def token(
    by: Signer, award: AwardSummary, scheme: Scheme, *, recipient: Identity, language: str
) -> str:
    """The signed credential of an award to somebody, in a language; the same one each time.

    Raises:
        BadgesError: a name or an address cannot stand in a badge.
    """
    credential = Award(
        id=_at(by, "badge_token", str(award.uuid)),
        issuer=issuer(by),
        achievement=achievement(
            by, scheme, award.tier, key=str(award.tier_uuid), scheme_key=str(award.scheme)
        ),
        recipient=Recipient(id=recipient.url, name=recipient.display_name),
        valid_from=_begin(award.valid_from),
        valid_until=_begin(award.valid_until + timedelta(days=1)),
        status=StatusEntry(list_url=_at(by, "badge_status"), index=award.place),
    )
    return fairgate_badges.issue(credential, key=by.key, language=_badge_language(language))


def picture(emblem: str, suffix: str) -> bytes | None:
    """The picture of a tier (``svg`` or ``png``), or ``None``: there is no such one."""
    if emblem not in list(Emblem) or suffix not in ("svg", "png"):
        return None
    return (_EMBLEMS / f"{emblem}.{suffix}").read_bytes()


def baked(award: AwardSummary, credential: str, suffix: str) -> bytes:
    """The picture of an award's tier with the credential in it."""
    content = picture(str(award.tier.emblem), suffix)
    if content is None:
        raise ValueError(f"There is no picture “{suffix}”.")
    return fairgate_badges.bake(content, credential)


def status_list(by: Signer, *, last_place: int, marked: frozenset[int], at: datetime) -> str:
    """The signed list of what was revoked by a moment; it counts for a day.

    Within an hour the same places give the same bytes, so that who has them is told so.
    """
    moment = at.replace(minute=0, second=0, microsecond=0)
    told = StatusList(
        url=_at(by, "badge_status"),
        issuer=by.published.issuer,
        purpose=StatusPurpose.REVOCATION,
        marked=marked,
        valid_from=moment - _SLOW_CLOCKS,
        valid_until=moment + LIST_LASTS,
        # Places begin at 0, and a list has whole bytes.
        entries=max(MIN_ENTRIES, (last_place // 8 + 1) * 8),
    )
    return fairgate_badges.issue_status_list(told, key=by.key)


def _at(by: Signer, view: str, *args: str) -> str:
    return urljoin(by.root, reverse(f"partnerships:{view}", args=args))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _badge_language(code: str) -> str:
    """As the specification writes it."""
    return "zh-Hans" if code == "zh" else code


def _site_language(code: str) -> str:
    """As the site's translations are called."""
    return "zh-hans" if code == "zh" else code
