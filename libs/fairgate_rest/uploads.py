"""Files that are sent: how long they may be is said before a byte of them is taken.

A file never lies on a disk on its way in, and what is too long is thrown away while it comes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser

from fairgate.whole_numbers import whole_number
from fairgate_rest.bodies import MAX_BODY, Body, TooLarge
from fairgate_rest.callers import Pace, UploadPace
from fairgate_rest.views import View


class InMemory(FileUploadHandler):
    """Takes files up to a limit into memory; a document never lies on a disk in clear.

    What is larger is not taken in: the rest is read and thrown away.
    """

    def __init__(self, request: HttpRequest, *, limit: int) -> None:
        super().__init__(request)
        self.limit, self.total, self.is_over = limit, 0, False
        self._content = io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._content = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of it."""
        self.total += len(raw_data)
        if self.total > self.limit:
            self.is_over = True
            raise StopUpload(connection_reset=False)
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The whole of it."""
        self._content.seek(0)
        return InMemoryUploadedFile(
            self._content, self.field_name, self.file_name or "", self.content_type or "",
            file_size, self.charset, self.content_type_extra,
        )  # fmt: skip


@extend_schema_field(OpenApiTypes.BINARY)
class Paper(serializers.FileField):
    """The bytes of a file; by itself it would be described by an address."""


class AsItIs(DefaultContentNegotiation):
    """A document comes as what it is, and a fault as a problem, whatever is asked for."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class TakesFile(View):
    """The base of what takes a form with one file, which stays in memory."""

    parser_classes: ClassVar[Sequence[type]] = (MultiPartParser,)
    throttle_classes: ClassVar[Sequence[type]] = (Pace, UploadPace)
    handler: InMemory

    def limit(self) -> int:
        """How many bytes the file may have."""
        raise NotImplementedError

    def too_large(self) -> Exception:
        """What is told of a larger one."""
        return TooLarge(f"The file has more than {self.limit()} bytes.")

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Say where a file goes, before the check of a session's token reads the form.

        Raises:
            Exception: by its length it is too large; nothing of it is read.
        """
        length = whole_number(request.META.get("CONTENT_LENGTH") or "")
        if length is not None and length > self.limit() + MAX_BODY:
            raise self.too_large()
        self.handler = InMemory(request._request, limit=self.limit())
        # Some middleware may have read the form; then Django's own handlers have the file.
        with suppress(AttributeError):
            request._request.upload_handlers = [self.handler]
        super().initial(request, *args, **kwargs)

    def form(self, kind: type[Body]) -> dict[str, Any]:
        """What was sent. A file that is too large is not in it, and would be a missing one.

        Raises:
            Exception: it is too large.
        """
        _read = self.request.data
        if self.handler.is_over:
            raise self.too_large()
        return self.body(kind)
