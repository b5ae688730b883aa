"""Pages of payouts: proposed by one, approved by another, recorded from the bank's file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fairgate import clock
from fairgate.clock import utc_day
from fairgate.whole_numbers import whole_number
from fee_payments import api as fees
from fee_payments.data.bank import AccountSummary as OurAccount
from fee_payments.exceptions import PaymentsError
from partnerships import api as partnerships

from . import api, permissions, wording
from .data import (
    Acceptance,
    AcceptedAs,
    AccountHolder,
    BatchSummary,
    Conversion,
    EntryFault,
    Payable,
    PayoutState,
    PayoutSummary,
    Rejection,
)
from .exceptions import PayoutNotFound, RevenueShareError
from .rules.bank_days import is_weekend, next_weekday
from .wording_refusals import in_words

log = logging.getLogger(__name__)

#: The files of a bank that is read here have payouts alone or a month of them.
MAX_FILE = 32 * 1024 * 1024

#: Of what the bank has told nothing that is right, so that it may not have been executed.
_NOT_TOLD = (PayoutState.ORDERED,)


@require_safe
@login_required
@never_cache
def payouts(request: HttpRequest) -> HttpResponse:
    """What is to be paid, what was proposed and sent, and what a person has to look at."""
    _require(request, permissions.may_see_payouts)
    payables = api.list_payables()
    context = {
        "page_title": _("Payouts"),
        "payables": [_shown_payable(one) for one in payables],
        "can_propose": not all(one.refusal for one in payables),
        "batches": [_shown_batch(one) for one in api.list_batches()],
        "faulty": [_shown_payout(one) for one in api.list_faulty_payouts()],
        "acceptances": [_shown_acceptance(one) for one in api.list_acceptances()],
        "rejections": [_shown_rejection(one) for one in api.list_rejections()],
        "day": next_weekday(utc_day(clock.now())).isoformat(),
        "csv_accounts": _csv_accounts(),
        "may_propose": permissions.may(request.user, permissions.PROPOSE_PAYOUT),
        "may_record": permissions.may(request.user, permissions.RECORD_PAYOUT),
    }
    return render(request, "revenue_share/payouts.html", context)


@require_safe
@login_required
@never_cache
def batch(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One batch, and the decision where it waits."""
    _require(request, permissions.may_see_payouts)
    found = _batch(uuid)
    user_id = int(request.user.pk or 0)
    may_approve = permissions.may(request.user, permissions.APPROVE_PAYOUT)
    holders = _holders(request, uuid) if may_approve else {}
    context = {
        "page_title": _("Payouts for %(day)s") % {"day": wording.day(found.execute_on)},
        "batch": _shown_batch(found),
        "payouts": [
            {**_shown_payout(one), "holder": holders.get(one.uuid)} for one in found.payouts
        ],
        "not_told": [_shown_payout(one) for one in found.payouts if one.state in _NOT_TOLD],
        "may_record": permissions.may(request.user, permissions.RECORD_PAYOUT),
        "proposed_by": wording.user(found.asked_by),
        "approved_by": wording.user(found.confirmed_by) if found.confirmed_by else "",
        "is_own": found.asked_by == user_id,
        "may_approve": may_approve,
        "may_withdraw": found.asked_by == user_id
        and permissions.may(request.user, permissions.PROPOSE_PAYOUT),
    }
    return render(request, "revenue_share/payout_batch.html", context)


@require_POST
@login_required
@transaction.non_atomic_requests
def propose(request: HttpRequest) -> HttpResponse:
    """Propose the statements that were ticked."""
    _require_right(request, permissions.PROPOSE_PAYOUT)
    ticked = map(whole_number, request.POST.getlist("statement"))
    numbers = [number for number in ticked if number is not None]
    by, at = int(request.user.pk or 0), clock.now()
    try:
        day = date.fromisoformat(request.POST.get("execute_on", ""))
    except ValueError:
        messages.error(request, _("Choose the day of payment."))
        return redirect("revenue_share:payouts")
    try:
        reason = request.POST.get("reason", "")
        uuid = api.propose_batch(numbers, execute_on=day, reason=reason, by=by, at=at)
    except RevenueShareError as error:
        messages.error(request, in_words(error))
        if not numbers:
            _name_left_out(request)
        return redirect("revenue_share:payouts")
    messages.success(request, _("Proposed. A second person has to approve it."))
    _name_left_out(request)
    return redirect("revenue_share:payout_batch", uuid)


@require_POST
@login_required
@transaction.non_atomic_requests
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Approve a batch as the second person, or refuse it; who has proposed it may take it back."""
    found, by, at = _batch(uuid), int(request.user.pk or 0), clock.now()
    is_approval = request.POST.get("decision") == "approve"
    is_own = not is_approval and found.asked_by == by
    _require_right(request, permissions.PROPOSE_PAYOUT if is_own else permissions.APPROVE_PAYOUT)
    if is_approval:
        _attempt(
            request,
            lambda: api.approve_batch(uuid, by=by, at=at),
            _("Approved. Download the file and give it to the bank."),
        )
    else:
        because = request.POST.get("reason", "")
        _attempt(
            request,
            lambda: api.refuse_batch(uuid, by=by, because=because, at=at),
            _("Refused. Its statements can be paid again."),
        )
    return redirect("revenue_share:payout_batch", uuid)


@require_safe
@login_required
@never_cache
def order_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The file for the bank. It is the one place where accounts are shown whole."""
    _require_right(request, permissions.APPROVE_PAYOUT)
    try:
        found = api.payment_order(uuid)
    except PayoutNotFound:
        raise Http404 from None
    except RevenueShareError as error:
        messages.error(request, in_words(error))
        return redirect("revenue_share:payout_batch", uuid)
    log.info("payment order downloaded: batch=%s by=%s", uuid, request.user.pk)
    response = HttpResponse(found.content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@login_required
@transaction.non_atomic_requests
def record(request: HttpRequest) -> HttpResponse:
    """Take a file of our bank."""
    _require_right(request, permissions.RECORD_PAYOUT)
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > MAX_FILE:
        messages.error(request, _("Choose a file of the bank, of at most 32 MB."))
        return redirect("revenue_share:payouts")
    chosen = request.POST.get("account", "")
    account = whole_number(chosen) if chosen else None
    if chosen and account not in {one.id for one in _csv_accounts()}:
        messages.error(request, _("Choose one of the accounts."))
        return redirect("revenue_share:payouts")
    try:
        done = api.record_bank_file(
            upload.read(), by=int(request.user.pk or 0), at=clock.now(), account=account
        )
    except (RevenueShareError, PaymentsError) as error:
        messages.error(request, in_words(error))
        return redirect("revenue_share:payouts")
    said = _("Paid: %(paid)s. Returned: %(returned)s. Held: %(held)s. Known already: %(known)s.")
    messages.success(
        request,
        said % {
            "paid": done.paid, "returned": done.returned, "held": done.held, "known": done.known,
        },
    )  # fmt: skip
    for fault in done.faults:
        messages.warning(request, fault)
    return redirect("revenue_share:payouts")


@require_POST
@login_required
@transaction.non_atomic_requests
def ask_to_accept(request: HttpRequest, entry: int) -> HttpResponse:
    """Ask that an entry of another amount is accepted, as what was chosen."""
    _require_right(request, permissions.RECORD_PAYOUT)
    by, at, reason = int(request.user.pk or 0), clock.now(), request.POST.get("reason", "")
    try:
        accepted_as = AcceptedAs(request.POST.get("accepted_as", ""))
    except ValueError:
        messages.error(request, _("Choose what the entry is: the payment, or a fee of the bank."))
        return redirect("revenue_share:payouts")
    _attempt(
        request,
        lambda: api.ask_to_accept(entry, accepted_as=accepted_as, reason=reason, by=by, at=at),
        _("It waits for a second person."),
    )
    return redirect("revenue_share:payouts")


@require_POST
@login_required
@transaction.non_atomic_requests
def decide_difference(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Accept a difference as the second person, or do not."""
    _require_right(request, permissions.RECORD_PAYOUT)
    by, at, because = int(request.user.pk or 0), clock.now(), request.POST.get("reason", "")
    if request.POST.get("decision") == "accept":
        step: Callable[[], Any] = lambda: api.accept_difference(uuid, by=by, at=at)  # noqa: E731
        said = _("Accepted: it went to the account of differences.")
    else:
        step = lambda: api.refuse_difference(uuid, by=by, because=because, at=at)  # noqa: E731
        said = _("Not accepted: the bank has to put it right.")
    _attempt(request, step, said)
    return redirect("revenue_share:payouts")


@require_POST
@login_required
@transaction.non_atomic_requests
def ask_to_reject(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that the bank has not executed a payout."""
    _require_right(request, permissions.RECORD_PAYOUT)
    by, at, reason = int(request.user.pk or 0), clock.now(), request.POST.get("reason", "")
    _attempt(
        request,
        lambda: api.ask_to_reject(uuid, reason=reason, by=by, at=at),
        _("It waits for a second person."),
    )
    return redirect("revenue_share:payouts")


@require_POST
@login_required
@transaction.non_atomic_requests
def decide_rejection(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Confirm as the second person that a payout was not executed, or do not."""
    _require_right(request, permissions.RECORD_PAYOUT)
    by, at, because = int(request.user.pk or 0), clock.now(), request.POST.get("reason", "")
    if request.POST.get("decision") == "confirm":
        step: Callable[[], Any] = lambda: api.reject_payout(uuid, by=by, at=at)  # noqa: E731
        said = _("Confirmed: the statement can be paid again.")
    else:
        step = lambda: api.refuse_rejection(uuid, by=by, because=because, at=at)  # noqa: E731
        said = _("Not confirmed: the bank is still to pay.")
    _attempt(request, step, said)
    return redirect("revenue_share:payouts")


def _name_left_out(request: HttpRequest) -> None:
    """Say of every statement that cannot be paid why, one sentence for all with one reason."""
    by_reason: dict[str, list[str]] = {}
    for one in api.list_payables():
        if one.refusal:
            by_reason.setdefault(in_words(one.refusal), []).append(wording.label(one.number))
    for reason, names in by_reason.items():
        said = _("Left out: %(statements)s. %(why)s")
        messages.warning(request, said % {"statements": ", ".join(names), "why": reason})


def _csv_accounts() -> list[OurAccount]:
    """Our accounts whose bank's CSV can be read."""
    return [one for one in fees.list_accounts() if one.has_csv]


def _holders(request: HttpRequest, uuid: UUID) -> Mapping[UUID, AccountHolder]:
    """Who holds the accounts, for who compares them; where they cannot be opened, why."""
    try:
        return api.batch_holders(uuid, by=int(request.user.pk or 0))
    except RevenueShareError as error:
        messages.error(request, in_words(error))
        return {}


def _attempt(request: HttpRequest, step: Callable[[], Any], said: str) -> None:
    try:
        step()
    except PayoutNotFound:
        raise Http404 from None
    except RevenueShareError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, said)


def _batch(uuid: UUID) -> BatchSummary:
    try:
        return api.batch(uuid)
    except PayoutNotFound:
        raise Http404 from None


def _require(request: HttpRequest, allowed: Callable[[Any], bool]) -> None:
    if not allowed(request.user):
        raise Http404


def _require_right(request: HttpRequest, right: str) -> None:
    _require(request, lambda user: permissions.may(user, right))


def _shown_payable(one: Payable) -> dict[str, Any]:
    return {
        "one": one,
        "label": wording.label(one.number),
        "name": _name(one.party),
        "month": wording.month(one.period),
        "amount": wording.amount(one.amount),
        "paid": _paid(one.conversion),
        "refusal": in_words(one.refusal) if one.refusal else "",
    }


def _shown_batch(one: BatchSummary) -> dict[str, Any]:
    return {
        "one": one,
        "state": wording.batch_state(one),
        "totals": [wording.amount(total) for total in one.totals],
        "count": len(one.payouts),
        "is_on_weekend": is_weekend(one.execute_on),
    }


def _shown_payout(one: PayoutSummary) -> dict[str, Any]:
    return {
        "one": one,
        "label": wording.label(one.number),
        "name": _name(one.party),
        "amount": wording.amount(one.conversion.amount),
        "paid": _paid(one.conversion),
        "state": wording.payout_state(one.state),
        "charged": wording.amount(one.charged) if one.charged else "",
        "entries": [
            {
                "one": entry,
                "amount": wording.amount(entry.amount if entry.is_credit else -entry.amount),
                "fault": wording.fault(entry.fault) if entry.fault else "",
                "may_be_accepted": entry.fault is EntryFault.WRONG_AMOUNT and not entry.waits,
                "may_be_payment": one.state
                == (PayoutState.PAID if entry.is_credit else PayoutState.HELD),
            }
            for entry in one.entries
        ],
    }


def _shown_acceptance(one: Acceptance) -> dict[str, Any]:
    return {
        "one": one,
        "amount": wording.amount(one.amount if one.is_credit else -one.amount),
        "accepted_as": wording.accepted_as(one.accepted_as),
        "asked_by": wording.user(one.asked_by),
    }


def _shown_rejection(one: Rejection) -> dict[str, Any]:
    return {
        "one": one,
        "label": wording.label(one.number),
        "name": _name(one.party),
        "amount": wording.amount(one.amount),
        "asked_by": wording.user(one.asked_by),
    }


def _paid(conversion: Conversion | None) -> dict[str, Any]:
    """What arrives, and by which rates; nothing where it is not known."""
    if conversion is None:
        return {}
    rates: Iterable[str] = [wording.rate(rate) for rate in conversion.rates]
    return {"amount": wording.amount(conversion.converted), "rates": list(rates)}


def _name(party: str) -> str:
    try:
        return partnerships.party(party).name
    except LookupError:
        return party
