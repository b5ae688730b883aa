"""What the views of the books have in common.

What somebody may not see is not there for them (404). What only finance has to do with is 403 for
everybody else, for it says nothing about anybody.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.exceptions import PermissionDenied
from rest_framework.serializers import IntegerField

from fairgate_rest.cursors import CursorView
from fairgate_rest.views import permitted, permitted_one
from revenue_share import permissions
from revenue_share.rest.faults import STATUSES, WORDS

BIGGEST = 2**63 - 1

OF_BOOKS = permitted(permissions.VIEW)
OF_PAYOUTS = permitted_one(
    permissions.VIEW_PAYOUTS,
    permissions.PROPOSE_PAYOUT,
    permissions.APPROVE_PAYOUT,
    permissions.RECORD_PAYOUT,
)


class RowNumber(IntegerField):
    """The number of a row."""

    def __init__(self, **about: Any) -> None:
        super().__init__(min_value=0, max_value=BIGGEST, **about)


class BooksView(CursorView):
    """The base of the views here."""

    statuses = STATUSES
    words = WORDS

    @property
    def user_id(self) -> int:
        """Whose request it is."""
        return int(self.request.user.pk)

    def require(self, *, allowed: bool) -> None:
        """What is seen, and may not be done.

        Raises:
            PermissionDenied: it is not allowed.
        """
        if not allowed:
            raise PermissionDenied


class DecidedView(BooksView):
    """The base of what somebody has asked for, and another person decides about.

    Who has asked takes it back with the right to ask; else deciding is a right of its own.
    """

    to_ask: ClassVar[str]
    to_decide: ClassVar[str]

    def require_refusal(self, asked_by: int) -> None:
        """Whether the caller may refuse what this user has asked for.

        Raises:
            PermissionDenied: they may not.
        """
        is_own = asked_by == self.user_id and permissions.may(self.request.user, self.to_ask)
        self.require(allowed=is_own or permissions.may(self.request.user, self.to_decide))


def to_keep(answer: Any, name: str) -> Any:
    """A file that a browser saves and never shows as a page of this site."""
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


def file_answer(content: bytes, media_type: str, name: str) -> HttpResponse:
    """The answer with a file."""
    found: HttpResponse = to_keep(HttpResponse(content, content_type=media_type), name)
    return found
