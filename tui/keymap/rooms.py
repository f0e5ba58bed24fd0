"""The rooms that a key opens, by the name that places, lessons and keys have for them."""

from __future__ import annotations

ROOMS = {  # where each is within tui/rooms/, and what it is called there
    "network": ("network.room", "NetworkRoom"),
    "range_test": ("range_test.room", "RangeTestRoom"),
    "landscape": ("landscape.room", "LandscapeRoom"),
    "maths": ("maths.room", "MathsRoom"),
    "confusion": ("confusion.room", "ConfusionRoom"),
    "weights": ("weights.room", "WeightsRoom"),
    "pixels": ("saliency.room", "SaliencyRoom"),
    "digit": ("digit_history.room", "DigitHistoryRoom"),
    "sweep": ("sweep.room", "SweepRoom"),
    "draw": ("draw.room", "DrawRoom"),
}
