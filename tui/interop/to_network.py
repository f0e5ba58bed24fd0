"""A network here that answers as one from elsewhere does.

A network here reads x from 0, paper, to 1, ink. One from elsewhere reads u = factor · x + offset
instead. Its first layer makes Z = W u + b of that, which is

    Z = (W · factor) x + (b + W · offset)

where `factor` multiplies the columns of W: another W and b make the same Z of what is read here.
Nothing is lost but the rounding of one product, and nothing at all where u is x.

Which scale a network reads is rarely written anywhere. It is found by trying: with the wrong one,
the network's biases weigh too much or too little, and it answers worse. The same decides about
square kernels, of which nothing tells the rows from the columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...net.engine.batches import BatchCursor
from ...net.engine.engine import Engine, Samples
from ...net.hyperparameters import Hyperparameters
from ...net.network import Parameters
from ...net.run.checkpoint import SavedModel
from ...net.run.history import COLUMNS
from ...net.run.provenance import Provenance
from ...net.run.state import RunState
from ..config.input_scale import CANDIDATES, InputScale
from .foreign_network import ForeignNetwork, ForeignNetworkError, Layer, Scaling

MAX_TRIED_IMAGES = 5000  # of which accuracy is measured to a third of a percent
TIE = 0.005  # of accuracy; between scales that close to each other, the lower loss decides
MIN_ACCURACY = 0.3  # of the best scale; below, it says nothing


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One way to read a network."""

    scale: InputScale
    is_turned: bool
    """Whether the square kernels that may be transposed are."""
    accuracy: float
    loss: float


def as_saved_model(
    network: ForeignNetwork,
    scale: InputScale,
    *,
    origin: str = "",
    samples: int = 0,
    is_turned: bool = False,
) -> SavedModel:
    """Return the network as a run here that has made no updates.

    Args:
        network: From elsewhere.
        scale: What it reads.
        origin: What it is called, such as the name of its file.
        samples: Number of training samples that it is to be trained on; 0: of none.
        is_turned: Whether to transpose the square kernels that may lie either way.

    Raises:
        ForeignNetworkError: Its weights become too large.
    """
    hyperparameters = Hyperparameters(hidden=network.sizes[1:-1])
    generator = np.random.default_rng(hyperparameters.seed)
    state = RunState(
        sizes=network.sizes,
        vector=_parameters(network, scale, is_turned=is_turned).vector,
        hyperparameters=hyperparameters,
        iteration=0,
        # The end of an epoch before the first one: the next batch begins that.
        cursor=BatchCursor(dict(generator.bit_generator.state), epoch=0, position=samples),
        memory={},
        updates=0,
        history=np.empty((0, len(COLUMNS))),
        hyperparameter_log=((0, hyperparameters),),
        origin=origin,
    )
    return SavedModel(state, Provenance(names=network.names, program=network.program))


def fitted(
    network: ForeignNetwork,
    images: Samples,
    scale: InputScale | None,
    *,
    origin: str = "",
    samples: int = 0,
) -> tuple[SavedModel, str]:
    """Return the network as a run here, read as it answers most images right; and how that is.

    Args:
        network: From elsewhere.
        images: Labeled images that it has not learnt from, as many as there are.
        scale: What it reads; None: find it out.
        origin: See `as_saved_model`.
        samples: See `as_saved_model`.
    """
    tried = _part(images)
    ways = sorted(_tried(network, tried, CANDIDATES if scale is None else (scale,)), key=_rank)
    best = ways[0]
    close = [way for way in ways if way.accuracy >= best.accuracy - TIE]
    chosen = min(close, key=lambda way: way.loss if math.isfinite(way.loss) else math.inf)
    words = _words(network, chosen, ways, len(tried.labels), is_given=scale is not None)
    if best.accuracy < MIN_ACCURACY:
        chosen = replace(chosen, scale=scale or CANDIDATES[0], is_turned=False)
    model = as_saved_model(
        network, chosen.scale, origin=origin, samples=samples, is_turned=chosen.is_turned
    )
    return model, words


@dataclass(frozen=True, slots=True, eq=False)
class _Images:
    """Some of the images of a set."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def _part(images: Samples) -> _Images:
    """Return evenly chosen images, at most MAX_TRIED_IMAGES."""
    step = -(-len(images.labels) // MAX_TRIED_IMAGES)
    return _Images(np.ascontiguousarray(images.images[::step]), images.labels[::step].copy())


def _tried(
    network: ForeignNetwork, images: Samples, scales: Sequence[InputScale]
) -> Iterator[_Way]:
    """Measure each way to read a network, the likeliest first."""
    turns = (False, True) if any(layer.may_be_transposed for layer in network.layers) else (False,)
    engine = Engine(images, processes=1)
    try:
        for is_turned in turns:
            for scale in scales:
                try:
                    parameters = _parameters(network, scale, is_turned=is_turned)
                except ForeignNetworkError:  # with this scale alone
                    continue
                score = engine.score(parameters)
                yield _Way(scale, is_turned, score.accuracy, score.loss)
    finally:
        engine.close()


def _rank(way: _Way) -> float:
    return -way.accuracy


def _words(
    network: ForeignNetwork, chosen: _Way, ways: Sequence[_Way], count: int, *, is_given: bool
) -> str:
    """Say how a network is read, and what speaks for it."""
    if chosen.accuracy < MIN_ACCURACY:
        may_be = "it may be untrained, have other activations than ReLU or classes in another order"
        most = f"{max(way.accuracy for way in ways):.1%} of {count:,} test images right"
        if is_given:
            return (
                f"answers {most} if it reads {chosen.scale.words}, as you said; without that, the "
                f"likeliest scale is found. Or {may_be}"
            )
        return (
            f"answers at most {most}, however it is read, and is taken to read "
            f"{CANDIDATES[0].words}: {may_be}"
        )
    words = f"reads {chosen.scale.words}: {chosen.accuracy:.1%} of {count:,} test images right"
    words += ", as you said" if is_given else _beside(chosen, ways)
    if any(layer.may_be_transposed for layer in network.layers):
        other = max((w.accuracy for w in ways if w.is_turned != chosen.is_turned), default=0.0)
        way = "are transposed" if chosen.is_turned else "stay as they lie"
        words += f"; square kernels {way} (the other way {other:.1%})"
    return words


def _beside(chosen: _Way, ways: Sequence[_Way]) -> str:
    """Say what the next best scale reaches."""
    others = [w for w in ways if w.scale != chosen.scale and w.is_turned == chosen.is_turned]
    if not others:
        return ""
    other = max(others, key=lambda way: way.accuracy)
    by_loss = ", with a higher loss" * (other.accuracy >= chosen.accuracy - TIE)
    return f" (next best: {other.scale}, {other.accuracy:.1%}{by_loss})"


def _parameters(network: ForeignNetwork, scale: InputScale, *, is_turned: bool) -> Parameters:
    """Return W and b in float32, with the scale folded in. Raises ForeignNetworkError."""
    scaling = network.scaling.after(scale.ink - scale.paper, scale.paper)
    parameters = Parameters.zeros(network.sizes, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for i, layer in enumerate(network.layers):
            turned = replace(layer, W=layer.W.T) if is_turned and layer.may_be_transposed else layer
            ours = _folded(turned, scaling) if i == 0 else turned
            parameters.W[i][:] = ours.W
            if ours.b is not None:
                parameters.b[i][:, 0] = ours.b
    if not np.isfinite(parameters.vector).all():
        raise ForeignNetworkError(f"has weights that are too large once it reads {scale.words}")
    return parameters


def _folded(layer: Layer, scaling: Scaling) -> Layer:
    """Return the layer that makes of x what this makes of factor · x + offset."""
    if scaling.is_none:
        return layer
    n_out, n_in = layer.W.shape
    W = layer.W.astype(np.float64)
    b = np.zeros(n_out) if layer.b is None else layer.b.astype(np.float64)
    factor, offset = (np.broadcast_to(a, (n_in,)) for a in (scaling.factor, scaling.offset))
    return Layer(W * factor, b + W @ offset)
