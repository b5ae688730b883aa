"""Who may see and decide applications, and who may change what the country lists say."""

from __future__ import annotations

from typing import Any

REVIEW = "waiver_policy.review_application"
PROPOSE_EDITION = "waiver_policy.propose_edition"
APPLY_EDITION = "waiver_policy.apply_edition"
CONFIRM_MEMBERSHIP = "waiver_policy.confirm_membership"
SEE_LISTS = "waiver_policy.view_listmembership"
ACTIVATE = "waiver_policy.activate_policy"


def may_review(user: Any) -> bool:
    """Whether this user decides about other people's applications. Teaching does not suffice."""
    return bool(user.is_active and user.has_perm(REVIEW))


def may_activate(user: Any) -> bool:
    """Whether this user says which version of a policy decides, and that none does."""
    return bool(user.is_active and user.has_perm(ACTIVATE))
