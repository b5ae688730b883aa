"""Every refusal of partnerships can be said in another language, and is, to whoever asks."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

import partnerships
from factories.partners_rest import client_of, delivery, post, send
from factories.partnerships import PROMISES, put_in_force, terms_text, version_text
from fairgate import clock
from fairgate.errors import FairgateError
from partnerships import exceptions, models, wording_refusals
from partnerships.exceptions import PartnershipsError
from partnerships.wording_refusals import SENTENCES, in_words

ROOT = Path(partnerships.__file__).parent
FAMILY = {name for name in dir(exceptions) if isinstance(getattr(exceptions, name), type)}


def said_of(path):
    """The first argument of every error of ours that a module makes, as it is written."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FAMILY | {"refused"}:
            yield from node.args[:1]


ARGUMENTS = [(path.name, one) for path in sorted(ROOT.rglob("*.py")) for one in said_of(path)]


def test_every_sentence_of_a_refusal_stands_for_translation():
    written = {one.value for _, one in ARGUMENTS if isinstance(one, ast.Constant)}
    known = {str(sentence) for sentence in SENTENCES}

    assert written - known == set()
    assert {one for one in known - written if not one.startswith("Only %(limit)s")} == set()


def test_no_refusal_is_put_together_before_it_is_said():
    put_together = [
        (name, ast.unparse(one)) for name, one in ARGUMENTS if isinstance(one, ast.JoinedStr)
    ]

    assert put_together == []


@pytest.fixture(autouse=True)
def now():
    clock.use(lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
    yield
    clock.use(None)


@pytest.fixture
def spoken(monkeypatch):
    """Translations that are there: each sentence, after the language that was asked for."""
    monkeypatch.setattr(
        wording_refusals, "gettext", lambda said: f"{translation.get_language()}: {said}"
    )


def test_in_english_it_is_what_the_error_says():
    error = exceptions.RecordRefused("%(day)s has not come yet.", day=date(2026, 11, 23))

    assert in_words(error) == str(error) == "2026-11-23 has not come yet."


def test_a_moment_is_as_every_language_has_it():
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert str(PartnershipsError("At %(moment)s UTC.", moment=moment)) == (
        "At 2026-11-23 12:00:00 UTC."
    )


def test_a_percent_of_a_sentence_without_names_stays():
    assert str(PartnershipsError("100 % of it.")) == in_words(PartnershipsError("100 % of it."))


def test_what_is_found_is_not_read_as_a_sentence():
    error = exceptions.UnknownPartner("There is no partner “%(code)s”.", code="%(day)s %s %%")

    assert in_words(error) == str(error) == "There is no partner “%(day)s %s %%”."


def test_an_error_of_another_family_says_itself():
    assert in_words(FairgateError("As it is.")) == "As it is."


@pytest.mark.django_db
def test_rest_refuses_in_the_language_of_the_request(spoken):
    version = put_in_force(terms_text(version_text(promises=PROMISES)))[0]
    path, body = (
        f"agreements/{version.uuid}/deliveries/",
        delivery(currency="EUR", delivered_on="2026-10-15"),
    )

    for language in ("fr", "ar"):
        client = client_of("officer", HTTP_ACCEPT_LANGUAGE=language)
        answer = send(client, path, **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "RecordRefused")
        assert answer.json()["detail"] == f"{language}: GRANT is counted in USD."


@pytest.mark.django_db
def test_the_admin_refuses_in_the_language_of_the_colleague(spoken, admin_client):
    row = models.AgreementVersion.objects.get(uuid=put_in_force()[0].uuid)

    answer = admin_client.post(
        reverse("admin:partnerships_agreementversion_changelist"),
        {"action": "submit", "_selected_action": [row.pk]},
        follow=True,
        HTTP_ACCEPT_LANGUAGE="fr",
    )

    said = [str(message) for message in answer.context["messages"]]
    assert said == ["fr: GSMA-SPECTRUM v1 is approved already."]


@pytest.mark.django_db
def test_a_code_stays_the_same_in_every_language(spoken):
    put_in_force()
    client = client_of("", "add_duediligencecheck", HTTP_ACCEPT_LANGUAGE="ru")

    answer = post(client, "partners/NONE/due-diligence/", {})

    assert (answer.status_code, answer.json()["code"]) == (404, "UnknownPartner")
    assert answer.json()["detail"].startswith("ru: ")
