"""Django admin of what came of promises: recorded, accepted by a second person, never edited."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate import clock
from fairgate.money import InexactAmount, Money

from . import api, conf, models, permissions
from .admin_base import (
    ReadOnlyAdmin,
    ServiceForm,
    WritesByService,
    attempt,
    each,
    note_of,
    user_id,
)
from .wording_refusals import in_words


class RecordForm(ServiceForm):
    """A record to add."""

    upload = forms.FileField(required=False, label=_("File (PDF, PNG or JPEG)"))

    def _file(self) -> bytes | None:
        file = self.cleaned_data.get("upload")
        if file is None:
            return None
        if file.size > conf.evidence_max_bytes():
            raise ValidationError(gettext("The file is too large."))
        content: bytes = file.read()
        return content

    def write(self, told: dict[str, Any]) -> Any:
        return self._meta.model._default_manager.get(uuid=self.record(told))

    def record(self, told: dict[str, Any]) -> Any:
        """Do it; the key of the record."""
        raise NotImplementedError

    def base(self, told: dict[str, Any]) -> dict[str, Any]:
        """What every record says."""
        replaced = told.get("replaces")
        return {
            "replaces": None if replaced is None else replaced.uuid,
            "by": user_id(self.request),
            "at": clock.now(),
        }


class DeliveryForm(RecordForm):
    """Something that was given."""

    amount = forms.DecimalField(label=_("Amount or worth, in the agreed currency"), min_value=0)

    class Meta:
        model = models.Delivery
        fields = ("contribution", "delivered_on", "reference", "replaces")

    def record(self, told: dict[str, Any]) -> Any:
        contribution = told["contribution"]
        try:
            amount = Money(told["amount"], contribution.currency)
        except InexactAmount as error:
            raise ValidationError({"amount": in_words(error)}) from error
        return api.record_delivery(
            contribution.version.uuid,
            contribution.code,
            amount=amount,
            delivered_on=told["delivered_on"],
            evidence=told["reference"],
            file=self._file(),
            **self.base(told),
        )


class FulfilmentForm(RecordForm):
    """An obligation that was met, or by a correction was not."""

    class Meta:
        model = models.Fulfilment
        fields = ("obligation", "due_on", "is_met", "fulfilled_on", "reference", "replaces")

    def record(self, told: dict[str, Any]) -> Any:
        obligation = told["obligation"]
        return api.record_fulfilment(
            obligation.version.uuid,
            obligation.code,
            due=told["due_on"],
            is_met=told["is_met"],
            fulfilled_on=told["fulfilled_on"],
            evidence=told["reference"],
            file=self._file(),
            **self.base(told),
        )


class ActualForm(RecordForm):
    """A value that was reported."""

    upload = None  # type: ignore[assignment]  # a value has a source, and no file

    class Meta:
        model = models.Actual
        fields = ("outcome", "on", "value", "source", "replaces")

    def record(self, told: dict[str, Any]) -> Any:
        outcome = told["outcome"]
        return api.record_actual(
            outcome.version.uuid,
            outcome.code,
            on=told["on"],
            value=told["value"],
            source=told["source"],
            **self.base(told),
        )


class RecordAdmin(WritesByService, ReadOnlyAdmin):
    """Records: added by those who may, and never changed."""

    permission: ClassVar[str]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return [field.name for field in obj._meta.fields if field.name not in self.hidden]
        return list(self.form.base_fields)

    hidden: ClassVar[tuple[str, ...]] = ("id", "live_key")


class DecisionForm(ActionForm):
    """Why something is refused."""

    note = forms.CharField(max_length=255, required=False, label=_("Reason"))


@admin.register(models.Delivery)
class DeliveryAdmin(RecordAdmin):
    """What was delivered; a second person accepts it."""

    permission = permissions.RECORD_DELIVERY
    form = DeliveryForm
    list_display = ("contribution", "delivered_on", "amount", "asked_by", "confirmed_by")
    list_filter = ("contribution__kind",)
    search_fields = ("contribution__code", "contribution__version__agreement__code", "reference")
    list_select_related = ("contribution__version__agreement",)
    action_form = DecisionForm
    actions = ("accept", "refuse")

    @admin.display(description=_("Amount or worth"))
    def amount(self, row: models.Delivery) -> str:
        return str(Money.from_minor(row.amount_minor, row.currency))

    def has_accept_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.ACCEPT_DELIVERY)

    @admin.action(permissions=["accept"], description=_("Accept as the second person"))
    def accept(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.accept_delivery, by=user_id(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["accept"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, because = user_id(request), note_of(request)
        step = partial(api.refuse_delivery, because=because, by=by, at=clock.now())
        each(self, request, queryset, step)


@admin.register(models.Fulfilment)
class FulfilmentAdmin(RecordAdmin):
    """What was fulfilled."""

    permission = permissions.RECORD_FULFILMENT
    form = FulfilmentForm
    list_display = ("obligation", "due_on", "is_met", "fulfilled_on", "recorded_by")
    search_fields = ("obligation__code", "obligation__version__agreement__code", "reference")


@admin.register(models.Actual)
class ActualAdmin(RecordAdmin):
    """What was reported."""

    permission = permissions.RECORD_FULFILMENT
    form = ActualForm
    list_display = ("outcome", "on", "value", "source", "recorded_by")
    search_fields = ("outcome__code", "outcome__version__agreement__code", "source")


class EndForm(ServiceForm):
    """An early end to ask for."""

    class Meta:
        model = models.EndRecord
        fields = ("version", "last_day", "reason")

    def write(self, told: dict[str, Any]) -> Any:
        asked = api.ask_end(
            told["version"].uuid,
            last_day=told["last_day"],
            reason=told["reason"],
            by=user_id(self.request),
            at=clock.now(),
        )
        return models.EndRecord.objects.get(pk=asked)


@admin.register(models.EndRecord)
class EndRecordAdmin(RecordAdmin):
    """Early ends: one person asks, another confirms."""

    permission = permissions.ASK_END
    form = EndForm
    list_display = ("version", "last_day", "reason", "asked_by", "confirmed_by", "refused_by")
    search_fields = ("version__agreement__code", "reason")
    action_form = DecisionForm
    actions = ("confirm", "refuse")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_END)

    @admin.action(permissions=["confirm"], description=_("Confirm as the second person"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            step = partial(api.confirm_end, row.pk, by=user_id(request), at=clock.now())
            attempt(self, request, step)

    @admin.action(permissions=["confirm"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        because = note_of(request)
        if not because:
            self.message_user(request, gettext("Give a reason."), messages.ERROR)
            return
        for row in queryset:
            by, at = user_id(request), clock.now()
            attempt(self, request, partial(api.refuse_end, row.pk, because=because, by=by, at=at))
