"""Steps for which there is too little memory."""

import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import call_script, small_critic

from keras_gan import OutOfMemoryError, data
from keras_gan.models import updates
from keras_gan.models.step_images import split_images


def no_memory(images):
    raise MemoryError("no memory for this")


def greedy(images):
    """Pass images on in a graph whose operation runs out of memory at once: TensorFlow tries its own for 10 seconds."""
    with tf.control_dependencies([tf.numpy_function(no_memory, [images], images.dtype)]):
        return tf.identity(images)


class Greedy(keras.layers.Layer):
    def call(self, images):
        return greedy(images)


def test_error_names_the_batch_size_and_the_next_smaller_one(make_gan, images):
    gan = make_gan(n_critic=1, critic=small_critic(Greedy()))
    message = "step of batch size 9 needs more memory than there is. The next smaller is 4$"
    with pytest.raises(OutOfMemoryError, match=message) as info:
        gan.fit(gan.batches(images, 9), steps_per_epoch=1, verbose=0)
    assert isinstance(info.value, MemoryError)
    assert isinstance(info.value.__cause__, tf.errors.ResourceExhaustedError)
    # Not of the batch size of `fit`.
    with pytest.raises(OutOfMemoryError, match=r"A training step needs .* Give it fewer images"):
        gan.train_on_batch(images[:9])


def test_other_errors_stay_what_they_are(make_gan, images, monkeypatch):
    gan = make_gan()

    def broken(epoch, logs):
        raise MemoryError("of a callback")

    with pytest.raises(MemoryError, match="of a callback") as info:
        gan.fit(
            gan.batches(images, 9),
            steps_per_epoch=1,
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=broken)],
        )
    assert type(info.value) is MemoryError


def test_error_says_what_to_do_where_no_smaller_batch_is_left():
    error = pickle.loads(pickle.dumps(OutOfMemoryError(1)))
    assert error.smaller is None
    assert str(error).endswith("of batch size 1 needs more memory than there is. Use smaller images or networks")


def test_command_says_it_in_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(updates, "split_images", lambda *given: greedy(split_images(*given)))
    np.save(tmp_path / "images.npy", data.toy_horses(40, seed=0))
    networks = ["--generator-filters", 4, 4, 4, 3, "--critic-filters", 4, "--critic-strides", 8]
    flags = ["demo", *networks, "--n-critic", 1, "--wandb", "off", "--quality-every", 0, "--out", tmp_path / "runs"]
    assert call_script("train_horses", *flags, "--data", tmp_path / "images.npy") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "keras-gan train: error: A training step of batch size 32 needs more memory than there is. The next smaller is "
        "16. Give `--batch-size 16`, or find the largest with `--find-batch-size`"
    )
