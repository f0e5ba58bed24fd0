"""Keys of the sweep room that begin and stop a sweep, open its folder, and save its picture."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path

from ...errors import EXPECTED_ERRORS
from ...export.files import write_atomically
from ...export.png import picture
from ...host import PROGRAM
from ...screens.dialogs.prompts import ConfirmDialog
from ...screens.thread_results import call_if_open
from ...sweep.watch.opened import OpenSweep
from ...text import printable
from . import proposal
from .dialogs import NewSweepDialog, OpenSweepDialog, PictureDialog
from .proposal import Proposal, Workload
from .watching import Found, WatchingRoom

MISSING = "Sweeps need the package distributed: pip install 'mnist-tui[sweep]'"


class FolderActions(WatchingRoom):
    """Actions on folders and files."""

    async def action_new_sweep(self) -> None:
        """Ask for a small sweep of the current run, and begin it."""
        background, dataset = self.main.background_sweep, self.workspace.session.dataset
        if background is not None and background.is_running:
            self.warn("A sweep is running; k stops it.")
            return
        if find_spec("distributed") is None:
            self.warn(MISSING)
            return
        seen = self.dashboard.seen
        if dataset is None or seen is None:
            return
        images, inputs = dataset.train.images.shape
        work = Workload(images, inputs, dataset.classes).timed(seen.hyperparameters, seen.rate)
        wanted, folder = self.workspace.session.wanted, proposal.new_folder()

        def arguments(chosen: Proposal) -> list[str]:
            return chosen.arguments(self.workspace.source, self.workspace.share, folder)

        def begin(chosen: Proposal | None) -> None:
            if chosen is None:
                return
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.main.begin_sweep([*PROGRAM, *arguments(chosen)], folder)
            except (*EXPECTED_ERRORS, OSError) as problem:
                self.warn(f"The sweep cannot be begun: {printable(problem)}")
                return
            self.found = None
            self.sweep_page.wait()
            self.poll()

        line = proposal.proposed(wanted, work)
        self.app.push_screen(NewSweepDialog(line, wanted, work, arguments), begin)

    def action_stop(self) -> None:
        """Stop the sweep in the background."""
        background = self.main.background_sweep
        if background is None or not background.is_running:
            self.warn("No sweep runs in the background.")
            return
        background.stop()
        self.draw()

    def action_open_sweep(self) -> None:
        """Ask for the folder of a sweep, and show it."""
        self._ask_for_folder("", "")

    def _ask_for_folder(self, text: str, complaint: str) -> None:
        def opened(folder: Path | None) -> None:
            if folder is None:
                return
            refused = partial(self._ask_for_folder, str(folder))
            self.try_to_open(OpenSweep(folder), refused)

        self.app.push_screen(OpenSweepDialog(text, complaint), opened)

    # The picture

    def action_export_heatmap(self) -> None:
        """Ask for a file, and write the heat map to it."""
        if self.found is None or self.sweep_page.view is None or self.sweep_page.view.at is None:
            self.warn("There is nothing yet to write.")
            return
        self._ask_for_file("sweep.svg", "", self.found)

    def _ask_for_file(self, line: str, complaint: str, found: Found) -> None:
        def named(path: Path | None) -> None:
            if path is not None:
                self._write(path, found, overwrite=False)

        self.app.push_screen(PictureDialog(line, complaint), named)

    def _write(self, path: Path, found: Found, *, overwrite: bool) -> None:
        if not overwrite and path.exists():
            question = f"{printable(path)} exists. Write over it?"

            def answered(yes: bool | None) -> None:
                if yes:
                    self._write(path, found, overwrite=True)

            self.app.push_screen(ConfirmDialog(question), answered)
            return

        tell = partial(self.main.notify, markup=False, timeout=10)

        def write() -> None:
            from ...export.sweep_svg import heatmap_svg

            try:
                content = picture(heatmap_svg(found.shown, found.sweep.folder.name), path)
                write_atomically(path, content, overwrite=overwrite)
            except (*EXPECTED_ERRORS, OSError) as problem:
                if not call_if_open(self, self._ask_for_file, str(path), str(problem), found):
                    call_if_open(self.main, tell, printable(str(problem)))
                return
            words = printable(f"Written: {path} ({len(content):,} bytes)")
            call_if_open(self.main, tell, words)

        self.run_worker(write, thread=True)
