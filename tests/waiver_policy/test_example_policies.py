"""The policies of real institutions load, decide as their vectors say, and can be activated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from factories import waiver_policy as make
from waiver_policy import api, models
from waiver_policy.data import EditionFacts
from waiver_policy.exceptions import PolicyNotUsable
from waiver_policy.rules import vectors
from waiver_policy.rules.conditions import Case
from waiver_policy.rules.language import read_policies
from waiver_policy.rules.policies import refund_percent

EXAMPLES = make.SHIPPED_POLICY.parent / "examples"
POLICIES = EXAMPLES / "policies.yaml"
TEXT = POLICIES.read_text(encoding="utf-8")
READ = {policy.slug: policy for policy in read_policies(TEXT, file="policies.yaml")}
REFUNDS = "unssc-refund-ladder"


def checked(policies, cases):
    out = StringIO()
    try:
        call_command("waiver_policy_check", str(policies), str(cases), stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize(
    ("policies", "cases", "told"),
    [
        ("policies.yaml", "cases.yaml", "24 policies, "),
        ("edge-cases.yaml", "edge-cases-vectors.yaml", "13 policies, "),
        ("../fairgate-default.yaml", "default-cases.yaml", "1 policy, "),
    ],
)
def test_the_vectors_of_a_document_hold(policies, cases, told):
    code, said = checked(EXAMPLES / policies, EXAMPLES / cases)
    assert (code, said.startswith(told), said.endswith(", 0 failed\n")) == (0, True, True), said


def test_every_rule_of_every_example_has_a_vector_that_it_matches():
    for policies, cases in (("policies", "cases"), ("edge-cases", "edge-cases-vectors")):
        lines = (EXAMPLES / f"{cases}.yaml").read_text(encoding="utf-8").splitlines()
        for policy in read_policies((EXAMPLES / f"{policies}.yaml").read_text("utf-8"), file="p"):
            own = [line for line in lines if f"policy: {policy.slug}," in line]
            for rule in policy.rules:
                assert any(f"label: {rule.label}" in line for line in own), rule.label


def test_a_vector_that_expects_another_rule_fails():
    # A suite in which nothing can fail would say "0 failed" as well.
    text = (EXAMPLES / "cases.yaml").read_text(encoding="utf-8")
    read = vectors.read_vectors(text, file="cases.yaml", policies=READ)
    wrong = tuple(replace(one, expect={"label": "another"}) for one in read)
    world = vectors.World(policies=READ, lists={})
    assert len(vectors.check(wrong, world)) == len(read) > 150


@pytest.fixture
def everything():
    """The United Nations' lists, and every list and table that the examples name."""
    make.lists()
    for key in sorted({key for p in READ.values() for key in (*p.named_lists, *p.tables)}):
        code, _, version = key.partition("@")
        text = make.named_text({"list": code, "value": "50"})
        make.lists(text, source=EditionFacts(source="Test", version=version))
    api.load_policy(TEXT, file="policies.yaml", by="operator", at=make.LONG_AGO)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", sorted(READ.keys() - {REFUNDS}))
def test_a_policy_about_waivers_can_be_activated_and_decides(everything, slug):
    active = api.activate_policy(slug, by="operator", at=make.LONG_AGO)
    decision = api.decide(make.applicant(), offering_code=make.COURSE, at=make.EVE)
    assert (active.state, decision.policy) == ("active", slug)
    assert api.explain(decision)


@pytest.mark.django_db
def test_a_policy_about_refunds_is_not_activated_and_says_why(everything):
    with pytest.raises(PolicyNotUsable, match=r"\(kind: refund\), and decides nothing about"):
        api.activate_policy(REFUNDS, by="operator", at=make.LONG_AGO)
    assert [p.state for p in api.list_policies() if p.slug == REFUNDS] == ["draft"]


@pytest.mark.parametrize(
    ("days", "percent"), [(15, 100), (14, 50), (8, 50), (7, 0), (0, 0), (-1, 0)]
)
def test_a_policy_about_refunds_has_a_question_of_its_own(days, percent):
    case = Case(
        countries=(), as_of=date(2026, 11, 22), facts={"days_before_start": days}
    )  # fmt: skip
    assert refund_percent(READ[REFUNDS], case).basis_points == percent * 100


def test_a_policy_about_waivers_has_no_answer_about_refunds():
    with pytest.raises(ValueError, match="decides about waivers"):
        refund_percent(READ["iata-dna"], Case(countries=(), as_of=date(2026, 11, 22)))


@pytest.mark.django_db
def test_a_policy_whose_guarantee_is_not_loaded_is_not_activated(everything):
    models.PolicyVersion.objects.filter(slug="springer-nature-oa-2020").delete()
    with pytest.raises(PolicyNotUsable, match="“springer-nature-oa-2020”, to which it refers"):
        api.activate_policy("springer-nature-tiered-pilot", by="operator", at=make.LONG_AGO)
