"""The app's own colours; every other file names roles, never colours."""

from __future__ import annotations

from textual.theme import Theme

INK = Theme(
    name="ink",
    dark=True,
    background="#11151a",
    surface="#11151a",
    panel="#1d242c",
    foreground="#d7dde3",
    accent="#4cc9c0",  # what moves: the curve, the bars, the progress
    primary="#e5b567",  # what a person is on: the field in focus, the chosen digit
    secondary="#8fa3b5",  # what recedes: rules, labels, notes
    warning="#ff7b54",  # what is wrong, and nothing else
    error="#ff7b54",
    success="#4cc9c0",
)
