"""What becomes of a gate when its course is exported, imported, copied, rerun; and in a library.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import mkdtemp

from authored_course import FEE, SETTINGS, AuthoredCourse
from cms.djangoapps.contentstore.tasks import rerun_course
from common.djangoapps.course_action_state.models import CourseRerunState
from django.test.utils import override_settings
from edx_django_utils.cache import RequestCache
from opaque_keys.edx.keys import CourseKey
from openedx.core.djangoapps.content_libraries import api as libraries
from organizations.models import Organization
from xmodule.contentstore.django import contentstore
from xmodule.modulestore.tests.factories import CourseFactory, LibraryFactory
from xmodule.modulestore.xml_exporter import export_course_to_xml
from xmodule.modulestore.xml_importer import import_course_from_xml

# What breaks attributes, files and pages: quotes, markup, lines, other scripts, long signs.
TEASER = "He said: \"Six <b>lessons</b> & more\"\nهذه دروس\n\u200fфото \U0001f6f0 'x'"
WHOLE = SETTINGS | {"display_name": 'Gebühr "A" & <B>', "teaser": TEASER, "scope": "subsection"}
NO_SUCH_FEE = (
    "This course has no such fee, so what follows is closed to everybody. "
    "Choose a fee of this course, or ask who keeps the price list to add it."
)


class Content(AuthoredCourse):
    """A gate with settings that are hard to keep, published."""

    def setUp(self):
        super().setUp()
        assert self.save(WHOLE)[0] == 200
        self.publish()

    def assert_whole(self, gate):
        assert {name: getattr(gate, name) for name in WHOLE} == WHOLE

    def fees(self, course_key, category="html"):
        """What the blocks of one type need, in a course."""
        table = self.table(course_key)
        items = self.store.get_items(course_key, qualifiers={"category": category})
        return [set(table.fees_of(str(item.location))) for item in items]

    # Where it stands

    def test_taking_the_unit_back_opens_nothing_and_leaves_nothing_behind(self):
        self.publish()
        assert self.fees(self.course.id) == [{FEE}]
        with self.captureOnCommitCallbacks(execute=True):
            self.store.unpublish(self.unit.location, self.user.id)
        assert self.table().covers == {}

    def test_discarding_a_change_leaves_the_published_gate(self):
        self.save(WHOLE | {"scope": "course"})
        self.change({"publish": "discard_changes"})
        self.assert_whole(self.stored())
        assert self.fees(self.course.id) == [{FEE}]

    def test_a_gate_that_is_deleted_holds_until_its_unit_is_published(self):
        self.client.delete(f"/xblock/{self.gate.location}")
        assert self.fees(self.course.id) == [{FEE}]
        self.publish()
        assert self.table().covers == {}

    def test_a_unit_that_is_deleted_takes_its_gate_along(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.client.delete(f"/xblock/{self.unit.location}")
        assert self.table().covers == {}

    def test_a_unit_that_is_moved_behind_the_gate_is_closed_once_published(self):
        unit = self.make(self.subsection, "vertical")
        self.make(unit, "html", data="<p>y</p>")
        self.publish(unit)
        assert self.fees(self.course.id) == [{FEE}, {FEE}]

    # Duplicate, copy and paste

    def test_a_duplicate_keeps_the_gate_whole(self):
        key = self.add(self.unit, duplicate_source_locator=str(self.gate.location))
        copy = self.stored(key)
        assert copy.display_name == f"Duplicate of '{WHOLE['display_name']}'"
        assert (copy.fee, copy.scope, copy.teaser) == (FEE, "subsection", TEASER)

    def test_a_duplicate_of_the_unit_has_a_gate_of_its_own_that_closes_its_own_text(self):
        key = self.add(self.subsection, duplicate_source_locator=str(self.unit.location))
        self.publish(self.stored(key))
        assert len(self.gates()) == 2
        gates = self.table().covers[str(self.stored(key).children[1])]
        assert len({cover.gate for cover in gates}) == 2

    def copy(self, block):
        answer = self.client.ajax_post(
            "/api/content-staging/v1/clipboard/", {"usage_key": str(block.location)}
        )
        assert answer.status_code == 200, answer.content[:500]

    def test_what_is_copied_and_pasted_in_the_course_is_whole(self):
        self.copy(self.gate)
        self.assert_whole(self.stored(self.add(self.unit, staged_content="clipboard")))

    def test_a_gate_in_a_unit_that_is_pasted_into_another_course_is_shut_and_says_so(self):
        other = CourseFactory.create()
        subsection = self.make(self.make(other, "chapter"), "sequential")
        self.copy(self.unit)
        unit = self.stored(self.add(subsection, staged_content="clipboard"))
        (gate,) = self.gates(other.id)
        self.assert_whole(gate)
        assert self.told(gate) == [NO_SUCH_FEE]
        assert "closed to everybody" in self.view("author_view", gate)
        self.publish(unit)
        assert self.shut(other.id)

    def shut(self, course_key):
        """Whether everything behind the gate of a course needs a fee that is not one of it."""
        fees = self.fees(course_key)
        return bool(fees) and all(fees)

    # Export and import

    def exported(self):
        folder = Path(mkdtemp())
        export_course_to_xml(self.store, contentstore(), self.course.id, str(folder), "course")
        return folder

    def imported(self, folder, course_key=None):
        """As Studio's import and ``manage.py cms import`` do it, into a course or a new one."""
        with self.captureOnCommitCallbacks(execute=True):
            import_course_from_xml(
                self.store,
                self.user.id,
                str(folder),
                ["course"],
                target_id=course_key or self.course.id,
                create_if_not_present=True,
                static_content_store=contentstore(),
            )
        RequestCache.clear_all_namespaces()

    def test_the_file_of_an_export_has_the_gate_in_words(self):
        (file,) = self.exported().rglob("vertical/*.xml")
        text = file.read_text("utf-8")
        assert "<fee_gate" in text
        assert f'fee="{FEE}"' in text
        assert 'scope="subsection"' in text
        assert "teaser=" in text

    def test_an_import_over_the_course_keeps_the_gate_whole_and_counts_it(self):
        folder = self.exported()
        self.client.delete(f"/xblock/{self.gate.location}")
        self.publish()
        assert self.table().covers == {}
        self.imported(folder)
        (gate,) = self.gates()
        self.assert_whole(gate)
        assert self.fees(self.course.id) == [{FEE}]

    def test_an_import_into_a_new_course_is_whole_and_shut_and_tells_the_author(self):
        key = CourseKey.from_string("course-v1:OTHER+X+1")
        self.imported(self.exported(), key)
        (gate,) = self.gates(key)
        self.assert_whole(gate)
        assert self.shut(key)
        assert self.told(gate) == [NO_SUCH_FEE]

    def test_the_author_of_the_new_course_chooses_a_fee_of_it_and_all_is_well(self):
        key = CourseKey.from_string("course-v1:OTHER+X+1")
        self.imported(self.exported(), key)
        self.offer("other-fee", "Another course", key)
        (gate,) = self.gates(key)
        assert self.save(WHOLE | {"fee": "other-fee"}, gate=gate)[0] == 200
        (unit,) = self.store.get_items(key, qualifiers={"category": "vertical"})
        self.publish(unit)
        assert self.fees(key) == [{"other-fee"}]
        assert self.told(self.stored(gate.location)) == []

    def test_an_import_whose_gate_is_empty_is_shut(self):
        folder = self.exported()
        (file,) = folder.rglob("vertical/*.xml")
        text = file.read_text("utf-8")
        file.write_text(text.replace(f'fee="{FEE}"', "").replace('scope="subsection"', ""), "utf-8")
        self.imported(folder)
        assert self.fees(self.course.id) == [{""}]

    # Rerun

    def test_a_rerun_keeps_the_gate_whole_and_shut_before_anybody_publishes(self):
        key = CourseKey.from_string("course-v1:OTHER+X+2")
        fields = {"display_name": "Again"}
        CourseRerunState.objects.initiated(self.course.id, key, self.user, "Again")
        with self.captureOnCommitCallbacks(execute=True):
            result = rerun_course.delay(
                str(self.course.id), str(key), self.user.id, json.dumps(fields)
            )
        assert result.get() == "succeeded"
        (gate,) = self.gates(key)
        self.assert_whole(gate)
        assert self.shut(key)
        assert self.told(gate) == [NO_SUCH_FEE]

    # Libraries of the first kind

    def old_library(self):
        library = LibraryFactory.create()
        gate = self.make(library, "fee_gate", scope="unit", teaser=TEASER)
        text = self.make(library, "html", data="<p>z</p>")
        return library, gate, text

    def test_an_author_is_told_that_some_do_not_see_the_gate(self):
        for block, wish in (
            (self.gate, {"visible_to_staff_only": True}),
            (self.gate, {"group_access": {50: [1]}}),
            (self.unit, {"visible_to_staff_only": True}),
        ):
            kept = self.stored(block.location)
            for name, value in wish.items():
                setattr(kept, name, value)
            self.store.update_item(kept, self.user.id)
            for scope, is_told in (("course", True), ("unit", block is self.gate)):
                self.save(SETTINGS | {"scope": scope})
                assert any("Only some see" in text for text in self.told()) == is_told, (
                    wish,
                    scope,
                )
            for name in wish:
                kept.fields[name].delete_from(kept)
            self.store.update_item(kept, self.user.id)
        assert not any("Only some see" in text for text in self.told())

    def test_in_an_old_library_its_author_reads_that_nothing_is_closed_and_saves_the_rest(self):
        library, gate, _text = self.old_library()
        assert "In a library a gate closes nothing" in self.view("author_view", gate)
        assert "A library has no fees" in self.view("studio_view", gate)
        assert "In a library a gate closes nothing" in self.view("container_preview", library)
        assert self.save(WHOLE | {"fee": ""}, gate=gate) == (200, {"result": "success"})
        assert self.save(WHOLE, gate=gate)[0] == 400
        stored = self.store.get_item(gate.location)
        assert (stored.teaser, stored.scope, stored.fee) == (TEASER, "subsection", "")

    def test_from_an_old_library_it_works_where_the_course_uses_it(self):
        library, _gate, _text = self.old_library()
        chosen = self.add(self.unit, category="library_content")
        self.change(
            {"metadata": {"source_library_id": str(library.location.library_key), "max_count": -1}},
            self.stored(chosen),
        )
        answer = self.client.ajax_post(f"/preview/xblock/{chosen}/handler/upgrade_and_sync")
        assert answer.status_code == 200, answer.content[:500]
        (gate,) = (one for one in self.gates() if one.parent.block_id == chosen.block_id)
        assert gate.teaser == TEASER
        told = self.told(gate)
        assert "No fee is chosen" in told[0]
        assert any("each learner sees a part" in text for text in told)
        assert self.save(WHOLE | {"scope": "unit"}, gate=gate)[0] == 200
        self.publish()
        inside = [set(self.table().fees_of(str(key))) for key in self.stored(chosen).children]
        assert inside[-1] == {FEE}
        answer = self.client.ajax_post(f"/preview/xblock/{chosen}/handler/upgrade_and_sync")
        assert answer.status_code == 200
        assert self.stored(gate.location).fee == FEE

    # Libraries of the second kind

    def new_library(self):
        library = libraries.create_library(
            org=Organization.objects.create(name="ATC", short_name="ATC"),
            slug="shared",
            title="Shared",
        )
        libraries.set_library_user_permissions(
            library.key, self.user, libraries.AccessLevel.ADMIN_LEVEL
        )
        key = libraries.create_library_block(library.key, "fee_gate", "gate").usage_key
        return library.key, key

    def handler(self, key, data, client=None):
        """The form's save, as the authoring MFE's iframe sends it: by an address with a token."""
        client = client or self.client
        address = client.get(f"/api/xblock/v2/xblocks/{key}/handler_url/save_settings/")
        assert address.status_code == 200, address.content[:500]
        url = address.json()["handler_url"].partition("/api/")[2]
        answer = client.post(f"/api/{url}", json.dumps(data), content_type="application/json")
        has_words = answer["Content-Type"].startswith("application/json")
        return answer.status_code, answer.json() if has_words else None

    @override_settings(CORS_ORIGIN_WHITELIST=[])
    def embedded(self, key, name):
        answer = self.client.get(f"/xblocks/v2/{key}/embed/{name}/")
        assert answer.status_code == 200, answer.content[:500]
        return answer.content.decode()

    def test_in_a_new_library_its_author_reads_that_nothing_is_closed(self):
        _library, key = self.new_library()
        assert "In a library a gate closes nothing" in self.embedded(key, "student_view")
        form = self.embedded(key, "studio_view")
        assert "A library has no fees" in form
        assert "function FeeGateStudio" in form

    def test_in_a_new_library_the_rest_is_saved_and_no_fee(self):
        _library, key = self.new_library()
        assert self.handler(key, WHOLE | {"fee": ""}) == (200, {"result": "success"})
        assert self.handler(key, WHOLE)[0] == 400
        stored = self.embedded(key, "student_view")
        assert "هذه دروس" in stored
        assert "&lt;b&gt;" in stored

    def test_in_a_new_library_a_stranger_saves_nothing(self):
        _library, key = self.new_library()
        client, _person = self.create_non_staff_authed_user_client()
        assert self.handler(key, WHOLE | {"fee": ""}, client)[0] == 403
        assert "هذه دروس" not in self.embedded(key, "student_view")

    def test_from_a_new_library_it_works_where_the_course_uses_it_and_keeps_its_fee(self):
        library, key = self.new_library()
        assert self.handler(key, WHOLE | {"fee": ""})[0] == 200
        libraries.publish_changes(library)
        used = self.add(self.unit, category="fee_gate", library_content_key=str(key))
        self.make(self.unit, "html", data="<p>last</p>")
        gate = self.stored(used)
        assert (gate.teaser, gate.scope, gate.fee) == (TEASER, "subsection", "")
        assert any("No fee is chosen" in text for text in self.told(gate))
        assert self.save(WHOLE, gate=gate)[0] == 200

        assert self.handler(key, WHOLE | {"fee": "", "teaser": "New words."})[0] == 200
        libraries.publish_changes(library)
        answer = self.client.post(f"/api/contentstore/v2/downstreams/{used}/sync")
        assert answer.status_code == 200, answer.content[:500]
        gate = self.stored(used)
        assert (gate.teaser, gate.fee) == ("New words.", FEE)
