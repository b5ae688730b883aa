"""The demo's stand-in keeps what the apps' ``compat.py`` promise."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from contracts import contract_of_compat
from contracts.contract_of_compat import CompatContract
from demo_site import courseware, platform
from demo_site.models import Person
from fee_gate import compat as gate_compat
from fee_payments import compat as payments_compat
from partner_badge import compat as badge_compat
from partnerships import compat as partners_compat
from revenue_share import compat as revenue_compat
from waiver_policy import compat as waivers_compat

# Only a platform masquerades or stores structures, and only Studio has drafts and their authors'
# settings, so what they answer is tried there: ``platform_lms.py``, ``platform_cms*.py``.
ON_A_PLATFORM_ONLY = {
    "gate.masqueraded_group",
    "gate.outdate_structure",
    "gate.draft_outline",
    "gate.is_for_some_only",
}


def test_every_function_of_every_compat_has_its_sentence():
    asked = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(_tree_of(contract_of_compat))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    for alias, compat in (
        ("gate", gate_compat),
        ("payments", payments_compat),
        ("waivers", waivers_compat),
        ("badge", badge_compat),
        ("partners", partners_compat),
        ("revenue", revenue_compat),
    ):
        functions = [one for one in _tree_of(compat).body if isinstance(one, ast.FunctionDef)]
        public = {f"{alias}.{one.name}" for one in functions if not one.name.startswith("_")}
        missing = public - ON_A_PLATFORM_ONLY - asked
        assert not missing, f"contract_of_compat.py asks nothing of {sorted(missing)}"


def _tree_of(module):
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))


@pytest.mark.django_db
class TestDemo(CompatContract):
    """The demo's main course, with three people of its own."""

    course_key = "course-v1:ATC+SPECTRUM101+2026_T4"
    gate_fee = "spectrum-online"
    first_unit = "One resource, many users"
    course_starts = "2026-10-01"
    course_language = "en"
    has_courses_to_list = has_request_memory = has_enrolments = False
    test_a_token_names_its_person = None  # there are no tokens here

    def badge_for(self, user_id):
        run = courseware.run_by_key(self.course_key)
        runtime = courseware.runtime_for(run, get_user_model().objects.get(pk=user_id))
        return courseware.list_blocks(runtime, run, "partner_badge")[0]

    def choose_country(self, user_id, country):
        client = Client()
        client.force_login(get_user_model().objects.get(pk=user_id))
        assert client.post("/profile/", {"country": country}).status_code == 302

    @pytest.fixture(autouse=True)
    def _people(self, monkeypatch):
        monkeypatch.setattr("fairgate.stand_in._platform", platform)
        self.author_id = self.person("author", role=Person.Role.AUTHOR)
        self.learner_id = self.person("learner", country="UG")
        self.countryless_id = self.person("countryless")

    def person(self, name, **facts):
        user = get_user_model().objects.create(username=name)
        Person.objects.create(user=user, **facts)
        return user.pk
