"""The maths room: its walk, its numbers, what is followed, and the gradient check."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.dropout import Dropout
from mnist_tui.net.inspection.gradient_check import check_gradient
from mnist_tui.net.inspection.single_step import SampleStep, trace_step
from mnist_tui.net.inspection.weight import weight_update
from mnist_tui.net.network import Array, Masks, Parameters
from mnist_tui.tui.render.labels import heading
from mnist_tui.tui.rooms.maths.find_dialog import FindDialog
from mnist_tui.tui.rooms.maths.gradient_check import ChecksPage
from mnist_tui.tui.rooms.maths.page import MathsPage
from mnist_tui.tui.rooms.maths.room import MathsRoom
from mnist_tui.tui.rooms.maths.walk.stages import Stage
from mnist_tui.tui.rooms.maths.walk.state import MathsState
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.training.snapshot import RunStatus
from textual.widgets import Label

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes

WALK = ["x", "Z1", "A1", "Z2", "A2", "loss", "dZ2", "dW2", "dA1", "dZ1", "dW1", "update"]
ALL_SIZES = at_sizes(*EVERY)
NUMBER = r"-?\d+\.\d+"


class Maths:
    """The open room, and what a test asks of it."""

    def __init__(self, app: Driver) -> None:
        self.app = app

    @property
    def room(self) -> MathsRoom:
        """The screen."""
        found = [screen for screen in self.app.app.screen_stack if isinstance(screen, MathsRoom)]
        return found[0]

    @property
    def state(self) -> MathsState:
        """What it shows."""
        assert self.room.state is not None
        return self.room.state

    @property
    def lines(self) -> list[str]:
        """The page."""
        page = self.room.query_one(MathsPage)
        return [page.render_line(y).text for y in range(page.size.height)]

    @property
    def symbol(self) -> str:
        """The stage that is marked in the walk."""
        found = re.search(r"\[(\w+)\]", self.lines[0])
        assert found is not None
        return found[1]

    async def go_to(self, symbol: str) -> None:
        """With the keys for it."""
        await self.app.press("home")
        while self.state.stage.symbol != symbol:
            before = self.state.stage
            await self.app.press("right")
            assert self.state.stage != before

    def lens(self, parameters: Parameters, dataset: Dataset, masks: Masks = ()) -> SampleStep:
        """The numbers of this network, from net/ itself."""
        i = self.app.index
        image, label = dataset.test.images[i], int(dataset.test.labels[i])
        return trace_step(parameters, image, label, 0.15, masks)

    def row(self, beginning: str) -> str:
        """The row that begins so, signs apart."""
        return next(line for line in self.lines if line.strip(" ▸▹◂").startswith(beginning))


@asynccontextmanager
async def maths(
    dataset: Dataset, size: tuple[int, int] = (80, 24), updates: int = 10, **chosen: Any
) -> AsyncGenerator[Maths]:
    """The app with a network that has learnt a little, and the room open."""
    async with opened(dataset, size, **chosen) as app:
        if updates:
            await app.press("S")
            await app.until(lambda: app.iteration == updates)
            await app.until_state(RunStatus.PAUSED)
        await app.press("m")
        assert isinstance(app.app.screen, MathsRoom)
        room = Maths(app)
        await app.until(lambda: room.room.state is not None)
        yield room


@presses("m")
async def test_m_enters_and_escape_leaves(small: Dataset) -> None:
    async with maths(small) as room:
        assert room.symbol == "x"
        await room.app.press("escape")
        assert room.app.app.screen is room.app.app.main


@pytest.mark.parametrize("on", ["right", "enter"])
async def test_the_walk_goes_through_every_stage_and_back(small: Dataset, on: str) -> None:
    async with maths(small) as room:
        for i, symbol in enumerate(WALK):
            assert room.symbol == symbol
            assert f"{i + 1} of 12 ·" in room.lines[1]
            await room.app.press(on)
        assert room.symbol == WALK[-1]
        for symbol in reversed(WALK[:-1]):
            await room.app.press("left")
            assert room.symbol == symbol
        await room.app.press("end")
        assert room.symbol == "update"
        await room.app.press("home")
        assert room.symbol == "x"


async def test_every_number_of_a_layer_is_the_networks(small: Dataset) -> None:
    async with maths(small) as room:
        lens = room.lens(room.app.parameters, small)
        for symbol, numbers in (
            ("Z1", lens.Z[0]),
            ("A1", lens.A[1]),
            ("Z2", lens.Z[1]),
            ("A2", lens.A[2]),
            ("dZ2", lens.dZ[1]),
            ("dA1", lens.dA[1]),
            ("dZ1", lens.dZ[0]),
        ):
            await room.go_to(symbol)
            head = next(line for line in room.lines if line.strip().startswith(("unit", "class")))
            place = head.split()[1:].index(symbol)
            for unit, number in enumerate(numbers[:, 0].tolist()):
                row = next(
                    line for line in room.lines if re.match(rf"[ ▸▹]+{unit}[ ◂]+{NUMBER}", line)
                )
                shown = re.findall(NUMBER, row)[place]
                assert shown == f"{number:.5f}".replace("-0.00000", "0.00000")


DROPOUT: dict[str, Any] = {"batch_size": 50, "dropout": 0.5, "input_dropout": 0.2}


def masks_of(room: Maths) -> list[Array | None]:
    """The masks of the image that this run looks at next, from net/ itself."""
    snapshot = room.app.app.session.snapshot()
    assert snapshot.cursor is not None
    cursor = snapshot.cursor
    dropout = Dropout.chosen_by(snapshot.hyperparameters, cursor.generator, cursor.position)
    assert dropout is not None
    return dropout.masks(room.app.parameters.sizes, 1)


async def test_dropout_is_live(small: Dataset) -> None:
    async with maths(small, **DROPOUT) as room:
        seen: list[bytes] = []
        for _ in range(2):
            masks = masks_of(room)
            assert masks[0] is not None
            assert masks[1] is not None
            lens = room.lens(room.app.parameters, small, masks)
            await room.app.until(lambda lens=lens: np.array_equal(room.state.lens.x, lens.x))
            await room.go_to("x")
            assert "x = pixels / 255 ⊙ M0" in room.lines[2]
            left_out = np.count_nonzero(masks[0] == 0)
            assert f"leaves {left_out} of all out" in " ".join(" ".join(room.lines).split())
            await room.go_to("A1")
            assert "A1 = max(0, Z1) ⊙ M1" in room.lines[2]
            for unit, numbers in enumerate(zip(lens.Z[0], masks[1], lens.A[1], strict=True)):
                row = next(
                    line for line in room.lines if re.match(rf"[ ▸▹]+{unit}[ ◂]+{NUMBER}", line)
                )
                shown = [f"{float(number[0]):.5f}" for number in numbers]
                assert re.findall(NUMBER, row)[:3] == shown
            await room.go_to("dZ1")
            assert "dZ1 = dA1 ⊙ [Z1 > 0] ⊙ M1" in room.lines[2]
            assert room.state.lens.dZ[0].tobytes() == lens.dZ[0].tobytes()
            seen += [lens.x.tobytes(), lens.A[1].tobytes()]
            await room.app.make(1)
        assert seen[0] != seen[2], "others for each update"


async def test_the_gradient_check_passes_with_dropout(small: Dataset) -> None:
    async with maths(small, **DROPOUT) as room:
        await room.app.press("k")
        page = room.room.query_one(ChecksPage)

        def text() -> str:
            return " ".join(page.render_line(y).text for y in range(page.size.height))

        await room.app.until(lambda: "right" in text() and "checking" not in text())
        assert "✗ 0 wrong" in text()


async def test_every_stage_with_dropout_fits(small: Dataset) -> None:
    async with maths(small, **DROPOUT) as room:
        for symbol in WALK:
            await room.go_to(symbol)
            page = room.room.query_one(MathsPage)
            wide = [strip.cell_length for strip in page._rows]  # pyright: ignore[reportPrivateUsage]
            assert max(wide) <= page.size.width, (symbol, room.lines)


@ALL_SIZES
@pytest.mark.parametrize("symbol", ["Z1", "Z2", "dA1"])
async def test_the_terms_add_up_as_they_are_printed(
    small: Dataset, size: tuple[int, int], symbol: str
) -> None:
    async with maths(small, size) as room:
        await room.go_to(symbol)
        products: list[Decimal] = []
        total = Decimal("NaN")
        for line in room.lines:
            if found := re.search(rf"=\s+({NUMBER})", line):
                products.append(Decimal(found[1]))
            elif found := re.search(rf"(others.*|b\d\[\d+\]|these) +({NUMBER})", line):
                products.append(Decimal(found[2]))
            elif found := re.search(rf"the sum +({NUMBER})", line):
                total = Decimal(found[1])
        assert len(products) > 4
        assert sum(products) == total
        number = float(room.state.values()[room.state.unit])
        assert float(total) == pytest.approx(number, abs=2e-5)


@ALL_SIZES
async def test_every_stage_fits(small: Dataset, size: tuple[int, int]) -> None:
    async with maths(small, size) as room:
        for symbol in WALK:
            await room.go_to(symbol)
            page = room.room.query_one(MathsPage)
            assert len(page._rows) <= page.size.height  # pyright: ignore[reportPrivateUsage]
            wide = [strip.cell_length for strip in page._rows]  # pyright: ignore[reportPrivateUsage]
            assert max(wide) <= page.size.width, (symbol, room.lines)


async def test_the_update_is_really_made(small: Dataset) -> None:
    async with maths(small) as room:
        lens = room.lens(room.app.parameters, small)
        await room.go_to("update")
        for weight in room.state.followed():
            step = weight_update(lens, weight)
            shown = re.findall(NUMBER, room.row(weight.name).split(weight.name)[1])[:2]
            assert shown == [f"{step.before:.8f}", f"{step.after:.8f}"]
        text = "\n".join(room.lines)
        assert f"{lens.loss:.5f} →  {lens.loss_after:.5f}" in text
        for k in range(10):
            before, after = 100 * float(lens.A[-1][k, 0]), 100 * float(lens.A_after[-1][k, 0])
            assert re.search(rf" {k} +{before:.2f} % → +{after:.2f} %", text)


async def test_the_steps_figures_follow_the_arrows(small: Dataset) -> None:
    async with maths(small) as room:
        await room.go_to("update")
        names = [weight.name for weight in room.state.followed()]
        for name in names:
            assert f"d{name} = " in "\n".join(room.lines)
            await room.app.press("down")


async def test_plus_and_minus_make_another_step(small: Dataset) -> None:
    async with maths(small) as room:
        await room.go_to("update")
        for key, alpha in (("plus", 0.2), ("minus", 0.15)):
            await room.app.press(key)
            await room.app.until(lambda alpha=alpha: room.state.lens.alpha == alpha)
            assert f"α = {alpha:g}" in room.lines[2]


async def test_a_unit_is_chosen_and_stays_chosen_through_the_stages(small: Dataset) -> None:
    async with maths(small) as room:
        await room.go_to("Z1")
        first = room.state.unit
        await room.app.press("down" if first < 9 else "up")
        unit = room.state.unit
        assert abs(unit - first) == 1
        assert f"Z1[{unit}] = b1[{unit}] + Σ" in "\n".join(room.lines)
        for symbol in ("A1", "dA1", "dZ1", "dW1"):
            await room.go_to(symbol)
            assert room.state.unit == unit
            assert any(re.match(rf"▸ +{unit} ", line) for line in room.lines)
        await room.app.press("a")
        assert room.state.path[1] == first


async def test_tab_takes_the_arrows_into_the_terms(small: Dataset) -> None:
    async with maths(small) as room:
        await room.go_to("Z1")
        sources = room.state.sources()
        assert room.state.path[0] == sources[0]
        await room.app.press("tab", "pagedown", "pagedown", "pagedown", "up")
        assert room.state.path[0] == sources[29]
        row, column = divmod(sources[29], 28)
        assert any(f"▸ {sources[29]} {row},{column}" in line for line in room.lines)
        assert f"{sources[29]} is no. 30" in "\n".join(room.lines)
        await room.app.press("tab", "up")
        assert room.state.path[0] == sources[29]


async def test_slash_finds_numbers_and_names(small: Dataset) -> None:
    async with maths(small) as room:
        await room.go_to("Z1")
        for typed, at, found in (
            ("7", 1, 7),
            ("W1[3, 412]", 1, 3),
            ("W1[3, 412]", 0, 412),
            ("b2[5]", 2, 5),
            ("x[300]", 0, 300),
        ):
            await room.app.press("slash")
            assert isinstance(room.app.app.screen, FindDialog)
            await room.app.press(*typed, "enter")
            assert room.state.path[at] == found
        assert room.symbol == "Z1"
        for typed in ("10", "zz", "W1[3, 999]", "W3[0, 0]", "", "W1[3]", "x[1,2]"):
            await room.app.press("slash", *typed, "enter")
            asking = room.app.app.screen
            assert isinstance(asking, FindDialog), typed
            assert str(asking.query_one(".complaint", Label).content)
            await room.app.press("escape")
        assert room.state.path == (300, 3, 5)


async def test_a_pixel_is_found_by_row_and_column(small: Dataset) -> None:
    async with maths(small) as room:
        await room.app.press("slash", *"14,20", "enter")
        assert room.state.path[0] == 14 * 28 + 20
        value = int(small.test.images[0][412])
        assert f"x[412] = {value} / 255 = {value / 255:.4f}" in "\n".join(room.lines)


async def test_many_units_stand_largest_first(small: Dataset) -> None:
    async with maths(small, hidden=(800,)) as room:
        await room.go_to("Z1")
        assert "786 more, largest first" in "\n".join(room.lines)
        order = room.state.units()
        sizes = np.abs(room.state.values()[order])
        assert (np.diff(sizes) <= 0).all()
        await room.app.press("slash", *"733", "enter")
        assert any(re.match(r"▸ +733 ", line) for line in room.lines)
        await room.app.press("o")
        assert "786 more, by number" in "\n".join(room.lines)
        assert any(re.match(r"▸ +733 ", line) for line in room.lines)
        await room.app.press("down")
        assert room.state.unit == 734


async def test_any_number_of_hidden_layers(small: Dataset) -> None:
    async with maths(small, hidden=(6, 5, 4)) as room:
        seen = [room.symbol]
        while "update" not in seen:
            await room.app.press("right")
            seen.append(room.symbol)
        forward = [f"{kind}{n}" for n in (1, 2, 3, 4) for kind in ("Z", "A")]
        back = [f"{kind}{n}" for n in (4, 3, 2, 1) for kind in ("dA", "dZ", "dW")]
        assert seen == ["x", *forward, "loss", *back[1:], "update"]


async def test_other_sides_and_classes(mnist: Dataset) -> None:
    def cut(digits: Digits, m: int) -> Digits:
        few = np.flatnonzero(digits.labels < 4)[:m]
        images = digits.images[few].reshape(-1, 28, 28)[:, ::2, ::2].reshape(m, -1)
        return Digits(np.ascontiguousarray(images), digits.labels[few])

    train, test = cut(mnist.train, 300), cut(mnist.test, 100)
    four = replace(mnist, train=train, test=test, side=14, names=tuple("0123"))
    app_size = (80, 24)
    from tests.helpers.app.app_driver import SmallApp

    app = SmallApp(four)
    async with app.run_test(size=app_size) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.session.snapshot().progress is not None)
        await driver.until(lambda: driver.app.main.viewed is not None)
        await driver.press("m")
        room = Maths(driver)
        await driver.until(lambda: room.room.state is not None)
        for symbol in WALK:
            await room.go_to(symbol)
        assert room.state.lens.sizes == (196, 10, 4)
        assert "2060" not in room.lines[2]
        assert f"{196 * 10 + 40 + 14} numbers" in room.lines[2]


async def test_the_picture_takes_the_place_of_the_terms_where_both_do_not_fit(
    small: Dataset,
) -> None:
    async with maths(small) as room:
        await room.go_to("Z1")
        assert "as a picture" not in "\n".join(room.lines)
        await room.app.press("v")
        text = "\n".join(room.lines)
        assert "as a picture" in text
        assert "], the sum" not in text
        await room.app.press("v")
        assert "], the sum" in "\n".join(room.lines)
    async with maths(small, (120, 40)) as room:
        await room.go_to("Z1")
        text = "\n".join(room.lines)
        assert "as a picture" in text
        assert "], the sum" in text


async def test_another_digit_keeps_the_stage(small: Dataset) -> None:
    async with maths(small) as room:
        await room.go_to("loss")
        for key, index in (("n", 1), ("full_stop", 2), ("p", 1), ("comma", 0), ("p", 199)):
            await room.app.press(key)
            await room.app.until(lambda index=index: room.state.index == index)
            assert room.symbol == "loss"
            assert heading(small, index) in room.lines[1]
            loss = room.lens(room.app.parameters, small).loss
            assert f"= {loss:.6f}" in "\n".join(room.lines)


async def test_it_stays_steady_while_the_numbers_follow_the_training(small: Dataset) -> None:
    async with maths(small, iterations=ENDLESS) as room:
        await room.go_to("Z1")
        await room.app.press("slash", *"4", "enter", "tab")
        path, before = room.state.path, room.state.iteration
        room.app.tap("space")
        for _ in range(3):
            await room.app.until(lambda before=before: room.state.iteration > before)
            before = room.state.iteration
            assert room.state.path == path
            assert room.state.inner
            assert room.symbol == "Z1"
        room.app.tap("space")
        await room.app.until(lambda: not room.app.app.session.is_training)
        await room.app.until(lambda: room.state.iteration == room.app.iteration)
        Z = room.lens(room.app.parameters, small).Z[0][4, 0]
        assert f"{float(Z):.5f}" in room.row("4 ")


async def test_it_shows_the_past(small: Dataset) -> None:
    async with maths(small) as room:
        await room.go_to("loss")
        await room.app.press("left_square_bracket", "left_square_bracket")
        await room.app.until(lambda: room.state.iteration == 8)
        past = room.app.app.workspace.past
        assert past is not None
        assert f"= {room.lens(past.parameters, small).loss:.6f}" in "\n".join(room.lines)
        await room.app.press("right_square_bracket")
        await room.app.until(lambda: room.state.iteration == 9)


async def test_the_gradient_check_shows_nets_own_numbers(small: Dataset) -> None:
    async with maths(small) as room:
        await room.app.press("k")
        await room.app.until(lambda: "right" in room.app.lines(ChecksPage)[0])
        lines = room.app.lines(ChecksPage)
        mine = room.state.followed()
        images, labels = small.test.images[:1], small.test.labels[:1]
        for check in check_gradient(room.app.parameters, images, labels, mine):
            row = next(line for line in lines if check.weight.name in line)
            assert f"{check.analytic:.6e}" in row
            assert f"{check.numeric:.6e}" in row
            assert check.verdict in row
        assert "1e-06" in "".join(lines)
        assert "kink" in "".join(lines)
        names = [line.split()[0] for line in lines if re.search(r"e[+-]\d\d .*e[+-]", line)]
        await room.app.press("k")
        await room.app.until(lambda: "right" in room.app.lines(ChecksPage)[0])
        again = room.app.lines(ChecksPage)
        assert [line.split()[0] for line in again if re.search(r"e[+-]\d\d .*e[+-]", line)] != names
        await room.app.press("escape")
        assert isinstance(room.app.app.screen, MathsRoom)
        assert room.room.query_one(MathsPage).display
        await room.app.press("escape")
        assert room.app.app.screen is room.app.app.main


async def test_the_mouse_goes_to_stages_and_chooses(small: Dataset) -> None:
    async with maths(small) as room:
        at = room.lines[0].index("Z2")
        await room.app.pilot.click(MathsPage, offset=(at, 0))
        assert room.symbol == "Z2"
        y = next(y for y, line in enumerate(room.lines) if re.match(r"[ ▸]+3[ ◂]+", line))
        await room.app.pilot.click(MathsPage, offset=(5, y))
        assert room.state.unit == 3
        row = next(y for y, line in enumerate(room.lines) if "=" in line and "·" in line and y > 9)
        await room.app.pilot.click(MathsPage, offset=(room.app.app.size.width - 3, row))
        assert room.state.path[1] == room.state.sources()[row - 8]


async def test_it_explains_itself(small: Dataset) -> None:
    async with maths(small) as room:
        await room.app.press("question_mark")
        assert isinstance(room.app.app.screen, HelpDialog)
        assert room.app.app.screen.asked


async def test_a_network_that_has_gone_wrong_is_shown_all_the_same(small: Dataset) -> None:
    async with opened(small, alpha=1e30) as app:
        await app.press("space")
        await app.until_state(RunStatus.DIVERGED)
        await app.press("m")
        room = Maths(app)
        await app.until(lambda: room.room.state is not None)
        for symbol in WALK:
            await room.go_to(symbol)
        assert room.state.stage == Stage("update", 2)
