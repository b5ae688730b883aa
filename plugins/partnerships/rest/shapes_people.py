"""People of partners, whom we write to, and what examinations of partners found."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairgate_rest.bodies import Body, Moment, OneOf
from partnerships.data import ContactRole, Kind, PersonRole
from partnerships.rest.shapes import Line


class ContactShape(serializers.Serializer):
    """A person at a partner whom we write to."""

    uuid = serializers.UUIDField()
    partner = serializers.CharField()
    role = OneOf(ContactRole)
    role_label = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    language = serializers.CharField(help_text="They are written to in; may be empty.")


class ContactBody(Body):
    """A person in a role; again with the same role and address, name and language are changed."""

    role = OneOf(ContactRole)
    name = Line(max_length=150)
    email = serializers.EmailField(max_length=254)
    language = serializers.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES], required=False, default="",
        allow_blank=True,
    )  # fmt: skip


class PersonShape(serializers.Serializer):
    """A user who acts for a partner."""

    user_id = serializers.IntegerField()
    role = OneOf(PersonRole)
    added_at = Moment()


class PersonBody(Body):
    """Who is to act for a partner, and in which role; said again, the role is changed."""

    username = serializers.CharField(max_length=150)
    role = OneOf(PersonRole)

    def validate_username(self, name: str) -> Any:
        """The user: nobody acts for a partner who is not there."""
        users = get_user_model()._default_manager.filter(is_active=True)
        user = users.filter(**{get_user_model().USERNAME_FIELD: name}).first()
        if user is None:
            raise serializers.ValidationError(_("There is no active user of this name."))
        return user


class DueDiligenceShape(serializers.Serializer):
    """What an examination found; the last one counts."""

    number = serializers.IntegerField(help_text="Names it.")
    accepted = serializers.BooleanField()
    expires_on = serializers.DateField(help_text="The last UTC day on which it holds.")
    notes = serializers.CharField()
    evidence = serializers.CharField(help_text="Where its papers are.")
    recorded_by = serializers.CharField(help_text="A user name.")
    recorded_at = Moment()


class ProposedDiligenceShape(serializers.Serializer):
    """An accepted due diligence as it was proposed; without a second person it never counts."""

    uuid = serializers.UUIDField(help_text="Names it.")
    partner = serializers.CharField(help_text="The partner's code.")
    expires_on = serializers.DateField(help_text="The last UTC day on which it would hold.")
    notes = serializers.CharField()
    evidence = serializers.CharField(help_text="Where its papers are.")
    proposed_by = serializers.IntegerField(
        help_text="The number of a user; 0 is nobody with an account: it can only be refused."
    )
    proposed_at = Moment()


class IdentityShape(serializers.Serializer):
    """How a partner is called and shown."""

    legal_name = serializers.CharField()
    display_name = serializers.CharField()
    kind = OneOf(Kind)
    url = serializers.CharField(help_text="May be empty.")


class PartnerChangeShape(serializers.Serializer):
    """Another identity of a partner as a file proposed it; nobody sees it before two people."""

    uuid = serializers.UUIDField(help_text="Names it.")
    partner = serializers.CharField(help_text="The partner's code.")
    before = IdentityShape()
    after = IdentityShape()
    proposed_by = serializers.IntegerField(help_text="The number of a user.")
    proposed_at = Moment()


class DueDiligenceBody(Body):
    """The outcome of an examination: a refusal counts at once, an acceptance is proposed."""

    accepted = serializers.BooleanField()
    expires_on = serializers.DateField(help_text="The last UTC day on which it holds.")
    notes = Line(max_length=1000, required=False, allow_blank=True, default="")
    evidence = Line(max_length=500, required=False, allow_blank=True, default="")


class ClearanceShape(serializers.Serializer):
    """Whether a partner's due diligence holds today."""

    holds = serializers.BooleanField()
    until = serializers.DateField(
        allow_null=True, help_text="Its last UTC day; null if there is none, or it was refused."
    )
