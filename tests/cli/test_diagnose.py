"""The script that diagnoses runs and other programs' files."""

import numpy as np
import pytest
from helpers import call_script, refusal

from keras_gan import data
from keras_gan.cli.diagnosis import render_probe
from keras_gan.data.grids import save_grid
from keras_gan.models.probe import CriticProbe

EPOCHS = np.arange(60)


def main(*arguments):
    return call_script("diagnose", *arguments)


def refused(capsys, *arguments):
    return refusal(capsys, "diagnose", *arguments)


def write(path, header, *columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (",".join(map(str, row)) for row in zip(*columns))
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.fixture
def other(tmp_path):
    """Losses of another program, whose critic has lost."""
    return write(tmp_path / "log.csv", "step,errD,errG", EPOCHS, 5 + np.sin(EPOCHS), -np.cos(EPOCHS))


def test_file_of_another_program(other, capsys):
    assert main(other, "--columns", "d_loss=errD", "g_loss=errG") == 0
    output = capsys.readouterr().out
    assert "Columns: errD as d_loss, errG as g_loss, step as epoch" in output
    assert "1. GENERATOR DOMINATES: d_loss stays above 0, at" in output
    assert "   a) Update the critic more often\n" in output
    assert "Change one parameter at a time" in output
    assert "Not searched for: quality of samples (no quality.csv), checkerboard, blur and colour" in output


def test_cross_entropies_are_read_as_such(tmp_path, capsys):
    path = write(tmp_path / "log.csv", "epoch,d_loss,g_loss", EPOCHS, 0 * EPOCHS + 0.73, 1 + np.sin(EPOCHS))
    assert main(path, "--loss", "cross-entropy") == 0
    output = capsys.readouterr().out
    assert "1. MODE COLLAPSE: d_loss is stuck at 0.730 in the last third" in output
    assert "indicators passed" not in output


def test_run_of_fit_has_its_own_arguments(tmp_path, capsys):
    header = "epoch,d_loss,g_loss,wasserstein_distance,gradient_penalty"
    distance = 5 - EPOCHS / 50
    columns = (EPOCHS, -distance, np.sin(EPOCHS), distance, 0 * EPOCHS + 9)
    folder = write(tmp_path / "0001_demo" / "losses.csv", header, *columns).parent
    (folder / "config.json").write_text('{"gradient_penalty": 4.0, "clip_threshold": null}')
    for target in (folder, folder / "losses.csv"):
        assert main(target) == 0
        assert "(gradient_penalty 4 → 8)   GradientPenalty(8)" in capsys.readouterr().out


def test_samples_are_searched_beside_real_images(tmp_path, other, capsys):
    images = data.toy_horses(60)
    grey = np.repeat(images.mean(axis=-1, keepdims=True), 3, axis=-1).astype(np.uint8)
    np.save(tmp_path / "grey.npy", grey[:30])
    np.save(tmp_path / "real.npy", images[30:])
    columns = ("--columns", "d_loss=errD", "g_loss=errG")
    assert main(other, "--samples", tmp_path / "grey.npy", "--real", tmp_path / "real.npy", *columns) == 0
    output = capsys.readouterr().out
    assert "WASHED-OUT COLOUR: the samples' colours are 0% as strong" in output
    assert "copies of training images" not in output


def test_checkpoint_is_probed(tmp_path, other, make_gan, images, capsys):
    make_gan().save(tmp_path / "gan.keras")
    np.save(tmp_path / "real.npy", images)
    arguments = (other, "--columns", "d_loss=errD", "g_loss=errG", "--real", tmp_path / "real.npy")
    assert main(*arguments, "--checkpoint", tmp_path / "gan.keras", "--updates", "3") == 0
    output = capsys.readouterr().out
    assert "in 4 critic updates against a frozen generator, a gap of" in output
    assert "Lipschitz constant on segments between reals and fakes: at least" in output


def test_probe_of_a_critic_without_scores_says_nothing():
    """F32."""
    assert "nothing can be said about its optimum" in render_probe(CriticProbe(1.0, np.nan, 3, 1.0, 1.0))


@pytest.mark.parametrize(("before", "said"), [(1.0, "far from its optimum"), (9.0, "near its optimum")])
def test_probe_says_what_the_distance_is_worth(before, said):
    text = render_probe(CriticProbe(before, 10.0, 100, 1.25, 1.0))
    assert f"W {before:.4g} → 10 in 100 critic updates" in text
    assert f"a gap of {1 - before / 10:.0%}. The critic was {said}" in text
    assert "at least 1.25; the gradient's norm is 1 on average" in text


def test_unusable_arguments_are_one_line(tmp_path, other, capsys):
    columns = ("--columns", "d_loss=errD", "g_loss=errG")
    assert "`losses` must be a file or a folder" in refused(capsys, tmp_path / "nowhere.csv")
    assert "must have d_loss and g_loss: name the columns" in refused(capsys, other)
    assert "`columns` must be pairs such as d_loss=errD. Received: columns=d_loss" in refused(
        capsys, other, "--columns", "d_loss"
    )
    checkpoint = tmp_path / "gan.keras"
    checkpoint.write_text("none")
    assert "`real` or `data_dir` must be given to probe" in refused(capsys, other, *columns, "--checkpoint", checkpoint)
    np.save(tmp_path / "real.npy", data.toy_horses(4))
    arguments = (*columns, "--checkpoint", checkpoint, "--real", tmp_path / "real.npy")
    assert "gan.keras cannot be loaded" in refused(capsys, other, *arguments)


def test_generator_is_no_checkpoint(tmp_path, other, make_gan, images, capsys):
    make_gan().generator.save(tmp_path / "generator.keras")
    np.save(tmp_path / "real.npy", images)
    arguments = (other, "--columns", "d_loss=errD", "g_loss=errG", "--real", tmp_path / "real.npy")
    error = refused(capsys, *arguments, "--checkpoint", tmp_path / "generator.keras")
    assert "`checkpoint` must be a whole GAN" in error


def test_losses_csv_of_another_program_is_none_of_our_runs(tmp_path, capsys):
    path = write(tmp_path / "losses.csv", "step,errD,errG,when", EPOCHS, 5 + 0 * EPOCHS, np.cos(EPOCHS), ["noon"] * 60)
    (tmp_path / "config.json").write_text("{}")
    assert main(path, "--columns", "d_loss=errD", "g_loss=errG") == 0
    assert "Columns left out, which are text: when" in capsys.readouterr().out


def test_run_without_epochs_is_refused(tmp_path, capsys):
    (tmp_path / "losses.csv").write_text("epoch,d_loss,g_loss\n")
    (tmp_path / "config.json").write_text("{}")
    assert "must have at least one epoch" in refused(capsys, tmp_path)


def test_nothing_is_wrong_with_a_healthy_run(tmp_path, capsys):
    images = data.toy_horses(20) / 127.5 - 1
    distance = 5 * np.exp(-EPOCHS / 40)
    header = "epoch,d_loss,g_loss,wasserstein_distance"
    folder = write(tmp_path / "losses.csv", header, EPOCHS, -distance, np.sin(EPOCHS), distance).parent
    (folder / "samples").mkdir()
    save_grid(images[:10], folder / "samples" / "epoch_000060.png")
    save_grid(images[10:], folder / "samples" / "real.png")
    assert main(folder) == 0
    output = capsys.readouterr().out
    assert "None of the known problems was found in this run. The quality of its samples was not measured" in output
