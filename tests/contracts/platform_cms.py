"""The gate in a real Studio: the block, its form, and what authors are told.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

import json

from cms.djangoapps.contentstore.tests.utils import CourseTestCase
from cms.djangoapps.contentstore.utils import reverse_usage_url
from django.conf import settings
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.factories import BlockFactory
from xmodule.partitions.partitions import UserPartition

from fee_gate import selectors
from fee_payments import api as payments
from fee_payments.models import Offering

FEE = "spectrum-online"
SETTINGS = {"display_name": "Fee", "fee": FEE, "scope": "course", "teaser": "Six lessons."}


class Studio(CourseTestCase):
    """An author with a unit, a gate in it, and a text behind the gate."""

    ENABLED_SIGNALS = ["course_published"]

    def setUp(self):
        super().setUp()
        Offering.objects.create(
            code=FEE, title="Spectrum management", course_key=str(self.course.id)
        )
        chapter = BlockFactory.create(parent=self.course, category="chapter")
        sequential = BlockFactory.create(parent=chapter, category="sequential")
        self.unit = BlockFactory.create(parent=sequential, category="vertical")
        self.gate = BlockFactory.create(parent=self.unit, category="fee_gate")
        self.text = BlockFactory.create(parent=self.unit, category="html", data="<p>x</p>")

    def view(self, name, block=None):
        url = reverse_usage_url(
            "xblock_view_handler", (block or self.gate).location, kwargs={"view_name": name}
        )
        answer = self.client.get(url, HTTP_ACCEPT="application/json")
        assert answer.status_code == 200, answer.content[:500]
        return answer.json()["html"]

    def save(self, data, client=None):
        url = f"/xblock/{self.gate.location}/handler/save_settings"
        answer = (client or self.client).post(
            url, json.dumps(data), content_type="application/json"
        )
        return answer.status_code, answer.json()

    def stored(self):
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            return self.store.get_item(self.gate.location)

    def test_the_scheme_is_found_in_studio_too(self):
        assert UserPartition.get_scheme("fee_gate").name == "fee_gate"
        assert "fee_gate.middleware.FeeGateMiddleware" not in settings.MIDDLEWARE

    def test_the_form_offers_the_courses_fees_by_name(self):
        html = self.view("studio_view")
        assert "Spectrum management" in html
        assert "Choose a fee" in html
        assert "fee-gate-form" in html

    def test_what_the_author_chose_is_stored_and_shown(self):
        assert self.save(SETTINGS) == (200, {"result": "success"})
        gate = self.stored()
        assert {name: getattr(gate, name) for name in SETTINGS} == SETTINGS
        assert "Spectrum management" in self.view("author_view")
        assert "Spectrum management" in self.view("container_preview", self.unit)

    def test_a_fee_the_course_does_not_have_is_refused_with_a_sentence(self):
        assert self.save(SETTINGS | {"fee": "gone"}) == (
            400,
            {"error": "Choose a fee of this course."},
        )
        assert self.stored().fee == ""

    def test_who_is_not_an_author_stores_nothing(self):
        client, _ = self.create_non_staff_authed_user_client()
        assert self.save(SETTINGS, client)[0] == 403
        assert self.stored().fee == ""

    def test_the_author_is_told_what_is_wrong(self):
        assert "No fee is chosen" in self.view("author_view")
        messages = [message.text for message in self.stored().validate().messages]
        assert any("No fee is chosen" in text for text in messages)

    def test_publishing_in_studio_counts_the_gate(self):
        self.save(SETTINGS)
        with self.captureOnCommitCallbacks(execute=True):
            answer = self.client.ajax_post(
                reverse_usage_url("xblock_handler", self.unit.location),
                {"publish": "make_public"},
            )
        assert answer.status_code == 200
        table = selectors.gate_table(self.course.id)
        assert table.fees_of(str(self.text.location)) == {FEE}
        assert "1 block is closed by this gate" in self.view("author_view")

    def test_a_duplicate_keeps_the_gate_whole(self):
        self.save(SETTINGS)
        answer = self.client.ajax_post(
            "/xblock/",
            {
                "duplicate_source_locator": str(self.gate.location),
                "parent_locator": str(self.unit.location),
            },
        )
        assert answer.status_code == 200, answer.content
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            gates = self.store.get_items(self.course.id, qualifiers={"category": "fee_gate"})
        assert [(one.fee, one.scope, one.teaser) for one in gates] == [
            (FEE, "course", "Six lessons.")
        ] * 2

    def test_the_other_apps_answer_in_studio(self):
        assert [one.code for one in payments.list_offerings(str(self.course.id))] == [FEE]
