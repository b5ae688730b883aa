"""The operator's view: price lists can be edited, what happened can only be read."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from fairgate import clock
from fairgate.csv_cells import write_csv
from fairgate.errors import FairgateError
from fairgate.money import total
from fee_payments import (
    admin_access,  # noqa: F401 - registered by the import
    admin_authors,  # noqa: F401 - registered by the import
    admin_catalogue,  # noqa: F401 - registered by the import
    admin_invoices,  # noqa: F401 - registered by the import
    admin_seats,  # noqa: F401 - registered by the import
    api,
    models,
    selectors,
    tasks,
)
from fee_payments.admin_base import ReadOnlyAdmin, ReadOnlyInline, amount_of
from fee_payments.admin_holds import HeldOrderAdmin, OrderHoldInline
from fee_payments.admin_orders import (
    Act,
    IsHeldFilter,
    IsOpenFilter,
    ShownStateFilter,
    act_of,
    acts_for,
    way_on,
)
from fee_payments.data import IssuedSeatCodes
from fee_payments.exceptions import PaymentsError
from fee_payments.forms import RefuseRequestsForm, RevokeSeatCodesForm, SeatCodesForm
from fee_payments.models.labels import STATE_LABELS
from fee_payments.never_framed import never_framed
from fee_payments.services.session_words import session_in_words
from fee_payments.wording import state_name


class OrderLineInline(ReadOnlyInline):
    """What was ordered."""

    model = models.OrderLine
    fields: ClassVar[Any] = (
        "offering",
        "session",
        "quantity",
        amount_of("total_minor", gettext_lazy("Total")),
        amount_of("paid_minor", gettext_lazy("Paid")),
        amount_of("refunded_minor", gettext_lazy("Refunded")),
        "holds_seat",
    )


@admin.register(models.Order)
class OrderAdmin(HeldOrderAdmin):
    """Orders and where they stand."""

    people = ("user_id",)
    list_display = (
        "uuid", "shown_state", "user_id", "country", "total", "placed_at", "held_because"
    )  # fmt: skip
    list_filter = (IsHeldFilter, ShownStateFilter, "payer_class")
    search_fields = (
        "uuid", "=user_id", "payments__reference", "payments__charge_reference",
        "lines__offering__code", "buyer__legal_name",
    )  # fmt: skip
    inlines = (OrderLineInline, OrderHoldInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Order]:
        return super().get_queryset(request).prefetch_related("lines")

    @admin.display(description=gettext_lazy("Total"))
    def total(self, order: models.Order) -> str:
        """What all lines cost together."""
        amounts = [selectors.breakdown_of(line).total for line in selectors.lines_of(order)]
        return str(total(amounts, amounts[0].currency))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where to go on from it, before everything that is known of it."""
        names = super().get_fields(request, obj)
        return ["way_on", *(name for name in names if name != "way_on")]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["way_on", *super().get_readonly_fields(request, obj)]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Order | None:
        """The order, with what this operator can do with it."""
        order = super().get_object(request, object_id, from_field)
        if order is not None:
            order.acts = acts_for(order, request, clock.now())
        return order

    @admin.display(description=gettext_lazy("what can be done next"))
    def way_on(self, order: models.Order) -> str:
        return way_on(order, order.acts)  # type: ignore[attr-defined] # see get_object

    def get_urls(self) -> list[Any]:
        act = self.admin_site.admin_view(self.act)
        own = path("<path:object_id>/act/<slug:name>/", act, name="fee_payments_order_act")
        return [*never_framed([own]), *super().get_urls()]

    @method_decorator(transaction.non_atomic_requests)
    @method_decorator(require_POST)
    def act(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Do what a button of the page says, tell what happened, and keep who did it.

        Outside a transaction: what is kept of a refusal stays, and a provider is asked between two.
        """
        asked = act_of(name)
        order = self.get_object(request, object_id)
        if not self.has_view_permission(request, order) or not request.user.has_perm(
            asked.permission
        ):
            raise PermissionDenied
        if order is None:
            raise Http404
        self._do(request, asked, order)
        return redirect("admin:fee_payments_order_change", order.pk)

    def _do(self, request: HttpRequest, asked: Act, order: models.Order) -> None:
        at = clock.now()
        if not asked.waits(order, at):
            self.message_user(request, _("There is nothing to do any more."), messages.WARNING)
            return
        try:
            said = asked.do(order, at)
        except FairgateError as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return
        self.log_change(request, order, said)
        self.message_user(request, said)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def shown_state(self, order: models.Order) -> Any:
        return STATE_LABELS[selectors.shown_state(order)]


@admin.register(models.Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments, with what the processor took of them."""

    list_display = (
        "uuid",
        "provider",
        amount_of("amount_minor"),
        amount_of("processor_fee_minor", gettext_lazy("Processor’s fees")),
        amount_of("refunded_minor", gettext_lazy("Refunded")),
        "paid_at",
    )
    list_filter = ("provider", "currency")


@admin.register(models.ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    """Events of providers; held ones wait for a person. What was sent takes a permission to see."""

    list_display = ("provider", "kind", "outcome", "sentence", "attempts", "received_at")
    list_filter = ("provider", "outcome", "kind")
    search_fields = ("event_id", "reference")
    actions = ("work_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.ProviderEvent]:
        return super().get_queryset(request).defer("payload")

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """It can name the payer."""
        may_see = request.user.has_perm("fee_payments.see_event_payload")
        return ("digest",) if may_see else ("digest", "payload")

    def has_work_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fee_payments.work_event_again")

    @admin.action(description=gettext_lazy("Work it again"), permissions=["work_again"])
    def work_again(self, request: HttpRequest, events: QuerySet[models.ProviderEvent]) -> None:
        """Work each once more; what was recorded is known, and has no second effect."""
        for pk in list(events.values_list("pk", flat=True)):
            try:
                api.reopen_event(pk, at=clock.now())
            except PaymentsError as refused:
                self.message_user(request, f"{pk}: {refused}", messages.ERROR)
            else:
                # After the commit of this request: an event is worked in a transaction of its own.
                transaction.on_commit(partial(tasks.work_event, pk))
                self.message_user(request, _("Event %(pk)s is worked again.") % {"pk": pk})


@admin.register(models.Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """Disputes; those that are open first."""

    list_display = (
        "reference", "state", amount_of("amount_minor"), "reason", "evidence_due_by"
    )  # fmt: skip
    list_filter = ("provider", "state")
    search_fields = ("reference", "payment__reference")


@admin.register(models.Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Refunds."""

    people = ("requested_by",)
    list_display = (
        "uuid", amount_of("amount_minor"), "reason", "asked_at", "refunded_at", "failed_at"
    )  # fmt: skip


@admin.register(models.RefundRequest)
class RefundRequestAdmin(ReadOnlyAdmin):
    """What learners ask back: granted or refused by somebody who may refund, and is not they."""

    people = ("asked_by", "decided_by")
    list_display = (
        "uuid", "amount", "page", "asked_by", "asked_at", "reason", "outcome", "decided_by"
    )  # fmt: skip
    list_filter = (IsOpenFilter, "outcome")
    exclude = ("amounts",)
    readonly_fields = ("amount",)
    search_fields = ("order__uuid", "asked_by")
    action_form = RefuseRequestsForm
    actions = ("grant", "refuse")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.RefundRequest]:
        rows = super().get_queryset(request)
        return rows.select_related("order").prefetch_related("order__lines")

    @admin.display(description=gettext_lazy("amount"))
    def amount(self, row: models.RefundRequest) -> str:
        """What is given back if it is granted."""
        return str(selectors.refund_request_summary(row).amount)

    @admin.display(description=gettext_lazy("order"))
    def page(self, row: models.RefundRequest) -> str:
        """The page of the order, where everything about it is read."""
        url = reverse("fee_payments:order", args=[row.order.uuid])
        return format_html('<a href="{}">{}</a>', url, row.order)

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fee_payments.refund_payment")

    @admin.action(description=gettext_lazy("Give back what was asked for"), permissions=["refund"])
    def grant(self, request: HttpRequest, rows: QuerySet[models.RefundRequest]) -> None:
        """Refund request by request; the first that cannot be stops, and says why."""
        at = clock.now()
        for row in rows:
            try:
                api.grant_refund_request(row.uuid, by=request.user.pk or 0, at=at)
            except PaymentsError as refused:
                self.message_user(request, f"{row}: {refused}", messages.ERROR)
                return
        self.message_user(request, _("The money is on its way back."))

    @admin.action(description=gettext_lazy("Refuse"), permissions=["refund"])
    def refuse(self, request: HttpRequest, rows: QuerySet[models.RefundRequest]) -> None:
        """Refuse request by request, with one sentence for all."""
        at, note = clock.now(), request.POST.get("note", "")
        for row in rows:
            try:
                api.refuse_refund_request(row.uuid, by=request.user.pk or 0, note=note, at=at)
            except PaymentsError as refused:
                self.message_user(request, f"{row}: {refused}", messages.ERROR)
                return
        self.message_user(request, _("The learners read why."))

    @method_decorator(transaction.non_atomic_requests)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Outside a transaction: a refund commits before the provider is asked."""
        return super().changelist_view(request, extra_context)


@admin.register(models.Entitlement)
class EntitlementAdmin(ReadOnlyAdmin):
    """Who may enter what, and why."""

    people = ("user_id",)
    list_display = ("uuid", "user_id", "offering", "source", "starts_at", "revoked_at")
    list_filter = ("source",)


@admin.register(models.SeatCodeBatch)
class SeatCodeBatchAdmin(ReadOnlyAdmin):
    """Issues codes: what answers the form is the list of them, once, as CSV."""

    form = SeatCodesForm
    fields = ("offering", "session", "sponsor", "count", "expires_at", "note", "issued_at")
    list_display = ("sponsor", "offering", "session", "count", "issued_at", "expires_at", "note")
    list_select_related = ("offering", "session")
    list_filter = ("offering",)
    search_fields = ("sponsor", "note")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fee_payments.issue_seat_codes")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the form asks for; or, of a batch that is there, what it was issued with."""
        return self.fields if obj else self.form.base_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Issue; the codes wait in the request for the answer, and nowhere else."""
        issued = api.issue_seat_codes(
            obj.offering.code,
            count=obj.count,
            sponsor=obj.sponsor,
            key=form.key,
            by=request.user.pk,
            at=form.at,
            expires_at=obj.expires_at,
            note=obj.note,
            session=obj.session.code if obj.session else "",
        )
        obj.pk = models.SeatCodeBatch.objects.get(uuid=issued.batch_uuid).pk
        request.issued_seat_codes = issued  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The codes as a file; the admin tells caches to keep nothing."""
        issued: IssuedSeatCodes = request.issued_seat_codes  # type: ignore[attr-defined]
        url = request.build_absolute_uri(api.seat_code_page_url(issued.offering_code))
        response = HttpResponse(_sheet(issued, url), content_type="text/csv; charset=utf-8")
        name = f"seat-codes-{issued.offering_code}-{obj.pk}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _sheet(issued: IssuedSeatCodes, url: str) -> str:
    """The list to hand out: a line per person. Begins with a BOM, as spreadsheets ask for."""
    until = f"{issued.expires_at:%Y-%m-%d %H:%M} UTC" if issued.expires_at else ""
    header = (_("Code"), _("Fee"), _("Given by"), _("Valid until"), _("Where to use it"))
    fee = issued.offering_title
    if issued.session is not None:
        fee = f"{fee}: {session_in_words(issued.session)}"
    rows = [(code, fee, issued.sponsor, until, url) for code in issued.codes]
    return "\ufeff" + write_csv(header, rows)


@admin.register(models.SeatCode)
class SeatCodeAdmin(ReadOnlyAdmin):
    """Who has redeemed which code; codes can be taken back."""

    people = ("redeemed_by", "revoked_by")
    list_display = ("hint", "offering", "sponsor", "state", "redeemed_by", "redeemed_at")
    list_filter = ("batch__offering",)
    list_select_related = ("batch__offering",)
    search_fields = ("hint", "batch__sponsor", "redeemed_by")
    exclude = ("digest",)
    action_form = RevokeSeatCodesForm
    actions = ("revoke",)

    @admin.display(description=gettext_lazy("offering"))
    def offering(self, code: models.SeatCode) -> str:
        return str(code.batch.offering)

    @admin.display(description=gettext_lazy("sponsor"))
    def sponsor(self, code: models.SeatCode) -> str:
        return code.batch.sponsor

    @admin.display(description=gettext_lazy("state"))
    def state(self, code: models.SeatCode) -> str:
        return state_name(selectors.seat_code_summary(code).state(clock.now()))

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fee_payments.revoke_seat_codes")

    @admin.action(description=gettext_lazy("Take back the chosen codes"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, codes: QuerySet[models.SeatCode]) -> None:
        """End what rests on them, code by code, with one reason for all."""
        at, because = clock.now(), request.POST.get("because", "")
        for code in codes:
            try:
                api.revoke_seat_code(code.uuid, by=request.user.pk or 0, because=because, at=at)
            except PaymentsError as refused:
                self.message_user(request, str(refused), messages.ERROR)
                return
        said = ngettext(
            "The code is taken back; access that rests on it ended.",
            "The codes are taken back; access that rests on them ended.",
            len(codes),
        )
        self.message_user(request, said)
