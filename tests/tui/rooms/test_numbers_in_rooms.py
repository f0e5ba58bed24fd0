"""Every number in the rooms, read off the screen, is the network's own: reckoned anew here."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.inspection.prediction_history import moments
from mnist_tui.net.network import Parameters
from mnist_tui.tui.render.labels import heading
from mnist_tui.tui.rooms.background_room import BackgroundRoom
from mnist_tui.tui.rooms.confusion.matrix import Matrix
from mnist_tui.tui.rooms.digit_history.page import DigitPage, Watched
from mnist_tui.tui.rooms.digit_history.room import DigitHistoryRoom
from mnist_tui.tui.rooms.gallery.tile_grid import TileGrid
from mnist_tui.tui.rooms.maths.page import MathsPage
from mnist_tui.tui.rooms.maths.room import MathsRoom
from mnist_tui.tui.rooms.room import Room
from mnist_tui.tui.rooms.saliency.facts import Facts
from mnist_tui.tui.rooms.weights.logits_table import LogitsTable
from mnist_tui.tui.rooms.weights.unit_view import UnitView
from mnist_tui.tui.widgets.lines import LinesWidget
from mnist_tui.tui.widgets.prediction_bars import PredictionBars
from numpy.typing import NDArray

from tests.helpers.app.app_driver import ENDLESS, Driver, opened
from tests.helpers.app.terminal_sizes import at_sizes

Numbers = NDArray[np.float64]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])
MOMENTS = pytest.mark.parametrize("moment", ["present", "past", "training"])
SIGNED = r"[+−-]?\d+\.\d+"


def passed(parameters: Parameters, images: Numbers) -> list[Numbers]:
    """The Z of each layer and, last, the probabilities, for n × pixels from 0 to 1; float64."""
    values: Numbers = images.T
    sums: list[Numbers] = []
    for W, b in zip(parameters.W, parameters.b, strict=True):
        Z = W.astype(np.float64) @ values + b.astype(np.float64).reshape(-1, 1)
        sums.append(Z)
        values = np.maximum(Z, 0)
    powers = np.exp(sums[-1] - sums[-1].max(axis=0))
    return [*sums, powers / powers.sum(axis=0)]


def numbers(line: str, pattern: str = SIGNED) -> list[float]:
    """The numbers in a line."""
    return [float(text.replace("−", "-")) for text in re.findall(pattern, line)]


class OpenRoom:
    """An open room, the network that it shows, and the test images."""

    def __init__(self, app: Driver, dataset: Dataset) -> None:
        self.app, self.dataset = app, dataset
        viewed = app.app.main.viewed
        assert viewed is not None
        self.parameters = viewed[0]
        self.images = dataset.test.images / 255
        self.labels = dataset.test.labels
        self.image, self.label = self.images[app.index], int(self.labels[app.index])

    async def shown(
        self, widget: type[LinesWidget], is_there: Callable[[str], object]
    ) -> list[str]:
        """Wait for what a widget is to show, and return its lines; the network becomes theirs."""
        drawn = self._followed() if self.app.app.session.is_training else [self.parameters]

        def text() -> str:
            found = self.app.app.screen.query(widget)
            return "\n".join(self.app.lines(widget)) if found else ""

        await self.app.until(lambda: drawn and is_there(text()))
        self.parameters = drawn[-1]
        if isinstance(room := self.app.app.screen, MathsRoom):  # it keeps what it computed from
            assert room.state
            lens = room.state.lens
            vector = np.concatenate([array.ravel() for array in (*lens.W, *lens.b)])
            self.parameters = Parameters(lens.sizes, vector)
        return self.app.lines(widget)

    def _followed(self) -> list[Parameters]:
        """The networks that the room has drawn, from now on."""
        drawn: list[Parameters] = []
        room = self.app.app.screen
        assert isinstance(room, Room)
        show = room.show
        if isinstance(room, BackgroundRoom):
            compute, asked = room.compute, list[Parameters]()

            def computed(job: Callable[[], Any], take: Callable[[Any], None]) -> None:
                parameters = asked[-1]

                def taken(result: Any) -> None:
                    take(result)
                    drawn.append(parameters)

                compute(job, taken)

            def shown(parameters: Parameters) -> None:
                asked.append(parameters)
                show(parameters)

            room.compute = computed  # type: ignore[method-assign]  # to know whose numbers they are
        elif isinstance(room, DigitHistoryRoom):
            found, present = room._found, dict[int, Parameters]()  # pyright: ignore[reportPrivateUsage]: likewise

            def shown(parameters: Parameters) -> None:
                seen = room.dashboard.seen
                assert seen
                assert seen.progress
                assert seen.parameters
                present[seen.progress.iteration] = seen.parameters
                show(parameters)

            def found_and_drawn(watched: Watched) -> None:
                found(watched)
                if watched.done in present:
                    drawn.append(present[watched.done])

            room._found = found_and_drawn  # type: ignore[method-assign]  # likewise  # pyright: ignore[reportPrivateUsage]: likewise
        else:

            def shown(parameters: Parameters) -> None:
                show(parameters)
                drawn.append(parameters)

        room.show = shown  # type: ignore[method-assign]  # likewise
        return drawn


@asynccontextmanager
async def a_room(
    dataset: Dataset, size: tuple[int, int], moment: str, *keys: str
) -> AsyncGenerator[OpenRoom]:
    """Train a little, go back in time or train on, and press keys."""
    async with opened(dataset, size, iterations=ENDLESS) as app:
        await app.train(60)
        back = 3 * (moment == "past")
        await app.press(*["left_square_bracket"] * back, "right", "right")
        if moment == "training":
            app.app.session.train()
        await app.press(*keys)
        assert (app.app.workspace.past is not None) == (moment == "past")
        assert app.app.session.is_training == (moment == "training")
        yield OpenRoom(app, dataset)


@SIZES
@MOMENTS
async def test_maths(small: Dataset, size: tuple[int, int], moment: str) -> None:
    async with a_room(small, size, moment, "m", *["right"] * 4) as room:
        lines = await room.shown(MathsPage, lambda text: "[A2]" in text)
        *_, Z, A = passed(room.parameters, room.image[None])
        rows = {
            int(match[1]): numbers(match[2])
            for line in lines
            if (match := re.match(r"[ ▸]+(\d)[ ◂] *((?: +-?\d+\.\d+){3}) ", line))
        }
        assert sorted(rows) == list(range(10))
        for k, (logit, power, share) in rows.items():
            assert logit == pytest.approx(Z[k, 0], abs=2e-5)
            assert power == pytest.approx(np.exp(Z[k, 0] - Z.max()), abs=2e-5)
            assert share == pytest.approx(A[k, 0], abs=2e-5)
        await room.app.press("right")
        lines = await room.shown(MathsPage, lambda text: "[loss]" in text)
        answer = passed(room.parameters, room.image[None])[-1]  # it may have trained on
        line = next(line for line in lines if f"loss = −log A2[{room.label}] = −log" in line)
        *_, share, loss = numbers(line, r"\d+\.\d+")
        assert share == pytest.approx(answer[room.label, 0], abs=2e-6)
        assert loss == pytest.approx(-np.log(answer[room.label, 0]), abs=2e-6)
        assert any(heading(room.dataset, room.app.index) in line for line in lines)


@SIZES
@MOMENTS
async def test_confusion(small: Dataset, size: tuple[int, int], moment: str) -> None:
    async with a_room(small, size, moment, "c") as room:
        lines = await room.shown(Matrix, lambda text: "prec" in text)
        answers = passed(room.parameters, room.images)[-1].argmax(axis=0)
        counts = np.zeros((10, 10), int)
        np.add.at(counts, (room.labels, answers), 1)
        text = "\n".join(lines)
        right = int(counts.trace())
        assert f"{right} right, {counts.sum() - right} wrong" in text
        for label in range(10):
            words = [re.sub("[░▒▓█]", " ", line).split() for line in lines]
            _, *cells, recall = next(row for row in words if row[:1] == [str(label)])
            assert [0 if cell == "·" else int(cell) for cell in cells] == counts[label].tolist()
            share = counts[label, label] / counts[label].sum()
            assert float(recall) == pytest.approx(100 * share, abs=0.0501)
        precision = next(line for line in lines if line.split()[:1] == ["prec"]).split()[1:]
        whole = counts.sum(axis=0)
        for k, shown in enumerate(precision[:-1]):
            assert (shown == "–") == (whole[k] == 0)
            if whole[k]:
                assert float(shown) == pytest.approx(100 * counts[k, k] / whole[k], abs=0.501)
        assert float(precision[-1]) == pytest.approx(100 * right / counts.sum(), abs=0.0501)
        assert "░ 1%" in text, "the shades are explained, in the title or below"


@SIZES
@MOMENTS
async def test_a_unit(small: Dataset, size: tuple[int, int], moment: str) -> None:
    async with a_room(small, size, moment, "w") as room:
        await room.shown(TileGrid, lambda text: "Unit 0" in text)
        await room.app.press("enter")
        lines = await room.shown(UnitView, lambda text: "adds to" in text)
        W1, W2 = room.parameters.W
        text = "\n".join(lines)
        share = float((passed(room.parameters, room.images)[0][0] > 0).mean())
        (shown,) = re.findall(r"active on (\d+\.\d)%", text) or ["0"]
        assert float(shown) == pytest.approx(100 * share, abs=0.0501)
        (bias,) = re.findall(rf"bias +({SIGNED})", text)
        assert float(bias) == pytest.approx(float(room.parameters.b[0].ravel()[0]), abs=6e-5)
        (largest,) = re.findall(rf"largest weight +({SIGNED})", text)
        assert float(largest) == pytest.approx(float(np.abs(W1[0]).max()), abs=6e-5)
        votes = dict(re.findall(r" (\d) +([+-]\d+\.\d{3}) ", text))
        assert {int(k): float(v) for k, v in votes.items()} == pytest.approx(
            {k: float(W2[k, 0]) for k in range(10)}, abs=6e-4
        )


@SIZES
@MOMENTS
async def test_contributions(small: Dataset, size: tuple[int, int], moment: str) -> None:
    async with a_room(small, size, moment, "w", "k") as room:
        lines = await room.shown(LogitsTable, lambda text: "softmax" in text)
        Z1, Z2, A = passed(room.parameters, room.image[None])
        named = {line[:9].strip(): line[9:].replace("·", "+0.00") for line in lines}
        logits = numbers(named["= logit"])
        assert logits == pytest.approx(Z2[:, 0].tolist(), abs=0.0051)
        assert numbers(named["softmax"]) == pytest.approx((100 * A[:, 0]).tolist(), abs=0.051)
        assert numbers(named["bias"]) == pytest.approx(
            room.parameters.b[1].ravel().tolist(), abs=0.0051
        )
        units = {int(name[5:]): numbers(line) for name, line in named.items() if "unit" in name}
        assert len(units) == len(Z1)
        for unit, products in units.items():
            exact = room.parameters.W[1][:, unit] * max(0.0, float(Z1[unit, 0]))
            assert products == pytest.approx(exact.tolist(), abs=0.0051)
        columns = np.array([*units.values(), numbers(named["bias"]), numbers(named["rounding"])])
        assert columns.sum(axis=0).tolist() == pytest.approx(logits, abs=1e-9), "it adds up"


@SIZES
@MOMENTS
async def test_pixels(small: Dataset, size: tuple[int, int], moment: str) -> None:
    async with a_room(small, size, moment, "x") as room:
        facts = "\n".join(await room.shown(Facts, lambda text: "slope" in text))
        *_, Z, A = passed(room.parameters, room.image[None])
        k, shown = re.findall(rf"logit of (\d) +({SIGNED})", facts)[0]
        assert int(k) == int(A.argmax())
        assert float(shown) == pytest.approx(Z[int(k), 0], abs=6e-4)
        row, column = map(int, re.findall(r"row, column +(\d+), (\d+)", facts)[0])
        pixel, step = row * small.side + column, 1e-5
        moved = np.stack([room.image, room.image])
        moved[0, pixel] -= step
        moved[1, pixel] += step
        less, more = passed(room.parameters, moved)[-2][int(k)]
        slope = (more - less) / (2 * step)
        (shown,) = re.findall(rf"slope +({SIGNED})", facts)
        assert float(shown.replace("−", "-")) == pytest.approx(slope, abs=6e-4)
        (ink,) = re.findall(r"ink +(\d+)", facts)
        assert int(ink) == round(255 * room.image[pixel])
        (about,) = re.findall(rf"flipped: about +({SIGNED})", facts)
        step = 1 - 2 * room.image[pixel]
        assert float(about.replace("−", "-")) == pytest.approx(slope * step, abs=1.1e-3)
        bars = [numbers(line) for line in room.app.lines(PredictionBars)[2:]]
        assert [line[0] for line in bars if line] == pytest.approx(
            (100 * A[:, 0]).tolist(), abs=0.051
        )


@SIZES
async def test_draw(small: Dataset, size: tuple[int, int]) -> None:
    async with a_room(small, size, "present", "d", "d") as room:
        lines = await room.shown(PredictionBars, lambda text: "drawn" in text)
        A = passed(room.parameters, room.image[None])[-1][:, 0]
        drawn = [line[-1] for line in map(numbers, lines[2:]) if line]
        assert drawn == pytest.approx((100 * A).tolist(), abs=0.051)


@SIZES
@MOMENTS
async def test_one_digit_through_the_run(
    small: Dataset, size: tuple[int, int], moment: str
) -> None:
    async with a_room(small, size, moment, "i") as room:
        lines = await room.shown(DigitPage, lambda text: "flip" in text and " %" in text)
        A = passed(room.parameters, room.image[None])[-1][:, 0]
        shares = [float(x) for line in lines for x in re.findall(r"^ +\d .? +(\d+\.\d) % ", line)]
        assert shares == pytest.approx((100 * A).tolist(), abs=0.051)
        if moment == "training":  # the past grows meanwhile
            return
        snapshot = room.app.app.session.snapshot()
        assert snapshot.timeline
        assert snapshot.parameters
        kept = [*moments(snapshot.timeline), (room.app.iteration, snapshot.parameters)]
        classes = {
            at: int(passed(parameters, room.image[None])[-1].argmax()) for at, parameters in kept
        }
        answers = [classes[at] for at in sorted(classes)]
        flips = sum(a != b for a, b in pairwise(answers))
        text = "\n".join(lines)
        assert int(re.findall(r"(\d+) flips?", text)[0]) == flips
        first = next((at for at in sorted(classes) if classes[at] == room.label), None)
        assert ("never right yet" if first is None else f"first right at {first} ") in text


async def test_rooms_speak_of_images_where_there_are_no_digits(small: Dataset) -> None:
    clothes = replace(small, names=tuple(f"kind {k}" for k in range(10)))
    async with opened(clothes, (120, 40), iterations=ENDLESS) as app:
        await app.train(3)
        for keys in (("m",), ("c",), ("x",), ("w", "k"), ("d",), ("i",)):
            await app.press(*keys)
            await app.pilot.pause(0.2)
            words = "\n".join(
                "\n".join(widget.render_line(y).text for y in range(widget.size.height))
                for widget in app.app.screen.query(LinesWidget)
            )
            assert "digit" not in words.lower(), (keys, words)
            while app.app.screen is not app.app.main:
                await app.press("escape")


CLOTHES = (
    *("T-shirt", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


@at_sizes((80, 24), (120, 40), (200, 60))
async def test_names_are_whole_where_there_is_room_and_never_touch(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(replace(small, names=CLOTHES), size) as app:
        for key, wide in (("v", 80), ("x", 120), ("c", 120)):
            await app.press(key)
            await app.pilot.pause(0.2)
            words = "\n".join(
                "\n".join(widget.render_line(y).text for y in range(widget.size.height))
                for widget in app.app.screen.query(LinesWidget)
            )
            assert "→T" not in words, (key, "a name touches the arrow before it")
            if size[0] >= wide:
                assert all(name in words for name in ("T-shirt", "Trouser", "Pullover", "Sneaker"))
            await app.press("escape")
        await app.press("w")
        await app.until(lambda: "votes for" in "".join(app.lines(TileGrid)))
        (words,) = (line for line in app.lines(TileGrid) if "votes for" in line)
        assert re.search(f"votes for ({'|'.join(CLOTHES)}) ·", words)
