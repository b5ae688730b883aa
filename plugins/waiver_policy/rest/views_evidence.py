"""Countries of people: what they say themselves, and what reviewers have seen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described
from waiver_policy import api
from waiver_policy.data import EvidenceBasis, EvidenceKind
from waiver_policy.rest import shapes
from waiver_policy.rest.views import OneReviewed, WaiverView


class OwnCountries(WaiverView):
    """What is known about the caller's countries, the newest first; they declare more."""

    @described(operation_id="list_own_evidence", responses=shapes.EvidenceShape(many=True))
    def get(self, request: Any) -> Response:
        return self.page(api.list_evidence(self.user_id, at=clock.now()), shapes.EvidenceShape)

    @described(
        operation_id="declare", request=shapes.DeclareBody,
        responses={201: shapes.StatementShape},
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        given = self.body(shapes.DeclareBody)
        said = api.record_evidence(
            self.user_id, basis=EvidenceBasis(given["basis"]), countries=given["countries"],
            kind=EvidenceKind.DECLARED, by=self.user_id, at=clock.now(),
        )  # fmt: skip
        return Response(shapes.StatementShape({"records": said}).data, status=201)


class SeenCountries(OneReviewed):
    """What a reviewer reads, and has seen, about the countries of an applicant."""

    @described(operation_id="list_evidence", responses=shapes.SeenShape(many=True))
    def get(self, request: Any, application: UUID) -> Response:
        found = self.found(application)
        return self.page(api.list_evidence(found.user_id, at=clock.now()), shapes.SeenShape)

    @described(
        operation_id="record_evidence", request=shapes.SeenBody,
        responses={201: shapes.SeenStatementShape},
    )  # fmt: skip
    def post(self, request: Any, application: UUID) -> Response:
        found, given = self.found(application), self.body(shapes.SeenBody)
        given["basis"], given["kind"] = EvidenceBasis(given["basis"]), EvidenceKind(given["kind"])
        seen = api.record_evidence(found.user_id, by=self.user_id, at=clock.now(), **given)
        return Response(shapes.SeenStatementShape({"records": seen}).data, status=201)
