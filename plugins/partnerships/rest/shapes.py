"""What comes in and goes out, field by field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairgate.readable import is_readable
from fairgate_rest.bodies import Body, Moment, OneOf
from partnerships.data import MarkPicture, Role


class Line(serializers.CharField):
    """A text that people can read whole: nothing in it controls something or breaks the line."""

    def to_internal_value(self, data: Any) -> str:
        told: str = super().to_internal_value(data)
        if not is_readable(told):
            raise serializers.ValidationError(_("There are control characters in the text."))
        return told


class Language(Body):
    """In which language labels and sentences are wanted; without it, the one of the request."""

    language = serializers.CharField(
        max_length=35, required=False, help_text="A code of a language of this site, like ar."
    )

    def validate_language(self, code: str) -> str:
        """The nearest language that this site speaks."""
        try:
            return str(get_supported_language_variant(code))
        except LookupError:
            raise serializers.ValidationError("This site does not speak that language.") from None


class PictureShape(serializers.Serializer):
    """The approved picture of a partner, with whole addresses."""

    light = serializers.URLField()
    dark = serializers.CharField(help_text="Empty where the light one serves both grounds.")
    alternative = serializers.CharField(help_text="Show it wherever the picture is not seen.")
    width = serializers.IntegerField(help_text="In pixels of CSS.")
    height = serializers.IntegerField(help_text="In pixels of CSS.")
    sha256 = serializers.CharField(help_text="Of the file that was approved.")
    usage_rules = serializers.CharField(
        help_text="What the partner says about its use; stands with the picture wherever it "
        "shows. May be empty."
    )
    alternative_language = serializers.CharField(help_text="Of that text, as HTML names it.")
    usage_rules_language = serializers.CharField(help_text="Of the rules; empty without them.")

    def to_representation(self, instance: MarkPicture) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        whole = self.context["request"].build_absolute_uri
        return shown | {name: whole(shown[name]) for name in ("light", "dark") if shown[name]}


class MarkShape(serializers.Serializer):
    """A partner's mark, and what has to stand with it."""

    partner = serializers.CharField(help_text="The partner's code.")
    name = serializers.CharField(help_text="The mark itself while there is no picture.")
    role = OneOf(Role)
    role_label = serializers.CharField(help_text="The role in the language that was asked for.")
    url = serializers.CharField(help_text="The partner's own site; may be empty.")
    statement = serializers.CharField(help_text="Has to stand with the mark, wherever it shows.")
    shown_until = serializers.DateField(
        source="valid_until",
        allow_null=True,
        help_text="The last UTC day if nothing else happens; null is open-ended. A page that stays "
        "open longer asks again.",
    )
    picture = PictureShape(allow_null=True)


class PromotionLine(serializers.Serializer):
    """What a partner says about itself, as a page has to show it."""

    uuid = serializers.UUIDField()
    partner = serializers.CharField(help_text="The partner's code.")
    label = serializers.CharField(help_text="That it is sponsored, and by whom: stands with it.")
    text = serializers.CharField(help_text="As it was typed: shown as text, never as markup.")
    language = serializers.CharField(help_text="Of the text.")
    direction = serializers.CharField(help_text="Of the text: ltr or rtl.")
    url = serializers.URLField(help_text="Where the text leads; https.")
    rel = serializers.CharField(help_text="What the link has to have as its rel.")
    shown_until = serializers.DateField(help_text="The last UTC day if nothing else happens.")


class CatalogueShape(serializers.Serializer):
    """The promotions beside the list of courses at the moment of asking."""

    at = Moment()
    promotions = PromotionLine(many=True)


class MarksShape(serializers.Serializer):
    """The marks of a course run at the moment of asking."""

    course = serializers.CharField()
    at = Moment()
    marks = MarkShape(many=True)
    promotions = PromotionLine(many=True)
