"""The app's themes; every other file names roles, never colors.

Compared runs have hues that people with any common color blindness can distinguish,
after Okabe and Ito, "Color Universal Design", 2008; besides, each run's number stands at its
line's end.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import Theme

# For signed numbers, such as weights, which a sign or a character distinguishes too.
DARK_SIGNS = {"plus": "#56b4e9", "minus": "#e28fc0"}
LIGHT_SIGNS = {"plus": "#0072b2", "minus": "#a8447e"}
DARK_RUNS = {"run-0": "#56b4e9", "run-1": "#f0e442", "run-2": "#cc79a7", "run-3": "#b0b8c0"}
LIGHT_RUNS = {"run-0": "#0072b2", "run-1": "#7d6500", "run-2": "#a8447e", "run-3": "#5a6068"}

INK = Theme(
    name="ink",
    dark=True,
    background="#11151a",
    surface="#11151a",
    panel="#1d242c",
    foreground="#d7dde3",
    accent="#4cc9c0",  # moving things: curve, bars, progress
    primary="#e5b567",  # the selection: the field in focus, the selected digit
    secondary="#8fa3b5",  # the background: rules, labels, notes
    warning="#ff7b54",  # errors and warnings only
    error="#ff7b54",
    success="#4cc9c0",
    variables={**DARK_RUNS, **DARK_SIGNS},
)
PAPER = Theme(
    name="paper",
    dark=False,
    background="#fbfaf6",
    surface="#fbfaf6",
    panel="#ebe8df",
    foreground="#22262b",
    accent="#00766c",
    primary="#8a5a00",
    secondary="#5b6672",
    warning="#b3361b",
    error="#b3361b",
    success="#00766c",
    variables={**LIGHT_RUNS, **LIGHT_SIGNS},
)
CONTRAST = Theme(
    name="contrast",
    dark=True,
    background="#000000",
    surface="#000000",
    panel="#262626",
    foreground="#ffffff",
    accent="#00ffff",
    primary="#ffff00",
    secondary="#d0d0d0",
    warning="#ff8c66",
    error="#ff8c66",
    success="#00ffff",
    variables={
        "run-0": "#66c8ff",
        "run-1": "#ffe14d",
        "run-2": "#ff9ed2",
        "run-3": "#ffffff",
        "plus": "#66c8ff",
        "minus": "#ff9ed2",
    },
)
THEMES = {theme.name: theme for theme in (INK, PAPER, CONTRAST)}

# The 16 colors of a terminal, as in the palette in which Rich looks for the nearest one.
# On white only the dark ones are legible, on black only the bright ones.
ON_WHITE = {
    "foreground": "#000000",
    "accent": "#0000aa",
    "primary": "#aa00aa",
    "secondary": "#555555",
    "warning": "#aa0000",
    "error": "#aa0000",
    "success": "#0000aa",
}
ON_BLACK = {
    "foreground": "#ffffff",
    "accent": "#00aaaa",
    "primary": "#ffff55",
    "secondary": "#aaaaaa",
    "warning": "#ff5555",
    "error": "#ff5555",
    "success": "#00aaaa",
}
ON_WHITE_TOO = {
    "run-0": "#0000aa",
    "run-1": "#aa0000",
    "run-2": "#aa00aa",
    "run-3": "#000000",
    "plus": "#0000aa",
    "minus": "#aa00aa",
}
ON_BLACK_TOO = {
    "run-0": "#55ffff",
    "run-1": "#ffff55",
    "run-2": "#ff55ff",
    "run-3": "#aaaaaa",
    "plus": "#55ffff",
    "minus": "#ff55ff",
}


def themes_for(colors: str) -> tuple[Theme, ...]:
    """Return the app's themes for a terminal with this number of colors ("16", "256", …)."""
    if colors != "16":
        return tuple(THEMES.values())
    return tuple(map(_in_sixteen, THEMES.values()))


def _in_sixteen(theme: Theme) -> Theme:
    inks, variables = (ON_BLACK, ON_BLACK_TOO) if theme.dark else (ON_WHITE, ON_WHITE_TOO)
    ground = "#000000" if theme.dark else "#ffffff"
    grounds = {"background": ground, "surface": ground, "panel": ground}
    return replace(theme, **inks, **grounds, variables=variables)
