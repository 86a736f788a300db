"""The mistakes of `benchmarks/mutations.py` can be made in the files as they are."""

import pathlib

import pytest


def test_every_old_text_occurs_once(monkeypatch):
    folder = pathlib.Path(__file__).parents[1] / "benchmarks"
    if not folder.is_dir():
        pytest.skip("the benchmarks are not beside the tests")
    monkeypatch.syspath_prepend(folder)
    import mutations

    mutations.check_old_texts(mutations.MUTATIONS)
