"""What stands outside of the site in the demo: a mailbox, and a bank."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from demo_site import bank, calendar
from demo_site.mailbox import list_mails
from fee_payments import api as payments


@require_GET
@login_required
def mail(request: HttpRequest) -> HttpResponse:
    """The mails to whom the visitor is."""
    address = getattr(request.user, "email", "")
    return render(request, "demo_site/mail.html", {"mails": list_mails(address)})


@require_GET
def bank_page(request: HttpRequest) -> HttpResponse:
    """What was transferred today, and the file that tells it."""
    return render(request, "demo_site/bank.html", {"transfers": _transfers()})


@require_GET
def bank_file(request: HttpRequest) -> HttpResponse:
    """The statement of today, as the bank gives it."""
    today = calendar.today()
    response = HttpResponse(bank.statement(_transfers(), on=today), content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="statement-{today}.xml"'
    return response


def _transfers() -> list[bank.Transfer]:
    paid = [
        bank.Transfer(payer=one.buyer_name, amount=one.missing, reference=one.reference)
        for one in payments.list_invoices()
        if one.missing.minor > 0
    ]
    return [*paid, bank.FORGETFUL]
