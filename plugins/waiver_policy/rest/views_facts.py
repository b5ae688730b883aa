"""Facts of people: asked for an offering, stated by themselves, and seen by reviewers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described
from waiver_policy import api, page_facts, wording_facts
from waiver_policy.data import ApplicationSummary, EvidenceKind
from waiver_policy.exceptions import InvalidReview
from waiver_policy.rest import shapes
from waiver_policy.rest.views import OneReviewed, WaiverView, applicant, known_offering


class OwnFacts(WaiverView):
    """What is known of the caller because a policy asked, the newest first; they state more."""

    @described(operation_id="list_own_facts", responses=shapes.FactShape(many=True))
    def get(self, request: Any) -> Response:
        return self.page(api.list_facts(self.user_id, at=clock.now()), shapes.FactShape)

    @described(
        operation_id="state_facts", request=shapes.StateBody, responses={201: shapes.StatedShape}
    )
    def post(self, request: Any) -> Response:
        given = self.body(shapes.StateBody)
        said = api.state_facts(
            self.user_id, given["facts"], offering_code=known_offering(given["offering"]),
            at=clock.now(),
        )  # fmt: skip
        return Response(shapes.StatedShape({"records": said}).data, status=201)

    @described(operation_id="take_back_fact", query=shapes.FactQuery, responses={204: None})
    def delete(self, request: Any) -> Response:
        if not api.take_back_fact(self.user_id, self.asked["name"], at=clock.now()):
            raise Http404
        return Response(status=204)


class AskedFacts(WaiverView):
    """What the policy asks of the caller for an offering."""

    @described(
        operation_id="list_asked_facts", query=shapes.OfferingQuery,
        responses=shapes.AskedFactShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        offering = known_offering(self.asked["offering"])
        decision = api.decide(applicant(request), offering_code=offering, at=clock.now())
        missing = page_facts.missing_facts(decision, self.user_id, offering)
        told = [
            {
                "asked": one,
                "label": wording_facts.fact_label(one),
                "choices": list(one.choices),
                "is_missing": one in missing,
            }
            for one in page_facts.askable(self.user_id, offering)
        ]
        return self.page(told, shapes.AskedFactShape)


class SeenFacts(OneReviewed):
    """What a reviewer reads, and has seen, of the facts that an applicant is asked for."""

    @described(operation_id="list_facts", responses=shapes.SeenFactShape(many=True))
    def get(self, request: Any, application: UUID) -> Response:
        found = self._independent(application)
        names = {one.name for one in api.asked_facts(found.user_id, found.offering_code)}
        records = api.list_facts(found.user_id, at=clock.now())
        return self.page([one for one in records if one.name in names], shapes.SeenFactShape)

    @described(
        operation_id="record_fact", request=shapes.RecordFactBody,
        responses={201: shapes.SeenFactShape},
    )  # fmt: skip
    def post(self, request: Any, application: UUID) -> Response:
        found, given = self._independent(application), self.body(shapes.RecordFactBody)
        given["kind"] = EvidenceKind(given["kind"])
        seen = api.record_fact(found.uuid, by=self.user_id, at=clock.now(), **given)
        return Response(shapes.SeenFactShape(seen).data, status=201)

    def _independent(self, application: UUID) -> ApplicationSummary:
        found = self.found(application)
        if (fault := api.conflict_of(application, by=self.user_id)) is not None:
            raise InvalidReview(fault)
        return found
