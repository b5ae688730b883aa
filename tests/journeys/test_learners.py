"""What learners meet: a fee, a waiver, a question, and what is behind the gate."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

COURSE = "/courses/spectrum-management/"
UNIT = f"{COURSE}units/regulations/"
FEE = "/fairgate/fees/spectrum-online/"
BEHIND_THE_GATE = "The Radio Regulations are a treaty."


def test_who_pays_gets_a_receipt_and_the_units_open(visitor):
    # given
    visitor.be("Lena", then=COURSE)
    visitor.go(UNIT)
    assert BEHIND_THE_GATE not in visitor.page.content()

    # when
    visitor.go(FEE)
    visitor.choose_to_pay("USD 120.00")
    assert "/sandbox/" in visitor.page.url
    visitor.press("Pay USD 120.00")

    # then
    assert "/orders/" in visitor.page.url
    assert "120.00" in visitor.text
    visitor.go(UNIT)
    assert BEHIND_THE_GATE in visitor.text


def test_a_declined_card_opens_nothing_and_the_order_can_still_be_paid(visitor):
    # given
    visitor.be("Lena", then=FEE)
    visitor.choose_to_pay("USD 120.00")

    # when
    visitor.press("Decline")

    # then
    assert "declined" in visitor.text
    visitor.go(UNIT)
    assert BEHIND_THE_GATE not in visitor.page.content()


def test_a_learner_of_a_least_developed_country_takes_a_waived_seat(visitor):
    # given
    visitor.be("Amina", then=FEE)
    assert "Uganda is on the United Nations list of least developed countries" in visitor.text
    assert "USD 0.00" in visitor.text

    # when
    visitor.order("Take your waived seat")

    # then
    assert "/orders/" in visitor.page.url
    visitor.go(UNIT)
    assert BEHIND_THE_GATE in visitor.text
    visitor.go("/")
    assert "USD 45.00" in visitor.text  # 60.00 less the 15.00 that the fund pays for a whole seat


def test_a_learner_of_a_small_island_state_pays_the_rest(visitor):
    # given
    visitor.be("Sela", then=FEE)
    assert "Fiji is on the United Nations list of small island developing States" in visitor.text

    # when
    visitor.pay("USD 30.00")

    # then
    visitor.go(UNIT)
    assert BEHIND_THE_GATE in visitor.text


def test_who_is_on_no_list_reads_why_and_pays_in_full(visitor):
    # when
    visitor.be("Lena", then=FEE)

    # then
    assert "Switzerland is on none of the lists" in visitor.text
    assert "USD 120.00" in visitor.text


def test_who_gave_no_country_is_asked_and_then_gets_the_price_of_that_country(visitor):
    # given
    visitor.be("Nadia", then=FEE)
    assert "country" in visitor.text.lower()

    # when
    visitor.go(f"/profile/?next={FEE}")
    visitor.page.get_by_label("Country of residence").select_option("UG")
    visitor.press("Save")

    # then
    assert visitor.page.url.endswith(FEE)
    assert "USD 0.00" in visitor.text


def test_a_learner_of_an_associate_is_looked_at_by_a_person(visitor):
    # given
    visitor.be("Joaquin", then=FEE)
    assert "A person looks at this before it is granted" in visitor.text

    # when
    visitor.go("/fairgate/waivers/apply/spectrum-online/")
    visitor.page.locator("textarea").fill("I keep the repeaters of three islands running.")
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Send the application")
    visitor.be("Inès", then="/fairgate/waivers/review/")
    visitor.click(visitor.page.locator("main table a").first)
    visitor.page.get_by_label("Approve").check()
    visitor.page.get_by_label("Percentage of the fee that is waived").fill("50")
    visitor.page.get_by_label("What the learner reads").fill("An associate of the group.")
    visitor.click(visitor.page.locator("main form button").last)

    # then
    visitor.be("Joaquin", then=FEE)
    assert "USD 60.00" in visitor.text


def test_a_reviewer_asks_for_more_and_the_learner_answers_from_the_paywall(visitor):
    # given
    visitor.be("Joaquin", then="/fairgate/waivers/apply/spectrum-online/")
    visitor.page.locator("textarea").fill("I keep the repeaters of three islands running.")
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Send the application")

    # when
    visitor.be("Inès", then="/fairgate/waivers/review/")
    visitor.click(visitor.page.locator("main table a").first)
    visitor.page.get_by_label("Ask the learner for more").check()
    visitor.page.get_by_label("What the learner reads").fill("Which islands?")
    visitor.press("Send to the learner")
    visitor.be("Joaquin", then=f"{COURSE}units/welcome/")
    assert "Which islands?" in visitor.text
    visitor.click(visitor.page.get_by_role("link", name="Answer the reviewer"))
    visitor.page.get_by_label("Your answer").fill("The three in the north.")
    visitor.press("Send the answer")

    # then
    assert "Your answer is in. A reviewer looks at it." in visitor.text
    visitor.be("Inès", then="/fairgate/waivers/review/")
    visitor.click(visitor.page.locator("main table a").first)
    assert "The three in the north." in visitor.text


def test_a_refusal_is_appealed_and_another_person_decides(visitor):
    # given
    visitor.be("Joaquin", then="/fairgate/waivers/apply/spectrum-online/")
    visitor.page.locator("textarea").fill("I keep the repeaters of three islands running.")
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Send the application")
    visitor.be("Inès", then="/fairgate/waivers/review/")
    visitor.press("Read the next one")
    visitor.page.get_by_label("Refuse").check()
    visitor.page.get_by_label("Reason for a refusal").select_option("not_proven")
    visitor.press("Send to the learner")

    # when
    visitor.be("Joaquin", then="/fairgate/waivers/")
    visitor.press("See the application")
    assert "you can appeal on or before 23 December 2026" in visitor.text
    visitor.page.get_by_label("Why is the decision wrong?").fill("My employer has confirmed it.")
    visitor.press("Send the appeal")
    visitor.be("Inès", then="/fairgate/waivers/review/")
    visitor.press("Read the next one")
    assert "There is none that nobody reads and that you can decide." in visitor.text
    visitor.be("Omar", then="/fairgate/waivers/review/")
    visitor.press("Read the next one")
    assert "My employer has confirmed it." in visitor.text
    visitor.page.get_by_label("Approve").check()
    visitor.page.get_by_label("What the learner reads").fill("Confirmed.")
    visitor.press("Send to the learner")

    # then
    visitor.be("Joaquin", then="/fairgate/fees/spectrum-online/")
    assert "USD 60.00" in visitor.text


def test_who_was_nominated_accepts_and_is_given_the_place(visitor):
    # given
    visitor.be("Bounmy", then="/fairgate/waivers/")
    visitor.click(visitor.page.locator("main li a").first)
    assert "Ministry of Technology and Communications" in visitor.text

    # when
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Accept")
    assert "You have accepted. A reviewer looks at it." in visitor.text
    visitor.be("Inès", then="/fairgate/waivers/review/")
    visitor.press("Read the next one")
    visitor.page.get_by_label("Approve").check()
    visitor.page.get_by_label("Percentage of the fee that is waived").fill("50")
    visitor.page.get_by_label("What the learner reads").fill("Welcome.")
    visitor.press("Send to the learner")

    # then
    visitor.be("Somchit", then="/fairgate/waivers/nominations/")
    assert "approved" in visitor.text


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-11-23", "is on the United Nations list of least developed countries"),
        ("2026-11-24", "left the United Nations list of least developed countries"),
    ],
)
def test_a_country_that_leaves_the_list_keeps_its_waiver_for_a_time(visitor, day, reason):
    # given
    visitor.be("Bounmy")
    visitor.move_to(day)

    # when
    visitor.go(FEE)

    # then
    assert f"Lao People's Democratic Republic {reason}" in visitor.text
    assert "USD 0.00" in visitor.text
    assert ("24 November 2029" in visitor.text) == (day == "2026-11-24")


def test_a_covered_unit_is_drawn_for_nobody_who_has_not_settled(visitor):
    # given
    visitor.go("/")

    # when
    visitor.go(UNIT)

    # then
    assert BEHIND_THE_GATE not in visitor.page.content()
    assert "This unit opens when its fee is settled or waived." in visitor.text


def test_the_examination_needs_its_own_fee(visitor):
    # given
    visitor.be("Amina", then=FEE)
    visitor.order("Take your waived seat")

    # when
    visitor.go(f"{COURSE}units/exam_paper/")

    # then
    assert "rain radar" not in visitor.page.content()
    assert "Certificate examination" in visitor.text


def test_a_printed_receipt_names_its_order_and_leaves_the_buttons_out(visitor):
    # given
    visitor.be("Amina", then=FEE)
    visitor.order("Take your waived seat")
    number = visitor.page.url.rstrip("/").rsplit("/", 1)[-1]

    # when
    visitor.page.emulate_media(media="print")

    # then
    assert number in visitor.text
    assert not visitor.page.locator("main .fg-button").first.is_visible()
    assert not visitor.page.locator(".fg-demo-bar").is_visible()


def test_the_handler_of_a_covered_block_answers_to_nobody_who_has_not_settled(visitor):
    # given
    visitor.be("Lena")
    block = "block-v1:ATC+SPECTRUM101+2026_T4+type@fee_gate+block@exam_gate"

    # when
    answer = visitor.page.request.get(f"{visitor.site}/blocks/{block}/handler/save_settings/")

    # then
    assert answer.status == 403
    assert "This part of the course needs a fee." in answer.text()
