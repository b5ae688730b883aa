"""What the views of partners' people and colleagues have in common.

What somebody may not see is not there for them (404); what they see and may not do is told (403).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.exceptions import PermissionDenied

from fairgate import clock
from fairgate_rest.cursors import CursorView
from partnerships import api, permissions, wording
from partnerships.data import PartnerSummary, Promises, VersionNames, VersionSummary
from partnerships.rest.faults import STATUSES, WORDS


class PartnersView(CursorView):
    """The base of the views here."""

    statuses = STATUSES
    words = WORDS

    @property
    def user_id(self) -> int:
        """Whose request it is."""
        return int(self.request.user.pk)

    def seen_version(self, uuid: UUID) -> VersionSummary:
        """A version that the caller may see, as it stands.

        Raises:
            UnknownVersion, Http404: there is none for them.
        """
        self.known_version(uuid)
        return api.version(uuid, at=clock.now())

    def known_version(self, uuid: UUID) -> VersionNames:
        """Which version it is, if the caller may see it; how it stands is not looked up.

        Raises:
            UnknownVersion, Http404: there is none for them.
        """
        found = api.version_names(uuid)
        if not permissions.may_see_partner(self.request.user, found.partner):
            raise Http404
        return found

    def seen_promises(self, uuid: UUID) -> tuple[VersionSummary, Promises]:
        """A version and its promises: all of them, or what the caller's partners give under it.

        Raises:
            UnknownVersion, Http404: there is none for them.
        """
        at = clock.now()
        found, promises = api.version(uuid, at=at), api.promises(uuid, at=at)
        if permissions.may_see_partner(self.request.user, found.partner):
            return found, promises
        part = promises.given_by(*api.partners_of(self.user_id))
        if not (part.contributions and found.is_signed):
            raise Http404
        return found, part

    def seen_partner(self, code: str, *, also: bool = False) -> PartnerSummary:
        """A partner that the caller may see, by their place, or by a permission (``also``).

        Raises:
            UnknownPartner, Http404: there is none for them.
        """
        if not (also or permissions.may_see_partner(self.request.user, code)):
            raise Http404
        return api.partner(code, at=clock.now())

    def require(self, *, allowed: bool) -> None:
        """What is seen, and may not be done.

        Raises:
            PermissionDenied: it is not allowed.
        """
        if not allowed:
            raise PermissionDenied


def shown_version(version: VersionSummary) -> dict[str, Any]:
    """A version with its obstacles in words."""
    names = (
        "uuid", "agreement", "version", "partner", "standing", "is_in_force", "valid_from",
        "last_day", "courses", "goals", "signatures", "checksum", "agreed_text", "valid_until",
        "ended_on", "follows", "roles",
    )  # fmt: skip
    told = {name: getattr(version, name) for name in names}
    obstacles = [{"code": one, "said": wording.obstacle(one)} for one in version.obstacles]
    weights = () if version.terms is None else version.terms.weights()
    parts = [{"party": code, "weight": weight} for code, weight in weights if weight]
    return told | {"obstacles": obstacles, "parts": parts}
