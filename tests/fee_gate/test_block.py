"""The block as learners and visitors meet it."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError
from django.utils import translation
from lxml import etree
from xblock.completable import XBlockCompletionMode
from xblock.fields import Scope

from factories import fee_gate as make
from factories.fee_gate import AT, COURSE, EXAM, FEE, LEARNER, PAYER, offering
from fairgate.money import Money
from fee_gate import client, presenter, services
from fee_gate.block import FeeGateXBlock
from fee_gate.data import Paywall, PaywallState
from fee_payments.exceptions import CountryBlocked
from waiver_policy import api as waivers
from waiver_policy.data import Applicant

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


def text(fragment):
    return fragment.content


def test_a_learner_sees_the_fee_the_price_and_the_way_to_pay(gate):
    page = text(gate(teaser="Six lessons.").student_view())

    assert "Spectrum management" in page
    assert "Pay USD 120.00" in page
    assert "Six lessons." in page
    assert 'target="_top"' in page
    assert f'href="/fairgate/fees/{FEE}/"' in page


def test_gates_with_one_fee_ask_for_one_price_in_a_request(gate, payments, memory, monkeypatch):
    quotes = []
    quote = payments.quote
    monkeypatch.setattr(payments, "quote", lambda *a, **k: quotes.append(a[1]) or quote(*a, **k))

    pages = {text(gate().student_view()) for _ in range(3)}

    assert len(pages) == 1
    assert quotes == [FEE]
    assert payments.asked == 1


def test_no_price_of_one_person_is_shown_to_another_in_a_request(gate, memory):
    assert "Pay USD 120.00" in text(gate().student_view())
    assert "Sign in" in text(gate(user_id=None).student_view())
    assert "Pay USD" not in text(gate(user_id=PAYER).student_view())


def test_an_outage_is_not_remembered(gate, payments, memory):
    payments.entitlement_failure = OperationalError("gone")
    assert "stays closed for now" in text(gate().student_view())

    payments.entitlement_failure = None

    assert "Pay USD 120.00" in text(gate().student_view())


def test_a_waiver_is_applied_and_explained(gate, payments):
    payments.waived, payments.outcome = Money("90.00", "USD"), "granted"

    page = text(gate().student_view())

    assert "USD 120.00" in page
    assert "\N{MINUS SIGN}USD 90.00" in page
    assert "Pay USD 30.00" in page
    assert "none of the lists" in page
    assert "Apply for a waiver" not in page


def test_a_fee_that_is_waived_in_full_offers_the_place(gate, payments):
    payments.waived, payments.outcome = Money("120.00", "USD"), "granted"

    page = text(gate().student_view())

    assert "Take your waived seat" in page
    assert "Pay USD" not in page


@pytest.mark.parametrize("outcome", ["refused", "review", "waitlisted"])
def test_who_was_given_no_waiver_may_apply(gate, payments, outcome):
    payments.outcome = outcome

    page = text(gate().student_view())

    assert "Apply for a waiver" in page
    assert f'href="/fairgate/waivers/apply/{FEE}/"' in page


def test_nobody_applies_where_waivers_do_not_count(gate, payments):
    payments.offerings = {FEE: offering(waivable=False)}

    assert "Apply for a waiver" not in text(gate().student_view())


def applied(offering_code=FEE):
    """This learner has asked for a waiver."""
    who = Applicant(user_id=LEARNER, country="CH")
    return waivers.apply(who, offering_code=offering_code, note="I teach.", at=AT)


def test_an_application_that_runs_is_shown_and_no_other_is_asked_for(gate):
    asked = applied()

    page = text(gate().student_view())

    assert "Your application of 23 November 2026 for a waiver is being looked at." in page
    assert "See your application" in page
    assert f'href="/fairgate/waivers/application/{asked.uuid}/"' in page
    assert "Apply for a waiver" not in page
    assert "If you think this is wrong" not in page
    assert "Pay USD 120.00" in page


def test_who_has_not_applied_reads_what_to_do_if_the_price_seems_wrong(gate):
    assert "If you think this is wrong, apply." in text(gate().student_view())


def test_who_is_asked_for_more_is_led_to_the_answer_first(gate):
    asked = applied()
    waivers.ask_for_more(asked.uuid, by=1, question="Where do you teach?", at=AT)

    page = text(gate().student_view())

    assert "Where do you teach?" in page
    assert page.index("Answer the reviewer") < page.index("Pay USD 120.00")
    assert "If you think this is wrong" not in page


def test_a_refused_application_says_what_the_reviewer_wrote_and_leads_to_why(gate):
    refused = applied()
    waivers.refuse(refused.uuid, by=1, reason=f"Not this year. {SCRIPT}", at=AT)

    page = text(gate().student_view())

    assert "was refused" in page
    assert "Not this year." in page
    assert "<script" not in page
    assert "Why, and what you can do" in page


def test_what_was_applied_for_elsewhere_is_not_shown(gate):
    applied("another-fee")

    assert "Your application" not in text(gate().student_view())


@pytest.mark.parametrize("outcome", ["refused", "granted", "ask"])
def test_who_was_given_a_seat_finds_where_to_use_the_code(gate, payments, outcome):
    payments.outcome = outcome

    page = text(gate().student_view())

    assert f'<a href="/fairgate/fees/{FEE}/seat-code/" target="_top">I have a seat code</a>' in page


@pytest.mark.parametrize("user_id", [LEARNER, None])
def test_a_fee_that_is_not_on_sale_is_named_and_still_takes_seat_codes(gate, payments, user_id):
    payments.offerings = {FEE: offering(on_sale_until=AT.date())}

    page = text(gate(user_id=user_id).student_view())

    assert "Spectrum management</bdi></h2>" in page
    assert "it is not on sale now" in page
    assert "USD" not in page
    assert "Sign in" not in page
    assert re.findall(r'href="([^"]+)"', page) == [f"/fairgate/fees/{FEE}/seat-code/"]


def test_every_way_leads_out_of_the_frame(gate, payments):
    payments.outcome = "ask"

    page = text(gate().student_view())

    assert page.count("<a ") == page.count('target="_top"') == 4


def test_the_way_most_people_take_comes_first(gate):
    ways = re.findall(r">([^<]+)</a>", text(gate().student_view()))

    assert ways == ["Pay USD 120.00", "Apply for a waiver", "I have a seat code"]


def test_a_learner_without_a_country_is_asked_for_it_and_may_pay(gate, payments):
    payments.outcome = "ask"

    page = text(gate().student_view())

    ways = re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', page)
    assert ways[0] == ("/account/settings", "Tell us your country")
    assert [label for _, label in ways[1:]] == [
        "Pay USD 120.00",
        "Apply for a waiver",
        "I have a seat code",
    ]


def test_who_has_settled_the_fee_sees_one_quiet_line(gate):
    page = text(gate(user_id=PAYER, teaser="Six lessons.").student_view())

    assert "You have access to what follows." in page
    assert "USD" not in page
    assert "Six lessons." not in page


def test_a_visitor_sees_the_teaser_and_the_list_price(gate):
    page = text(gate(user_id=None, teaser="Six lessons.").public_view())

    assert "Six lessons." in page
    assert "USD 120.00" in page
    assert "Sign in" in page


def test_a_signed_in_visitor_of_the_public_view_gets_no_personal_price(gate, payments):
    payments.waived = Money("90.00", "USD")

    assert "USD 30.00" not in text(gate().public_view())


@pytest.mark.parametrize("fee", ["", "gone"])
def test_a_fee_that_is_not_there_says_that_the_part_is_closed(gate, fee):
    page = text(gate(fee=fee).student_view())

    assert "This part is closed" in page
    assert "href" not in page


def test_k24_without_a_decision_the_page_says_closed_for_now_and_the_log_has_the_ids(
    gate, payments, caplog
):
    payments.entitlement_failure = OperationalError("gone away")

    page = text(gate().student_view())

    assert "stays closed for now" in page
    assert f"user={LEARNER}" in caplog.text


def test_k24_while_nobody_can_say_what_is_offered_the_page_says_closed_for_now(gate, payments):
    payments.failure = OperationalError("gone away")

    assert "stays closed for now" in text(gate().student_view())


def test_a_fee_of_another_course_is_neither_offered_nor_settled_here(gate, payments):
    del payments.offerings[FEE]
    payments.entitled[LEARNER] = frozenset({FEE})

    page = text(gate().student_view())

    assert "not on sale now" in page
    assert "href" not in page


def test_while_the_gates_are_switched_off_the_gate_draws_nothing(gate, published):
    published.switched_off = frozenset({COURSE})
    services.renew_switch(COURSE)

    assert gate().student_view().content == ""
    assert gate(None).public_view().content == ""


@pytest.mark.parametrize("role", ["staff", "beta_testers"])
def test_of_whom_no_fee_is_asked_is_told_that_learners_meet_one_and_offered_nothing(
    gate, published, role
):
    setattr(published, role, frozenset({LEARNER}))

    page = text(gate(teaser="Six lessons.").student_view())

    assert "You have access to what follows. Learners meet a fee here." in page
    assert "USD" not in page
    assert "href" not in page


def test_staff_are_told_so_without_their_rights_being_asked_for(gate, published, payments):
    published.staff = frozenset({LEARNER})
    asked = payments.asked

    gate().student_view()

    assert payments.asked == asked


def test_staff_who_play_a_learner_meet_what_a_learner_meets(gate, published, monkeypatch):
    published.staff = frozenset({LEARNER})
    monkeypatch.setattr("fee_gate.compat.plays_learner", lambda user_id, course: True)

    assert "Pay USD 120.00" in text(gate().student_view())


def test_staff_may_go_on_while_nobody_can_say_who_has_settled_what(gate, published, payments):
    published.staff = frozenset({LEARNER})
    payments.entitlement_failure = OperationalError("gone")

    assert "You have access to what follows." in text(gate().student_view())


@pytest.fixture
def two_fees(published):
    """Behind the gate of the course stands another one at once, with a fee of its own."""
    published.outlines[COURSE] = make.course(
        make.section(
            "C1",
            make.subsection(
                "S1",
                make.unit(
                    "V1", make.gate(), make.gate("exam", fee=EXAM, scope="section"), make.html("x")
                ),
            ),
        )
    )
    services.recompute(COURSE)


def test_who_meets_the_first_of_two_fees_reads_of_the_other(gate, two_fees):
    page = text(gate().student_view())

    assert "Pay USD 120.00" in page
    assert "This part needs another fee as well: \u2068Final examination\u2069." in page


def test_a_visitor_reads_of_the_other_fee_too(gate, two_fees):
    assert "This part needs another fee as well" in text(gate(user_id=None).student_view())


def test_who_has_settled_the_other_fee_reads_of_one_only(gate, two_fees, payments):
    payments.entitled[LEARNER] = frozenset({EXAM})

    assert "another fee" not in text(gate().student_view())


def test_of_one_fee_no_other_is_said_and_no_name_is_asked_for(gate, payments, monkeypatch):
    monkeypatch.setattr("fee_gate.client.fee_titles", pytest.fail)

    assert "another fee" not in text(gate().student_view())


def test_a_name_that_cannot_be_read_leaves_the_paywall_as_it_is(gate, two_fees, monkeypatch):
    def fee_titles(*_):
        raise client.Undecidable

    monkeypatch.setattr("fee_gate.client.fee_titles", fee_titles)

    assert "Pay USD 120.00" in text(gate().student_view())


def test_several_other_fees_are_one_sentence():
    paywall = Paywall(state=PaywallState.UNAVAILABLE, further=("A", "B"))

    page = presenter.paywall(paywall, teaser="", gettext=str, ngettext=translation.ngettext)

    assert page.further == ("This part needs other fees as well: \u2068A\u2069 · \u2068B\u2069.")


def test_f33_what_people_wrote_is_shown_as_text(gate, payments):
    payments.offerings = {FEE: offering(title=SCRIPT)}

    page = text(gate(teaser=SCRIPT).student_view())

    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2  # the heading, the teaser


def test_learners_need_no_script_and_no_other_host(gate):
    fragment = gate().student_view()

    assert fragment.js_init_fn is None
    assert {resource.mimetype for resource in fragment.resources} == {"text/css"}
    assert "http" not in fragment.content + fragment.resources[0].data


def test_the_stylesheet_has_no_left_or_right_and_nothing_of_studio(gate):
    css = gate().student_view().resources[0].data

    assert "left" not in css
    assert "right" not in css
    assert "author" not in css
    assert "form" not in css.replace("text-transform", "")


def test_what_apps_may_keep_is_the_same_for_everybody(gate, payments):
    assert gate(PAYER).student_view_data() == gate(None).student_view_data()
    assert payments.asked == 0


def test_search_finds_words_and_no_price(gate):
    found = gate(teaser="Six lessons.", display_name="Fee").index_dictionary()

    assert found["content"] == {"display_name": "Fee", "teaser": "Six lessons."}
    assert "USD" not in str(found)


def test_it_counts_towards_no_completion_and_shows_in_apps():
    assert FeeGateXBlock.completion_mode == XBlockCompletionMode.EXCLUDED
    for view in (FeeGateXBlock.student_view, FeeGateXBlock.public_view):
        assert FeeGateXBlock.has_support(None, view, "multi_device")


@pytest.mark.parametrize("name", ["fee", "scope", "teaser", "display_name"])
def test_it_keeps_nothing_about_learners(name):
    assert FeeGateXBlock.fields[name].scope is Scope.settings


def test_fields_refuse_what_is_no_text(gate):
    with pytest.raises(TypeError):
        gate().fee = 7


def test_olx_keeps_the_gate_whole(gate):
    node = etree.Element("fee_gate")
    gate(teaser="Six lessons.", scope="course").add_xml_to_node(node)

    written = {name: node.get(name) for name in ("fee", "scope", "teaser")}
    assert written == {"fee": FEE, "scope": "course", "teaser": "Six lessons."}
    assert FeeGateXBlock.parse_xml(node, gate().runtime, gate().scope_ids).fee == FEE


def test_every_state_has_a_page():
    assert set(presenter._PAGES) == set(PaywallState) - {PaywallState.SWITCHED_OFF}


def bdi_of_heading(page):
    return re.search(r"<h2[^>]*><bdi([^>]*)>", page)[1]


def test_the_texts_of_a_course_say_its_language_and_direction(gate, platform):
    platform.languages = {COURSE: "ar"}

    page = text(gate(teaser="5G ستة دروس").student_view())

    assert bdi_of_heading(page) == ' lang="ar" dir="rtl"'
    assert 'class="fee-gate__teaser" lang="ar" dir="rtl">' in page


def test_where_nobody_said_the_language_each_text_goes_its_own_way(gate):
    page = text(gate(teaser="Six lessons.").student_view())

    assert bdi_of_heading(page) == ""
    assert 'class="fee-gate__teaser" dir="auto">' in page


def test_what_we_say_ourselves_is_in_the_readers_language(gate, payments, platform):
    platform.languages, payments.offerings = {COURSE: "ar"}, {}

    page = text(gate(teaser="ستة دروس").student_view())

    assert "This part is closed" in page
    assert bdi_of_heading(page) == ""
    assert page.count('lang="ar"') == 1


def test_a_language_that_cannot_be_read_shuts_no_paywall(gate, monkeypatch):
    def course_language(course_key):
        raise OperationalError("gone")

    monkeypatch.setattr("fee_gate.compat.course_language", course_language)

    assert "Pay USD 120.00" in text(gate().student_view())


def test_the_paywall_is_named_by_its_heading(gate):
    page = text(gate().student_view())

    name = re.search(r'<section class="fee-gate" aria-labelledby="([^"]+)"', page)[1]
    assert f'<h2 class="fee-gate__heading" id="{name}"' in page


def test_who_lost_a_right_reads_what_became_of_it(gate, payments):
    payments.ended = "Your seat was withdrawn on 20 November 2026."

    assert payments.ended in text(gate().student_view())


def test_who_lost_a_right_reads_it_also_where_the_fee_is_not_on_sale(gate, payments):
    payments.offerings = {FEE: offering(on_sale_until=AT.date())}
    payments.ended = "Your access ended on 20 November 2026."

    page = text(gate().student_view())

    assert "not on sale now" in page
    assert payments.ended in page


def test_where_nobody_can_say_what_became_of_a_right_the_paywall_is_as_ever(gate, payments):
    before = text(gate().student_view())
    payments.ended_failure = OperationalError("gone")

    assert text(gate().student_view()) == before


def test_a_block_knows_its_course(gate):
    assert gate().course_text == COURSE


@pytest.mark.parametrize(("is_included", "name"), [(True, "Tax included"), (False, "Tax")])
def test_a_tax_says_whether_it_is_in_the_price(is_included, name):
    usd = Money("120.00", "USD")
    paywall = Paywall(
        state=PaywallState.TO_PAY, title="Fee", list_price=usd, total=usd,
        tax=Money("20.00", "USD"), is_tax_included=is_included,
    )  # fmt: skip

    page = presenter.paywall(paywall, teaser="", gettext=str, ngettext=translation.ngettext)

    assert (name, "USD 20.00") in page.lines


def test_who_nothing_is_sold_to_reads_why_and_is_offered_nothing(gate, payments, monkeypatch):
    def refuse(learner, code, *, at):
        raise CountryBlocked("Spectrum management", at.date(), "KP")

    monkeypatch.setattr(payments, "quote", refuse)
    page = text(gate(teaser="Six lessons.").student_view())

    assert '<p data-reason="country_blocked">By the rules of this site,' in page
    assert "on sale" not in page
    assert "Six lessons." in page
    assert "href" not in page
