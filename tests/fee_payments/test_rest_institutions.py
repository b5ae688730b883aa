"""The REST API for who acts for an organisation: prices, quotes, orders, and attackers."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as seats
from factories import invoices as papers
from factories.fee_rest import ROOT, client_of, post, send
from fairgate import clock
from fairgate_rest.uploads import InMemory
from fee_payments import api, compat, models
from fee_payments.services import printing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

PDF = b"%PDF-1.7 an order"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)


@pytest.fixture
def ministry():
    """A ministry whose training Lena coordinates."""
    return operations.ministry()


@pytest.fixture
def root(ministry):
    return f"organisations/{ministry.uuid}/"


@pytest.fixture
def files(tmp_path, settings):
    """A place for purchase orders of at most a kilobyte."""
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = {"OPTIONS": {"location": str(tmp_path)}}
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = [Fernet.generate_key().decode()]
    settings.FEE_PAYMENTS_PURCHASE_ORDER_MAX_BYTES = 1024
    return FileSystemStorage(str(tmp_path))


def body(count=3, **more):
    return {"lines": [{"offering": "spectrum", "seats": count}], **more}


def order_body(count=3, amount="240.00"):
    return body(count, expected={"amount": amount, "currency": "USD"})


def pdf(content=PDF, name="order.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def stored(storage):
    return [name for folder in storage.listdir("")[0] for name in storage.listdir(folder)[1]]


class TestBuying:
    def test_from_a_quote_to_seats_by_purchase_order(self, ministry, root, files, monkeypatch):
        """What a procurement office does, step by step."""
        # given
        monkeypatch.setattr(printing, "pdf_of", lambda row, at: b"%PDF-")
        ministry.access_on = "invoice"
        ministry.save()
        lena = client_of("lena")

        # when
        quote = post(lena, f"{root}quotes/", body(), key="new").json()
        one = f"{root}quotes/{quote['uuid']}/"
        accepted = send(lena, f"{one}purchase-order/", {"number": "PO-7", "file": pdf()}, key="new")
        placed = post(lena, f"{one}order/", {}).json()
        invoice = post(lena, f"orders/{placed['uuid']}/invoice/", {}).json()

        # then
        assert (quote["total"], accepted.json()["purchase_order"]) == (
            {"amount": "240.00", "currency": "USD"}, "PO-7",
        )  # fmt: skip
        assert (invoice["order"], invoice["state"]) == (placed["uuid"], "open")
        assert lena.get(f"{ROOT}{one}").json()["invoice_number"] == invoice["number"]
        assert lena.get(f"{ROOT}pools/").json()["results"][0]["seats"]["free"] == 3
        for url in (quote["paper_url"], invoice["paper_url"]):
            assert lena.get(url).content == b"%PDF-"
        for kind, uuid in (("quotes", quote["uuid"]), ("invoices", invoice["uuid"])):
            told = lena.get(f"{ROOT}papers/{kind}/{uuid}/")
            assert (told.content, told["Content-Type"]) == (b"%PDF-", "application/pdf")
            assert client_of("sela").get(f"{ROOT}papers/{kind}/{uuid}/").status_code == 404

    def test_an_order_is_paid_at_the_provider_or_by_invoice(self, root):
        lena = client_of("lena")
        placed = post(lena, f"{root}orders/", order_body(), key="new").json()
        assert (placed["buyer"], placed["lines"][0]["quantity"]) == ("Ministry of Posts", 3)
        paying = post(lena, f"orders/{placed['uuid']}/pay/", {"provider": "sandbox"})
        assert "/sandbox/" in paying.json()["url"]
        (mine,) = lena.get(f"{ROOT}{root}orders/").json()["results"]
        assert mine["uuid"] == placed["uuid"]
        made = post(lena, f"orders/{placed['uuid']}/invoice/", {}).json()
        assert made["buyer"] == "Ministry of Posts"
        (listed,) = lena.get(f"{ROOT}{root}invoices/?state=open").json()["results"]
        assert listed["number"] == made["number"]
        assert lena.get(f"{ROOT}{root}invoices/?state=paid").json()["results"] == []

    def test_a_price_is_told_and_nothing_is_kept(self, root):
        told = post(client_of("lena"), f"{root}price/", body(2)).json()
        assert told["breakdown"]["total"]["amount"] == "160.00"
        assert told["lines"][0]["refund_policy"] == [
            {"percent": "100", "counted_from": "days_after_payment", "days": 14}
        ]
        assert not models.Order.objects.exists()

    def test_a_line_says_what_it_was_sold_under(self):
        # given
        make.merchant()
        api.publish_terms("academy", "2026-1", valid_from=make.NOON, text="Terms")
        make.workshop()
        make.session("monday")
        lena = client_of("lena")
        terms = lena.get(f"{ROOT}offerings/spectrum/quote/").json()["terms"]
        wanted = {
            "lines": [{"offering": "spectrum", "session": "monday"}],
            "expected": {"amount": "120.00", "currency": "USD"},
            "accepts_terms": terms["sha256"],
        }

        # when
        placed = post(lena, "orders/", wanted, key="new").json()

        # then
        (line,) = placed["lines"]
        assert [line[name] for name in ("session", "merchant", "merchant_name")] == [
            "monday", "academy", "Open Spectrum Academy",
        ]  # fmt: skip
        assert line["terms_version"] == "2026-1"
        assert api.order(UUID(placed["uuid"])).first.session == "monday"

    def test_who_orders_for_an_organisation_accepts_the_terms_in_the_price(self, root):
        make.merchant()
        api.publish_terms("academy", "2026-1", valid_from=make.NOON, text="Terms")
        lena = client_of("lena")
        terms = post(lena, f"{root}price/", body()).json()["terms"]
        refused = post(lena, f"{root}orders/", order_body(), key="new")
        placed = post(
            lena, f"{root}orders/", {**order_body(), "accepts_terms": terms["sha256"]}, key="new"
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "TermsNotAccepted")
        assert placed.json()["lines"][0]["terms_version"] == "2026-1"

    def test_a_line_of_a_site_that_has_named_nobody_says_nothing(self, root):
        placed = post(client_of("lena"), f"{root}orders/", order_body(), key="new").json()
        (line,) = placed["lines"]
        sold = [line[name] for name in ("session", "merchant", "merchant_name", "terms_version")]
        assert sold == ["", "", "", ""]

    def test_a_learner_has_the_invoice_made_out_to_whom_they_name(self):
        make.offering()
        order, lena = rest.ordered("lena"), client_of("lena")
        path = f"orders/{order.uuid}/invoice/"
        named = {"name": "Posts", "address": ["1 Main Street", "Suva"], "country": "FJ"}
        for wrong, field in (
            ({}, "name"),
            ({**named, "name": "Po\nsts"}, "name"),
            ({**named, "country": "XX"}, "country"),
            ({**named, "address": []}, "address"),
            ({"name": "Posts"}, "organisation"),
            ({"organisation": str(uuid4())}, "organisation"),
        ):
            told = post(lena, path, wrong)
            assert list(told.json().get("errors", told.json())) == [field], (wrong, told.json())
        one, again = (post(lena, path, named).json() for _ in range(2))
        assert (one["buyer"], one) == ("Posts", again)
        assert models.Invoice.objects.count() == 1

    def test_where_nobody_pays_by_transfer_nothing_waits_for_one(self, settings):
        settings.FEE_PAYMENTS_PROVIDERS = ["sandbox"]
        make.offering()
        path = f"orders/{rest.ordered('lena').uuid}/invoice/"
        named = {"name": "Posts", "address": ["1 Main Street"], "country": "FJ"}
        told = post(client_of("lena"), path, named)
        assert (told.status_code, told.json()["code"]) == (400, "UnknownProvider")
        assert not models.Invoice.objects.exists()


class TestKeys:
    def test_t11_f13_the_same_request_again_is_the_same_order(self, root):
        lena = client_of("lena")
        one, again = (
            post(lena, f"{root}orders/", order_body(), key="k").json()["uuid"] for _ in range(2)
        )
        told = post(lena, f"{root}orders/", order_body(2, "160.00"), key="k")
        assert one == again
        assert (told.status_code, told.json()["code"]) == (409, "KeyReused")
        assert models.Order.objects.count() == 1

    def test_t11_a_key_of_an_own_order_is_none_of_an_organisation(self, root):
        lena = client_of("lena")
        assert post(lena, "orders/", rest.order_body(), key="k").status_code == 201
        told = post(lena, f"{root}orders/", order_body(), key="k")
        assert (told.status_code, told.json()["code"]) == (409, "KeyReused")

    def test_t11_f13_the_same_request_again_is_the_same_quote(self, root):
        lena = client_of("lena")
        one, again = (
            post(lena, f"{root}quotes/", body(), key="k").json()["number"] for _ in range(2)
        )
        told = post(lena, f"{root}quotes/", body(2), key="k")
        assert one == again
        assert (told.status_code, told.json()["code"]) == (409, "KeyReused")

    def test_f13_without_a_key_nothing_is_made(self, root):
        lena = client_of("lena")
        for path, sent in (("orders/", order_body()), ("quotes/", body())):
            told = post(lena, root + path, sent)
            assert list(told.json()["errors"]) == ["Idempotency-Key"]
        assert not models.Order.objects.exists()
        assert not models.QuoteDocument.objects.exists()


class TestAttacks:
    def test_k26_f24_an_organisation_of_others_is_as_one_that_is_not(self, ministry, root):
        # given: Sela coordinates another one, and an operator may do everything but act for it
        quote = operations.quote(ministry)
        theirs = seats.buyer(rest.person("sela").pk, legal_name="Other")
        sela = client_of("sela")
        for path, sent in (
            ("", None), ("orders/", None), ("invoices/", None), ("quotes/", None),
            (f"quotes/{quote.uuid}/", None), ("price/", body()), ("orders/", order_body()),
            ("quotes/", body()), (f"quotes/{quote.uuid}/order/", {}),
            (f"quotes/{quote.uuid}/purchase-order/", {}),
        ):  # fmt: skip
            told = [
                sela.get(f"{ROOT}organisations/{uuid}/{path}") if sent is None
                else post(sela, f"organisations/{uuid}/{path}", sent, key="new")
                for uuid in (ministry.uuid, uuid4())
            ]  # fmt: skip
            is_form = "purchase" in path
            if is_form:
                told = [
                    send(sela, f"organisations/{uuid}/{path}", {"number": "1"}, key="new")
                    for uuid in (ministry.uuid, uuid4())
                ]
            assert {one.status_code for one in told} == {404}, path
            assert told[0].content == told[1].content
        # a quote of one organisation asked for by way of another
        own = f"organisations/{theirs.uuid}/quotes/{quote.uuid}/"
        assert sela.get(ROOT + own).status_code == 404
        assert post(sela, f"{own}order/", {}).status_code == 404
        assert not models.Order.objects.exists()

    def test_k26_a_cursor_tells_nothing_of_another_organisation(self, ministry, root):
        placed = seats.batch(ministry, by=rest.person("lena").pk)
        quote = operations.quote(ministry)
        invoice = papers.invoice(placed, buyer=papers.details_of(ministry))
        other = seats.buyer(rest.person("sela").pk, legal_name="Other")
        sela = client_of("sela")
        for name, uuid in (("orders", placed.uuid), ("quotes", quote.uuid),
                           ("invoices", invoice.uuid)):  # fmt: skip
            path = f"{ROOT}organisations/{other.uuid}/{name}/?after="
            answers = [sela.get(f"{path}{one}") for one in (uuid, uuid4())]
            assert [one.status_code for one in answers] == [404, 404]
            told = [one.content.replace(str(uuid).encode(), b"") for one in answers]
            assert len({len(one) for one in told}) <= 2

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"lines": []}, "lines"),
            ({"lines": [{"offering": "spectrum", "seats": 0}]}, "lines"),
            ({"lines": [{"offering": "spectrum", "seats": -1}]}, "lines"),
            ({"lines": [{"offering": "spectrum", "seats": 10**30}]}, "lines"),
            ({"lines": [{"offering": "spectrum", "seats": True}]}, "lines"),
            ({"lines": [{"offering": "spectrum", "seats": 1}] * 2}, "lines"),
            ({"lines": [{"offering": f"o{n}", "seats": 1} for n in range(51)]}, "lines"),
            ({"lines": [{"offering": "spectrum", "seats": 1, "price": 0}]}, "lines"),
            ({"lines": "spectrum"}, "lines"),
            ({"lines": [{"offering": "spectrum", "seats": 1}], "buyer": "x"}, "buyer"),
            ({}, "lines"),
        ],
    )
    def test_f28_a_wrong_batch_is_told_by_field(self, root, sent, field):
        for path, more in (("price/", {}), ("quotes/", {})):
            told = post(client_of("lena"), root + path, {**sent, **more}, key="new")
            assert (told.status_code, list(told.json()["errors"])) == (400, [field])
        assert not models.QuoteDocument.objects.exists()

    def test_an_unknown_offering_or_currency_is_a_fault_and_no_crash(self, root):
        lena = client_of("lena")
        for sent in (
            {"lines": [{"offering": "nothing", "seats": 1}]},
            body(currency="XXX"), body(currency="\x00"), body(1001),
        ):  # fmt: skip
            for path in ("price/", "quotes/"):
                told = post(lena, root + path, sent, key="new")
                assert 400 <= told.status_code < 500, (sent, path, told.content)

    def test_a_price_of_another_moment_is_not_ordered(self, root):
        told = post(client_of("lena"), f"{root}orders/", order_body(3, "1.00"), key="new")
        assert (told.status_code, told.json()["code"]) == (409, "QuoteChanged")

    def test_nothing_is_sold_to_an_organisation_that_nobody_has_verified(self, ministry, root):
        models.Buyer.objects.update(verified_at=None, verified_by=None)
        lena = client_of("lena")
        for path, sent in (("price/", body()), ("quotes/", body()), ("orders/", order_body())):
            told = post(lena, root + path, sent, key="new")
            assert (told.status_code, told.json()["code"]) == (403, "BuyerNotVerified")

    def test_a_wrong_kind_of_body_is_refused(self, ministry, root):
        lena = client_of("lena")
        told = lena.post(f"{ROOT}{root}price/", "lines=1", content_type="text/plain")
        assert told.status_code == 415
        quote = operations.quote(ministry)
        told = post(lena, f"{root}quotes/{quote.uuid}/purchase-order/", {"number": "1"}, key="new")
        assert told.status_code == 415
        assert not models.PurchaseOrder.objects.exists()


class TestPurchaseOrders:
    @pytest.fixture
    def path(self, ministry, root):
        return f"{root}quotes/{operations.quote(ministry).uuid}/purchase-order/"

    def test_the_file_is_kept_as_it_is(self, path, files):
        told = send(client_of("lena"), path, {"number": " PO-7 ", "file": pdf()}, key="new")
        row = models.PurchaseOrder.objects.get()
        assert (told.status_code, told.json()["purchase_order"]) == (201, "PO-7")
        assert row.sha256 == hashlib.sha256(PDF).hexdigest()
        assert len(stored(files)) == 1

    def test_t11_f13_sent_again_it_is_the_same_and_another_file_is_refused(self, path, files):
        lena = client_of("lena")
        for _ in range(2):
            told = send(lena, path, {"number": "PO-7", "file": pdf()}, key="k")
            assert told.status_code == 201
        for other, key, code in (
            ({"number": "PO-7", "file": pdf(PDF + b"!")}, "k", "KeyReused"),
            ({"number": "PO-8", "file": pdf()}, "k", "KeyReused"),
            ({"number": "PO-7"}, "k", "KeyReused"),
            ({"number": "PO-8", "file": pdf()}, "other", "InvoiceRefused"),
        ):
            told = send(lena, path, other, key=key)
            assert (told.status_code, told.json()["code"]) == (409, code)
        assert len(stored(files)) == 1

    def test_f28_by_its_length_alone_a_file_is_too_large_and_not_read(
        self, path, files, monkeypatch
    ):
        taken = []
        monkeypatch.setattr(
            InMemory, "receive_data_chunk", lambda self, raw, start: taken.append(len(raw))
        )
        told = send(client_of("lena"), path, {"number": "1", "file": pdf(b"x" * 90_000)}, key="k")
        assert (told.status_code, told.json()["code"]) == (413, "too_large")
        assert taken == []

    def test_f28_a_file_beyond_the_limit_is_thrown_away(self, path, files):
        told = send(client_of("lena"), path, {"number": "1", "file": pdf(PDF * 100)}, key="k")
        assert (told.status_code, told.json()["code"]) == (413, "too_large")
        assert (stored(files), models.PurchaseOrder.objects.count()) == ([], 0)

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"number": "1", "file": b"<html>"}, 409),
            ({"number": "1", "file": b""}, 400),
            ({"number": "", "file": PDF}, 400),
            ({"number": "1" * 65, "file": PDF}, 400),
            ({"number": "1", "file": PDF, "amount": "1"}, 400),
            ({"file": PDF}, 400),
        ],
    )
    def test_what_is_no_purchase_order_is_refused_and_nothing_is_kept(
        self, path, files, fields, status
    ):
        sent = {**fields, "file": pdf(fields["file"], "../../etc/passwd.pdf")}
        told = send(client_of("lena"), path, sent, key="new")
        assert told.status_code == status, told.content
        assert (stored(files), models.PurchaseOrder.objects.count()) == ([], 0)

    def test_whose_quote_it_is_is_looked_at_before_the_file(self, path, files, monkeypatch):
        def never(self, kind):
            raise AssertionError("the form was read")

        monkeypatch.setattr("fairgate_rest.uploads.TakesFile.form", never)
        told = send(client_of("sela"), path, {"number": "1", "file": pdf()}, key="new")
        assert told.status_code == 404

    def test_f28_files_have_a_pace_of_their_own(self, path, files, settings):
        settings.FAIRGATE_API_RATES = {"upload": "1/minute"}
        lena = client_of("lena")
        answers = [send(lena, path, {"number": "1"}, key="k") for _ in range(2)]
        assert [one.status_code for one in answers] == [201, 429]
