"""The gate in Studio: the preview, the form, and what may be saved."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from webob import Request
from xblock.validation import ValidationMessage

from factories.fee_gate import (
    AUTHOR,
    COURSE,
    EXAM,
    FEE,
    LEARNER,
    course,
    html,
    offering,
    section,
    subsection,
    unit,
)
from factories.fee_gate import gate as marker
from fee_gate import api

pytestmark = pytest.mark.django_db

SETTINGS = {"display_name": "Fee", "fee": FEE, "scope": "course", "teaser": "Six lessons."}


def save(block, data):
    """Status and answer of the handler."""
    request = Request.blank("/", method="POST", body=json.dumps(data).encode())
    response = block.handle("save_settings", request)
    return response.status_int, response.json


def sentences(block):
    return [message.text for message in block.validate().messages]


def test_an_author_sees_what_is_gated_and_how_many_blocks(gate):
    page = gate(AUTHOR, scope="subsection").author_view().content

    assert "Spectrum management" in page
    assert "USD 120.00" in page
    assert "The rest of this subsection" in page
    assert "3 blocks are closed by this gate in the published course." in page


def test_the_form_offers_the_courses_fees_by_name_and_the_scopes(gate, payments):
    payments.offerings[EXAM] = offering(EXAM, title="Final examination")

    page = gate(AUTHOR).studio_view().content

    assert f'<option value="{FEE}" selected>Spectrum management (USD 120.00)</option>' in page
    assert f'<option value="{EXAM}">Final examination (USD 120.00)</option>' in page
    assert page.count("<option") == 6
    assert 'type="text"' in page


def test_the_form_of_a_new_gate_asks_for_a_fee(gate):
    page = gate(AUTHOR, fee="").studio_view().content

    assert '<option value="" selected>Choose a fee</option>' in page


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
    ("change", "sentence"),
    [
        ({"fee": "gone"}, "Choose a fee of this course."),
        ({"fee": ""}, "Choose a fee of this course."),
        ({"scope": "everything"}, "Choose what the gate closes."),
        ({"display_name": "  "}, "Give the gate a name."),
        ({"teaser": "x" * 1001}, "“teaser” is too long."),
        ({"teaser": 7}, "“teaser” is not a text."),
        ({"teaser": "a\0b"}, "“teaser” is not a text."),
        ({"teaser": "a\ud800b"}, "“teaser” is not a text."),
        ({"display_name": "a\ud800b"}, "“display_name” is not a text."),
        ({"display_name": "two\nlines"}, "“display_name” is not a text."),
        ({"price": "0.00"}, "Send the name, the fee, what it closes and the teaser."),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(gate, change, sentence):
    block = gate(AUTHOR, scope="unit")

    assert save(block, SETTINGS | change) == (400, {"error": sentence})
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

    assert save(gate(AUTHOR), SETTINGS) == (
        400,
        {"error": "The fees of this course cannot be read now. Try later."},
    )


def test_a_gate_without_fault_has_no_messages(gate):
    assert sentences(gate(AUTHOR)) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"fee": ""}, "No fee is chosen."),
        ({"fee": "gone"}, "This course has no such fee."),
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

    assert "not on sale today" in sentences(gate(AUTHOR))[0]


def test_an_author_is_told_that_fees_cannot_be_read(gate, payments):
    payments.failure = OperationalError("gone away")

    assert sentences(gate(AUTHOR)) == ["The fees of this course cannot be read now. Try later."]


def test_an_author_is_told_that_nothing_follows(gate, monkeypatch):
    block = gate(AUTHOR, scope="unit")
    parent = SimpleNamespace(
        children=["something", block.scope_ids.usage_id],
        scope_ids=SimpleNamespace(block_type="vertical", usage_id="V1"),
        get_parent=lambda: None,
    )
    monkeypatch.setattr(block, "get_parent", lambda: parent)

    assert "Nothing follows this gate" in sentences(block)[0]


def test_an_author_is_told_that_the_gate_stands_behind_another(gate, published):
    outline = unit("V1", marker("outer", fee=EXAM), marker("gate"), html("secret"))
    published.outlines[COURSE] = course(section("C", subsection("S", outline)))
    api.recompute(COURSE)

    assert "Learners need both fees" in sentences(gate(AUTHOR))[0]
