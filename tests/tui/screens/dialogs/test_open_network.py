"""A network from elsewhere opened in the app: shown, walked through, trained on, never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.run import checkpoint
from mnist_tui.tui.keymap.rooms import ROOMS
from mnist_tui.tui.screens.dialogs.open_data import OpenDataDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.path_input import PathInput
from textual.widgets import Label

from tests.helpers.app.app_driver import Driver, opened
from tests.helpers.foreign_files import (
    random_layers,
    torch_tensors,
    write_safetensors,
)
from tests.helpers.support import trainer_of

SIZES = (784, 12, 8, 10)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """An untrained network of two hidden layers."""
    return write_safetensors(tmp_path / "mlp.safetensors", torch_tensors(random_layers(SIZES)))


async def open_it(app: Driver, text: str | Path) -> None:
    """Type a path into the window of O."""
    await app.press("O")
    window = app.app.screen
    assert isinstance(window, OpenDataDialog)
    window.query_one(PathInput).value = str(text)
    await app.press("enter")


async def until_begun(app: Driver, sizes: tuple[int, ...]) -> None:
    """Wait until a run of these widths is on the screen."""
    await app.until(lambda: app.app.screen is app.app.main)
    await app.until(lambda: shown(app) == sizes)
    await app.until_state(RunStatus.READY)


def shown(app: Driver) -> tuple[int, ...] | None:
    """The widths of the current run, once there is one."""
    parameters = app.app.session.snapshot().parameters
    return parameters.sizes if parameters else None


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_every_room_works_on_it_and_it_is_trained_on(
    small: Dataset, network: Path, size: tuple[int, int]
) -> None:
    async with opened(small, size=size) as app:
        await open_it(app, network)
        await until_begun(app, SIZES)
        assert np.array_equal(app.parameters.W[0], random_layers(SIZES)[0][0])
        assert "mlp.safetensors: safetensors: a network 784-12-8-10." in app.told
        assert "The network in mlp.safetensors takes it for" in " ".join(
            " ".join(app.lines(Chart)).split()
        )
        for name in ROOMS:
            await app.app.main.action_room(name)
            await app.until(lambda: app.app.screen is not app.app.main)
            await app.press("escape")
            await app.until(lambda: app.app.screen is app.app.main)
        before = app.parameters.vector.copy()
        await app.make(2)
        assert app.iteration == 2
        assert not np.array_equal(app.parameters.vector, before)


async def test_a_new_run_does_not_take_its_place(small: Dataset, network: Path) -> None:
    async with opened(small) as app:
        await open_it(app, network)
        await until_begun(app, SIZES)
        await app.press("f")
        await app.until(lambda: app.numbers == [1, 2])
        app.app.session.begin()
        await app.until(lambda: app.numbers == [1, 2, 3])
        first = app.app.session.runs()[0]
        assert first.origin == "mlp.safetensors"
        assert first.parameters is not None
        assert np.array_equal(first.parameters.W[0], random_layers(SIZES)[0][0])
        assert [run.origin for run in app.app.session.runs()[1:]] == ["mlp.safetensors", ""]


async def test_no_line_claims_to_make_it_again(small: Dataset, network: Path) -> None:
    async with opened(small) as app:
        await open_it(app, network)
        await until_begun(app, SIZES)
        await app.press("C")
        assert app.app.screen is app.app.main
        assert "which no line can carry" in app.told


async def test_a_scale_is_given_after_the_path(small: Dataset, network: Path) -> None:
    async with opened(small) as app:
        await open_it(app, f"{network} --input-scale 0..255")
        await until_begun(app, SIZES)
        assert np.allclose(app.parameters.W[0], random_layers(SIZES)[0][0] * 255)


async def test_a_run_of_ones_own_is_opened_in_the_same_way(small: Dataset, tmp_path: Path) -> None:
    trainer = trainer_of(small.train, hidden=(7,), iterations=3)
    for _ in trainer.steps():
        pass
    trained = trainer.parameters.vector.tobytes()
    checkpoint.save(trainer.state(), tmp_path / "own.npz")
    async with opened(small) as app:
        await open_it(app, tmp_path / "own.npz")
        await app.until(lambda: app.app.screen is app.app.main)
        await app.until(lambda: shown(app) == (784, 7, 10))
        assert app.iteration == 3
        await app.press("r")  # what was opened stays beside the new run
        await app.until(lambda: app.numbers == [1, 2])
        first = app.app.session.runs()[0].parameters
        assert first is not None
        assert first.vector.tobytes() == trained


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("widths", "is a network 1024-5-10"),
        ("damage", "is a damaged safetensors file"),
        ("scale", "input scale must be PAPER..INK"),
    ],
)
async def test_what_cannot_be_opened_changes_nothing(
    small: Dataset, network: Path, change: str, said: str
) -> None:
    text = f"{network} --input-scale loud" if change == "scale" else str(network)
    if change == "widths":
        write_safetensors(network, torch_tensors(random_layers((1024, 5, 10))))
    elif change == "damage":
        network.write_bytes(network.read_bytes()[:-100])
    async with opened(small) as app:
        before = app.app.session
        await open_it(app, text)
        label = app.app.screen.query_one(".complaint", Label)
        await app.until(lambda: said in str(label.content))
        assert app.app.session is before


async def test_data_in_use_of_another_shape_are_exchanged_for_mnist(
    small: Dataset, network: Path
) -> None:
    half = replace(
        small,
        side=14,
        train=replace(small.train, images=np.ascontiguousarray(small.train.images[:, :196])),
        test=replace(small.test, images=np.ascontiguousarray(small.test.images[:, :196])),
    )
    async with opened(half) as app:
        await open_it(app, network)
        await until_begun(app, SIZES)
        assert app.app.workspace.source == "mnist"
