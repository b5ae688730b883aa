"""Publishing in a real Studio: what is gated is shut before anybody can see it.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

from unittest import mock

from cms.djangoapps.contentstore.tests.utils import CourseTestCase
from cms.djangoapps.contentstore.utils import reverse_usage_url
from edx_django_utils.cache import RequestCache
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.factories import BlockFactory

from fee_gate import remembered, selectors, services
from fee_payments.models import Offering

FEE = "spectrum-online"


class Publishing(CourseTestCase):
    """A published unit with a text, and a gate that is put before it in the draft."""

    ENABLED_SIGNALS = ["pre_publish", "course_published", "course_deleted"]

    def setUp(self):
        super().setUp()
        Offering.objects.create(code=FEE, title="Spectrum", course_key=str(self.course.id))
        chapter = BlockFactory.create(parent=self.course, category="chapter")
        sequential = BlockFactory.create(parent=chapter, category="sequential")
        self.unit = BlockFactory.create(parent=sequential, category="vertical")
        self.publish()

    def publish(self):
        with self.captureOnCommitCallbacks(execute=True):
            answer = self.client.ajax_post(
                reverse_usage_url("xblock_handler", self.unit.location),
                {"publish": "make_public"},
            )
        assert answer.status_code == 200, answer.content

    def draft_a_gate(self):
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            gate = BlockFactory.create(
                parent=self.unit, category="fee_gate", fee=FEE, publish_item=False
            )
            text = BlockFactory.create(
                parent=self.unit, category="html", data="<p>x</p>", publish_item=False
            )
        return gate, text

    def seen_elsewhere(self):
        """The table as another process has it."""
        RequestCache.clear_all_namespaces()
        remembered._kept.clear()
        return selectors.gate_table(self.course.id)

    def test_f22_what_a_publish_gates_is_shut_before_it_is_counted(self):
        _gate, text = self.draft_a_gate()
        before = []

        def count(course_key):
            before.append(self.seen_elsewhere())
            return real(course_key)

        real = services.recompute
        with mock.patch.object(services, "recompute", count):
            self.publish()
        assert before[0].fees_of(str(text.location)) == {FEE}
        assert self.seen_elsewhere().fees_of(str(text.location)) == {FEE}

    def test_a_draft_is_announced_to_nobody(self):
        _gate, text = self.draft_a_gate()
        assert not self.seen_elsewhere().fees_of(str(text.location))

    def test_what_is_unpublished_is_gated_no_more_and_comes_back_gated(self):
        _gate, text = self.draft_a_gate()
        self.publish()
        with self.captureOnCommitCallbacks(execute=True):
            self.store.unpublish(self.unit.location, self.user.id)
        assert not self.seen_elsewhere().covers
        self.publish()
        assert self.seen_elsewhere().fees_of(str(text.location)) == {FEE}

    def test_a_deleted_course_leaves_nothing_behind(self):
        self.draft_a_gate()
        self.publish()
        assert self.seen_elsewhere().covers
        with self.captureOnCommitCallbacks(execute=True):
            self.store.delete_course(self.course.id, self.user.id)
        assert not self.seen_elsewhere().covers
