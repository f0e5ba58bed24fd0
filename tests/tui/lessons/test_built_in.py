"""Every built-in lesson, played through the app: what it promises happens."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import next_mistake
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.diagnosis import silent_units
from mnist_tui.tui.lessons.conditions import holds
from mnist_tui.tui.lessons.library import NAMES, built_in
from mnist_tui.tui.lessons.observation import Observation, measured

from tests.helpers.app.lesson_driver import lesson_on
from tests.helpers.app.lesson_scripts import RIGHT, SCRIPTS, SEEDS, check_promises
from tests.helpers.app.session_driver import Driven, look, session_of
from tests.helpers.support import part_of


def test_every_lesson_has_a_script() -> None:
    assert set(SCRIPTS) == set(NAMES)
    for name, script in SCRIPTS.items():
        assert len(script) == len(built_in(name).steps) - 1, name


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
async def test_what_a_lesson_promises_happens(mnist: Dataset, name: str) -> None:
    async with lesson_on(mnist, built_in(name)) as lesson:
        played = await lesson.play(SCRIPTS[name], RIGHT[name])
        check_promises(lesson.lesson, played)


SPRINT = Hyperparameters(
    alpha=0.02, iterations=1876, batch_size=64, optimizer="momentum", schedule="cosine"
)


def comes_true(name: str, step: int, now: Observation) -> bool:
    """Whether the run gives the answer that is right with the lesson's own seed."""
    return answer_holds(name, step, RIGHT[name][step], now)


def answer_holds(name: str, step: int, answer: int, now: Observation) -> bool:
    """Whether the run makes this answer true."""
    question = built_in(name).steps[step - 1].question
    assert question is not None
    return holds(question.answers[answer].when, now, now)


def finish(driven: Driven, **chosen: object) -> None:
    """Begin a run with these hyperparameters and train it to its end."""
    driven.change(**chosen)
    driven.ordered(driven.session.begin)
    driven.session.train()
    driven.until(lambda: driven.rests and driven.iteration == driven.session.wanted.iterations)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_answers_do_not_hang_on_the_seed(mnist: Dataset, seed: int) -> None:
    with session_of(mnist, **asdict(replace(SPRINT, seed=seed))) as driven:
        assert comes_true("what-it-sees", 3, look(driven))
        driven.train(SPRINT.iterations)
        now = look(driven)
        assert comes_true("forward", 2, now)
        assert comes_true("mistakes", 1, now)
        assert comes_true("loss", 3, look(driven, past=driven.timeline.first))
        assert now.network is not None
        mistake = next_mistake(now.network, mnist.test, 0, 1)
        assert comes_true("loss", 1, look(driven, index=mistake))
        finish(driven, hidden=(2,))
        assert comes_true("units", 5, look(driven))
        finish(driven, **asdict(Hyperparameters(iterations=60, batch_size=64, seed=seed)))
        assert comes_true("batches", 1, look(driven))
        finish(driven, iterations=938)
        assert comes_true("batches", 2, look(driven))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_alpha_does_does_not_hang_on_the_seed(mnist: Dataset, seed: int) -> None:
    """With a tenth of the digits, for the sake of time."""
    with session_of(part_of(mnist, 6000, 2000), alpha=0.01, iterations=60, seed=seed) as driven:
        driven.train(5)
        driven.train(1)
        assert comes_true("update", 4, look(driven))
        driven.train(54)
        finish(driven, alpha=0.15)
        assert comes_true("alpha", 2, look(driven))
        finish(driven, alpha=5.0)
        assert comes_true("alpha", 4, look(driven))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_breaks_and_what_helps_does_not_hang_on_the_seed(mnist: Dataset, seed: int) -> None:
    """With a tenth of the digits, for the sake of time."""
    few = part_of(mnist, 6000, 2000)
    lesson = built_in("breaking")
    with session_of(few, alpha=5.0, iterations=300, seed=seed) as driven:
        untrained = look(driven)
        first = measured(untrained.current, 0)
        assert first is not None
        assert untrained.promise > first.loss, "a void promise"
        driven.train(3)
        assert not answer_holds("breaking", 1, 0, look(driven)), "its promise is not kept"
        assert sum(answer_holds("breaking", 1, answer, look(driven)) for answer in (1, 2)) == 1
        wait = {one.name: one.value for one in lesson.steps[1].when}
        driven.train(int(str(wait["updates"])) - 3)
        broken = look(driven)
        assert holds(lesson.steps[1].when, broken, broken), "by then the coach knows"
        assert broken.network is not None
        assert silent_units(broken.network, few.train.images)[0].any()
        driven.change(alpha=0.15)
        driven.ordered(driven.session.begin)
        driven.train(60)
        assert holds(lesson.steps[3].when, look(driven), broken)
        assert comes_true("breaking", 4, look(driven))
