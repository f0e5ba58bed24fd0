"""The glossary: every term on the screen in one sentence, and where to see it at work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One entry."""

    name: str
    """As it stands on the screen; at most 11 columns."""
    meaning: str
    """One sentence."""
    where: str
    """Where to see it."""


GLOSSARY = (
    Term("accuracy", "The share of images that are answered right.", "panel 1"),
    Term("activation", "What a unit passes on: its sum Z if that is above 0, else 0.", "v"),
    Term(
        "adam",
        "An optimizer that gives every weight a step size of its own.",
        "panel 4",
    ),
    Term("adversary", "Moves each image to where the network errs more, to learn it.", "panel 4"),
    Term("alpha, α", "The learning rate: how far an update steps down the slope.", "+ and -"),
    Term("augment", "Train on images bent a little, new ones in each epoch.", "e"),
    Term("backward", "From the error back to the gradient of every weight.", "m, from stage dZ on"),
    Term("batch", "The images that one update looks at; full is all of them.", "panel 4"),
    Term("bias, b", "A number that each unit adds to its sum, whatever it sees.", "w, Enter"),
    Term("class", "One of the possible answers: the digits 0 to 9.", "panel 3"),
    Term("confusion", "How often images of one class are taken for another.", "c"),
    Term("decay", "Pulls all weights a little towards 0 at each update.", "panel 4"),
    Term("dropout", "Hidden units left out at random while it learns, none in a test.", "m, A1"),
    Term("epoch", "Updates enough to have looked at every training image once.", "panel 4"),
    Term("forward", "From the pixels, layer by layer, to the probabilities.", "v, and m"),
    Term("gd", "Gradient descent: each update goes straight down the slope.", "panel 4"),
    Term("gradient, ∇", "The slope of the loss over every weight at once.", "m, stages dW"),
    Term("|∇|", "The length of the gradient: how steep it is here.", "the first row, if wide"),
    Term("halving", "Successive halving: many short runs; only the better ones go on.", "W"),
    Term("he", "First weights at random, as far spread as ReLU needs.", "init in panel 4"),
    Term("hidden", "The layers between pixels and answers, and their units.", "v"),
    Term("input-drop", "Dropout of pixels: each image is shown with gaps.", "m, stage x"),
    Term("iteration", "One update of all weights; another word for it.", "the first row"),
    Term("label", "The class that an image really shows.", "the title of panel 2"),
    Term("landscape", "Loss landscape: the loss at every choice of weights there is.", "V"),
    Term("logit", "The sum of a class before softmax: the evidence for it.", "w, k"),
    Term("loss", "How surprised the network is by the right answers; 0 is not at all.", "l"),
    Term("max-norm", "The longest that the weights into a hidden unit may get.", "panel 4"),
    Term("momentum", "Keeps a share of the last step, and so gathers speed.", "panel 4"),
    Term("nesterov", "Momentum that looks a step ahead before it turns.", "panel 4"),
    Term("overfitting", "Learning by heart: better on what it trains on than on new images.", "1"),
    Term("principal", "Principal direction: the one along which points differ most.", "V"),
    Term("ReLU", "Lets a positive sum through and turns any other into 0.", "m, stage A1"),
    Term("saliency", "How much each pixel would change a logit.", "x"),
    Term("schedule", "How alpha changes along the run.", "panel 4"),
    Term("seed", "The number that random choices begin from: the same, the same run.", "panel 4"),
    Term("silent", "Of a unit: its sum is not above 0, so it passes on nothing.", "v, marked ·"),
    Term("softmax", "Turns logits into probabilities that add up to 1.", "m, stage A2"),
    Term("spread", "How far runs that differ in the seed alone lie apart.", "W"),
    Term("standard", "Standard error: by how much another test set as large would differ.", "W"),
    Term("sweep", "Many runs over ranges of hyperparameters, to compare.", "W"),
    Term("test image", "An image that the network never learns from.", "panel 2, and n"),
    Term("unit", "Adds up what it reads, each times its weight; also called a neuron.", "w"),
    Term("update", "One step of all weights against their slopes.", "s, and the end of m"),
    Term("weight, W", "The number that a unit multiplies one of its inputs by.", "w, and v"),
    Term("Z", "A unit's sum: its weights times its inputs, plus its bias.", "m, stage Z1"),
    Term("↻", "Marks a choice that acts from the next run on.", "panel 4, then r"),
)


def glossary_text() -> str:
    """Return the glossary as lines: the term, what it means, and where it is to be seen."""
    return "\n".join(f"{term.name:<11}  {term.meaning} See: {term.where}." for term in GLOSSARY)
