"""Converts untrusted numbers to bytes: detects the scale of pixels, and checks labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..source_content import MAX_CLASSES, Bytes, Span

WHOLE, UNIT, SIGNED = "0 to 255", "0 to 1", "−1 to 1"  # the scales that pixels come on
FULL: Final = 255  # full ink, as bytes
BOUNDS: Final = {WHOLE: (0, FULL), UNIT: (0, 1), SIGNED: (-1, 1), "": (-1, FULL)}
EXPECTED: Final = {
    WHOLE: "a whole number from 0 to 255, as the values before it",
    UNIT: "a number from 0 to 1, as the values before it",
    SIGNED: "a number from −1 to 1, as the values before it",
    "": "a number from 0 to 255, from 0 to 1, or from −1 to 1",
}
DEEPEST: Final = 65_535  # that a value may be: 16 bits
MANY = 0.1  # of the values that are not paper have to be too large for a scale, or it is theirs
STRONG = 0.01  # of these have to be in the upper half of their range, or the largest is a mistake
PAPER = 0.2  # of all values have to be one and the same, the smallest, to be paper
AT_A_TIME = 1 << 20  # values made bytes at once
PIXEL_BY_PIXEL = (
    "numbers from −1 to 1, or standardized ones whose paper is one value; if each pixel was "
    "standardized by itself, save the images before that"
)


class UnfitError(Exception):
    """A value is invalid; its reader knows the place and reports it."""

    def __init__(self, index: int, expected: str) -> None:
        super().__init__(expected)
        self.index = index  # flat index among the values passed
        self.expected = expected


class PixelBuffer:
    """Collects pixels piece by piece as bytes, and detects their scale.

    0 and 1 are on every scale. The first piece with other values decides: whole numbers to 255, of
    16 bits, or numbers from 0 to 1, from −1 to 1, or about a mean of 0. If no other value comes,
    the bytes stay 0 and 1, and the strongest ink of the whole set tells (data/images/quality.py).
    Bytes alone are kept, so that memory stays at one byte a pixel; of 16 bits and of standardized
    values the set's largest has to be known first, and they are kept as they are until then.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._scale = ""
        self._wide: _Wide | None = None  # where the set's own values decide what 0 and 255 are

    @property
    def span(self) -> Span | None:
        """What became 0 and 255, where the set's own values decided that."""
        return self._wide.span if self._wide is not None else None

    def add(self, values: NDArray[Any]) -> None:
        """Take the next values, any real type and shape; UnfitError tells the first bad one."""
        if self._wide is None and not self._scale:
            self._wide = _wide(values)
            if self._wide is not None:
                so_far = np.frombuffer(self._bytes, np.uint8)
                self._bytes = bytearray()
                self.add(so_far)
        if self._wide is not None:
            self._bytes += self._wide.checked(values).data
            return
        self._check(values)
        undecided = not self._scale
        if undecided:
            telling = (values != 0) & (values != 1)
            if telling.any():
                first = values.flat[telling.argmax()]
                self._scale = WHOLE if first > 1 else UNIT if first > 0 else SIGNED
                self._check(values)
        if self._scale in (UNIT, SIGNED):
            if undecided:
                self._rescale()
            shares = (values + 1.0) / 2 if self._scale == SIGNED else values
            values = np.rint(shares * float(FULL))
        elif values.dtype.kind == "f":
            _refuse(values != np.trunc(values), EXPECTED[self._scale])
        self._bytes += values.astype(np.uint8, order="C").data

    def taken(self) -> tuple[Bytes, str]:
        """All that was added, flat, and a line on their scale if it was another than bytes'."""
        if self._wide is not None:
            return self._wide.as_bytes(self._bytes), self._wide.scale
        scale = f"values {self._scale}, made 0 to 255" if self._scale in (UNIT, SIGNED) else ""
        return np.frombuffer(self._bytes, np.uint8), scale

    def _check(self, values: NDArray[Any]) -> None:
        low, high = BOUNDS[self._scale]
        _refuse(~((values >= low) & (values <= high)), EXPECTED[self._scale])  # NaN is refused too

    def _rescale(self) -> None:
        """Bring the zeros and ones that came before onto the scale that was found."""
        so_far = np.frombuffer(self._bytes, np.uint8)
        if self._scale == SIGNED:
            so_far += 1
            so_far[so_far == 1] = FULL // 2 + 1
            so_far[so_far == 2] = FULL
        else:
            so_far *= FULL


@dataclass
class _Wide:
    """Values whose paper is known and whose strongest ink the whole set tells."""

    dtype: np.dtype[Any]  # that they are kept in
    low: float  # paper
    high: float  # the largest so far
    limit: float  # that none may exceed: an outlier would make all else faint

    @property
    def span(self) -> Span:
        """What becomes 0 and 255: of fractions on a scale of 0 to 255, these themselves."""
        is_bytes = self.low == 0 and FULL / 2 < self.high <= FULL
        return self.low, FULL if is_bytes else self.high

    @property
    def scale(self) -> str:
        """A line on what they were."""
        low, high = self.span
        if (low, high) == (0, FULL):
            return "values 0 to 255 with fractions, rounded"
        return f"values {_figure(low)} to {_figure(high)}, made 0 to 255"

    def checked(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the next values as they are kept. Raises UnfitError for the first bad one."""
        with np.errstate(all="ignore"):  # what does not fit is refused below
            kept = values.astype(self.dtype, order="C")
        fits = (kept >= self.dtype.type(self.low)) & (values <= self.limit)
        if self.dtype.kind == "u":
            fits &= (values >= 0) & (kept == values)
        kind = "a whole number" if self.dtype.kind == "u" else "a number"
        limits = f"{_figure(self.low)} to {_figure(self.limit)}"
        _refuse(~fits, f"{kind} from {limits}, as the values before it")
        if kept.size:
            self.high = max(self.high, float(kept.max()))
        return kept

    def as_bytes(self, content: bytearray) -> Bytes:
        """All values as bytes."""
        values = np.frombuffer(content, self.dtype)
        low, high = self.span
        made = np.empty(len(values), np.uint8)
        for start in range(0, len(values), AT_A_TIME):
            shares = (values[start : start + AT_A_TIME] - float(low)) * (FULL / (high - low))
            made[start : start + AT_A_TIME] = np.clip(np.rint(shares), 0, FULL)
        return made


def _wide(values: NDArray[Any]) -> _Wide | None:
    """Return the scale of 16-bit values, or of fractions beyond 1; None for other scales.

    A single value that does not fit is a mistake and is refused in its place. Only many inked
    values that are too large for the other scales make it another scale.
    """
    if values.dtype.kind not in "iuf" or values.size == 0:
        return None
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)) or high <= 1 or max(-low, high) > DEEPEST:
        return None
    inked = values[values != low]
    is_whole = values.dtype.kind != "f" or not bool((values != np.trunc(values)).any())
    misfits = inked > FULL if is_whole else (inked != np.trunc(inked)) | (inked > FULL)
    if np.count_nonzero(misfits) < MANY * len(inked):
        return None
    has_paper = len(inked) <= (1 - PAPER) * values.size
    if not is_whole and not has_paper and low < -1:
        unfit = int((~((values >= -1) & (values <= 1))).argmax())
        raise UnfitError(unfit, PIXEL_BY_PIXEL)
    is_strong = np.count_nonzero(inked > low + (high - low) / 2) >= STRONG * len(inked)
    if not is_strong or (low < 0 if is_whole else not has_paper):
        return None
    if is_whole:
        return _Wide(np.dtype(np.uint16), 0, 1, min(DEEPEST, 2 * high))
    limit = min(DEEPEST, low + 2 * (high - low))
    kept = np.dtype(np.float32)
    return _Wide(kept, float(kept.type(low)), low, limit)


def spread(images: Bytes, span: Span, other: Span) -> Bytes:
    """Bytes made of one span of values as those of another, wider one."""
    values = span[0] + np.arange(FULL + 1) * ((span[1] - span[0]) / FULL)
    shares = (values - other[0]) * (FULL / (other[1] - other[0]))
    return np.clip(np.rint(shares), 0, FULL).astype(np.uint8)[images]


def _figure(value: float) -> str:
    """Format a number for a message."""
    text = f"{value:,.0f}" if value == round(value) else f"{value:.3g}"
    return text.replace("-", "−")


def whole_labels(values: NDArray[Any]) -> Bytes:
    """Labels of any real type as bytes; UnfitError tells the first that is no class."""
    expected = f"a whole number from 0 to {MAX_CLASSES - 1}"
    _refuse(~((values >= 0) & (values < MAX_CLASSES)), expected)
    labels = values.astype(np.uint8)
    _refuse(labels != values, expected)
    return labels


def one_hot_labels(values: NDArray[Any]) -> Bytes:
    """Labels of rows, m × classes, of which one number is 1 and the others 0.

    UnfitError tells the first number of the first row that is not so.
    """
    bad = ~np.isin(values, (0, 1)).all(axis=1) | (values.sum(axis=1) != 1)
    if bad.any():
        raise UnfitError(int(bad.argmax()) * values.shape[1], "one 1 in each row, and zeros")
    return values.argmax(axis=1).astype(np.uint8)


def _refuse(bad: NDArray[np.bool_], expected: str) -> None:
    if bad.any():
        raise UnfitError(int(bad.argmax()), expected)
