"""From an award to a signed credential, and from a credential to a verdict on it."""

from __future__ import annotations

from datetime import datetime

from fairgate_badges.award import Award, StatusPurpose
from fairgate_badges.checked import check_zone, written
from fairgate_badges.claims import read_claims, with_registered_claims
from fairgate_badges.documents import credential_document
from fairgate_badges.keys import PublishedKeys, SigningKey
from fairgate_badges.status_lists import is_marked
from fairgate_badges.tokens import opened, signed
from fairgate_badges.verdict import Claims, Fault, Finding, Unverified, Verdict

_TAKEN_BACK = {
    StatusPurpose.REVOCATION: Finding(fault=Fault.REVOKED, sentence="The issuer has revoked it."),
    StatusPurpose.SUSPENSION: Finding(
        fault=Fault.SUSPENDED, sentence="The issuer has suspended it."
    ),
}


def issue(award: Award, *, key: SigningKey, language: str) -> str:
    """The award as a signed credential: one line of text, the same one each time.

    It is what is baked into the picture, kept, and published at the award’s ``id``.
    """
    document = credential_document(award, language=language)
    return signed(with_registered_claims(document), key=key)


def verify(
    token: str, *, keys: PublishedKeys, at: datetime, status_list: str | None = None
) -> Verdict:
    """Whether a credential counts at a moment.

    ``keys`` are those that the issuer publishes *now*, ``status_list`` the list that was fetched
    from where the credential says. Nothing is fetched here. A credential whose status cannot be
    found out does not count.
    """
    check_zone(at, "The moment of the verification")
    try:
        claims = read_claims(opened(token, keys=keys))
    except Unverified as unverified:
        return Verdict(findings=(unverified.finding,))
    if claims.issuer_id != keys.issuer:
        sentence = "It is signed by one issuer and speaks for another."
        return Verdict(findings=(Finding(fault=Fault.ISSUER, sentence=sentence),))
    found = (*_of_period(claims, at), *_of_status(claims, keys, at, status_list))
    return Verdict(findings=found, claims=claims)


def _of_period(claims: Claims, at: datetime) -> tuple[Finding, ...]:
    if at < claims.valid_from:
        sentence = f"It counts from {written(claims.valid_from)} on."
        return (Finding(fault=Fault.NOT_YET, sentence=sentence),)
    if claims.valid_until is not None and at >= claims.valid_until:
        sentence = f"It counted until {written(claims.valid_until)}."
        return (Finding(fault=Fault.EXPIRED, sentence=sentence),)
    return ()


def _of_status(
    claims: Claims, keys: PublishedKeys, at: datetime, status_list: str | None
) -> tuple[Finding, ...]:
    if claims.status is None:
        return ()
    if status_list is None:
        sentence = f"Whether it was taken back stands at {claims.status.list_url}."
        return (Finding(fault=Fault.STATUS_UNKNOWN, sentence=sentence),)
    try:
        marked = is_marked(claims.status, status_list, keys=keys, at=at)
    except Unverified as unverified:
        return (unverified.finding,)
    return (_TAKEN_BACK[claims.status.purpose],) if marked else ()
