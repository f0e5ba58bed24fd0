"""A network from elsewhere in the real program: resumed, trained on, saved, and resumed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mnist_tui.tui.config.input_scale import InputScale

from tests.helpers.foreign_files import (
    random_layers,
    torch_tensors,
    write_safetensors,
)
from tests.helpers.programs.pty_terminal import terminal
from tests.helpers.runs import saved_sessions
from tests.helpers.support import is_one_line_for_a_person, program

SIZES = (784, 12, 10)


def test_it_is_resumed_trained_on_saved_and_resumed_again(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    path = write_safetensors(tmp_path / "mlp.safetensors", torch_tensors(random_layers(SIZES)))
    scale = str(InputScale(0, 1))
    with terminal("--data", folder, "--resume", path, "--input-scale", scale) as (there, _):
        there.until(lambda: there.shows("784-12-10") and there.shows("ready"))
        there.type(b"s")
        there.until(lambda: there.iteration == 1)
        there.quit()
    manifest, runs = saved_sessions.only(state)
    assert manifest.runs["1"]["begun"] == "mlp.safetensors"
    assert (runs[1].origin, runs[1].iteration) == ("mlp.safetensors", 1)
    first = saved_sessions.load(saved_sessions.folders(state)[0])
    assert first[1][1].sizes == SIZES
    with terminal("--resume") as (there, _):
        there.until(lambda: there.shows("1/1500"))
        there.type(b"[")  # back to the weights that the file had
        there.until(lambda: there.shows("the past"))
        there.quit()


def test_what_is_no_network_is_refused_before_the_app_opens(tmp_path: Path) -> None:
    path = write_safetensors(
        tmp_path / "cnn.safetensors", {"conv1.weight": np.zeros((8, 1, 3, 3), np.float32)}
    )
    with terminal("--resume", path) as (there, _):
        assert there.end() == 1
    assert b"holds conv1.weight, 8 \xc3\x97 1 \xc3\x97 3 \xc3\x97 3; understood are" in there.sent
    ended = program("evaluate", path)
    assert ended.returncode == 1
    assert is_one_line_for_a_person(ended.stderr)
