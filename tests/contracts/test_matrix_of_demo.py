"""F20, K23: the leak matrix at the demo's doors, which ask the gate as an LMS does.

The demo knows no enrolment, no tokens, no apps and no playing: of the matrix's people and doors it
has what a course on a page needs. Its courses are XML, so the matrix's course is written as XML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
import real_rights as rights
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from leak_matrix import (
    EXAM,
    MAIN,
    NEEDS,
    PEOPLE,
    Block,
    Door,
    Matrix,
    Sight,
    course,
    words_in,
)
from webob import Response
from xblock.core import XBlock

from demo_site import blocks, courseware, platform
from demo_site.models import Person as DemoPerson
from fee_gate import api as gate

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOT_HERE = {"outsider", "tester", "instructor", "as_learner", "as_unpaid", "as_paid"}
ROLES = {"staff": DemoPerson.Role.AUTHOR, "operator": DemoPerson.Role.OPERATOR}
HANDLED = ("unit-free-problem", "unit-a-problem", "subsection-b-problem", "nested-b-problem")


class Question(blocks.HtmlBlock):
    """A block that answers a script with what it shows, as a problem does in an LMS."""

    @XBlock.handler
    def show(self, request: Any, suffix: str = "") -> Response:
        return Response(self.data)


def olx(block: Block, *, slug: str) -> str:
    """The course as the demo reads it; what the demo has no block type for becomes text."""
    names = {"url_name": block.name, "display_name": block.title}
    if block.kind == "course":
        names |= {"org": "ATC", "course": slug.upper(), "run": "2026_T4", "slug": slug, "fees": ""}
    if block.kind == "fee_gate":
        names |= {"fee": block.fee, "scope": block.scope}
    kind = "html" if block.kind in {"video", "discussion", "lti"} else block.kind
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in names.items())
    inside = "".join(olx(child, slug=slug) for child in block.children)
    return f"<{kind} {attributes}>{block.word} {block.transcript}{inside}</{kind}>"


def course_page(client: Client, run: courseware.CourseRun) -> Iterator[HttpResponse]:
    yield client.get(reverse("course", args=[run.slug]))
    yield client.get(reverse("catalogue"))


def unit_page(client: Client, run: courseware.CourseRun) -> Iterator[HttpResponse]:
    for unit in NEEDS:
        yield client.get(reverse("unit", args=[run.slug, unit]))


def handler(client: Client, run: courseware.CourseRun) -> Iterator[HttpResponse]:
    for name in HANDLED:
        usage = run.key.make_usage_key("problem", name)
        yield client.get(reverse("block_handler", args=[str(usage), "show"]))
        yield client.post(reverse("block_handler", args=[str(usage), "show"]))


def studio(client: Client, run: courseware.CourseRun) -> Iterator[HttpResponse]:
    yield client.get(reverse("studio", args=[run.slug]))
    for name in HANDLED:
        usage = run.key.make_usage_key("problem", name)
        yield client.get(reverse("studio_handler", args=[str(usage), "show"]))


DOORS = (course_page, unit_page, handler, studio)


@pytest.mark.django_db
class TestLeakMatrixOfDemo:
    """Everybody, at every door, in the course with gates and in the one without."""

    @pytest.fixture(autouse=True)
    def _demo(self, monkeypatch, settings, tmp_path):
        monkeypatch.setattr("fairgate.stand_in._platform", platform)
        monkeypatch.setattr("fairgate.clock._source", lambda: AT)
        monkeypatch.setitem(blocks.STRUCTURE, "problem", Question)
        for name, value in rights.SETTINGS.items():
            setattr(settings, name, value)
        runs = tuple(
            self.run(tmp_path / f"{slug}.xml", slug, with_gates=slug == "gated")
            for slug in ("gated", "ungated")
        )
        monkeypatch.setattr(courseware, "runs", lambda: runs)
        self.gated, self.ungated = runs
        self.people = {
            person.name: self.user(person.name)
            for person in PEOPLE
            if person.name not in {"anonymous", *NOT_HERE}
        }
        self.settle()
        gate.recompute(str(self.gated.key))

    def run(self, path: Any, slug: str, *, with_gates: bool) -> courseware.CourseRun:
        path.write_text(olx(course(with_gates=with_gates), slug=slug), encoding="utf-8")
        return courseware._read(path)

    def user(self, name: str) -> Any:
        user = get_user_model().objects.create(username=name)
        is_waived = name == "waived"
        DemoPerson.objects.create(
            user=user,
            role=ROLES.get(name, DemoPerson.Role.LEARNER),
            country=rights.WAIVED_COUNTRY if is_waived else rights.PAYING_COUNTRY,
        )
        return user

    def settle(self) -> None:
        rights.open_the_programme(at=AT)
        for fee in (MAIN, EXAM):
            rights.offer(fee, str(self.gated.key), at=AT)
        people = {name: user.pk for name, user in self.people.items()}
        rights.waive(people["waived"], MAIN, at=AT)
        rights.seat(people["seat"], MAIN, at=AT)
        for name, fee in (("paid", MAIN), ("other", EXAM), ("both", MAIN), ("both", EXAM)):
            rights.pay(people[name], fee, at=AT)
        rights.refund(rights.pay(people["refunded"], MAIN, at=AT), at=AT)

    @pytest.mark.parametrize("opened", DOORS, ids=lambda opened: opened.__name__)
    def test_f20_k23_nobody_finds_too_much_or_too_little(self, opened):
        door = Door(name=opened.__name__, group="Demo", title=opened.__name__)
        matrix = Matrix()
        for person in PEOPLE:
            if person.name in NOT_HERE:
                continue
            client = Client()
            if person.name != "anonymous":
                client.force_login(self.people[person.name])
            place = door.name, person.name
            matrix.ungated[place] = sight(opened, client, self.ungated)
            matrix.gated[place] = sight(opened, client, self.gated)
        faults = matrix.faults_at(door)
        assert not faults, "\n".join(faults)
        assert matrix.proves_something(door) or opened is course_page


def sight(opened: Callable[..., Any], client: Client, run: courseware.CourseRun) -> Sight:
    answers = list(opened(client, run))
    return Sight(
        words=words_in(answer.content for answer in answers),
        statuses=frozenset(answer.status_code for answer in answers),
    )
