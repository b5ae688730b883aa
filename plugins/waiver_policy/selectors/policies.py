"""Policy versions, and the one that decides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.db import connection

from waiver_policy import conf, models
from waiver_policy.data import PolicySummary
from waiver_policy.rules.language import read_kept
from waiver_policy.rules.policies import Policy
from waiver_policy.rules.review_terms import ReviewTerms, review_terms

Deciding = tuple[int | None, object]
"""The id and UUID of the version that decides; nothing where nobody does."""


def get_deciding_version() -> models.PolicyVersion | None:
    """The version that was activated last, of the policy the operator named or of any.

    Once it is retired nobody decides: that another policy is active still does not bring it back
    unseen.
    """
    columns, values = deciding_columns()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", values)
        return version_of(cursor.fetchone())


def deciding_columns() -> tuple[str, list[str]]:
    """What to ask the database for to know ``Deciding``, in a statement that asks more, too."""
    slug = conf.policy_slug()
    return (_columns_of_slug, [slug, slug]) if slug else (_columns, [])


def version_of(deciding: Deciding) -> models.PolicyVersion | None:
    """The version that decides. What its id and UUID name never changes, and is kept.

    The UUID tells apart two versions that get one id, the first of which was rolled back.
    """
    pk, key = deciding
    return _version(pk, key) if pk is not None else None


# Written out: it is asked at every price.
_LAST = (
    "(SELECT {} FROM waiver_policy_policyversion WHERE activated_at IS NOT NULL{} "
    "ORDER BY activated_at DESC, id DESC LIMIT 1)"
)
_WHAT = ("CASE WHEN state = 'active' THEN id END", "uuid")
_columns = ", ".join(_LAST.format(what, "") for what in _WHAT)
_columns_of_slug = ", ".join(_LAST.format(what, " AND slug = %s") for what in _WHAT)


@lru_cache(maxsize=16)
def _version(pk: int, key: object) -> models.PolicyVersion:
    version: models.PolicyVersion = models.PolicyVersion.objects.get(pk=pk)
    return version


def compiled(version: models.PolicyVersion | None) -> Policy | None:
    """A version, ready to be asked; kept per process, as its text never changes."""
    return _compiled(version.sha256, version.slug, version.text) if version else None


@lru_cache(maxsize=64)
def _compiled(sha256: str, slug: str, text: str) -> Policy:
    return read_kept(text, file=slug)


def terms(version: models.PolicyVersion) -> ReviewTerms:
    """What a version says of its review and its nominations."""
    return review_terms(_compiled(version.sha256, version.slug, version.text))


def get_referred_to(
    policy: Policy | None, *, versions: Mapping[str, int] | None = None
) -> Mapping[str, tuple[int, Policy]]:
    """The policies that a policy compares itself with, each with the number of its version.

    Those with the given numbers, else of each the active version or, if none is, the newest; also
    the ones that these refer to.
    """
    found: dict[str, tuple[int, Policy]] = {}
    waiting = list(policy.refers_to) if policy else []
    while waiting:
        slug = waiting.pop()
        version = None if slug in found else _referred_to(slug, versions)
        other = compiled(version)
        if version is not None and other is not None:
            found[slug] = version.version, other
            waiting += other.refers_to
    return found


def _referred_to(slug: str, versions: Mapping[str, int] | None) -> models.PolicyVersion | None:
    if versions is not None:
        return get_version(slug, versions[slug]) if slug in versions else None
    active: models.PolicyVersion | None = models.PolicyVersion.objects.filter(
        active_slug=slug
    ).first()
    return active or get_version(slug, None)


def by_slug(others: Mapping[str, tuple[int, Policy]]) -> Mapping[str, Policy]:
    """The policies of ``get_referred_to`` without their numbers."""
    return {slug: other for slug, (_, other) in others.items()}


def keys_of(policy: Policy | None, others: Mapping[str, tuple[int, Policy]]) -> frozenset[str]:
    """The keys of every list that a policy, and those it compares itself with, may ask."""
    asked = [policy] if policy else []
    asked += by_slug(others).values()
    return frozenset(key for one in asked for key in one.list_keys)


def get_version(slug: str, number: int | None) -> models.PolicyVersion | None:
    """A version by number, or the newest."""
    versions = models.PolicyVersion.objects.filter(slug=slug).order_by("-version")
    return (versions.filter(version=number) if number is not None else versions).first()


def list_policies() -> tuple[PolicySummary, ...]:
    """Every version, by slug and number."""
    return tuple(to_summary(v) for v in models.PolicyVersion.objects.order_by("slug", "version"))


def to_summary(version: models.PolicyVersion, *, is_new: bool = True) -> PolicySummary:
    """A version as a value; ``is_new`` is false when a load found the text already there."""
    return PolicySummary(
        uuid=version.uuid,
        slug=version.slug,
        version=version.version,
        title=version.title,
        state=version.state,
        sha256=version.sha256,
        author=version.author,
        created_at=version.created_at,
        activated_at=version.activated_at,
        retired_at=version.retired_at,
        activated_by=version.activated_by,
        retired_by=version.retired_by,
        is_new=is_new,
    )
