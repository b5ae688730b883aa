"""Who may decide applications, change lists and policies, or put money into a fund by hand."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

REVIEW = "waiver_policy.review_application"
PROPOSE_EDITION = "waiver_policy.propose_edition"
APPLY_EDITION = "waiver_policy.apply_edition"
CONFIRM_MEMBERSHIP = "waiver_policy.confirm_membership"
SEE_LISTS = "waiver_policy.view_listmembership"
LOAD_POLICY = "waiver_policy.add_policyversion"
ACTIVATE = "waiver_policy.activate_policy"
PROPOSE_CREDIT = "waiver_policy.propose_credit"
CONFIRM_CREDIT = "waiver_policy.confirm_credit"


def may_review(user: Any) -> bool:
    """Whether this user decides about other people's applications. Teaching does not suffice."""
    return bool(user.is_active and user.has_perm(REVIEW))


def may_activate(user: Any) -> bool:
    """Whether this user says which version of a policy decides, and that none does."""
    return bool(user.is_active and user.has_perm(ACTIVATE))


def has_permission(user_id: int, permission: str) -> bool:
    """Whether an active user has a permission; nobody unknown has any."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    return user is not None and bool(user.has_perm(permission))
