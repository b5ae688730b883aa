"""The REST API for operators of invoices and bank statements."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import bank_files
from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import invoices as papers
from factories.fee_rest import ROOT, client_of, post, send
from fairgate import clock
from fairgate.money import Money
from fairgate_rest.uploads import InMemory
from fee_payments import compat, models
from fee_payments.bank_files import MAX_BYTES
from fee_payments.rest import urls_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

INVOICES, BANK = "administration/invoices/", "administration/bank/"
WHY = {"reason": "Charges of the bank."}
HUGE = 10**30
DESK = (
    "view_invoice", "issue_invoices", "ask_write_off", "confirm_write_off",
    "import_bank_statements", "match_bank_lines", "ask_transfer_back", "confirm_transfer_back",
    "receive_purchase_orders",
)  # fmt: skip


@pytest.fixture(autouse=True)
def at_noon(monkeypatch, settings):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    settings.FEE_PAYMENTS_WRITE_OFF_LIMITS = {"USD": "5.00"}
    make.offering()


@pytest.fixture
def omar():
    return client_of("omar", *DESK)


def usd(text):
    return {"amount": text, "currency": "USD"}


class TestWho:
    def test_k26_each_step_takes_its_own_permission(self):
        """Somebody with every other permission is refused, whatever is asked about."""
        fills = {"uuid:invoice": uuid4(), "uuid:order": uuid4(), "uuid:quote": uuid4(),
                 "uuid:uuid": uuid4(), "row:line": 1, "row:step": 1, "row:match": 1}  # fmt: skip
        needs = {
            "issue_credit_note": "issue_invoices", "remind": "issue_invoices",
            "stop_reminders": "issue_invoices", "issue_invoice": "issue_invoices",
            "invoice_quote": "issue_invoices",
            "receive_purchase_order": "receive_purchase_orders", "ask_write_off": "ask_write_off",
            "confirm_write_off": "confirm_write_off", "refuse_write_off": "confirm_write_off",
            "apply_bank_import": "import_bank_statements", "bank_imports": "import_bank_statements",
            "match_bank_line": "match_bank_lines", "accept_proposal": "match_bank_lines",
            "put_aside": "match_bank_lines", "take_back_payment": "match_bank_lines",
            "undo_match": "match_bank_lines", "ask_transfer_back": "ask_transfer_back",
            "confirm_transfer_back": "confirm_transfer_back",
            "refuse_transfer_back": "confirm_transfer_back",
        }  # fmt: skip
        for one in urls_desk.described:
            if one.name not in needs:
                continue
            path = str(one.pattern)
            for name, value in fills.items():
                path = path.replace(f"<{name}>", str(value))
            client = client_of("omar", *(set(DESK) - {needs.pop(one.name)}))
            assert post(client, path, {}, key="new").status_code == 403, path
        assert needs == {}

    def test_k26_who_may_do_nothing_reads_nothing(self):
        for one in urls_desk.described:
            path = str(one.pattern)
            if "<" not in path:
                assert client_of("lena").get(ROOT + path).status_code == 403, path

    def test_who_only_matches_reads_no_invoices_and_imports_nothing(self):
        client = client_of("omar", "match_bank_lines")
        assert client.get(f"{ROOT}{BANK}lines/").status_code == 200
        for path in (INVOICES, f"{BANK}imports/", "administration/write-offs/"):
            assert client.get(ROOT + path).status_code == 403


class TestQuotes:
    PATH = "administration/quotes/"

    @pytest.fixture
    def path(self):
        return f"{self.PATH}{operations.quote(operations.ministry()).uuid}/purchase-order/"

    def test_a_quote_is_issued_accepted_and_invoiced(self, omar):
        body = operations.desk_quote_body(currency="USD", valid_until="2026-12-31")
        made = post(omar, self.PATH, body, key="new")
        quote = made.json()
        assert made.status_code == 201
        assert (quote["total"], quote["valid_until"], quote["purchase_order"]) == (
            usd("240.00"), "2026-12-31", "",
        )  # fmt: skip
        one = f"{self.PATH}{quote['uuid']}/"
        taken = send(omar, f"{one}purchase-order/", operations.desk_order_body(), key="new")
        assert (taken.status_code, taken.json()["purchase_order"]) == (201, "PO-7")
        row = models.PurchaseOrder.objects.get()
        assert (row.received_on, row.quote.number) == (make.NOON.date(), quote["number"])
        invoice = post(omar, f"{one}invoice/", {}).json()
        assert omar.get(ROOT + one).json()["invoice_number"] == invoice["number"]

    def test_reading_takes_either_permission_and_issuing_its_own(self):
        quote = operations.quote(operations.ministry())
        body = operations.desk_quote_body()
        for may, reads, issues in (
            ("issue_invoices", 200, 403), ("receive_purchase_orders", 200, 201),
            ("view_invoice", 403, 403),
        ):  # fmt: skip
            client = client_of("omar", may)
            for path in (self.PATH, f"{self.PATH}{quote.uuid}/"):
                assert client.get(ROOT + path).status_code == reads, (may, path)
            assert post(client, self.PATH, body, key="new").status_code == issues, may

    def test_t11_f13_a_quote_is_issued_once_and_another_body_is_refused(self, omar):
        body = operations.desk_quote_body()
        one, again = (post(omar, self.PATH, body, key="k").json() for _ in range(2))
        other = {**body, "lines": [{"offering": "spectrum", "seats": 4}]}
        told = post(omar, self.PATH, other, key="k")
        assert one == again
        assert (told.status_code, told.json()["code"]) == (409, "KeyReused")
        assert post(omar, self.PATH, body).status_code == 400
        assert models.QuoteDocument.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"organisation": str(uuid4())}, 404, "UnknownDocument"),
            ({"lines": [{"offering": "nothing", "seats": 1}]}, 404, "UnknownOffering"),
            ({"valid_until": "2026-10-04"}, 409, "InvoiceRefused"),
            ({"currency": "CHF"}, 409, "NoPrice"),
            ({"lines": []}, 400, "invalid"),
            ({"discount": "50"}, 400, "invalid"),
        ],
    )
    def test_f28_what_cannot_be_offered_is_told_by_its_code(self, omar, change, status, code):
        body = {**operations.desk_quote_body(), **change}
        told = post(omar, self.PATH, body, key="new")
        assert (told.status_code, told.json()["code"]) == (status, code)
        assert not models.QuoteDocument.objects.exists()

    def test_a_blocked_country_is_that_of_the_buyer_in_the_words(self, omar):
        body = operations.desk_quote_body()
        country = models.Buyer.objects.get(uuid=body["organisation"]).country
        models.BlockedCountry.objects.create(
            country=country, reason="Embargo", valid_from=make.NOON.date()
        )
        told = post(omar, self.PATH, body, key="new").json()
        assert told["code"] == "CountryBlocked"
        assert "not sold in the country of this buyer" in told["detail"]

    def test_t11_f13_a_purchase_order_is_received_once_to_the_day(self, omar, path):
        body = operations.desk_order_body()
        one, again = (send(omar, path, body, key="k").json() for _ in range(2))
        assert one == again
        for other in ({"number": "PO-8"}, {"received_on": "2026-10-04"}):
            told = send(omar, path, {**body, **other}, key="k")
            assert (told.status_code, told.json()["code"]) == (409, "KeyReused"), other
        told = send(omar, path, body, key="new")
        assert (told.status_code, told.json()["code"]) == (409, "InvoiceRefused")
        assert models.PurchaseOrder.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"amount": "239.99"}, 409), ({"currency": "CHF"}, 409),
            ({"received_on": "2026-10-06"}, 409), ({"number": " "}, 400), ({"amount": "1e3"}, 400),
            ({"amount": "٢٤٠"}, 400), ({"received_on": "yesterday"}, 400), ({"invoice": "1"}, 400),
        ],
    )  # fmt: skip
    def test_f17_f28_an_order_that_does_not_fit_is_refused(self, omar, path, change, status):
        told = send(omar, path, {**operations.desk_order_body(), **change}, key="new")
        assert told.status_code == status
        assert not models.PurchaseOrder.objects.exists()

    def test_f30_its_file_is_of_a_kind_that_is_taken_and_not_too_large(self, omar, path, settings):
        settings.FEE_PAYMENTS_PURCHASE_ORDER_MAX_BYTES = 100
        script = SimpleUploadedFile("order.pdf", b"<script>")
        long = SimpleUploadedFile("order.pdf", b"%PDF-" + b"x" * 100)
        for file, status in ((script, 409), (long, 413)):
            body = operations.desk_order_body(file=file)
            assert send(omar, path, body, key="new").status_code == status
        assert not models.PurchaseOrder.objects.exists()

    def test_a_purchase_order_of_no_quote_is_not_there(self, omar):
        path = f"{self.PATH}{uuid4()}/purchase-order/"
        assert send(omar, path, operations.desk_order_body(), key="new").status_code == 404


class TestInvoices:
    def test_an_invoice_is_found_by_state_number_and_name(self, omar):
        paid, opened = papers.bare_invoice(), papers.bare_invoice(name="Harbour Office")
        papers.pay(paid, make.PRICE)
        for query, expected in (
            ("?state=open", [opened.number]),
            ("?state=paid", [paid.number]),
            (f"?number={paid.number}", [paid.number]),
            (f"?number={paid.number}&state=open", []),
            ("?text=harbour", [opened.number]),
            ("", [opened.number, paid.number]),
        ):
            found = omar.get(f"{ROOT}{INVOICES}{query}").json()["results"]
            assert [one["number"] for one in found] == expected, query
        assert omar.get(f"{ROOT}{INVOICES}?state=burnt").status_code == 400
        assert omar.get(f"{ROOT}{INVOICES}?colour=red").status_code == 400

    def test_invoices_come_by_cursor(self, omar, django_assert_max_num_queries):
        numbers = [papers.bare_invoice().number for _ in range(3)]
        with django_assert_max_num_queries(9):
            first = omar.get(f"{ROOT}{INVOICES}?limit=2").json()
        last = omar.get(first["next"]).json()
        shown = [one["number"] for one in first["results"] + last["results"]]
        assert (shown, last["next"]) == (numbers[::-1], None)
        assert omar.get(f"{ROOT}{INVOICES}?after={uuid4()}").status_code == 404

    def test_what_happened_to_an_invoice_is_told_with_who_did_it(self, omar):
        found = papers.bare_invoice()
        papers.pay(found, Money("100.00", "USD"))
        post(omar, f"{INVOICES}{found.uuid}/no-reminders/", {"reason": "Disputed."})
        told = omar.get(f"{ROOT}{INVOICES}{found.uuid}/").json()
        assert [one["kind"] for one in told["history"]] == ["issued", "matched"]
        assert told["matches"][0]["amount"] == usd("100.00")
        assert told["stopped_because"] == "Disputed."
        assert omar.delete(f"{ROOT}{INVOICES}{found.uuid}/no-reminders/").status_code == 204
        assert omar.get(f"{ROOT}{INVOICES}{found.uuid}/").json()["stopped_because"] == ""

    def test_t11_f13_a_credit_note_is_issued_once(self, omar):
        path = f"{INVOICES}{papers.bare_invoice().uuid}/credit-notes/"
        part = {**WHY, "amount": usd("20.00")}
        one, again = (post(omar, path, part, key="k").json() for _ in range(2))
        other = post(omar, path, {**WHY, "amount": usd("30.00")}, key="k")
        too_much = post(omar, path, {**WHY, "amount": usd("100.01")}, key="new")
        whole = post(omar, path, WHY, key="new").json()
        assert (one, whole["amount"]) == (again, usd("100.00"))
        assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
        assert (too_much.status_code, too_much.json()["code"]) == (409, "InvoiceRefused")
        assert models.CreditNote.objects.count() == 2

    def test_an_order_is_invoiced_to_whom_the_operator_says(self, omar):
        order = rest.ordered("lena")
        row = papers.buyer()
        made = post(
            omar, f"administration/orders/{order.uuid}/invoice/", {"organisation": str(row.uuid)}
        )
        assert (made.status_code, made.json()["buyer"]) == (201, "Ministry of Posts")
        unknown = post(
            omar, f"administration/orders/{order.uuid}/invoice/", {"organisation": str(uuid4())}
        )
        assert (unknown.status_code, unknown.json()["code"]) == (404, "UnknownBuyer")

    def test_an_accepted_quote_is_invoiced_once_and_another_is_not(self, omar):
        quote = operations.accepted_quote()
        path = f"administration/quotes/{quote.uuid}/invoice/"
        one, again = (post(omar, path, {}).json() for _ in range(2))
        assert one == again
        assert omar.get(f"{ROOT}administration/quotes/").json()["results"][0]["purchase_order"]
        for uuid in (uuid4(),):
            told = post(omar, f"administration/quotes/{uuid}/invoice/", {})
            assert (told.status_code, told.json()["code"]) == (404, "UnknownDocument")

    def test_an_open_invoice_is_reminded_of_when_it_is_late(self, omar, monkeypatch):
        found = papers.bare_invoice()
        path = f"{INVOICES}{found.uuid}/reminder/"
        assert post(omar, path, {}).json() == {"is_sent": False}
        told = post(omar, f"{INVOICES}{uuid4()}/reminder/", {})
        assert (told.status_code, told.json()["code"]) == (404, "UnknownDocument")


class TestTwoPeople:
    def test_what_one_asks_to_write_off_another_confirms(self, omar):
        # given
        invoice = operations.partly_paid()
        asked = post(omar, f"{INVOICES}{invoice}/write-off/", WHY).json()

        # when
        own = post(omar, f"administration/write-offs/{asked['id']}/confirm/", {})
        second = client_of("sela", "confirm_write_off")
        (waiting,) = second.get(f"{ROOT}administration/write-offs/?is_open=true").json()["results"]
        done = post(second, f"administration/write-offs/{asked['id']}/confirm/", {}).json()

        # then
        assert (own.status_code, own.json()["code"]) == (403, "SecondPersonNeeded")
        assert (waiting, waiting["amount"]) == (asked, usd("2.00"))
        assert done["confirmed_at"]
        assert models.InvoiceStanding.objects.get(invoice__uuid=invoice).written_off_minor == 200

    def test_one_waits_at_a_time_and_may_be_refused(self, omar):
        invoice = operations.partly_paid()
        asked = post(omar, f"{INVOICES}{invoice}/write-off/", WHY).json()
        again = post(omar, f"{INVOICES}{invoice}/write-off/", WHY)
        assert (again.status_code, again.json()["code"]) == (409, "InvoiceRefused")
        path = f"administration/write-offs/{asked['id']}/"
        assert post(omar, f"{path}refuse/", WHY).json()["refused_because"] == WHY["reason"]
        decided = post(client_of("sela", "confirm_write_off"), f"{path}confirm/", {})
        assert (decided.status_code, decided.json()["code"]) == (409, "InvoiceRefused")

    def test_money_is_sent_back_by_two_people(self, omar):
        line = operations.line()
        body = {"amount": usd("50.00"), **WHY}
        one, again = (
            post(omar, f"{BANK}lines/{line}/send-back/", body, key="k").json() for _ in range(2)
        )
        other = post(
            omar, f"{BANK}lines/{line}/send-back/", {**body, "amount": usd("1.00")}, key="k"
        )
        own = post(omar, f"{BANK}transfers/{one['id']}/confirm/", {})
        done = post(
            client_of("sela", "confirm_transfer_back"), f"{BANK}transfers/{one['id']}/confirm/", {}
        )
        assert one == again
        assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
        assert (own.status_code, own.json()["code"]) == (403, "SecondPersonNeeded")
        assert done.json()["confirmed_at"]
        assert models.BankLine.objects.get().returned_minor == 5000


class TestStatements:
    def test_a_file_is_imported_once_and_its_certain_lines_are_matched(self, omar):
        # given
        found = papers.bare_invoice(Money("10.00", "EUR"))
        papers.account("EUR", number=bank_files.ACCOUNT)
        paid = bank_files.ntry("10.00", reference="R1", details=bank_files.tx("", found.number))

        # when
        def sent():
            file = SimpleUploadedFile("day.xml", bank_files.camt(paid))
            return send(omar, f"{BANK}imports/", {"file": file})

        first, again = sent(), sent()
        applied = post(omar, f"{BANK}imports/{first.json()['uuid']}/apply/", {}).json()

        # then
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert applied == {"matched": 1, "left": 0, "taken_back": 0, "waiting": 0}
        assert omar.get(f"{ROOT}{BANK}lines/").json()["results"] == []
        assert (
            omar.get(f"{ROOT}{INVOICES}?state=paid").json()["results"][0]["number"] == found.number
        )

    def test_what_is_no_statement_or_of_no_account_is_refused_whole(self, omar):
        papers.account("EUR", number="DE02120300000000202051")
        file = bank_files.camt(bank_files.ntry())
        for content, account, code in (
            (b"<html>", "", "BankFileError"), (b"", "", "BankFileError"),
            (file, "", "UnknownBankAccount"), (file, str(HUGE), "invalid"),
            (file, "7000000", "invalid"),
        ):  # fmt: skip
            sent = {"file": SimpleUploadedFile("day.xml", content)}
            told = send(omar, f"{BANK}imports/", sent | ({"account": account} if account else {}))
            assert (told.status_code, told.json()["code"]) == (400, code), content
        assert not models.BankImport.objects.exists()

    def test_f28_by_its_length_alone_a_file_is_too_large_and_not_read(self, omar, monkeypatch):
        taken = []
        monkeypatch.setattr(
            InMemory, "receive_data_chunk", lambda self, raw, start: taken.append(len(raw))
        )
        file = SimpleUploadedFile("day.xml", b"x")
        told = omar.post(
            f"{ROOT}{BANK}imports/", {"file": file}, CONTENT_LENGTH=str(MAX_BYTES + 100_000)
        )
        assert (told.status_code, taken) == (413, [])

    @pytest.mark.parametrize("length", ["²", "1" * 5_000])
    def test_f28_a_length_that_is_no_number_is_no_length(self, omar, length):
        file = SimpleUploadedFile("day.xml", b"x")
        told = omar.post(f"{ROOT}{BANK}imports/", {"file": file}, CONTENT_LENGTH=length)
        assert told.status_code == 400

    def test_a_line_is_matched_by_hand_once(self, omar):
        found, line = papers.bare_invoice(), operations.line()
        body = {
            "parts": [{"invoice": str(found.uuid), "amount": usd("60.00")}], "rest": usd("120.00"),
        }  # fmt: skip
        one = post(omar, f"{BANK}lines/{line}/match/", body)
        again = post(omar, f"{BANK}lines/{line}/match/", body)
        assert (one.status_code, one.json()["rest"]) == (200, usd("60.00"))
        assert (again.status_code, again.json()["code"]) == (409, "MatchRefused")
        (match,) = one.json()["matches"]
        assert post(omar, f"{BANK}matches/{match['id']}/undo/", WHY).status_code == 204
        twice = post(omar, f"{BANK}matches/{match['id']}/undo/", WHY)
        assert (twice.status_code, twice.json()["code"]) == (409, "MatchRefused")

    def test_only_the_proposal_that_was_shown_is_accepted(self, omar):
        found = papers.bare_invoice()
        line = papers.bank_line(make.PRICE, found.number).pk
        shown = omar.get(f"{ROOT}{BANK}lines/{line}/").json()
        assert shown["is_certain"]
        papers.pay(found, Money("20.00", "USD"))
        stale = post(omar, f"{BANK}lines/{line}/accept/", {"shown": shown["shown"]})
        assert (stale.status_code, stale.json()["code"]) == (409, "MatchRefused")
        now = omar.get(f"{ROOT}{BANK}lines/{line}/").json()
        done = post(omar, f"{BANK}lines/{line}/accept/", {"shown": now["shown"]}).json()
        assert done["rest"] == usd("20.00")

    def test_a_line_is_put_aside_and_no_longer_in_the_list(self, omar):
        line = operations.line()
        told = post(omar, f"{BANK}lines/{line}/put-aside/", WHY).json()
        assert told["put_aside_because"] == WHY["reason"]
        assert omar.get(f"{ROOT}{BANK}lines/").json()["results"] == []

    def test_lines_come_by_cursor_and_by_what_the_payer_wrote(self, omar):
        lines = [papers.bank_line(make.PRICE, text).pk for text in ("harbour", "posts", "posts")]
        first = omar.get(f"{ROOT}{BANK}lines/?limit=2").json()
        last = omar.get(first["next"]).json()
        assert [one["id"] for one in first["results"] + last["results"]] == lines[::-1]
        (found,) = omar.get(f"{ROOT}{BANK}lines/?text=harbour").json()["results"]
        assert found["id"] == lines[0]


class TestAttacks:
    @pytest.mark.parametrize("number", [0, 2**63 - 1, 2**63, HUGE, 10**300])
    def test_a_number_that_no_row_has_is_not_there(self, omar, number):
        for path, body in (
            (f"{BANK}lines/{number}/", None), (f"{BANK}lines/{number}/put-aside/", WHY),
            (f"{BANK}lines/{number}/match/", {"parts": [
                {"invoice": str(uuid4()), "amount": usd("1.00")}], "rest": usd("1.00")}),
            (f"{BANK}lines/{number}/take-back/", {"line": 1}),
            (f"{BANK}lines/{number}/accept/", {"shown": "x"}),
            (f"{BANK}matches/{number}/undo/", WHY),
            (f"{BANK}lines/{number}/send-back/", {"amount": usd("1.00"), **WHY}),
            (f"{BANK}transfers/{number}/confirm/", {}), (f"{BANK}transfers/{number}/refuse/", WHY),
            (f"administration/write-offs/{number}/confirm/", {}),
            (f"administration/write-offs/{number}/refuse/", WHY),
        ):  # fmt: skip
            told = omar.get(ROOT + path) if body is None else post(omar, path, body, key="new")
            assert told.status_code == 404, (path, told.content)

    @pytest.mark.parametrize("number", [2**63, HUGE])
    def test_a_page_with_such_a_number_is_not_there_either(self, omar, number):
        for path in (f"desk/bank/lines/{number}/", f"orders/terms/{number}/"):
            assert omar.get(f"/fairgate/fees/{path}").status_code == 404

    @pytest.mark.parametrize("after", [-1, 2**63, HUGE, "x", "1e3"])
    def test_a_cursor_that_is_no_number_is_refused(self, omar, after):
        for path in (f"{BANK}lines/", f"{BANK}transfers/", "administration/write-offs/"):
            assert omar.get(f"{ROOT}{path}?after={after}").status_code == 400

    def test_an_amount_that_cannot_be_matches_nothing(self, omar):
        found, line = papers.bare_invoice(), operations.line()
        for amount in ("0.00", "-1.00", "1e9", "NaN", "0.001", "9" * 29, "121.00"):
            body = {
                "parts": [{"invoice": str(found.uuid), "amount": usd(amount)}],
                "rest": usd("120.00"),
            }
            told = post(omar, f"{BANK}lines/{line}/match/", body)
            assert told.status_code in (400, 409), (amount, told.content)
        assert not models.BankMatch.objects.exists()

    def test_a_payment_in_another_currency_matches_nothing(self, omar):
        found, line = papers.bare_invoice(Money("120.00", "EUR")), operations.line()
        body = {
            "parts": [
                {"invoice": str(found.uuid), "amount": {"amount": "120.00", "currency": "EUR"}}
            ],
            "rest": usd("120.00"),
        }
        told = post(omar, f"{BANK}lines/{line}/match/", body)
        assert (told.status_code, told.json()["code"]) == (409, "MatchRefused")
