"""Which version it is, and whose, is told without looking up how it stands."""

from __future__ import annotations

from uuid import uuid4

import pytest

from factories.partners_rest import ROOT, client_of, post
from factories.partnerships import LONG_AGO, load
from partnerships import api, selectors
from partnerships.exceptions import UnknownVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    load()
    return api.list_versions(at=LONG_AGO)[0]


def test_they_are_those_of_the_version(draft):
    names = api.version_names(draft.uuid)
    assert [getattr(names, name) for name in ("uuid", "agreement", "version", "partner")] == [
        draft.uuid, draft.agreement, draft.version, draft.partner,
    ]  # fmt: skip


def test_they_cost_one_query(draft, django_assert_num_queries):
    with django_assert_num_queries(1):
        api.version_names(draft.uuid)


def test_a_version_that_is_not_there_has_none(draft):
    key = uuid4()
    with pytest.raises(UnknownVersion, match=str(key)):
        api.version_names(key)


def test_who_may_not_see_a_version_is_refused_before_it_is_read(draft, monkeypatch):
    read = []
    monkeypatch.setattr(selectors, "get_version", lambda *args, **kwargs: read.append(args))
    of_another = client_of("officer", partner="ATC")
    paths = f"{ROOT}agreements/{draft.uuid}/", f"{ROOT}agreements/{draft.uuid}/reviews/"
    answers = [of_another.get(path) for path in paths]
    assert ([answer.status_code for answer in answers], read) == ([404, 404], [])


def test_who_may_see_a_version_and_not_take_a_step_is_refused_before_it_is_read(draft, monkeypatch):
    read = []
    monkeypatch.setattr(selectors, "get_version", lambda *args, **kwargs: read.append(args))
    answer = post(client_of("officer"), f"agreements/{draft.uuid}/submit/", {"note": ""})
    assert (answer.status_code, read) == (403, [])
