#!/bin/bash
# Parquet: one file of class labels has other codes in pandas and polars, and digits lose theirs.
#
# Guess:  a categorical column comes back from Parquet with the categories it was written with, in
#         their order, so that a code means the same class to every reader.
# With:   pandas 3.1.1 with pyarrow 26.0.1, polars 2.1.0.
# Really: pandas gets back its own codes if the categories are text. polars numbers the classes in
#         the order of their first examples, so a network trained on the codes of one library and
#         scored on those of the other is judged by the wrong classes. Categories that are
#         numbers, such as the digits 0 to 9, come back in pandas as plain integers: how many
#         classes there are is lost.
# Seen 2026-11-28 (classes coat, dress, bag, shirt; shirt, bag, shirt, coat written):
#   written: 3 2 3 0
#   pandas: 3 2 3 0
#   polars: 0 1 0 2
#   digits: written as category of 10, read as int64
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 numpy==2.4.6
venv/bin/python - <<'END'
import sys

import pandas
import polars

classes = ["coat", "dress", "bag", "shirt"]
table = pandas.DataFrame(
    {
        "label": pandas.Categorical(["shirt", "bag", "shirt", "coat"], categories=classes),
        "digit": pandas.Categorical([7, 2, 7, 0], categories=range(10)),
    }
)
table.to_parquet("labels.parquet")
back = pandas.read_parquet("labels.parquet")
codes = {
    "written": table["label"].cat.codes.tolist(),
    "pandas": back["label"].cat.codes.tolist(),
    "polars": polars.read_parquet("labels.parquet")["label"].to_physical().to_list(),
}
expected = {"written": [3, 2, 3, 0], "pandas": [3, 2, 3, 0], "polars": [0, 1, 0, 2]}
for name, seen in codes.items():
    print(f"{name}:", *seen)
    if seen != expected[name]:
        sys.exit(f"changed: expected the codes {expected[name]} ({name}), got {seen}")
count = len(table["digit"].cat.categories)
print(f"digits: written as category of {count}, read as {back['digit'].dtype}")
if str(back["digit"].dtype) != "int64":
    sys.exit(f"changed: expected the digits to come back as int64, got {back['digit'].dtype}")
END
