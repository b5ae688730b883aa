"""The demo's stand-in keeps what the apps' ``compat.py`` promise."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from contracts.contract_of_compat import CompatContract
from demo_site import platform
from demo_site.models import Person


@pytest.mark.django_db
class TestDemo(CompatContract):
    """The demo's main course, with three people of its own."""

    course_key = "course-v1:ATC+SPECTRUM101+2026_T4"
    gate_fee = "spectrum-online"

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
