"""The words that choices of the tables are shown by."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partnerships.data import Background, Kind, Role, Side

KIND_LABELS = {
    Kind.NGO: _("Non-governmental organisation"),
    Kind.PRIVATE_SECTOR: _("Private sector"),
    Kind.ACADEMIA: _("Academia"),
    Kind.ADMINISTRATION: _("National administration"),
    Kind.INTERNATIONAL_ORGANISATION: _("International organisation"),
}


ROLE_LABELS = {
    Role.CO_HOST: _("Co-host"),
    Role.SPONSOR: _("Sponsor"),
    Role.CONTENT: _("Content partner"),
    Role.VENUE: _("Host of the venue"),
}


SIDE_LABELS = {Side.HOST: _("Host"), Side.PARTNER: _("Partner")}


PERSON_ROLES = {
    "officer": _("Partnership officer"),
    "signatory": _("Signatory"),
    "finance": _("Finance contact"),
}


BACKGROUND_LABELS = {
    Background.LIGHT: _("Light background"),
    Background.DARK: _("Dark background"),
}
