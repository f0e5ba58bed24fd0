"""A lesson's file: what is wrong with it, and in which line; and nothing that harms."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.lessons.conditions import RULES
from mnist_tui.tui.lessons.lesson import Condition
from mnist_tui.tui.lessons.lesson_file import MAX_BYTES, parse_lesson, read_lesson
from mnist_tui.tui.lessons.library import NAMES, built_in, find_lesson
from mnist_tui.tui.lessons.numbers import LOOKED_AT, OF_A_RUN
from mnist_tui.tui.lessons.toml_lines import line_numbers

from tests.helpers.support import ROOT, Run

GOOD = """\
title = "A title"

[start]
recipe = "alpha=0.5"
digit = 3

[[step]]
text = "It is {loss}."
ask = "And then?"
do = "s"
when = { more_updates = 1 }

[[step.answer]]
text = "lower"
when = { loss = [0, 1] }

[[step.answer]]
text = "higher"
when = { loss = [1, 9] }
why = "{before.loss}"

[[step]]
do = "L"
"""
BAD = {  # what is put in place of what, and what is said of it
    ('title = "A title"', "title = A"): "line 1: ",
    ('title = "A title"', ""): 'line 1: expected title = "…"',
    ('"A title"', "7"): "line 1: expected text in quotes",
    ('"A title"', '"\\u001b[2J"'): "line 1: title has a control character",
    ('"A title"', f'"{"x" * 41}"'): "line 1: title has 41 characters; at most 40",
    ('"A title"', '"{lss}"'): "line 1: “lss” in braces is no number",
    ("alpha=0.5", "alpha=-1"): "line 4: recipe, word 1",
    ("digit = 3", "digit = -3"): "line 5: expected a whole number",
    ("digit = 3", "digit = true"): "line 5: expected a whole number",
    ("digit = 3", "digti = 3"): "line 5: “digti” is nothing that [start] has",
    ("digit = 3", "room = 'kitchen'"): "line 5: expected main or one of",
    ("digit = 3", "updates = 2000"): "line 3: the place is after 2,000 updates",
    ("digit = 3", "data = 'xyz'"): "line 5: expected how the data's SHA-256",
    ("digit = 3", "moment = 9"): "line 3: the place shows update 9",
    ("{loss}.", "{los}."): "line 8: “los” in braces is no number",
    ("{loss}.", "{loss."): "line 8: “{” in braces is no number",
    ("{before.loss}", "{before.label}"): "line 20: “before.label” in braces",
    ('do = "s"\n', ""): 'line 7: expected do = "…"',
    ("when = { more_updates = 1 }\n", ""): "line 7: this step never ends",
    ("more_updates = 1", "more_updates = 1.5"): "line 11: more_updates: expected a whole number",
    ("more_updates = 1", "more_updates = true"): "line 11: more_updates: expected a whole number",
    ("more_updates = 1", "new_run = false"): "line 11: new_run: expected true",
    ("more_updates = 1", "training = 1"): "line 11: training: expected true or false",
    ("more_updates = 1", 'settings = "alhpa=1"'): "line 11: settings: “alhpa=1”: expected words",
    ("more_updates = 1", 'settings = "alpha=x"'): "line 11: settings: alpha must be a number",
    ("more_updates = 1", 'settings = "alpha=-1"'): "line 11: settings: alpha must be a positive",
    ("more_updates = 1", 'page = "Z9a"'): "line 11: page: expected a stage of the maths room",
    ("more_updates = 1", 'room = "kitchen"'): "line 11: room: expected one of main",
    ("more_updates = 1", "no_such = 1"): "line 11: “no_such” is no condition",
    ("{ more_updates = 1 }", "3"): "line 11: expected { name = value } for when",
    ("loss = [0, 1]", "loss = [1, 0]"): "line 15: loss: expected two numbers",
    ("loss = [0, 1]", "loss = [0]"): "line 15: loss: expected two numbers",
    ("loss = [0, 1]", "loss = [nan, 1]"): "line 15: loss: expected two numbers",
    ("loss = [0, 1]", "loss = 1"): "line 15: loss: expected two numbers",
    ('text = "lower"\n', ""): 'line 13: expected text = "…"',
    ("when = { loss = [0, 1] }\n", ""): "line 13: expected when = { … }",
    ('ask = "And then?"\n', ""): 'line 7: expected ask = "…"',
    ('[[step]]\ndo = "L"\n', ""): "line 7: the last step stays",
    ('do = "L"', f'do = "L"\ntext = "{"word " * 60}"'): "line 22: its words",
    ("[start]\n", "[start]\nstart = 1\n[start]\n"): "line 5: ",
    ("digit = 3", f"digit = {'9' * 5000}"): "has a number or a list that no lesson needs",
    ("digit = 3", f"digit = {'[' * 2000}"): "",
}


@pytest.mark.parametrize(("change", "said"), BAD.items(), ids=range(len(BAD)))
def test_what_is_wrong_is_told_with_its_line(change: tuple[str, str], said: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(UserError) as refused:
        parse_lesson(GOOD.replace(*change), "x", "x.toml")
    message = str(refused.value)
    assert message.startswith(f"x.toml, {said}" if said.startswith("line ") else "x.toml")
    assert said in message
    assert "\n" not in message


def test_a_good_one_is_read_as_it_is_written() -> None:
    lesson = parse_lesson(GOOD, "x", "x.toml")
    assert (lesson.name, lesson.title, lesson.start.digit) == ("x", "A title", 3)
    assert lesson.start.course[0][1].alpha == 0.5
    first, last = lesson.steps
    assert first.when == (Condition("more_updates", 1),)
    assert first.question
    assert [answer.text for answer in first.question.answers] == ["lower", "higher"]
    assert (last.text, last.when, last.question) == ("", (), None)


@given(st.binary(max_size=200), st.integers(0, len(GOOD)))
def test_no_bytes_do_more_than_be_refused(junk: bytes, at: int) -> None:
    text = (GOOD[:at].encode() + junk + GOOD[at:].encode()).decode("utf-8", "replace")
    said = ""
    try:
        parse_lesson(text, "x", "x.toml")
    except UserError as refused:
        said = str(refused)
    assert "\n" not in said


def test_only_a_small_regular_text_file_is_read(tmp_path: Path) -> None:
    fifo, large, latin = tmp_path / "fifo.toml", tmp_path / "large.toml", tmp_path / "latin.toml"
    os.mkfifo(fifo)
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    latin.write_bytes(b'title = "A"\nabout = "\xe9"\n')
    for path, said in (
        (fifo, "it is no file"),
        (tmp_path, "cannot be read"),
        (Path("/dev/zero"), "it is no file"),
        (tmp_path / "none.toml", "No such file"),
        (large, "more than 64 KB"),
        (latin, "line 2: is no UTF-8"),
    ):
        with pytest.raises(UserError, match=said):
            read_lesson(path)


def test_lines_are_those_of_the_file() -> None:
    text = 'a = """\nb = 1\n"""\n[t.u] # c\nd = 1\n[[s]]\n[[s]]\ne = 1\n[[s.a]]\n[s.a.w]\nf = 1\n'
    numbers = line_numbers(text)
    assert ("b",) not in numbers
    assert numbers[("t", "u", "d")] == 5
    assert numbers[("s", 1, "e")] == 8
    assert numbers[("s", 1, "a", 0, "w", "f")] == 11


def test_every_built_in_lesson_can_be_found(tmp_path: Path) -> None:
    for number, name in enumerate(NAMES, 1):
        assert find_lesson(name) is find_lesson(str(number)) is built_in(name)
    (tmp_path / "own.toml").write_text(GOOD, "utf-8")
    assert find_lesson(str(tmp_path / "own.toml")).name == "own"
    with pytest.raises(UserError, match="there is no lesson “nine”"):
        find_lesson("nine")


def test_every_file_in_the_folder_is_a_lesson_of_the_list() -> None:
    files = {path.stem for path in (ROOT / "tui" / "lessons" / "builtin").iterdir()}
    assert files == set(NAMES)


def test_check_names_each_file(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(GOOD, "utf-8")
    bad.write_text(GOOD.replace("digit = 3", "digit = x"), "utf-8")
    ended = run("lesson", "check", good, bad)
    assert ended.code == 1
    assert "“A title”, 2 steps, 1 question, in order" in ended.out
    assert ended.err.startswith(f"mnist-tui: {bad}, line 5: ") or "line 5" in ended.err
    assert run("lesson", "check", good).code in (0, None)
    assert "what-it-sees" in run("lesson", "list").out


def test_the_page_about_lessons_has_every_condition_and_number() -> None:
    page = (ROOT / "docs" / "lessons.md").read_text("utf-8")
    conditions, numbers = page.split("### Conditions")[1].split("### Numbers")
    missing = [
        name for name in RULES if f"`{name} " not in conditions and f"`{name}`" not in conditions
    ]
    assert missing == []
    assert [name for name in (*OF_A_RUN, *LOOKED_AT) if f"`{{{name}}}`" not in numbers] == []
    example = page.split("```toml\n")[1].split("```")[0]
    assert len(parse_lesson(example, "x", "docs/lessons.md").steps) == 3
    for name in NAMES:
        assert f"`{name}`" in page
