"""Runs that are compared to the last bit."""

import json

import numpy as np
import pytest

from keras_gan.analysis.equality import compare
from keras_gan.chain import CHAIN, append_link, check_chain, cut_chain, read_chain
from keras_gan.cli.main import main
from keras_gan.reading import FileError

TENSORS = {"kernel": np.arange(4.0), "bias": np.zeros(2)}


def write_run(folder, losses=(0.5, 0.25, 0.125, 0.0625), tensors=TENSORS, times=1.0, links=(2, 4)):
    folder.mkdir()
    rows = "".join(f"{epoch},{loss},{times + epoch}\n" for epoch, loss in enumerate(losses))
    (folder / "losses.csv").write_text("epoch,d_loss,epoch_time\n" + rows)
    for epochs in links:
        pairs = [(name, (values + epochs).tobytes()) for name, values in tensors.items()]
        append_link(folder / CHAIN, epochs, folder / "losses.csv", pairs)
    (folder / "config.json").write_text(json.dumps({"seed": 1}))
    return folder


@pytest.fixture
def first(tmp_path):
    return write_run(tmp_path / "first")


def test_equal_runs_may_differ_in_time_and_length(first, tmp_path, capsys):
    second = write_run(tmp_path / "second", losses=(0.5, 0.25, 0.125), times=7.0, links=(2,))
    assert main(["compare", str(first), str(second)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Losses: equal",
        "Weights: equal",
        "The runs are equal. Compared: epochs 3, checkpoints 1.",
    ]


def test_weights_that_no_checkpoint_has_are_not_called_equal(first, tmp_path):
    second = write_run(tmp_path / "second", links=())
    assert compare(first, second).lines == (
        "Losses: equal",
        "Weights: not compared, as no epoch has a checkpoint in both runs",
        "The runs are equal. Compared: epochs 4, checkpoints 0.",
    )


def test_first_epoch_and_first_tensor_that_differ_are_named(first, tmp_path, capsys):
    other = {"kernel": TENSORS["kernel"], "bias": TENSORS["bias"] + 1e-16}
    second = write_run(tmp_path / "second", losses=(0.5, 0.25, 0.1251, 0.0), tensors=other)
    (second / "config.json").write_text(json.dumps({"seed": 2}))
    # The smallest difference that bytes can have: 1e-16 beside 0 is there, and beside 2 it is not.
    assert main(["compare", str(first), str(second)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "Setting seed: 1 and 2",
        "Losses: the first difference is in epoch 2: d_loss 0.125 and 0.1251",
        "Weights: equal",
        "The runs differ. Compared: epochs 4, checkpoints 2.",
    ]
    third = write_run(tmp_path / "third", tensors={"kernel": TENSORS["kernel"], "bias": TENSORS["bias"] + 1e-9})
    assert compare(first, third).lines == (
        "Losses: equal",
        "Weights: the first difference is after 2 epochs: bias (tensors that differ: 1)",
        "The runs differ. Compared: epochs 4, checkpoints 2.",
    )


def test_altered_link_is_found(first, capsys):
    path = first / CHAIN
    check_chain(path)
    links = read_chain(path)
    links[0]["weights"]["bias"] = "0" * 16
    path.write_text("".join(json.dumps(link) + "\n" for link in links))
    with pytest.raises(SystemExit):
        main(["compare", str(first), str(first)])
    assert "The link of epoch 2 was altered" in capsys.readouterr().err


def test_chain_is_cut_to_the_epochs_that_are_done(first):
    whole = (first / CHAIN).read_text()
    (first / CHAIN).write_text(whole + '{"epochs": 6, "wei')
    cut_chain(first / CHAIN, 2)
    assert [link["epochs"] for link in read_chain(first / CHAIN)] == [2]
    append_link(first / CHAIN, 4, first / "losses.csv", [(n, (v + 4).tobytes()) for n, v in TENSORS.items()])
    assert (first / CHAIN).read_text() == whole


@pytest.mark.parametrize("content", ["{\n", "[]\n", '{"epochs": 1}\n', '{"epochs": "1", "weights": {}}\n'])
def test_chain_that_is_none_is_named(first, content, capsys):
    (first / CHAIN).write_text(content)
    with pytest.raises(SystemExit):
        main(["compare", str(first), str(first)])
    assert CHAIN in capsys.readouterr().err


def test_folder_without_losses(tmp_path, first, capsys):
    with pytest.raises(SystemExit):
        main(["compare", str(first), str(tmp_path)])
    assert "`second` must be the folder of a run" in capsys.readouterr().err


def test_names_that_keras_has_numbered_are_no_difference(first, tmp_path):
    second = write_run(tmp_path / "second", tensors={f"{name}_1": values for name, values in TENSORS.items()})
    assert compare(first, second).are_equal


def test_chain_of_a_long_run_is_read_and_goes_on(first):
    """A text may have 16 MiB, which a run with a link an epoch exceeds."""
    path = first / CHAIN
    whole = path.read_text()
    path.write_text((whole.splitlines(keepends=True)[0].rstrip("\n") + " " * 2**19 + "\n") * 33 + whole)
    append_link(path, 6, first / "losses.csv", [])
    cut_chain(path, 6)
    assert [link["epochs"] for link in read_chain(path)] == [*[2] * 33, 2, 4, 6]


@pytest.mark.parametrize("content", [b"garbage\n", b"{}\n", b'{"epochs": 2}\n', b"\xff\n"])
def test_damaged_chain_is_named(first, content):
    (first / CHAIN).write_bytes(content)
    with pytest.raises(FileError, match="chain.jsonl must be a"):
        read_chain(first / CHAIN)


def test_figures_of_an_interrupted_run_are_no_difference(tmp_path):
    """It measures its samples when it is interrupted."""
    folders = [tmp_path / name for name in ("whole", "interrupted", "other")]
    rows = ["0,0.5,\n1,0.25,90.0\n", "0,0.5,95.0\n1,0.25,90.0\n", "0,0.5,95.0\n1,0.25,91.0\n"]
    for folder, text in zip(folders, rows):
        folder.mkdir()
        (folder / "losses.csv").write_text("epoch,d_loss,fid_score\n" + text)
    assert compare(*folders[:2]).are_equal
    assert compare(folders[0], folders[2]).lines[0] == (
        "Losses: the first difference is in epoch 1: fid_score 90.0 and 91.0"
    )
