"""The views: parse, ask or tell the app's door, answer.

A learner sees their own; a reviewer (``waiver_policy.review_application``) sees all applications;
the focal point of an administration speaks for their State; the fund and the policies have
permissions of their own. What does not concern a person is not there for them (404).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest import problems
from fairgate_rest.uploads import TakesFile
from fairgate_rest.views import View, described, permitted
from waiver_policy import api, compat, permissions
from waiver_policy.data import (
    Applicant,
    ApplicationSummary,
    Decision,
    Organisation,
    QueueFilter,
    Reviewed,
    WaitingSummary,
)
from waiver_policy.exceptions import InvalidReview
from waiver_policy.forms import TRUTH_VERSION
from waiver_policy.rest import shapes
from waiver_policy.rest.faults import STATUSES, WORDS
from waiver_policy.selectors.offerings import offering_title


class WaiverView(View):
    """The base of the views here."""

    statuses = STATUSES
    words = WORDS

    @property
    def user_id(self) -> int:
        """Whose request it is."""
        return int(self.request.user.pk)


class FormView(TakesFile, WaiverView):
    """The base of what takes a form with one file."""


class Lists(WaiverView):
    """Every edition of every country list."""

    @described(operation_id="list_editions", responses=shapes.EditionShape(many=True))
    def get(self, request: Any) -> Response:
        return self.page(api.list_editions(), shapes.EditionShape)


class Members(WaiverView):
    """Who is on a list on a day, as it was known at a moment."""

    @described(
        operation_id="list_members",
        query=shapes.MembersQuery,
        responses=shapes.MembershipShape(many=True),
    )
    def get(self, request: Any, code: str) -> Response:
        now = clock.now()
        known_at = self.asked.get("known_at", now)
        on = self.asked.get("on", clock.utc_day(now))
        return self.page(api.list_members(code, on=on, known_at=known_at), shapes.MembershipShape)


class Policies(WaiverView):
    """Every version of every policy."""

    permission_classes = (permitted("waiver_policy.view_policyversion"),)

    @described(operation_id="list_policies", responses=shapes.PolicyShape(many=True))
    def get(self, request: Any) -> Response:
        return self.page(api.list_policies(), shapes.PolicyShape)


@dataclass(frozen=True, slots=True)
class _Told:
    decision: Decision
    reasons: tuple[str, ...]
    sentences: tuple[str, ...]


class OwnDecision(WaiverView):
    """What the policy answers the caller about an offering, and why."""

    @described(operation_id="decide", query=shapes.OfferingQuery, responses=shapes.DecisionShape)
    def get(self, request: Any) -> Response:
        offering = known_offering(self.asked["offering"])
        decision = api.decide(applicant(request), offering_code=offering, at=clock.now())
        told = _Told(
            decision,
            tuple(reason.code for reason in decision.reasons),
            (*api.explain(decision), *api.advise(decision)),
        )
        return Response(shapes.DecisionShape(told).data)


class OwnApplications(WaiverView):
    """The caller's applications, and a new one."""

    @described(operation_id="list_own", responses=shapes.ApplicationShape(many=True))
    def get(self, request: Any) -> Response:
        return self.page(api.list_applications(user_id=self.user_id), shapes.ApplicationShape)

    @described(
        operation_id="apply",
        description="201: it is made. 200: one is open, and is returned as it stands.",
        request=shapes.ApplyBody,
        responses={201: shapes.ApplicationShape, 200: shapes.ApplicationShape},
    )
    def post(self, request: Any) -> Response:
        given, at = self.body(shapes.ApplyBody), clock.now()
        offering = known_offering(given["offering"])
        before = api.newest_application(self.user_id, offering)
        found = api.apply(
            applicant(request), offering_code=offering, note=given["note"], at=at,
            organisation=Organisation(name=given["organisation"]), truth=TRUTH_VERSION,
        )  # fmt: skip
        is_new = found.submitted_at == at and (before is None or before.uuid != found.uuid)
        return Response(shapes.ApplicationShape(found).data, status=201 if is_new else 200)


class OneApplication(WaiverView):
    """One application, for its learner and for reviewers."""

    @described(operation_id="get_application", responses=shapes.ApplicationShape)
    def get(self, request: Any, application: UUID) -> Response:
        return Response(self._shape(self._visible(application)).data)

    def _visible(self, application: UUID) -> ApplicationSummary:
        found = api.get_application(application)
        if found.user_id == self.user_id:
            return found
        if not permissions.may_review(self.request.user):
            raise Http404
        if (fault := api.conflict_of(application, by=self.user_id)) is not None:
            raise InvalidReview(fault)
        return found

    def _shape(self, found: ApplicationSummary) -> Any:
        own = found.user_id == self.user_id
        return (shapes.ApplicationShape if own else shapes.ReviewedShape)(found)


class Messages(OneApplication):
    """What was asked about an application and answered; the learner answers here."""

    @described(operation_id="list_messages", responses=shapes.MessageShape(many=True))
    def get(self, request: Any, application: UUID) -> Response:
        found = self._visible(application)
        return self.page(api.list_messages(found.uuid), shapes.MessageShape)

    @described(operation_id="answer", request=shapes.AnswerBody, responses=shapes.ApplicationShape)
    def post(self, request: Any, application: UUID) -> Response:
        given = self.body(shapes.AnswerBody)
        found = api.answer(application, by=self.user_id, text=given["text"], at=clock.now())
        return Response(shapes.ApplicationShape(found).data)


class Withdrawal(WaiverView):
    """The learner takes an application, or an appeal, back."""

    @described(
        operation_id="withdraw", request=shapes.NothingBody, responses=shapes.ApplicationShape
    )
    def post(self, request: Any, application: UUID) -> Response:
        self.body(shapes.NothingBody)
        found = api.withdraw(application, by=self.user_id, at=clock.now())
        return Response(shapes.ApplicationShape(found).data)


class Appeal(WaiverView):
    """The learner lets another person look at a refusal."""

    @described(operation_id="appeal", request=shapes.AppealBody, responses=shapes.ApplicationShape)
    def post(self, request: Any, application: UUID) -> Response:
        given = self.body(shapes.AppealBody)
        found = api.appeal(application, by=self.user_id, text=given["text"], at=clock.now())
        return Response(shapes.ApplicationShape(found).data)


class OwnPlace(WaiverView):
    """The caller's place on the waiting list for an offering; 404 when there is none."""

    @described(
        operation_id="waiting_place", query=shapes.OfferingQuery,
        responses=shapes.PlaceShape,
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        return Response(shapes.PlaceShape(self._place()).data)

    @described(
        operation_id="leave_waiting_list", query=shapes.OfferingQuery,
        responses={204: None},
    )  # fmt: skip
    def delete(self, request: Any) -> Response:
        place = self._place()
        api.leave_waiting_list(self.user_id, place.offering_code, at=clock.now())
        return Response(status=204)

    def _place(self) -> WaitingSummary:
        offering = known_offering(self.asked["offering"])
        place = api.waiting_place(self.user_id, offering)
        if place is None:
            raise Http404
        return place


class ReviewerView(WaiverView):
    """The base of what only reviewers may."""

    permission_classes = (permitted(permissions.REVIEW),)


class Queue(ReviewerView):
    """What reviewers have to look at, a page at a time."""

    @described(operation_id="review_queue", query=shapes.ReviewQuery, responses=shapes.QueueShape)
    def get(self, request: Any) -> Response:
        asked = dict(self.asked)
        page = asked.pop("page")
        asked["offering_code"] = asked.pop("offering", "")
        found = api.review_queue(
            QueueFilter(**asked), reviewer=self.user_id, at=clock.now(), page=page
        )
        return Response(shapes.QueueShape(found).data)


class Approval(ReviewerView):
    """Approve an application."""

    @described(operation_id="approve", request=shapes.ApproveBody, responses=shapes.ReviewedShape)
    def post(self, request: Any, application: UUID) -> Response:
        given = self.body(shapes.ApproveBody)
        found = api.approve(
            application, by=self.user_id, reason=given["reason"], at=clock.now(),
            award=given.get("percent", given.get("price")), read=given["read"],
        )  # fmt: skip
        return Response(shapes.ReviewedShape(found).data)


class Refusal(ReviewerView):
    """Refuse an application."""

    @described(operation_id="refuse", request=shapes.RefuseBody, responses=shapes.ReviewedShape)
    def post(self, request: Any, application: UUID) -> Response:
        given = self.body(shapes.RefuseBody)
        found = api.refuse(
            application, by=self.user_id, reason=given["reason"], code=given["code"],
            at=clock.now(), read=given["read"],
        )  # fmt: skip
        return Response(shapes.ReviewedShape(found).data)


class Question(ReviewerView):
    """Ask the learner for more."""

    @described(operation_id="ask", request=shapes.ReviewBody, responses=shapes.ReviewedShape)
    def post(self, request: Any, application: UUID) -> Response:
        given = self.body(shapes.ReviewBody)
        found = api.ask_for_more(
            application, by=self.user_id, question=given["reason"], at=clock.now(),
            read=given["read"],
        )  # fmt: skip
        return Response(shapes.ReviewedShape(found).data)


class SendingBack(ReviewerView):
    """Do not confirm what a first person proposed."""

    @described(operation_id="send_back", request=shapes.ReadBody, responses=shapes.ReviewedShape)
    def post(self, request: Any, application: UUID) -> Response:
        given = self.body(shapes.ReadBody)
        found = api.send_back(application, by=self.user_id, at=clock.now(), read=given["read"])
        return Response(shapes.ReviewedShape(found).data)


class Taking(ReviewerView):
    """Say that one reads an application: for some days nobody else decides about it."""

    @described(operation_id="take", request=shapes.NothingBody, responses=shapes.ReviewedShape)
    def post(self, request: Any, application: UUID) -> Response:
        self.body(shapes.NothingBody)
        found = api.take(application, by=self.user_id, at=clock.now())
        return Response(shapes.ReviewedShape(found).data)


class TakingNext(ReviewerView):
    """Take the application with the next deadline; 204 when there is none to take."""

    @described(
        operation_id="take_next", request=shapes.NothingBody,
        responses={200: shapes.ReviewedShape, 204: None},
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        self.body(shapes.NothingBody)
        found = api.take_next(by=self.user_id, at=clock.now())
        if found is None:
            return Response(status=204)
        return Response(shapes.ReviewedShape(found).data)


class HandingBack(ReviewerView):
    """Read an application no longer; with a conflict of interest, never again."""

    @described(operation_id="hand_back", request=shapes.HandBackBody, responses={204: None})
    def post(self, request: Any, application: UUID) -> Response:
        given = self.body(shapes.HandBackBody)
        api.hand_back(
            application, by=self.user_id, at=clock.now(), has_conflict=given["has_conflict"]
        )
        return Response(status=204)


class ReviewingMany(ReviewerView):
    """The same verdict about several applications, each by itself."""

    @described(
        operation_id="review_many", request=shapes.ManyBody, responses=shapes.ReviewedManyShape
    )
    def post(self, request: Any) -> Response:
        given = self.body(shapes.ManyBody)
        done = api.review_many(
            [(one["application"], one["read"]) for one in given["chosen"]], given["verdict"],
            by=self.user_id, reason=given["reason"], code=given["code"], at=clock.now(),
        )  # fmt: skip
        results = [_reviewed(one) for one in done]
        return Response(shapes.ReviewedManyShape({"results": results}).data)


def _reviewed(one: Reviewed) -> dict[str, object]:
    told = problems.answer(one.error, STATUSES, WORDS) if one.error else None
    state = one.application.state if one.application else None
    return {
        "application": one.application_uuid, "state": state, "problem": told.data if told else None,
    }  # fmt: skip


class OneReviewed(ReviewerView):
    """The base of what a reviewer reads about an application of somebody else."""

    def found(self, application: UUID) -> ApplicationSummary:
        """The application; one's own is not there for a reviewer."""
        found = api.get_application(application)
        if found.user_id == self.user_id:
            raise Http404
        return found


class Steps(OneReviewed):
    """What has happened to an application, in turn."""

    @described(operation_id="list_steps", responses=shapes.StepShape(many=True))
    def get(self, request: Any, application: UUID) -> Response:
        return self.page(api.list_steps(self.found(application).uuid), shapes.StepShape)


class KeptPrice(WaiverView):
    """The waiver that is kept for the caller and an offering; 404 when none is."""

    @described(
        operation_id="get_price_lock", query=shapes.OfferingQuery, responses=shapes.PriceLockShape
    )
    def get(self, request: Any) -> Response:
        offering = known_offering(self.asked["offering"])
        kept = api.price_kept(applicant(request), offering_code=offering, at=clock.now())
        if kept is None:
            raise Http404
        return Response(shapes.PriceLockShape(kept).data)

    @described(
        operation_id="keep_price",
        description="201: it is kept from now on. 200: one is kept, and stands as it is.",
        request=shapes.OfferingBody,
        responses={201: shapes.PriceLockShape, 200: shapes.PriceLockShape},
    )
    def post(self, request: Any) -> Response:
        offering = known_offering(self.body(shapes.OfferingBody)["offering"])
        person, at = applicant(request), clock.now()
        before = api.price_kept(person, offering_code=offering, at=at)
        kept = api.keep_price(person, offering_code=offering, at=at)
        return Response(shapes.PriceLockShape(kept).data, status=200 if kept == before else 201)


def applicant(request: Any) -> Applicant:
    """Who asks, as far as a rule may know."""
    user_id = int(request.user.pk)
    seen = api.presence(api.country_of_request(request), at=clock.now())
    return Applicant(user_id=user_id, country=compat.profile_country(user_id), evidence=seen)


def known_offering(offering: str) -> str:
    """The code of an offering that somebody sells; any other has no answer here."""
    if not offering.isprintable() or offering_title(offering) is None:
        raise Http404
    return offering
