"""The gate in Studio: the preview, the form, and what may be saved."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from hypothesis import given
from opaque_keys.edx.keys import UsageKey
from webob import Request
from xblock.fields import ScopeIds
from xblock.validation import ValidationMessage

from demo_site.blocks import STRUCTURE, ContainerBlock
from factories.drafts import block_in, draft
from factories.fee_gate import (
    AUTHOR,
    COURSE,
    EXAM,
    FEE,
    LEARNER,
    course,
    html,
    key,
    marker_course,
    offering,
    section,
    subsection,
    unit,
)
from factories.fee_gate import gate as marker
from factories.outlines import TYPES, trees
from fairgate.money import Money
from fee_gate import api, author, presenter, rules
from fee_gate.block import FeeGateXBlock
from fee_gate.data import Cover, Extent, GateTable
from fee_gate.rules import Node

pytestmark = pytest.mark.django_db

SETTINGS = {"display_name": "Fee", "fee": FEE, "scope": "course", "teaser": "Six lessons."}


def save(block, data):
    """Status and answer of the handler."""
    request = Request.blank("/", method="POST", body=json.dumps(data).encode())
    response = block.handle("save_settings", request)
    return response.status_int, response.json


def refusal(sentence, field=""):
    return 400, {"error": sentence, "field": field}


def sentences(block):
    return [message.text for message in block.validate().messages]


def test_an_author_sees_what_is_gated_and_how_many_units_and_components(gate):
    page = gate(AUTHOR, scope="subsection").author_view().content

    assert "Spectrum management" in page
    assert "USD 120.00" in page
    assert "The rest of this subsection" in page
    assert "In the published course this gate closes 1 unit and 2 components." in page


def test_the_form_offers_the_courses_fees_by_name_and_the_scopes(gate, payments):
    payments.offerings[EXAM] = offering(EXAM, title="Final examination")

    page = gate(AUTHOR).studio_view().content

    assert (
        f'<option dir="auto" value="{FEE}" data-prices="USD\N{NO-BREAK SPACE}120.00" selected>'
        "Spectrum management (USD 120.00)</option>"
    ) in page
    assert (
        f'<option dir="auto" value="{EXAM}" data-prices="USD\N{NO-BREAK SPACE}120.00">'
        "Final examination (USD 120.00)</option>"
    ) in page
    assert page.count("<option") == 6
    assert 'type="text"' in page


def test_the_form_of_a_new_gate_asks_for_a_fee(gate):
    page = gate(AUTHOR, fee="").studio_view().content

    assert '<option dir="auto" value="" data-prices="" selected>Choose a fee</option>' in page


def test_the_form_shows_a_fee_that_the_course_does_not_have(gate):
    page = gate(AUTHOR, fee="gone").studio_view().content

    assert "Unknown fee “gone”" in page


def test_what_an_author_chose_is_stored(gate):
    block = gate(AUTHOR)

    assert save(block, SETTINGS) == (200, {"result": "success"})
    assert {name: getattr(block, name) for name in SETTINGS} == SETTINGS


@pytest.mark.parametrize("person", [LEARNER, None])
def test_only_an_author_may_save(gate, person):
    block = gate(person, scope="unit")

    assert save(block, SETTINGS) == (403, {"error": "Only authors of this course may do this."})
    assert block.scope == "unit"


def test_outside_studio_an_author_is_told_where_settings_are_changed(gate):
    block = gate(AUTHOR, is_read_only=True, teaser="As it was.")

    assert save(block, SETTINGS) == (403, {"error": "These settings are changed in Studio."})
    assert (block.scope, block.teaser) == ("unit", "As it was.")


def test_outside_studio_a_learner_is_told_that_authors_may(gate):
    block = gate(LEARNER, is_read_only=True)

    assert save(block, SETTINGS) == (403, {"error": "Only authors of this course may do this."})


@pytest.mark.parametrize(
    ("change", "sentence", "field"),
    [
        ({"fee": "gone"}, "Choose a fee of this course.", "fee"),
        ({"fee": ""}, "Choose a fee of this course.", "fee"),
        ({"scope": "everything"}, "Choose what the gate closes.", "scope"),
        ({"display_name": "  "}, "Give the gate a name.", "display_name"),
        ({"teaser": "x" * 1001}, "“Teaser” is too long.", "teaser"),
        ({"teaser": 7}, "“Teaser” is not a text.", "teaser"),
        ({"teaser": "a\0b"}, "“Teaser” is not a text.", "teaser"),
        ({"teaser": "a\ud800b"}, "“Teaser” is not a text.", "teaser"),
        ({"display_name": "a\ud800b"}, "“Name” is not a text.", "display_name"),
        ({"display_name": "two\nlines"}, "“Name” is not a text.", "display_name"),
        ({"fee": "x" * 65}, "“Fee” is too long.", "fee"),
        ({"scope": ["unit"]}, "“What it closes” is not a text.", "scope"),
        ({"price": "0.00"}, "Send the name, the fee, what it closes and the teaser.", ""),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence_at_its_field(
    gate, change, sentence, field
):
    block = gate(AUTHOR, scope="unit")

    assert save(block, SETTINGS | change) == refusal(sentence, field)
    assert (block.scope, block.teaser, block.fee) == ("unit", "", FEE)


@pytest.mark.parametrize("name", ["Prix\u00a0: 12\u202f%", "می\u200cخواهم"])
def test_spaces_and_joins_of_other_scripts_are_text(gate, name):
    block = gate(AUTHOR)

    teaser = f"{name}\r\n\tSix lessons."
    assert save(block, SETTINGS | {"display_name": name, "teaser": teaser})[0] == 200
    assert (block.display_name, block.teaser) == (name, teaser)


@pytest.mark.parametrize("data", [[], "x", 7, None, {}])
def test_what_is_no_form_is_refused(gate, data):
    assert save(gate(AUTHOR), data)[0] == 400


def test_a_fee_of_another_course_is_refused(gate, payments):
    other = offering("other-fee")
    payments.offerings["other-fee"] = SimpleNamespace(
        **{name: getattr(other, name) for name in other.__slots__} | {"course_key": "another"}
    )

    assert save(gate(AUTHOR), SETTINGS | {"fee": "other-fee"})[0] == 400


def test_when_fees_cannot_be_read_nothing_is_saved(gate, payments):
    payments.failure = OperationalError("gone away")

    assert save(gate(AUTHOR), SETTINGS) == refusal(
        "The fees of this course cannot be read now. Try later."
    )


def test_a_gate_without_fault_has_no_messages(gate):
    assert sentences(gate(AUTHOR)) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"fee": ""}, "No fee is chosen."),
        ({"fee": "gone"}, "This course has no such fee,"),
        ({"scope": "everything"}, "reach of this gate is not known"),
    ],
)
def test_an_author_is_told_what_is_wrong(gate, fields, words):
    block = gate(AUTHOR, **fields)

    assert words in " ".join(sentences(block))
    assert words in block.author_view().content
    assert block.validate().messages[0].type == ValidationMessage.ERROR


def test_an_author_is_told_that_the_fee_is_not_on_sale(gate, payments):
    payments.offerings = {FEE: offering(on_sale_until=date(2026, 11, 23))}

    assert sentences(gate(AUTHOR))[0] == (
        "The fee is not on sale today, so only a seat code opens what follows. "
        "Ask who keeps the price list."
    )


def test_an_author_is_told_that_fees_cannot_be_read(gate, payments):
    payments.failure = OperationalError("gone away")

    assert sentences(gate(AUTHOR)) == ["The fees of this course cannot be read now. Try later."]


def outline_with(*blocks):
    """A course of one unit with these blocks, and one more unit in another section."""
    return course(
        section("C1", subsection("S1", unit("V1", *blocks))),
        section("C2", subsection("S2", unit("V2", html("last")))),
    )


def test_before_the_first_publish_nothing_is_closed_and_an_author_sees_what_will_be(published):
    outline = outline_with(html("free"), marker("new", scope="course"), html("secret"))

    page = block_in(draft(outline), "new").author_view().content

    assert "In the published course this gate closes nothing." in page
    assert "Once the draft is published, it closes 1 unit and 2 components." in page
    assert "After publishing, load this page again to see what is closed." in page


def test_an_author_sees_that_the_draft_closes_more_than_the_published_course(published):
    block = block_in(draft(marker_course(scope="course")), "gate")

    page = block.author_view().content

    assert "In the published course this gate closes 1 unit and 2 components." in page
    assert "Once the draft is published, it closes 3 units and 4 components." in page


def test_an_author_sees_that_the_draft_closes_nothing_any_more(published):
    outline = course(section("C1", subsection("S1", unit("V1", html("intro"), marker("gate")))))

    page = block_in(draft(outline), "gate").author_view().content

    assert "In the published course this gate closes 1 unit and 2 components." in page
    assert "Once the draft is published, it closes nothing." in page


@pytest.mark.parametrize(
    ("units", "components", "words"),
    [
        (1, 1, "1 unit and 1 component"),
        (3, 12, "3 units and 12 components"),
        (0, 1, "1 component"),
        (2, 0, "2 units"),
    ],
)
def test_units_and_components_are_not_added_up(units, components, words):
    def ngettext(one, many, number):
        return one if number == 1 else many

    closed = Extent(units=units, components=components)
    assert presenter.extent(closed, gettext=str, ngettext=ngettext) == words


def test_where_the_draft_is_published_an_author_reads_one_number_only(published):
    page = block_in(draft(marker_course()), "gate").author_view().content

    assert "In the published course this gate closes 1 unit and 2 components." in page
    assert "Once the draft is published" not in page
    assert "load this page again" not in page


def test_an_author_sees_that_learners_still_need_the_fee_of_before(published, payments):
    payments.offerings[EXAM] = offering(EXAM, title="Final examination")

    page = block_in(draft(marker_course(fee=EXAM)), "gate").author_view().content

    assert "The published course still asks for another fee there." in page
    assert "Once the draft is published, it closes 1 unit and 2 components." in page


def test_an_author_is_told_when_nobody_can_say_what_is_closed(published, monkeypatch):
    lost = GateTable(course_key=COURSE, is_readable=False)
    monkeypatch.setattr("fee_gate.selectors.gate_table", lambda _course: lost)

    page = block_in(draft(marker_course()), "gate").author_view().content

    assert "What this gate closes now cannot be read." in page
    assert "In the published course" not in page


def test_an_author_is_told_that_nothing_follows(published):
    block = block_in(draft(outline_with(html("free"), marker("gate"))), "gate")

    assert "Nothing follows this gate" in sentences(block)[0]
    assert block.validate().messages[0].type == ValidationMessage.WARNING


def test_an_empty_section_behind_a_gate_is_nothing(published):
    outline = course(
        section("C1", subsection("S1", unit("V1", marker("gate", scope="course")))), section("C2")
    )

    assert "Nothing follows this gate" in sentences(block_in(draft(outline), "gate"))[0]


def test_an_author_is_told_that_the_gate_stands_behind_another_before_publishing(published):
    outline = outline_with(marker("outer", fee=EXAM), marker("inner"), html("secret"))

    assert "needs the fees of both" in sentences(block_in(draft(outline), "inner"))[0]


def test_where_the_runtime_has_no_tree_the_published_course_says_what_stands_before(
    gate, published
):
    outline = outline_with(marker("outer", fee=EXAM), marker("gate"), html("secret"))
    published.outlines[COURSE] = outline
    api.recompute(COURSE)

    assert "needs the fees of both" in sentences(gate(AUTHOR))[0]


def test_an_author_is_told_that_a_gate_among_blocks_of_which_each_sees_a_part_closes_for_all(
    published, monkeypatch
):
    box = Node(
        usage_key=key("library_content", "box"),
        block_type="library_content",
        children=(marker("gate"), html("inside")),
    )
    monkeypatch.setitem(STRUCTURE, "library_content", ContainerBlock)
    block = block_in(draft(outline_with(box, html("after"))), "gate")

    assert "of which each learner sees a part" in sentences(block)[0]
    assert "Once the draft is published, it closes 2 components." in block.author_view().content


@pytest.mark.parametrize(
    ("hidden", "scope", "is_told"),
    [
        (None, "course", False),
        ("gate", "unit", True),
        ("V1", "unit", False),
        ("V1", "subsection", True),
        ("S1", "subsection", False),
        ("S1", "section", True),
        ("C1", "section", False),
        ("C1", "course", True),
    ],
)
def test_an_author_is_told_that_some_do_not_see_a_gate_that_closes_for_them_too(
    published, monkeypatch, hidden, scope, is_told
):
    monkeypatch.setattr(
        "fee_gate.compat.is_for_some_only",
        lambda block: block.scope_ids.usage_id.block_id == hidden,
    )
    block = block_in(draft(outline_with(marker("gate", scope=scope), html("secret"))), "gate")

    assert any("Only some see this gate" in text for text in sentences(block)) == is_told


def test_the_draft_is_walked_once_for_all_gates_of_a_page(published, memory, monkeypatch):
    outline = outline_with(marker("one"), marker("two"), html("secret"))
    root = draft(outline)
    walks = []
    monkeypatch.setattr(author, "draft_outline", lambda block: walks.append(block) or outline)

    found = [sentences(block_in(root, name)) for name in ("one", "two", "one")]

    assert len(walks) == 1
    assert found[0] == found[2] != found[1]


def test_leaves_are_not_loaded_to_count_them(published, monkeypatch):
    root = draft(marker_course(scope="course"))
    loaded = []
    get_block = root.runtime.get_block
    monkeypatch.setattr(
        root.runtime, "get_block", lambda key, **_: loaded.append(key.block_type) or get_block(key)
    )

    author.draft_outline(root)

    assert "html" not in loaded
    assert loaded.count("fee_gate") == 1


@given(trees(types=[name for name in TYPES if name != "split_test"]))
def test_the_draft_is_read_as_the_published_course_is(tree):
    read = author.draft_outline(draft(tree))

    assert list(rules.covered(read).values()) == [
        tuple(Cover(gate=key("fee_gate", cover.gate), fee=cover.fee) for cover in gates)
        for gates in rules.covered(tree).values()
    ]


def test_an_author_meets_the_paywall_as_a_learner_without_a_waiver_does(gate, payments):
    payments.waived = Money("90.00", "USD")

    page = gate(AUTHOR, teaser="Six lessons.").author_view().content
    preview = page.partition("<figure")[2]

    assert "Preview: what a learner meets who has no waiver" in preview
    assert "Six lessons." in preview
    assert "Pay USD 120.00" in preview
    assert "USD 30.00" not in page


def test_nothing_leads_on_from_the_preview(gate):
    page = gate(AUTHOR).author_view().content

    assert "href" not in page
    assert "<button" not in page


def test_the_preview_of_a_fee_that_is_not_there_is_the_closed_page(gate):
    page = gate(AUTHOR, fee="gone").author_view().content

    assert "This part is closed" in page
    assert "Pay USD" not in page
    assert "I have a seat code" not in page


def test_the_preview_of_a_fee_that_is_not_on_sale_names_it_and_offers_a_seat_code(gate, payments):
    payments.offerings = {FEE: offering(on_sale_until=date(2026, 11, 23))}

    preview = gate(AUTHOR).author_view().content.partition("<figure")[2]

    assert "Spectrum management" in preview
    assert "it is not on sale now" in preview
    assert "I have a seat code" in preview
    assert "Pay USD" not in preview


def test_f33_what_people_wrote_is_text_in_studio_too(gate, payments):
    payments.offerings = {FEE: offering(title="<script>1</script>")}
    block = gate(AUTHOR, teaser="<script>2</script>", display_name="<script>3</script>")

    assert "<script" not in block.author_view().content
    assert "<script" not in block.studio_view().content


def test_the_form_says_which_fee_is_not_on_sale(gate, payments):
    payments.offerings = {FEE: offering(on_sale_until=date(2026, 11, 23))}

    assert "(USD 120.00), not on sale today</option>" in gate(AUTHOR).studio_view().content


def test_the_form_of_a_course_without_fees_says_whom_to_ask_and_the_rest_can_be_saved(
    gate, payments
):
    payments.offerings = {}
    block = gate(AUTHOR, fee="", teaser="")

    assert "This course has no fees yet. Ask who keeps the price list" in (
        block.studio_view().content
    )
    assert save(block, SETTINGS | {"fee": ""})[0] == 200
    assert block.teaser == "Six lessons."
    assert save(block, SETTINGS) == refusal("Choose a fee of this course.", "fee")
    assert block.fee == ""


LIBRARIES = [
    "lib-block-v1:ATC+SHARED+type@fee_gate+block@gate",
    "lb:ATC:shared:fee_gate:gate",
]


@pytest.fixture(params=LIBRARIES)
def in_library(request, gate):
    """A gate kept in a library, of either kind."""

    def make(**fields):
        block = gate(AUTHOR, **fields)
        usage = UsageKey.from_string(request.param)
        block.scope_ids = ScopeIds(AUTHOR, "fee_gate", usage, usage)
        return block

    return make


def test_in_a_library_an_author_is_told_that_nothing_is_closed(in_library):
    block = in_library(fee="", teaser="Six lessons.")

    (message,) = block.validate().messages
    assert message.text.startswith("In a library a gate closes nothing.")
    assert message.type == ValidationMessage.WARNING
    for page in (block.author_view(), block.student_view(), block.public_view()):
        assert "In a library a gate closes nothing." in page.content
        assert "Six lessons." in page.content
        assert "this gate closes" not in page.content


def test_in_a_library_no_fee_is_chosen_and_what_is_stored_stays(in_library):
    block = in_library(fee="", teaser="")

    assert "A library has no fees." in block.studio_view().content
    assert save(block, SETTINGS | {"fee": ""})[0] == 200
    assert (block.fee, block.scope, block.teaser) == ("", "course", "Six lessons.")
    assert save(block, SETTINGS) == refusal("Choose a fee of this course.", "fee")


def test_a_course_keeps_its_fee_when_the_gate_of_a_library_is_brought_up_to_date():
    class OfThePlatform:
        @classmethod
        def get_customizable_fields(cls):
            return {"display_name": "upstream_display_name"}

    class Mixed(FeeGateXBlock, OfThePlatform):
        pass

    assert Mixed.get_customizable_fields() == {"display_name": "upstream_display_name", "fee": None}
    assert FeeGateXBlock.get_customizable_fields() == {"fee": None}


def test_a_fee_that_the_course_does_not_have_is_named_and_shut_to_everybody(gate):
    page = gate(AUTHOR, fee="gone").author_view().content

    assert "Unknown fee “gone”" in page
    assert "so what follows is closed to everybody" in page
