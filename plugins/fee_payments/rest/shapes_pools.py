"""Seats that an organisation has bought, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fairgate_rest.bodies import Body, Moment, OneOf
from fairgate_rest.uploads import Paper
from fee_payments.data.institution_seats import MailState, SeatState
from fee_payments.rest.shapes import OfSessionShape, WhenAndWhereShape

MAX_ADDRESS = 254
MAX_NAME = 255
MAX_TEXT = 255
MOST_PEOPLE = 1_000
MOST_SEATS = 10_000


class CountsShape(serializers.Serializer):
    """How many seats there are, and where they stand."""

    bought = serializers.IntegerField()
    free = serializers.IntegerField()
    assigned = serializers.IntegerField()
    expired = serializers.IntegerField()
    accepted = serializers.IntegerField()
    held = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    closed = serializers.IntegerField()


class PoolShape(serializers.Serializer):
    """The seats of one line of an organisation's order.

    ``ends_at`` is the first moment at which none is accepted, the beginning of their session at the
    latest; null: they stay. ``rests``: none is accepted, and the access of who has accepted rests,
    while the payment is looked at.
    """

    uuid = serializers.UUIDField(source="pool.uuid")
    order = serializers.UUIDField(source="pool.order_uuid")
    buyer = serializers.CharField(source="pool.buyer_name")
    sponsor = serializers.CharField(source="pool.sponsor")
    offering = serializers.CharField(source="pool.offering_code")
    title = serializers.CharField(source="pool.title")
    course = serializers.CharField(source="pool.course_key")
    session = serializers.SerializerMethodField(help_text="Its code.")
    takes_place = WhenAndWhereShape(source="pool.session", allow_null=True)
    opened_at = Moment(source="pool.opened_at")
    ends_at = Moment(source="pool.ends_at", allow_null=True)
    rests = serializers.BooleanField(source="pool.rests")
    seats = CountsShape(source="pool.counts")

    def get_session(self, found: Any) -> str:
        session = found.pool.session
        return session.code if session else ""


class ProgressShape(serializers.Serializer):
    """How many of a group have begun and passed."""

    people = serializers.IntegerField()
    started = serializers.IntegerField()
    passed = serializers.IntegerField()


class UseShape(serializers.Serializer):
    """Progress of who agreed to share it.

    ``everybody`` is null where it would tell about who did not agree.
    """

    accepted = serializers.IntegerField()
    agreed = serializers.IntegerField()
    of_agreed = ProgressShape()
    everybody = ProgressShape(allow_null=True)


class UsedPoolShape(PoolShape):
    """The seats, and what has become of them."""

    use = UseShape()


class SeatsQuery(Body):
    """Which seats: in which state, and of whom (a whole address, or a user name)."""

    state = OneOf(SeatState, required=False, default=None)
    search = serializers.CharField(
        max_length=MAX_ADDRESS, required=False, default="", allow_blank=True
    )


class DoneShape(serializers.Serializer):
    """How far a learner is, who agreed to share it."""

    has_started = serializers.BooleanField()
    grade_percent = serializers.IntegerField(allow_null=True)
    has_passed = serializers.BooleanField()


class SeatShape(serializers.Serializer):
    """A seat. ``address`` and ``name`` are empty once it is accepted.

    ``progress`` is null unless the learner shares it; ``code_hint`` is the first part of its code.
    """

    uuid = serializers.UUIDField()
    pool = serializers.UUIDField(source="pool_uuid")
    number = serializers.IntegerField()
    state = OneOf(SeatState)
    address = serializers.CharField()
    name = serializers.CharField()
    username = serializers.CharField()
    code_hint = serializers.CharField()
    mail = OneOf(MailState)
    assigned_at = Moment(allow_null=True)
    expires_at = Moment(allow_null=True)
    accepted_at = Moment(allow_null=True)
    shares_progress = serializers.BooleanField()
    progress = DoneShape(allow_null=True)


class PersonBody(Body):
    """Somebody a seat is for: an e-mail address, or the user name of an account."""

    address = serializers.CharField(max_length=MAX_ADDRESS)
    name = serializers.CharField(max_length=MAX_NAME, required=False, default="", allow_blank=True)


class InvitationsBody(Body):
    """Who is invited: ``people``, or a ``list`` as it is pasted on the page, or a CSV ``file``.

    ``anyone``: whoever has the link may accept, and not only the account with the address.
    """

    people = PersonBody(many=True, required=False, max_length=MOST_PEOPLE)
    list = serializers.CharField(required=False, trim_whitespace=False)
    file = Paper(required=False, allow_empty_file=True)
    anyone = serializers.BooleanField(default=False)
    expires_at = Moment(required=False, default=None)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was said, if it names people in one way."""
        if len(given.keys() & {"people", "list", "file"}) != 1:
            said = "Send one of people, list and file."
            raise serializers.ValidationError({"people": [said]})
        return given


class InvitedRowShape(serializers.Serializer):
    """What became of a row: ``invited`` now, or ``known``, as they were invited before."""

    row = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["invited", "known"])


class InvitedShape(serializers.Serializer):
    """What became of a list; each row by the place that it has there, from 1."""

    invited = serializers.IntegerField()
    known = serializers.IntegerField()
    rows = InvitedRowShape(many=True)


class PoolCodesBody(Body):
    """How many codes, and the first moment at which none is taken."""

    count = serializers.IntegerField(min_value=1, max_value=MOST_SEATS)
    expires_at = Moment(required=False, default=None)
    note = serializers.CharField(max_length=MAX_TEXT, required=False, default="", allow_blank=True)


class BecauseBody(Body):
    """Why; it is kept with the seat."""

    because = serializers.CharField(max_length=MAX_TEXT)


class ReassignBody(PersonBody):
    """Who gets the seat, and why who has it loses it (of a seat that was accepted)."""

    because = serializers.CharField(
        max_length=MAX_TEXT, required=False, default="", allow_blank=True
    )


class ResentShape(serializers.Serializer):
    """Whether the invitation goes out again: not where it did in the last 24 hours."""

    is_sent = serializers.BooleanField()


class SeatInvitationShape(OfSessionShape):
    """What an invitation offers. ``is_for_address``: only the account with that address."""

    sponsor = serializers.CharField()
    offering = serializers.CharField(source="offering_code")
    title = serializers.CharField()
    course = serializers.CharField(source="course_key")
    expires_at = Moment(allow_null=True)
    is_for_address = serializers.BooleanField()


class SharesBody(Body):
    """Whether the sponsor may see the learner's progress: said each time, and never assumed."""

    shares = serializers.BooleanField()


class OwnSeatShape(OfSessionShape):
    """A seat of an institution that the caller has."""

    seat = serializers.UUIDField(source="seat_uuid")
    offering = serializers.CharField(source="offering_code")
    title = serializers.CharField()
    course = serializers.CharField(source="course_key")
    sponsor = serializers.CharField()
    accepted_at = Moment(source="redeemed_at")
    shares_progress = serializers.BooleanField()
