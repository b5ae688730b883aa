"""Calls a block's handler and serves a block's public files, for LMS and Studio of the demo."""

from __future__ import annotations

import mimetypes
from io import BytesIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from webob import Request
from xblock.core import XBlock
from xblock.exceptions import DisallowedFileError, InvalidScopeError, NoSuchHandlerError
from xblock.plugin import PluginMissingError

from demo_site.runtime import DemoRuntime


def call(
    request: HttpRequest, runtime: DemoRuntime, key: Any, name: str, suffix: str
) -> HttpResponse:
    """Let the block answer; a handler that it does not have is not found.

    XBlocks speak WebOb. (``xblock.django`` has the same bridge, and needs more packages for it.)
    """
    environ = request.META | {
        "wsgi.input": BytesIO(request.body),
        "CONTENT_LENGTH": str(len(request.body)),
    }
    try:
        answer = runtime.handle(runtime.get_block(key), name, Request(environ), suffix)
    except NoSuchHandlerError as error:
        raise Http404 from error
    except InvalidScopeError:
        return HttpResponse("Settings of a course are changed in Studio.", status=403)
    response = HttpResponse(answer.body, status=answer.status_int)
    for header, value in answer.headerlist:
        response[header] = value
    return response


def resource(block_type: str, uri: str) -> HttpResponse:
    """A public file of the package of a block; the XBlock class says what is public."""
    try:
        content = XBlock.load_class(block_type).open_local_resource(uri).read()
    except (PluginMissingError, DisallowedFileError, OSError) as error:
        raise Http404 from error
    kind, _encoding = mimetypes.guess_type(uri)
    return HttpResponse(content, content_type=kind or "application/octet-stream")
