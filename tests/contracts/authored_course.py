"""A course as its author has it in a real Studio: a unit with a gate, and ways to change it."""

from __future__ import annotations

import json

from cms.djangoapps.contentstore.tests.utils import CourseTestCase
from cms.djangoapps.contentstore.utils import reverse_usage_url
from edx_django_utils.cache import RequestCache
from opaque_keys.edx.keys import UsageKey
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.factories import BlockFactory

from fee_gate import selectors
from fee_payments.models import Offering

FEE = "spectrum-online"
SETTINGS = {"display_name": "Fee", "fee": FEE, "scope": "course", "teaser": "Six lessons."}


class AuthoredCourse(CourseTestCase):
    """An author with a unit, a gate in it, and a text behind the gate. Nothing is published."""

    ENABLED_SIGNALS = ["course_published"]

    def setUp(self):
        super().setUp()
        self.offer(FEE, "Spectrum management", self.course.id)
        self.section = self.make(self.course, "chapter")
        self.subsection = self.make(self.section, "sequential")
        self.unit = self.make(self.subsection, "vertical")
        self.gate = self.make(self.unit, "fee_gate")
        self.text = self.make(self.unit, "html", data="<p>x</p>")

    def make(self, parent, category, **fields):
        return BlockFactory.create(
            parent=parent, category=category, user_id=self.user.id, publish_item=False, **fields
        )

    def offer(self, code, title, course_key):
        Offering.objects.create(code=code, title=title, course_key=str(course_key))

    def view(self, name, block=None):
        url = reverse_usage_url(
            "xblock_view_handler", (block or self.gate).location, kwargs={"view_name": name}
        )
        answer = self.client.get(url, HTTP_ACCEPT="application/json")
        assert answer.status_code == 200, answer.content[:500]
        return answer.json()["html"]

    def save(self, data, client=None, gate=None):
        url = f"/xblock/{(gate or self.gate).location}/handler/save_settings"
        answer = (client or self.client).post(
            url, json.dumps(data), content_type="application/json"
        )
        return answer.status_code, answer.json()

    def stored(self, key=None):
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            return self.store.get_item(key or self.gate.location)

    def gates(self, course_key=None):
        """The gates of a course's draft."""
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            return self.store.get_items(
                course_key or self.course.id, qualifiers={"category": "fee_gate"}
            )

    def change(self, data, block=None):
        """What Studio sends when an author presses a button: publish, discard, delete."""
        with self.captureOnCommitCallbacks(execute=True):
            answer = self.client.ajax_post(
                reverse_usage_url("xblock_handler", (block or self.unit).location), data
            )
        assert answer.status_code == 200, answer.content[:500]

    def publish(self, block=None):
        self.change({"publish": "make_public"}, block)

    def add(self, parent, **data):
        """A new block: the key that Studio answers with."""
        answer = self.client.ajax_post("/xblock/", {"parent_locator": str(parent.location), **data})
        assert answer.status_code == 200, answer.content[:500]
        return UsageKey.from_string(answer.json()["locator"])

    def told(self, block=None):
        """The sentences of the validation, as Studio's pages read them."""
        RequestCache.clear_all_namespaces()
        return [message.text for message in (block or self.stored()).validate().messages]

    def table(self, course_key=None):
        RequestCache.clear_all_namespaces()
        return selectors.gate_table(course_key or self.course.id)
