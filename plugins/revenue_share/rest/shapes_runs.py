"""Runs: what comes out, field by field."""

from __future__ import annotations

from rest_framework import serializers

from fairgate_rest.bodies import Moment, OneOf
from revenue_share.data import RunKind, RunState


class RefusedShape(serializers.Serializer):
    """Why it was not done; as a problem says it, in the language of the request."""

    code = serializers.CharField(help_text="Stable; for programs.")
    detail = serializers.CharField(help_text="A sentence; for people.")


class FaultShape(serializers.Serializer):
    """The first row that breaks an invariant, with what is wrong."""

    invariant = serializers.CharField()
    row = serializers.CharField()
    sentence = serializers.CharField()


class RunShape(serializers.Serializer):
    """Work that was asked for: `done` of `steps` are behind it.

    `failed`: it was begun several times and came to no end; ask for it anew.
    """

    uuid = serializers.UUIDField()
    kind = OneOf(RunKind)
    period = serializers.CharField(help_text="The month of a close, like 2026-10; else empty.")
    state = OneOf(RunState)
    asked_by = serializers.IntegerField(help_text="The number of a user.")
    asked_at = Moment()
    started_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    done = serializers.IntegerField()
    steps = serializers.IntegerField()
    refused = RefusedShape(allow_null=True)
    faults = FaultShape(
        many=True,
        allow_null=True,
        help_text="What a check has found: nothing where the books hold; null before its end.",
    )
