"""Nominations: what the focal point of an administration may, and the person who is nominated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted
from waiver_policy import api
from waiver_policy.data import FocalPoint, NominationSummary
from waiver_policy.exceptions import InvalidNomination, NominationFault
from waiver_policy.forms import TRUTH_VERSION
from waiver_policy.rest import shapes
from waiver_policy.rest.views import WaiverView
from waiver_policy.selectors import people


class OfficeView(WaiverView):
    """The base of what only a focal point may, whose account is not locked."""

    permission_classes = (permitted(),)

    def focal_point(self) -> FocalPoint:
        """For which State the caller speaks.

        Raises:
            InvalidNomination: for none.
        """
        found = api.focal_point(self.user_id)
        if found is None:
            raise InvalidNomination(NominationFault.NO_FOCAL_POINT)
        return found


class Calls(OfficeView):
    """What the caller's State may nominate for."""

    @described(operation_id="list_calls", responses=shapes.CallShape(many=True))
    def get(self, request: Any) -> Response:
        focal = self.focal_point()
        return self.page(api.list_calls(focal.country, at=clock.now()), shapes.CallShape)


@dataclass(frozen=True, slots=True)
class _Named:
    nomination: NominationSummary
    person: str


def _named(found: Sequence[NominationSummary]) -> list[_Named]:
    """Nominations with the user names of their people, as the pages show them."""
    names = people.usernames(one.user_id for one in found)
    return [_Named(one, names.get(one.user_id, "")) for one in found]


class Named(OfficeView):
    """Whom the caller's State has named, and one more."""

    @described(operation_id="list_named", responses=shapes.NamedShape(many=True))
    def get(self, request: Any) -> Response:
        found = api.list_nominations_of(country=self.focal_point().country)
        return self.page(_named(found), shapes.NamedShape)

    @described(
        operation_id="nominate", request=shapes.NominateBody, responses={201: shapes.NamedShape}
    )
    def post(self, request: Any) -> Response:
        focal = self.focal_point()
        given = self.body(shapes.NominateBody)
        found = api.nominate(given.pop("offering"), by=focal.user_id, at=clock.now(), **given)
        return Response(shapes.NamedShape(_named([found])[0]).data, status=201)


class NamedWithdrawal(OfficeView):
    """The State takes a nomination back, until the deadline."""

    @described(
        operation_id="withdraw_nomination", request=shapes.NothingBody, responses=shapes.NamedShape
    )
    def post(self, request: Any, nomination: UUID) -> Response:
        focal = self.focal_point()
        self.body(shapes.NothingBody)
        found = api.withdraw_nomination(nomination, by=focal.user_id, at=clock.now())
        return Response(shapes.NamedShape(_named([found])[0]).data)


class OwnNominations(WaiverView):
    """What the caller was nominated for, the newest first."""

    @described(operation_id="list_own_nominations", responses=shapes.NominationShape(many=True))
    def get(self, request: Any) -> Response:
        found = api.list_nominations_of(user_id=self.user_id)
        return self.page(found, shapes.NominationShape)


class Acceptance(WaiverView):
    """Accept one's own nomination: it becomes an application."""

    @described(
        operation_id="accept", request=shapes.TrueBody, responses={201: shapes.ApplicationShape}
    )
    def post(self, request: Any, nomination: UUID) -> Response:
        self.body(shapes.TrueBody)
        found = api.accept_nomination(
            nomination, by=self.user_id, at=clock.now(), truth=TRUTH_VERSION
        )
        return Response(shapes.ApplicationShape(found).data, status=201)


class Declining(WaiverView):
    """Decline one's own nomination."""

    @described(operation_id="decline", request=shapes.NothingBody, responses=shapes.NominationShape)
    def post(self, request: Any, nomination: UUID) -> Response:
        self.body(shapes.NothingBody)
        found = api.decline_nomination(nomination, by=self.user_id, at=clock.now())
        return Response(shapes.NominationShape(found).data)
