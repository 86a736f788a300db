import sys

import pytest
import tensorflow as tf
from peers import needs_tf_gan

from keras_gan.metrics import tf_gan


@needs_tf_gan
def test_parts_load_and_compute():
    losses = tf_gan.load("losses")
    value = losses.wargs.wasserstein_discriminator_loss(tf.constant([[1.0], [3.0]]), tf.constant([[2.0], [5.0]]))
    assert float(value) == 3.5 - 2.0
    assert callable(tf_gan.load("eval").frechet_classifier_distance)
    assert tf_gan.load("losses") is losses


def test_other_parts_are_refused():
    with pytest.raises(ValueError, match=r"`part` must be one of .*Received: part='estimator'"):
        tf_gan.load("estimator")


@pytest.mark.parametrize("name", ["tensorflow_gan", "tensorflow", "pkg_resources"])
def test_what_it_lacks_is_named_with_the_extra_that_brings_it(name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    assert name in tf_gan.missing()
    with pytest.raises(ModuleNotFoundError, match=rf"TF-GAN needs .*{name}.*'keras-gan\[tensorflow-gan\]'"):
        tf_gan.load("eval")
