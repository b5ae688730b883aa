"""Lists by cursor: what comes after the row that the caller has seen last.

Rows that come in meanwhile move nothing, nothing is counted, and the last page costs what the first
one does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from fairgate_rest.bodies import Body
from fairgate_rest.views import View

USUAL, MOST = 25, 100


class Cursors(BasePagination):
    """``next``, the address of what follows or null, and ``results``."""

    names = ("after", "limit")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What a list is asked in the address, as OpenAPI 3."""
        after = {"type": "string"}
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        told = "The last one that was seen; ``next`` has it."
        return [
            {"name": "after", "in": "query", "schema": after, "description": told},
            {"name": "limit", "in": "query", "schema": limit},
        ]

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """A page, as OpenAPI 3."""
        following = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``limit`` rows after the one that was seen (``None``: from the first on)."""

    after: Any
    limit: int

    @property
    def one_more(self) -> int:
        """How many rows to look for: one more than is shown says that there is more."""
        return self.limit + 1


class CursorView(View):
    """The base of views whose lists are asked by cursor."""

    pagination_class = Cursors
    cursor: ClassVar[Callable[[], serializers.Field]] = serializers.UUIDField
    """What names a row here."""

    def window(self) -> Window:
        """Which part of a list is asked for.

        Raises:
            rest_framework.exceptions.ValidationError: every fault, by field.
        """
        fields = {
            "after": type(self).cursor(required=False, default=None),  # type: ignore[call-arg]
            "limit": serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL),
        }
        kind = type("WindowQuery", (Body,), fields)
        names = {n: v for n, v in self.request.query_params.items() if n in Cursors.names}
        given = kind(data=names)
        given.is_valid(raise_exception=True)
        return Window(given.validated_data["after"], given.validated_data["limit"])

    def part(
        self, found: Sequence[Any], show: type, *, key: Callable[[Any], object], window: Window
    ) -> Response:
        """The answer with what was found of ``window.one_more`` rows; ``key`` is their cursor."""
        shown = found[: window.limit]
        following = None
        if len(found) > len(shown):
            address = self.request.build_absolute_uri()
            following = replace_query_param(address, "after", str(key(shown[-1])))
        return Response({"next": following, "results": show(shown, many=True).data})

    def part_of_all(
        self,
        whole: Sequence[Any],
        show: type,
        *,
        key: Callable[[Any], object],
        place: Callable[[Any], Any] | None = None,
    ) -> Response:
        """The answer with a part of a short list that is there as a whole.

        ``place`` says where a cursor stands in the order of the list, smaller ones first. Lists
        that rows may leave have one: they go on after a row that is not there any more.

        Raises:
            rest_framework.exceptions.ValidationError: ``after`` names nothing of a list without
                places.
        """
        window = self.window()
        if place is not None and window.after is not None:
            last = place(window.after)
            following = [one for one in whole if place(key(one)) > last]
            return self.part(following[: window.one_more], show, key=key, window=window)
        keys = [key(one) for one in whole]
        if window.after is not None and window.after not in keys:
            raise ValidationError({"after": ["This is not in the list."]})
        first = 0 if window.after is None else keys.index(window.after) + 1
        return self.part(whole[first : first + window.one_more], show, key=key, window=window)
