"""Calls of a page of ``docs/how-tos``, as they are typed there, and how they are played."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

LMS = "https://lms.example.org"
SECTION = re.compile(
    r"^## (?P<number>\d+)\. (?P<title>[^\n]+)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
BLOCK = re.compile(r"^```(?P<kind>sh|json)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"^Answers `(\d{3})`:$", re.MULTILINE)


@dataclass
class Call:
    """One ``curl`` as it is typed: what it sends where."""

    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    form: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """As curl has it."""
        return "post" if self.data or self.form else "get"

    @classmethod
    def typed(cls, text: str, told: dict[str, str]) -> Call:
        """The call, with what the shell puts in for each name; an unknown one is an error."""
        filled = re.sub(r"\$([A-Z_]+)", lambda name: told[name[1]], text)
        program, *words = shlex.split(filled.replace("\\\n", " "))
        assert program == "curl"
        call, rest_of_it = cls(), iter(words)
        for word in rest_of_it:
            if word == "-H":
                name, value = next(rest_of_it).split(": ", 1)
                call.headers[name] = value
            elif word == "-d":
                call.data.append(next(rest_of_it))
            elif word == "-F":
                name, value = next(rest_of_it).split("=", 1)
                call.form[name] = value
            else:
                assert not word.startswith("-"), f"curl's {word} is not played here"
                assert not call.url
                call.url = word
        return call


def documented(page: Path) -> dict[int, tuple[str, int | None, object]]:
    """Each section's call, and what it says of the answer: the status, and what is in it."""
    found = {}
    for section in SECTION.finditer(page.read_text(encoding="utf-8")):
        blocks = {one["kind"]: one["content"] for one in BLOCK.finditer(section["text"])}
        answer = json.loads(blocks["json"]) if "json" in blocks else None
        status = STATUS.search(section["text"])
        found[int(section["number"])] = (blocks["sh"], status and int(status[1]), answer)
    return found


def played(call: Call, client: Any, files: Mapping[str, bytes]) -> Any:
    """What is answered to a call; every header of it is sent."""
    assert call.url.startswith(LMS), call.url
    path = call.url.removeprefix(LMS)
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in call.headers.items()
        if name not in ("Content-Type", "Authorization")
    }
    if call.form:
        sent = {
            name: SimpleUploadedFile(value[1:], files[value[1:]]) if value[0] == "@" else value
            for name, value in call.form.items()
        }
        return client.post(path, sent, **headers)
    if call.data:
        (body,) = call.data
        kind = call.headers["Content-Type"]
        return client.post(path, body, content_type=kind, **headers)
    return client.get(path, **headers)


def shows(answer: object, expected: object) -> None:
    """The answer has every name that is documented; texts that are written out are the same."""
    if isinstance(expected, dict):
        assert isinstance(answer, dict)
        assert set(expected) <= set(answer), set(expected) - set(answer)
        for name, value in expected.items():
            shows(answer[name], value)
    elif isinstance(expected, list):
        assert isinstance(answer, list)
        for one, value in zip(answer, expected, strict=False):
            shows(one, value)
        assert len(answer) >= len(expected)
    elif expected != "…" and not re.fullmatch(r"[0-9a-f-]{36}", str(expected)):
        assert answer == expected
