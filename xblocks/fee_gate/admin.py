"""The operator's view of holds: rules begin and end, and nobody edits what was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from fee_gate import services
from fee_gate.exceptions import RuleRefused
from fee_gate.forms import FeeGateRuleForm
from fee_gate.models import FeeGateRule


@admin.register(FeeGateRule)
class FeeGateRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic at type time only
    """Holds: what waits for a fee in which course run."""

    form = FeeGateRuleForm
    list_display = ("course_key", "scope", "fee", "begins", "ends")
    search_fields = ("course_key", "fee")

    @admin.display(description=_("from (UTC)"), ordering="effective_from")
    def begins(self, rule: FeeGateRule) -> str:
        return _utc(rule.effective_from)

    @admin.display(description=_("until (UTC)"), ordering="ends_at")
    def ends(self, rule: FeeGateRule) -> str:
        return _utc(rule.ends_at) if rule.ends_at else "–"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As a form it takes and shows UTC; as plain text Django would show the site's time."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ("course_key", "scope", "fee", "begins", "ends")
        return super().get_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse | HttpResponseRedirect:
        """Add or end a rule; what a colleague did between check and save is said, too."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except RuleRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: FeeGateRule, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Have the service write; the row that the admin made of the form is not stored."""
        if not change:
            obj.pk = services.begin_rule(form.rule(), at=form.at).id
        elif "ends_at" in form.changed_data:
            services.end_rule(obj.pk, ends_at=form.cleaned_data["ends_at"], at=form.at)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
