"""The partner badge in a real Studio: form, preview, what the author is told.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

from datetime import UTC, datetime

from authored_course import AuthoredCourse
from django.conf import settings
from django.contrib.auth import get_user_model

from fairgate import clock
from partnerships import api
from partnerships.settings import common

LONG_AGO = datetime(2026, 8, 1, 9, tzinfo=UTC)
# Of the host; no account of the test has such a number.
SUBMITTER, APPROVER = 900_000_901, 900_000_902
IN_FORCE = datetime(2027, 3, 1, 12, tzinfo=UTC)
LAST_SECOND = datetime(2027, 9, 30, 23, 59, 59, tzinfo=UTC)
FIRST_SECOND_AFTER = datetime(2027, 10, 1, tzinfo=UTC)
SETTINGS = {
    "display_name": "Marks",
    "heading": "Our partners",
    "layout": "card",
    "which": "chosen",
    "partners": ["GSMA"],
}
TERMS = """\
schema: fairgate-terms/1
partners:
  - code: GSMA
    legal_name: GSM Association
    display_name: GSMA
    kind: private_sector
    due_diligence: {{accepted: true, expires_on: 2030-12-31}}
agreements:
  - agreement: GSMA-SPECTRUM
    version: 1
    partner: GSMA
    valid_from: 2026-10-01
    valid_until: 2027-09-30
    courses: ["{course}"]
    roles: [{{partner: GSMA, role: co-host}}]
    goals: ["Train 200 regulators."]
"""


class Badge(AuthoredCourse):
    """What an author sees and does."""

    def setUp(self):
        super().setUp()
        text = TERMS.format(course=self.course.id)
        operator = get_user_model().objects.create(username="operator")
        api.load_agreements(text, file="TERMS.yaml", by=operator.username, at=LONG_AGO)
        for waits in api.list_proposed_diligence(at=LONG_AGO):
            api.confirm_due_diligence(waits.uuid, by=operator.pk + 1, at=LONG_AGO)
        self.badge = self.make(self.unit, "partner_badge")
        self.addCleanup(clock.use, None)
        self.at(IN_FORCE)

    def at(self, moment):
        clock.use(lambda: moment)

    def sign(self):
        (version,) = api.list_versions(at=LONG_AGO)
        api.submit(version.uuid, by=SUBMITTER, at=LONG_AGO)
        api.approve(version.uuid, by=APPROVER, at=LONG_AGO)
        told = {"role": "signatory", "name": "N. N.", "email": "n@gsma.example"}
        api.add_contact("GSMA", **told, by=1, at=LONG_AGO)
        get_user_model().objects.create(username="registrar")
        for side, colleague in (("partner", "operator"), ("host", "registrar")):
            api.sign(version.uuid, side=side, by="N. N.", recorded_by=colleague, at=LONG_AGO)

    def test_the_preview_shows_what_learners_see_until_the_last_second(self):
        self.sign()
        self.at(LAST_SECOND)
        page = self.view("author_view", self.badge)
        assert "partner-badge--strip" in page
        assert "does not endorse GSMA" in page
        assert "GSMA (Co-host), until the end of 2027-09-30 UTC" in page
        self.at(FIRST_SECOND_AFTER)
        page = self.view("author_view", self.badge)
        assert "partner-badge--strip" not in page
        assert "Its last day is past." in page

    def test_the_author_is_told_what_is_in_the_way(self):
        page = self.view("author_view", self.badge)
        assert "The host has not signed." in page
        assert "Not shown now, and why" in page

    def test_the_page_of_the_unit_shows_the_preview_too(self):
        self.sign()
        assert "What learners see" in self.view("container_preview", self.unit)

    def test_the_form_offers_the_partners_and_what_is_chosen_is_stored(self):
        page = self.view("studio_view", self.badge)
        assert 'value="GSMA"' in page
        assert "partner-badge-form" in page
        assert self.save(SETTINGS, gate=self.badge) == (200, {"result": "success"})
        stored = self.stored(self.badge.location)
        assert (stored.heading, stored.layout, stored.partners) == (
            "Our partners",
            "card",
            ["GSMA"],
        )

    def test_what_cannot_be_stored_is_said_at_its_field(self):
        assert self.save(SETTINGS | {"partners": []}, gate=self.badge) == (
            400,
            {
                "error": "Tick at least one partner, or choose “All in force”.",
                "field": "partners",
            },
        )
        assert self.stored(self.badge.location).partners == []

    def test_who_is_not_an_author_stores_nothing(self):
        client, _ = self.create_non_staff_authed_user_client()
        assert self.save(SETTINGS, client, gate=self.badge)[0] == 403
        assert self.stored(self.badge.location).partners == []

    def test_studio_draws_none_of_the_pages_of_the_lms(self):
        filters = getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None) or {}
        assert not set(filters) & set(common.STEPS)
