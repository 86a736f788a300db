import hashlib
import urllib.error

import h5py
import keras
import numpy as np
import pytest

from keras_gan import InceptionV3
from keras_gan.metrics.extractors.extractor import built_aside

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of random weights, of the kind that Keras offers for download."""
    from keras.src.legacy.saving import legacy_h5_format

    with built_aside():
        network = keras.applications.InceptionV3(weights=None, classifier_activation=None)
    path = tmp_path_factory.mktemp("inception") / "inception.h5"
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
    return path


@pytest.fixture(scope="module")
def extractor(weights):
    return InceptionV3(weights)


@pytest.mark.long
def test_features_and_logits_come_from_a_file_of_weights(extractor):
    features, logits = extractor(IMAGES)
    assert (features.shape, logits.shape) == ((2, 2048), (2, 1000))
    kernel, bias = extractor.network.get_layer("predictions").get_weights()
    # Logits, not probabilities: linear in the features.
    np.testing.assert_allclose(logits, features @ kernel + bias, rtol=1e-4, atol=1e-5)


def test_images_are_resized_and_scaled_to_what_the_network_was_trained_on(extractor, monkeypatch):
    given = []
    monkeypatch.setattr(extractor.network, "predict_on_batch", lambda images: given.append(np.asarray(images)))
    extractor.compute(np.concatenate([np.zeros_like(IMAGES[:1]), np.full_like(IMAGES[:1], 255)]))
    (images,) = given
    assert images.shape == (2, 299, 299, 3)
    np.testing.assert_allclose(images[0], -1, atol=1e-6)
    np.testing.assert_allclose(images[1], 1, atol=1e-6)


@pytest.fixture
def built(extractor, monkeypatch):
    """Keras's network as it was built before: its layers take seconds."""
    network = keras.Model(extractor.network.input, extractor.network.outputs[1])
    monkeypatch.setattr("keras.applications.InceptionV3", lambda **_: network)


@pytest.mark.usefixtures("built")
def test_only_kerass_weights_make_plain_fid(extractor, weights, monkeypatch):
    assert extractor.label == "[inception]"
    md5 = hashlib.md5(weights.read_bytes()).hexdigest()
    monkeypatch.setattr("keras_gan.metrics.extractors.inception.WEIGHTS_MD5", md5)
    assert InceptionV3(weights).label == ""


def test_without_network_and_file_the_error_says_what_to_do(monkeypatch, tmp_path):
    def unreachable(*arguments):
        raise urllib.error.URLError(OSError(-2, "Name or service not known"))

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", unreachable)
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    with pytest.raises(OSError, match=r"download https://.*\.h5; here, give that file with `--inception-weights FILE`"):
        InceptionV3()


@pytest.mark.usefixtures("built")
def test_files_that_hold_no_weights(tmp_path):
    with pytest.raises(FileNotFoundError, match="No file .*none.h5: `weights` must be Inception v3's"):
        InceptionV3(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(ValueError, match="text.h5 must be a file of Inception v3's weights"):
        InceptionV3(tmp_path / "text.h5")
