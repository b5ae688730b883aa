"""What a partner says about the use of its mark stands with the mark, on whatever page that is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.http import HttpRequest
from django.utils import translation

from factories import brand
from factories.partnerships import COURSE, put_in_force
from partner_badge import drawing, presenter
from partnerships import api
from partnerships.data import LANGUAGES, Mark, MarkPicture
from partnerships.rules import LONGEST_RULES

pytestmark = pytest.mark.django_db

RULE = "Leave the height of the dot free on every side."
TITLE = "How the mark of GSMA may be used"
OTHER = "block-v1:ATC+SPECTRUM101+2026_T4+type@partner_badge+block@other"
PICTURE = re.compile(r"<picture>.*?</picture>", re.S)
# A sign of each language, as it is written: of one, two and three bytes.
SIGNS = {"en": "a", "fr": "é", "es": "ñ", "ar": "ع", "zh": "标", "ru": "ж"}


def show(**told):
    """A mark in force with an approved picture that has rules."""
    put_in_force()
    return brand.approved(**{"usage_rules": {"en": RULE}, **told})


@pytest.mark.parametrize("layout", presenter.LAYOUTS)
@pytest.mark.parametrize("view", ["student_view", "public_view", "author_view"])
def test_every_layout_says_how_the_mark_may_be_used_in_a_place_that_opens(badge, layout, view):
    show()

    shown = getattr(badge(layout=layout, is_author=True), view)().content

    (rules,) = re.findall("<details.*?</details>", shown)
    assert f"<summary>{TITLE}</summary><p>{RULE}</p>" in rules
    assert "aria-hidden" not in shown


def test_without_rules_there_is_nothing_to_open(badge):
    show(usage_rules={})

    assert "<details" not in badge().student_view().content


def test_a_name_alone_has_no_rules_of_a_picture(badge):
    sent = show()
    api.withdraw_picture(sent.uuid, by=brand.SENDER, reason="New look", at=brand.APPROVED)

    assert RULE not in badge().student_view().content


def test_rules_are_text_and_not_markup(badge):
    show(usage_rules={"en": "<i>a</i>"})

    assert "<p>&lt;i&gt;a&lt;/i&gt;</p>" in badge().student_view().content


def test_of_several_blocks_in_a_unit_the_first_says_it_and_the_others_lead_there(badge, platform):
    # given
    show()
    platform.request = HttpRequest()

    # when
    first, second = (badge(usage=one).student_view().content for one in (badge_usage(), OTHER))

    # then
    (at,) = re.findall('<details class="partner-badge__rules" id="([^"]+)">', first)
    assert RULE not in second
    assert f'<a class="partner-badge__rules" href="#{at}">{TITLE}</a>' in second


def badge_usage():
    return OTHER.replace("other", "partners")


def test_a_block_that_is_drawn_again_does_not_lead_to_itself(badge, platform):
    show()
    platform.request = HttpRequest()
    block = badge()
    block.student_view()

    assert RULE in block.student_view().content


def test_what_another_page_says_is_said_again(badge, platform):
    show()
    platform.request = HttpRequest()
    badge().student_view()

    platform.request = HttpRequest()

    assert RULE in badge(usage=OTHER).student_view().content


def test_what_another_unit_says_is_said_again(badge, platform):
    show()
    platform.request = HttpRequest()
    badge().student_view()

    elsewhere = badge(usage=OTHER, parent="another unit")

    assert RULE in elsewhere.student_view().content


def test_other_rules_of_the_same_partner_are_said():
    put_in_force()
    (mark, _other) = api.branding_for(COURSE, at=brand.APPROVED)
    picture = _picture("en", "Never on red.", number=1)
    page = presenter.strip([replace(mark, picture=picture)], gettext=str)
    said = {("GSMA", RULE): "elsewhere-1"}

    shown = drawing.badge(page, html_id="x", said=said).content

    assert ">Never on red.</p>" in shown
    assert said == {("GSMA", RULE): "elsewhere-1", ("GSMA", "Never on red."): "x-1"}


def test_another_language_than_the_pages_is_told(badge):
    show(alternatives={"ar": "ثلاث موجات"}, usage_rules={"ar": "اترك مسافة"})

    shown = badge().student_view().content

    assert 'alt="ثلاث موجات" lang="ar" dir="rtl"' in shown
    assert '<p lang="ar" dir="rtl">اترك مسافة</p>' in shown


@pytest.mark.parametrize("page", ["ar", "ar-eg"])
def test_the_language_of_the_page_is_not_told_again(badge, page):
    show(alternatives={"ar": "ثلاث موجات"}, usage_rules={"ar": "اترك مسافة"})

    with translation.override(page):
        shown = badge().student_view().content

    assert "اترك مسافة" in shown
    assert "lang=" not in shown


def test_a_badge_with_rules_costs_one_query(badge, django_assert_num_queries):
    show()
    block = badge()

    with django_assert_num_queries(1):
        block.student_view()


def _picture(language: str, use: str, *, number: int, seen: str = "Three waves") -> MarkPicture:
    folder = "/fairgate/partners/marks/"
    return MarkPicture(
        light=f"{folder}{number:064x}.svg",
        dark=f"{folder}{number + 100:064x}.svg",
        alternative=seen,
        width=320,
        height=96,
        sha256=f"{number:064x}",
        usage_rules=use,
        alternative_language=language,
        usage_rules_language=language,
    )


def marks(language: str, *, count: int, length: int = LONGEST_RULES) -> list[Mark]:
    """So many marks, each with rules of its own that are as long as they may be."""
    (mark, _other) = api.branding_for(COURSE, at=brand.APPROVED)
    sign = SIGNS[language]
    return [
        replace(
            mark,
            partner=f"P{number:02}",
            name=f"Organisation {number:02}",
            statement=api.no_endorsement(f"Organisation {number:02}"),
            url=f"https://www.partner{number:02}.example/",
            picture=_picture(
                language,
                f"{number:02}".ljust(length, sign),
                number=number,
                seen=f"{number:02}".ljust(40, sign),
            ),
        )
        for number in range(count)
    ]


def weight(fragment) -> int:
    """Bytes of content and style without pictures."""
    style = "".join(one.data for one in fragment.resources)
    return len((PICTURE.sub("", fragment.content) + style).encode())


@pytest.fixture
def drawn(badge, monkeypatch):
    """Draws a block with so many marks: ``drawn("ar", count=15)``."""
    put_in_force()

    def draw(language, *, layout="strip", **told):
        with translation.override(language):
            shown = tuple(marks(language, **told))
            monkeypatch.setattr(api, "branding_for", lambda *_a, **_k: shown)
            return badge(layout=layout).student_view()

    return draw


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", presenter.LAYOUTS)
def test_fifteen_marks_with_the_longest_rules_weigh_less_than_ten_kilobytes(
    drawn, language, layout
):
    fragment = drawn(language, layout=layout, count=15)

    assert len(PICTURE.findall(fragment.content)) == (1 if layout == "single" else 15)
    assert weight(fragment) < 10_000


@pytest.mark.parametrize("count", range(1, 16))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_number_of_marks_is_heavier(drawn, language, count):
    assert weight(drawn(language, count=count)) < 10_000


@pytest.mark.parametrize(
    ("language", "count", "length"), [("en", 8, LONGEST_RULES), ("en", 9, 100), ("zh", 4, 300)]
)
def test_what_has_room_says_rules_and_sentence_with_each_mark(drawn, language, count, length):
    shown = drawn(language, count=count, length=length).content

    assert shown.count("<details") == shown.count("<small") == count
    assert shown.count(SIGNS[language] * (length - 2)) == count


def test_what_has_no_room_says_one_sentence_for_all_and_leads_to_the_rules(drawn, settings):
    settings.PARTNERSHIPS_HOST_NAME = "The Union"

    shown = drawn("en", count=15).content

    assert shown.count("<small") == 1
    assert (
        "Shown under partnership agreements. The Union does not endorse these partners, their "
        "products or their services."
    ) in shown
    assert 'href="/fairgate/partners/" target="_blank" rel="noopener">How these marks may' in shown
    assert "<details" not in shown


@pytest.mark.urls("django.contrib.auth.urls")
def test_in_studio_it_leads_to_the_page_of_the_lms(settings):
    settings.LMS_ROOT_URL = "https://lms.example/"

    assert api.address_of_rules() == "https://lms.example/fairgate/partners/"
