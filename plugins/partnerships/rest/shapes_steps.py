"""Steps of an agreement that colleagues take, and what they say among themselves."""

from __future__ import annotations

from rest_framework import serializers

from fairgate_rest.bodies import Body, Moment, OneOf
from partnerships.data import EndState
from partnerships.rest.shapes import Line


class ReviewShape(serializers.Serializer):
    """A text that was submitted, and what came of it."""

    submitted_by = serializers.IntegerField(help_text="The number of a user.")
    submitted_at = Moment()
    note = serializers.CharField()
    outcome = serializers.CharField(
        help_text="Empty while it waits, else approved, returned or withdrawn."
    )
    ended_by = serializers.IntegerField(allow_null=True)
    ended_at = Moment(allow_null=True)
    because = serializers.CharField(help_text="Why it is a draft again.")


class ReviewsShape(serializers.Serializer):
    """The way of a text, the first submission first."""

    reviews = ReviewShape(many=True)


class ChangeShape(serializers.Serializer):
    """A field that an amendment or a renewal changed; empty where there was, or is, none."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ChangesShape(serializers.Serializer):
    """What a version changed of the one that it follows; nothing if it follows none."""

    changes = ChangeShape(many=True)


class EndShape(serializers.Serializer):
    """A request to end a version early."""

    number = serializers.IntegerField(help_text="Names the request.")
    version = serializers.UUIDField()
    last_day = serializers.DateField(help_text="The last UTC day, once it is confirmed.")
    reason = serializers.CharField()
    state = OneOf(EndState)
    asked_by = serializers.IntegerField(help_text="The number of a user.")
    asked_at = Moment()
    decided_by = serializers.IntegerField(allow_null=True)
    decided_at = Moment(allow_null=True)
    because = serializers.CharField(help_text="Why it was refused.")


class NoteBody(Body):
    """What is said with it; it is kept."""

    note = Line(max_length=255, required=False, allow_blank=True, default="")


class EndBody(Body):
    """The last day that is asked for, and why."""

    last_day = serializers.DateField(help_text="A UTC day, from today on.")
    reason = Line(max_length=255)
