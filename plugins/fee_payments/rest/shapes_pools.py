"""Seats that an organisation has bought, field by field."""

from __future__ import annotations

from rest_framework import serializers

from fairgate_rest.bodies import Moment


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

    ``ends_at`` is the first moment at which none is accepted; null: they stay. ``rests``: none is
    accepted, and the access of who has accepted rests, while the payment is looked at.
    """

    uuid = serializers.UUIDField(source="pool.uuid")
    order = serializers.UUIDField(source="pool.order_uuid")
    buyer = serializers.CharField(source="pool.buyer_name")
    sponsor = serializers.CharField(source="pool.sponsor")
    offering = serializers.CharField(source="pool.offering_code")
    title = serializers.CharField(source="pool.title")
    course = serializers.CharField(source="pool.course_key")
    opened_at = Moment(source="pool.opened_at")
    ends_at = Moment(source="pool.ends_at", allow_null=True)
    rests = serializers.BooleanField(source="pool.rests")
    seats = CountsShape(source="pool.counts")


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
