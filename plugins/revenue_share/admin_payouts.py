"""Payouts in the admin: accounts are asked for and confirmed; everything else is read."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from fairgate import clock

from . import api, models, permissions, wording
from .admin_base import AskAdmin, AskForm, DecisionForm, ReadOnlyAdmin, each, note_of, user_id
from .data import AccountDetails
from .exceptions import RevenueShareError
from .wording_refusals import in_words


class AccountForm(AskForm):
    """An account to be paid to. It is encrypted; who confirms it alone sees it whole again."""

    holder = forms.CharField(
        label=_("Holder, in Latin letters"), max_length=140, required=False, strip=True
    )
    number = forms.CharField(
        label=_("IBAN or number"),
        max_length=60,
        required=False,
        help_text=_("Leave it empty to end the account that there is."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    is_iban = forms.BooleanField(label=_("It is an IBAN"), initial=True, required=False)
    bic = forms.CharField(
        label=_("BIC"),
        max_length=11,
        required=False,
        help_text=_(
            "Needed where it is no IBAN. Outside SEPA (another currency than EUR, or another "
            "country) many banks want it beside an IBAN, too."
        ),
    )

    class Meta:
        model = models.PayoutAccount
        fields = ("party", "currency", "reason")

    def ask(self, told: dict[str, Any]) -> Any:
        common = {
            "reason": told["reason"], "by": user_id(self.request), "at": clock.now(),
        }  # fmt: skip
        party, currency = told["party"].strip(), told["currency"].strip().upper()
        if not told["number"] and not told["holder"]:
            return api.propose_account_end(party, currency, **common)
        return api.propose_account(
            party, currency, holder=told["holder"], number=told["number"], bic=told["bic"],
            is_iban=told["is_iban"], **common,
        )  # fmt: skip


@admin.register(models.PayoutAccount)
class PayoutAccountAdmin(AskAdmin):
    """Accounts of parties; a second person confirms each."""

    form = AccountForm
    permission = permissions.PROPOSE_ACCOUNT
    heading = _("Ask for an account, for a second person to confirm")
    list_display = (
        "party", "currency", "masked", "counts", "reason", "asked_by", "confirmed_by", "refused_by",
    )  # fmt: skip
    list_filter = ("party", "currency")
    exclude = ("sealed", "live_key")
    action_form = DecisionForm
    actions = ("accept", "refuse")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is asked for first, and of a row what may be read."""
        if obj is None:
            return ("party", "currency", "holder", "number", "is_iban", "bic", "reason")
        return (
            "party", "currency", "masked", "counts", "reason", "asker", "asked_at", "confirmer",
            "confirmed_at", "refuser", "refused_at", "refused_because",
        )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the second person compares comes first, while it waits for them."""
        rest = super().get_fieldsets(request, obj)
        if obj is None or self._opened(request, obj) is None:
            return rest
        said = _("Compare this with the signed form. Then go back to the list, choose it there, "
                 "and confirm or refuse it. Nobody sees it whole after that.")  # fmt: skip
        whole = {"fields": ("whole_holder", "whole_number", "whole_bic"), "description": said}
        return [(_("The account, for you as the second person"), whole), *rest]

    @sensitive_variables()
    def _opened(self, request: HttpRequest, row: Any) -> AccountDetails | None:
        """The account whole, if it waits for who asks; it is opened once for a page."""
        if not hasattr(row, "opened"):
            row.opened = None
            if self.has_decide_permission(request):
                try:
                    row.opened = api.whole_account(row.uuid, by=user_id(request))
                except RevenueShareError as error:
                    self.message_user(request, in_words(error), messages.ERROR)
        opened: AccountDetails | None = row.opened
        return opened

    @admin.display(description=_("asked for by"))
    def asker(self, row: models.PayoutAccount) -> str:
        return wording.user(row.asked_by)

    @admin.display(description=_("confirmed by"))
    def confirmer(self, row: models.PayoutAccount) -> str:
        return wording.user(row.confirmed_by) if row.confirmed_by else "–"

    @admin.display(description=_("refused by"))
    def refuser(self, row: models.PayoutAccount) -> str:
        return wording.user(row.refused_by) if row.refused_by else "–"

    @admin.display(description=_("Holder"))
    def whole_holder(self, row: Any) -> str:
        return str(row.opened.holder)

    @admin.display(description=_("IBAN or number"))
    def whole_number(self, row: Any) -> str:
        return str(row.opened.number)

    @admin.display(description=_("BIC"))
    def whole_bic(self, row: Any) -> str:
        return str(row.opened.bic) or "–"

    @admin.display(description=_("It counts"), boolean=True)
    def counts(self, row: models.PayoutAccount) -> bool:
        return row.live_key is not None

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_ACCOUNT)

    @admin.action(permissions=["decide"], description=_("Confirm as the second person"))
    def accept(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Let them count from now on."""
        step = partial(api.confirm_account, by=user_id(request), at=clock.now())
        each(self, request, rows, step)

    @admin.action(permissions=["decide"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Let them not count; the reason is kept."""
        step = partial(
            api.refuse_account, by=user_id(request), because=note_of(request), at=clock.now()
        )
        each(self, request, rows, step)


@admin.register(models.PayoutBatch)
class PayoutBatchAdmin(ReadOnlyAdmin):
    """What was proposed and approved; the pages of payouts decide."""

    list_display = ("message_id", "execute_on", "reason", "asked_by", "confirmed_by", "refused_by")
    exclude = ("sealed",)


@admin.register(models.Payout)
class PayoutAdmin(ReadOnlyAdmin):
    """Payments of statements."""

    list_display = ("end_to_end_id", "statement", "state", "amount_minor", "pay_minor")
    list_filter = ("state",)
    search_fields = ("end_to_end_id",)
    list_select_related = ("statement",)
    exclude = ("live_key", "bare_id")


@admin.register(models.PayoutEntry, models.PayoutAcceptance, models.PayoutRejection)
class BankAdmin(ReadOnlyAdmin):
    """What the bank has told, and what two people said about it."""
