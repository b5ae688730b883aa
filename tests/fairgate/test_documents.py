"""Files that people write are read strictly, and every fault says where it is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fairgate import documents
from fairgate.documents import DocumentError, DocumentErrors


def test_norway_is_not_false_and_codes_keep_their_zeros():
    read = documents.parse_yaml("{country: NO, m49: 004, state: on, day: 2026-11-24}", file="p")
    assert read == {"country": "NO", "m49": "004", "state": "on", "day": "2026-11-24"}


def test_numbers_are_exact():
    read = documents.parse_yaml("{whole: 12, part: 0.10, yes: true, none: null}", file="p")
    assert read == {"whole": 12, "part": Decimal("0.10"), "yes": True, "none": None}


def test_what_is_quoted_is_text():
    assert documents.parse_yaml("{a: \"12\", b: 'true'}", file="p") == {"a": "12", "b": "true"}


def test_a_mapping_knows_the_lines_of_its_keys():
    read = documents.parse_yaml("first: 1\nsecond:\n  deep: 2\n", file="p")
    assert (read.line_of("second"), read["second"].line_of("deep")) == (2, 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: 2\na: 3", "p.yaml, line 3, a: this key stands there twice."),
        ("a: &x 1\nb: *x", "p.yaml, line 1: anchors, aliases and tags are not used here."),
        ("a: 1\nb: !!python/object:os.system 1", "p.yaml, line 2: anchors, aliases and tags"),
        ("", "p.yaml: is empty."),
        ("a: 1\nb: bell\x07", "p.yaml, line 2: holds a control character (U+0007)."),
        ("a: \x1b[31m", "p.yaml, line 1: holds a control character (U+001B)."),
        ("a: [1, 2", "p.yaml, line 1: is not YAML"),
        ("a: 1\n---\nb: 2", "p.yaml, line 2: is not YAML"),
        ("? [1, 2]\n: x", "p.yaml, line 1: a key is a word."),
        ("a: 1\n\tb: 2", "p.yaml, line 2: is not YAML"),
        ("[" * 5000, "p.yaml, line 1: is nested too deeply."),
        ("{a: " * 60, "p.yaml, line 1: is nested too deeply."),
        ("\n".join(" " * n + "a:" for n in range(60)), "p.yaml, line 51: is nested too deeply."),
    ],
)
def test_a_fault_in_yaml_is_placed(text, sentence):
    with pytest.raises(DocumentError) as caught:
        documents.parse_yaml(text, file="p.yaml")
    assert str(caught.value).startswith(sentence)


def test_namibia_is_not_a_missing_value():
    rows = documents.parse_csv("code,name\nNA,Namibia\n", file="c", columns=["code", "name"])
    assert rows[0]["code"] == "NA"


def test_a_row_knows_its_line_even_after_a_cell_with_line_breaks():
    text = 'code,note\nAF,"two\nlines"\nAO,one\n'
    rows = documents.parse_csv(text, file="c", columns=["code", "note"])
    assert [row.line for row in rows] == [2, 4]


def test_all_faults_of_a_csv_are_named_at_once():
    with pytest.raises(DocumentErrors) as caught:
        documents.parse_csv("a,b\n1\n1,2,3\n", file="c.csv", columns=["a", "b"])
    assert str(caught.value).splitlines() == [
        "c.csv, line 2: has 1 cell, the header has 2.",
        "c.csv, line 3: has 3 cells, the header has 2.",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "c.csv: is empty."),
        ("a\n", "c.csv, line 1, b: this column is missing."),
        ("a,b,b\n", "c.csv, line 1, b: this column stands there twice."),
        ("a,b,c\n", "c.csv, line 1, c: this column is not known here."),
        ('a,b\n1,"2\n', "c.csv, line 2: is not CSV"),
    ],
)
def test_a_fault_in_csv_is_placed(text, sentence):
    with pytest.raises(DocumentErrors) as caught:
        documents.parse_csv(text, file="c.csv", columns=["a", "b"])
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("sign", "words"),
    [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")],
    ids=["semicolons", "tabs", "bars"],
)
def test_a_wrong_delimiter_is_one_sentence(sign, words):
    text = sign.join(["code", "name", "note"]) + "\n" + sign.join("abc") + "\n"
    with pytest.raises(DocumentError) as caught:
        documents.parse_csv(text, file="c.csv", columns=["code", "name", "note"])
    assert str(caught.value) == (
        f"c.csv, line 1: the cells are separated by {words}; commas are needed."
    )


def test_a_semicolon_in_a_good_file_is_no_delimiter():
    rows = documents.parse_csv("code,note\nAF,a;b;c\n", file="c", columns=["code", "note"])
    assert rows[0]["note"] == "a;b;c"


def test_blank_lines_are_passed_over():
    rows = documents.parse_csv("a,b\n\n1,2\n\n", file="c", columns=["a", "b"])
    assert [row.line for row in rows] == [3]


def test_a_last_row_that_is_cut_is_told_as_such():
    with pytest.raises(DocumentErrors) as caught:
        documents.parse_csv("a,b\n1,2\n3", file="c.csv", columns=["a", "b"])
    assert str(caught.value).splitlines() == [
        "c.csv, line 3: has 1 cell, the header has 2.",
        "c.csv, line 3: the file ends within this row; it was cut off.",
    ]


def test_a_file_that_ends_within_quotes_is_told_as_such():
    with pytest.raises(DocumentErrors, match=r"line 2: is not CSV: .* was it cut off\?"):
        documents.parse_csv('a,b\n1,"2', file="c.csv", columns=["a", "b"])


def test_a_mark_that_a_spreadsheet_puts_first_is_read_over_in_a_text_too():
    assert documents.parse_csv("\ufeffa\n1\n", file="c", columns=["a"])[0]["a"] == "1"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("a,b\n".encode("utf-16"), "f: is UTF-16 text; save it as UTF-8."),
        ("code,name\n".encode("utf-16-le"), "f: is UTF-16 text; save it as UTF-8."),
        ("code,name\n".encode("utf-16-be"), "f: is UTF-16 text; save it as UTF-8."),
        (b"PK\x03\x04...", "f: is a spreadsheet or another ZIP archive, not text; "
                           "save it as CSV (UTF-8)."),
        (b"\xd0\xcf\x11\xe0...", "f: is an Office file, not text; save it as CSV (UTF-8)."),
        (b"%PDF-1.7", "f: is a PDF, not text."),
        (b"\x89PNG\r\n", "f: is a picture, not text."),
    ],
)  # fmt: skip
def test_what_people_send_for_text_is_named(raw, sentence):
    with pytest.raises(DocumentError) as caught:
        documents.decode(raw, file="f")
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"a\n\xff\xfe", "f, line 2: is not UTF-8 text."),
        (b"a\nb\0", "f, line 2: holds a NUL character."),
        (b"x" * (documents.MAX_BYTES + 1), "f: is larger than 5 MB."),
    ],
)
def test_bytes_that_are_no_text_are_refused(raw, sentence):
    with pytest.raises(DocumentError) as caught:
        documents.decode(raw, file="f")
    assert str(caught.value) == sentence


def test_a_byte_order_mark_is_read_over():
    assert documents.decode(b"\xef\xbb\xbfa,b", file="f") == "a,b"


def test_a_file_that_is_not_there_is_named(tmp_path):
    missing = tmp_path / "terms.yaml"
    with pytest.raises(DocumentError, match=r"terms.yaml: cannot be read: No such file"):
        documents.read_text(missing)
