"""A course of any size to count queries in and to time, with the suite's hooks and without them.

"Without the suite" is the very same course in the same process: the middleware, the field override
and the generator of partitions are taken away, as if they had never been registered. Each way has a
stored course structure of its own, collected as that way collects it, so both read it warm.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from unittest import mock

from cms.djangoapps.contentstore.outlines import update_outline_from_modulestore
from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from edx_toggles.toggles.testutils import override_waffle_flag
from gated_course import MFE, PASSWORD, PROBLEM, GatedCourse
from lms.djangoapps.course_home_api.toggles import COURSE_HOME_MICROFRONTEND_PROGRESS_TAB
from lms.djangoapps.courseware.field_overrides import OverrideModulestoreFieldData
from openedx.core.djangoapps.content.block_structure import api as structures
from openedx.core.lib.dynamic_partitions_generators import DynamicPartitionGeneratorsPluginManager
from web_fragments.fragment import Fragment
from xmodule.modulestore.tests.factories import CourseFactory

from fairgate.money import Money
from fee_gate.block import FeeGateXBlock
from fee_gate.settings.common import MIDDLEWARE, OVERRIDE
from fee_payments import models
from fee_payments.api import set_offering
from fee_payments.data import OfferingEntry, PayerClass, PriceEntry
from fee_payments.selectors import entitled_offerings

LONG_AGO = date(2020, 1, 1)


class MeasuredCourse(GatedCourse):
    """``UNITS`` units, each with a free part and, if it is gated, a gate and ``BLOCKS`` behind it.

    Gates ask for ``FEES`` different fees in turn. Rights are rows here, read by fee_payments
    itself: its query counts.
    """

    ENABLED_CACHES = [*GatedCourse.ENABLED_CACHES, "course_structure_cache"]
    UNITS, GATES, BLOCKS, FEES, SCOPE = 1, 1, 5, 1, "unit"
    UNITS_PER_SUBSECTION = 50

    def setUp(self):
        self.without_cache = LocMemCache(f"without-{self.id()}", {})
        progress = override_waffle_flag(COURSE_HOME_MICROFRONTEND_PROGRESS_TAB, active=True)
        progress.__enter__()
        self.addCleanup(progress.__exit__, None, None, None)
        super().setUp()
        real = mock.patch("fee_payments.api.entitled_offerings", entitled_offerings)
        real.start()
        self.addCleanup(real.stop)
        for code in self.fees:
            self.settle(self.people["payer"], code)
        update_outline_from_modulestore(self.course.id)  # Studio's worker does, at publish
        for hooks in (self.without_the_suite, self.with_the_suite):
            with hooks():
                structures.get_block_structure_manager(self.course.id)._update_collected()

    @property
    def fees(self):
        return [f"fee-{number:02}" for number in range(self.FEES)]

    def build_course(self):
        self.course = CourseFactory.create(org="ATC", number="SPEED", run="2026_T4")
        for code in self.fees:
            self.offer(code)
        with self.store.bulk_operations(self.course.id):
            chapter = self.make(self.course, "chapter")
            self.subsections = [
                self.make(chapter, "sequential")
                for _ in range(0, self.UNITS, self.UNITS_PER_SUBSECTION)
            ]
            self.units = [self.make_unit(number) for number in range(self.UNITS)]
        self.publish()

    def make_unit(self, number):
        """One unit; its blocks by what they are: ``free``, ``gate``, ``text``, ``problem``."""
        subsection = self.subsections[number // self.UNITS_PER_SUBSECTION]
        unit = self.make(subsection, "vertical", display_name=f"Unit {number}")
        blocks = {"unit": unit, "free": self.make(unit, "html", data="<p>FREE</p>")}
        if number < self.GATES:
            fee = self.fees[number % self.FEES]
            blocks["gate"] = self.make(unit, "fee_gate", fee=fee, scope=self.SCOPE)
        for place in range(self.BLOCKS):
            kind = ("text", "problem")[place % 2]
            fields = {"data": "<p>PAID</p>" if kind == "text" else PROBLEM}
            blocks[kind] = self.make(unit, {"text": "html"}.get(kind, kind), **fields)
        return blocks

    def offer(self, code):
        price = PriceEntry(
            payer_class=PayerClass.INDIVIDUAL, amount=Money(120, "USD"), valid_from=LONG_AGO
        )
        set_offering(
            OfferingEntry(code=code, title=code, course_key=str(self.course.id), prices=(price,))
        )

    def settle(self, user, code):
        """A right, with the least of an order that it can stand on."""
        offering = models.Offering.objects.get(code=code)
        at = datetime(2020, 1, 1, tzinfo=UTC)
        order = models.Order.objects.create(
            key=f"{user.id}:{code}", user_id=user.id, placed_at=at, expires_at=at
        )
        line = models.OrderLine.objects.create(
            order=order,
            offering=offering,
            price=offering.prices.get(),
            currency="USD",
            list_minor=12_000,
            net_minor=12_000,
            total_minor=12_000,
        )
        models.Entitlement.objects.create(
            user_id=user.id, offering=offering, source="order", line=line, starts_at=at
        )

    # --- with and without -----------------------------------------------------------------------

    @contextmanager
    def with_the_suite(self):
        """As installed."""
        OverrideModulestoreFieldData.provider_classes = None
        self.forget()
        yield
        self.forget()

    @contextmanager
    def without_the_suite(self):
        """The same course in the same process, as if the gate had never been registered."""
        generators = DynamicPartitionGeneratorsPluginManager.get_available_plugins()
        providers = settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS
        assert MIDDLEWARE in settings.MIDDLEWARE
        assert OVERRIDE in providers
        with (
            override_settings(
                MIDDLEWARE=[one for one in settings.MIDDLEWARE if one != MIDDLEWARE],
                MODULESTORE_FIELD_OVERRIDE_PROVIDERS=tuple(
                    one for one in providers if one != OVERRIDE
                ),
            ),
            mock.patch.dict(generators),
            mock.patch.object(structures, "get_cache", return_value=self.without_cache),
            mock.patch.object(FeeGateXBlock, "_paywall", side_effect=lambda _user: Fragment()),
        ):
            del generators["fee_gate"]
            OverrideModulestoreFieldData.provider_classes = None
            self.forget()
            yield
        OverrideModulestoreFieldData.provider_classes = None
        self.forget()

    def enter(self, name):
        """A browser of this person, with the middleware of the moment."""
        browser = Client()
        browser.person = name
        if name != "anonymous":
            assert browser.login(username=name, password=PASSWORD)
        return browser

    # --- the doors ------------------------------------------------------------------------------

    def doors(self):
        """Every request that is counted: name → what a browser does."""
        blocks = self.units[0]
        unit, text = blocks["unit"], blocks["text"]
        course = [str(self.course.id)]
        return {
            "unit page, as the MFE asks": lambda who: self.visit(who, unit),
            "unit page, plain": lambda who: who.get(self.address(unit)),
            "block page": lambda who: who.get(self.address(text)),
            "handler": lambda who: who.get(self.handler(blocks["problem"])),
            "handler, no-auth route": lambda who: who.get(
                self.handler(blocks["problem"], "xblock_handler_noauth")
            ),
            "sequence API": lambda who: who.get(
                reverse("courseware_api:sequence-api", args=[str(self.subsections[0].location)])
            ),
            "Blocks API": self.ask_blocks,
            "course home outline": lambda who: who.get(
                reverse("course-home:outline-tab", args=course)
            ),
            "navigation sidebar": lambda who: who.get(
                reverse("course-home:course-navigation", args=course)
            ),
            "progress": lambda who: who.get(reverse("course-home:progress-tab", args=course)),
        }

    def address(self, block):
        return reverse("render_xblock", args=[str(block.location)])

    def visit(self, who, block):
        """As the Learning MFE does."""
        url = f"{self.address(block)}?recheck_access=1&view=student_view"
        return who.get(url, HTTP_REFERER=MFE)

    def ask_blocks(self, who):
        return who.get(
            reverse("blocks_in_course"),
            {
                "course_id": str(self.course.id),
                "username": who.person,
                "depth": "all",
                "student_view_data": "html,video,problem,fee_gate",
                "requested_fields": "children,display_name,type,graded,format,due,"
                "student_view_multi_device,completion,block_counts,lti_url",
            },
        )


# Numbers, texts, lists and names of savepoints: a query is the same whatever it asks for.
_VALUES = re.compile(r"'(?:[^']|'')*'|[\"`]s\d+_x\d+[\"`]|\b\d+(?:\.\d+)?\b")
_LISTS = re.compile(r"\(\?(?:, \?)+\)")


def counted(ask):
    """The answer, and each kind of SQL statement with how often it was sent."""
    with CaptureQueriesContext(connection) as sent:
        answer = ask()
    return answer, Counter(_LISTS.sub("(?)", _VALUES.sub("?", one["sql"])) for one in sent)


@dataclass(frozen=True)
class Found:
    """One request: its answer, its queries without the suite, and what the suite adds or saves."""

    status: int
    text: str
    base: int
    more: Counter[str]
    less: Counter[str]


class Comparison(MeasuredCourse):
    """Whole requests, with the suite and without it."""

    def compare(self, name, doors=None):
        """For each door what one person's request costs: name → ``Found``."""
        doors = doors or self.doors()
        counts = []
        for hooks in (self.without_the_suite, self.with_the_suite):
            with hooks():
                who = self.enter(name)
                counts.append({door: self.warm(ask, who) for door, ask in doors.items()})
        return {door: self.found(counts[0][door], counts[1][door]) for door in doors}

    def warm(self, ask, who):
        for _ in range(2):
            ask(who)
            self.forget()
        return counted(lambda: ask(who))

    def found(self, without, with_us):
        answer, sent = with_us
        return Found(
            status=answer.status_code,
            text=answer.content.decode(),
            base=sum(without[1].values()),
            more=sent - without[1],
            less=without[1] - sent,
        )
