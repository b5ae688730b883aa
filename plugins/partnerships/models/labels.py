"""The words that choices of the tables are shown by."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partnerships.data import (
    Background,
    ContactRole,
    ContributionKind,
    Direction,
    Kind,
    Means,
    PersonRole,
    PromotionPlace,
    Role,
    Side,
    Subject,
)

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
    PersonRole.OFFICER.value: _("Partnership officer"),
    PersonRole.SIGNATORY.value: _("Signatory"),
    PersonRole.FINANCE.value: _("Finance contact"),
}


BACKGROUND_LABELS = {
    Background.LIGHT: _("Light background"),
    Background.DARK: _("Dark background"),
}


PLACE_LABELS = {
    PromotionPlace.COURSE: _("Page of a course"),
    PromotionPlace.CATALOGUE: _("List of courses"),
}


MEANS_LABELS = {Means.PAPER: _("On paper"), Means.CONSENT: _("Consent on this site")}


CONTACT_LABELS = {
    ContactRole.SIGNATORY: _("Signatory"),
    ContactRole.FOCAL_POINT: _("Focal point"),
    ContactRole.FINANCE: _("Finance"),
    ContactRole.COMMUNICATION: _("Communication"),
    ContactRole.TECHNICAL: _("Technical matters"),
}


CONTRIBUTION_LABELS = {ContributionKind.CASH: _("Cash"), ContributionKind.IN_KIND: _("In kind")}


DIRECTION_LABELS = {Direction.INCREASE: _("Increase"), Direction.DECREASE: _("Decrease")}


SUBJECT_LABELS = {
    Subject.VERSION_ENDS: _("End of an agreement"),
    Subject.DUE_DILIGENCE: _("End of due diligence"),
    Subject.OBLIGATION: _("Late obligation"),
    Subject.REPORT: _("Missing report"),
    Subject.CONTRIBUTION: _("Late contribution"),
    Subject.OUTCOME: _("Outcome without a reported value"),
}


#: The subject of the mail about each of them.
SUBJECT_LINES = {
    Subject.VERSION_ENDS: _("Agreement %(agreement)s ends soon"),
    Subject.DUE_DILIGENCE: _("The due diligence of %(partner)s ends soon"),
    Subject.OBLIGATION: _("Agreement %(agreement)s: obligation %(code)s is late"),
    Subject.REPORT: _("Agreement %(agreement)s: report %(code)s is missing"),
    Subject.CONTRIBUTION: _("Agreement %(agreement)s: contribution %(code)s is late"),
    Subject.OUTCOME: _("Agreement %(agreement)s: no value was reported for %(code)s"),
}
