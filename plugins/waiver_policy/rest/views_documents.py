"""Documents of applications: sent by the learner, read by them and by reviewers."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.uploads import AsItIs
from fairgate_rest.views import described
from waiver_policy import api, conf, permissions
from waiver_policy.data import DocumentFault, DocumentKind
from waiver_policy.exceptions import DocumentRefused, DocumentsOff, DocumentUnreadable
from waiver_policy.rest import shapes
from waiver_policy.rest.views import FormView, OneApplication, WaiverView
from waiver_policy.views_documents import download

log = logging.getLogger(__name__)


class Documents(FormView, OneApplication):
    """The documents of an application, for its learner and for reviewers; the learner sends one."""

    def limit(self) -> int:
        return conf.document_max_bytes()

    def too_large(self) -> Exception:
        return DocumentRefused(DocumentFault.TOO_LARGE)

    @described(operation_id="list_documents", responses=shapes.DocumentShape(many=True))
    def get(self, request: Any, application: UUID) -> Response:
        found = self._visible(application)
        own = found.user_id == self.user_id
        shape = shapes.DocumentShape if own else shapes.ReviewedDocumentShape
        return self.page(api.list_documents(found.uuid), shape)

    @described(
        operation_id="add_document",
        description="201: it is kept. 200: the same file is there already.",
        request=shapes.UploadBody,
        responses={201: shapes.DocumentShape, 200: shapes.DocumentShape, 503: None},
    )  # fmt: skip
    def post(self, request: Any, application: UUID) -> Response:
        if api.get_application(application).user_id != self.user_id:
            raise Http404
        given = self.form(shapes.UploadBody)
        before = {one.uuid for one in api.list_documents(application)}
        kept = api.add_document(
            application, by=self.user_id, kind=DocumentKind(given["kind"]),
            content=given["file"].read(), at=clock.now(), says_minor=given["says_minor"],
            guardian_agrees=given["guardian_agrees"],
        )  # fmt: skip
        status = 200 if kept.uuid in before else 201
        return Response(shapes.DocumentShape(kept).data, status=status)


class OneDocument(WaiverView):
    """One document: read by who sent it and by reviewers, taken back by who sent it."""

    content_negotiation_class = AsItIs

    @described(
        operation_id="read_document",
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            503: None,
        },
    )
    def get(self, request: Any, document: UUID) -> HttpResponse:
        try:
            found, content = api.read_document(
                document, by=self.user_id, may_review=permissions.may_review(request.user),
                at=clock.now(),
            )  # fmt: skip
        except (DocumentUnreadable, DocumentsOff):
            log.exception("a document cannot be read: document=%s", document)
            raise
        return download(found, content)

    @described(operation_id="remove_document", responses={204: None})
    def delete(self, request: Any, document: UUID) -> Response:
        api.remove_document(document, by=self.user_id, at=clock.now())
        return Response(status=204)
