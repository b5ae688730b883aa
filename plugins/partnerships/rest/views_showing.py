"""Pictures and promotions of partners: sent, decided by a second person, withdrawn."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from rest_framework.response import Response

from fairgate import clock
from fairgate_marks import MarkRefused, Reason
from fairgate_rest.uploads import TakesFile
from fairgate_rest.views import described, permitted
from partnerships import api, conf, permissions
from partnerships.data import LANGUAGES, BrandSummary, Promotion, PromotionSummary
from partnerships.rest import shapes_place as shapes
from partnerships.rest.views_base import PartnersView

_SECOND = "By a second person with the permission, who does not act for the partner."


class _OneShown(PartnersView):
    """The base of what is about one thing that a partner shows: a picture, or a promotion."""

    shape: ClassVar[type]

    def found(self, uuid: UUID) -> Any:
        """The thing."""
        raise NotImplementedError

    def may_see(self, found: Any) -> bool:
        """Whether it is there for the caller."""
        raise NotImplementedError

    def may_decide(self, found: Any) -> bool:
        """Whether the caller is a second person."""
        raise NotImplementedError

    def may_withdraw(self, found: Any) -> bool:
        """Whether the caller may take it from every page."""
        raise NotImplementedError

    def seen(self, uuid: UUID) -> Any:
        """The thing, if the caller may see it."""
        found = self.found(uuid)
        if not self.may_see(found):
            raise Http404
        return found

    def shown(self, found: Any, *, status: int = 200) -> Response:
        """The answer with it."""
        return Response(self.shape(found).data, status=status)

    def decided(self, uuid: UUID, act: Any) -> Response:
        """It after a decision."""
        self.require(allowed=self.may_decide(self.seen(uuid)))
        sentence = self.body(shapes.SentenceBody)["sentence"]
        return self.shown(act(uuid, by=self.user_id, at=clock.now(), sentence=sentence))

    def withdrawn(self, uuid: UUID, act: Any) -> Response:
        """It after it was withdrawn."""
        self.require(allowed=self.may_withdraw(self.seen(uuid)))
        reason = self.body(shapes.WithdrawalBody)["reason"]
        return self.shown(act(uuid, by=self.user_id, reason=reason, at=clock.now()))


# --- Pictures -------------------------------------------------------------------------------------


class Pictures(TakesFile, PartnersView):
    """Every version of a partner's pictures, the newest first, and the next one."""

    def limit(self) -> int:
        return conf.mark_max_bytes()

    def too_large(self) -> Exception:
        return MarkRefused(Reason.TOO_LARGE, limit=f"{self.limit():,}")

    @described(operation_id="list_pictures", responses=shapes.PictureVersionShape(many=True))
    def get(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        found = api.list_pictures(code, at=clock.now())
        return self.part_of_all(found, shapes.PictureVersionShape, key=lambda one: one.uuid)

    @described(
        operation_id="send_picture",
        description="A form. Nobody is shown it before a second person approves it. What is seen "
        "is said in one language at least (`seen_en`, ...).",
        request={"multipart/form-data": shapes.PictureForm},
        responses={201: shapes.PictureVersionShape, 413: None},
        is_keyed=True,
    )
    def post(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        self.require(allowed=permissions.may_send_pictures(request.user, code))
        given = self.form(shapes.PictureForm)
        sent = api.upload_picture(
            code,
            background=given["background"],
            content=given["file"].read(),
            alternatives=_texts(given, "seen_"),
            usage_rules=_texts(given, "use_"),
            by=self.user_id,
            at=clock.now(),
            key=self.key,
        )
        return Response(shapes.PictureVersionShape(sent).data, status=201)

    def _require_seen(self, code: str) -> None:
        if not permissions.may_see_pictures(self.request.user, code):
            raise Http404
        api.partner(code)


def _texts(given: dict[str, Any], prefix: str) -> dict[str, str]:
    return {code: given[prefix + code] for code in LANGUAGES if prefix + code in given}


class WaitingPictures(PartnersView):
    """The pictures of all partners that nobody has decided about, the oldest first."""

    permission_classes: ClassVar[Any] = (permitted(permissions.DECIDE_PICTURES),)

    @described(
        operation_id="list_waiting_pictures", responses=shapes.PictureVersionShape(many=True)
    )
    def get(self, request: Any) -> Response:
        found = api.list_waiting_pictures(at=clock.now())
        return self.part_of_all(found, shapes.PictureVersionShape, key=lambda one: one.uuid)


class _OnePicture(_OneShown):
    shape = shapes.PictureVersionShape

    def found(self, uuid: UUID) -> BrandSummary:
        return api.picture(uuid, at=clock.now())

    def may_see(self, found: BrandSummary) -> bool:
        return permissions.may_see_pictures(self.request.user, found.partner)

    def may_decide(self, found: BrandSummary) -> bool:
        sender = found.uploaded_by
        return permissions.may_decide_picture(self.request.user, found.partner, uploaded_by=sender)

    def may_withdraw(self, found: BrandSummary) -> bool:
        return permissions.may_withdraw_picture(self.request.user, found.partner)


class OnePicture(_OnePicture):
    """One version of a picture, and where it stands."""

    @described(operation_id="get_picture", responses=shapes.PictureVersionShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return self.shown(self.seen(uuid))


class ApprovePicture(_OnePicture):
    """Show a picture from now on."""

    @described(
        operation_id="approve_picture", description=_SECOND, request=shapes.SentenceBody,
        responses=shapes.PictureVersionShape,
    )  # fmt: skip
    def post(self, request: Any, uuid: UUID) -> Response:
        return self.decided(uuid, api.approve_picture)


class RefusePicture(_OnePicture):
    """Never show a picture."""

    @described(
        operation_id="refuse_picture", description=_SECOND, request=shapes.SentenceBody,
        responses=shapes.PictureVersionShape,
    )  # fmt: skip
    def post(self, request: Any, uuid: UUID) -> Response:
        return self.decided(uuid, api.refuse_picture)


class WithdrawPicture(_OnePicture):
    """Take a picture from every page, from now on."""

    @described(
        operation_id="withdraw_picture", request=shapes.WithdrawalBody,
        responses=shapes.PictureVersionShape,
    )  # fmt: skip
    def post(self, request: Any, uuid: UUID) -> Response:
        return self.withdrawn(uuid, api.withdraw_picture)


# --- Promotions -----------------------------------------------------------------------------------


class Promotions(PartnersView):
    """Every promotion of a partner, the newest first, and the next one."""

    @described(operation_id="list_promotions", responses=shapes.PromotionShape(many=True))
    def get(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        found = api.list_promotions(code, at=clock.now())
        return self.part_of_all(found, shapes.PromotionShape, key=lambda one: one.uuid)

    @described(
        operation_id="propose_promotion",
        description="By an officer or a signatory of the partner. Nobody is shown it before a "
        "second person approves it.",
        request=shapes.ProposalBody,
        responses={201: shapes.PromotionShape},
        is_keyed=True,
    )
    def post(self, request: Any, code: str) -> Response:
        self._require_seen(code)
        self.require(allowed=permissions.may_propose_promotion(request.user, code))
        given = self.body(shapes.ProposalBody)
        version = given.pop("agreement")
        if self.known_version(version).partner != code:
            raise Http404
        at = clock.now()
        uuid = api.propose_promotion(
            version, Promotion(**given), by=self.user_id, at=at, key=self.key
        )
        return Response(shapes.PromotionShape(api.promotion(uuid, at=at)).data, status=201)

    def _require_seen(self, code: str) -> None:
        if not permissions.may_see_promotions(self.request.user, code):
            raise Http404
        api.partner(code)


class WaitingPromotions(PartnersView):
    """The promotions of all partners that wait for a decision, the oldest first."""

    permission_classes: ClassVar[Any] = (permitted(permissions.DECIDE_PROMOTIONS),)

    @described(operation_id="list_waiting_promotions", responses=shapes.PromotionShape(many=True))
    def get(self, request: Any) -> Response:
        found = api.list_waiting_promotions(at=clock.now())
        return self.part_of_all(found, shapes.PromotionShape, key=lambda one: one.uuid)


class _OnePromotion(_OneShown):
    shape = shapes.PromotionShape

    def found(self, uuid: UUID) -> PromotionSummary:
        return api.promotion(uuid, at=clock.now())

    def may_see(self, found: PromotionSummary) -> bool:
        return permissions.may_see_promotions(self.request.user, found.partner)

    def may_decide(self, found: PromotionSummary) -> bool:
        return permissions.may_decide_promotion(
            self.request.user, found.partner, proposed_by=found.proposed_by
        )

    def may_withdraw(self, found: PromotionSummary) -> bool:
        return permissions.may_withdraw_promotion(self.request.user, found.partner)


class OnePromotion(_OnePromotion):
    """One promotion, and where it stands."""

    @described(operation_id="get_promotion", responses=shapes.PromotionShape)
    def get(self, request: Any, uuid: UUID) -> Response:
        return self.shown(self.seen(uuid))


class ApprovePromotion(_OnePromotion):
    """Let a promotion show on its days."""

    @described(
        operation_id="approve_promotion", description=_SECOND, request=shapes.SentenceBody,
        responses=shapes.PromotionShape,
    )  # fmt: skip
    def post(self, request: Any, uuid: UUID) -> Response:
        return self.decided(uuid, api.approve_promotion)


class RefusePromotion(_OnePromotion):
    """Never show a promotion."""

    @described(
        operation_id="refuse_promotion", description=_SECOND, request=shapes.SentenceBody,
        responses=shapes.PromotionShape,
    )  # fmt: skip
    def post(self, request: Any, uuid: UUID) -> Response:
        return self.decided(uuid, api.refuse_promotion)


class WithdrawPromotion(_OnePromotion):
    """Take a promotion from every page, from now on."""

    @described(
        operation_id="withdraw_promotion", request=shapes.WithdrawalBody,
        responses=shapes.PromotionShape,
    )  # fmt: skip
    def post(self, request: Any, uuid: UUID) -> Response:
        return self.withdrawn(uuid, api.withdraw_promotion)
