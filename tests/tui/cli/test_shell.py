"""Completion in a shell, and the manual page."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from mnist_tui.tui.cli.main import cli

from tests.helpers.support import PROGRAM, Run

BASH = """
PATH="$1:$PATH"
source <(mnist-tui completion bash)
complete_words() {
    COMP_WORDS=(mnist-tui "$@") COMP_CWORD=$# COMPREPLY=()
    _mnist_tui_completion mnist-tui
    echo "${COMPREPLY[@]}"
}
complete_words exp
complete_words export --onn
complete_words train --preset s
complete_words --lesson b
"""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script_and_is_told_how_to_install_it(run: Run, shell: str) -> None:
    ended = run("completion", shell)
    assert ended.code == 0
    assert f"_MNIST_TUI_COMPLETE={shell}_complete" in ended.out
    *_, last = (part for part in ended.out.split("\n\n") if part.strip())
    assert last.startswith("# To install this")
    assert f"mnist-tui completion {shell} > " in last
    assert all(line.startswith("#") for line in last.splitlines())


def test_a_missing_shell_is_asked_for_in_one_line(run: Run) -> None:
    ended = run("completion")
    assert ended.code == 2
    assert "Choose from: bash, zsh, fish (see mnist-tui completion --help)" in ended.err


def test_an_unknown_shell_is_named_in_one_line(run: Run) -> None:
    ended = run("completion", "tcsh")
    assert ended.code == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in ended.err


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_options_and_values() -> None:
    command = ["bash", "--norc", "-c", BASH, "bash", str(Path(PROGRAM).parent)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines() == ["export", "--onnx", "sprint", "breaking batches"], (
        ended.stderr
    )


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command and its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_the_manual_page_has_every_command_and_option(run: Run) -> None:
    ended = run("man")
    assert ended.code == 0
    assert ended.out.startswith(".TH MNIST-TUI 1 ")
    assert ended.out.isascii()
    options, *sections = ended.out.replace("\\-", "-").split("\n.SS ")
    parts = {part.partition("\n")[0]: part for part in sections}
    found = [("mnist-tui", cli), *commands(cli, "mnist-tui")]
    assert sorted(["mnist-tui", *parts]) == sorted(name for name, _ in found)
    for name, command in found:
        part = parts.get(name, options)
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert f"\n.B {parameter.opts[0]}" in part, name
    macros = {line.split()[0] for line in ended.out.splitlines() if line.startswith(".")}
    assert macros <= {".TH", ".SH", ".SS", ".TP", ".PP", ".B"}


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_groff_finds_nothing_wrong_with_the_manual_page(run: Run) -> None:
    command = ["groff", "-ww", "-man", "-Tutf8"]
    page = run("man").out
    ended = subprocess.run(command, input=page, capture_output=True, text=True, check=True)
    assert ended.stderr == ""
    assert "Train a neural network on MNIST" in " ".join(ended.stdout.split())
