"""PyTorch, JAX and scikit-learn on the bench's tasks: reads one task per line, answers in seconds.

They run in a separate process, so that thread pools do not interfere. Each is used plainly and
well: float32 arrays made once; torch's modules with cross_entropy and SGD, batches by index; JAX
compiles a whole epoch, a `lax.scan` over the batches; scikit-learn's MLPClassifier for one epoch.
The first line of what `python -m mnist_tui.tui.cli.commands.bench_rivals` prints names those
installed.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from ....data.dataset import load

UPDATES = 10  # in a row, as in training
ALPHA = 0.05  # the same for all


def torch_tasks(train: Any) -> Any:
    """Return a function that times torch's tasks: (task, hidden, batch, threads) to seconds."""
    import numpy as np

    torch: Any = import_module("torch")
    functional = torch.nn.functional
    X = torch.tensor(train.images.astype(np.float32) / 255)
    y = torch.tensor(train.labels.astype(np.int64))
    default = torch.get_num_threads()
    networks: dict[tuple[int, ...], Any] = {}

    def network(hidden: tuple[int, ...]) -> Any:
        layers = torch.nn
        if hidden not in networks:
            modules = [
                module
                for n_in, n_out in pairwise((784, *hidden))
                for module in (layers.Linear(n_in, n_out), layers.ReLU())
            ]
            module = layers.Sequential(*modules, layers.Linear(hidden[-1], 10))
            networks[hidden] = module, torch.optim.SGD(module.parameters(), lr=ALPHA)
        return networks[hidden]

    def answer(task: str, hidden: tuple[int, ...], batch: int, threads: int) -> float:
        torch.set_num_threads(threads or default)
        module, optimizer = network(hidden)

        def update(rows: Any) -> None:
            optimizer.zero_grad()
            functional.cross_entropy(module(X[rows]), y[rows]).backward()
            optimizer.step()

        began = time.perf_counter()
        if task == "full":
            for _ in range(UPDATES):
                update(slice(None))
            return (time.perf_counter() - began) / UPDATES
        order = torch.randperm(len(y))
        for start in range(0, len(y), batch):
            update(order[start : start + batch])
        return time.perf_counter() - began

    return answer


def sklearn_tasks(train: Any) -> Any:
    """Return a function that times scikit-learn's task, one epoch."""
    import numpy as np

    classifier: Any = import_module("sklearn.neural_network").MLPClassifier
    X = train.images.astype(np.float32) / 255

    def answer(task: str, hidden: tuple[int, ...], batch: int, threads: int) -> float:  # noqa: ARG001  (same signature as torch's)
        model = classifier(
            hidden, solver="sgd", batch_size=batch, max_iter=1, learning_rate_init=ALPHA
        )
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about one epoch, which does not converge
            model.fit(X, train.labels)
        return time.perf_counter() - began

    return answer


def jax_tasks(train: Any) -> Any:
    """Return a function that times JAX's task, one epoch, compiled before."""
    import numpy as np

    jax: Any = import_module("jax")
    X = jax.numpy.asarray(train.images.astype(np.float32) / 255)
    y = jax.numpy.asarray(train.labels.astype(np.int32))
    epochs: dict[tuple[Any, ...], Any] = {}
    generator = np.random.default_rng(0)

    def loss(parameters: Any, rows: Any) -> Any:
        *hidden, last = parameters
        inputs = X[rows]
        for W, b in hidden:
            inputs = jax.nn.relu(inputs @ W + b)
        log_softmax = jax.nn.log_softmax(inputs @ last[0] + last[1])
        return -jax.numpy.take_along_axis(log_softmax, y[rows][:, None], axis=1).mean()

    def update(parameters: Any, rows: Any) -> Any:
        gradient = jax.grad(loss)(parameters, rows)
        return jax.tree.map(descend, parameters, gradient), None

    def descend(array: Any, slope: Any) -> Any:
        return array - ALPHA * slope

    @jax.jit
    def epoch(parameters: Any, batches: Any) -> Any:
        return jax.lax.scan(update, parameters, batches)[0]

    def answer(task: str, hidden: tuple[int, ...], batch: int, threads: int) -> float:  # noqa: ARG001  (same signature as torch's)
        if (hidden, batch) not in epochs:
            epochs[hidden, batch] = [
                (generator.normal(0, (2 / n_in) ** 0.5, (n_in, n_out)).astype(np.float32),
                 np.zeros(n_out, np.float32))
                for n_in, n_out in pairwise((784, *hidden, 10))
            ]  # fmt: skip
        whole = len(y) // batch * batch
        batches = generator.permutation(len(y))[:whole].reshape(-1, batch)
        began = time.perf_counter()
        epochs[hidden, batch] = jax.block_until_ready(epoch(epochs[hidden, batch], batches))
        return (time.perf_counter() - began) * len(y) / whole  # the last, smaller batch is left out

    return answer


def main() -> None:
    """Answer tasks until stdin ends."""
    train = load().train
    libraries = {
        name: make(train)
        for name, module, make in (
            ("torch", "torch", torch_tasks),
            ("sklearn", "sklearn", sklearn_tasks),
            ("jax", "jax", jax_tasks),
        )
        if find_spec(module)
    }
    print(json.dumps(sorted(libraries)), flush=True)  # noqa: T201  (the answer)
    for line in sys.stdin:
        name, task, hidden, batch, threads = json.loads(line)
        print(libraries[name](task, tuple(hidden), batch, threads), flush=True)  # noqa: T201  (the answer)


if __name__ == "__main__":
    main()
