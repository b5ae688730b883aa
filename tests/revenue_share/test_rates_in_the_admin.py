"""Rates in the admin: who may, loads a file; what is entered by hand is confirmed by another."""

from __future__ import annotations

import zipfile
from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from factories import rates as files
from fairgate import clock
from races import ISOLATIONS, errors, race
from revenue_share.models import FxRate, RateProposal

pytestmark = pytest.mark.django_db

FILES = "admin:revenue_share_fxrate"
BY_HAND = "admin:revenue_share_rateproposal"
TYPED = {
    "base": "usd", "currency": "CHF", "rate": "0.8", "effective_on": "2026-10-20",
    "reason": "the UN publishes none",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_november():
    clock.use(lambda: files.LOADED)
    yield
    clock.use(None)


@pytest.fixture
def person(django_user_model):
    def make(name, *rights):
        user = django_user_model.objects.create_user(name, is_staff=True)
        codes = (*rights, "view_fxrate", "view_rateproposal")
        user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        return user

    return make


def send(client, content: bytes, source: str = "unore"):
    upload = SimpleUploadedFile("rates.xml", content)
    form = {"published": source, "upload": upload}
    return client.post(reverse(f"{FILES}_add"), form, follow=True)


def decide(client, action: str, note: str = ""):
    chosen = {"action": action, "_selected_action": RateProposal.objects.get().pk, "note": note}
    return client.post(reverse(f"{BY_HAND}_changelist"), chosen, follow=True)


def test_a_file_is_loaded_by_who_may(client, person):
    ines = person("ines", "load_rates")
    client.force_login(ines)
    page = send(client, files.unore()).content.decode()
    assert "New: 5. Known already: 0. Corrected from now on: 0." in page
    assert set(FxRate.objects.values_list("recorded_by", flat=True)) == {ines.pk}


def test_a_faulty_file_is_refused_with_every_fault(client, person):
    client.force_login(person("ines", "load_rates"))
    bad = files.unore(files.unore_row(rate="x"), files.unore_row("euro"))
    page = send(client, bad).content.decode()
    assert "rates.xml, line 11, rate: “x” is not a rate above zero" in page
    assert "rates.xml, line 18, currency: “euro” is not a currency code" in page
    assert not FxRate.objects.exists()


def test_f19_an_archive_that_we_do_not_unpack_is_refused_beside_the_form(client, person):
    client.force_login(person("ines", "load_rates"))
    bomb = files.zipped(bytes(1024**2), method=zipfile.ZIP_BZIP2)
    page = send(client, bomb, "ecb")
    assert page.status_code == 200
    assert "is an archive packed in a way that we do not unpack" in page.content.decode()
    assert not FxRate.objects.exists()


def test_without_the_right_nobody_loads(client, person):
    client.force_login(person("ines"))
    assert send(client, files.unore()).status_code == 403
    assert not FxRate.objects.exists()


def test_a_rate_by_hand_takes_two_people(client, person):
    # given
    client.force_login(person("ines", "propose_rate", "confirm_rate"))
    page = client.post(reverse(f"{BY_HAND}_add"), TYPED, follow=True).content.decode()
    assert "It waits for a second person." in page

    # when: the same person tries, then another
    own = decide(client, "accept").content.decode()
    client.force_login(person("omar", "confirm_rate"))
    other = decide(client, "accept").content.decode()

    # then
    assert "Another person than who asked has to confirm this." in own
    assert "Recorded." in other
    assert str(FxRate.objects.get()) == "1 USD = 0.8 CHF, 2026-10-20"


def test_a_rate_by_hand_that_cannot_be_is_refused_beside_the_form(client, person):
    client.force_login(person("ines", "propose_rate"))
    answer = client.post(reverse(f"{BY_HAND}_add"), {**TYPED, "base": "CHF"})
    assert "A rate is between two currencies." in answer.content.decode()
    assert not RateProposal.objects.exists()


def test_a_rate_by_hand_is_refused_with_a_reason(client, person):
    client.force_login(person("ines", "propose_rate"))
    client.post(reverse(f"{BY_HAND}_add"), TYPED)
    client.force_login(person("omar", "confirm_rate"))
    assert "Please say why" in decide(client, "refuse").content.decode()
    decide(client, "refuse", "a slip")
    assert RateProposal.objects.get().refused_because == "a slip"
    assert not FxRate.objects.exists()


def test_who_may_not_confirm_is_not_offered_to(client, person):
    client.force_login(person("ines", "propose_rate"))
    client.post(reverse(f"{BY_HAND}_add"), TYPED)
    assert "Confirm as the second person" not in decide(client, "accept").content.decode()
    assert not FxRate.objects.exists()


def test_nobody_changes_or_deletes_a_rate(client, admin_user):
    files.load()
    client.force_login(admin_user)
    row = FxRate.objects.first()
    for page, asked in ((f"{FILES}_delete", {"post": "yes"}), (f"{FILES}_change", {"rate": "2"})):
        assert client.post(reverse(page, args=[row.pk]), asked).status_code == 403
    assert FxRate.objects.get(pk=row.pk).rate == row.rate


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_file_that_many_load_at_once_is_loaded_once(transactional_db, isolation):
    later = files.unore(files.unore_row("CHF", "0.9"), files.unore_row("SEK", "9.5"))
    calls = [partial(files.load, content) for content in (b"", later) * 3]
    outcomes = race(*calls, isolation=isolation)
    assert errors(outcomes) == []
    assert FxRate.objects.exclude(currency="CHF").count() == 5
    assert FxRate.objects.filter(currency="CHF").count() == 2
