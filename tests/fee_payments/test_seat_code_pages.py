"""The page for a seat code, and what operators do with codes: admin and command."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fairgate.typed_codes import grouped, new, read
from fee_payments import api, compat
from fee_payments.checks import check_seat_code_tries
from fee_payments.models import Entitlement, Offering, SeatCode, SeatCodeBatch, Session

pytestmark = pytest.mark.django_db(transaction=True)

COURSE_PAGE = "/the-course/"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    """It is noon; the platform knows where the course is, and nobody's country."""
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "course_url", lambda course_key: COURSE_PAGE)


def person(name, *permissions, **flags):
    user = get_user_model().objects.create_user(name, **flags)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def client_of(name, *permissions, is_staff=False, **options):
    client = Client(**options)
    client.force_login(person(name, *permissions, is_staff=is_staff))
    return client


def text_of(response):
    inline = re.sub(r"</?bdi[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline))


def page(code="spectrum"):
    return reverse("fee_payments:seat_code", args=[code])


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back():
    make.offering()
    answer = Client().get(page())
    assert answer.status_code == 302
    assert answer.url.endswith(f"next={page()}")


def test_a_code_that_is_not_signed_in_opens_nothing():
    make.offering()
    assert Client().post(page(), {"code": make.seat_code()}).status_code == 302
    assert not Entitlement.objects.exists()


def test_a_fee_that_does_not_exist_has_no_page():
    assert client_of("lena").get(page("gone")).status_code == 404


def test_the_field_has_a_label_a_help_and_keeps_nothing():
    make.offering()
    said = client_of("lena").get(page()).content.decode()
    assert '<label for="seat-code">Seat code</label>' in said
    assert 'aria-describedby="seat-code-help"' in said
    assert 'id="seat-code-help"' in said
    assert 'autocomplete="off"' in said


def test_a_code_leads_back_to_the_course_and_nowhere_else():
    make.offering()
    answer = client_of("lena").post(
        f"{page()}?next=https://evil.example/", {"code": make.seat_code(), "next": "//evil.example"}
    )
    assert (answer.status_code, answer.url) == (302, COURSE_PAGE)
    user = get_user_model().objects.get()
    assert api.has_entitlement(user.pk, "spectrum", at=make.NOON)


def test_a_refusal_is_bound_to_the_field_and_what_was_typed_stays():
    make.offering()
    wrong = grouped(new())
    answer = client_of("lena").post(page(), {"code": wrong})
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "We do not know this code." in text_of(answer)
    assert 'id="seat-code-error" role="alert"' in said
    assert 'aria-describedby="seat-code-error seat-code-help"' in said
    assert 'aria-invalid="true"' in said
    assert f'value="{wrong}"' in said
    assert "<title>Error: Use a seat code" in said


@pytest.mark.parametrize("typed", ["", "K7QM", "<script>alert(1)</script>", "x" * 5000])
def test_f33_whatever_is_typed_is_answered_in_a_sentence_and_shown_as_text(typed):
    make.offering()
    answer = client_of("lena").post(page(), {"code": typed})
    assert answer.status_code == 409
    assert "This is not a whole code" in text_of(answer)
    assert "<script>alert" not in answer.content.decode()
    assert len(answer.content) < 10_000


def test_f27_too_many_tries_say_when_to_come_back(settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 1
    make.offering()
    client = client_of("lena")
    client.post(page(), {"code": grouped(new())})
    answer = client.post(page(), {"code": make.seat_code()})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"
    assert "You can try again at 13:00 UTC." in text_of(answer)
    assert not Entitlement.objects.exists()


def test_who_has_access_needs_no_code():
    make.offering()
    client = client_of("lena")
    client.post(page(), {"code": make.seat_code()})
    answer = client.get(page())
    said = "This fee is settled: you have access. Your seat was given by Ministry of Posts."
    assert said in text_of(answer)
    assert said in text_of(client.get(reverse("fee_payments:fee", args=["spectrum"])))
    assert 'name="code"' not in answer.content.decode()


def test_who_types_a_second_code_reads_that_it_is_still_free():
    make.offering()
    first, second = make.seat_codes(count=2).codes
    client = client_of("lena")
    client.post(page(), {"code": first})
    answer = client.post(page(), {"code": second})
    assert answer.status_code == 409
    assert "You have access already. The code is still free." in text_of(answer)


def test_f25_a_code_that_another_site_sends_is_refused():
    make.offering()
    client = client_of("lena", enforce_csrf_checks=True)
    assert client.post(page(), {"code": make.seat_code()}).status_code == 403
    assert not Entitlement.objects.exists()


def test_no_cache_keeps_the_page():
    make.offering()
    assert "no-store" in client_of("lena").get(page())["Cache-Control"]


def test_the_fee_page_leads_to_the_seat_code_until_the_fee_is_settled():
    make.offering()
    client = client_of("lena")
    fee = reverse("fee_payments:fee", args=["spectrum"])
    link = f'<a href="{page()}">I have a seat code</a>'
    assert link in client.get(fee).content.decode()
    assert link in Client().get(fee).content.decode()
    client.post(page(), {"code": make.seat_code()})
    assert link not in client.get(fee).content.decode()


# --- Operators


def form_of(client):
    add = reverse("admin:fee_payments_seatcodebatch_add")
    hidden = re.search(r'name="request_name" value="(\w+)"', client.get(add).content.decode())
    return {
        "offering": str(Offering.objects.get(code="spectrum").pk),
        "sponsor": "=HYPERLINK(1)",
        "count": "3",
        "expires_at_0": "2026-12-01",
        "expires_at_1": "00:00:00",
        "note": "Invoice 7",
        "request_name": hidden[1],
    }


def issue(client, **changes):
    return client.post(
        reverse("admin:fee_payments_seatcodebatch_add"), {**form_of(client), **changes}
    )


def issuer():
    return client_of("omar", "issue_seat_codes", is_staff=True)


def test_an_operator_gets_the_codes_as_a_file_once():
    make.offering()
    answer = issue(issuer())
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    codes = [row[0] for row in rows[1:]]
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert "no-store" in answer["Cache-Control"]
    assert rows[0] == ["Code", "Fee", "Given by", "Valid until", "Where to use it"]
    assert rows[1][1:] == [
        "Spectrum management",
        "'=HYPERLINK(1)",  # f31: a name is no formula
        "2026-12-01 00:00 UTC",
        f"http://testserver{page()}",
    ]
    assert api.redeem_seat_code(make.learner(), "spectrum", codes[2], at=make.NOON)
    batch = SeatCodeBatch.objects.get()
    assert (batch.count, batch.note) == (3, "Invoice 7")
    assert batch.issued_by == get_user_model().objects.get().pk
    assert batch.expires_at == datetime(2026, 12, 1, tzinfo=UTC)


def test_an_operator_chooses_the_session_and_the_list_says_when_and_where():
    make.workshop()
    make.session("monday")
    make.offering("exam")
    client, monday = issuer(), Session.objects.get()
    assert "Please choose a session first" in text_of(issue(client))
    other = issue(client, offering=str(Offering.objects.get(code="exam").pk), session=monday.pk)
    assert "This session is of another offering" in text_of(other)

    answer = issue(client, session=monday.pk)
    fee = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1][1]
    assert fee == (
        "Spectrum management: 15 February 2027, 09:00 (Africa/Nairobi), Nairobi, Radio laboratory"
    )


def test_who_was_given_a_seat_of_a_session_reads_when_and_where():
    make.workshop()
    make.session("monday")
    lena = client_of("lena")
    lena.post(page(), {"code": make.seat_code(session="monday")})
    assert "Radio laboratory" in text_of(lena.get(page()))


def test_a_form_that_is_sent_twice_issues_once_and_says_what_to_do():
    make.offering()
    client = issuer()
    form = form_of(client)
    client.post(reverse("admin:fee_payments_seatcodebatch_add"), form)
    answer = client.post(reverse("admin:fee_payments_seatcodebatch_add"), form)
    assert "These codes were issued already" in text_of(answer)
    assert SeatCode.objects.count() == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": "0"}, "greater than or equal to 1"),
        ({"count": "5001"}, "less than or equal to 5000"),
        ({"sponsor": " "}, "This field is required"),
        ({"sponsor": "Ministry\r\nof Posts"}, "Sponsor and note are one line each"),
        ({"note": "Invoice\x1b7"}, "Sponsor and note are one line each"),
        ({"expires_at_0": "2026-10-01"}, "expired before they are issued"),
    ],
)
def test_what_an_operator_types_wrong_is_said_and_issues_nothing(changes, sentence):
    make.offering()
    assert sentence in text_of(issue(issuer(), **changes))
    assert not SeatCodeBatch.objects.exists()


def test_who_may_not_issue_does_not():
    make.offering()
    client = client_of("tom", "view_seatcodebatch", is_staff=True)
    assert client.get(reverse("admin:fee_payments_seatcodebatch_add")).status_code == 403
    assert client.post(reverse("admin:fee_payments_seatcodebatch_add"), {}).status_code == 403


@pytest.mark.parametrize("model", ["seatcodebatch", "seatcode"])
def test_codes_are_never_shown_again(model):
    make.offering()
    text = make.seat_code()
    client = client_of("omar", f"view_{model}", is_staff=True)
    row = {"seatcode": SeatCode, "seatcodebatch": SeatCodeBatch}[model].objects.get()
    for url in (
        reverse(f"admin:fee_payments_{model}_changelist"),
        reverse(f"admin:fee_payments_{model}_change", args=[row.pk]),
    ):
        said = client.get(url)
        assert said.status_code == 200
        assert text not in said.content.decode()
        assert SeatCode.objects.get().digest not in said.content.decode()


@pytest.mark.parametrize("asked", ["hint", "sponsor", "person"])
def test_an_operator_finds_a_code_that_somebody_asks_about(asked):
    make.offering()
    text = make.seat_code()
    api.redeem_seat_code(make.learner(1001), "spectrum", text, at=make.NOON)
    make.seat_code(key="another", sponsor="A school")
    words = {"hint": text[:4], "sponsor": "Ministry", "person": "1001"}[asked]
    client = client_of("omar", "view_seatcode", is_staff=True)
    said = client.get(reverse("admin:fee_payments_seatcode_changelist"), {"q": words})
    assert "Ministry of Posts" in text_of(said)
    assert "redeemed" in text_of(said)
    assert "A school" not in text_of(said)


def take_back(client, because):
    chosen = SeatCode.objects.order_by("id")[0].pk
    return client.post(
        reverse("admin:fee_payments_seatcode_changelist"),
        {"action": "revoke", "_selected_action": str(chosen), "because": because},
        follow=True,
    )


def test_an_operator_takes_a_code_back_with_a_reason():
    make.offering()
    api.redeem_seat_code(make.learner(), "spectrum", make.seat_code(), at=make.NOON)
    client = client_of("omar", "view_seatcode", "revoke_seat_codes", is_staff=True)

    assert "Please say why" in text_of(take_back(client, " "))
    assert api.has_entitlement(1001, "spectrum", at=make.NOON)
    assert "The code is taken back; access that rests on it ended." in text_of(
        take_back(client, "left the ministry")
    )
    assert not api.has_entitlement(1001, "spectrum", at=make.NOON)
    assert SeatCode.objects.get().revoked_because == "left the ministry"


def test_who_may_only_look_takes_nothing_back():
    make.offering()
    make.seat_code()
    take_back(client_of("tom", "view_seatcode", is_staff=True), "a joke")
    assert SeatCode.objects.get().revoked_at is None


def command(*options):
    out, err = io.StringIO(), io.StringIO()
    call_command("fee_payments_seat_codes", *options, stdout=out, stderr=err)
    return out.getvalue().split(), err.getvalue()


def test_the_command_prints_codes_alone_and_the_rest_beside_them():
    make.offering()
    codes, said = command(
        "spectrum", "--count=2", "--sponsor=Ministry", "--expires=2026-12-01T18:00"
    )
    assert len(codes) == 2
    assert all(read(code) for code in codes)
    assert "2 codes for “Spectrum management”, given by Ministry" in said
    assert "until 2026-12-01 18:00 UTC" in said
    assert "They are not shown again." in said
    assert codes[0] not in said
    assert SeatCodeBatch.objects.get().issued_by is None


def test_the_command_speaks_of_one_code_as_one():
    make.offering()
    _codes, said = command("spectrum", "--count=1", "--sponsor=Ministry")
    assert said.startswith("1 code for ")
    assert "It is not shown again." in said


def test_the_command_with_a_name_issues_once():
    make.offering()
    options = ("spectrum", "--count=2", "--sponsor=Ministry", "--key=order 7")
    command(*options)
    with pytest.raises(CommandError, match="issued already"):
        command(*options)
    assert SeatCode.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("gone", "--count=1", "--sponsor=M"), "There is no fee “gone”"),
        (("spectrum", "--count=0", "--sponsor=M"), "Between 1 and 5000"),
        (("spectrum", "--count=1", "--sponsor=M\nN"), "Sponsor and note are one line each"),
        (("spectrum", "--count=1", "--sponsor=M", "--expires=soon"), "“soon” is no date"),
        (("spectrum", "--count=1", "--sponsor=M", "--expires=2026-10-05"), "expired before"),
    ],
)
def test_the_command_says_what_cannot_be(options, sentence):
    make.offering()
    with pytest.raises(CommandError, match=sentence):
        command(*options)
    assert not SeatCodeBatch.objects.exists()


@pytest.mark.parametrize("tries", [0, -1, None, "10", 2.5, True])
def test_a_number_of_tries_that_is_none_is_an_error_at_the_start(settings, tries):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = tries
    assert [message.id for message in check_seat_code_tries(None)] == ["fee_payments.E002"]


def test_the_default_number_of_tries_is_fine():
    assert check_seat_code_tries(None) == []


def test_an_expiry_is_shown_in_utc_whatever_zone_was_typed():
    make.offering()
    _codes, said = command(
        "spectrum", "--count=1", "--sponsor=M", "--expires=2026-12-01T18:00+03:00"
    )
    assert "until 2026-12-01 15:00 UTC" in said
    assert SeatCodeBatch.objects.get().expires_at - make.NOON > timedelta(days=57)
