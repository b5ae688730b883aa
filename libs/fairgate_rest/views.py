"""The base of every view, its pages, and the description of an API."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.serializers import ListSerializer
from rest_framework.views import APIView

from fairgate_rest import idempotency, problems
from fairgate_rest.bodies import Body, SmallJson
from fairgate_rest.callers import Pace, authenticators

SCHEMES: Mapping[str, Mapping[str, str]] = {
    "jwt": {
        "type": "apiKey", "in": "header", "name": "Authorization",
        "description": "“JWT ” and a token of the platform's token endpoint.",
    },
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
}  # fmt: skip
"""How a caller proves who they are: what the platform's own APIs take."""


class Schema(AutoSchema):
    """Names the ways to sign in by what they are, whichever classes stand behind them."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{name: []} for name in SCHEMES]


class Pages(PageNumberPagination):
    """``count``, ``next``, ``previous`` and ``results``, as the platform's own APIs answer."""

    names = ("page", "page_size")
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100


# Services begin their own transactions, and keep a refusal that a rolled back request would lose.
@method_decorator([transaction.non_atomic_requests, never_cache], name="dispatch")
class View(APIView):
    """Takes small JSON of somebody who is signed in, and answers JSON.

    Nothing depends on the site's settings of the framework. ``statuses`` and ``words`` are those of
    the app's errors.
    """

    schema = Schema()
    parser_classes: ClassVar[Sequence[type]] = (SmallJson,)
    renderer_classes: ClassVar[Sequence[type]] = (JSONRenderer,)
    permission_classes: ClassVar[Sequence[type]] = (IsAuthenticated,)
    throttle_classes: ClassVar[Sequence[type]] = (Pace,)
    pagination_class: ClassVar[Any] = Pages
    statuses: ClassVar[problems.Statuses] = {}
    words: ClassVar[problems.Words] = {}
    asked: Mapping[str, Any]
    """The checked query, but for the page of a list."""
    key: str
    """What ``idempotency.key_of`` reads, where a method is described as ``is_keyed``."""

    def get_authenticators(self) -> list[Any]:
        """Those of the platform, asked late: its modules are not there while Django starts."""
        return [kind() for kind in authenticators()]

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Ours, and not the site's."""
        return lambda error, context: problems.answer(error, self.statuses, self.words)

    def body(self, kind: type[Body]) -> dict[str, Any]:
        """The checked body of the request.

        Raises:
            rest_framework.exceptions.ValidationError: every fault, by field.
        """
        given = kind(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Read the query before the method does anything.

        Raises:
            rest_framework.exceptions.ValidationError: every fault, by field.
        """
        super().initial(request, *args, **kwargs)
        method = getattr(self, request.method.lower(), None)
        kind: type[Body] = getattr(method, "query", Body)
        names = self.pagination_class.names if getattr(method, "is_list", False) else ()
        of_page = [name for name in names if name not in kind().fields]
        query = {k: v for k, v in request.query_params.items() if k not in of_page}
        given = kind(data=query, context={"also": of_page})
        given.is_valid(raise_exception=True)
        self.asked = dict(given.validated_data)
        if getattr(method, "is_keyed", False):
            self.key = idempotency.key_of(request)

    def page(self, found: Sequence[Any], show: type) -> Response:
        """One page of what was found."""
        pages = Pages()
        shown = pages.paginate_queryset(found, self.request, view=self)
        answer: Response = pages.get_paginated_response(show(shown, many=True).data)
        return answer


def described(
    *, query: type[Body] | None = None, is_keyed: bool = False, **about: Any
) -> Callable[[Any], Any]:
    """What the description of the API says of a method; arguments as for ``extend_schema``.

    ``query`` is what can be asked in the address, and what else stands there is refused; a list has
    a page, too. What ``is_keyed`` is refused without an idempotency key. A status from 400 on with
    ``None`` is told as a problem.

    By itself ``extend_schema`` builds on the site's default class, which may be another library's.
    """

    def wrap(method: Any) -> Any:
        method.kwargs = {"schema": Schema}
        method.query = query or Body
        method.is_list = isinstance(about.get("responses"), ListSerializer)
        method.is_keyed = is_keyed
        parameters: list[Any] = [query] if query else []
        parameters += [idempotency.PARAMETER] if is_keyed else []
        return extend_schema(parameters=parameters, **about)(method)

    return wrap


def permitted(*names: str) -> type[BasePermission]:
    """A permission class: active, and with every one of these Django permissions."""

    class Permitted(IsAuthenticated):
        """Who has the named permissions."""

        def has_permission(self, request: Any, view: Any) -> bool:
            known = super().has_permission(request, view)
            return bool(known and request.user.is_active and request.user.has_perms(names))

    return Permitted


def permitted_one(*names: str) -> type[BasePermission]:
    """A permission class: active, and with at least one of these Django permissions."""

    class PermittedOne(IsAuthenticated):
        """Who has one of the named permissions."""

        def has_permission(self, request: Any, view: Any) -> bool:
            known = super().has_permission(request, view)
            return bool(known and any(map(request.user.has_perm, names)))

    return PermittedOne


def description(title: str, about: str, version: str, patterns: Sequence[Any]) -> Any:
    """A view with the OpenAPI 3 document of these URL patterns, for whoever is signed in."""

    @functools.cache
    def document() -> Any:
        # Title and faults are put in afterwards: the library would have its settings patched.
        generator: Any = SchemaGenerator
        drawn = generator(patterns=list(patterns)).get_schema(request=None, public=True)
        drawn["info"] = {"title": title, "description": about, "version": version}
        components = drawn.setdefault("components", {})
        components["securitySchemes"] = SCHEMES
        components.setdefault("schemas", {})["Problem"] = problems.SHAPE
        told = {"$ref": "#/components/schemas/Problem"}
        for path in drawn["paths"].values():
            for operation in path.values():
                faults = [status for status in operation["responses"] if status >= "4"]
                for status in ("4XX", *faults):
                    operation["responses"][status] = {
                        "description": "Why it cannot be.",
                        "content": {problems.MEDIA_TYPE: {"schema": told}},
                    }
        return drawn

    class Description(View):
        """What can be asked and told here, as OpenAPI 3."""

        @described(exclude=True)
        def get(self, request: Any) -> Response:
            root = request.path.removesuffix("/openapi/")
            return Response(document() | {"servers": [{"url": root}]})

    return Description.as_view()
