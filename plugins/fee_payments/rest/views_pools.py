"""Pools of seats that an organisation has bought, for who gives them; to others they are not there.

Who has which seat is told by ``views_seats``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described
from fee_payments import api
from fee_payments.data.institution_seats import PoolUse, SeatPoolSummary
from fee_payments.rest.shapes_pools import PoolShape, UsedPoolShape
from fee_payments.rest.views import FeeView


@dataclass(frozen=True, slots=True)
class _Pool:
    pool: SeatPoolSummary
    use: PoolUse | None = None


class Pools(FeeView):
    """What the caller coordinates, the newest first."""

    @described(operation_id="list_pools", responses=PoolShape(many=True))
    def get(self, request: Any) -> Response:
        found = [_Pool(one) for one in api.list_pools(self.user_id, at=clock.now())]
        return self.part_of_all(found, PoolShape, key=lambda one: one.pool.uuid)


class OnePool(FeeView):
    """The seats of one line, with use and progress as far as it may be told."""

    @described(operation_id="get_pool", responses=UsedPoolShape)
    def get(self, request: Any, pool: UUID) -> Response:
        found = api.pool(pool, by=self.user_id, at=clock.now())
        used = _Pool(found, api.pool_use(pool, by=self.user_id))
        return Response(UsedPoolShape(used).data)
