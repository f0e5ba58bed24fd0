"""What each panel and each room shows, what to look for in it, what to try: the words of help."""

from __future__ import annotations

EXPLANATIONS = {
    "What happens here": "A neural network learns to read handwritten digits, from scratch, while "
    "you watch. Each iteration it looks at the training digits, finds for every weight how the "
    "loss would change with it (the gradient), and moves all weights a little the other way: by "
    "alpha times the gradient.\n\n"
    "To try first: Space, and while it learns + or - a few times. Then the honest comparison: when "
    "the run has ended, Tab, type 0.5 for alpha, Enter, Esc, and r. A second run begins from the "
    "very same weights, beside the first one's curve.",
    "Hyperparameters": "What you choose. Tab or a click goes into a field, Enter takes the value, "
    "Esc leaves it. They act from the next update on; ↻ marks those that act from the next run "
    "on. p chooses a preset, a whole set that goes together.",
    "Chart": "Accuracy is the share of digits answered right, loss how surprised the network is by "
    "the right answers. The line is for the digits it learns from, the dots for the test digits it "
    "never learns from: where they part, it learns by heart. ▲ marks where alpha was changed. "
    "Other runs are drawn too, each with its number at the end of its line. , and . move a reading "
    "line with the exact values of every run; so does a click. The mouse wheel zooms, dragging "
    "pans.",
    "Time": "[ and ] go back and forth through the run: digit and prediction, and every room, show "
    "the network as it was then, and the status line says so. What you change there waits, and "
    "Space or f begin a new run from exactly those weights with it. Moments are kept as close as "
    "64 MB for all runs allow.",
    "Runs": "Every run, how it was made and how far it came. ▶ is the current one, • are shown on "
    "the chart. In the table Enter goes on from the run under the cursor.",
    "When a run goes wrong": "A panel says what happened and why, with the numbers, and offers a "
    "cure under h: loss or weights that are not finite any more, a loss that explodes, a network "
    "all of whose hidden units are silent, an accuracy stuck at chance. Try alpha 1e30, or init "
    "zero.",
    "Maths": "Every number of one update, for the digit shown. Read it as a walk: forward from the "
    "pixels x to the loss, then backward from the error dZ to the gradient dW of every weight, and "
    "last the update. ← and → go from stage to stage; each says its formula, the shapes (rows × "
    "columns), and why.\n\n"
    "A path is followed through all stages: one pixel, one unit of each hidden layer, one class. "
    "It begins as the one that matters most for the right answer. ↑ and ↓ choose another unit in "
    "the list; Tab takes them into the terms that the unit's number is the sum of; / goes to a "
    "unit by its number or a weight by its name. ▸ is where the arrows are, ▹ what is followed "
    "in the other list, ◂ the right class.\n\n"
    "The terms add up, as they are printed, to the sum below them: what is not shown and what "
    "rounding hides have a line each. Ever smaller numbers are written in ×10⁻³, ×10⁻⁶ …\n\n"
    "·  a product, of matrices row by column     ᵀ  transposed: rows for columns\n"
    "⊙  number by number     [Z > 0]  1 where that is so, 0 where not\n"
    "Σ  a sum over all i     dW  the slope of the loss with W, also written ∂loss/∂W\n"
    "logit  a number of the last layer before softmax     nat  the unit of a natural logarithm\n\n"
    "To try: the stage Z1, Tab, and ↓ through the pixels that speak for a unit; the last stage "
    "with + and −, until a step is so long that the loss grows; all of it while it trains, or "
    "with [ in the past: how much larger the gradients were.\n\n"
    "Gradient check (k): is backward right? For the weights followed and some drawn at random the "
    "slope is found a second time without it, from two losses a little apart. Up to a relative "
    "error of 0.000001 passes. At a kink of ReLU, where its slope jumps, they may differ.",
    "Test digit and prediction": "One of the test digits, and how sure the network, as it is at "
    "the moment shown, is of each answer.  ✓ right   ✗ wrong   ◂ the true label.",
    "Confusion": "Every test digit is in one cell of the matrix: its row says what it is, its "
    "column what the network takes it for. The diagonal is what is right. Elsewhere a cell is "
    "darker, and has a sign that is denser, the larger its share of its row. Recall, at the end of "
    "a row, is the share of the digits that are a 4 that are taken for a 4; precision, at the foot "
    "of a column, the share of those taken for a 4 that are one. Below are the digits of the cell "
    "under the cursor, the surest first.\n\n"
    "Look for pairs that are taken for each other, such as 4 and 9, and for a column fuller than "
    "its row: an answer the network gives too readily. Try n, to go from the most frequent mistake "
    "to the next, and [ to see how the matrix was early in the run.",
    "Gallery": "Digits with what they are → what they were taken for, and how sure the network was "
    "of it. What hangs here is as it was when the gallery was opened, so that nothing moves under "
    "your cursor; when the network has learnt on, the title says so, and r asks it anew. Enter "
    "takes the digit at the cursor to the main screen.\n\n"
    "Look at the surest mistakes: some are digits no person could read, some show what the "
    "network has not understood.",
    "Weights": "A hidden unit of the first layer has one weight for each pixel: its picture. Ink "
    "where a weight is positive (+) excites the unit, ink where it is negative (−) inhibits it; "
    "each picture is drawn by its own largest weight. The unit adds all up, and its bias; if the "
    "sum Z is above 0 it speaks, otherwise it is silent. The percentage is how often it speaks, "
    "and → the class it adds most to. Units of deeper layers read units, not pixels, so they are "
    "shown as lists. A unit that is silent at every digit learns nothing any more: ReLU lets no "
    "gradient through.\n\n"
    "Look for strokes: an edge, a loop, a slope. Compare early and late in the run with [ and ]: "
    "what was noise becomes a pattern, but for the border, where no digit has ink and nothing is "
    "ever learnt. Enter shows a unit large, with the digits that excite it most.",
    "Contributions": "A class's logit is a sum: each unit of the last hidden layer adds its "
    "activation A times its weight W to that class, above 0 for the class, below against it; then "
    "comes the bias. The class with the largest logit is the answer, and softmax makes of the "
    "logits probabilities. The units are ordered by what they do to the chosen class, largest "
    "first. Rounded numbers seldom add up to the rounded sum; the row “rounding” is what they miss "
    "it by, so that every column adds up as it is printed.\n\n"
    "Look, at a mistake, for the one unit that decided it: compare the column of the answer (✗) "
    "with that of the label (◂).",
}
