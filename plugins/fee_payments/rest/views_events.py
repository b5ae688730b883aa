"""Events of providers, for operators: what became of them, and working one again."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted
from fee_payments import api, permissions
from fee_payments.rest import shapes
from fee_payments.rest.shapes_operators import (
    EventReceiptShape,
    EventShape,
    EventsQuery,
    RowNumber,
)
from fee_payments.rest.views import FeeView


class Events(FeeView):
    """Events without what was sent, the oldest first: those that wait or are held, or all."""

    permission_classes = (permitted(permissions.SEE_EVENTS),)
    cursor = RowNumber

    @described(operation_id="list_events", query=EventsQuery, responses=EventShape(many=True))
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_events(
            since=self.asked.get("since"), only_stuck=self.asked["only_stuck"],
            after=window.after, limit=window.one_more,
        )  # fmt: skip
        return self.part(found, EventShape, key=lambda one: one.pk, window=window)


class Replaying(FeeView):
    """Work an event once more."""

    permission_classes = (permitted(permissions.REPLAY_EVENTS),)

    @described(
        operation_id="replay_event",
        description="What was recorded is known and has no second effect, so it takes no key.",
        request=shapes.NothingBody,
        responses=EventReceiptShape,
    )
    def post(self, request: Any, event: int) -> Response:
        self.body(shapes.NothingBody)
        return Response(EventReceiptShape(api.replay_event(event, at=clock.now())).data)
