"""Serves the demo on this machine: ``manage.py demo_serve --port 8000``."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from demo_site.models import Person, SeatCodeSlip
from demo_site.wsgi import application

HOST = "127.0.0.1"
PORT = 8000
_FIRST_FREE_TO_ALL, _LAST = 1024, 65535  # below the first, only the administrator may listen


class _StaticFiles(StaticFilesHandler):
    """Static files straight from the packages, though ``DEBUG`` is off."""

    def serve(self, request: Any) -> Any:
        from django.contrib.staticfiles.views import serve

        return serve(request, self.file_path(request.path), insecure=True)


class Command(BaseCommand):
    """Serves the site and its static files until Ctrl-C."""

    help = "Serve the demo on 127.0.0.1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--port``: where to listen; 0 takes a free one."""
        parser.add_argument("--port", default=str(PORT))

    def handle(self, *args: Any, **options: Any) -> None:
        """Bind, say where and who, serve."""
        port = _port(str(options["port"]))
        try:
            # A thread per request: the sandbox's page sends its event to the site it is part of.
            server = ThreadedWSGIServer((HOST, port), WSGIRequestHandler)
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error}). "
                f"Choose another one: make demo PORT={_another(port)}"
            ) from None
        # The sandbox sends its events to this very site: never by way of a proxy.
        os.environ["NO_PROXY"] = ",".join(filter(None, (os.environ.get("NO_PROXY"), HOST)))
        # Mails have links that begin with it.
        settings.LMS_ROOT_URL = f"http://{HOST}:{server.server_port}"
        server.daemon_threads = True
        server.set_app(_StaticFiles(application))
        with server:
            self._greet(server.server_port)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("\nThe demo has stopped. What you did is kept.")

    def _greet(self, port: int) -> None:
        self.stdout.write(self.style.SUCCESS(f"\n  Fairgate demo: http://{HOST}:{port}/\n"))
        self.stdout.write("  Be anybody, without a password, at /people/:")
        for person in Person.objects.select_related("user"):
            country = person.country or "--"
            self.stdout.write(f"    {person.user.username:<9} {country}  {person.bio}")
        for slip in SeatCodeSlip.objects.select_related("person__user"):
            self.stdout.write(f"\n  {slip.person}’s seat code: {slip.text}")
        self.stdout.write("\n  Stop with Ctrl-C; start over with make demo-reset.\n")
        self.stdout.flush()


def _port(text: str) -> int:
    """The port that was asked for.

    Raises:
        CommandError: it is no number, or no port has it.
    """
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > _LAST:
        raise CommandError(
            f"“{text}” is no port; a port is a number from 1 to {_LAST}, and 0 takes a free one. "
            f"For example: make demo PORT={PORT}"
        )
    return int(text)


def _another(port: int) -> int:
    """A port to try instead."""
    return port + 1 if _FIRST_FREE_TO_ALL <= port < _LAST else PORT
