"""The maths room: a walk through every number of one update, and the gradient check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

from ....net.inspection.single_step import SampleStep, trace_step
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import thing
from ...screens.main.dashboard import Dashboard
from ..background_job import BackgroundJob
from ..room import Room
from .find_dialog import FindDialog
from .gradient_check import Checked, ChecksPage
from .page import MathsPage
from .walk.path import UnitPath, fits, leading, parse_path
from .walk.stages import Stage, nearest, stages, vector
from .walk.state import MathsState

if TYPE_CHECKING:
    from ....net.hyperparameters import Hyperparameters
    from ....net.network import Masks, Parameters

EACH = 2  # random weights, and biases, checked in every layer besides the selected ones


class MathsRoom(Room):
    """Walks through the stages and follows the selection while the numbers keep updating."""

    HEADING = "Maths"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["maths"])]

    def __init__(self, dashboard: Dashboard, at: tuple[UnitPath, int] | None = None) -> None:
        """at: a path, and the layer whose sums to begin with; None: the leading path, the image."""
        super().__init__(dashboard)
        self._at = at
        self.state: MathsState | None = None
        self._behind = BackgroundJob(self)
        self._checking = BackgroundJob(self)
        self._picked = False  # whether the user has selected the path
        self._seed = 0  # for drawing a check's weights

    def furnish(self) -> list[Widget]:
        """One page, and the check's in its place when asked for."""
        return [MathsPage(id="maths"), ChecksPage(id="checks")]

    @property
    def page(self) -> str:
        """The stage of the walk, as formulas call what is found there."""
        return self.state.stage.symbol if self.state else ""

    # Polling

    def show(self, parameters: Parameters) -> None:
        """Work out every number of this network at the dashboard's digit."""
        viewed = self.dashboard.viewed
        dataset = self.workspace.session.dataset
        assert viewed is not None
        assert dataset is not None
        names, kind = dataset.names, thing(dataset)
        index, iteration = self.workspace.index, viewed[1]
        image, label = dataset.test.images[index], int(dataset.test.labels[index])
        alpha, masks = self._chosen.alpha, self._masks(parameters)

        def job() -> Callable[[], None]:
            lens = trace_step(parameters, image, label, alpha, masks())
            return partial(self._found, lens, index, iteration, names, kind)

        before = self.state
        here = before is not None and before.index == index and self.workspace.past is None
        self._behind.ask(job, at_once=not here)

    @property
    def is_preparing(self) -> bool:
        """Whether the first numbers are still to come."""
        return super().is_preparing or self._behind.is_first_awaited

    @property
    def _chosen(self) -> Hyperparameters:
        """The hyperparameters of the network shown."""
        past = self.workspace.past
        return past.hyperparameters if past else self.workspace.session.wanted

    def _masks(self, parameters: Parameters) -> Callable[[], Masks]:
        """Return what draws the digit's masks of dropout, as if it were the next in training."""
        seen = self.workspace.past or self.dashboard.seen
        chosen, cursor = self._chosen, seen.cursor if seen else None

        def draw() -> Masks:
            from ....net.dropout import Dropout

            if cursor is None:
                return ()
            dropout = Dropout.chosen_by(chosen, cursor.generator, cursor.position)
            dtype = parameters.vector.dtype
            return dropout.masks(parameters.sizes, 1, dtype) if dropout else ()

        return draw

    def _found(
        self, lens: SampleStep, index: int, iteration: int, names: tuple[str, ...], kind: str
    ) -> None:
        """Show new numbers; the stage and what is followed stay as they are."""
        before, is_moved = self.state, self._chosen.adversary > 0
        if before is None:
            path, stage = leading(lens), Stage("x")
            if self._at is not None:
                path, stage = self._at[0], Stage("Z", self._at[1])
            self._picked = self._at is not None
            if not fits(path, lens.sizes):
                path, self._picked = leading(lens), False
            stage = nearest(stage, lens.sizes)
            inner = self._picked and stage.sources
            shown = lens, index, iteration, stage, path, names, kind, inner
            self._set(MathsState(*shown, is_moved=is_moved))
            return
        path = before.path
        if not fits(path, lens.sizes) or (not self._picked and index != before.index):
            path, self._picked = leading(lens), False
        stage = nearest(before.stage, lens.sizes)
        now = replace(before, lens=lens, index=index, iteration=iteration, is_moved=is_moved)
        self._set(replace(now, stage=stage, path=path))

    def _set(self, state: MathsState) -> None:
        self.state = state
        self.query_one(MathsPage).update(state)

    def _change(self, change: Callable[[MathsState], MathsState]) -> None:
        if self.state is not None and not self.has_class("-checking"):
            self._set(change(self.state))

    def _pick(self, path: UnitPath | None) -> None:
        if path is not None:
            self._picked = True
            self._change(lambda state: replace(state, path=path))

    # Keys

    def action_stage(self, by: int) -> None:
        """So many stages on, or back."""
        self._change(lambda state: state.walked(by))

    def action_end(self, at: int) -> None:
        """To the first stage, or to the last."""
        self._change(lambda state: state.at(stages(state.lens.sizes)[at]))

    def action_choose(self, by: int) -> None:
        """Follow another unit, class, pixel or weight: this many rows down in the list."""
        if self.state is not None and self.state.stage.kind != "update":
            self._picked = True
        self._change(lambda state: state.moved(by))

    def action_list(self) -> None:
        """Into the other list: the arrows choose among the terms, or among the units."""
        self._change(lambda state: replace(state, inner=not state.inner and state.stage.sources))

    def action_order(self) -> None:
        """Units by their number, or the largest first."""
        self._change(lambda state: replace(state, by_size=not state.sorts))

    def action_picture(self) -> None:
        """Switch between picture and terms where only one of them has room."""
        self._change(lambda state: replace(state, picture=not state.picture))

    def action_most(self) -> None:
        """Follow what weighs most, from the label back to the pixel."""
        self._change(lambda state: replace(state, path=leading(state.lens)))
        self._picked = False

    def action_find(self) -> None:
        """Ask for a number or a name."""
        if self.state is None or self.has_class("-checking"):
            return
        state, sizes, layer = self.state, self.state.lens.sizes, self.state.layer
        what = "Pixel" if layer == 0 else f"Unit of layer {layer}"
        what = "Class" if layer == len(sizes) - 1 else what
        also = "412, 14,20" if layer == 0 else str(sizes[layer] // 2)
        example = f"{also}, W1[3, 412], {vector(len(sizes) - 2)}[3], b1[0]"

        def read(text: str) -> UnitPath:
            return parse_path(text, state.path, state.stage, layer, sizes)

        asking = FindDialog(f"{what}, 0 to {sizes[layer] - 1}", f"such as {example}", read)
        self.app.push_screen(asking, self._pick)

    def action_check(self) -> None:
        """Compare gradients: of the weights followed and of some at random, others each time."""
        from ....net.inspection.gradient_check import check_gradient
        from ....net.inspection.weight import sample_weights

        viewed, dataset, state = self.dashboard.viewed, self.workspace.session.dataset, self.state
        if viewed is None or dataset is None or state is None:
            return
        self.add_class("-checking")
        page = self.query_one(ChecksPage)
        page.update(None)
        self._seed += 1
        (parameters, iteration), index, seed = viewed, self.workspace.index, self._seed
        mine = state.followed() if fits(state.path, parameters.sizes) else []
        images, labels = dataset.test.images[[index]], dataset.test.labels[[index]]
        masks = self._masks(parameters)

        def job() -> Callable[[], None]:
            import numpy as np

            drawn = sample_weights(parameters, images, np.random.default_rng(seed), EACH)
            weights = [*mine, *(weight for weight in drawn if weight not in mine)]
            checks = tuple(check_gradient(parameters, images, labels, weights, masks()))
            kind = thing(dataset)
            return partial(page.update, Checked(checks, len(mine), index, iteration, kind))

        self._checking.ask(job, at_once=True)

    async def action_dashboard(self, action: str, *parameters: object) -> None:
        """As everywhere; another alpha makes another update."""
        await super().action_dashboard(action, *parameters)
        if action == "alpha":
            self.again()

    def action_leave(self) -> None:
        """From the check back to the walk, from there to the main screen."""
        if self.has_class("-checking"):
            self.remove_class("-checking")
        else:
            super().action_leave()

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked stage, or follow the clicked unit."""
        meta = event.style.meta
        if self.state is None:
            return
        if "stage" in meta:
            self.action_end(meta["stage"])
        elif "pick" in meta:
            layer, unit = meta["pick"]
            self._picked = True
            self._change(lambda state: state.picked(layer, unit))
        elif "row" in meta:
            self._change(lambda state: replace(state, row=meta["row"]))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """As the arrow."""
        event.stop()
        self.action_choose(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """As the arrow."""
        event.stop()
        self.action_choose(-1)
