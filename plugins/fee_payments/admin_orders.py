"""How operators find orders, and from each to where what it waits for is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairgate.money import Money, total
from fee_payments import api, conf, models, selectors
from fee_payments.data import EventOutcome, HoldCause, OrderState
from fee_payments.models.labels import STATE_LABELS
from fee_payments.permissions import GIVE_ACCESS, REFUND, WORK_EVENTS


class ShownStateFilter(admin.SimpleListFilter):
    """Orders by the state that their learners read."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state there is."""
        return [(state.value, str(label)) for state, label in STATE_LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those in the state that was chosen."""
        chosen = self.value()
        if chosen not in list(OrderState):
            return queryset
        return queryset.filter(selectors.shown_as(OrderState(chosen)))


class IsHeldFilter(admin.SimpleListFilter):
    """Orders that wait for a person, whatever else their state is."""

    title = gettext_lazy("waits for a person")
    parameter_name = "is_held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whether they do."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those that do, or those that do not."""
        if self.value() == "yes":
            return queryset.exclude(held_because="")
        return queryset.filter(held_because="") if self.value() == "no" else queryset


class IsOpenFilter(admin.SimpleListFilter):
    """Requests that nobody has decided about."""

    title = gettext_lazy("waits for a person")
    parameter_name = "is_open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whether they do."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those that do, or those that do not."""
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(open_key__isnull=self.value() == "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that moves an order on at once, with nothing to fill in: a button of its page.

    ``permission`` is what an operator needs for it. ``waits`` tells whether there is something to
    do for an order at a moment. ``do`` does it, outside a transaction, and tells what happened.
    """

    name: str
    label: Any
    permission: str
    waits: Callable[[models.Order, datetime], bool]
    do: Callable[[models.Order, datetime], str]


def _stuck_events(order: models.Order) -> QuerySet[models.ProviderEvent]:
    """What was sent about the payments of an order and is not settled; the oldest first."""
    about = Q(pk__in=[])
    for payment in order.payments.all():
        about |= Q(provider=payment.provider, reference=payment.reference)
    stuck = Q(handled_at=None)
    if order.held_because:
        stuck |= Q(outcome=EventOutcome.HELD)
    events = models.ProviderEvent.objects.filter(about, stuck, scrubbed_at=None)
    return events.order_by("pk")


def _work_events(order: models.Order, at: datetime) -> str:
    """What was recorded is known, and has no second effect."""
    receipts = [
        api.replay_event(pk, at=at) for pk in _stuck_events(order).values_list("pk", flat=True)
    ]
    said = ngettext(
        "%(number)s event was worked again: %(said)s",
        "%(number)s events were worked again: %(said)s",
        len(receipts),
    )
    sentences = dict.fromkeys(receipt.sentence for receipt in receipts)
    return said % {"number": len(receipts), "said": " ".join(sentences)}


def _unanswered(order: models.Order) -> QuerySet[models.Refund]:
    """Refunds that were begun, and of which the provider has said nothing."""
    return models.Refund.objects.filter(
        payment__order=order, refunded_at=None, failed_at=None, asked_at=None
    )


def _ask_provider(order: models.Order, at: datetime) -> str:
    asked = list(_unanswered(order).values_list("pk", flat=True))
    api.finish_refunds(at=at, order_uuid=order.uuid)
    rows = models.Refund.objects.filter(pk__in=asked)
    if refused := rows.exclude(failed_at=None).first():
        return _("The provider refuses the refund: %(why)s") % {"why": refused.failed_because}
    done = [Money.from_minor(row.amount_minor, row.currency) for row in rows if row.refunded_at]
    if done:
        return _("%(amount)s was refunded.") % {"amount": total(done, done[0].currency)}
    if rows.exclude(asked_at=None).exists():
        return _("The provider has taken the refund on; it needs some days.")
    return _("The provider has not answered yet; it will be asked again.")


def _late_enrolments(order: models.Order, at: datetime) -> list[tuple[int, str]]:
    """Whose enrolment does not follow what this order has opened, and in which course run."""
    if not conf.has_enrolments_follow():
        return []
    opened = models.Entitlement.objects.filter(line__order=order)
    pairs = set(opened.values_list("user_id", "offering__course_key"))
    late = models.EnrolmentTask.objects.filter(
        user_id__in=[user_id for user_id, _course in pairs], open_key__isnull=False, due_at__lte=at
    )
    found = late.order_by("pk").values_list("user_id", "course_key")
    return [pair for pair in found if pair in pairs]


def _repair_enrolment(order: models.Order, at: datetime) -> str:
    late = _late_enrolments(order, at)
    obstacles = [api.retry_enrolment(user_id, course, at=at) for user_id, course in late]
    said = " ".join(dict.fromkeys(filter(None, obstacles)))
    if said:
        return _("The enrolment could not be changed: %(why)s") % {"why": said}
    return ngettext(
        "The enrolment follows the right now.", "The enrolments follow the rights now.", len(late)
    )


def _waits_for_refund(order: models.Order, at: datetime) -> bool:
    held = order.holds.filter(released_at=None, cause=HoldCause.REFUND).exists()
    under_way = models.Refund.objects.filter(payment__order=order, refunded_at=None, failed_at=None)
    return held and not under_way.exists()


def _let_go(order: models.Order, at: datetime) -> str:
    api.let_refund_go(order.uuid, at=at)
    order.refresh_from_db()
    if order.held_because:
        return _("It waits for this refund no more, and still for something else.")
    return _("The order waits for nobody any more. Nothing was refunded.")


# What an operator can do at once with an order. Each is a button, for who has its permission.
ACTS = (
    Act(name="work-events", label=gettext_lazy("Work what the provider has sent again"),
        permission=WORK_EVENTS, waits=lambda order, at: _stuck_events(order).exists(),
        do=_work_events),
    Act(name="ask-provider", label=gettext_lazy("Ask the provider for the refund again"),
        permission=REFUND, waits=lambda order, at: _unanswered(order).exists(), do=_ask_provider),
    Act(name="repair-enrolment", label=gettext_lazy("Try the enrolment again"),
        permission=GIVE_ACCESS, waits=lambda order, at: bool(_late_enrolments(order, at)),
        do=_repair_enrolment),
    Act(name="let-go", label=gettext_lazy("Let it go: nothing is to be refunded"),
        permission=REFUND, waits=_waits_for_refund, do=_let_go),
)  # fmt: skip


def act_of(name: str) -> Act:
    """The act of this name.

    Raises:
        Http404: there is none.
    """
    found = next((act for act in ACTS if act.name == name), None)
    if found is None:
        raise Http404
    return found


def acts_for(order: models.Order, request: HttpRequest, at: datetime) -> tuple[Act, ...]:
    """What this operator can do with an order now."""
    return tuple(
        act for act in ACTS if request.user.has_perm(act.permission) and act.waits(order, at)
    )


def way_on(order: models.Order, acts: Sequence[Act] = ()) -> SafeString:
    """The buttons of what can be done at once, and links to where the rest is done.

    The buttons send the form that the page of the admin is: it has the token.
    """
    made = (
        (reverse("admin:fee_payments_order_act", args=[order.pk, act.name]), act.label)
        for act in acts
    )
    # Each on a line of its own: beside each other they run together on a phone.
    buttons = format_html_join(
        "",
        '<p><button type="submit" class="button default" formmethod="post" formnovalidate '
        'formaction="{}">{}</button></p>',
        made,
    )
    links = format_html_join(
        "",
        '<p><a class="button" href="{}">{}</a></p>',
        ((url, label) for label, url in _ways_on(order)),
    )
    return buttons + links


def _ways_on(order: models.Order) -> list[tuple[str, str]]:
    """Where it is gone on with the order, the first thing first: labels and addresses."""
    if not _waits_for_misfits(order):
        return [_way_on(order)]
    seen = _("See what the provider has sent"), _list("providerevent", order)
    return [seen, (_("Close it, where the money went back (two people)"), _in_list(order))]


def _waits_for_misfits(order: models.Order) -> bool:
    """Whether all that it waits for are payments that did not fit, and are in no books."""
    live = order.holds.filter(released_at=None)
    misfits = live.filter(
        cause=HoldCause.PAYMENT, payment__isnull=False, payment__paid_at__isnull=True
    )
    return misfits.exists() and misfits.count() == live.count() and not order.disputed


def _way_on(order: models.Order) -> tuple[str, str]:
    page = reverse("fee_payments:order", args=[order.uuid])
    causes = set(order.holds.filter(released_at=None).values_list("cause", flat=True))
    if HoldCause.REVERSAL in causes:
        live = models.InvoiceStanding.objects.filter(live_order=order).first()
        if live is not None:
            invoice = reverse("fee_payments:invoice_desk", args=[live.invoice.uuid])
            return _("See what is missing of its invoice"), invoice
    if order.disputed:
        return _("See its dispute"), _list("dispute", order)
    payments = order.payments.all()
    if not causes:
        return _("Its page"), page
    if causes == {HoldCause.ACCESS}:
        return _("Give access again, or refund it"), _in_list(order)
    if any(payment.paid_at for payment in payments):
        return _("Refund what is due"), page
    return _("See what the provider has sent, and work it again"), _list("providerevent", order)


def _in_list(order: models.Order) -> str:
    """The order alone in the list, where actions take a reason."""
    listed = urlencode({"q": str(order.uuid)})
    return f"{reverse('admin:fee_payments_order_changelist')}?{listed}"


def _list(kind: str, order: models.Order) -> str:
    """The list of the events, or disputes, about the newest payment of an order."""
    newest = order.payments.order_by("-id").first()
    found = urlencode({"q": newest.reference if newest else ""})
    return f"{reverse(f'admin:fee_payments_{kind}_changelist')}?{found}"
