"""The way of an agreement's text: submitted, approved, sent back, on paper, ended early."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from rest_framework.response import Response
from rest_framework.serializers import IntegerField

from fairgate import clock
from fairgate_rest.uploads import AsItIs
from fairgate_rest.views import described
from partnerships import api, permissions
from partnerships.data import VersionNames, VersionSummary
from partnerships.page_parts import PDF, to_keep
from partnerships.rest import shapes_steps as shapes
from partnerships.rest.shapes_place import NothingBody, ReasonBody, VersionShape
from partnerships.rest.views_base import PartnersView, shown_version

_SECOND = "By a second person with the permission, who does not act for the partner."


def _told(version: VersionSummary) -> Response:
    return Response(VersionShape(shown_version(version)).data)


class Submit(PartnersView):
    """Hand a draft over for approval; its text is frozen until it is sent back."""

    @described(
        operation_id="submit",
        description="With the permission `submit_agreementversion`.",
        request=shapes.NoteBody,
        responses=VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.known_version(uuid)
        self.require(allowed=request.user.has_perm(permissions.SUBMIT))
        note = self.body(shapes.NoteBody)["note"]
        return _told(api.submit(uuid, by=self.user_id, note=note, at=clock.now()))


class Approve(PartnersView):
    """Let a text be signed."""

    @described(
        operation_id="approve",
        description=f"{_SECOND} `approve_agreementversion`; not by who loaded or submitted it.",
        request=NothingBody,
        responses=VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        found = self.known_version(uuid)
        self.require(allowed=permissions.may_approve(request.user, found.partner))
        self.body(NothingBody)
        return _told(api.approve(uuid, by=self.user_id, at=clock.now()))


class SendBack(PartnersView):
    """Make a draft again of what waits for approval, or was approved and nobody has signed."""

    @described(
        operation_id="return_to_draft",
        description="With the permission `approve_agreementversion`.",
        request=ReasonBody,
        responses=VersionShape,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.known_version(uuid)
        self.require(allowed=request.user.has_perm(permissions.APPROVE))
        because = self.body(ReasonBody)["reason"]
        told = api.return_to_draft(uuid, by=self.user_id, because=because, at=clock.now())
        return _told(told)


class Reviews(PartnersView):
    """Who submitted, approved or sent back a text: colleagues alone."""

    @described(operation_id="list_reviews", responses=shapes.ReviewsShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        found = self.seen_version(uuid)
        self.require(allowed=permissions.may_see_steps(request.user))
        return Response(shapes.ReviewsShape({"reviews": found.reviews}).data)


class Changes(PartnersView):
    """What an amendment or a renewal changed, field by field."""

    @described(operation_id="list_changes", responses=shapes.ChangesShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        self.known_version(uuid)
        return Response(shapes.ChangesShape({"changes": api.changes(uuid)}).data)


class Paper(PartnersView):
    """A version as a PDF, in the language of the request."""

    content_negotiation_class = AsItIs

    @described(
        operation_id="read_agreement_paper",
        responses={(200, PDF): OpenApiTypes.BINARY, 503: None},
    )
    def get(self, request: Any, uuid: UUID) -> HttpResponse:
        found = self.known_version(uuid)
        language = get_language() or "en"
        content = api.agreement_paper(uuid, language=language, at=clock.now())
        return to_keep(content, PDF, f"{found.agreement}-{found.version}")


# --- Early ends -----------------------------------------------------------------------------------


class Ends(PartnersView):
    """The requests to end a version early, the newest first, and the next one."""

    cursor = IntegerField

    @described(operation_id="list_ends", responses=shapes.EndShape(many=True))
    def get(self, request: Any, uuid: UUID) -> Response:
        self.known_version(uuid)
        self.require(allowed=permissions.may_see_steps(request.user))
        found = api.ends(uuid, at=clock.now())
        return self.part_of_all(found, shapes.EndShape, key=lambda one: one.number)

    @described(
        operation_id="ask_end",
        description="With the permission `ask_endrecord`. Nothing ends before a second person has "
        "confirmed it.",
        request=shapes.EndBody,
        responses={201: shapes.EndShape},
        is_keyed=True,
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.known_version(uuid)
        self.require(allowed=request.user.has_perm(permissions.ASK_END))
        given, at = self.body(shapes.EndBody), clock.now()
        number = api.ask_end(uuid, **given, by=self.user_id, at=at, key=self.key)
        return Response(shapes.EndShape(api.end(number, at=at)).data, status=201)


class _OneEnd(PartnersView):
    def _seen(self, number: int) -> VersionNames:
        """The version that a request is about, if the caller may see it."""
        return self.known_version(api.end(number, at=clock.now()).version)

    def _decided(self, number: int) -> Response:
        return Response(shapes.EndShape(api.end(number, at=clock.now())).data)


class ConfirmEnd(_OneEnd):
    """Let a version end on the day that was asked for; no later record undoes it."""

    @described(
        operation_id="confirm_end",
        description=f"{_SECOND} `confirm_endrecord`.",
        request=NothingBody,
        responses=shapes.EndShape,
    )
    def post(self, request: Any, number: int) -> Response:
        found = self._seen(number)
        self.require(allowed=permissions.may_confirm_end(request.user, found.partner))
        self.body(NothingBody)
        api.confirm_end(number, by=self.user_id, at=clock.now())
        return self._decided(number)


class RefuseEnd(_OneEnd):
    """Do not let it end early."""

    @described(
        operation_id="refuse_end",
        description="With the permission `confirm_endrecord`.",
        request=ReasonBody,
        responses=shapes.EndShape,
    )
    def post(self, request: Any, number: int) -> Response:
        self._seen(number)
        self.require(allowed=request.user.has_perm(permissions.CONFIRM_END))
        because = self.body(ReasonBody)["reason"]
        api.refuse_end(number, because=because, by=self.user_id, at=clock.now())
        return self._decided(number)
