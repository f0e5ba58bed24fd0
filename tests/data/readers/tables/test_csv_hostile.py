"""CSV files nobody should believe: each refused in one line with the line and the column."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset, Digits, load, load_images

from tests.helpers.datasets.source_files import csv_text, in_order, put_in, refusal, same, together
from tests.helpers.support import traced_peak

SIDE = 4
PIXELS = SIDE * SIDE


def table(rows: int = 40) -> list[list[str]]:
    """The cells of a good table: header, then rows; to be spoilt one by one."""
    images = np.arange(rows * PIXELS).reshape(rows, PIXELS) % 256
    text = csv_text(images, [i % 10 for i in range(rows)])
    return [line.split(",") for line in text.splitlines()]


def written(path: Path, cells: list[list[str]], *, header: bool = True) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in cells[not header :]), "utf-8")
    return path


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("line", [1, 2, 23, 40])
@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("", "is empty; expected a number"),
        ("seven", "is 'seven'; expected a number"),
        ("nan", "is 'nan'; expected a number"),
        ("NA", "is 'NA'; expected a number"),
        ("inf", "is 'inf'; expected a number"),
        ("1e999", "is '1e999'; expected a "),
        ("-1", "is '-1'; expected a "),
        ("256", "is '256'; expected a "),
        ("12.5", "is '12.5'; expected a whole number from 0 to 255"),
        ("0x10", "is '0x10'; expected a number"),
        ("1_0", "is '1_0'; expected a number"),
        ("٣", "is '٣'; expected a number"),
        ("True", "is 'True'; expected a number"),
        ("\x1b[31m", r"is '\x1b[31m'; expected a number"),
        ("x" * 90, f"is '{'x' * 24}…'; expected a number"),
    ],
)
def test_a_bad_pixel_is_told_with_its_place(
    tmp_path: Path, header: bool, line: int, cell: str, found: str
) -> None:
    cells = table()
    cells[line][6] = cell
    if cell == "12.5" and line == 1:
        cells[line][1:6] = ["0", "0", "0", "0", "200"]  # or it would be the scale that it tells
    message = refusal(written(tmp_path / "bad.csv", cells, header=header))
    place = f"line {line + header}, column {'pixel5' if header else '7'}: "
    assert place + found in message


@pytest.mark.parametrize("cell", ["62", "-1", "3.5", "1e30"])
def test_a_bad_label_is_told_with_its_place(tmp_path: Path, cell: str) -> None:
    cells = table()
    cells[9][0] = cell
    message = refusal(written(tmp_path / "bad.csv", cells))
    assert f"line 10, column label (the label): is {cell!r}" in message
    assert "expected a whole number from 0 to 61" in message


def test_two_scales_in_one_table_are_refused_at_the_first_that_differs(tmp_path: Path) -> None:
    cells = table()
    for row in cells[1:]:
        row[1:] = ["0.5"] * PIXELS
    cells[30][8] = "2"
    message = refusal(written(tmp_path / "mixed.csv", cells))
    assert "line 31, column pixel7: is '2'; expected a number from 0 to 1" in message


@pytest.mark.parametrize(("by", "cells"), [(1, 18), (-1, 16), (-17, 0)])
@pytest.mark.parametrize("line", [2, 20, 40])
def test_a_ragged_row_is_told_with_its_number(
    tmp_path: Path, line: int, by: int, cells: int
) -> None:
    rows = table()
    rows[line] = [*rows[line], "0"] if by > 0 else rows[line][:by]
    path = written(tmp_path / "ragged.csv", rows)
    if cells:
        assert f"line {line + 1}: has {cells} cells; expected 17" in refusal(path)
    else:
        assert len(load(str(path)).train) == 29  # a blank line is none: 39 rows, 10 to test on


def test_a_row_long_by_what_another_is_short_is_still_ragged(tmp_path: Path) -> None:
    rows = table()
    rows[3].append("1")
    rows[4].pop()
    assert "line 4: has 18 cells" in refusal(written(tmp_path / "ragged.csv", rows))


def test_a_line_of_separators_alone_is_not_blank(tmp_path: Path) -> None:
    rows = table()
    rows[5] = [""] * 17
    assert "line 6, column label (the label): is empty" in refusal(written(tmp_path / "a", rows))


def test_lines_are_counted_past_blank_ones_and_carriage_returns(tmp_path: Path) -> None:
    rows = [",".join(row) for row in table()]
    rows[5:5] = ["", "   "]
    rows[20] = rows[20].replace(",", ",?", 1)
    path = tmp_path / "blank.csv"
    path.write_text("\r\n".join(rows), newline="")
    assert "line 21, column pixel0: is '?" in refusal(path)


HEADS = {
    "no square": (["label", *map("p{}".format, range(17))], "has 18 columns"),
    "two labels": (["label", *map("p{}".format, range(15)), "class"], "2 named label"),
    "unknown names": (["left", "right", *map("pixel{}".format, range(16))], "0 named label"),
    "columns in disorder": (
        ["label", *sorted(map("pixel{}".format, range(16)))],
        "'pixel10' comes after 'pixel1'",
    ),
    "a column twice": (["label", "pixel0", *map("pixel{}".format, range(15))], "'pixel0' comes"),
    "one column": (["label"], "has 1 columns"),
    "words": (["these are words"], "has 1 columns"),
}


@pytest.mark.parametrize("what", HEADS)
def test_a_header_of_no_known_form_is_refused(tmp_path: Path, what: str) -> None:
    head, found = HEADS[what]
    message = refusal(written(tmp_path / "bad.csv", [head, *table()[1:]]))
    assert "line 1: " in message
    assert found in message


GOOD = csv_text(np.arange(160).reshape(10, 16), list(range(10))).encode()
BYTES = {
    "nothing": (b"", "is empty"),
    "a mark and nothing": (b"\xef\xbb\xbf", "is empty"),
    "line ends alone": (b"\n\n\n", "line 1: is blank"),
    "a header alone": (GOOD.splitlines()[0], "has no rows"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "UTF-16; save it as UTF-8"),
    "no text": (bytes(range(128, 256)) * 9, "not text in UTF-8"),
    "a zero byte": (GOOD.replace(b"17", b"1\0", 1), "line 3: holds a zero byte"),
    "a line without end": (b"1," * (1 << 20), "line 1: does not end within"),
    "a later line without end": (GOOD + b"1," * (1 << 20), "line 12: does not end within"),
    "a quote without end": (GOOD.replace(b"\n1,", b'\n"1,', 1), "line 3, column label"),
    "a decimal comma": (
        GOOD.replace(b",", b";").replace(b";7;", b";0,7;"), "is '0,7'; expected a whole number",
    ),
    "HTML": (b"<!DOCTYPE html>\n<html><body>not found</body></html>\n", "is a web page"),
    "a pickle": (b"\x80\x04\x95\x10builtins.eval", "is a Python pickle"),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("what", BYTES)
def test_what_is_no_table_is_refused(tmp_path: Path, what: str, packed: bool) -> None:
    content, found = BYTES[what]
    path = tmp_path / "bad.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    message = refusal(path)
    assert any(part in message for part in found.split("|"))


def test_a_table_gzipped_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv.gz.gz"
    path.write_bytes(gzip.compress(gzip.compress(GOOD)))
    assert "gzipped though packed already" in refusal(path)


@pytest.mark.parametrize("length", [3, 12, 40, -9, -1])
def test_a_table_cut_short_in_its_gzip_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(GOOD)[:length])
    assert "damaged or cut short" in refusal(path)


def test_a_gzip_bomb_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    row = b"0" + b",0" * 784 + b"\n"
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(row * 1024, 9) * 32)  # 51 MB in 92 KB
    load(str(written(tmp_path / "good.csv", table())))  # pandas itself takes memory once
    with traced_peak() as peak:
        assert "more than 200 times its size" in refusal(path)
    assert peak.bytes < 32 << 20


def test_memory_stays_under_twice_what_is_read(tmp_path: Path, mnist: Dataset) -> None:
    rows = 4000
    path = tmp_path / "train.csv"
    path.write_text(csv_text(mnist.train.images[:rows], mnist.train.labels[:rows].tolist()))
    load(str(written(tmp_path / "small.csv", table())))  # pandas itself takes memory once
    for load_it in (load, load_images):
        with traced_peak() as peak:
            found = load_it(str(path))
        assert found.side == 28
        assert peak.bytes < 2 * rows * 785


@given(
    side=st.integers(4, 7),
    seed=st.integers(0, 99),
    style=st.tuples(st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans()),
    marked=st.booleans(),
    packed=st.booleans(),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    side: int,
    seed: int,
    style: tuple[str, str, bool],
    marked: bool,
    packed: bool,
) -> None:
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (8, side * side), np.uint8)
    images[0, 0] = 2  # which tells the scale, whatever else was drawn
    digits = Digits(images, generator.permutation(8).astype(np.uint8) % 4)
    separator, end, header = style
    text = csv_text(images, digits.labels.tolist(), header=header, separator=separator, end=end)
    content = text.encode("utf-8-sig" if marked else "utf-8")
    path = tmp_path_factory.getbasetemp() / "round-trip"
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    found = load(str(path))
    expected = put_in(found, digits)
    assert same(in_order(together(found.train, found.test)), in_order(expected))
