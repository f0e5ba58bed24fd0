"""The text of the stand-alone script, in parts: what every run needs, and what only some do.

It is the mathematics of net/, as plainly as one file can have it. A test runs what is made of it
and compares; whatever changes in net/ must change here.
"""

from __future__ import annotations

DOC = '''"""This very run once more, in NumPy alone: how a network learnt to tell pictures apart.

Begin with `forward` and `backward`, the whole mathematics; then `main`, which makes the updates.

    python {file} [DATA]

DATA: a folder with four IDX files, gzipped or not, or an .npz with x_train, y_train, x_test and
y_test. The same first weights, the same batches in the same order and the same updates lead to the
same accuracy. Sums of floats depend on their order, though, and this file adds up more simply than
the program that wrote it: of ten thousand answers, a few may come out another way.
"""
'''

FUTURE = "from __future__ import annotations\n\n"
DATACLASS = "from dataclasses import dataclass\n"
IMPORTS = """
{future}import gzip
import hashlib
{math}import struct
import sys
{dataclass}from pathlib import Path

import numpy as np
"""

LOAD = '''

def read_idx(path):
    """An IDX file: two zeros, 8 for bytes, the number of dimensions, each of them, the numbers."""
    content = path.read_bytes()
    if content[:2] == b"\\x1f\\x8b":
        content = gzip.decompress(content)
    dimensions = content[3]
    shape = struct.unpack(f">{dimensions}I", content[4 : 4 + 4 * dimensions])
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def arrays_of(path):
    """The four arrays: images and labels to learn from, images and labels to be tested on."""
    if path.is_dir():
        found = []
        for name in ("train-images", "train-labels", "t10k-images", "t10k-labels"):
            files = sorted(path.glob(f"{name}*"))
            if not files:
                sys.exit(f"{path}: holds no {name}. To get the data: {TO_GET_IT}")
            found.append(read_idx(files[0]))
        return found
    if not path.exists():
        sys.exit(f"{path}: does not exist. To get the data: {TO_GET_IT}")
    with np.load(path) as arrays:
        return [arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")]


def load(path):
    """Images as bytes, one a row, and their labels: two to learn from, two to be tested on."""
    try:
        found = arrays_of(path)
    except Exception:  # whatever is wrong with a file, one line says what it should be
        expected = "a folder with four IDX files, or an .npz with x_train, y_train, x_test, y_test"
        sys.exit(f"{path}: is not, or not whole, {expected}. To get the data: {TO_GET_IT}")
    images, labels, test_images, test_labels = (array.astype(np.uint8) for array in found)
    images, test_images = (a.reshape(len(a), -1) for a in (images, test_images))
    if images.shape[1] != SIZES[0]:
        sys.exit(f"{path}: its images have {images.shape[1]} pixels; expected {SIZES[0]}")
    return images, labels, test_images, test_labels


def check(images, labels):
    """Say so if these are other images than the run learnt from; it is made all the same."""
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    if SHA256 and digest != SHA256:
        print(f"These are not the images it learnt from. To get those: {TO_GET_IT}")
'''

DEFORMING = """

GROUP = {group}  # images that share a deformation
FINE = {fine}  # places a pixel is divided into, each way


{functions}"""

FIRST = {
    "he": '''

def first_weights(generator):
    """W from a normal distribution of variance 2 / n_in, b zero (He and others, 2015).

    ReLU silences half of what passes, so twice 1 / n_in keeps the signal's size.
    """
    W = [
        generator.normal(0.0, np.sqrt(2 / n_in), (n_out, n_in)).astype(FLOAT)
        for n_in, n_out in zip(SIZES, SIZES[1:])
    ]
    b = [np.zeros((n_out, 1), FLOAT) for n_out in SIZES[1:]]
    return W, b
''',
    "uniform": '''

def first_weights(generator):
    """W and b uniform between -0.5 and 0.5."""
    W = [
        generator.uniform(-0.5, 0.5, (n_out, n_in)).astype(FLOAT)
        for n_in, n_out in zip(SIZES, SIZES[1:])
    ]
    b = [generator.uniform(-0.5, 0.5, (n_out, 1)).astype(FLOAT) for n_out in SIZES[1:]]
    return W, b
''',
    "zero": '''

def first_weights(generator):
    """Every W and b zero: nothing tells two units apart, so this never learns much."""
    W = [np.zeros((n_out, n_in), FLOAT) for n_in, n_out in zip(SIZES, SIZES[1:])]
    b = [np.zeros((n_out, 1), FLOAT) for n_out in SIZES[1:]]
    return W, b
''',
}

MATHEMATICS = '''

def forward(W, b, X{M}):
    """From pixels to probabilities; X has a column an image: pixels × m, 0 to 1."""
    Z, A = [], [X]
{mask_X}    for W_l, b_l in zip(W, b):
        Z.append(W_l @ A[-1] + b_l)  # the weighted sums: n_out × m
        A.append(np.maximum(Z[-1], 0))  # ReLU: a unit is silent until its sum is positive
{mask_A}    # The last layer answers with probabilities instead. Softmax: exp(z) over the column's
    # sum of them; taking the largest z away first changes nothing and keeps exp from overflowing.
    exp = np.exp(Z[-1] - Z[-1].max(axis=0))
    A[-1] = exp / exp.sum(axis=0)
    return Z, A


def backward(W, Z, A, labels{M}):
    """From the error of the answer to the gradient: how the loss changes with each weight."""
    m = len(labels)
    dW, db = [None] * len(W), [None] * len(W)
    # Softmax and cross-entropy together have the simplest derivative there is: dZ = A - Y,
    # probability minus truth, Y being 1 at the label and 0 elsewhere. Over m, for the mean.
    dZ = A[-1].copy()
    dZ[labels, np.arange(m)] -= 1
    dZ /= m
    for i in reversed(range(len(W))):
        # Z = W @ A + b: a weight's share of the blame is what it read times its unit's error.
        dW[i] = dZ @ A[i].T  # n_out × n_in
        db[i] = dZ.sum(axis=1, keepdims=True)  # n_out × 1
        if i > 0:
            # Back through W to the layer before; where ReLU was silent nothing passes.
            dZ = W[i].T @ dZ
            dZ *= Z[i - 1] > 0
{mask_dZ}    return dW, db{dZ}


def right_answers(W, b, X, labels):
    """How many of these images the network takes for what they are."""
    right = 0
    for start in range(0, len(labels), 5000):  # a few at a time, to spare memory
        Z, _ = forward(W, b, X[:, start : start + 5000])
        right += int((Z[-1].argmax(axis=0) == labels[start : start + 5000]).sum())
    return right
'''

MASKED = {
    "M": ", M=()",
    "mask_X": """    if M:
        A[0] = A[0] * M[0]  # dropout: what is left out is 0
""",
    "mask_A": """        if len(A) <= len(M):
            A[-1] *= M[len(A) - 1]
""",
    "mask_dZ": """            if M:
                dZ *= M[i]
""",
}
UNMASKED = dict.fromkeys(MASKED, "")

DROPOUT = '''

def masks(generator, place, m, chosen):
    """For pixels and hidden units of m images: 0 where left out, else what makes the mean 1.

    The numbers lie far ahead of those that the generator will draw for anything else: the image
    at this place of the epoch has its own, eight bytes each, and a byte decides about one unit.
    """
    rates = [chosen["input_dropout"]] + [chosen["dropout"]] * (len(SIZES) - 2)
    counts = [-(-width // 8) if rate else 0 for width, rate in zip(SIZES, rates)]
    bits = generator.jumped()
    bits.advance(place * sum(counts))
    drawn, M = bits.random_raw(m * sum(counts)).view(np.uint8).reshape(m, -1), []
    for width, rate, count in zip(SIZES, rates, counts):
        if rate:
            left_out = round(256 * rate)
            M.append((drawn[:, :width].T >= left_out) * FLOAT(256 / (256 - left_out)))
        else:
            M.append(FLOAT(1))
        drawn = drawn[:, 8 * count :]
    return M
'''

ADVERSARY = '''

def moved(W, b, X, labels, epsilon{M}):
    """Each image, moved by epsilon to where the loss is larger; it is learnt from there.

    dX = W1ᵀ @ dZ1 tells how the loss changes with each pixel. T. Miyato, A. Dai and I. Goodfellow,
    "Adversarial Training Methods for Semi-Supervised Text Classification", 2017, equation 5.
    """
    Z, A = forward(W, b, X{masks})
    _, _, dZ = backward(W, Z, A, labels{masks})
    dX = (dZ.T @ W[0]).T  # pixels × m
    length = np.sqrt(np.sum(dX * dX, axis=0))
    return A[0] + dX * (epsilon / np.maximum(length, 1e-18))
'''

MOVES = {
    "gd": '''

def gd(theta, g, memory, alpha, chosen, t):
    """A step straight down the slope: θ ← θ − α·g"""
    theta -= g * alpha
''',
    "momentum": '''

def momentum(theta, g, memory, alpha, chosen, t):
    """A heavy ball that keeps some of its speed: v ← μ·v − α·g, then θ ← θ + v"""
    v = memory.setdefault("velocity", np.zeros_like(theta))
    v *= chosen["momentum"]
    v -= g * alpha
    theta += v
''',
    "nesterov": '''

def nesterov(theta, g, memory, alpha, chosen, t):
    """The slope is felt where the ball is about to be: v ← μ·v − α·g, then θ ← θ + μ·v − α·g"""
    v = memory.setdefault("velocity", np.zeros_like(theta))
    v *= chosen["momentum"]
    v -= g * alpha
    theta -= g * alpha
    theta += v * chosen["momentum"]
''',
    "adam": '''

def adam(theta, g, memory, alpha, chosen, t):
    """Each weight takes steps of about alpha, however steep its slope (Kingma and Ba, 2015).

    m and s are running means of g and g²; both begin at zero and so are too small
    at first, by a factor that is known.
    """
    m = memory.setdefault("mean", np.zeros_like(theta))
    s = memory.setdefault("square", np.zeros_like(theta))
    beta1, beta2 = chosen["momentum"], 0.999
    m += (1 - beta1) * (g - m)
    s += (1 - beta2) * (g * g - s)
    m_hat = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    theta -= alpha * m_hat / (np.sqrt(s_hat) + 1e-8)
''',
}

SCHEDULE = '''

def scheduled(alpha, schedule, done):
    """Alpha when the share `done` of the run is behind it."""
    if schedule == "cosine":  # down to 0 along half a cosine
        return alpha * (1 + math.cos(math.pi * min(done, 1.0))) / 2
    if schedule == "step":  # a tenth after half of the run, a hundredth after three quarters
        return alpha * (0.01 if done >= 0.75 else 0.1 if done >= 0.5 else 1.0)
    return alpha
'''

MAIN = '''

def main():
    """All updates, first to last."""
    images, labels, test_images, test_labels = load(Path(sys.argv[1] if sys.argv[1:] else DATA))
    check(images, labels)
    pixels = images / FLOAT(255)  # 0 to 1, a row an image
    test = (test_images / FLOAT(255)).T

    # One generator draws the first weights and then{order}.
    generator = np.random.default_rng(SEED)
    W, b = first_weights(generator)
    chosen, memory, t = {{}}, [], 0
{begin}{epochs}
    for update in range(UPDATES):
        before = chosen.get("optimizer")
        chosen = {{**chosen, **COURSE.get(update, {{}})}}
        if chosen["optimizer"] != before{forgets}:
            memory, t = [{{}} for _ in (*W, *b)], 0  # what the optimizer remembers of each array
{rows}{deformed}{draw_masks}
{move}        Z, A = forward(W, b, {X}{masks})
        dW, db{dZ} = backward(W, Z, A, {y}{masks})
{decay}        alpha = {alpha}
        t += 1
        for theta, g, kept in zip((*W, *b), (*dW, *db), memory):
            OPTIMIZERS[chosen["optimizer"]](theta, g, kept, alpha, chosen, t)
{max_norm}        if (update + 1) % max(1, UPDATES // 10) == 0:
            right = right_answers(W, b, test, test_labels)
            print(f"{{update + 1:,}} updates: {{right / len(test_labels):.2%}} of test right")

    right = right_answers(W, b, test, test_labels)
    print(f"{{right}} of {{len(test_labels)}} test images right: {{right / len(test_labels):.4%}}")


if __name__ == "__main__":
    main()
'''

BEGIN_BATCHES = """    if images.nbytes > 1 << 28:
        sys.exit("mnist-tui takes batches of more than 256 MB of images in another order than this")
    m = len(labels)
    order, position = None, m  # of the images in this epoch, and how many of them were taken
"""

TAKE_BATCH = """        size = chosen["batch_size"]
        if size is None:
            rows = np.arange(m)
        else:
            if position >= m:  # every image once, and then all of them in a fresh order
{far}                order, position = generator.permutation(m), 0
{epoch}            rows = order[position : position + size]  # an epoch's last batch may be smaller
            position += len(rows)
"""

FAR_AHEAD = """                far = type(generator.bit_generator)(0)
                far.state = generator.bit_generator.state
"""

DRAW_MASKS = """        M = ()
        if chosen["dropout"] or chosen["input_dropout"]:
            M = masks(far, position - len(rows), len(rows), chosen)
"""

MOVE_BATCH = """        X = {X}
        if chosen["adversary"]:
            X = moved(W, b, X, {y}, chosen["adversary"]{masks})
{keep}"""

KEEP_MASKS = """            M = M and [FLOAT(1), *M[1:]]  # those of the pixels have been applied
"""

BEGIN_EPOCHS = """    epoch, drawn, bent = -1, -1, images  # which it is; whose images these are
"""

NEXT_EPOCH = """                epoch += 1
"""

DEFORM_BATCH = """        seen = pixels[rows]
        if chosen["augment"] != "none":
            if drawn != epoch:  # every epoch deforms every image anew
                bent = deformed(images, Deformation(), np.random.default_rng((SEED, epoch)))
                drawn = epoch
            seen = bent[rows] / FLOAT(255)
"""

DECAY = """        for dW_l, W_l in zip(dW, W):
            # A penalty on squared weights adds this: what nothing holds up shrinks.
            dW_l += chosen["weight_decay"] * W_l
"""

MAX_NORM = """        if chosen["max_norm"]:
            for W_l in W[:-1]:  # no hidden unit's weights are longer than this
                length = np.sqrt(np.sum(W_l * W_l, axis=1, keepdims=True))
                W_l *= np.minimum(1, FLOAT(chosen["max_norm"]) / np.maximum(length, 1e-30))
"""
