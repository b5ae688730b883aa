"""Everything a person reads is there in the six languages of the United Nations."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation import gettext

ROOT = Path(__file__).parents[2]
LANGUAGES = ("ar", "es", "fr", "ru", "zh")
FOLDERS = ("libs/fairgate/locale", "demo/demo_site/locale")
CATALOGUES = [f"{folder}/{code}/LC_MESSAGES/django.po" for folder in FOLDERS for code in LANGUAGES]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")

every_catalogue = pytest.mark.parametrize("path", CATALOGUES)


def texts(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@every_catalogue
def test_nothing_is_left_untranslated(path):
    catalogue = polib.pofile(str(ROOT / path))
    assert len(catalogue) > 100
    assert [entry.msgid for entry in catalogue if not all(texts(entry)) or entry.fuzzy] == []


@every_catalogue
def test_every_placeholder_is_filled_in_every_language(path):
    def placeholders(text):
        return set(PLACEHOLDER.findall(text)) - {"%%"}

    catalogue = polib.pofile(str(ROOT / path))
    wrong = [
        entry.msgid
        for entry in catalogue
        for text in texts(entry)
        if placeholders(text) != placeholders(entry.msgid_plural or entry.msgid)
    ]
    assert wrong == []


@every_catalogue
def test_what_is_compiled_is_what_was_written(path):
    written = polib.pofile(str(ROOT / path))
    compiled = polib.mofile(str(ROOT / path).replace(".po", ".mo"))
    assert {e.msgid: texts(e) for e in compiled} == {e.msgid: texts(e) for e in written}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_language_says_the_same_things(folder):
    said = {
        code: {e.msgid for e in polib.pofile(str(ROOT / f"{folder}/{code}/LC_MESSAGES/django.po"))}
        for code in LANGUAGES
    }
    assert len({frozenset(ids) for ids in said.values()}) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "إيصال"),
        ("es", "Recibo"),
        ("es-419", "Recibo"),
        ("fr", "Reçu"),
        ("ru", "Квитанция"),
        ("zh-hans", "收据"),
        ("zh-cn", "收据"),
    ],
)
def test_the_platforms_codes_of_a_language_find_it(language, text, settings):
    settings.LANGUAGES = [(language, language)]
    with translation.override(language):
        assert gettext("Receipt") == text
