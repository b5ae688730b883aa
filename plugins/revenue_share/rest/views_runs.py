"""Long work: a month is closed, the books are proved. Asked for by one request, seen by others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted
from revenue_share import api, permissions, tasks
from revenue_share.rest import shapes_runs as shapes
from revenue_share.rest.shapes import NothingBody
from revenue_share.rest.views_base import OF_BOOKS, BooksView

_LATER = (
    "It is answered before it is done: `Location` is the run, which says how far it is and what "
    "came of it. Sent again with the same key it is the same run. One whose worker dies goes on."
)


class AskedFor(BooksView):
    """The base of requests that a worker carries out."""

    def begun(self, uuid: UUID) -> Response:
        """The answer, with the run; without workers it is at its end already."""
        # What was asked for is committed: these views are in no transaction.
        tasks.carry_out(str(uuid))
        found = api.run(uuid, at=clock.now())
        place = reverse("revenue_share:api:run", args=[uuid])
        return Response(shapes.RunShape(found).data, status=202, headers={"Location": place})


class Close(AskedFor):
    """Close a month: book what is missing, clear holds, number and freeze its statements."""

    permission_classes = (permitted(permissions.VIEW, permissions.CLOSE),)

    @described(
        operation_id="close_period",
        description="A month is closed once. What can be refused at once is (409); what is found "
        f"on the way is the `refused` of the run. {_LATER}",
        is_keyed=True,
        request=NothingBody,
        responses={202: shapes.RunShape},
    )
    def post(self, request: Any, period: str) -> Response:
        self.body(NothingBody)
        language, at = get_language() or settings.LANGUAGE_CODE, clock.now()
        return self.begun(
            api.ask_to_close(period, by=self.user_id, language=language, at=at, key=self.key)
        )


class Check(AskedFor):
    """Prove every invariant of the books."""

    permission_classes = (OF_BOOKS,)

    @described(
        operation_id="check_books",
        description=f"Every entry is read. {_LATER}",
        is_keyed=True,
        request=NothingBody,
        responses={202: shapes.RunShape},
    )
    def post(self, request: Any) -> Response:
        self.body(NothingBody)
        language, at = get_language() or settings.LANGUAGE_CODE, clock.now()
        return self.begun(api.ask_to_check(by=self.user_id, language=language, at=at, key=self.key))


class OneRun(BooksView):
    """How far something is that was asked for, and what came of it."""

    permission_classes = (OF_BOOKS,)

    @described(operation_id="get_run", responses=shapes.RunShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return Response(shapes.RunShape(api.run(uuid, at=clock.now())).data)
