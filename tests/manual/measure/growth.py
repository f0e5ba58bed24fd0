"""Time an image, from 15 000 to 8 million: `python -m tests.manual.measure.growth [MILLIONS]`.

A file of so many million images, MNIST's again and again, is written to a temporary folder, mapped
into memory and deleted at the end; smaller sets are its beginning. All sizes take turns, and the
best turn of each counts, so that whatever else the machine does meets them alike. Prints a row for
each size, with the processor's time beside that of the clock, which also holds waiting for the
disk and for other programs; draws the processor's into docs/pictures/growth.svg.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from math import log10
from time import perf_counter, process_time

import numpy as np
from mnist_tui.data.dataset import Digits, load
from mnist_tui.net.engine.batches import Batches, is_large
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.network import Images

from tests.helpers.arguments import numbers
from tests.helpers.support import ROOT

MILLIONS, TURNS = 8.0, 5
SIZES = (15_000, 60_000, 240_000, 960_000, 2_000_000, 4_000_000)  # and the whole file
PICTURE = ROOT / "docs" / "pictures" / "growth.svg"
FULL, MINI = "full batch, 784-10-10", "batches of 128, 784-128-10"
IMAGES_PER_TURN = {FULL: 960_000, MINI: 60_000}  # at least, however small the set
BATCH = 128
TOLERANCE = 0.15  # from the middle of a row's range
HUES = {FULL: "#0b62a8", MINI: "#b8430a"}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 330, 64, 52, 24, 52  # pixels

Seconds = tuple[float, float]  # an image, by the clock and of the processors
Times = dict[int, Seconds]  # by the number of images


@contextmanager
def mapped_images(count: int) -> Generator[Digits]:
    """So many images and labels in a file, without ever holding them in memory of our own."""
    train = load().train
    labels = np.resize(train.labels, count)
    with tempfile.TemporaryFile() as file:
        for start in range(0, count, len(train)):
            file.write(train.images[: count - start].tobytes())
        file.flush()
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        images: Images = np.frombuffer(pages, np.uint8).reshape(count, -1)
        yield Digits(images, labels)


def clocks() -> Seconds:
    """Both clocks."""
    return perf_counter(), process_time()


def timers(samples: Digits) -> dict[str, Callable[[], Seconds]]:
    """Each work on a set; they return the time an image. The first call prepares."""
    m = len(samples)
    engine = Engine(samples, processes=1)  # a second process makes no difference to growth
    narrow, wide = (
        initial_parameters((784, hidden, 10), "he", np.random.default_rng(0))
        for hidden in (10, 128)
    )
    gradients = narrow.copy(), wide.copy()
    batches = Batches(m, np.random.default_rng(0), in_windows=is_large(samples.images))

    def full() -> int:
        updates = max(1, IMAGES_PER_TURN[FULL] // m)
        for _ in range(updates):
            engine.gradient(narrow, gradients[0])
        return updates * m

    def mini() -> int:
        done = 0
        while done < IMAGES_PER_TURN[MINI]:
            rows = batches.take(BATCH)  # the first, untimed turn draws a large set's order
            engine.gradient(wide, gradients[1], rows)
            done += len(rows)
        return done

    def timed(work: Callable[[], int]) -> Seconds:
        begun, images, ended = clocks(), work(), clocks()
        return (ended[0] - begun[0]) / images, (ended[1] - begun[1]) / images

    return {FULL: lambda: timed(full), MINI: lambda: timed(mini)}


def measured(samples: Digits, turns: int) -> dict[str, Times]:
    """The best of so many turns, for each work and size."""
    sizes = sorted({*(size for size in SIZES if size < len(samples)), len(samples)})
    works = {m: timers(Digits(samples.images[:m], samples.labels[:m])) for m in sizes}
    best: dict[str, Times] = {FULL: {}, MINI: {}}
    for turn in range(turns + 1):  # the first one prepares, and does not count
        for m, timed in works.items():
            for work, time in timed.items():
                clock, processor = time()
                if turn:
                    before = best[work].get(m, (clock, processor))
                    best[work][m] = min(clock, before[0]), min(processor, before[1])
    return best


def spread(times: Sequence[float]) -> float:
    """How far the times lie from the middle of their range, as a share of it."""
    return (max(times) - min(times)) / (max(times) + min(times))


def picture(best: dict[str, Times]) -> str:
    """A line for each work: the processor's time an image, over the number of images."""
    sizes = list(best[FULL])
    most = 1.15e6 * max(busy for times in best.values() for _, busy in times.values())

    def place(m: int, microseconds: float) -> tuple[float, float]:
        low, high = log10(sizes[0]), log10(sizes[-1])
        across = (log10(m) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
        return LEFT + across, HEIGHT - BOTTOM - microseconds / most * (HEIGHT - TOP - BOTTOM)

    def text(x: float, y: float, words: str, anchor: str = "middle", fill: str = "#6b6b6b") -> str:
        return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{fill}">{words}</text>'

    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        text(
            LEFT,
            24,
            "Processor's microseconds an image, by the number of images",
            "start",
            "#1c1c1c",
        ),
    ]
    for m in sizes:
        x, y = place(m, 0)
        parts.append(f'<path d="M{x:.1f} {TOP} V{y:.1f}" stroke="#e4e4e4"/>')
        parts.append(text(x, y + 20, f"{m / 1e6:g} M" if m >= 1e6 else f"{m // 1000} k"))
    for mark in range(0, int(most) + 1, max(1, int(most / 5))):
        x, y = place(sizes[0], mark)
        parts.append(f'<path d="M{x} {y:.1f} H{WIDTH - RIGHT}" stroke="#e4e4e4"/>')
        parts.append(text(x - 10, y + 4, f"{mark}", "end"))
    for i, (work, times) in enumerate(best.items()):
        points = [place(m, 1e6 * busy) for m, (_, busy) in times.items()]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        hue = HUES[work]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{hue}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{hue}"/>' for x, y in points]
        parts.append(text(LEFT + 260 * i, HEIGHT - 8, f"● {work}", "start", hue))
    return "\n".join([*parts, "</svg>", ""])


def main(millions: float, turns: int) -> None:
    """Measure, print and draw."""
    with mapped_images(round(millions * 1e6)) as samples:
        best = measured(samples, turns)
    for work, times in best.items():
        for m, (clock, processor) in times.items():
            print(
                f"{work}: {m:>9,} images, {1e9 * clock:6.0f} ns, processor {1e9 * processor:6.0f}"
            )
        for name, each in zip(
            ("clock", "processor"), zip(*times.values(), strict=True), strict=True
        ):
            verdict = "within" if spread(each) <= TOLERANCE else "NOT within"
            print(f"{work}: {name} ± {spread(each):.0%}, {verdict} {TOLERANCE:.0%}")
    PICTURE.write_text(picture(best), "utf-8")


if __name__ == "__main__":
    main(*numbers(__doc__, millions=MILLIONS, turns=TURNS))
