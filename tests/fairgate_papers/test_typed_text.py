"""What anybody may type is printed as it was typed, and does nothing else."""

from __future__ import annotations

import socket
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import reading_pdfs
from factories.printed import paper, table
from fairgate_papers import Block, Cell, Section, picture, render
from fairgate_papers.printable import plain, printable

TYPED = [
    '#import "@preview/cetz:0.3.4": *',
    '#read("/etc/hostname")',
    '#eval("1+1") #image("x.png") #panic()',
    "*bold* _emph_ `raw` $x^2$ = heading @label <label> // comment /* and */",
    r"\ \u{41} \" ' ~ --- -- ... #{ ] [ )",
    "<b>bold</b><script>alert(1)</script>&lt;&#65;",
    '<img src="http://127.0.0.1/x"><link rel="attachment" href="file:///etc/passwd">',
    "{{ 7 * 7 }} {% include 'x' %} ${7*7} %(name)s {0}",
    "https://example.org/?a=b&c=d user@example.org mailto:x@example.org",
    '{"title": "another"} \\"}], sys.inputs',
]


@pytest.mark.parametrize("typed", TYPED)
def test_f33_markup_in_any_field_is_printed_as_text(typed):
    file = render(
        paper(
            title=typed,
            number=typed,
            issuer=Block(name=typed, lines=(typed,)),
            body=(
                table(rows=((Cell(text=typed, notes=(typed,)), Cell(text="1")),)),
                Section(heading=typed, paragraphs=(typed,)),
            ),
            footer=typed,
        )
    )

    assert reading_pdfs.text(file).count(reading_pdfs.bare(typed)) >= 8
    assert "/Annots" not in reading_pdfs.reader(file).pages[0]


def test_k29_nothing_is_fetched_and_no_file_is_read(tmp_path):
    # given
    secret = tmp_path / "secret.txt"
    secret.write_text("never-on-paper")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        typed = f'<img src="{address}"> #image("{address}") file://{secret} #read("{secret}")'

        # when
        file = render(paper(title=typed, body=(Section(paragraphs=(typed,)),)))

        # then
        with pytest.raises(TimeoutError):
            server.accept()
    assert "never-on-paper" not in reading_pdfs.text(file)
    assert b"/EmbeddedFile" not in file


def test_k29_the_template_reads_nothing_but_the_paper():
    template = resources.files("fairgate_papers").joinpath("templates/paper.typ").read_text("utf-8")
    code = "\n".join(line.partition("//")[0] for line in template.splitlines())

    reading = ("import ", "include ", "eval(", "image(", "plugin(", "read(", "yaml(", "csv(")
    assert not [word for word in reading if word in code]
    assert code.count("json(") == 1


def test_f33_overrides_of_direction_are_taken_out_and_marks_that_scripts_need_stay():
    assert printable("a\u202eb\u202cc\u202d") == "abc"
    assert printable("نام\u200cه") == "\u2068نام\u200cه\u2069"
    assert printable("क\u200dष") == "क\u200dष"
    assert printable("left\u200eright") == "left\u200eright"


@pytest.mark.parametrize("typed", ["\u2066open", "\u2069shut", "\u2069x\u2066"])
def test_f33_isolates_that_do_not_close_are_taken_out(typed):
    assert not {"\u2066", "\u2069"} & set(printable(typed))


def test_f33_an_isolate_that_closes_stays():
    assert printable("No. \u2068L-7\u2069") == "No. \u2068L-7\u2069"


def test_a_long_word_breaks_between_letters_and_never_before_a_mark():
    assert printable("x" * 20) == "x" * 20
    assert printable("x" * 21).split("\u200b") == ["x" * 10, "x" * 10, "x"]
    assert printable("e\u0301" * 11).split("\u200b") == ["e\u0301" * 5, "e\u0301" * 5, "e\u0301"]
    assert printable("x" * 9 + "e\u0301" + "y" * 11).split("\u200b")[0] == "x" * 9 + "e\u0301"
    assert "\u200b" not in printable("กรุงเทพมหานคร" * 15)


def test_f33_control_characters_are_taken_out_and_halves_become_a_sign():
    assert printable("a\x00b\x07c\x1bd\x7f\x9f\ufeff\uffff") == "abcd"
    assert printable("a\ud800b") == "a\ufffdb"
    assert printable("a\tb\r\nc\u2028d") == "a b\nc\nd"


def test_a_line_on_a_page_of_another_direction_keeps_its_own():
    assert printable("1202 Geneva", direction="rtl") == "\u20681202 Geneva\u2069"
    assert printable("1202 Geneva") == "1202 Geneva"
    assert plain("مركز") == "مركز"


@pytest.mark.parametrize("letter", ["W", "م", "ก", "a\u0301", "\u00a0", "김"])
def test_f33_a_name_of_ten_thousand_letters_stays_on_the_page(letter):
    name = letter * (10_000 // len(letter))

    long = paper(body=(table(rows=((Cell(text=name), Cell(text="1.00")),)),))

    left, right = reading_pdfs.ink(picture(long))
    assert left > 0.09
    assert right < 0.91


def test_a_long_word_can_be_copied_as_it_was_typed():
    address = "a.very.long.address.of.somebody@department.ministry.example"

    file = render(paper(recipient=Block(name=address)))

    assert address in "".join(reading_pdfs.pages(file)).replace("\n", "")
    assert b"200B" not in reading_pdfs.replaced(file)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(typed=some.text(max_size=60))
def test_f33_anything_that_can_be_typed_can_be_printed(typed):
    assert render(paper(recipient=Block(name=typed))).startswith(b"%PDF")


def test_nothing_of_a_paper_lands_in_a_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    render(paper())

    assert list(Path(tmp_path).iterdir()) == []
