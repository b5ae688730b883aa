"""F20, K23: every door of a real LMS, for everybody, at gates of every reach.

Collected by ``make test-platform`` only (see README.md). The courses and people are in
``matrix_courses.py``, what everybody may find in ``leak_matrix.py``. A door is a function that
opens it for one person in one course and yields what the LMS answered.
"""

from __future__ import annotations

import functools
import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from unittest import mock
from urllib.parse import quote

import ddt
import real_rights as rights
from ccx_keys.locator import CCXLocator
from common.djangoapps.student.models import CourseEnrollment
from common.djangoapps.student.roles import CourseCcxCoachRole, CourseStaffRole
from common.djangoapps.student.tests.factories import UserFactory
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.test import Client
from django.urls import reverse
from edx_django_utils.cache import RequestCache
from edx_toggles.toggles.testutils import override_waffle_flag
from enforcement_page import RUN
from leak_matrix import (
    ALWAYS,
    AS_ANY,
    AS_ONE,
    MAIN,
    NEEDS,
    PEOPLE,
    PERSON,
    UNIT_OF,
    Door,
    Person,
    Sight,
    closed_to,
    words_in,
)
from lms.djangoapps.ccx.tests.factories import CcxFactory
from lms.djangoapps.lms_xblock.models import XBlockAsidesConfig
from lms.djangoapps.lti_provider.models import LtiConsumer
from matrix_courses import MFE, PASSWORD, Built, MatrixCourses
from opaque_keys.edx.asides import AsideUsageKeyV2
from openedx.core.djangoapps.oauth_dispatch.jwt import create_jwt_for_user
from openedx.core.djangoapps.oauth_dispatch.tests.factories import (
    AccessTokenFactory,
    ApplicationFactory,
)
from openedx.core.djangoapps.video_config.toggles import PUBLIC_VIDEO_SHARE
from webob import Response
from xblock.core import XBlock, XBlockAside
from xmodule.modulestore import ModuleStoreEnum

from fairgate import clock
from fee_payments.models import Entitlement

_OPENED: dict[str, Callable[..., Iterator[HttpResponse]]] = {}


def door(group: str, title: str, **facts: bool):
    """Register a function as a door, under its name."""

    def registered(opened: Callable[..., Iterator[HttpResponse]]):
        name = opened.__name__
        RUN.doors[name] = Door(name=name, group=group, title=title, **facts)
        _OPENED[name] = opened
        return opened

    return registered


def promises(sentence: str):
    """Put a sentence on the page for operators, which the decorated test proves."""
    RUN.promised.append(sentence)

    def wrapped(test: Callable[..., None]):
        @functools.wraps(test)
        def kept(*args, **kwargs):
            test(*args, **kwargs)
            RUN.kept.add(sentence)

        return kept

    return wrapped


@dataclass
class Visit:
    """One person in one course, with their browser."""

    person: Person
    user: object  # None for who is not signed in
    course: Built
    client: Client
    tokens: dict[str, str]

    @property
    def username(self) -> str:
        return self.person.name if self.user else ""

    def get(self, url: str, query: dict | None = None, **headers: str) -> HttpResponse:
        with _request():
            return self.client.get(url, query or {}, **headers)

    def post(self, url: str, data: dict, **headers: str) -> HttpResponse:
        with _request():
            return self.client.post(url, json.dumps(data), "application/json", **headers)

    def search(self, url: str, words: str, page: str) -> HttpResponse:
        with _request():
            query = {"search_string": words, "page_size": "20", "page_index": page}
            return self.client.post(url, query)

    def get_with(self, authorization: str, url: str, query: dict | None = None) -> HttpResponse:
        """From an app: a token, and no session."""
        with _request():
            return _new_client().get(url, query or {}, HTTP_AUTHORIZATION=authorization)


@contextmanager
def _request() -> Iterator[None]:
    """Nothing remembered from the request before, and no harm for the next if this one fails."""
    RequestCache.clear_all_namespaces()
    with transaction.atomic():
        yield


def _new_client() -> Client:
    """Somebody's browser. Where the platform fails, it shows the page that people would see."""
    return Client(raise_request_exception=False)


# --- Pages ----------------------------------------------------------------------------------------

PAGES = "Pages of the course"


def _page(visit: Visit, usage: object, query: str = "", **headers: str) -> HttpResponse:
    return visit.get(reverse("render_xblock", args=[str(usage)]) + query, **headers)


@door(PAGES, "A unit, opened in a browser", plays_along=ALWAYS)
def unit_page(visit: Visit) -> Iterator[HttpResponse]:
    for unit in visit.course.units:
        yield _page(visit, unit)


@door(PAGES, "A unit, as the course's own pages ask for it", plays_along=ALWAYS)
def unit_page_in_mfe(visit: Visit) -> Iterator[HttpResponse]:
    for unit in visit.course.units:
        yield _page(visit, unit, "?recheck_access=1&show_title=0", HTTP_REFERER=MFE)


@door(PAGES, "A unit, in its view for the public", plays_along=ALWAYS)
def unit_page_for_the_public(visit: Visit) -> Iterator[HttpResponse]:
    for unit in visit.course.units[::2]:
        yield _page(visit, unit, "?view=public_view")


@door(PAGES, "A unit, in the author's preview", plays_along=ALWAYS)
def unit_page_in_preview(visit: Visit) -> Iterator[HttpResponse]:
    for unit in visit.course.units[::3]:
        yield _page(visit, unit, "?preview=1")


@door(PAGES, "A single block, opened in a browser", plays_along=ALWAYS)
def block_page(visit: Visit) -> Iterator[HttpResponse]:
    for leaf in visit.course.single:
        yield _page(visit, leaf)


@door(PAGES, "A single block, as the course's own pages ask for it", plays_along=ALWAYS)
def block_page_in_mfe(visit: Visit) -> Iterator[HttpResponse]:
    for leaf in visit.course.single[1::2]:
        yield _page(visit, leaf, "?recheck_access=1", HTTP_REFERER=MFE)


@door(PAGES, "A section, a subsection, or a group of blocks", plays_along=ALWAYS)
def box_page(visit: Visit) -> Iterator[HttpResponse]:
    for name in ("unit-s1", "subsection-s1", "end-s1", "section-section", "course"):
        yield _page(visit, visit.course.blocks[name])
    for name in ("nested-s1", "subsection-a-inner-box"):
        yield _page(visit, visit.course.blocks[name], "?recheck_access=1", HTTP_REFERER=MFE)


@door(PAGES, "The block view API (if it is switched on)", plays_along=ALWAYS)
def block_view_api(visit: Visit) -> Iterator[HttpResponse]:
    for number, usage in enumerate((*visit.course.units[::2], *visit.course.single[::2])):
        view = "public_view" if number % 3 == 2 else "student_view"
        parts = {"course_id": str(visit.course.key), "usage_id": str(usage), "view_name": view}
        yield visit.get(reverse("xblock_view", kwargs=parts))


@door(PAGES, "Links to a place in the course", plays_along=ALWAYS)
def jump_to(visit: Visit) -> Iterator[HttpResponse]:
    course = str(visit.course.key)
    for name in ("unit-a", "nested-b-text", "end-a"):
        usage = visit.course.blocks[name]
        yield visit.get(reverse("jump_to", args=[course, str(usage)]))
        yield visit.get(reverse("jump_to_id", args=[course, usage.block_id]))


@door(PAGES, "Old addresses of course pages", plays_along=ALWAYS)
def old_pages(visit: Visit) -> Iterator[HttpResponse]:
    course, blocks = str(visit.course.key), visit.course.blocks
    yield visit.get(reverse("courseware", args=[course]))
    place = [course, blocks["unit-section"].block_id, blocks["unit-s1"].block_id]
    yield visit.get(reverse("courseware_section", args=place))
    yield visit.get(reverse("courseware_position", args=[*place, "2"]))


@door(PAGES, "The public page of a shared video", plays_along=ALWAYS)
def video_page(visit: Visit) -> Iterator[HttpResponse]:
    with override_waffle_flag(PUBLIC_VIDEO_SHARE, active=True):
        for video in visit.course.of("video"):
            yield visit.get(reverse("render_public_video_xblock", args=[str(video)]))
            yield visit.get(reverse("render_public_video_xblock_embed", args=[str(video)]))


# --- Handlers -------------------------------------------------------------------------------------

HANDLERS = "Handlers: what blocks answer to scripts"
CALLS = {
    "unit-free-problem": ("xmodule_handler", "problem_get"),
    "unit-a-problem": ("xmodule_handler", "problem_get"),
    "nested-b-problem": ("xmodule_handler", "problem_get"),
    "unit-free-lti": ("preview_handler", ""),
    "unit-a-lti": ("preview_handler", ""),
    "unit-a-video": ("transcript", "download"),
}


def _calls(visit: Visit, route: str) -> Iterator[str]:
    for name, (handler, suffix) in CALLS.items():
        yield _handler(visit, route, visit.course.blocks[name], handler, suffix)


def _handler(visit: Visit, route: str, usage: object, handler: str, suffix: str) -> str:
    parts = {"course_id": str(visit.course.key), "usage_id": str(usage)}
    return reverse(route, kwargs=parts | {"handler": handler, "suffix": suffix})


@door(HANDLERS, "Signed in", plays_along=ALWAYS)
def handler(visit: Visit) -> Iterator[HttpResponse]:
    for url in _calls(visit, "xblock_handler"):
        yield visit.get(url, {"lang": "en"})
    yield visit.post(url.replace("download", "translation/en"), {})
    yield visit.post(next(_calls(visit, "xblock_handler")), {})


@door(HANDLERS, "The list of a course's LTI tools (it says their names)", shows_names=True)
def lti_tools(visit: Visit) -> Iterator[HttpResponse]:
    yield visit.get(reverse("lti_rest_endpoints", args=[str(visit.course.key)]))


@door(HANDLERS, "On the route without signing in", plays_along=AS_ONE)
def handler_noauth(visit: Visit) -> Iterator[HttpResponse]:
    for url in _calls(visit, "xblock_handler_noauth"):
        yield visit.get(url)
        yield visit.post(url, {})


@door(HANDLERS, "With an app's token (JWT)")
def handler_with_jwt(visit: Visit) -> Iterator[HttpResponse]:
    for url in _calls(visit, "xblock_handler"):
        yield visit.get_with(visit.tokens["jwt"], url)


@door(HANDLERS, "With an app's token (Bearer)")
def handler_with_bearer(visit: Visit) -> Iterator[HttpResponse]:
    for url in _calls(visit, "xblock_handler"):
        yield visit.get_with(visit.tokens["bearer"], url)


@door(HANDLERS, "With a token on the route without signing in")
def handler_noauth_with_tokens(visit: Visit) -> Iterator[HttpResponse]:
    for url in _calls(visit, "xblock_handler_noauth"):
        yield visit.get_with(visit.tokens["jwt"], url)
        yield visit.get_with(visit.tokens["bearer"], url)


@door(HANDLERS, "With a token that is false or has expired")
def handler_with_bad_token(visit: Visit) -> Iterator[HttpResponse]:
    for route in ("xblock_handler", "xblock_handler_noauth"):
        for url in _calls(visit, route):
            for token in ("Bearer garbage", "JWT garbage", "JWT a.b.c", visit.tokens["expired"]):
                yield visit.get_with(token, url)


@door(HANDLERS, "Signed in, with the block's key written in other ways", plays_along=ALWAYS)
def handler_of_odd_key(visit: Visit) -> Iterator[HttpResponse]:
    for url in _odd_calls(visit, "xblock_handler"):
        yield visit.get(url)


@door(HANDLERS, "The same, on the route without signing in", plays_along=AS_ONE)
def handler_noauth_of_odd_key(visit: Visit) -> Iterator[HttpResponse]:
    for url in _odd_calls(visit, "xblock_handler_noauth"):
        yield visit.get(url)


def _odd_calls(visit: Visit, route: str) -> Iterator[str]:
    for name in ("unit-a-problem", "nested-b-problem"):
        usage = visit.course.blocks[name]
        branch = usage.map_into_course(usage.course_key.for_branch("published-branch"))
        for key in (str(branch), quote(str(usage), safe="")):
            url = _handler(visit, route, "KEY", "xmodule_handler", "problem_get")
            yield url.replace("KEY", key)


# --- Apps and course home -------------------------------------------------------------------------

APPS = "What apps and outlines are told"
FIELDS = "children,display_name,student_view_multi_device,graded,type,block_counts"


def _blocks_query(visit: Visit, **more: str) -> dict[str, str]:
    return {
        "depth": "all",
        "username": visit.username,
        "student_view_data": "html,video,problem,discussion,fee_gate",
        "block_counts": "video,problem",
        "requested_fields": f"{FIELDS},completion" if visit.user else FIELDS,
    } | more


@door(APPS, "Blocks API")
def blocks_api(visit: Visit) -> Iterator[HttpResponse]:
    course = {"course_id": str(visit.course.key)}
    for version in ("v1", "v2"):
        url = f"/api/courses/{version}/blocks/"
        yield visit.get(url, _blocks_query(visit) | course)
        for name in ("unit-a", "subsection-b", "subsection-a-inner-box"):
            yield visit.get(f"{url}{quote(str(visit.course.blocks[name]))}", _blocks_query(visit))


@door(APPS, "Blocks API, as somebody else")
def blocks_api_of_another(visit: Visit) -> Iterator[HttpResponse]:
    query = _blocks_query(visit, course_id=str(visit.course.key), username="both")
    yield visit.get("/api/courses/v2/blocks/", query)


@door(APPS, "Blocks API, everything there is")
def blocks_api_all(visit: Visit) -> Iterator[HttpResponse]:
    query = _blocks_query(visit, course_id=str(visit.course.key), all_blocks="true")
    del query["username"]
    yield visit.get("/api/courses/v2/blocks/", query)
    yield visit.get("/api/courses/v1/blocks/", query)


@door(APPS, "The mobile app's list of blocks")
def mobile_blocks(visit: Visit) -> Iterator[HttpResponse]:
    query = _blocks_query(visit, course_id=str(visit.course.key))
    for version in ("v0.5", "v1", "v2", "v3", "v4"):
        yield visit.get(f"/api/mobile/{version}/course_info/blocks/", query)


@door(APPS, "The mobile app's list of blocks, with its tokens")
def mobile_blocks_with_tokens(visit: Visit) -> Iterator[HttpResponse]:
    query = _blocks_query(visit, course_id=str(visit.course.key))
    for token in ("jwt", "bearer"):
        yield visit.get_with(visit.tokens[token], "/api/mobile/v4/course_info/blocks/", query)


@door(APPS, "The mobile app's list of blocks, with false tokens")
def mobile_blocks_with_bad_token(visit: Visit) -> Iterator[HttpResponse]:
    query = _blocks_query(visit, course_id=str(visit.course.key), username="both")
    for token in ("Bearer garbage", "JWT a.b.c", visit.tokens["expired"]):
        yield visit.get_with(token, "/api/mobile/v4/course_info/blocks/", query)


@door(APPS, "The mobile app's other pages of a course")
def mobile_pages(visit: Visit) -> Iterator[HttpResponse]:
    course, name = visit.course.key, visit.username or "paid"
    for path in (f"course_info/{course}/enrollment_details", f"course_info/{course}/updates"):
        yield visit.get(f"/api/mobile/v4/{path}")
    for path in (f"{name}/course_status_info/{course}", f"{name}/course_enrollments/"):
        yield visit.get(f"/api/mobile/v4/users/{path}")


@door(APPS, "Course outline", plays_along=ALWAYS)
def outline(visit: Visit) -> Iterator[HttpResponse]:
    course = visit.course.key
    yield visit.get(f"/api/course_home/outline/{course}")
    yield visit.get(f"/api/learning_sequences/v1/course_outline/{course}")


@door(APPS, "Sidebar", plays_along=ALWAYS)
def sidebar(visit: Visit) -> Iterator[HttpResponse]:
    for _again in range(2):  # the second answer is the one the platform keeps
        yield visit.get(f"/api/course_home/v1/navigation/{visit.course.key}")


@door(APPS, "Subsection API", plays_along=ALWAYS)
def sequence_api(visit: Visit) -> Iterator[HttpResponse]:
    for name in ("unit-s1", "nested-s1", "end-s1", "section-section"):
        yield visit.get(f"/api/courseware/sequence/{visit.course.blocks[name]}")
    yield visit.get(f"/api/courseware/sequence/{visit.course.blocks['unit-s1']}", {"preview": "1"})


@door(APPS, "Course facts, dates, where to resume", plays_along=ALWAYS)
def course_facts(visit: Visit) -> Iterator[HttpResponse]:
    course = visit.course.key
    for path in ("courseware/course", "courseware/resume", "course_home/dates"):
        yield visit.get(f"/api/{path}/{course}")
    yield visit.get(f"/api/course_home/course_metadata/{course}")
    yield visit.get(f"/api/courses/v1/courses/{course}")


@door(APPS, "Block metadata and search index of a block")
def block_metadata(visit: Visit) -> Iterator[HttpResponse]:
    for leaf in visit.course.single:
        url = f"/api/courses/v1/block_metadata/{quote(str(leaf))}"
        yield visit.get(url, {"include": "index_dictionary"})


# --- What learners do -----------------------------------------------------------------------------

WORK = "Search, grades and what learners keep"


@door(WORK, "Search in the course", plays_along=AS_ANY)
def search(visit: Visit) -> Iterator[HttpResponse]:
    for words in ("findme", "nameof"):
        for page in ("0", "1", "2"):
            yield visit.search(f"/search/{visit.course.key}", words, page=page)


@door(WORK, "Search in all courses", plays_along=AS_ANY)
def search_in_all(visit: Visit) -> Iterator[HttpResponse]:
    """It finds blocks of both courses, which say the same words: looked at are this one's."""
    for words in ("findme", "nameof"):
        for page in ("0", "1", "2", "3"):
            found = visit.search("/search/", words, page=page)
            hits = found.json()["results"] if found.status_code == 200 else []
            ours = [hit for hit in hits if hit["data"]["course"] == str(visit.course.key)]
            yield JsonResponse({"results": ours}, status=found.status_code)


@door(WORK, "Progress page", plays_along=ALWAYS)
def progress(visit: Visit) -> Iterator[HttpResponse]:
    course = visit.course.key
    yield visit.get(f"/api/course_home/progress/{course}")
    yield visit.get(reverse("progress", args=[str(course)]))


@door(WORK, "Grades API, gradebook, answers handed in")
def grades(visit: Visit) -> Iterator[HttpResponse]:
    course = visit.course.key
    yield visit.get(f"/api/grades/v1/courses/{course}/", {"username": visit.username})
    yield visit.get(f"/api/grades/v1/gradebook/{course}/")
    yield visit.get(f"/api/grades/v1/submission_history/{course}/", {"username": visit.username})
    query = {"course_key": str(course), "username": visit.username}
    yield visit.get("/api/grades/v1/section_grades_breakdown/", query)


@door(WORK, "Bookmarks (they keep the names of blocks)", shows_names=True)
def bookmarks(visit: Visit) -> Iterator[HttpResponse]:
    for leaf in visit.course.single:
        yield visit.post("/api/bookmarks/v1/bookmarks/", {"usage_id": str(leaf)})
    query = {"course_id": str(visit.course.key), "fields": "display_name,path"}
    yield visit.get("/api/bookmarks/v1/bookmarks/", query)


@door(WORK, "Marking things as done")
def completion(visit: Visit) -> Iterator[HttpResponse]:
    done = {str(leaf): 1.0 for leaf in visit.course.single}
    batch = {"username": visit.username, "course_key": str(visit.course.key), "blocks": done}
    yield visit.post("/api/completion/v1/completion-batch", batch)


@door(WORK, "Discussion topics")
def discussion(visit: Visit) -> Iterator[HttpResponse]:
    # The posts are kept by a service of their own, which is not asked here how many there are.
    counts = "lms.djangoapps.discussion.rest_api.api.get_course_commentable_counts"
    with mock.patch(counts, return_value={}):
        for version in ("v1", "v2", "v3"):
            yield visit.get(f"/api/discussion/{version}/course_topics/{visit.course.key}")


class Telling(XBlockAside):
    """An aside that tells what its block says, to whoever asks."""

    @XBlock.handler
    def tell(self, request, suffix=""):
        block = self.runtime.get_block(self.scope_ids.usage_id.usage_key)
        return Response(block.data)


# --- The run --------------------------------------------------------------------------------------

# These need an account, or none at all.
WITH_ACCOUNT = {
    "handler_with_jwt",
    "handler_with_bearer",
    "handler_noauth_with_tokens",
    "mobile_blocks_with_tokens",
}
WITHOUT_ACCOUNT = {"handler_with_bad_token", "mobile_blocks_with_bad_token"}
# Even without gates these say nothing of what is in a block; they are tried all the same.
SHOW_NO_CONTENT = {
    "jump_to",
    "old_pages",
    "mobile_blocks_with_bad_token",
    "mobile_pages",
    "outline",
    "sidebar",
    "sequence_api",
    "course_facts",
    "progress",
    "grades",
    "completion",
}


@ddt.ddt
class TestLeakMatrix(MatrixCourses):
    """Each door in one test: everybody, in the course with gates and in the one without."""

    @ddt.data(*RUN.doors)
    def test_f20_k23(self, name):
        door, opened = RUN.doors[name], _OPENED[name]
        for person in PEOPLE:
            if self.has_no_such_door(name, person):
                continue
            place = door.name, person.name
            RUN.matrix.ungated[place] = self.sight(opened, person, self.ungated)
            RUN.matrix.gated[place] = self.sight(opened, person, self.gated)
        faults = RUN.matrix.faults_at(door)
        assert not faults, "\n".join(faults)
        assert RUN.matrix.proves_something(door) or name in SHOW_NO_CONTENT, name
        RUN.tried.add(name)

    def has_no_such_door(self, name: str, person: Person) -> bool:
        left_out = WITH_ACCOUNT if person.name == "anonymous" else WITHOUT_ACCOUNT
        return name in left_out

    def sight(self, opened, person: Person, course: Built) -> Sight:
        answers = list(opened(self.visit(person, course)))
        bodies = [_body(answer) for answer in answers]
        return Sight(
            words=words_in(bodies), statuses=frozenset(answer.status_code for answer in answers)
        )

    def visit(self, person: Person, course: Built) -> Visit:
        user = self.people.get(person.name)
        return Visit(
            person=person,
            user=user,
            course=course,
            client=self.client_of(person),
            tokens=self.tokens_of(user),
        )

    def tokens_of(self, user) -> dict[str, str]:
        owner = user or self.people["paid"]
        if owner.id not in self._tokens:
            past = {"exp": int(time.time()) - 3600}
            bearer = AccessTokenFactory(user=owner, application=ApplicationFactory(user=owner))
            self._tokens[owner.id] = {
                "jwt": f"JWT {create_jwt_for_user(owner)}",
                "bearer": f"Bearer {bearer.token}",
                "expired": f"JWT {create_jwt_for_user(owner, additional_claims=past)}",
            }
        return self._tokens[owner.id]

    def setUp(self):
        super().setUp()
        self._tokens: dict[int, dict[str, str]] = {}


def _body(response: HttpResponse) -> bytes:
    """All bytes of an answer, unpacked, with its headers: a redirect tells in one of these."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return content + repr(sorted(response.headers.items())).encode()


class TestBesidesTheMatrix(MatrixCourses):
    """What a table of doors does not show: time passing, keys of other kinds, other ways in."""

    def visit(self, name: str, course: Built | None = None) -> Visit:
        person = PERSON.get(name) or Person(name=name, title=name)
        user = self.people.get(name)
        return Visit(person, user, course or self.gated, self.client_of(person), tokens={})

    def words(self, opened, name: str, course: Built | None = None) -> frozenset[str]:
        return words_in(map(_body, opened(self.visit(name, course))))

    def navigation(self, name: str) -> dict:
        """The sidebar without what differs from person to person."""
        (answer, *_) = sidebar(self.visit(name))
        assert answer.status_code == 200
        return answer.json()

    def pay(self, name: str, fee: str = MAIN) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            self.paid = rights.pay(self.people[name].id, fee, at=clock.now())

    def give_back(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            rights.refund(self.paid, at=clock.now())

    @promises("The sidebar follows a payment and a refund at once, although the platform keeps it.")
    def test_f21_the_sidebar_follows_a_payment_and_a_refund(self):
        before, payers = self.navigation("unpaid"), self.navigation("paid")
        assert before != payers
        self.pay("unpaid")
        assert self.navigation("unpaid") == payers
        self.give_back()
        assert self.navigation("unpaid") == before

    @promises("Search finds for each person what that person may see, whoever searched before.")
    def test_f21_search_remembers_nobody_elses_rights(self):
        closed = closed_to(RUN.doors["search"], PERSON["unpaid"])
        for name in ("both", "unpaid", "both"):
            found = self.words(search, name) & closed
            assert bool(found) == (name == "both"), (name, sorted(found))

    @promises("After a refund the next request is closed, at pages, handlers, apps and search.")
    def test_f21_after_a_payment_all_is_open_and_after_a_refund_all_is_closed(self):
        doors = (unit_page, handler, handler_noauth, blocks_api, mobile_blocks)
        closed = closed_to(RUN.doors["unit_page"], PERSON["unpaid"])
        mains = {one for one in closed if NEEDS[UNIT_OF[one]] == {MAIN}}
        for opened in doors:
            assert not self.words(opened, "unpaid") & closed, opened.__name__
        self.pay("unpaid")
        for opened in doors:
            assert self.words(opened, "unpaid") & mains, opened.__name__
        self.give_back()
        for opened in doors:
            assert not self.words(opened, "unpaid") & closed, opened.__name__

    @promises("A right that has ended, or has not begun, opens nothing.")
    def test_f21_a_right_counts_from_its_beginning_to_its_end(self):
        rows = Entitlement.objects.filter(user_id=self.people["paid"].id)
        now, hour = clock.now(), timedelta(hours=1)
        closed = closed_to(RUN.doors["unit_page"], PERSON["unpaid"])
        for begins, ends, is_open in (
            (now - hour, now - hour / 2, False),
            (now + hour, None, False),
            (now - hour, now + hour, True),
        ):
            rows.update(starts_at=begins, ends_at=ends)
            for opened in (unit_page, handler_noauth, blocks_api):
                found = self.words(opened, "paid") & closed
                assert bool(found) == is_open, (opened.__name__, begins, ends)

    @promises("In a custom course (CCX) the fees of its master course count; its coach is staff.")
    def test_f20_a_ccx_is_as_its_master_course(self):
        coach = self.people["coach"] = UserFactory(username="coach", password=PASSWORD)
        gated, ungated = self.ccx_of(self.gated, coach), self.ccx_of(self.ungated, coach)
        closed = closed_to(RUN.doors["unit_page"], PERSON["unpaid"])
        open_to = {"unpaid": frozenset(), "both": closed, "coach": closed}
        for opened in (unit_page, block_page_in_mfe, handler, handler_noauth, blocks_api):
            for name, may_see in open_to.items():
                found = self.words(opened, name, gated) & closed
                shown = self.words(opened, name, ungated) & closed
                assert found == shown & may_see, (opened.__name__, name, sorted(found ^ shown))
            assert shown, opened.__name__

    def ccx_of(self, master: Built, coach) -> Built:
        ccx = CcxFactory(course_id=master.key, coach=coach)
        key = CCXLocator.from_course_locator(master.key, str(ccx.id))
        CourseCcxCoachRole(master.key).add_users(coach)
        CourseStaffRole(key).add_users(coach)
        for name in ("unpaid", "both"):
            CourseEnrollment.enroll(self.people[name], key)
        return master.mapped(key)

    @promises("Staff who view the course as a group of a fee see what the group sees.")
    def test_f20_staff_view_the_course_as_a_group_of_a_fee(self):
        staff = self.client_of(PERSON["staff"])
        place = {"course_key_string": str(self.gated.key)}
        offered = staff.get(reverse("masquerade_update", kwargs=place)).json()["available"]
        closed = closed_to(RUN.doors["unit_page"], PERSON["unpaid"])
        for name, is_open in (
            (f"Fee: {MAIN}, settled", True),
            (f"Fee: {MAIN}, not settled", False),
        ):
            (group,) = (one for one in offered if one["name"] == name)
            wish = group | {"role": "student"}
            url = reverse("masquerade_update", kwargs=place)
            staff.post(url, json.dumps(wish), content_type="application/json")
            for opened in (unit_page, handler, block_page_in_mfe):
                found = self.words(opened, "staff") & closed
                assert bool(found) == is_open, (name, opened.__name__, sorted(found))

    @promises("Drafts and old versions of a course with gates are for its staff alone.")
    def test_f20_drafts_and_old_versions_are_for_staff(self):
        closed = closed_to(RUN.doors["unit_page"], PERSON["unpaid"])
        for key in self.keys_besides(self.gated.key):
            course = self.gated.mapped(key)
            for opened in (unit_page, unit_page_in_mfe, block_page, handler, handler_noauth):
                for name in ("anonymous", "unpaid", "paid", "both"):
                    assert not self.words(opened, name, course) & closed, (str(key), name)
            assert self.words(handler, "staff", course) & closed, str(key)

    def keys_besides(self, key):
        """The same course by keys that name a draft, or one version of it."""
        drafts = key.for_branch(ModuleStoreEnum.BranchName.draft)
        index = self.store._get_modulestore_for_courselike(key).get_course_index(key)
        published = index["versions"][ModuleStoreEnum.BranchName.published]
        return drafts, key.for_version(published)

    @promises("A launch by LTI, which comes with an account of its own, opens nothing gated.")
    def test_f20_a_launch_by_lti_opens_nothing(self):
        LtiConsumer.objects.create(consumer_name="Elsewhere", consumer_key="key")
        trusted = mock.patch(
            "lms.djangoapps.lti_provider.signature_validator.SignatureValidator.verify",
            return_value=True,
        )
        places = ("unit-a", "unit-a-problem", "nested-b-text", "unit-s1", "end-a")
        with trusted:
            shown = words_in(self.launch(self.ungated, place) for place in places)
            found = words_in(self.launch(self.gated, place) for place in places)
        closed = closed_to(RUN.doors["unit_page"], PERSON["unpaid"])
        assert shown & closed
        assert found == shown - closed

    def launch(self, course: Built, place: str) -> bytes:
        parts = {"course_id": str(course.key), "usage_id": str(course.blocks[place])}
        needed = (
            "roles",
            "context_id",
            "oauth_version",
            "oauth_consumer_key",
            "oauth_signature",
            "oauth_signature_method",
            "oauth_timestamp",
            "oauth_nonce",
            "user_id",
        )
        values = dict.fromkeys(needed, "x") | {"oauth_consumer_key": "key"}
        with _request():
            url = reverse("lti_provider_launch", kwargs=parts)
            return _body(_new_client().post(url, values))

    @promises("What another plugin draws beside a block (an aside) is closed with the block.")
    @XBlockAside.register_temp_plugin(Telling, "telling")
    def test_f20_an_aside_is_closed_with_its_block(self):
        XBlockAsidesConfig(enabled=True, disabled_blocks="").save()
        (secret,) = words_in([b"zqxunitaproblem"])
        for name, is_open in (("unpaid", False), ("anonymous", False), ("paid", True)):
            for route in ("xblock_handler", "xblock_handler_noauth"):
                visit = self.visit(name)
                aside = AsideUsageKeyV2(visit.course.blocks["unit-a-problem"], "telling")
                answer = visit.get(_handler(visit, route, aside, "tell", ""))
                assert (secret in words_in([_body(answer)])) == is_open, (name, route)
