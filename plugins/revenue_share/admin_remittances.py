"""What parties paid over, in the admin: entered from the bank's statement, confirmed by another."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fairgate import clock
from fairgate_tables.amount_fields import AmountField, read_amount

from . import api, models, permissions
from .admin_base import AskAdmin, AskForm, DecisionForm, each, note_of, user_id


class RemittanceForm(AskForm):
    """A booking on the bank's statement."""

    amount = AmountField(label=_("Amount"))
    is_given_back = forms.BooleanField(label=_("It was given back to the party"), required=False)

    class Meta:
        model = models.Remittance
        fields = ("party", "currency", "booked_on", "reference", "reason")

    def ask(self, told: dict[str, Any]) -> Any:
        currency = told["currency"].strip().upper()
        amount = read_amount(told["amount"], currency, name=str(self.fields["amount"].label))
        return api.propose_remittance(
            told["party"].strip(),
            -amount if told["is_given_back"] else amount,
            booked_on=told["booked_on"],
            reference=told["reference"],
            reason=told["reason"],
            by=user_id(self.request),
            at=clock.now(),
        )


@admin.register(models.Remittance)
class RemittanceAdmin(AskAdmin):
    """What parties paid over; a second person confirms each."""

    form = RemittanceForm
    permission = permissions.PROPOSE_REMITTANCE
    heading = _("Enter what a party paid over, for a second person to confirm")
    list_display = (
        "party", "amount_minor", "booked_on", "reference", "reason", "asked_by", "confirmed_by",
        "refused_by",
    )  # fmt: skip
    list_filter = ("party", "currency")
    search_fields = ("reference",)
    date_hierarchy = "booked_on"
    action_form = DecisionForm
    actions = ("accept", "refuse")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is entered in the order of a bank's statement; of a row, what may be read."""
        if obj is None:
            return ("party", "currency", "amount", "is_given_back", "booked_on", "reference",
                    "reason")  # fmt: skip
        return super().get_fields(request, obj)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_REMITTANCE)

    @admin.action(permissions=["decide"], description=_("Confirm as the second person"))
    def accept(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Let them count."""
        step = partial(api.confirm_remittance, by=user_id(request), at=clock.now())
        each(self, request, rows, step)

    @admin.action(permissions=["decide"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Let them not count; the reason is kept."""
        step = partial(
            api.refuse_remittance, by=user_id(request), because=note_of(request), at=clock.now()
        )
        each(self, request, rows, step)
