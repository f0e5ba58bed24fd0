"""The main screen with images unlike MNIST's: other sides, other numbers of classes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.data.images.layout import ImageLayout
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.tui.render.glyphs import ascii_rows
from mnist_tui.tui.render.labels import MAX_CLASS_COLUMNS, a, heading
from mnist_tui.tui.render.resample import fitted, shrunk
from mnist_tui.tui.screens.dialogs.augmentation import Copies
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.footer import KeyFooter
from mnist_tui.tui.widgets.lines import LinesWidget
from mnist_tui.tui.widgets.probabilities import Probabilities, arranged

from tests.helpers.app.app_driver import Driver, opened
from tests.helpers.app.terminal_sizes import EVERY, at_sizes
from tests.helpers.datasets.synthetic_data import SETS, made_up


def percentages(rows: list[str]) -> list[float]:
    """All that stand in these rows."""
    return [float(number) for number in re.findall(r"([\d.]+) %", "\n".join(rows))]


@at_sizes(*EVERY)
@pytest.mark.parametrize("name", list(SETS))
async def test_image_and_answer_fit_and_are_right(name: str, size: tuple[int, int]) -> None:
    dataset = SETS[name]
    async with opened(dataset, size, alpha=0.001) as app:
        await app.make(1)
        await app.until(lambda: "untrained" not in app.lines(Probabilities)[0])
        for index in (0, 1):
            app.app.workspace.index = index
            await app.pilot.pause()
            label = int(dataset.test.labels[index])
            called = dataset.names[label][: MAX_CLASS_COLUMNS - 1]
            assert called in app.lines(Digit)[0]
            answer = probabilities(app.parameters, dataset.test.images[index : index + 1])[:, 0]
            rows = app.lines(Probabilities)
            assert dataset.names[int(answer.argmax())][: MAX_CLASS_COLUMNS - 1] in rows[0]
            others = [row for row in rows if " others " in row]
            bars = [row for row in rows[1:] if row not in others]
            shown, left = percentages(bars), percentages(others)
            assert sum(shown + left) == pytest.approx(100, abs=0.06 * len(shown))
            if not others:
                assert sorted(shown) == pytest.approx(sorted((100 * answer).tolist()), abs=0.06)
            assert shown[0] == pytest.approx(100 * float(answer[0]), abs=0.06) or others
            assert max(shown) == pytest.approx(100 * float(answer.max()), abs=0.06)
            assert len(re.findall("[✓◂]", " ".join(bars))) == 1


ROOMS = (("c",), ("x",), ("i",), ("w",), ("w", "k"), ("m", *["right"] * 4))


@pytest.mark.parametrize("keys", ROOMS, ids=" ".join)
async def test_every_room_calls_classes_by_their_names(keys: tuple[str, ...]) -> None:
    dataset = SETS["8 × 8, three named classes"]
    async with opened(dataset, (120, 40), alpha=0.001) as app:
        await app.make(1)
        await app.press(*keys)
        await app.until(lambda: app.app.screen is not app.app.main)
        await app.until(lambda: sum(name[:4] in shown(app) for name in dataset.names) >= 2)


def shown(app: Driver) -> str:
    """All that the screen on top shows."""
    panels = app.app.screen.query(LinesWidget)
    return "\n".join(p.render_line(y).text for p in panels for y in range(p.size.height))


@pytest.mark.parametrize("name", list(SETS))
async def test_deformed_copies_fit_on_the_screen(name: str) -> None:
    async with opened(SETS[name], (80, 24)) as app:
        await app.press("e")
        copies = app.app.screen.query_one(Copies)
        await app.until(lambda: "Esc: back" in "\n".join(app.lines(Copies)))
        assert copies.size.height == 24


CLOTHES = replace(made_up(8, ("0", "1", "2", "3")), layout=ImageLayout(1.0, "box"))


async def test_numbered_classes_that_are_no_digits_are_not_told_as_digits() -> None:
    async with opened(CLOTHES, (120, 40), alpha=0.001) as app:
        await app.make(1)
        seen = ""
        for index in range(6):
            app.app.workspace.index = index
            await app.pilot.pause()
            label = CLOTHES.names[int(CLOTHES.test.labels[index])]
            assert f"Test image #{index}: class {label}" in app.lines(Digit)[0]
            seen = app.lines(Probabilities)[0]
            assert re.search(rf"class \d (✓ right|✗ it is class {label})", seen), seen
        assert "image" in app.lines(KeyFooter)[0]
        assert "digit" not in app.lines(KeyFooter)[0]


def test_digits_are_told_by_name_and_by_how_they_lie(small: Dataset) -> None:
    assert heading(small, 3) == f"Test image #3: {a(str(small.test.labels[3]))}"
    assert a("8") == "an 8"
    assert a("8", digits=False) == "class 8"
    assert a("cat", digits=False) == a("cat") == "cat"


async def test_going_to_an_image_speaks_of_images() -> None:
    async with opened(SETS["8 × 8, three named classes"]) as app:
        await app.press("slash")
        frame = app.app.screen.query(".window").first()
        assert str(frame.border_title) == "Go to test image, 0 to 199"


def test_classes_that_do_not_fit_are_told_in_one_row_and_the_true_one_stays() -> None:
    shares = [0.4, 0.3, 0.1, 0.1, 0.05, 0.05]
    assert arranged(shares, 5, rows=6, columns=1) == ([0, 1, 2, 3, 4, 5], [])
    assert arranged(shares, 5, rows=3, columns=2) == ([0, 1, 2, 3, 4, 5], [])
    assert arranged(shares, 5, rows=4, columns=1) == ([0, 1, 5], [2, 3, 4])
    assert arranged(shares, 1, rows=4, columns=1) == ([0, 1, 2], [3, 4, 5])


@pytest.mark.parametrize("side", [4, 8, 9, 28, 32, 33, 64, 128])
@pytest.mark.parametrize("room", [(10, 32), (10, 28), (16, 34), (29, 60), (3, 10), (1, 2)])
def test_whatever_is_drawn_fits(side: int, room: tuple[int, int]) -> None:
    rows, columns = room
    image = np.full((side, side), 255, np.uint8)
    drawn = ascii_rows(*fitted(image, rows, columns))
    assert 1 <= len(drawn) <= rows
    assert max(map(len, drawn)) <= columns
    assert set("".join(drawn)) == {"@"}


def test_mnist_is_drawn_as_it_always_was(small: Dataset) -> None:
    for image in small.test.images[:50].reshape(-1, 28, 28):
        assert fitted(image, 10, 32)[0] is image
        assert fitted(image, 28, 56) == (pytest.approx(image), 28)


def test_a_shrunk_image_keeps_its_ink_where_it_was() -> None:
    image = np.zeros((8, 8), np.uint8)
    image[2:4, 4:6] = 200
    assert shrunk(image, 4).tolist() == [[0] * 4, [0, 0, 200, 0], [0] * 4, [0] * 4]
    image[:] = 77
    assert set(shrunk(image, 5).ravel().tolist()) == {77}
