"""Keys of course runs are compared to the letter, though MariaDB takes x for X.

The platform has no two runs that differ in case alone (on MySQL its own tables cannot hold them),
so one of two such keys is a slip of who wrote it. The books keep it as it was told, under no terms.
"""

from __future__ import annotations

import pytest

from factories import revenue_share as facts
from partnerships import api as partnerships
from revenue_share import api
from revenue_share.models import PartyRollup, ReceiptRollup

pytestmark = pytest.mark.django_db

SLIP = facts.COURSE.replace("SPECTRUM", "Spectrum")


@pytest.fixture(autouse=True)
def two_spellings():
    assert SLIP != facts.COURSE
    facts.put_terms_in_force()
    for name, course in (("A", facts.COURSE), ("B", SLIP), ("C", SLIP)):
        api.book_payment(facts.payment(name, course=course), at=facts.NOON)


def test_terms_of_a_course_are_not_those_of_another_spelling():
    assert partnerships.terms_for(facts.COURSE, at=facts.NOON) is not None
    assert partnerships.terms_for(SLIP, at=facts.NOON) is None
    assert [str(amount.amount) for amount in api.list_unallocated()] == ["240.00"]


def test_each_spelling_has_sums_of_its_own_which_a_check_and_a_rebuild_find_again():
    def sums():
        rows = ReceiptRollup.objects.order_by("course_key").values_list("course_key", "events")
        return sorted(rows), sorted(PartyRollup.objects.values_list("key", "units_minor"))

    before = sums()
    assert before[0] == sorted([(facts.COURSE, 1), (SLIP, 2)])
    assert api.check() == ()
    assert api.rebuild().differing == 0
    assert sums() == before
    assert api.check() == ()
