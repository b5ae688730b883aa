"""Loads policy documents and lets a version decide."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from waiver_policy import models
from waiver_policy.data import PolicySummary
from waiver_policy.exceptions import PolicyNotActive, PolicyNotUsable, UnknownPolicy
from waiver_policy.rules.language import Document, read_documents
from waiver_policy.rules.policies import REFUND, Policy
from waiver_policy.selectors import lists, policies

log = logging.getLogger(__name__)


def load_policy(text: str, *, file: str, by: str, at: datetime) -> tuple[PolicySummary, ...]:
    """Store each policy of a document as a draft, with its own text.

    The newest version stays if it says the same: comments, the order of keys and the other
    policies of the file make no new one. A retired one does not come back, so the same text makes
    a new version of it.

    Raises:
        fairgate.documents.DocumentError: every fault of the file.
    """
    found = read_documents(text, file=file)
    with transaction.atomic():
        loaded = [_store(document, by=by, at=at) for document in found]
        return tuple(
            replace(summary, lacks=_lacks(document.policy, at))
            for summary, document in zip(loaded, found, strict=True)
        )


def _store(document: Document, *, by: str, at: datetime) -> PolicySummary:
    newest = policies.get_version(document.policy.slug, None)
    is_over = newest is not None and newest.state == models.PolicyVersion.RETIRED
    if newest and newest.sha256 == document.sha256 and not is_over:
        return policies.to_summary(newest, is_new=False)
    version = models.PolicyVersion.objects.create(
        slug=document.policy.slug,
        version=newest.version + 1 if newest else 1,
        title=document.policy.title,
        text=document.text,
        sha256=document.sha256,
        author=by,
        created_at=at,
    )
    return policies.to_summary(version)


def activate_policy(slug: str, *, by: str, at: datetime, version: int | None) -> PolicySummary:
    """Let a version decide; the active one of the same slug is retired in the same transaction.

    Raises:
        UnknownPolicy: there is no such version.
        PolicyNotUsable: ``decide`` cannot apply it, or it is retired, or its window is over, or a
            list is not loaded.
    """
    with transaction.atomic():
        rows = _locked_versions(slug)
        chosen = _chosen(rows, slug, version)
        active = next((row for row in rows if row.state == models.PolicyVersion.ACTIVE), None)
        if active is chosen and _decides(chosen):
            return policies.to_summary(chosen, is_new=False)
        _check_usable(chosen, at)
        if active and active is not chosen:
            _retire(active, by=by, at=at)
        chosen.state, chosen.active_slug = models.PolicyVersion.ACTIVE, slug
        chosen.activated_at, chosen.activated_by = at, by
        chosen.save(update_fields=["state", "active_slug", "activated_at", "activated_by"])
    log.info("policy activated: policy=%s version=%s", slug, chosen.version)
    return policies.to_summary(chosen)


def retire_policy(slug: str, *, by: str, at: datetime) -> PolicySummary:
    """Let a policy decide no more; nothing takes its place until somebody activates a version.

    Raises:
        UnknownPolicy: there is no such policy.
        PolicyNotActive: no version of it is active.
    """
    with transaction.atomic():
        rows = _locked_versions(slug)
        _chosen(rows, slug, None)
        active = next((row for row in rows if row.state == models.PolicyVersion.ACTIVE), None)
        if active is None:
            raise PolicyNotActive(f"No version of the policy “{slug}” is active.")
        _retire(active, by=by, at=at)
    log.info("policy retired: policy=%s version=%s", slug, active.version)
    return policies.to_summary(active)


def _locked_versions(slug: str) -> list[models.PolicyVersion]:
    """Every version, oldest first, ours until the transaction ends: who comes second waits here."""
    rows = models.PolicyVersion.objects.select_for_update().filter(slug=slug)
    return list(rows.order_by("version"))


def _chosen(
    rows: list[models.PolicyVersion], slug: str, version: int | None
) -> models.PolicyVersion:
    wanted = [row for row in rows if version is None or row.version == version]
    if not wanted:
        said = f"version {version}" if version is not None else "version"
        raise UnknownPolicy(f"There is no {said} of the policy “{slug}”.")
    return wanted[-1]


def _decides(version: models.PolicyVersion) -> bool:
    """Whether it is the one that decides: another policy may have been activated after it."""
    deciding = policies.get_deciding_version()
    return deciding is not None and deciding.pk == version.pk


def _retire(version: models.PolicyVersion, *, by: str, at: datetime) -> None:
    version.state, version.active_slug = models.PolicyVersion.RETIRED, None
    version.retired_at, version.retired_by = at, by
    version.save(update_fields=["state", "active_slug", "retired_at", "retired_by"])


def _check_usable(version: models.PolicyVersion, at: datetime) -> None:
    policy = policies.compiled(version)
    assert policy is not None  # noqa: S101 -- a stored version always has its policy
    problems: list[str] = []
    if policy.kind == REFUND:
        problems.append(
            "It says what comes back of a payment (kind: refund), and decides nothing about "
            "waivers."
        )
    if version.state == models.PolicyVersion.RETIRED:
        problems.append("A retired version does not come back: load it as a new one.")
    if policy.is_over(at):
        problems.append(f"It has decided nothing since {policy.effective_until} (effective).")
    problems += _lacks(policy, at)
    if problems:
        raise PolicyNotUsable(f"{version} cannot be activated. " + " ".join(problems))


def _lacks(policy: Policy, at: datetime) -> tuple[str, ...]:
    """What is not loaded and has to be before the policy can decide, in sentences."""
    known = lists.get_known_lists(known_at=at, keys=policy.list_keys).editions
    problems = [f"The list {g} has no edition." for g in policy.groups if g not in known]
    kept = dict.fromkeys((*policy.named_lists, *policy.tables))
    problems += [f"The list “{n}” is not one we keep." for n in kept if n not in known]
    others = policies.get_referred_to(policy)
    problems += [
        f"The policy “{slug}”, to which it refers, is not loaded."
        for slug in policy.refers_to
        if slug not in others
    ]
    return tuple(problems)
