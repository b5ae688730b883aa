"""What comes in and goes out, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fairgate_rest.bodies import Amount, Body, Moment, Share
from waiver_policy.api import MAX_TEXT
from waiver_policy.data import ApplicationState, RefusalCode

MAX_CODE = 100


def _words() -> serializers.CharField:
    return serializers.CharField(max_length=MAX_TEXT, help_text="Words that the other side reads.")


class EditionShape(serializers.Serializer):
    """One whole snapshot of one list."""

    name = serializers.CharField()
    list = serializers.CharField(source="list_code")
    number = serializers.IntegerField()
    known_from = Moment()
    source = serializers.CharField()
    document_symbol = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    sha256 = serializers.CharField()
    rows = serializers.IntegerField()


class MembershipShape(serializers.Serializer):
    """One country's time on a list; not a member any more on ``until_date``."""

    country = serializers.CharField()
    kind = serializers.CharField()
    from_date = serializers.DateField()
    from_precision = serializers.CharField()
    until_date = serializers.DateField(allow_null=True)
    until_precision = serializers.CharField()
    status = serializers.CharField()
    asked_until_date = serializers.DateField(source="alt_until_date", allow_null=True)
    source = serializers.CharField()
    edition = serializers.CharField()


class MembersQuery(Body):
    """On which UTC day, and as known at which moment; now by default."""

    on = serializers.DateField(required=False)
    known_at = Moment(required=False)


class PolicyShape(serializers.Serializer):
    """One version of a policy."""

    slug = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.CharField()
    sha256 = serializers.CharField()
    author = serializers.CharField()
    created_at = Moment()
    activated_at = Moment(allow_null=True)
    retired_at = Moment(allow_null=True)


class OfferingQuery(Body):
    """Which offering is meant."""

    offering = serializers.CharField(max_length=MAX_CODE)


class DecisionShape(serializers.Serializer):
    """What the policy answers this person now. ``sentences`` are in the language asked for."""

    outcome = serializers.CharField(source="decision.outcome.value")
    percent = Share(source="decision.percent")
    reasons = serializers.ListField(child=serializers.CharField())
    policy = serializers.CharField(source="decision.policy")
    policy_version = serializers.IntegerField(source="decision.policy_version")
    rule = serializers.CharField(source="decision.rule", allow_null=True)
    editions = serializers.ListField(source="decision.editions", child=serializers.CharField())
    decided_on = serializers.DateField(source="decision.decided_on")
    sentences = serializers.ListField(child=serializers.CharField())


class ApplicationShape(serializers.Serializer):
    """One application, as its learner and its reviewers see it."""

    uuid = serializers.UUIDField()
    offering = serializers.CharField(source="offering_code")
    state = serializers.ChoiceField(choices=[state.value for state in ApplicationState])
    submitted_at = Moment()
    percent = Share(allow_null=True)
    reason = serializers.CharField()
    note = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)
    decided_at = Moment(allow_null=True)


class MessageShape(serializers.Serializer):
    """A question of a reviewer, or the learner's answer."""

    is_answer = serializers.BooleanField()
    text = serializers.CharField()
    at = Moment()


class ReviewedShape(ApplicationShape):
    """What only a reviewer sees of an application.

    ``awaiting_percent`` and ``awaiting_reason`` are what a first person proposes and a second
    confirms; ``message_count`` is what ``read`` of a decision is compared with.
    """

    user_id = serializers.IntegerField()
    country = serializers.CharField()
    organisation = serializers.CharField()
    organisation_domain = serializers.CharField()
    proposed_percent = Share(allow_null=True)
    decide_by = serializers.DateField(allow_null=True)
    appealed_at = Moment(allow_null=True)
    assigned_to = serializers.IntegerField(allow_null=True)
    awaiting_percent = Share(allow_null=True)
    awaiting_reason = serializers.CharField()
    message_count = serializers.IntegerField()


class ReviewQuery(Body):
    """Which applications a reviewer wants; without a state those that have to be looked at."""

    state = serializers.ChoiceField(
        choices=[state.value for state in ApplicationState], required=False
    )
    offering = serializers.CharField(max_length=MAX_CODE, required=False)
    country = serializers.CharField(max_length=2, required=False)
    rule = serializers.CharField(max_length=100, required=False)
    whose = serializers.ChoiceField(choices=["mine", "nobody"], required=False)
    deadline = serializers.ChoiceField(choices=["overdue", "soon"], required=False)
    older_than = serializers.IntegerField(min_value=0, max_value=9999, required=False)
    page = serializers.IntegerField(min_value=1, default=1)


class QueueShape(serializers.Serializer):
    """One page of the queue, the next deadline first; ``found`` are those on all pages."""

    found = serializers.IntegerField()
    page = serializers.IntegerField(source="number")
    pages = serializers.IntegerField()
    overdue = serializers.IntegerField()
    results = ReviewedShape(many=True, source="applications")


class ApplyBody(Body):
    """A learner's request. ``is_true`` is their word that what they say is true."""

    offering = serializers.CharField(max_length=MAX_CODE)
    note = _words()
    is_true = serializers.BooleanField()
    organisation = serializers.CharField(max_length=200, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["is_true"]:
            said = "Please confirm that what you say is true."
            raise serializers.ValidationError({"is_true": [said]})
        return attrs


class AnswerBody(Body):
    """The learner's answer to a question."""

    text = _words()


class AppealBody(Body):
    """Why the refusal is wrong, as the learner sees it."""

    text = _words()


class NothingBody(Body):
    """Nothing has to be said."""


class ReviewBody(Body):
    """A reviewer's words. ``read`` is how many messages the reviewer had before them."""

    reason = _words()
    read = serializers.IntegerField(min_value=0)


class RefuseBody(ReviewBody):
    """``code`` is a reason of the fixed list; ``other`` needs words."""

    reason = serializers.CharField(
        max_length=MAX_TEXT, allow_blank=True, help_text="Words that the learner reads."
    )
    code = serializers.ChoiceField(
        choices=[code.value for code in RefusalCode], default=RefusalCode.OTHER.value
    )


class ApproveBody(ReviewBody):
    """``percent`` is needed where the rule proposes none."""

    percent = Share(required=False)


class PlaceShape(serializers.Serializer):
    """The caller's place on a waiting list; ``position`` is 0 once they have an offer."""

    offering = serializers.CharField(source="offering_code")
    state = serializers.CharField()
    position = serializers.IntegerField()
    since = Moment()
    offered_until = serializers.DateField(allow_null=True)


class BalanceShape(serializers.Serializer):
    """What a fund has: free, held for grants, and spent on grants."""

    currency = serializers.CharField()
    available = Amount()
    reserved = Amount()
    committed = Amount()
    shortfall = Amount()
    waiting = serializers.IntegerField(help_text="People who wait for money of this fund.")


class EntryShape(serializers.Serializer):
    """One movement of a fund, signed as seen from its free money."""

    uuid = serializers.UUIDField()
    kind = serializers.CharField()
    amount = Amount()
    reason = serializers.CharField()
    grant = serializers.UUIDField(source="grant_uuid", allow_null=True)
    at = Moment()
