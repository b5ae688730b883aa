"""The courses and the people of the leak matrix in a real LMS: published, enrolled, paid.

The courses are those of ``leak_matrix``, with gates and without, both open to the public, which is
the hardest case. Built once for a class of tests.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

import real_rights as rights
from cms.djangoapps.contentstore.outlines import update_outline_from_modulestore
from common.djangoapps.student.models import UserProfile
from common.djangoapps.student.roles import (
    CourseBetaTesterRole,
    CourseInstructorRole,
    CourseStaffRole,
)
from common.djangoapps.student.tests.factories import CourseEnrollmentFactory, UserFactory
from common.djangoapps.util.milestones_helpers import seed_milestone_relationship_types
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from edx_django_utils.cache import RequestCache
from edx_toggles.toggles.testutils import override_waffle_flag
from leak_matrix import EXAM, MAIN, PEOPLE, SINGLE, UNITS, Block, Person, course
from lms.djangoapps.courseware.field_overrides import OverrideModulestoreFieldData
from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import CourseLocator
from openedx.core.djangoapps.content.course_overviews.models import CourseOverview
from openedx.features.course_experience import COURSE_ENABLE_UNENROLLED_ACCESS_FLAG
from search.search_engine_base import SearchEngine
from xmodule.contentstore.content import StaticContent
from xmodule.contentstore.django import contentstore
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.django_utils import (
    TEST_DATA_SPLIT_MODULESTORE,
    SharedModuleStoreTestCase,
)
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory

from fairgate import clock

MFE = "http://learning-mfe.example"
RUN = "2026_T4"
PASSWORD = "Password1234"
TRANSCRIPT = "lesson.srt"
ENROLLED = ("unpaid", "waived", "paid", "refunded", "seat", "other", "both", "tester")
PLAYED = {"as_learner": None, "as_unpaid": "unpaid", "as_paid": "paid"}  # who is looked on as


@dataclass(frozen=True)
class Built:
    """A published course: the keys of its blocks by their names in ``leak_matrix``."""

    key: CourseKey
    blocks: dict[str, UsageKey]
    kinds: dict[str, str]

    def of(self, *kinds: str) -> tuple[UsageKey, ...]:
        """The blocks of these types, in the order of the course."""
        return tuple(self.blocks[name] for name, kind in self.kinds.items() if kind in kinds)

    @property
    def units(self) -> tuple[UsageKey, ...]:
        return tuple(self.blocks[name] for name in UNITS)

    @property
    def single(self) -> tuple[UsageKey, ...]:
        return tuple(self.blocks[name] for name in SINGLE)

    def mapped(self, key: CourseKey) -> Built:
        """The same course under another key: a CCX of it."""
        blocks = {
            name: key.make_usage_key(usage.block_type, usage.block_id)
            for name, usage in self.blocks.items()
        }
        return replace(self, key=key, blocks=blocks)


@override_settings(
    XBLOCK_FIELD_DATA_WRAPPERS=[
        "lms.djangoapps.courseware.field_overrides:OverrideModulestoreFieldData.wrap"
    ],
    LEARNING_MICROFRONTEND_URL=MFE,
    ROOT_URLCONF="matrix_urls",
    FEATURES=settings.FEATURES
    | {"ENABLE_XBLOCK_VIEW_ENDPOINT": True, "ENABLE_DISCUSSION_SERVICE": True},
    **rights.SETTINGS,
)
class MatrixCourses(SharedModuleStoreTestCase):
    """All courses of the matrix, with everybody who tries their doors."""

    MODULESTORE = TEST_DATA_SPLIT_MODULESTORE
    ENABLED_SIGNALS = ["course_published"]

    @classmethod
    def setUpClass(cls):
        OverrideModulestoreFieldData.provider_classes = None
        with cls.setUpClassAndTestData():
            pass

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        OverrideModulestoreFieldData.provider_classes = None

    @classmethod
    def setUpTestData(cls):
        seed_milestone_relationship_types()  # the mobile app's list of blocks asks for these
        _sell(str(CourseLocator("ATC", "GATED", RUN)))
        with cls.captureOnCommitCallbacks(execute=True):
            cls.gated = _Building(cls.store, "GATED", with_gates=True).build()
            cls.ungated = _Building(cls.store, "UNGATED", with_gates=False).build()
        cls.people = _people((cls.gated, cls.ungated))
        with cls.captureOnCommitCallbacks(execute=True):
            _settle(cls.people)

    def setUp(self):
        super().setUp()
        logging.disable(logging.WARNING)  # the platform warns in every request of a test
        self.addCleanup(logging.disable, logging.NOTSET)
        flag = override_waffle_flag(COURSE_ENABLE_UNENROLLED_ACCESS_FLAG, active=True)
        flag.enable()
        self.addCleanup(flag.disable)
        self.clients: dict[str, Client] = {}

    def client_of(self, person: Person) -> Client:
        """A browser in which this person is signed in, and plays their part if they have one."""
        if person.name not in self.clients:
            client = self.clients[person.name] = Client(raise_request_exception=False)
            if person.name != "anonymous":
                assert client.login(username=person.name, password=PASSWORD)
            if person.plays:
                self.play(client, PLAYED[person.name])
        return self.clients[person.name]

    def play(self, client: Client, whom: str | None) -> None:
        """View both courses as a learner, or as one learner of the course."""
        wish = {"role": "student"} | ({"user_name": whom} if whom else {})
        for built in (self.gated, self.ungated):
            RequestCache.clear_all_namespaces()
            url = reverse("masquerade_update", kwargs={"course_key_string": str(built.key)})
            answer = client.post(url, json.dumps(wish), content_type="application/json")
            assert answer.json() == {"success": True}, answer.content


class _Building:
    """Makes one course of the matrix in the modulestore, and publishes it as Studio does."""

    def __init__(self, store, number: str, *, with_gates: bool) -> None:
        self.store, self.number = store, number
        self.root = course(with_gates=with_gates)
        self.author = UserFactory(username=f"author_of_{number}")
        self.blocks: dict[str, UsageKey] = {}
        self.kinds: dict[str, str] = {}

    def build(self) -> Built:
        made = CourseFactory.create(
            org="ATC",
            number=self.number,
            run=RUN,
            course_visibility="public",
            self_paced=True,
            mobile_available=True,
            video_sharing_options="all-on",
            lti_passports=["tool:key:secret"],
        )
        root = self.root
        self.blocks[root.name], self.kinds[root.name] = made.location, "course"
        with self.store.bulk_operations(made.id):
            for child in root.children:
                self.make(made, child)
        draft = self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred)
        with draft:
            self.store.publish(made.location, self.author.id)
        RequestCache.clear_all_namespaces()
        CourseOverview.load_from_module_store(made.id)
        update_outline_from_modulestore(made.id)
        self.index(made.id)
        return Built(key=made.id, blocks=self.blocks, kinds=self.kinds)

    def make(self, parent, block: Block) -> None:
        made = BlockFactory.create(
            parent=parent,
            category=block.kind,
            user_id=self.author.id,
            publish_item=False,
            display_name=block.title,
            # Given, as the factory would make it of the name, which is a secret.
            location=parent.location.course_key.make_usage_key(block.kind, block.name),
            **self.fields(block),
        )
        self.blocks[block.name] = made.location.map_into_course(made.location.course_key)
        self.kinds[block.name] = block.kind
        if block.transcript:
            self.keep_transcript(made, block.transcript)
        for child in block.children:
            self.make(made, child)

    def fields(self, block: Block) -> dict:
        """What a block of this type says its word with."""
        if block.kind == "html":
            return {"data": f"<p>{block.word}</p>"}
        if block.kind == "problem":
            answer = "<numericalresponse answer='1'><formulaequationinput/></numericalresponse>"
            return {"data": f"<problem><p>{block.word}</p>{answer}</problem>"}
        if block.kind == "video":
            film = f"https://videos.example/{block.word}.mp4"
            names = {"en": TRANSCRIPT} if block.transcript else {}
            return {
                "html5_sources": [film],
                "transcripts": names,
                "download_track": True,
                "public_access": True,
                "youtube_id_1_0": "",
            }
        if block.kind == "discussion":
            return {
                "discussion_id": f"topic-{self.number}",
                "discussion_category": "Week 1",
                "discussion_target": block.title,
            }
        if block.kind == "lti":
            return {"lti_id": "tool", "launch_url": f"https://tool.example/{block.word}"}
        if block.kind == "fee_gate":
            return {"fee": block.fee, "scope": block.scope, "teaser": "More."}
        return {"graded": True, "format": "Homework"} if block.kind == "sequential" else {}

    def keep_transcript(self, made, text: str) -> None:
        lines = f"1\n00:00:00,000 --> 00:00:09,000\n{text}\n\n".encode()
        place = StaticContent.compute_location(made.location.course_key, TRANSCRIPT)
        contentstore().save(StaticContent(place, TRANSCRIPT, "application/x-subrip", lines))

    def index(self, key: CourseKey) -> None:
        """Let search know every text, as Studio's indexer writes it."""
        engine = SearchEngine.get_search_engine("courseware_content")
        documents = [
            {
                "id": str(self.blocks[block.name]),
                "course": str(key),
                "org": key.org,
                "content": {"display_name": block.title, "html_content": f"{block.word} findme"},
                "content_type": "Text",
                "location": ["C", "S", "U"],
            }
            for block in self.root.walk()
            if block.word
        ]
        engine.index(documents)


def _people(courses: tuple[Built, ...]) -> dict:
    found = {}
    for person in PEOPLE:
        if person.name == "anonymous":
            continue
        user = found[person.name] = UserFactory(
            username=person.name, password=PASSWORD, is_staff=person.name == "operator"
        )
        is_waived = person.name == "waived"
        country = rights.WAIVED_COUNTRY if is_waived else rights.PAYING_COUNTRY
        UserProfile.objects.filter(user=user).update(country=country)
        for built in courses:
            if person.name in ENROLLED:
                CourseEnrollmentFactory(user=user, course_id=built.key)
            for role in _roles(person):
                role(built.key).add_users(user)
    return found


def _roles(person: Person) -> Iterator[type]:
    if person.name == "tester":
        yield CourseBetaTesterRole
    elif person.name == "instructor":
        yield CourseInstructorRole
    elif person.name == "staff" or person.plays:
        yield CourseStaffRole


def _sell(course_key: str) -> None:
    """Both fees of the course with gates; and what waives one."""
    at = clock.now()
    rights.open_the_programme(at=at)
    for fee in (MAIN, EXAM):
        rights.offer(fee, course_key, at=at)


def _settle(people: dict) -> None:
    """What people did about the fees."""
    at = clock.now()
    rights.waive(people["waived"].id, MAIN, at=at)
    rights.seat(people["seat"].id, MAIN, at=at)
    for name, fee in (("paid", MAIN), ("other", EXAM), ("both", MAIN), ("both", EXAM)):
        rights.pay(people[name].id, fee, at=at)
    rights.refund(rights.pay(people["refunded"].id, MAIN, at=at), at=at)
