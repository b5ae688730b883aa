"""Every operation of a REST API, and who may ask for it: what the matrices of the apps share.

A matrix has a row for each operation and a column for each role. ``yes``: the request was read, and
not refused for whose it is; else the status that it is refused with. Requests say nothing that
could be done, so that asking changes nothing.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client

from fairgate import clock

JSON = "application/json"
ODD = {"odd": 1}
#: A request was read, and something else than the caller is wrong with it at the most.
READ = (200, 201, 202, 204, 400, 409)

#: Method (or ``form``) and path of an operation, and the permissions of the colleague who may.
Asked = Mapping[str, tuple[str, str, Collection[str]]]


@contextmanager
def moving_on(settings: Any, start: datetime) -> Iterator[None]:
    """A clock that moves on by a second when it is asked, and a pace that nobody reaches."""
    settings.FAIRGATE_API_RATES = dict.fromkeys(("read", "write", "upload"), "1000/minute")
    seconds = itertools.count()
    clock.use(lambda: start + timedelta(seconds=next(seconds)))
    yield
    clock.use(None)


def told(answer: Any) -> str:
    """What an answer means."""
    answer.getvalue()  # a file is closed when it has been read
    return "yes" if answer.status_code in READ else str(answer.status_code)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """What is asked, by whom, and what each is answered with; ``root`` is where the API is.

    ``send`` sends a form to a path, for the operations that take a file.
    """

    root: str
    asked: Asked
    may: Mapping[str, str]
    roles: Sequence[str]
    send: Callable[[str, Any, str], Any]

    def check_is_whole(self, document: Mapping[str, Any]) -> None:
        """Every operation of the description has a row, and every row all columns."""
        described = {
            operation["operationId"]
            for methods in document["paths"].values()
            for operation in methods.values()
        }
        assert set(self.asked) == set(self.may) == described
        assert {len(row.split()) for row in self.may.values()} == {len(self.roles)}

    def ask(self, operation: str, client: Any, world: Mapping[str, Any]) -> Any:
        """The answer to a request that says nothing that could be done."""
        method, path, _may = self.asked[operation]
        path = path.format(**world)
        if method == "form":
            return self.send(operation, client, path)
        if method == "get":
            return client.get(self.root + path)
        named = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())} if method == "post" else {}
        send = getattr(client, method)
        return send(self.root + path, json.dumps(ODD), content_type=JSON, **named)

    def answers(self, client_of: Callable[[str], Any], world: Mapping[str, Any]) -> dict[str, str]:
        """What each operation answers its caller; what is deleted is asked last."""
        in_order = sorted(self.asked, key=lambda one: self.asked[one][0] == "delete")
        return {one: told(self.ask(one, client_of(one), world)) for one in in_order}

    def column(self, role: str) -> dict[str, str]:
        """What the matrix says of a role."""
        place = self.roles.index(role)
        return {operation: row.split()[place] for operation, row in self.may.items()}

    def statuses(
        self, operations: Iterable[str], client: Any, world: Mapping[str, Any]
    ) -> dict[str, int]:
        """The status of each of some operations."""
        return {one: self.ask(one, client, world).status_code for one in operations}

    def everything(self) -> set[str]:
        """Every permission that any operation takes."""
        return {one for _method, _path, may in self.asked.values() for one in may}


def inactive(client: Any) -> Any:
    """The same caller, whose account is active no longer."""
    User.objects.filter(pk=client.user.pk).update(is_active=False)
    return client


def root_of_everything() -> Client:
    """Who may everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client
