import keras
import numpy as np

from keras_gan.metrics.extractors import cifar10_network as resnet

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, 64)


def test_features_are_what_the_logits_are_made_of():
    network = resnet.cifar10_network()
    features, logits = network.predict_on_batch(IMAGES)
    assert (features.shape, logits.shape, features.dtype) == ((64, 216), (64, 10), np.float32)
    kernel, bias = network.get_layer("logits").get_weights()
    np.testing.assert_allclose(logits, features / 9 @ kernel + bias, rtol=1e-4, atol=1e-5)
    assert features.min() >= 0


def test_stored_network_is_what_float16_keeps_of_it(tmp_path):
    network = resnet.cifar10_network()
    resnet.save_network(network, tmp_path / "network.npz", feature_scale=2.5)
    assert (tmp_path / "network.npz").stat().st_size < 3e6
    other = resnet.load_network(tmp_path / "network.npz")
    for stored, weight in zip(other.get_weights(), network.get_weights()):
        np.testing.assert_array_equal(stored, weight.astype("float16").astype("float32"))
    features, logits = resnet.outputs(other, IMAGES)
    plain = resnet.cifar10_network()
    plain.set_weights(other.get_weights())
    expected_features, expected_logits = resnet.outputs(plain, IMAGES)
    np.testing.assert_allclose(features, 2.5 * expected_features, rtol=1e-6)
    np.testing.assert_allclose(logits, expected_logits, rtol=1e-6)


def test_convolutions_begin_by_passing_their_input_on():
    kernel = keras.ops.convert_to_numpy(resnet._partial_identity((3, 3, 4, 7)))
    image = np.random.default_rng(0).normal(size=(1, 5, 5, 4)).astype("float32")
    made = keras.ops.convert_to_numpy(keras.ops.conv(image, kernel, padding="same"))
    np.testing.assert_allclose(made[..., :4], image, rtol=1e-6)
    assert np.abs(made[..., 4:]).mean() > 0.1


def test_features_do_not_depend_on_the_image_format_in_keras_json(channels_first):
    """F17."""
    outputs = []
    for data_format in ("channels_first", "channels_last"):
        keras.config.set_image_data_format(data_format)
        keras.utils.set_random_seed(0)
        outputs.append([np.asarray(each) for each in resnet.cifar10_network()(np.ones((1, 32, 32, 3), "float32"))])
    for first, last in zip(*outputs):
        np.testing.assert_array_equal(first, last)


def test_outputs_of_many_images_are_in_their_order():
    class Sums:
        def predict_on_batch(self, images):
            assert len(images) <= 1000
            return images[:, 0, 0, :2], images[:, 0, 0, 2:]

    images = np.arange(2500 * 2 * 3).reshape(2500, 1, 2, 3)
    features, logits = resnet.outputs(Sums(), images)
    mean = images.mean(axis=(1, 2))
    np.testing.assert_array_equal(features, mean[:, :2])
    np.testing.assert_array_equal(logits, mean[:, 2:])
