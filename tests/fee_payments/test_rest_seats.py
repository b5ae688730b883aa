"""The REST API of seats: lists of people, codes, taking back, and what a learner answers."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as seats
from factories.fee_rest import ROOT, client_of, post, send
from fairgate import clock
from fairgate_rest.uploads import InMemory
from fee_payments import api, compat
from fee_payments.data import CourseProgress
from fee_payments.models import BuyerContact, Seat, SeatCode, SeatMail
from fee_payments.services.seat_lists import MAX_BYTES

pytestmark = pytest.mark.django_db

LATER = make.NOON + timedelta(hours=1)
ADA, GRACE = "ada@posts.example", "grace@posts.example"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)


@pytest.fixture
def ministry():
    return operations.ministry()


@pytest.fixture
def pool(ministry):
    """Three seats that Lena gives."""
    return seats.pool(ministry, by=rest.person("lena").pk)


@pytest.fixture
def lena(pool):
    return client_of("lena")


def people(*addresses):
    return {"people": [{"address": one} for one in addresses]}


def sheet(content, name="people.csv"):
    return {"file": SimpleUploadedFile(name, content.encode(), content_type="text/csv")}


def invite(client, pool, body, **more):
    how = send if "file" in body else post
    return how(client, f"pools/{pool.uuid}/invitations/", {**body, **more})


def listed(client, pool, query=""):
    return client.get(f"{ROOT}pools/{pool.uuid}/seats/{query}").json()["results"]


def invited(pool, address=ADA):
    """A link, and the account that may accept it."""
    operations.account(address.partition("@")[0])
    seats.invite(pool, address, by=rest.person("lena").pk)
    api.finish_seats(at=make.NOON)
    return seats.links()[-1]


class TestGiving:
    def test_each_row_is_told_what_became_of_it(self, lena, pool):
        first = invite(lena, pool, people(ADA)).json()
        again = invite(lena, pool, people(ADA, GRACE)).json()
        assert first == {"invited": 1, "known": 0, "rows": [{"row": 1, "outcome": "invited"}]}
        assert again["rows"] == [
            {"row": 1, "outcome": "known"}, {"row": 2, "outcome": "invited"},
        ]  # fmt: skip
        assert [one["address"] for one in listed(lena, pool, "?state=assigned")] == [ADA, GRACE]

    @pytest.mark.parametrize("kind", ["list", "file"])
    def test_a_pasted_list_and_a_file_are_read_as_on_the_page(self, lena, pool, kind):
        text = f"email;name\n{ADA};Ada\n\n{GRACE};Grace\n"
        told = invite(lena, pool, sheet(text) if kind == "file" else {"list": text})
        assert [one["row"] for one in told.json()["rows"]] == [2, 4]
        assert [one["name"] for one in listed(lena, pool, "?state=assigned")] == ["Ada", "Grace"]

    @pytest.mark.parametrize("kind", ["people", "list", "file"])
    def test_if_one_row_is_wrong_nobody_is_invited_and_it_is_named(self, lena, pool, kind):
        rows = (ADA, "=HYPERLINK(1)@x.example", "nobody", ADA)
        text = "\n".join(rows)
        body = {"people": people(*rows), "list": {"list": text}, "file": sheet(text)}[kind]
        told = invite(lena, pool, body)
        assert (told.status_code, told.json()["code"]) == (400, "SeatListRefused")
        assert [one["row"] for one in told.json()["rows"]] == [2, 3, 4]
        assert "formula" in told.json()["rows"][0]["detail"]
        assert Seat.objects.filter(assigned_at__isnull=False).count() == 0
        assert SeatMail.objects.count() == 0

    def test_f31_a_name_that_is_a_formula_is_refused_too(self, lena, pool):
        for name in ("=1+1", "@SUM(A1)", "+41", "-2", "\t=1"):
            body = {"people": [{"address": ADA, "name": name}]}
            told = invite(lena, pool, body)
            assert (told.status_code, told.json()["rows"][0]["row"]) == (400, 1), name

    def test_f28_a_huge_list_is_refused_without_a_list_of_ten_thousand_faults(self, lena, pool):
        told = invite(lena, pool, sheet("\n".join("x" for _ in range(9_999))))
        assert (told.status_code, len(told.json()["rows"])) == (400, 100)
        more = invite(lena, pool, sheet("\n".join(f"a{n}@x.example" for n in range(10_001))))
        assert (more.status_code, more.json()["code"]) == (400, "SeatListRefused")
        many = invite(lena, pool, people(*(f"a{n}@x.example" for n in range(1_001))))
        assert (many.status_code, list(many.json()["errors"])) == (400, ["people"])
        assert not SeatMail.objects.exists()

    def test_f28_by_its_length_alone_a_file_is_too_large_and_not_read(
        self, lena, pool, monkeypatch
    ):
        taken = []
        monkeypatch.setattr(
            InMemory, "receive_data_chunk", lambda self, raw, start: taken.append(len(raw))
        )
        told = invite(lena, pool, sheet("x" * (MAX_BYTES + 100_000)))
        assert (told.status_code, taken) == (413, [])

    @pytest.mark.parametrize(
        "body", [{}, {"people": [], "list": ADA}, {"list": ""}, {"list": "\x00"}, {"people": "x"},
                 {"people": [{"address": ADA, "seat": 1}]}, {"people": [{}]}],
    )  # fmt: skip
    def test_a_body_that_names_people_in_no_way_or_two_is_refused(self, lena, pool, body):
        told = invite(lena, pool, body)
        assert told.status_code == 400, told.content

    def test_a_wrong_content_type_is_refused(self, lena, pool):
        path = f"{ROOT}pools/{pool.uuid}/invitations/"
        for kind in ("text/csv", "application/xml", "application/x-www-form-urlencoded"):
            told = lena.post(path, ADA, content_type=kind)
            assert told.status_code == 415, kind
        broken = lena.post(path, b"--x\r\nbroken", content_type="multipart/form-data; boundary=x")
        assert broken.status_code == 400

    def test_there_are_not_more_seats_than_were_bought(self, lena, pool):
        told = invite(lena, pool, people(*(f"a{n}@x.example" for n in range(4))))
        assert (told.status_code, told.json()["code"]) == (409, "SeatNotFree")

    def test_an_institution_that_sends_too_much_comes_back_later(self, lena, pool, settings):
        settings.FEE_PAYMENTS_SEAT_MAILS_PER_DAY = 1
        told = invite(lena, pool, people(ADA, GRACE))
        assert (told.status_code, told.json()["code"]) == (429, "TooManyInvitations")


class TestCodes:
    def test_codes_are_shown_once(self, lena, pool):
        path = f"pools/{pool.uuid}/codes/"
        made = post(lena, path, {"count": 2}, key="k")
        again = post(lena, path, {"count": 2}, key="k")
        other = post(lena, path, {"count": 1}, key="k")
        assert (made.status_code, len(made.json()["codes"])) == (201, 2)
        assert (again.status_code, again.json()["code"]) == (409, "AlreadyIssued")
        assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
        assert SeatCode.objects.count() == 2

    def test_a_key_of_one_pool_makes_no_codes_of_another(self, lena, pool, ministry):
        second = seats.pool(ministry, by=rest.person("lena").pk, key="second")
        assert second.uuid != pool.uuid
        post(lena, f"pools/{pool.uuid}/codes/", {"count": 1}, key="k")
        told = post(lena, f"pools/{second.uuid}/codes/", {"count": 1}, key="k")
        assert told.status_code == 409
        assert SeatCode.objects.count() == 1

    @pytest.mark.parametrize("count", [0, -1, 10**20, "many", None])
    def test_a_count_that_cannot_be_is_refused(self, lena, pool, count):
        told = post(lena, f"pools/{pool.uuid}/codes/", {"count": count}, key="new")
        assert (told.status_code, list(told.json()["errors"])) == (400, ["count"])


class TestTakingBack:
    def test_a_seat_is_released_and_free(self, lena, pool):
        invite(lena, pool, people(ADA))
        (one,) = listed(lena, pool, "?state=assigned")
        for _ in range(2):
            told = post(lena, f"seats/{one['uuid']}/release/", {}).json()
            assert (told["state"], told["address"]) == ("free", "")

    def test_an_accepted_seat_is_revoked_with_a_reason(self, lena, pool):
        token = invited(pool)
        ada = client_of("ada")
        seat = post(ada, f"invitations/{token}/accept/", {"shares": False}).json()["seat"]
        refused = post(lena, f"seats/{seat}/release/", {})
        assert (refused.status_code, refused.json()["code"]) == (409, "SeatRefused")
        empty = post(lena, f"seats/{seat}/revoke/", {"because": " "})
        assert list(empty.json()["errors"]) == ["because"]
        told = post(lena, f"seats/{seat}/revoke/", {"because": "She left."}).json()
        assert told["state"] == "revoked"
        assert not api.has_entitlement(rest.person("ada").pk, "spectrum", at=LATER)

    def test_an_invitation_goes_out_again_once_a_day(self, lena, pool):
        invited(pool)
        (one,) = listed(lena, pool, "?state=assigned")
        assert post(lena, f"seats/{one['uuid']}/resend/", {}).json() == {"is_sent": False}
        (free, *_) = listed(lena, pool, "?state=free")
        told = post(lena, f"seats/{free['uuid']}/resend/", {})
        assert (told.status_code, told.json()["code"]) == (409, "SeatRefused")

    def test_a_seat_is_given_to_somebody_else(self, lena, pool):
        invite(lena, pool, people(ADA))
        (one,) = listed(lena, pool, "?state=assigned")
        post(lena, f"seats/{one['uuid']}/reassign/", {"address": GRACE})
        assert [seat["address"] for seat in listed(lena, pool, "?state=assigned")] == [GRACE]


class TestLists:
    def test_seats_come_by_cursor(self, lena, pool):
        first = lena.get(f"{ROOT}pools/{pool.uuid}/seats/?limit=2").json()
        rest_of = lena.get(first["next"]).json()
        numbers = [one["number"] for one in first["results"] + rest_of["results"]]
        assert (numbers, rest_of["next"]) == ([1, 2, 3], None)

    def test_a_seat_that_was_seen_stays_a_cursor(self, lena, pool):
        invite(lena, pool, people(ADA, GRACE))
        first = lena.get(f"{ROOT}pools/{pool.uuid}/seats/?limit=1&state=assigned").json()
        post(lena, f"seats/{first['results'][0]['uuid']}/release/", {})
        (second,) = lena.get(first["next"]).json()["results"]
        assert second["address"] == GRACE

    def test_whom_somebody_looks_for_is_found(self, lena, pool):
        invite(lena, pool, people(ADA, GRACE))
        (found,) = listed(lena, pool, f"?search={GRACE}")
        assert found["address"] == GRACE
        assert lena.get(f"{ROOT}pools/{pool.uuid}/seats/?state=stolen").status_code == 400

    def test_progress_is_told_as_far_as_the_learner_agreed(self, lena, pool, monkeypatch):
        done = CourseProgress(has_started=True, grade_percent=80, has_passed=True)
        monkeypatch.setattr(
            compat, "course_progress", lambda people, key: dict.fromkeys(people, done)
        )
        token, ada = invited(pool), client_of("ada")
        seat = post(ada, f"invitations/{token}/accept/", {"shares": False}).json()["seat"]
        assert listed(lena, pool, "?state=accepted")[0]["progress"] is None
        post(ada, f"given-seats/{seat}/sharing/", {"shares": True})
        (shown,) = listed(lena, pool, "?state=accepted")
        assert shown["progress"]["grade_percent"] == 80
        assert (shown["address"], shown["username"]) == ("", "ada")
        post(ada, f"given-seats/{seat}/sharing/", {"shares": False})
        assert listed(lena, pool, "?state=accepted")[0]["progress"] is None


class TestLearners:
    def test_a_learner_looks_accepts_and_finds_the_seat(self, pool):
        token, ada = invited(pool), client_of("ada")
        told = ada.get(f"{ROOT}invitations/{token}/").json()
        assert (told["sponsor"], told["offering"]) == ("Ministry of Posts", "spectrum")
        assert not api.has_entitlement(rest.person("ada").pk, "spectrum", at=LATER)
        one, again = (post(ada, f"invitations/{token}/accept/", {"shares": True}) for _ in range(2))
        assert (one.status_code, one.json()) == (200, again.json())
        assert ada.get(f"{ROOT}given-seats/").json()["results"] == [one.json()]
        assert api.has_entitlement(rest.person("ada").pk, "spectrum", at=LATER)

    def test_without_a_word_about_sharing_nothing_is_accepted(self, pool):
        token, ada = invited(pool), client_of("ada")
        told = post(ada, f"invitations/{token}/accept/", {})
        assert list(told.json()["errors"]) == ["shares"]
        assert not Seat.objects.filter(accepted_at__isnull=False).exists()

    def test_a_learner_declines_and_the_link_is_gone(self, pool):
        token, ada = invited(pool), client_of("ada")
        assert post(ada, f"invitations/{token}/decline/", {}).status_code == 204
        told = ada.get(f"{ROOT}invitations/{token}/")
        assert (told.status_code, told.json()["code"]) == (409, "InvitationGone")

    def test_a_link_of_somebody_else_opens_nothing(self, pool):
        token = invited(pool)
        operations.account("grace")
        for step, body in (("accept", {"shares": True}), ("decline", {})):
            told = post(client_of("grace"), f"invitations/{token}/{step}/", body)
            assert (told.status_code, told.json()["code"]) == (403, "InvitationElsewhere")
        assert Seat.objects.filter(assigned_at__isnull=False).count() == 1

    def test_a_guessed_link_is_not_there_and_tries_are_counted(self, pool, settings):
        settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 2
        ada = client_of("ada")
        for token in ("x", "a" * 2000, "%00", uuid4()):
            told = ada.get(f"{ROOT}invitations/{token}/")
            assert (told.status_code, told.json()["code"]) == (404, "UnknownSeat")
        tries = [post(ada, "invitations/x/accept/", {"shares": True}) for _ in range(3)]
        assert [one.status_code for one in tries] == [404, 404, 429]
        assert int(tries[-1]["Retry-After"]) > 0

    def test_nobody_shares_the_progress_of_somebody_else(self, pool):
        token = invited(pool)
        seat = post(client_of("ada"), f"invitations/{token}/accept/", {"shares": False}).json()
        for uuid in (seat["seat"], uuid4()):
            told = post(client_of("grace"), f"given-seats/{uuid}/sharing/", {"shares": True})
            assert (told.status_code, told.json()["code"]) == (404, "UnknownSeat")
        assert not Seat.objects.filter(consented_at__isnull=False).exists()


class TestAttacks:
    def test_k26_f24_a_pool_of_another_organisation_is_as_one_that_is_not(self, pool):
        # given
        (seat, *_) = seats.seats_of(pool, by=rest.person("lena").pk)
        other = seats.buyer(rest.person("sela").pk, legal_name="Other")
        seats.pool(other, by=rest.person("sela").pk)
        sela = client_of("sela")

        # when
        for path, body in (
            ("pools/{}/seats/", None), ("pools/{}/", None), ("pools/{}/codes/", {"count": 1}),
            ("pools/{}/invitations/", people(ADA)), ("seats/{}/release/", {}),
            ("seats/{}/revoke/", {"because": "x"}), ("seats/{}/resend/", {}),
            ("seats/{}/reassign/", {"address": ADA}),
        ):  # fmt: skip
            own = pool.uuid if path.startswith("pools") else seat
            told = [
                sela.get(ROOT + path.format(uuid)) if body is None
                else post(sela, path.format(uuid), body, key="new")
                for uuid in (own, uuid4())
            ]  # fmt: skip

            # then
            assert [one.status_code for one in told] == [404, 404], path
            assert told[0].content == told[1].content
        assert mail.outbox == []

    def test_k26_a_seat_of_another_pool_is_no_cursor(self, pool):
        (seat, *_) = seats.seats_of(pool, by=rest.person("lena").pk)
        other = seats.buyer(rest.person("sela").pk, legal_name="Other")
        own = seats.pool(other, by=rest.person("sela").pk)
        path = f"{ROOT}pools/{own.uuid}/seats/?after="
        told = [client_of("sela").get(f"{path}{uuid}") for uuid in (seat, uuid4())]
        assert [one.status_code for one in told] == [404, 404]
        assert told[0].content == told[1].content

    def test_who_coordinates_no_longer_sees_nothing(self, lena, pool):
        BuyerContact.objects.all().delete()
        assert lena.get(f"{ROOT}pools/{pool.uuid}/seats/").status_code == 404
        assert invite(lena, pool, people(ADA)).status_code == 404

    def test_f25_a_browser_without_the_token_of_the_form_invites_nobody(self, pool):
        client = client_of("lena", enforce_csrf_checks=True)
        assert invite(client, pool, sheet(ADA)).status_code == 403
        assert invite(client, pool, people(ADA)).status_code == 403
        assert not SeatMail.objects.exists()

    def test_the_page_reads_no_more_of_a_list_than_it_takes(self, lena, pool, monkeypatch):
        taken = []
        monkeypatch.setattr(api, "read_people", lambda raw: taken.append(len(raw)) or ())
        lena.post(
            f"/fairgate/fees/institutions/pools/{pool.uuid}/assign/", sheet("x" * (3 * MAX_BYTES))
        )
        assert taken == [MAX_BYTES + 1]
