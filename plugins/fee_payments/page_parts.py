"""What the pages of operators have in common: who may see them."""

from __future__ import annotations

from django.http import Http404, HttpRequest


def allowed(request: HttpRequest, permission: str) -> bool:
    """Whether who asks has a permission."""
    return bool(request.user.is_active and request.user.has_perm(permission))


def require(request: HttpRequest, permission: str) -> None:
    """Where somebody may do nothing, there is nothing.

    Raises:
        Http404: they lack the permission.
    """
    if not allowed(request, permission):
        raise Http404


def person(request: HttpRequest) -> int:
    """The signed-in person."""
    return request.user.pk or 0
