"""The JSON Schema for editors and the reader say the same about a document."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yaml.reader import Reader

from factories import waiver_policy as make
from fairgate.documents import DocumentError, parse_yaml
from waiver_policy.rules import benefits, language, limits, operators, review_terms
from waiver_policy.rules.canonical import canonical_text
from waiver_policy.rules.language import read_policies

DATA = make.SHIPPED_POLICY.parent
SCHEMA = json.loads((DATA / "waiver-policy-0.2.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
DOCUMENTS = [DATA / "fairgate-default.yaml", *sorted((DATA / "examples").glob("*.yaml"))]
POLICIES = [path for path in DOCUMENTS if "schema:" in path.read_text(encoding="utf-8")]


def parsed(text):
    return parse_yaml(text, file="p")


def accepts(text):
    try:
        read_policies(text, file="p")
    except DocumentError:
        return False
    return True


def test_the_schema_is_one_of_2020_12():
    Draft202012Validator.check_schema(SCHEMA)


def test_the_command_says_where_it_is():
    out = StringIO()
    call_command("waiver_policy_check", "--schema", stdout=out)
    assert json.loads(Path(out.getvalue().strip()).read_text(encoding="utf-8")) == SCHEMA


def test_the_schema_knows_the_words_that_the_reader_knows():
    definitions = SCHEMA["$defs"]
    kinds = {one["properties"]["kind"]["const"]: one for one in definitions["benefit"]["oneOf"]}
    assert definitions["policy"]["properties"].keys() == language.DECIDING | language.DESCRIBING
    assert definitions["condition"]["properties"].keys() == operators.OPERATORS.keys()
    assert {kind: one["properties"].keys() - {"kind"} for kind, one in kinds.items()} == {
        kind: needs | may for kind, (needs, may) in benefits.KINDS.items()
    }
    assert {kind: set(one["required"]) - {"kind"} for kind, one in kinds.items()} == {
        kind: set(needs) for kind, (needs, _) in benefits.KINDS.items()
    }
    cap = definitions["cap"]["properties"]
    assert set(cap["scope"]["enum"]) == limits.SCOPES
    assert set(cap["period"]["anyOf"][0]["enum"]) == limits.PERIODS
    policy = definitions["policy"]["properties"]
    assert set(policy["country_basis"]["enum"]) == language.BASES
    assert set(policy["unit"]["enum"]) == review_terms.UNITS
    assert words_of(policy["deadline"]) == review_terms.DEADLINE
    assert words_of(policy["validity"]) == review_terms.VALIDITY
    needs = definitions["needs"]["properties"]
    assert set(needs["strength"]["enum"]) == language.STRENGTHS


def words_of(definition):
    said = definition["properties"].items()
    return {key: {value["const"]} for key, value in said if "const" in value}


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_what_we_ship_is_valid(path):
    assert not list(VALIDATOR.iter_errors(parsed(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "blue"},
        {"id": "Bad Name"},
        {"title": ""},
        {"country_basis": "birthplace"},
        {"rules": []},
        {"rules": [{"label": "x", "when": {"flag": "a"}}]},
        {"rules": [{"label": "x", "when": {}, "benefit": {"kind": "discretionary"}}]},
        {"unless": {"sometimes": True}},
        {"unless": {"lt": {"field": "x", "value": "5"}}},
        {"unless": {"in_group": {"group": "OECD"}}},
        {"unless": {"in_group": {"group": "LDC", "grace": {"starts": "exit"}}}},
        {"unless": {"gt_field": ["a"]}},
        {"otherwise": {"kind": "percent_off", "percent": 101}},
        {"otherwise": {"kind": "percent_of_list", "percent": 5, "range": [1, 2]}},
        {"otherwise": {"kind": "fixed_price", "amount": Decimal("1.5"), "currency": "USD"}},
        {"otherwise": {"kind": "fixed_price", "amount": "-1.00", "currency": "USD"}},
        {"caps": [{"scope": "person", "period": "year"}]},
        {"caps": [{"scope": "planet", "period": "year", "limit": 1}]},
        {"caps": [{"scope": "person", "period": "P12", "limit": 1}]},
        {"caps": [{"scope": "person", "period": "P12M", "any_of": [{"grants": 0}]}]},
        {"missing": {"country": "guess"}},
        {"missing": {}},
        {"effective": {"from": "soon"}},
        {"validity": {"after_approval": 180}},
        {"validity": {"bound_to": "moon"}},
        {"unit": "nomintion"},
        {"sla": {"decision_within": "next week"}},
        {"sla": "P16D"},
        {"deadline": {"late": "accept"}},
        {"deadline": {}},
        {"ranking": [""]},
        {"stack": {"mode": "all"}},
        {"defaults": {"x": [1]}},
        {"kind": "gift"},
        {"evidence_required": {"manual": []}},
    ],
    ids=str,
)
def test_what_the_schema_refuses_is_refused_by_the_reader(change):
    policy = {**parsed(make.policy_text(make.LDC_FREE))["policies"][0], **change}
    document = {"schema": language.SCHEMA, "policies": [policy]}
    assert list(VALIDATOR.iter_errors(document))
    assert not accepts(canonical_text(policy, schema=language.SCHEMA))


def every_place(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from every_place(value[key], (*path, key))
    elif isinstance(value, list):
        for number in range(len(value)):
            yield from every_place(value[number], (*path, number))


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


EVERY_POLICY = [
    plain(policy)
    for path in POLICIES
    for policy in parsed(path.read_text(encoding="utf-8"))["policies"]
]
words = st.sampled_from(
    ["", " ", "x", "LDC", "SIDS", "P12M", "P0D", "2026-11-24", "20261124", "exit", "person", "ip",
     "1.50", "-1", "+1.00", "USD", "ask", "percent", "declared", "NO", "first", "a@b", "é", "0"]
)  # fmt: skip
junk = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 200), words, st.just([]), st.just({}),
    st.sampled_from([Decimal("0.5"), Decimal("33.333"), Decimal("100.00")]),
    st.lists(st.one_of(words, st.integers(0, 3)), max_size=2),
    st.dictionaries(words, st.one_of(words, st.integers(0, 3)), max_size=2),
)  # fmt: skip


@st.composite
def changed_policies(draw):
    """A policy of ours with one value replaced, left out, or put where it was not."""
    policy = copy.deepcopy(draw(st.sampled_from(EVERY_POLICY)))
    path = draw(st.sampled_from([path for path in every_place(policy) if path]))
    holder = policy
    for key in path[:-1]:
        holder = holder[key]
    if draw(st.booleans()):
        holder[path[-1]] = draw(junk)
    elif draw(st.booleans()):
        del holder[path[-1]]
    elif isinstance(holder, dict):
        donor = draw(st.sampled_from(EVERY_POLICY))
        key = draw(st.sampled_from(sorted({*donor, "benefit", "when", "needs", "limit", "by"})))
        holder[key] = donor.get(key, draw(junk))
    return policy


@settings(max_examples=500, deadline=None)
@given(changed_policies())
def test_what_the_reader_accepts_is_valid(policy):
    text = canonical_text(policy, schema=language.SCHEMA)
    if accepts(text):
        assert not list(VALIDATOR.iter_errors(parsed(text))), text


@settings(max_examples=300, deadline=None)
@given(changed_policies())
def test_a_canonical_text_says_what_the_policy_says(policy):
    text = canonical_text(policy, schema=language.SCHEMA)
    assert parsed(text) == {"schema": language.SCHEMA, "policies": [policy]}
    assert canonical_text(parsed(text)["policies"][0], schema=language.SCHEMA) == text


anything = st.text(max_size=40).filter(lambda text: not Reader.NON_PRINTABLE.search(text))


@given(st.dictionaries(anything, anything, max_size=3), anything)
def test_any_text_survives_in_a_canonical_text(mapping, text):
    policy = {"id": text, "note": mapping}
    assert parsed(canonical_text(policy, schema="s"))["policies"] == [policy]
