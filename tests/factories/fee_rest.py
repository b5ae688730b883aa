"""People who call the REST API of fees, and what they ask."""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from factories import fee_payments as make
from fee_payments import api
from fee_payments.data import Learner, OrderSummary
from fee_payments.models import Offering, Payment

ROOT = "/fairgate/fees/api/v1/"
COUNTRIES = {"amina": "UG", "sela": "FJ", "lena": "CH", "omar": "CH"}
JSON = "application/json"


def ticking(start: datetime = make.NOON) -> Any:
    """A clock that is asked, and has moved on by a second."""
    seconds = itertools.count()
    return lambda: start + timedelta(seconds=next(seconds))


def profile_country(user_id: int) -> str:
    """Where these people live."""
    names = get_user_model().objects.filter(pk=user_id).values_list("username", flat=True)
    return COUNTRIES.get(names.first() or "", "")


def person(name: str, *permissions: str) -> Any:
    """A user with exactly these permissions of fees."""
    user, _ = get_user_model().objects.get_or_create(username=name)
    granted = Permission.objects.filter(
        codename__in=permissions, content_type__app_label="fee_payments"
    )
    user.user_permissions.set(granted)
    return user


def client_of(name: str, *permissions: str, **options: Any) -> Client:
    """A browser in which this person is signed in."""
    client = Client(**options)
    client.force_login(person(name, *permissions))
    return client


def post(client: Client, path: str, body: Any, *, key: str | None = None, **more: Any) -> Any:
    """What is answered to a body; with a key, or a new one where it is "new"."""
    named = {"HTTP_IDEMPOTENCY_KEY": str(uuid4()) if key == "new" else key} if key else {}
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(ROOT + path, text, content_type=JSON, **named, **more)


def send(client: Client, path: str, fields: Any, *, key: str | None = None, **more: Any) -> Any:
    """What is answered to a form, which may have files; a key as for ``post``."""
    named = {"HTTP_IDEMPOTENCY_KEY": str(uuid4()) if key == "new" else key} if key else {}
    return client.post(ROOT + path, fields, **named, **more)


def learner(name: str) -> Learner:
    """This person, as a price sees them."""
    return api.learner_for(person(name).pk)


def lines(*codes: str) -> list[dict[str, str]]:
    """What is wanted, as it is sent."""
    return [{"offering": code} for code in codes]


def order_body(*codes: str, amount: str = "120.00", **more: Any) -> dict[str, Any]:
    """An order of these at a price in US dollars."""
    expected = {"amount": amount, "currency": "USD"}
    return {"lines": lines(*codes or ("spectrum",)), "expected": expected, **more}


def ordered(name: str = "lena", code: str = "spectrum") -> OrderSummary:
    """An order of this person that is not paid."""
    return make.order(learner(name), code)


def paid(name: str = "lena", *codes: str) -> OrderSummary:
    """An order of this person that is paid."""
    return make.paid_order_of(learner(name), *codes or ("spectrum",))


def won_without_room(name: str = "lena") -> OrderSummary:
    """An order whose dispute was lost and then won, when its room had no seat left."""
    order = paid(name)
    started = Payment.objects.get(order__uuid=order.uuid)
    for minute, button in enumerate(("dispute", "lose", "win"), start=1):
        if button == "win":
            Offering.objects.filter(code="spectrum").update(capacity=0)
        at = make.NOON + timedelta(minutes=minute)
        make.send(make.happening(started, button, at=at), at=at)
    return order
