"""Models in folders of Orbax."""

import json
import shutil
import sys

import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, refusal, small_critic, small_generator, values_of

import keras_gan as kg
from keras_gan import GAN, AdaptiveAugmentation, GanCheckpoint, GradientPenalty, LossCsv
from keras_gan.callbacks import checkpoints
from keras_gan.cli.main import main
from keras_gan.files import saved_model
from keras_gan.losses import Wasserstein
from keras_gan.manifest import read_manifest, seal
from keras_gan.models import convert_model

IMAGES = np.random.default_rng(0).uniform(-1, 1, (64, 4, 4, 3)).astype("float32")


def make():
    dropout = keras.layers.Dropout(0.3, seed=9)
    augmentation = AdaptiveAugmentation(length=200, initial=0.5)
    parts = (Wasserstein(), GradientPenalty(7.0))
    gan = GAN(small_generator(), small_critic(dropout), *parts, 2, seed=1, augmentation=augmentation)
    gan.compile("rmsprop", keras.optimizers.Adam(use_ema=True))
    return gan


def everything(gan):
    parts = (gan, gan.critic_optimizer, gan.generator_optimizer, gan.tracker, gan.augmentation)
    return [value for part in parts for value in values_of(part.variables)]


def fit(gan, *callbacks, **kwargs):
    return gan.fit(IMAGES, batch_size=8, shuffle=False, verbose=0, callbacks=list(callbacks), **kwargs).history


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """Return a model, and the folder that its checkpoint is in."""
    folder = tmp_path_factory.mktemp("checkpoints")
    gan = make()
    fit(gan, GanCheckpoint(folder, facts={"run": 7}, format="orbax"), epochs=2)
    return gan, folder / "epoch_000002.orbax"


def test_a_saved_model_is_the_same_to_the_last_bit(checkpoint):
    gan, path = checkpoint
    assert sorted(each.name for each in path.iterdir()) == ["config.json", "manifest.json", "weights"]
    assert_bits_equal(everything(kg.load_model(path)), everything(gan))


def test_training_goes_on_as_if_it_had_never_stopped(tmp_path):
    gan = make()
    fit(gan, GanCheckpoint(tmp_path, format="orbax"), epochs=2)
    copy = kg.load_model(tmp_path / "epoch_000002.orbax")
    histories = [fit(each, epochs=4, initial_epoch=2) for each in (gan, copy)]
    for history in histories:
        del history["epoch_time"]
    assert histories[0] == histories[1]
    assert_bits_equal(everything(copy), everything(gan))


def test_the_weights_are_those_of_the_epoch_although_training_goes_on(tmp_path):
    gan, folders = make(), GanCheckpoint(tmp_path / "folders", every=1, keep=9, format="orbax")
    fit(gan, folders, GanCheckpoint(tmp_path / "files", every=1, keep=9), epochs=4)
    for (number, folder), (other, file) in zip(*(checkpoints(tmp_path / name) for name in ("folders", "files"))):
        assert number == other
        assert_bits_equal(everything(kg.load_model(folder)), everything(kg.load_model(file)))
    assert number == 4


def test_formats_turn_into_each_other(checkpoint, tmp_path, capsys):
    gan, path = checkpoint
    assert main(["convert", str(path)]) == 0
    file = path.with_suffix(".keras")
    assert capsys.readouterr().out == f"{path} is also in {file}\n"
    assert main(["convert", str(file), "--target", str(tmp_path / "back.orbax")]) == 0
    for each in (file, tmp_path / "back.orbax"):
        assert_bits_equal(everything(kg.load_model(each)), everything(gan))
        manifest = read_manifest(each)
        assert (manifest["epochs"], manifest["run"], manifest["images"]) == (2, 7, gan.images_seen)
    assert "must not exist" in refusal(capsys, "convert", path)
    file.unlink()


def test_networks_alone_can_be_converted(tmp_path):
    network = small_generator()
    network.save(tmp_path / "generator.keras")
    other = kg.load_model(convert_model(tmp_path / "generator.keras"))
    assert_bits_equal(values_of(other.variables), values_of(network.variables))


def test_a_folder_of_checkpoints_stands_for_the_newest(checkpoint):
    assert saved_model(checkpoint[1].parent) == checkpoint[1]
    assert saved_model(checkpoint[1]) == checkpoint[1]


def test_damaged_folders_are_refused_by_name(checkpoint, tmp_path):
    weights = max((file for file in checkpoint[1].rglob("d/*")), key=lambda file: file.stat().st_size)
    cases = {
        weights.relative_to(checkpoint[1]): "was altered",
        "config.json": "was altered",
        "manifest.json": "no whole checkpoint",
    }
    for name, message in cases.items():
        path = tmp_path / "copy.orbax"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(checkpoint[1], path)
        content = bytearray((path / name).read_bytes())
        content[len(content) // 2] ^= 1
        (path / name).write_bytes(content)
        with pytest.raises(ValueError, match=rf"copy\.orbax cannot be loaded: .*{message}"):
            kg.load_model(path)
        (path / name).unlink()
        with pytest.raises(ValueError, match=r"copy\.orbax cannot be loaded"):
            kg.load_model(path)


def test_a_folder_that_promises_more_weights_than_it_holds_is_refused(checkpoint, tmp_path):
    path = tmp_path / "large.orbax"
    shutil.copytree(checkpoint[1], path)
    config = json.loads((path / "config.json").read_text())
    [dense] = [each for each in config["config"]["generator"]["config"]["layers"] if each["class_name"] == "Dense"]
    dense["config"]["units"] = 10**9
    (path / "config.json").write_text(json.dumps(config))
    (path / "manifest.json").unlink()
    seal(path, {})
    with pytest.raises(ValueError, match="its layers must have at most"):
        kg.load_model(path)


def test_the_best_and_the_latest_are_kept(make_gan, tmp_path):
    scores = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: logs.update(score=[5.0, 3.0, 4.0, 1.0, 2.0][epoch])
    )
    kept = GanCheckpoint(tmp_path, every=1, keep=2, monitor="score", format="orbax")
    fit(make_gan(), scores, kept, epochs=5)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("best.json", "best.orbax", "epoch_000004.orbax", "epoch_000005.orbax")
    ]
    assert json.loads((tmp_path / "best.json").read_text())["value"] == 1.0
    steps = len(IMAGES) // 8 // 2
    assert kg.load_model(tmp_path / "best.orbax").steps_taken == 4 * steps


def test_a_run_may_go_on_in_the_other_format(make_gan, tmp_path):
    gan = make_gan()
    values = iter([3.0, 4.0, 2.0, 5.0])
    scores = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(score=next(values)))
    fit(gan, scores, GanCheckpoint(tmp_path, 1, 2, "score"), epochs=2)
    for epochs, best in ((3, "best.orbax"), (4, "best.orbax")):
        kept = GanCheckpoint(tmp_path, 1, 2, "score", format="orbax")
        fit(gan, scores, kept, epochs=epochs, initial_epoch=epochs - 1)
        assert [path.name for path in tmp_path.glob("best.*") if path.suffix != ".json"] == [best]
    assert [path.name for _, path in checkpoints(tmp_path)] == ["epoch_000003.orbax", "epoch_000004.orbax"]


@pytest.mark.long
def test_what_a_dead_process_has_left_is_completed_or_removed(checkpoint, make_gan, tmp_path):
    shutil.copytree(checkpoint[1], tmp_path / "partial_epoch_000001.orbax")
    (tmp_path / "partial_epoch_000002.orbax" / "weights").mkdir(parents=True)
    shutil.copytree(checkpoint[1], tmp_path / "partial_old_best.orbax")
    fit(make_gan(), GanCheckpoint(tmp_path, keep=9, format="orbax"), epochs=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.orbax", "epoch_000002.orbax"]


def test_a_full_disk_ends_training_with_an_error_that_names_it(make_gan, tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device", str(tmp_path / "manifest.json"))

    monkeypatch.setattr("keras_gan.orbax_folders.seal", fail)
    with pytest.raises(OSError, match="No space left on device"):
        fit(make_gan(), LossCsv(tmp_path / "losses.csv"), GanCheckpoint(tmp_path, format="orbax"))
    assert checkpoints(tmp_path) == []


def test_a_missing_package_is_named_before_training(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", None)
    with pytest.raises(ValueError, match=r"need the package orbax-checkpoint \(pip install 'keras-gan\[jax\]'\)"):
        GanCheckpoint(tmp_path, format="orbax")


def test_another_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match="`format` must be one of keras, orbax. Received: format='h5'"):
        GanCheckpoint(tmp_path, format="h5")
    with pytest.raises(ValueError, match=r"`target` must be a path that ends with .keras or .orbax"):
        convert_model(tmp_path / "a.keras", tmp_path / "a.h5")


def test_metrics_of_the_users_own_are_left_out(tmp_path):
    """Keras makes their variables when training begins: a model that was just loaded does not have them."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"], weighted_metrics=["mse"])
    inputs = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    model.fit(inputs, inputs[:, :1], verbose=0, callbacks=[GanCheckpoint(tmp_path, format="orbax")])
    loaded = kg.load_model(tmp_path / "epoch_000001.orbax")
    assert_bits_equal(values_of(loaded.weights), values_of(model.weights))
    assert_bits_equal(values_of(loaded.optimizer.variables), values_of(model.optimizer.variables))


@pytest.mark.long
def test_a_checkpoint_that_is_a_link_is_unlinked(checkpoint, tmp_path):
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    elsewhere = shutil.copytree(checkpoint[1], tmp_path / "elsewhere.orbax")
    (folder / "epoch_000001.orbax").symlink_to(elsewhere)
    fit(kg.load_model(elsewhere), GanCheckpoint(folder, keep=1, format="orbax"), epochs=3, initial_epoch=2)
    assert [path.name for path in folder.iterdir()] == ["epoch_000003.orbax"]
    assert elsewhere.exists()


def test_links_inside_a_folder_are_refused(checkpoint, tmp_path):
    path = shutil.copytree(checkpoint[1], tmp_path / "linked.orbax")
    (path / "weights").rename(tmp_path / "weights")
    (path / "weights").symlink_to(tmp_path / "weights")
    with pytest.raises(ValueError, match="it must hold no symbolic links"):
        kg.load_model(path)


def test_a_training_that_was_interrupted_is_waited_for_by_the_next(tmp_path):
    def interrupt(epoch, logs):
        if epoch == 1:
            raise KeyboardInterrupt

    kept = GanCheckpoint(tmp_path, every=1, format="orbax")
    stop = keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)
    gan = make()
    with pytest.raises(KeyboardInterrupt):
        fit(gan, kept, stop, epochs=2)
    fit(gan, GanCheckpoint(tmp_path, every=1, format="orbax"), epochs=2, initial_epoch=1)
    assert [path.name for _, path in checkpoints(tmp_path)] == ["epoch_000001.orbax", "epoch_000002.orbax"]
    assert not list(tmp_path.glob("partial_*"))


def test_a_failed_conversion_leaves_nothing(checkpoint, tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device", "manifest.json")

    source = convert_model(checkpoint[1], tmp_path / "gan.keras")
    monkeypatch.setattr("keras_gan.orbax_folders.seal", fail)
    with pytest.raises(OSError, match="No space left on device"):
        convert_model(source)
    assert list(tmp_path.iterdir()) == [source]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    gan = make()
    kept = GanCheckpoint(tmp_path, format="orbax")

    def fail(*args, **kwargs):
        raise ValueError("RESOURCE_EXHAUSTED: no space\nand more")

    monkeypatch.setattr(kept._format._writer._checkpointer, "save", fail)
    with pytest.raises(OSError, match=r"epoch_000001.orbax cannot be written: RESOURCE_EXHAUSTED: no space$"):
        fit(gan, kept)
