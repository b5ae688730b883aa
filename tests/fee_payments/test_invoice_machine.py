"""Invoices, payments, credit notes and write-offs against a few numbers, in any order."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from factories import fee_payments as make
from factories import invoices as papers
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.exceptions import InvoiceRefused, MatchRefused
from machines import lives

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

AT = papers.LATER
minors = st.integers(min_value=1, max_value=3000)


def money(minor):
    return Money.from_minor(minor, "USD")


class Books(RuleBasedStateMachine):
    """``open`` and ``left`` are what a person with a pencil would have: by invoice and by line."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.open, self.total, self.paid, self.left = {}, {}, {}, {}
        self.matches, self.settled, self.has_order = [], set(), set()
        self.learner = 1000

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def amount(self, data, *rests):
        """Any amount, and often exactly what is left somewhere."""
        return data.draw(minors | st.sampled_from([rest or 1 for rest in rests]))

    def pick(self, data, things):
        # In the order they came in: that of their UUIDs would be another one in every run.
        return data.draw(st.sampled_from(list(things)))

    @rule(minor=minors, with_order=st.booleans())
    def issue(self, minor, with_order):
        if with_order:
            self.learner += 1
            code = f"fee-{self.learner}"
            make.offering(code, prices=(make.price(money(minor)),))
            uuid = papers.invoice(make.order(make.learner(self.learner), code)).uuid
            self.has_order.add(uuid)
        else:
            uuid = papers.bare_invoice(money(minor), tax=minor // 6).uuid
        self.open[uuid] = self.total[uuid] = minor
        self.paid[uuid] = 0

    @rule(minor=minors)
    def receive(self, minor):
        self.left[papers.bank_line(money(minor)).pk] = minor

    @precondition(lambda self: self.open and self.left)
    @rule(data=st.data())
    def match(self, data):
        line, uuid = self.pick(data, self.left), self.pick(data, self.open)
        minor = self.amount(data, self.left[line], self.open[uuid])
        try:
            api.match_line(line, [(uuid, money(minor))], by=9, at=AT)
        except MatchRefused:
            assert minor > min(self.left[line], self.open[uuid])
            return
        self.left[line] -= minor
        self.open[uuid] -= minor
        self.paid[uuid] += minor
        newest = models.BankMatch.objects.latest("pk").pk
        self.matches.append((newest, line, uuid, minor))
        self.settle(uuid)

    def settle(self, uuid):
        if not self.open[uuid]:
            self.settled.add(uuid)

    @precondition(lambda self: self.matches)
    @rule(data=st.data())
    def undo(self, data):
        found = self.pick(data, self.matches)
        pk, line, uuid, minor = found
        api.undo_match(pk, by=9, because="wrong", at=AT)
        self.matches.remove(found)
        self.left[line] += minor
        self.open[uuid] += minor
        self.paid[uuid] -= minor

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def credit(self, data):
        uuid = self.pick(data, self.open)
        minor = self.amount(data, self.open[uuid])
        must_be_whole = uuid in self.has_order and uuid not in self.settled
        try:
            api.issue_credit_note(uuid, reason="wrong", by=9, at=AT, amount=money(minor))
        except InvoiceRefused:
            assert minor > self.open[uuid] or (must_be_whole and minor != self.total[uuid])
            return
        self.open[uuid] -= minor
        if self.paid[uuid]:
            self.settle(uuid)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), is_same=st.booleans())
    def write_off(self, data, is_same):
        uuid = self.pick(data, self.open)
        rest = self.open[uuid]
        if not 0 < rest <= 500 or not self.paid[uuid]:  # the site's limit is USD 5.00
            with pytest.raises(InvoiceRefused):
                api.ask_write_off(uuid, reason="charges", by=papers.ASKER, at=AT)
            return
        step = api.ask_write_off(uuid, reason="charges", by=papers.ASKER, at=AT)
        if is_same:
            api.refuse_write_off(step, by=papers.ASKER, because="no", at=AT)
            return
        api.confirm_write_off(step, by=papers.CONFIRMER, at=AT)
        self.open[uuid] = 0
        self.settle(uuid)

    @invariant()
    def invoices_stand_as_in_the_model(self):
        rows = models.InvoiceStanding.objects.select_related("invoice")
        assert {row.invoice.uuid: row.open_minor for row in rows} == self.open
        for row in rows:
            matched = row.invoice.matches.filter(undone_at=None).values_list("amount_minor")
            notes = row.invoice.credit_notes.values_list("total_minor")
            assert sum(amount for (amount,) in matched) == row.paid_minor
            assert sum(amount for (amount,) in notes) == row.credited_minor

    @invariant()
    def lines_have_left_what_the_model_says(self):
        rows = models.BankLine.objects.all()
        assert {row.pk: row.rest_minor for row in rows} == self.left

    @invariant()
    def numbers_have_no_gap(self):
        for kind in (models.Invoice, models.CreditNote):
            places = list(kind.objects.order_by("place").values_list("place", flat=True))
            assert places == list(range(1, len(places) + 1))

    @invariant()
    def an_order_is_told_as_paid_once(self):
        rows = models.InvoiceStanding.objects.filter(settled_at__isnull=False)
        assert set(rows.values_list("invoice__uuid", flat=True)) == self.settled
        assert models.ProviderEvent.objects.count() == len(self.settled & self.has_order)


def test_whatever_happens_in_any_order_the_books_stand():
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=lives(15), stateful_step_count=25,
            suppress_health_check=list(HealthCheck), deadline=None,
        ),
    )  # fmt: skip
