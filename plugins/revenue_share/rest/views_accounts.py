"""The accounts that parties are paid to: changed by two people, whole to the second one alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.views.decorators.debug import sensitive_variables
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted, permitted_one
from revenue_share import api, permissions
from revenue_share.rest import shapes_steps as shapes
from revenue_share.rest.shapes import NothingBody, ReasonBody
from revenue_share.rest.views_base import BooksView, DecidedView

_SEEN = permitted_one(
    permissions.VIEW_ACCOUNTS, permissions.PROPOSE_ACCOUNT, permissions.CONFIRM_ACCOUNT
)


class Accounts(BooksView):
    """Accounts of parties and the ends of them, the newest first, and the next one."""

    permission_classes = (_SEEN,)

    @described(
        operation_id="list_payout_accounts", query=shapes.AccountsQuery,
        responses=shapes.AccountShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_accounts(
            self.asked.get("party"), state=self.asked.get("state"), after=window.after,
            limit=window.one_more,
        )  # fmt: skip
        return self.part(found, shapes.AccountShape, key=lambda one: one.uuid, window=window)

    @described(
        operation_id="propose_payout_account",
        description="With the permission `propose_payout_account`. The party is paid to it once "
        "somebody else has confirmed it; that person alone sees it whole again, while it waits.",
        is_keyed=True,
        request=shapes.AccountBody,
        responses={201: shapes.AccountShape},
    )
    @sensitive_variables("given")
    def post(self, request: Any) -> Response:
        self.require(allowed=permissions.may(request.user, permissions.PROPOSE_ACCOUNT))
        given = self.body(shapes.AccountBody)
        made = api.propose_account(**given, by=self.user_id, at=clock.now(), key=self.key)
        return Response(shapes.AccountShape(api.account(made)).data, status=201)


class AccountEnds(BooksView):
    """That a party is paid to no account in a currency any more."""

    permission_classes = (permitted(permissions.PROPOSE_ACCOUNT),)

    @described(
        operation_id="propose_payout_account_end",
        is_keyed=True,
        request=shapes.AccountEndBody,
        responses={201: shapes.AccountShape},
    )
    def post(self, request: Any) -> Response:
        given = self.body(shapes.AccountEndBody)
        made = api.propose_account_end(**given, by=self.user_id, at=clock.now(), key=self.key)
        return Response(shapes.AccountShape(api.account(made)).data, status=201)


class OneAccount(BooksView):
    """One account that somebody has asked for, and what came of it."""

    permission_classes = (_SEEN,)

    @described(
        operation_id="get_payout_account",
        description="Who may confirm it (`confirm_payout_account`) and has not asked for it gets "
        "`details`, while it waits; each such answer is logged. For everybody else, and once it "
        "was decided, they are null.",
        responses=shapes.OneAccountShape,
    )
    @sensitive_variables()
    def get(self, request: Any, uuid: UUID) -> Response:
        found, details = api.account(uuid), None
        if permissions.may(request.user, permissions.CONFIRM_ACCOUNT):
            details = api.whole_account(uuid, by=self.user_id)
        answer = Response(shapes.OneAccountShape(found, context={"details": details}).data)
        answer["Cache-Control"] = "private, no-store"
        return answer


class ConfirmAccount(BooksView):
    """Let an account count, or the end of one, as the second person."""

    permission_classes = (permitted(permissions.CONFIRM_ACCOUNT),)

    @described(
        operation_id="confirm_payout_account", request=NothingBody, responses=shapes.AccountShape
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.body(NothingBody)
        api.confirm_account(uuid, by=self.user_id, at=clock.now())
        return _told(uuid)


class RefuseAccount(DecidedView):
    """Let an account not count; who has asked for it takes it back like this."""

    permission_classes = (permitted_one(permissions.PROPOSE_ACCOUNT, permissions.CONFIRM_ACCOUNT),)
    to_ask, to_decide = permissions.PROPOSE_ACCOUNT, permissions.CONFIRM_ACCOUNT

    @described(
        operation_id="refuse_payout_account", request=ReasonBody, responses=shapes.AccountShape
    )
    def post(self, request: Any, uuid: UUID) -> Response:
        self.require_refusal(api.account(uuid).asked_by)
        because = self.body(ReasonBody)["reason"]
        api.refuse_account(uuid, because=because, by=self.user_id, at=clock.now())
        return _told(uuid)


def _told(uuid: UUID) -> Response:
    return Response(shapes.AccountShape(api.account(uuid)).data)
