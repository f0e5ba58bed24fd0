"""The stages of one update in order, each with its formula, its shapes and one line of why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Kind = Literal["x", "Z", "A", "loss", "dZ", "dW", "dA", "update"]

WHY: dict[str, str] = {
    "x": "The network sees no picture, only numbers in one column, the picture row by row: "
    "0 is paper, 1 is ink.",
    "first Z": "Each unit has a weight for every pixel, multiplies and adds up: the better the "
    "ink fits the picture its weights make, the larger the sum. b shifts it.",
    "Z": "The same again, of what the layer before let through: weights, products, a sum.",
    "logits": "One sum a class, called its logit: the evidence for that answer. Only how far "
    "they are apart will count.",
    "A": "ReLU lets positive sums through and silences the others. Without it, layers upon "
    "layers would do no more than one matrix can.",
    "softmax": "e to the power of each logit, as a share of the sum of all: positive numbers that "
    "add up to 1, the probabilities.",
    "loss": "How surprised the network is by the truth: 0 if it was certain of it, larger the "
    "less it believed in it. To learn is to make this smaller.",
    "error": "Now backwards. d… is the slope of the loss: how fast it grows with that number. "
    "Through loss and softmax it comes to probability minus truth.",
    "dW": "A weight's share of the blame: its unit's error times what the weight read. What read "
    "0 had no part in it, and gets none.",
    "dA": "A unit was read by every unit of the next layer. So its blame is theirs, each through "
    "the weight between the two.",
    "dZ": "Where ReLU let the sum through, the blame passes as it is. A silent unit changed "
    "nothing and is not blamed.",
    "masked x": "Dropout leaves pixels out, others for each image and update, and makes the rest "
    "stronger by as much: the network must not rely on any of them. Tests show them all.",
    "masked A": "ReLU, and then dropout: it leaves units out, others for each image and update, "
    "and makes the rest stronger by as much: none must rely on certain others.",
    "masked dZ": "The blame takes the way back that the sum took forward: not through a silent "
    "unit, nor through one left out, and through the others times the same M.",
    "update": "Every weight goes a step against its slope, here on a copy and for this digit "
    "alone, by plain gradient descent. Training averages over many digits.",
    "moved update": "Every weight goes a step against its slope, here on a copy and for this digit "
    "as it is. Training moves digits first (adversary), and averages over many.",
}
NAMES = {"x": "The digit as numbers", "loss": "The loss", "update": "The update"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the walk; layer counts as in the formulas, 1 is the first that has weights."""

    kind: Kind
    layer: int = 0

    @property
    def symbol(self) -> str:
        """What the formulas call what is found here."""
        return self.kind if self.kind in NAMES else f"{self.kind}{self.layer}"

    @property
    def sources(self) -> bool:
        """Whether each number here is made of several others, that can be followed."""
        return self.kind in ("Z", "dA", "dW")

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers whose units can be chosen here: that of the list, then of its terms."""
        here = self.layer
        between = {"Z": (here, here - 1), "dW": (here, here - 1), "dA": (here, here + 1)}
        return between.get(self.kind, (here,))


def stages(sizes: Sequence[int]) -> list[Stage]:
    """From the digit to the update, for a network of these widths."""
    last = len(sizes) - 1
    walk = [Stage("x")]
    for layer in range(1, last + 1):
        walk += [Stage("Z", layer), Stage("A", layer)]
    walk += [Stage("loss", last), Stage("dZ", last), Stage("dW", last)]
    for layer in range(last - 1, 0, -1):
        walk += [Stage("dA", layer), Stage("dZ", layer), Stage("dW", layer)]
    return [*walk, Stage("update", last)]


def nearest(stage: Stage, sizes: Sequence[int]) -> Stage:
    """Return the stage of a network of these widths that corresponds to another's."""
    walk = stages(sizes)
    if stage in walk:
        return stage
    same = [other for other in walk if other.kind == stage.kind]
    return min(same or walk, key=lambda other: abs(other.layer - stage.layer))


def vector(layer: int) -> str:
    """Return the symbol for a layer's output: x or A1."""
    return f"A{layer}" if layer else "x"


def title(stage: Stage, sizes: Sequence[int]) -> str:
    """Return the stage's title."""
    n, last = stage.layer, len(sizes) - 1
    if stage.kind in NAMES:
        return NAMES[stage.kind]
    if n == last and stage.kind in ("Z", "A", "dZ"):
        return {"Z": "The logits", "A": "Softmax: probabilities", "dZ": "The error"}[stage.kind]
    return {
        "Z": f"Weighted sums, layer {n}",
        "A": f"What layer {n} passes on",
        "dW": f"Gradient of W{n} and b{n}",
        "dA": f"Back through W{n + 1}",
        "dZ": f"Back through ReLU {n}",
    }[stage.kind]


def formula(stage: Stage, sizes: Sequence[int], label: int, dropped: Collection[int] = ()) -> str:
    """Return the formula for the whole layer at once; dropped: the layers that have masks."""
    n, last = stage.layer, len(sizes) - 1
    mask = f" ⊙ M{n}" if n in dropped else ""
    if stage.kind == "A":
        relu = f"max(0, Z{n}){mask}" if mask else f"ReLU(Z{n}) = max(0, Z{n})"
        return f"A{n} = softmax(Z{n})" if n == last else f"A{n} = {relu}"
    if stage.kind == "dZ":
        return f"dZ{n} = A{n} − Y" if n == last else f"dZ{n} = dA{n} ⊙ [Z{n} > 0]{mask}"
    return {
        "x": f"x = pixels / 255{mask}",
        "Z": f"Z{n} = W{n}·{vector(n - 1)} + b{n}",
        "loss": f"loss = −log A{last}[{label}]",
        "dW": f"dW{n} = dZ{n}·{vector(n - 1)}ᵀ   db{n} = dZ{n}",
        "dA": f"dA{n} = W{n + 1}ᵀ·dZ{n + 1}",
        "update": "W ← W − α·dW   b ← b − α·db",
    }[stage.kind]


def shapes(stage: Stage, sizes: Sequence[int], dropped: Collection[int] = ()) -> str:
    """Return the rows and columns of each term of the formula, in its order."""
    n, last = stage.layer, len(sizes) - 1
    column = f"{sizes[n]}×1"
    mask = f" ⊙ {column}" if n in dropped else ""
    below, above = sizes[max(0, n - 1)], sizes[min(last, n + 1)]
    weights = sum(n_in * n_out for n_in, n_out in pairwise(sizes))
    return {
        "x": f"{column} = {column}{mask}" if mask else column,
        "Z": f"{column} = {sizes[n]}×{below} · {below}×1 + {column}",
        "A": f"{column} from {column}{mask}",
        "loss": "one number",
        "dZ": f"{column} = {column} {'−' if n == last else '⊙'} {column}{mask}",
        "dW": f"{sizes[n]}×{below} = {column} · 1×{below}",
        "dA": f"{column} = {sizes[n]}×{above} · {above}×1",
        "update": f"{weights + sum(sizes[1:])} numbers",
    }[stage.kind]


def why(
    stage: Stage, sizes: Sequence[int], dropped: Collection[int] = (), *, is_moved: bool = False
) -> str:
    """Return the reason for the stage in a sentence or two.

    Args:
        stage: The stage.
        sizes: Widths of the network.
        dropped: The layers that have masks.
        is_moved: Whether training moves the digit before it is learnt.
    """
    last = len(sizes) - 1
    if stage.layer == last and stage.kind in ("Z", "A", "dZ"):
        return WHY[{"Z": "logits", "A": "softmax", "dZ": "error"}[stage.kind]]
    if stage.layer in dropped and stage.kind in ("x", "A", "dZ"):
        return WHY[f"masked {stage.kind}"]
    if is_moved and stage.kind == "update":
        return WHY["moved update"]
    return WHY["first Z" if stage == Stage("Z", 1) else stage.kind]
