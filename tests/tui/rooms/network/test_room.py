"""The network room: net's own numbers, a cursor over all of it, and every part's own room."""

from __future__ import annotations

import re

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.data.images.normalization import centered
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.inspection.connections import activations_at, leading_path
from mnist_tui.tui.rooms.draw.room import DrawRoom
from mnist_tui.tui.rooms.maths.page import MathsPage
from mnist_tui.tui.rooms.maths.room import MathsRoom
from mnist_tui.tui.rooms.network.picture import NetworkPicture
from mnist_tui.tui.rooms.network.plan import Plan
from mnist_tui.tui.rooms.network.room import NetworkRoom
from mnist_tui.tui.rooms.network.state import NetworkState
from mnist_tui.tui.rooms.saliency.room import SaliencyRoom
from mnist_tui.tui.rooms.weights.logits_room import LogitsRoom
from mnist_tui.tui.rooms.weights.unit_room import UnitRoom
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.screens.main.dashboard import Dashboard
from mnist_tui.tui.terminal.driver import SlowLinkDriver

from tests.helpers.app.app_driver import (
    ENDLESS,
    Driver,
    follows_training_and_the_past,
    network,
    opened,
    presses,
)
from tests.helpers.app.terminal_sizes import EVERY, at_sizes
from tests.helpers.datasets.synthetic_data import ALL_62, made_up


async def enter(app: Driver) -> None:
    """Go in, and wait for the picture."""
    await app.press("v")
    await app.until(lambda: isinstance(app.app.screen, NetworkRoom))
    await app.until(lambda: app.app.screen.query_one(NetworkPicture).state)


def picture(app: Driver) -> NetworkPicture:
    """The picture, wherever another room lies over it."""
    rooms = [screen for screen in app.app.screen_stack if isinstance(screen, NetworkRoom)]
    return rooms[-1].picture


def state(app: Driver) -> NetworkState:
    """What is shown."""
    found = picture(app).state
    assert found is not None
    return found


def plan(app: Driver) -> Plan:
    """Where it is shown."""
    found = picture(app).plan
    assert found is not None
    return found


def rows_of(app: Driver, layer: int) -> dict[int, str]:
    """What stands in the row of each unit shown of a layer, in its column."""
    nodes, lines = plan(app).nodes_of(layer), app.lines(NetworkPicture)
    assert nodes is not None
    return {
        unit: lines[1 + row][nodes.left : nodes.left + nodes.width]
        for unit, row in nodes.rows.items()
    }


@presses("v")
@at_sizes(*EVERY)
async def test_digit_units_and_answers_are_the_networks_own(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        await enter(app)
        parameters, image = network(app), small.test.images[0]
        A = activations_at(parameters, image).A
        shares = probabilities(parameters, image[None])[:, 0]
        units, answers = rows_of(app, 1), rows_of(app, 2)
        assert list(units) == list(answers) == list(range(10))
        for unit, row in units.items():
            assert re.match(rf"[ ▸▹]{unit} ", row)
            assert ("·" in row) == (A[1][unit, 0] == 0)
        bars = [len(re.sub(r"[^█▉▊▋▌▍▎▏]", "", units[unit])) for unit in range(10)]
        assert bars[int(A[1].argmax())] == max(bars)
        for k, row in answers.items():
            assert f"{shares[k]:4.0%}" in row
        label, answer = small.test.labels[0], int(shares.argmax())
        assert ("✓" if label == answer else "✗") in answers[answer]
        text = "\n".join(app.lines(NetworkPicture))
        assert re.search("[#@%]{2}|[▀▄█]{3}", text)  # the digit
        assert re.search("[⠁-⣿]{2}", text)  # the connections


async def test_the_lines_are_the_strongest_connections_by_their_sign(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        parameters, A = network(app), state(app).activations.A
        links = plan(app).links_of(2)
        assert links is not None
        products = abs(parameters.W[1] * A[1].T)
        strongest = np.sort(products.ravel())[::-1]
        shown = [abs(one.product) for one in links.connections]
        count = len(shown) - 1  # the followed one may be another
        assert shown[:count] == pytest.approx(strongest[:count].tolist(), rel=1e-5)


@at_sizes((80, 24), (200, 60))
async def test_what_the_cursor_is_on_opens_its_own_room(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        await enter(app)

        async def through(key: str, kind: type) -> None:
            if key:
                await app.press(key)
            before = state(app).column, state(app).path
            await app.press("enter")
            await app.until(lambda: isinstance(app.app.screen, kind))
            if kind is MathsRoom:
                await app.until(lambda: "Z" in "\n".join(app.lines(MathsPage)))
                one = state(app).followed(state(app).layer)
                assert isinstance(app.app.screen, MathsRoom)
                looked = app.app.screen.state
                assert looked is not None
                assert looked.stage.symbol == f"Z{one.layer}"
                assert looked.path == state(app).path
                assert looked.inner
                assert f"▸ {one.source}" in re.sub(" +", " ", "\n".join(app.lines(MathsPage)))
            elif kind is UnitRoom:
                words = f"Unit {state(app).path[1]} of layer 1"
                await app.until(lambda: words in "\n".join(shown(app)))
            elif kind is LogitsRoom:
                assert isinstance(app.app.screen, LogitsRoom)
                assert app.app.screen.table.chosen == state(app).path[2]
            await app.press("escape")
            await app.until(lambda: isinstance(app.app.screen, NetworkRoom))
            assert (state(app).column, state(app).path) == before

        await through("", UnitRoom)
        await through("down", UnitRoom)
        await through("right", MathsRoom)
        await through("down", MathsRoom)
        await through("right", LogitsRoom)
        await through("up", LogitsRoom)
        await app.press("left", "left", "left")
        await through("down", MathsRoom)
        await through("left", SaliencyRoom)
        await app.press("left")
        assert state(app).column == 0
        await app.press("escape")
        assert app.app.screen is app.app.main


def shown(app: Driver) -> list[str]:
    """Every row of the room that is on top."""
    screen = app.app.screen
    return [
        widget.render_line(y).text
        for widget in screen.query("LinesWidget")
        for y in range(widget.size.height)
    ]


async def test_the_path_runs_through_what_the_cursor_is_on(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        parameters, activations = network(app), state(app).activations
        assert state(app).path == leading_path(parameters, activations, {})
        before = state(app).path[1]
        await app.press("down" if before < 9 else "up")
        unit = before + 1 if before < 9 else before - 1
        assert state(app).path == leading_path(parameters, activations, {1: unit})
        lines = app.lines(NetworkPicture)
        Z = float(activations.Z[0][unit, 0])
        assert f"Unit {unit}" in lines[-2]
        assert f"Z1 = {Z:+.3g}" in lines[-2]
        await app.press("right")
        one = state(app).followed(2)
        assert one.source == unit
        assert f"{one.weight:+.2f}" in "\n".join(lines_of_gap(app, 2))
        assert f"{one.weight:+.3g}" in app.lines(NetworkPicture)[-2]
        await app.press("a")
        assert state(app).path == leading_path(parameters, activations, {})


def lines_of_gap(app: Driver, layer: int) -> list[str]:
    """The rows between two columns."""
    links = plan(app).links_of(layer)
    assert links is not None
    lines = app.lines(NetworkPicture)[1 : 1 + plan(app).height]
    return [line[links.left : links.left + links.width] for line in lines]


async def test_the_arrows_go_through_connections_from_the_strongest_on(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        await app.press("right", *["up"] * 30)
        links = plan(app).links_of(2)
        assert links is not None
        for place in range(5):
            assert state(app).followed(2).ends == links.connections[place].ends
            await app.press("down")
        await app.press("n")  # another digit, other products
        assert state(app).column == 3


async def test_many_units_stand_the_most_active_first(small: Dataset) -> None:
    async with opened(small, hidden=(200,)) as app:
        await enter(app)
        A = state(app).values(1)
        for _ in range(3):
            await app.press("up")
        shown = [*rows_of(app, 1)]
        assert shown == np.argsort(-A, kind="stable")[: len(shown)].tolist()
        assert f"{200 - len(shown)} more" in "\n".join(app.lines(NetworkPicture))
        order = state(app).ranked(1)
        await app.press(*["down"] * 40)
        assert state(app).path[1] == order[40]
        assert order[40] in rows_of(app, 1)


async def test_several_hidden_layers_stand_beside_one_another(small: Dataset) -> None:
    async with opened(small, hidden=(12, 9, 7)) as app:
        await enter(app)
        assert [nodes.layer for nodes in plan(app).nodes] == [0, 1, 2, 3, 4]
        assert [len(rows_of(app, layer)) for layer in (1, 2, 3, 4)] == [12, 9, 7, 10]
        for layer in (2, 3):
            await app.press("right", "right")
            unit = state(app).path[layer]
            assert f"Unit {unit}" in app.lines(NetworkPicture)[-2]
            assert f"Z{layer}" in app.lines(NetworkPicture)[-2]
            await app.press("enter")
            await app.until(lambda: isinstance(app.app.screen, UnitRoom))
            words = f"Unit {unit} of layer {layer}"
            await app.until(lambda words=words: words in "\n".join(shown(app)))
            await app.press("escape")


async def test_sixteen_layers_are_shown_as_many_as_fit_about_the_cursor(small: Dataset) -> None:
    async with opened(small, hidden=(6,) * 16) as app:
        await enter(app)
        seen: set[int] = set()
        for _ in range(2 * 17):
            here = [nodes.layer for nodes in plan(app).nodes]
            assert here == [*range(here[0], here[-1] + 1)]
            assert state(app).layer in here
            seen |= {*here}
            await app.press("right")
        assert seen == {*range(18)}
        assert plan(app).nodes_of(17) is not None


async def test_it_moves_while_the_network_learns_and_goes_back_in_time(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        await enter(app)
        await follows_training_and_the_past(app, NetworkPicture, slice(1, 20))


async def test_your_own_drawing_goes_through_the_network(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("d", "v")
        assert "Draw something first" in app.told
        await app.press("d")
        await enter(app)
        side = small.side
        form = centered(small.test.images[0].reshape(side, side), side, small.layout)
        expected = probabilities(network(app), form.ravel()[None])[:, 0]
        assert "Your drawing" in app.lines(NetworkPicture)[0]
        for k, row in rows_of(app, 2).items():
            assert f"{expected[k]:4.0%}" in row
            assert not re.search("[✓✗◂]", row)  # nobody knows what it is
        await app.press("right", "enter")
        assert "A drawing has no right answer" in app.told
        await app.press("right", "enter")
        await app.until(lambda: isinstance(app.app.screen, LogitsRoom))
        assert "Your drawing: what adds up" in "\n".join(shown(app))
        await app.press("escape", "left", "left", "left", "left", "enter")
        assert isinstance(app.app.screen, DrawRoom)


async def test_a_click_moves_the_cursor_and_a_second_one_opens(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        nodes = plan(app).nodes_of(2)
        assert nodes is not None
        place = nodes.left + 2, 1 + nodes.rows[5]
        await app.pilot.click(NetworkPicture, offset=place)
        assert (state(app).column, state(app).path[2]) == (4, 5)
        await app.pilot.click(NetworkPicture, offset=place)
        await app.until(lambda: isinstance(app.app.screen, LogitsRoom))
        await app.press("escape")
        links = plan(app).links_of(1)
        assert links is not None
        rows = lines_of_gap(app, 1)
        y = next(y for y, row in enumerate(rows) if row[-1] != " ")
        await app.pilot.click(NetworkPicture, offset=(links.left + links.width - 1, 1 + y))
        assert state(app).column == 1
        await app.pilot.click(NetworkPicture, offset=(2, 8))
        assert state(app).column == 0


async def test_without_colour_a_sign_is_in_the_line_itself(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowLinkDriver, "ascii_only", True)
    async with opened(small) as app:
        monkeypatch.setattr(SlowLinkDriver, "ascii_only", True)
        await enter(app)
        text = "".join(lines_of_gap(app, 1) + lines_of_gap(app, 2))
        assert set(text) == {" ", "+", "-"}
        assert "+++ adds" in app.lines(NetworkPicture)[-1]


async def test_weights_that_are_no_numbers_any_more_are_shown_all_the_same(small: Dataset) -> None:
    async with opened(small) as app:
        seen = app.app.main.seen
        assert seen is not None
        assert seen.parameters is not None
        seen.parameters.vector[:] = np.nan
        await enter(app)
        await app.press("right", "down", "right", "down", "left", "left", "left", "down", "left")
        assert "nan" in "\n".join(app.lines(NetworkPicture))


async def test_named_classes_and_many_of_them() -> None:
    async with opened(made_up(28, ALL_62)) as app:
        await enter(app)
        answers = rows_of(app, 2)
        assert len(answers) < 62
        label = int(app.app.session.dataset.test.labels[0])  # type: ignore[union-attr]  # it is open
        assert label in answers
        assert f"{62 - len(answers)} more" in "\n".join(app.lines(NetworkPicture))
    async with opened(made_up(8, ("circle", "cross", "line"))) as app:
        await enter(app)
        assert "64 pixels → 10 units → 3 classes" in app.lines(NetworkPicture)[0]
        assert all(
            name[:6] in row
            for name, row in zip(("circle", "cross", "line"), rows_of(app, 2).values(), strict=True)
        )


async def test_it_has_help_and_shares_the_digit_with_the_main_screen(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        await app.press("full_stop")
        assert app.index == 1
        await app.press("comma", "left", "left", "down")
        assert app.index == 1
        before = app.lines(NetworkPicture)
        await app.press("g")
        assert app.lines(NetworkPicture) != before
        main: Dashboard = app.app.main
        assert main.blocks
        await app.press("question_mark")
        assert isinstance(app.app.screen, HelpDialog)
        assert app.app.screen.asked.startswith("Network\n")
        await app.press("escape", "escape")
        assert app.app.screen is main
