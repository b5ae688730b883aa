"""Pages on which a second person decides about something that is shown, or it is withdrawn.

Pictures and promotions differ in how they are found and shown, and in the words; what follows from
a form that is sent is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fairgate import clock

from .exceptions import AlreadyDecided, SecondPersonNeeded
from .forms_marks import DecisionForm, WithdrawalForm
from .place_parts import user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What can be done by the door of the app, and the sentence that follows each outcome."""

    approve: Callable[..., object]
    refuse: Callable[..., object]
    withdraw: Callable[..., object]
    is_approved: Any
    is_refused: Any
    is_withdrawn: Any
    too_late: Any
    another_person: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPage:
    """One thing as somebody sees it: what is shown of it, and what they may do with it.

    ``what`` is the name of its address, and ends those of the forms: ``decide_…``, ``withdraw_…``.
    It is standing while there is something to withdraw.
    """

    what: str
    partner: str
    uuid: UUID
    template: str
    shown: Mapping[str, Any]
    may_decide: bool
    may_withdraw: bool
    is_standing: bool
    acts: Acts

    def address(self, act: str = "") -> str:
        """Where it is, or where a form is sent."""
        return reverse(f"partnerships:{act}{self.what}", args=[self.partner, self.uuid])


def answer(
    request: HttpRequest,
    page: DecisionPage,
    *,
    decision: DecisionForm | None = None,
    withdrawal: WithdrawalForm | None = None,
) -> HttpResponse:
    """The page with the forms of who asks; with the faults of one that was sent."""
    sent = [form for form in (decision, withdrawal) if form is not None]
    faults = [fault for form in sent for fault in form.faults()]
    may_withdraw = page.may_withdraw and page.is_standing
    context = {
        **page.shown,
        "decision": (decision or DecisionForm()) if page.may_decide else None,
        "withdrawal": (withdrawal or WithdrawalForm()) if may_withdraw else None,
        "decide_url": page.address("decide_"),
        "withdraw_url": page.address("withdraw_"),
        "faults": faults,
    }
    return render(request, page.template, context, status=400 if faults else 200)


def decide(request: HttpRequest, page: DecisionPage) -> HttpResponse:
    """Approve or refuse it, as the form says."""
    if not page.may_decide:
        raise Http404
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return answer(request, page, decision=form)
    told, acts = form.cleaned_data, page.acts
    is_approval = told["decision"] == DecisionForm.APPROVE
    act = acts.approve if is_approval else acts.refuse
    said = acts.is_approved if is_approval else acts.is_refused
    return _done(request, page, partial(act, page.uuid, sentence=told["sentence"]), said)


def withdraw(request: HttpRequest, page: DecisionPage) -> HttpResponse:
    """Take it from every page."""
    if not page.may_withdraw:
        raise Http404
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return answer(request, page, withdrawal=form)
    act = partial(page.acts.withdraw, page.uuid, reason=form.cleaned_data["reason"])
    return _done(request, page, act, page.acts.is_withdrawn)


def _done(
    request: HttpRequest, page: DecisionPage, act: Callable[..., object], said: Any
) -> HttpResponse:
    """Do it and say so; or say that somebody else was faster."""
    try:
        act(by=user_id(request), at=clock.now())
    except AlreadyDecided:
        messages.warning(request, page.acts.too_late)
    except SecondPersonNeeded:
        messages.warning(request, page.acts.another_person)
    else:
        messages.success(request, said)
    return redirect(page.address())
