"""Definitions of the commands that a shell and man are set up with."""

from __future__ import annotations

import click

PROGRAM = "mnist-tui"
INSTALL = {
    "bash": "d=~/.local/share/bash-completion/completions; mkdir -p $d && "
    f"{PROGRAM} completion bash > $d/{PROGRAM}",
    "zsh": f"mkdir -p ~/.zfunc && {PROGRAM} completion zsh > ~/.zfunc/_{PROGRAM}\n"
    "# and, in ~/.zshrc: fpath+=~/.zfunc; autoload -U compinit && compinit",
    "fish": "d=~/.config/fish/completions; mkdir -p $d && "
    f"{PROGRAM} completion fish > $d/{PROGRAM}.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(INSTALL)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a shell's completion script; its last lines say how to install it."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "click knows these shells"
    variable = f"_{PROGRAM}_COMPLETE".upper().replace("-", "_")
    script = kind(context.find_root().command, {}, PROGRAM, variable).source()
    click.echo(f"{script.rstrip()}\n\n# To install this for new shells:\n# {INSTALL[shell]}")


@click.command()
@click.pass_context
def man(context: click.Context) -> None:
    """Print the manual page, for man -l - or a file mnist-tui.1."""
    from .man_page import man_page

    program = context.find_root().command
    assert isinstance(program, click.Group)
    click.echo(man_page(program, PROGRAM), nl=False)
