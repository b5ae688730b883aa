"""Everything a person reads is there in the six languages of the United Nations."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
LANGUAGES = ("ar", "es", "fr", "ru", "zh")
# Each catalogue, and where its sentences stand.
FOLDERS = {
    "libs/fairgate/locale": ("libs", "plugins", "xblocks"),
    "demo/demo_site/locale": ("demo",),
}
CATALOGUES = [f"{folder}/{code}/LC_MESSAGES/django.po" for folder in FOLDERS for code in LANGUAGES]
ONE = {"gettext", "gettext_lazy", "gettext_noop", "_"}
SEVERAL = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(ngettext|pgettext|gettext|_)\({_LITERAL}(?:, *{_LITERAL})?")
#: Fatha, damma, kasra, shadda and their like.
MARKS = re.compile("[\u064b-\u0652]")
#: What the words of paper documents stand in.
PRINTED = (
    "libs/fairgate_papers/",
    "plugins/fee_payments/documents/",
    "plugins/fee_payments/models/labels.py",
    "plugins/fee_payments/services/printing.py",
    "plugins/fee_payments/services/receipts.py",
    "plugins/fee_payments/wording",
    "plugins/partnerships/documents.py",
    "plugins/partnerships/models/labels.py",
    "plugins/partnerships/wording",
    "plugins/revenue_share/models/labels.py",
    "plugins/revenue_share/papers.py",
    "plugins/revenue_share/wording.py",
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")

every_catalogue = pytest.mark.parametrize("path", CATALOGUES)


def texts(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def sentence(name, first, second=""):
    """A sentence as a catalogue keeps it: itself, its plural or "", its context or ""."""
    if name in IN_CONTEXT:
        return (second, "", first)
    return (first, second if name in SEVERAL else "", "")


def in_python(source):
    """What a module gives to gettext, by its function's name, as xgettext finds it."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
            if name in ONE | SEVERAL | IN_CONTEXT and texts and isinstance(texts[0], str):
                yield sentence(name, *texts[:2])


def in_template(source):
    """What a page gives to gettext: Django writes it as the calls that it comes to."""
    for name, *literals in CALL.findall(templatize(source)):
        yield sentence(name, *(ast.literal_eval(one) for one in literals if one))


@cache
def sentences_of(roots):
    """Every sentence for translation in the code under these folders."""
    paths = (path for root in roots for path in (ROOT / root).rglob("*"))
    return {
        found
        for path in paths
        if path.suffix in READERS and "migrations" not in path.parts
        for found in READERS[path.suffix](path.read_text(encoding="utf-8"))
    }


READERS = {".py": in_python, ".html": in_template, ".txt": in_template}


def test_nobody_calls_gettext_by_a_name_by_which_nobody_looks_for_it():
    aliases = [
        f"{path.relative_to(ROOT)}: {name.asname}"
        for root in ("libs", "plugins", "xblocks", "demo")
        for path in (ROOT / root).rglob("*.py")
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(found, ast.ImportFrom) and found.module == "django.utils.translation"
        for name in found.names
        if "gettext" in name.name and name.asname not in (None, "_")
    ]
    assert aliases == []


@every_catalogue
def test_every_sentence_of_the_code_is_in_the_catalogue_and_no_other(path):
    roots = next(roots for folder, roots in FOLDERS.items() if path.startswith(folder))
    written = {
        (entry.msgid, entry.msgid_plural, entry.msgctxt or "")
        for entry in polib.pofile(str(ROOT / path))
    }
    said = sentences_of(roots)

    assert len(said) > 100
    assert (sorted(said - written), sorted(written - said)) == ([], []), "make messages"


@pytest.mark.parametrize(
    ("read", "source", "found"),
    [
        (in_python, 'x = _("a" "b")', ("ab", "", "")),
        (
            in_python,
            'service.ngettext("a gate", "{number} gates", n)',
            ("a gate", "{number} gates", ""),
        ),
        (in_template, """{% translate "it's" %}""", ("it's", "", "")),
        (
            in_template,
            "{% blocktranslate %}so {{ many }}{% endblocktranslate %}",
            ("so %(many)s", "", ""),
        ),
        (
            in_template,
            "{% blocktranslate count n=n %}a gate{% plural %}{{ n }} gates{% endblocktranslate %}",
            ("a gate", "%(n)s gates", ""),
        ),
        (in_template, "{{ _('a') }}", ("a", "", "")),
        (in_python, 'pgettext("of a list", "; ")', ("; ", "", "of a list")),
        (in_template, '{% translate ", " context "of a list" %}', (", ", "", "of a list")),
    ],
)
def test_a_sentence_is_found_however_it_is_written(read, source, found):
    assert list(read(source)) == [found]


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


def test_what_is_printed_in_arabic_is_written_without_marks_over_its_letters():
    """From a PDF file of Typst a reader, or a screen reader, takes a letter with a mark twice."""
    catalogue = polib.pofile(str(ROOT / "libs/fairgate/locale/ar/LC_MESSAGES/django.po"))
    marked = [
        entry.msgid
        for entry in catalogue
        if any(file.startswith(PRINTED) for file, _line in entry.occurrences)
        and any(MARKS.search(text) for text in texts(entry))
    ]
    assert marked == []


@every_catalogue
def test_what_is_compiled_is_what_was_written(path):
    written = polib.pofile(str(ROOT / path))
    compiled = polib.mofile(str(ROOT / path).replace(".po", ".mo"))
    both = [{(e.msgctxt, e.msgid): texts(e) for e in found} for found in (compiled, written)]
    assert both[0] == both[1]


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
