"""What stands in the sweep room before there is a sweep: what one is, how to begin, an example."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.text import Text

from ..layout import MAX_PROSE_COLUMNS, Block, Ink, words

WHAT = (
    "A sweep makes many runs that differ in a few hyperparameters, each with several seeds: which "
    "alpha, for which width, and how sure is that?"
)
KEYS = (
    ("n", "begins a small one of the current run, in the background."),
    ("o", "opens the folder of any sweep, also while it fills."),
)
NOT_HERE = "On this terminal no sweep can be begun or opened: it takes files and processors."
IN_A_SHELL = "In a shell, on all cores or on a cluster, of any size. This makes 45 runs:"
BEGIN = (
    "mnist-tui sweep --alpha 0.01:1:log5 --hidden 5,10,30 --seed 0:3 --batch-size 64 "
    "--iterations 500 --out alphas"
)
SHOW = "mnist-tui --sweep alphas"
EXAMPLE = "They gave this: the mean test accuracy of three seeds, in percent."
ALPHAS = ("0.01", "0.0316", "0.1", "0.316", "1")
MEANS = (  # of BEGIN, as version 1.0.0 made it
    ("5", "45.0", "71.8", "83.6", "50.0", "20.8"),
    ("10", "73.0", "86.5", "89.6", "89.2", "27.0"),
    ("30", "83.7", "89.0", "91.5", "92.9", "77.0"),
)
BEST = ("30", "0.316")
THEN = (
    "This room then shows it as a heat map, a cell for each pair of values, or as curves with "
    "their spread. Enter on a cell shows its run on the main screen."
)
NUMBER_COLUMNS = 8
CONTINUED = " \\"  # at the end of a line that a shell is to join with the next


def welcome(size: tuple[int, int], ink: Ink, *, message: str, may_begin: bool) -> Block:
    """Return as many parts, the most important first, as have room in columns × rows.

    Args:
        size: Columns and rows.
        ink: The theme's styles.
        message: Why there is nothing else; empty if there is no reason.
        may_begin: Whether sweeps can be begun and opened here.
    """
    width, height = min(size[0], MAX_PROSE_COLUMNS) - 2, size[1]
    title = ink("title")
    parts = [words(message, width, ink("warning"))] if message else []
    parts.append(words(WHAT, width, title))
    if may_begin:
        keys = [line for key, says in KEYS for line in _key(key, says, width, ink)]
        shell = words(IN_A_SHELL, width, title)
        commands = [line for command in (BEGIN, SHOW) for line in _command(command, width, ink)]
        parts += [keys, [*shell, *commands], [*words(EXAMPLE, width, title), *_table(width, ink)]]
        parts.append(words(THEN, width, title))
    else:
        parts.append(words(NOT_HERE, width, title))
    lines: Block = []
    for i, part in enumerate(parts):
        gap = [Text()] if i else []
        if i and len(lines) + len(gap) + len(part) > height:
            break
        lines += [*gap, *part]
    return [Text(" ").append_text(line) for line in lines]


def _key(key: str, says: str, width: int, ink: Ink) -> Block:
    head, *rest = words(says, width - 2, ink("title"))
    lines = [Text.assemble((f"{key} ", ink("moving")), head, no_wrap=True)]
    return [*lines, *(Text("  ").append_text(line) for line in rest)]


def _command(command: str, width: int, ink: Ink) -> Block:
    """Return a command, to be pasted as it stands, though it may take several lines."""
    lines = wrap(command, max(8, width - 2 - len(CONTINUED)), break_on_hyphens=False)
    ends = [*[CONTINUED] * (len(lines) - 1), ""]
    return [
        Text(f"  {line}{end}", ink("chosen"), no_wrap=True)
        for line, end in zip(lines, ends, strict=True)
    ]


def _table(width: int, ink: Ink) -> Block:
    """Return the example's means, a row for each width; nothing where there is no room."""
    rows: list[Sequence[str]] = [("hidden", *ALPHAS), *MEANS]
    if NUMBER_COLUMNS * len(rows[0]) > width:
        return []
    head = Text(f"{'alpha':>{2 * NUMBER_COLUMNS}}", ink("quiet"), no_wrap=True)
    lines = [head]
    for hidden, *numbers in rows:
        line = Text(f"{hidden:>{NUMBER_COLUMNS}}", ink("quiet"), no_wrap=True)
        for alpha, number in zip(ALPHAS, numbers, strict=True):
            is_head, is_best = hidden == "hidden", (hidden, alpha) == BEST
            role = "quiet" if is_head else "chosen" if is_best else "title"
            line.append(f"{number:>{NUMBER_COLUMNS}}", ink(role))
        lines.append(line)
    return lines
