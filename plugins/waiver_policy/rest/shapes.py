"""What comes in and goes out, field by field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairgate.money import Money
from fairgate.percent import Percent
from fairgate_rest import problems
from fairgate_rest.bodies import Amount, Body, KnownAt, Moment, Share
from fairgate_rest.uploads import Paper
from waiver_policy.api import MAX_TEXT
from waiver_policy.data import (
    IMPACT_DAYS,
    SEEN,
    ApplicationState,
    Award,
    DocumentKind,
    FactKind,
    FactValue,
    ProposalState,
    RefusalCode,
)
from waiver_policy.forms_documents import DECLARABLE
from waiver_policy.rules.asking import MAX_NAME
from waiver_policy.rules.review_terms import FULL, PARTIAL
from waiver_policy.rules.stated import MAX_COUNTRIES, as_fact
from waiver_policy.rules.stated import MAX_TEXT as MAX_FACT

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
    note = serializers.CharField()
    value = serializers.CharField(help_text="What a table says about it; blank in a plain list.")
    edition = serializers.CharField()


class MembersQuery(Body):
    """On which UTC day, and as known at which moment; now by default."""

    on = serializers.DateField(required=False)
    known_at = KnownAt(
        required=False, help_text="A moment with its zone; a day (UTC) is the end of it."
    )


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


class PercentOf(Share):
    """An award that is a percentage; null where it is a price."""

    def to_representation(self, value: Award) -> Any:
        return super().to_representation(value) if isinstance(value, Percent) else None


class PriceOf(Amount):
    """An award that is a price left to pay; null where it is a percentage."""

    def to_representation(self, instance: Award) -> Any:
        return super().to_representation(instance) if isinstance(instance, Money) else None


class ApplicationShape(serializers.Serializer):
    """One application, as its learner and its reviewers see it.

    Granted is a share of the fee (``percent``) or a price that is left to pay (``price``).
    ``answer_until`` and ``appeal_until`` are the first days (UTC) that are too late.
    """

    uuid = serializers.UUIDField()
    offering = serializers.CharField(source="offering_code")
    state = serializers.ChoiceField(choices=[state.value for state in ApplicationState])
    submitted_at = Moment()
    percent = PercentOf(source="award", allow_null=True)
    price = PriceOf(source="award", allow_null=True)
    reason = serializers.CharField()
    note = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)
    decided_at = Moment(allow_null=True)
    refusal_code = serializers.CharField(help_text="Why it was refused, of the fixed list.")
    answer_until = serializers.DateField(allow_null=True)
    appeal_until = serializers.DateField(allow_null=True)


class MessageShape(serializers.Serializer):
    """A question of a reviewer, or the learner's answer."""

    is_answer = serializers.BooleanField()
    text = serializers.CharField()
    at = Moment()


class ReviewedShape(ApplicationShape):
    """What only a reviewer sees of an application.

    ``first_refusal`` are the words of a refusal that was appealed. ``awaiting_percent`` or
    ``awaiting_price``, and ``awaiting_reason``, are what a first person proposes and a second
    confirms; ``message_count`` is what ``read`` of a decision is compared with.
    """

    user_id = serializers.IntegerField()
    country = serializers.CharField()
    organisation = serializers.CharField()
    organisation_domain = serializers.CharField()
    proposed_percent = PercentOf(source="proposed", allow_null=True)
    proposed_price = PriceOf(source="proposed", allow_null=True)
    decide_by = serializers.DateField(allow_null=True)
    appealed_at = Moment(allow_null=True)
    first_refusal = serializers.CharField()
    assigned_to = serializers.IntegerField(allow_null=True)
    awaiting_percent = PercentOf(source="awaiting", allow_null=True)
    awaiting_price = PriceOf(source="awaiting", allow_null=True)
    awaiting_reason = serializers.CharField()
    message_count = serializers.IntegerField()


class QueuedShape(ReviewedShape):
    """An application in the queue: without words, which not every reviewer may read."""

    note = None
    reason = None
    first_refusal = None
    awaiting_reason = None


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
    results = QueuedShape(many=True, source="applications")


class TrueBody(Body):
    """``is_true`` is somebody's word that what they say is true."""

    is_true = serializers.BooleanField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["is_true"]:
            said = "Please confirm that what you say is true."
            raise serializers.ValidationError({"is_true": [said]})
        return attrs


class ApplyBody(TrueBody):
    """A learner's request."""

    offering = serializers.CharField(max_length=MAX_CODE)
    note = _words()
    organisation = serializers.CharField(max_length=200, required=False, default="")


class AnswerBody(Body):
    """The learner's answer to a question."""

    text = _words()


class AppealBody(Body):
    """Why the refusal is wrong, as the learner sees it."""

    text = _words()


class NothingBody(Body):
    """Nothing has to be said."""


class HandBackBody(Body):
    """``has_conflict``: the reviewer has a conflict of interest, and never decides about it."""

    has_conflict = serializers.BooleanField(default=False)


class ReadBody(Body):
    """``read`` is how many messages the reviewer had before them."""

    read = serializers.IntegerField(min_value=0)


class ReviewBody(ReadBody):
    """A reviewer's words."""

    reason = _words()


class RefuseBody(ReviewBody):
    """``code`` is a reason of the fixed list; ``other`` needs words."""

    reason = serializers.CharField(
        max_length=MAX_TEXT, allow_blank=True, help_text="Words that the learner reads."
    )
    code = serializers.ChoiceField(
        choices=[code.value for code in RefusalCode], default=RefusalCode.OTHER.value
    )


class ApproveBody(ReviewBody):
    """``percent`` or ``price``, not both, is needed where the rule proposes none."""

    percent = Share(required=False)
    price = Amount(required=False, help_text="What is left to pay.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "percent" in attrs and "price" in attrs:
            raise serializers.ValidationError({"price": ["Say a percentage or a price."]})
        return attrs


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
    effective_on = serializers.DateField(help_text="The day (UTC) that the money counts from.")
    at = Moment()


class CallShape(serializers.Serializer):
    """An offering that a State may nominate for; ``closes_at`` is the first moment too late."""

    offering = serializers.CharField(source="offering_code")
    policy = serializers.CharField()
    opens_at = Moment()
    closes_at = Moment()
    event_on = serializers.DateField()


class NominationShape(serializers.Serializer):
    """A nomination, as the person reads it; ``application`` is there once they have accepted."""

    uuid = serializers.UUIDField()
    offering = serializers.CharField(source="call.offering_code")
    country = serializers.CharField()
    administration = serializers.CharField()
    kind = serializers.CharField()
    item = serializers.CharField()
    state = serializers.CharField()
    nominated_at = Moment()
    application = serializers.UUIDField(source="application_uuid", allow_null=True)


class NamedShape(serializers.Serializer):
    """A nomination, as its State reads it; ``person`` is a user name, rank 1 the first choice."""

    uuid = serializers.UUIDField(source="nomination.uuid")
    offering = serializers.CharField(source="nomination.call.offering_code")
    person = serializers.CharField()
    kind = serializers.CharField(source="nomination.kind")
    item = serializers.CharField(source="nomination.item")
    rank = serializers.IntegerField(source="nomination.rank")
    state = serializers.CharField(source="nomination.state")
    nominated_at = Moment(source="nomination.nominated_at")


class NominateBody(Body):
    """Whom a State names, for what; ``instead_of`` is a nomination that this one replaces."""

    offering = serializers.CharField(max_length=MAX_CODE)
    person = serializers.CharField(max_length=254, help_text="A user name or an e-mail address.")
    kind = serializers.ChoiceField(choices=[FULL, PARTIAL])
    item = serializers.CharField(
        max_length=30, default="", help_text="What a partial one is for, as the policy names it."
    )
    rank = serializers.IntegerField(help_text="From 1 to 99; 1 is the State's first choice.")
    instead_of = serializers.UUIDField(default=None, allow_null=True)


class ProposalsQuery(Body):
    """Which proposals; all by default."""

    state = serializers.ChoiceField(
        choices=[state.value for state in ProposalState], required=False
    )


class ProposalShape(serializers.Serializer):
    """A proposed edition; ``base`` is, by list, what it was compared with, blank for nothing."""

    uuid = serializers.UUIDField()
    state = serializers.CharField()
    base = serializers.DictField(child=serializers.CharField(allow_blank=True))
    files = serializers.ListField(child=serializers.CharField())
    sha256 = serializers.CharField()
    source = serializers.CharField()
    document_symbol = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    version = serializers.CharField()
    proposed_by = serializers.CharField()
    proposed_at = Moment()
    decided_by = serializers.CharField()
    decided_at = Moment(allow_null=True)
    reason = serializers.CharField()
    editions = serializers.ListField(child=serializers.CharField())


class ChangeShape(serializers.Serializer):
    """One difference; without ``before`` a row comes, without ``after`` it vanishes."""

    list = serializers.CharField(source="list_code")
    country = serializers.CharField()
    before = MembershipShape(allow_null=True)
    after = MembershipShape(allow_null=True)


class ImpactShape(serializers.Serializer):
    """What a proposal changes; ``countries`` are those, by list, whose answers change."""

    changes = ChangeShape(many=True)
    countries = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    applications = serializers.ListField(child=serializers.UUIDField())
    grants = serializers.ListField(child=serializers.UUIDField())
    decisions = serializers.IntegerField(help_text="Of the last days that were asked for.")
    learners = serializers.IntegerField()
    days = serializers.IntegerField()


class ProposedShape(serializers.Serializer):
    """A proposal with its differences, and whom it touches."""

    proposal = ProposalShape()
    impact = ImpactShape()


class ImpactQuery(Body):
    """How many days back decisions are counted."""

    days = serializers.IntegerField(min_value=0, max_value=99_999, default=IMPACT_DAYS)


class ProposeBody(Body):
    """A form with a CSV file of country lists, and where it comes from."""

    file = Paper(allow_empty_file=True)
    source = serializers.CharField(max_length=500)
    document_symbol = serializers.CharField(max_length=100, default="", allow_blank=True)
    published_on = serializers.DateField(default=None, allow_null=True)
    version = serializers.CharField(max_length=40, default="", allow_blank=True)
    allow_removals = serializers.BooleanField(
        default=False, help_text="Countries may vanish from a list without an end."
    )


class LoadShape(serializers.Serializer):
    """Editions that were made, and lists that stood like that already."""

    created = EditionShape(many=True)
    unchanged = EditionShape(many=True)


class RejectBody(Body):
    """Why a proposal becomes no edition."""

    reason = serializers.CharField(max_length=500)


class ConfirmBody(Body):
    """What somebody has looked at; ``until`` is the end in force that they mean, to be sure."""

    note = serializers.CharField(max_length=500)
    until = serializers.DateField(default=None, allow_null=True)


class CreditsQuery(Body):
    """Those that wait for a second person, or with ``all`` also those that were decided."""

    all = serializers.BooleanField(default=False)


class CreditShape(serializers.Serializer):
    """Money that one person proposes for a fund, or to take out, and what became of it."""

    uuid = serializers.UUIDField()
    kind = serializers.CharField()
    amount = Amount()
    reason = serializers.CharField()
    effective_on = serializers.DateField()
    state = serializers.CharField()
    proposed_by = serializers.IntegerField()
    proposed_at = Moment()
    decided_by = serializers.IntegerField(allow_null=True)
    decided_at = Moment(allow_null=True)


class CreditBody(Body):
    """A correction takes money out: its amount is negative."""

    amount = Amount()
    kind = serializers.ChoiceField(choices=["manual", "donation", "correction"])
    reason = serializers.CharField(max_length=255)
    effective_on = serializers.DateField(default=None, allow_null=True)


class RunwayQuery(Body):
    """Over how many full months the pace is taken; what the operator has set by default."""

    months = serializers.IntegerField(min_value=1, max_value=120, required=False)


class RunwayShape(serializers.Serializer):
    """How long the free money lasts; ``months`` is a text, and nothing if nothing was spent."""

    available = Amount()
    spent = Amount()
    over_months = serializers.IntegerField()
    months = serializers.CharField(source="lasts", allow_null=True)


class OfferingBody(Body):
    """Which offering is meant."""

    offering = serializers.CharField(max_length=MAX_CODE)


class PriceLockShape(serializers.Serializer):
    """That the rules of one day count for the caller; ``until`` is the first day (UTC) without."""

    uuid = serializers.UUIDField()
    offering = serializers.CharField(source="offering_code")
    since = serializers.DateField()
    until = serializers.DateField()


class EvidenceShape(serializers.Serializer):
    """What was said or seen about a country; without one, it takes back what was said before."""

    statement = serializers.UUIDField()
    basis = serializers.CharField()
    country = serializers.CharField()
    kind = serializers.CharField()
    observed_at = Moment()
    valid_until = serializers.DateField(allow_null=True)
    counts = serializers.BooleanField()


class SeenShape(EvidenceShape):
    """What only a reviewer sees of it."""

    recorded_by = serializers.IntegerField()
    note = serializers.CharField()


class StatementShape(serializers.Serializer):
    """What was said at once."""

    records = EvidenceShape(many=True)


class SeenStatementShape(serializers.Serializer):
    """What was noted at once."""

    records = SeenShape(many=True)


class DeclareBody(Body):
    """What a person says about their countries by one basis; none takes it back."""

    basis = serializers.ChoiceField(choices=[basis.value for basis in DECLARABLE])
    countries = serializers.ListField(
        child=serializers.CharField(max_length=2), help_text="Codes of ISO 3166-1, like UG."
    )


# By a pattern: an enum that two bodies share under a name as common as "kind" gets one that nobody
# could read.
@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(kind.value for kind in SEEN)})$"})
class SeenAs(serializers.ChoiceField):
    """How a reviewer knows something."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[kind.value for kind in SEEN], **kwargs)


class SeenBody(DeclareBody):
    """What a reviewer has seen in a document, or been told by an institution."""

    kind = SeenAs()
    valid_until = serializers.DateField(default=None, allow_null=True)
    note = serializers.CharField(max_length=255, default="", allow_blank=True)


@extend_schema_field({
    "nullable": True,
    "oneOf": [
        {"type": "string", "maxLength": MAX_FACT},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}, "maxItems": MAX_COUNTRIES},
    ],
    "description": "A number is a text like 12000.50, a day a text like 2026-11-24, yes or no a "
    "boolean, countries a list of codes; null takes back what was said.",
})  # fmt: skip
class Value(serializers.Field):
    """What is said of a fact; the rules say whether it is a value of it."""

    def to_representation(self, value: FactValue) -> Any:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        return list(value) if isinstance(value, tuple) else as_fact(value)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and len(data) > MAX_FACT:
            raise serializers.ValidationError(f"At most {MAX_FACT} characters are taken.")
        if isinstance(data, list) and len(data) > MAX_COUNTRIES:
            raise serializers.ValidationError(f"At most {MAX_COUNTRIES} countries are taken.")
        if isinstance(data, dict | int | float) and not isinstance(data, bool):
            raise serializers.ValidationError("A text, a boolean or a list of texts is needed.")
        return data


_KINDS_OF_VALUES = ", ".join(kind.value for kind in FactKind)


class FactShape(serializers.Serializer):
    """What was said or seen of the caller; without a value, it takes back what was said before."""

    statement = serializers.UUIDField()
    name = serializers.CharField()
    value_kind = serializers.CharField(help_text=_KINDS_OF_VALUES)
    value = Value(allow_null=True)
    unit = serializers.CharField()
    kind = serializers.CharField()
    observed_at = Moment()
    valid_until = serializers.DateField(allow_null=True)
    counts = serializers.BooleanField()


class SeenFactShape(FactShape):
    """What only a reviewer sees of it."""

    recorded_by = serializers.IntegerField()
    note = serializers.CharField()


class AskedFactShape(serializers.Serializer):
    """A fact that a policy asks for; ``is_missing``: the answer depends on it, and it is not known.

    ``label`` is in the words of the policy, else in the language asked for. ``strength`` is how it
    has to be known before anything is granted by it without a look.
    """

    name = serializers.CharField(source="asked.name")
    label = serializers.CharField()
    kind = serializers.CharField(source="asked.kind", help_text=_KINDS_OF_VALUES)
    choices = serializers.ListField(
        child=serializers.CharField(), help_text="Words of a choice; none_of_these as well."
    )
    unit = serializers.CharField(source="asked.unit")
    help = serializers.CharField(source="asked.help")
    strength = serializers.CharField(source="asked.strength")
    is_missing = serializers.BooleanField()


class StatedShape(serializers.Serializer):
    """What was said at once, and what had been said already."""

    records = FactShape(many=True)


class StateBody(Body):
    """What the caller says of themselves, by the names of the facts."""

    offering = serializers.CharField(max_length=MAX_CODE)
    facts = serializers.DictField(child=Value(allow_null=True), allow_empty=False)


class FactQuery(Body):
    """Which fact is meant."""

    name = serializers.CharField(max_length=MAX_NAME)


class RecordFactBody(Body):
    """What a reviewer has seen of a fact in a document, or been told by an institution."""

    name = serializers.CharField(max_length=MAX_NAME)
    value = Value(allow_null=True)
    kind = SeenAs()
    valid_until = serializers.DateField(default=None, allow_null=True)
    note = serializers.CharField(max_length=255, default="", allow_blank=True)


class StepShape(serializers.Serializer):
    """One step in the life of an application; ``by`` is nobody where it was the clock."""

    action = serializers.CharField()
    by = serializers.IntegerField(allow_null=True)
    at = Moment()
    state = serializers.CharField()
    percent = PercentOf(source="award", allow_null=True)
    price = PriceOf(source="award", allow_null=True)
    refusal_code = serializers.CharField()


class ChosenBody(ReadBody):
    """One application of several."""

    application = serializers.UUIDField()


class ManyBody(Body):
    """The same verdict about several applications; an approval grants what each rule proposes."""

    verdict = serializers.ChoiceField(choices=["approve", "refuse", "ask"])
    chosen = ChosenBody(many=True, allow_empty=False)
    reason = serializers.CharField(
        max_length=MAX_TEXT, allow_blank=True, default="", help_text="Words that the learners read."
    )
    code = serializers.ChoiceField(
        choices=[code.value for code in RefusalCode], default=RefusalCode.OTHER.value
    )


@extend_schema_field({**problems.SHAPE, "nullable": True})
class Problem(serializers.JSONField):
    """Why something was not done, as a fault of a request of its own would be told."""


class ReviewedOneShape(serializers.Serializer):
    """What became of one application."""

    application = serializers.UUIDField()
    state = serializers.CharField(allow_null=True)
    problem = Problem()


class ReviewedManyShape(serializers.Serializer):
    """What became of several applications, each by itself."""

    results = ReviewedOneShape(many=True)


class DocumentShape(serializers.Serializer):
    """A document, without its content, or what is left of it once its file is deleted."""

    uuid = serializers.UUIDField()
    kind = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    uploaded_at = Moment()
    deleted_at = Moment(allow_null=True)
    delete_reason = serializers.CharField()


class ReviewedDocumentShape(DocumentShape):
    """What only a reviewer sees of it; ``is_repeated``: the same file came from another account."""

    for_minor = serializers.BooleanField()
    is_repeated = serializers.BooleanField()


class UploadBody(Body):
    """A form with one document: a PDF or a picture.

    ``says_minor`` is asked where the profile has no year of birth; an identity document of a minor
    takes ``guardian_agrees``.
    """

    kind = serializers.ChoiceField(choices=[kind.value for kind in DocumentKind])
    file = Paper(allow_empty_file=True)
    says_minor = serializers.BooleanField(default=None, allow_null=True)
    guardian_agrees = serializers.BooleanField(default=False)
