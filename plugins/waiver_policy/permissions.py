"""Who may see and decide applications."""

from __future__ import annotations

from typing import Any

REVIEW = "waiver_policy.review_application"


def may_review(user: Any) -> bool:
    """Whether this user decides about other people's applications. Teaching does not suffice."""
    return bool(user.is_active and user.has_perm(REVIEW))
