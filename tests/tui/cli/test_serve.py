"""The serve command's refusals: each in a line, before anything is served."""

from __future__ import annotations

import socket

import pytest

from tests.helpers.support import Run, is_one_line_for_a_person, program


@pytest.mark.parametrize("url", ["school.org/mnist/", "ftp://school.org/", "http://", "http://["])
def test_a_public_url_is_one_for_browsers(run: Run, url: str) -> None:
    ended = run("serve", "--public-url", url)
    assert ended.code == 2
    assert is_one_line_for_a_person(ended.err)
    assert "https://school.org/mnist/" in ended.err


def test_a_lesson_that_there_is_not_is_told_to_the_teacher(run: Run) -> None:
    ended = run("serve", "--lesson", "nonesuch")
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert "nonesuch" in ended.err


def test_what_is_not_installed_is_named_with_its_command(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_tui.tui.cli.commands.serve.PACKAGES", ("json", "no_such_package"))
    ended = run("serve")
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert "no-such-package" in ended.err
    assert "pip install 'mnist-tui[serve]'" in ended.err


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = program("serve", "--port", port)
    assert ended.returncode == 1
    assert is_one_line_for_a_person(ended.stderr)
    assert f"port {port}: address already in use" in ended.stderr
    assert ended.stdout == ""
