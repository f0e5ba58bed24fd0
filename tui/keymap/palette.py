"""Command palette: finds an action by its title or by an alias."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from .main_keys import KEYS, Key

if TYPE_CHECKING:
    from textual.app import SystemCommand

# What people type for an action, by the action of its key in main_keys.py.
ALIASES: dict[str, tuple[str, ...]] = {
    "train": ("start", "run", "go", "continue", "resume", "stop", "pause", "play", "learn"),
    "step(1)": ("single step", "next update", "one iteration", "one step"),
    "step(10)": ("ten steps", "ten iterations"),
    "alpha(1)": ("increase learning rate", "learning rate up", "faster", "lr up"),
    "alpha(-1)": ("decrease learning rate", "learning rate down", "slower", "lr down"),
    "reset": ("restart", "reset", "redo", "retrain", "begin again", "start over", "rerun"),
    "reset_seed": ("restart with another seed", "random weights", "reseed", "initialize"),
    "preset": ("presets", "templates", "examples", "best settings"),
    "cure": ("fix", "repair", "mend", "coach", "advice"),
    "travel(-1)": ("history", "past", "rewind", "undo", "time travel"),
    "travel(1)": ("fast forward",),
    "fork": ("branch", "copy the run", "duplicate"),
    "back": ("close", "cancel", "escape", "now"),
    "runs": ("compare", "list of runs", "rename", "delete a run", "experiments"),
    "loss": ("cross-entropy", "error", "cost"),
    "log('y')": ("log scale",),
    "zoom(0.5)": ("bigger chart", "enlarge the chart", "closer"),
    "zoom(2.0)": ("smaller chart", "shrink"),
    "latest": ("whole chart", "reset zoom", "fit"),
    "smooth": ("average", "moving average", "smoothing"),
    "line(-1)": ("cursor", "values", "read off"),
    "room('network')": ("diagram", "graph", "architecture", "layers", "connections", "overview"),
    "room('range_test')": ("range test", "lr finder", "lr find", "best alpha"),
    "room('landscape')": ("loss landscape", "map", "contours", "surface", "pca", "trajectory"),
    "room('maths')": ("math", "gradient", "backpropagation", "backprop", "formula", "update"),
    "room('confusion')": ("confusion matrix", "errors by class", "misclassified", "mistakes"),
    "room('weights')": ("neurons", "hidden units", "filters", "features"),
    "room('pixels')": ("saliency", "heat map", "explain", "adversarial", "attribution"),
    "room('digit')": ("watch the digit", "probabilities over time"),
    "room('draw')": ("paint", "handwriting", "sketch", "own digit", "canvas"),
    "room('sweep')": (
        "grid search",
        "random search",
        "many runs",
        "tune",
        "dask",
        "heat map of runs",
    ),
    "digit(1)": ("next image", "next sample"),
    "digit(-1)": ("previous image", "previous sample"),
    "ask_index": ("find a digit", "jump to", "search", "number of the digit"),
    "mistake(1)": ("next error", "wrong answers", "misclassified", "mistakes"),
    "deformed": ("augmentation", "elastic", "distortion"),
    "lessons": ("tutorial", "course", "teach me", "guide", "learn step by step", "exercise"),
    "place": ("share", "link", "permalink", "bookmark", "copy the place", "url"),
    "open_data": (
        *("load", "import", "dataset", "file", "csv", "own data"),
        *("model", "onnx", "safetensors"),
    ),
    "export": (
        *("save", "download", "write", "submission", "kaggle", "model file", "script"),
        *("onnx", "keras", "safetensors", "pytorch", "tensorboard"),
    ),
    "recipe": ("paste a recipe", "share settings"),
    "app.focus_next": (
        *("change", "edit", "hyperparameters", "settings", "options", "parameters"),
        *("learning rate", "batch size", "optimizer", "epochs", "layers", "hidden", "neurons"),
        *("momentum", "weight decay", "dropout", "max-norm", "regularization", "schedule", "seed"),
        *("adversarial training", "epsilon"),
    ),
    "menu": ("list of rooms", "tools", "overview", "what is there"),
    "present": ("presentation", "projector", "classroom", "beamer", "big", "full screen"),
    "reveal": ("uncover", "show the answer"),
    "help": (
        "glossary",
        "terms",
        "meaning",
        "manual",
        "documentation",
        "keys",
        "shortcuts",
        "how to",
        "explain",
    ),
    "only('chart')": ("bigger chart", "maximize", "full screen", "enlarge"),
    "only('digit')": ("bigger digit",),
    "only('probabilities')": ("bigger prediction",),
    "only('hyperparameters')": ("bigger hyperparameters",),
    "only('runs')": ("bigger table",),
    "glyphs": ("ascii", "unicode", "blocks", "characters"),
    "theme": ("change colors", "dark mode", "light mode", "high contrast", "theme", "colors"),
    "app.quit": ("quit", "exit", "close", "end", "bye", "stop the program"),
}
WORD = re.compile(r"[\w-]+")
LIKENESS = 0.75  # similarity of a typed word to the one meant: forgives one typing error


def rank(query: str, title: str, aliases: Iterable[str]) -> tuple[float, str]:
    """Rate how well a query fits an action, from 0 (not at all) to 1; return the alias that fits.

    Every word of the query must begin a word of the title or of one alias.
    """
    words = WORD.findall(query.casefold())
    if not words:
        return 0.0, ""
    best = _fit(words, title), ""
    for alias in aliases:
        best = max(best, (_fit(words, alias), alias), key=lambda found: found[0])
    return best


def _fit(words: list[str], text: str) -> float:
    theirs = WORD.findall(text.casefold())
    if words == theirs:
        return 1.0
    if not all(any(other.startswith(word) for other in theirs) for word in words):
        typos = all(any(_alike(word, other) for other in theirs) for word in words)
        return 0.3 if typos else 0.0
    is_start = all(other.startswith(word) for word, other in zip(words, theirs, strict=False))
    return (0.8 if is_start else 0.6) + 0.1 / (1 + len(theirs))


def _alike(word: str, other: str) -> bool:
    if len(word) < 4 or abs(len(word) - len(other)) > 1:
        return False
    return SequenceMatcher(None, word, other).ratio() >= LIKENESS


def title_of(key: Key) -> str:
    """Return the title of a key's action in the palette."""
    return f"{key.help[0].upper()}{key.help[1:]}"


BY_TITLE = {title_of(key): ALIASES.get(key.action, ()) for key in KEYS}


class Commands(Provider):
    """All commands of the app, by title or alias."""

    async def discover(self) -> Hits:
        """List every command, before anything is typed."""
        for title, help_text, callback, is_listed in self._commands():
            if is_listed:
                yield DiscoveryHit(title, callback, help=help_text)

    async def search(self, query: str) -> Hits:
        """List the matches, the best first; ties keep the order of the key table."""
        for place, (title, help_text, callback, _) in enumerate(self._commands()):
            score, alias = rank(query, title, BY_TITLE.get(title, ()))
            if score > 0:
                shown = Content.assemble(title, (f"  · {alias}", "dim")) if alias else title
                yield Hit(score - place / 10_000, shown, callback, title, help_text)

    def _commands(self) -> Iterable[SystemCommand]:
        return self.app.get_system_commands(self.screen)
