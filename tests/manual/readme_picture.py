"""Draw the README's picture: `python -m tests.manual.readme_picture`, on a quiet machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.training.snapshot import RunStatus
from textual.pilot import Pilot

from tests.helpers.arguments import numbers

FOLDER = Path(__file__).parents[1] / "pictures"


async def until(app: MnistApp, pilot: Pilot[None], iteration: int) -> None:
    """Wait until the run has come that far."""
    while True:
        snapshot = app.session.snapshot()
        if snapshot.progress and snapshot.progress.iteration >= iteration:
            return
        if snapshot.state is RunStatus.FAILED:
            raise RuntimeError(snapshot.message)
        await pilot.pause(0.1)


async def main() -> None:
    """The main screen in the middle of the default run."""
    app = MnistApp("mnist", ((0, Hyperparameters()),), AppOptions(start=True))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(app, pilot, 400)
        await pilot.press("n")  # a mistake says more than a digit it is sure of
        await pilot.pause(0.5)
        FOLDER.mkdir(exist_ok=True)
        app.save_screenshot("main.svg", path=str(FOLDER))


if __name__ == "__main__":
    asyncio.run(main(*numbers(__doc__)))
