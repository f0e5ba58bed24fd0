"""The table in docs/data.md: each row is tested by forms that are read, and none is missing."""

from __future__ import annotations

from tests.data.readers.test_field_forms import FORMS
from tests.data.readers.test_parts_by_name import WRITERS
from tests.helpers.support import ROOT

# Each row of the table by its beginning, and what of FORMS, or which test, reads it.
ROWS = {
    "IDX, plain or gzipped": "folder_too_many",
    "IDX with extended labels": "extended_labels",
    "EMNIST": "test_emnist_is_set_upright_and_named_by_its_mapping",
    "Fashion-MNIST": "test_fashion_is_named_by_its_folder",
    "CSV with a header": "index_column",
    "CSV without header": "label_last",
    "CSV with one-hot labels": "one_hot_tail",
    "CSV that pandas saved again": "resaved",
    "comments": "comment_lines",
    "ARFF": "arff",
    "LIBSVM": "libsvm",
    "train and test tables": "test_a_pair_of_tables_in_a_folder_is_learnt_from_and_tested_on",
    "a table of images": "tables_of_images_and_labels",
    "npz": "capital_names",
    "npy": "npy_pair",
    "Parquet": "parquet",
    "MATLAB 5": "matlab",
    "HDF5": "hdf5",
    "pictures in folders": "one_wrong_picture",
    "pictures and a table": "picture_table",
    "zip": "tarred",
    "a folder too many": "folder_too_many",
}


def test_every_row_of_the_table_is_a_form_that_is_tested() -> None:
    from tests.data.readers import test_field_forms

    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    table = text.partition("## Forms")[2].partition("\nPixels come")[0]
    rows = [line[2:] for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(ROWS)
    for row, (begins, tested) in zip(rows, ROWS.items(), strict=True):
        assert row.startswith(begins)
        assert tested in {**FORMS, **WRITERS} or hasattr(test_field_forms, tested)
