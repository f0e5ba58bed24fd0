"""The heat map of a sweep as a picture (SVG): a square for each pair of values, with its number."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..config.fields import BY_NAME
from ..errors import UserError
from ..sweep.axes import format_axis_value
from ..sweep.watch.overview import Overview, Standing
from ..sweep.watch.plan import At
from ..text import printable

FONT = "Fira Code"  # as in Rich's pictures; png.py puts one of this machine in its place
MAX_CELLS = 40_000  # of one picture
WIDE, HIGH = 68, 44  # of a cell with its number, in pixels
SMALL_WIDE, SMALL_HIGH = 18, 18  # of one without, where there are many
MANY = 16  # columns from which cells are small
LETTER = 7.8  # width of a character of 13 pixels
MARGIN, LINE = 24, 20
PAPER, INK, QUIET, WRONG = "#ffffff", "#1c1c1c", "#6b6b6b", "#b3361b"
# Dark on light: from little to much accuracy, of one hue, so that a copy in grey says the same.
LIGHTEST, DARKEST = (232, 240, 244), (11, 98, 120)
WHITE_FROM = 0.72  # share of the scale from which white words are the clearer ones
MAX_LABEL = 28  # characters


def heatmap_svg(shown: Overview, name: str) -> str:
    """Draw an overview.

    What is no number has a sign: ✗ every run diverged, / some did, ▽ halving gave up, · pending.

    Args:
        shown: The grid.
        name: Of the sweep, for the title.

    Raises:
        UserError: It has too many cells for a picture.
    """
    rows, columns = shown.grid.row_values, shown.grid.column_values
    if len(rows) * len(columns) > MAX_CELLS:
        raise UserError(
            f"the heat map has {len(rows) * len(columns):,} cells; a picture shows at most "
            f"{MAX_CELLS:,}"
        )
    is_small = len(columns) > MANY
    wide, high = (SMALL_WIDE, SMALL_HIGH) if is_small else (WIDE, HIGH)
    labels = [_label(shown.choice.row, value) for value in rows]
    names = BY_NAME[shown.choice.row].label, BY_NAME[shown.choice.column].label
    left = MARGIN + LETTER * max(len(names[0]), *map(len, labels), 4) + 12
    across = [_label(shown.choice.column, value) for value in columns]
    is_upright = max(map(len, across), default=0) * LETTER > wide - 6
    top = MARGIN + 4 * LINE + (LETTER * max(map(len, across), default=0) if is_upright else 0)
    foot = _best_in_words(shown), f"{'':30}{_signs(shown)}"
    width = max(
        left + wide * len(columns) + MARGIN, 2 * MARGIN + LETTER * (1 + max(map(len, foot)))
    )
    height = top + high * len(rows) + 4 * LINE + MARGIN
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}, monospace">',
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        _text(MARGIN, MARGIN + 6, f"test accuracy, in percent: {printable(name, 60)}", size=16),
        _text(MARGIN, MARGIN + LINE + 8, _subtitle(shown), fill=QUIET),
        _text(left - 10, top - 6, names[0], anchor="end", fill=QUIET),
        _text(left, MARGIN + 2 * LINE + 12, names[1], fill=QUIET),
    ]
    for i, label in enumerate(across):
        x = left + (i + 0.5) * wide
        if is_upright:
            turn = f'transform="rotate(-90 {x + 4:.1f} {top - 6:.1f})"'
            parts.append(_text(x + 4, top - 6, label, more=turn))
        else:
            parts.append(_text(x, top - 6, label, anchor="middle"))
    for j, label in enumerate(labels):
        middle = top + (j + 0.5) * high + 4
        parts.append(_text(left - 10, middle, label, anchor="end"))
        for i, value in enumerate(columns):
            corner = left + i * wide, top + j * high
            parts += _cell(shown, (rows[j], value), corner, (wide, high), is_small=is_small)
    parts += _foot(shown, MARGIN, top + high * len(rows) + 1.5 * LINE)
    return "\n".join([*parts, "</svg>", ""])


def _label(name: str, value: object) -> str:
    text = format_axis_value(name, value)
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 9]}…{text[-8:]}"


def _subtitle(shown: Overview) -> str:
    """Say of how many runs it is, and what was held or pooled."""
    words = [f"{shown.finished:,} of {shown.planned:,} runs"]
    for name in shown.others():
        label = BY_NAME[name].label
        if name in shown.choice.fixed:
            words.append(f"{label} {_label(name, shown.choice.fixed[name])}")
        else:
            words.append(f"{label} pooled ({len(shown.varied[name])})")
    return ", ".join(words)


def _cell(
    shown: Overview, at: At, corner: tuple[float, float], size: tuple[int, int], *, is_small: bool
) -> Iterator[str]:
    """Yield the square of a cell, its sign, and where there is room its numbers."""
    (x, y), (wide, high) = corner, size
    standing, summary = shown.standing(at), shown.at(at)
    if standing is Standing.ABSENT:
        return
    middle, line = x + wide / 2, y + high / 2
    mean = None if summary is None else summary.mean
    if summary is None or mean is None:
        sign, fill = ("·", QUIET) if standing is Standing.PENDING else ("✗", WRONG)
        yield _rect(x, y, wide, high, "none")
        yield _text(middle, line + 5, sign, anchor="middle", fill=fill)
        return
    share = shown.share(mean)
    ink = PAPER if share > WHITE_FROM else INK
    is_best = at == shown.best
    yield _rect(x, y, wide, high, _color(share), is_best=is_best)
    sign = (
        "◆" if is_best else {Standing.PARTLY_DIVERGED: "/", Standing.STOPPED: "▽"}.get(standing, "")
    )
    if is_small:
        if sign:
            yield _text(middle, line + 5, sign, anchor="middle", fill=ink)
        return
    number = f"{100 * mean:.2f}{sign}"
    if summary.spread is None:
        yield _text(middle, line + 5, number, anchor="middle", fill=ink)
    else:
        yield _text(middle, line - 2, number, anchor="middle", fill=ink)
        spread = f"±{100 * summary.spread:.2f}"
        yield _text(middle, line + 13, spread, anchor="middle", fill=ink, size=11)


def _foot(shown: Overview, x: float, y: float) -> Iterator[str]:
    """Yield the scale, the signs, and the best in words."""
    steps, wide = 24, 6
    low, high = (shown.scale.written(end) for end in (shown.scale.low, shown.scale.high))
    yield _text(x, y + 11, low, fill=QUIET)
    x += LETTER * (len(low) + 1)
    for step in range(steps):
        fill = _color(step / (steps - 1))
        at = f'x="{x + step * wide:.1f}" y="{y:.1f}"'
        yield f'<rect {at} width="{wide + 0.5}" height="14" fill="{fill}"/>'
    yield _text(x + steps * wide + LETTER, y + 11, f"{high}   {_signs(shown)}", fill=QUIET)
    yield _text(MARGIN, y + 2 * LINE, _best_in_words(shown))


def _best_in_words(shown: Overview) -> str:
    if shown.best is None or (summary := shown.at(shown.best)) is None:
        return ""
    row, column = shown.choice.row, shown.choice.column
    words = (
        f"◆ best: {BY_NAME[column].label} {_label(column, shown.best[1])}, "
        f"{BY_NAME[row].label} {_label(row, shown.best[0])}: {100 * (summary.mean or 0):.2f} %"
    )
    if summary.spread is not None:
        words += f" ± {100 * summary.spread:.2f} over {len(summary.accuracies)} runs"
    if summary.test_error is not None:
        words += f"; standard error of the test set {100 * summary.test_error:.2f}"
    return words


def _signs(shown: Overview) -> str:
    words = {
        Standing.DIVERGED: "✗ diverged",
        Standing.PARTLY_DIVERGED: "/ some diverged",
        Standing.STOPPED: "▽ stopped early",
        Standing.PENDING: "· pending",
    }
    there = shown.standings()
    return "   ".join(word for standing, word in words.items() if standing in there)


def _color(share: float) -> str:
    """Return the color of a share of the scale."""
    parts = (round(a + share * (b - a)) for a, b in zip(LIGHTEST, DARKEST, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*parts)


def _rect(x: float, y: float, wide: float, high: float, fill: str, *, is_best: bool = False) -> str:
    inset = 2 if is_best else 0.5
    stroke = f'stroke="{INK}" stroke-width="3"' if is_best else 'stroke="#ffffff" stroke-width="1"'
    return (
        f'<rect x="{x + inset:.1f}" y="{y + inset:.1f}" width="{wide - 2 * inset:.1f}" '
        f'height="{high - 2 * inset:.1f}" fill="{fill}" {stroke}/>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    fill: str = INK,
    size: int = 13,
    more: str = "",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" '
        f'font-size="{size}" xml:space="preserve" {more}>{escape(words)}</text>'
    )
