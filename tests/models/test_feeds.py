"""What `fit` is fed with: whose sizes, whose order, and from which step on."""

import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, set_back, state_of, values_of

import keras_gan as kg
from keras_gan import GanCheckpoint, image_batches
from keras_gan.callbacks import checkpoints


def trained(gan, feed, epochs, **kwargs):
    gan.fit(feed, steps_per_epoch=1, epochs=epochs, verbose=0, **kwargs)
    return gan


def test_batch_size_is_the_images_of_a_critic_update(make_gan, images, float_images):
    by_feed, by_array = make_gan(), make_gan()
    feed = by_feed.batches(images, batch_size=8)
    trained(by_feed, feed, 1)
    # The same 16 images, in the same order, as an array of one step.
    step = next(iter(image_batches(images, 8, n_critic=2, seed=by_feed.seed)))
    flat = np.concatenate([step[:, 0], step[:, 1]])
    by_array.fit(flat, batch_size=8, shuffle=False, verbose=0)
    assert_bits_equal(values_of(by_feed.weights), values_of(by_array.weights))


def test_feed_has_the_models_n_critic_and_seed(make_gan, images):
    feed = make_gan(n_critic=3).batches(images, 4)
    assert (feed.n_critic, feed.seed, feed.batch_size, feed.position) == (3, 1, 4, 0)


def test_feed_of_another_n_critic_is_refused_at_the_first_step(make_gan, images):
    # 4 · 8 images split into 2 batches just as well.
    feed = image_batches(images, batch_size=8, n_critic=4)
    gan = make_gan(n_critic=2)
    with pytest.raises(ValueError, match="n_critic = 2 critic updates.*`gan.batches.*Received: 4 batches"):
        trained(gan, feed, 1)
    assert gan.steps_taken == feed.position == 0


@pytest.fixture
def whole(untrained, images):
    """The variables of a model that was trained for five steps without a stop."""
    gan = untrained()
    return values_of(trained(gan, gan.batches(images, 8), 5).variables)


def test_second_fit_goes_on_where_the_first_ended(untrained, images, whole):
    gan = untrained()
    feed = gan.batches(images, 8)
    trained(trained(gan, feed, 2), feed, 3)
    assert feed.position == 5
    assert_bits_equal(values_of(gan.variables), whole)


def test_feed_of_a_trained_model_begins_where_that_ended(untrained, images, whole, tmp_path):
    part = untrained()
    trained(part, part.batches(images, 8), 2, callbacks=[GanCheckpoint(tmp_path)])
    loaded = keras.saving.load_model(checkpoints(tmp_path)[-1][1])
    trained(loaded, loaded.batches(images, 8), 5, initial_epoch=2)
    assert_bits_equal(values_of(loaded.variables), whole)


def test_fit_that_goes_on_as_another_run_says_so(untrained, images):
    """F35."""
    gan = untrained()
    feed = gan.batches(images, 8)
    trained(gan, feed, 2)
    with pytest.warns(UserWarning, match="begin with step 2, where the model stands.*a feed that begins with step 0"):
        trained(gan, image_batches(images, 8, gan.n_critic, gan.seed), 3, initial_epoch=2)
    with pytest.warns(UserWarning, match="Received: initial_epoch=5, and a model that has taken 3 steps since"):
        trained(gan, gan.batches(images, 8), 6, initial_epoch=5)
    # Where a run that begins with another feed is meant, nothing is said; nor where a run goes on as it was.
    trained(gan, image_batches(images, 8, gan.n_critic), 1)
    trained(gan, gan.batches(images, 8), 6, initial_epoch=5)
    assert gan.steps_taken == 6


def test_model_that_is_compiled_again_does_not_go_on(make_gan, images):
    """F35."""
    gan = make_gan()
    trained(gan, gan.batches(images, 8), 1)
    gan.compile("rmsprop", "rmsprop")
    with pytest.warns(UserWarning, match="initial_epoch=1, and a model that has taken 0 steps since it was compiled"):
        trained(gan, gan.batches(images, 8), 2, initial_epoch=1)


def test_position_is_that_of_the_model_when_training_is_interrupted(untrained, images):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    gan = untrained()
    feed = gan.batches(images, 8)
    with pytest.raises(KeyboardInterrupt):
        trained(gan, feed, 9, callbacks=[Interrupt()])
    assert feed.position == gan.steps_taken == 3


class EndlessDataset(keras.utils.PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return np.zeros((4, 4, 4, 3), "float32")


def endless_feeds(gan, images):
    import tensorflow as tf

    yield gan.batches(images, 4)
    yield tf.data.Dataset.from_tensors(images[:4]).repeat()
    yield EndlessDataset()


def test_endless_feed_without_a_length_is_refused_at_once(make_gan, images):
    gan = make_gan()
    for feed in endless_feeds(gan, images):
        with pytest.raises(ValueError, match="`steps_per_epoch` must be given with an endless feed"):
            gan.fit(feed, verbose=0)


def test_seed_that_was_drawn_is_kept(make_gan, tmp_path):
    gan = make_gan()
    unseeded = type(gan)(gan.generator, gan.critic, None, n_critic=2)
    unseeded.save(tmp_path / "gan.keras")
    assert isinstance(unseeded.seed, int)
    assert keras.saving.load_model(tmp_path / "gan.keras").seed == unseeded.seed


@pytest.mark.parametrize("batch_size", [0, -1, 1.5, "8", True])
def test_batch_sizes_that_are_none_are_refused(make_gan, float_images, batch_size):
    with pytest.raises(ValueError, match="`batch_size` must be an integer of at least 1"):
        make_gan().fit(float_images, batch_size=batch_size, verbose=0)


def test_feed_has_its_own_batch_size_and_wants_a_compiled_model(make_gan, images):
    gan = make_gan()
    with pytest.raises(ValueError, match="`batch_size` must be left out with a feed, which has its own. Received: 9"):
        gan.fit(gan.batches(images, 8), batch_size=9, steps_per_epoch=1)
    with pytest.raises(ValueError, match="must be compiled before `fit`"):
        type(gan)(gan.generator, gan.critic).fit(gan.batches(images, 8), steps_per_epoch=1)


@pytest.mark.parametrize("seed", [-1, 1.5, "3"])
def test_seeds_that_are_none_are_refused(make_gan, seed):
    gan = make_gan()
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0, or None"):
        type(gan)(gan.generator, gan.critic, seed=seed)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a dataset's last element has a known size")
def test_last_element_of_a_dataset_is_trained_on_as_far_as_it_can_be_split(make_gan, float_images):
    """F18: 16 images and a rest, for two critic updates each."""
    import tensorflow as tf

    gan = make_gan()
    state = state_of(gan)
    # Of one image, which is used twice; of two, and of three and five, whose last one is left over.
    for rest, used in ((1, [16, 16]), (2, [16, 17]), (3, [16, 17]), (5, [16, 17, 18, 19])):
        losses = []
        for last in (float_images[16 : 16 + rest], float_images[used]):
            set_back(gan, state)
            dataset = tf.data.Dataset.from_tensor_slices(np.concatenate([float_images[:16], last])).batch(16)
            losses.append(gan.fit(dataset, epochs=1, verbose=0).history["d_loss"])
        assert np.all(np.isfinite(losses))
        assert losses[0] == losses[1]


def test_what_other_models_take_besides_inputs_is_refused(make_gan, float_images):
    """F51, F20."""
    for name, value in (("y", float_images), ("sample_weight", np.ones(64)), ("class_weight", {0: 1.0})):
        with pytest.raises(ValueError, match=f"`{name}` must be None: a GAN trains on images alone"):
            make_gan().fit(float_images, batch_size=8, verbose=0, **{name: value})


def test_array_without_images_is_refused(make_gan, float_images):
    """F51."""
    with pytest.raises(ValueError, match="`x` must hold at least one image. Received: none"):
        make_gan().fit(float_images[:0], batch_size=8, verbose=0)


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "8"], ids=str)
def test_batch_size_is_a_count(make_gan, float_images, size):
    """F51."""
    with pytest.raises(ValueError, match="`batch_size` must be an integer of at least 1. Received: batch_size="):
        make_gan().fit(float_images, batch_size=size, verbose=0)


def test_networks_of_several_inputs_or_outputs_are_refused():
    """F51, F19."""
    latents, images = keras.Input((4,)), keras.Input((8, 8, 3))
    made = keras.layers.Reshape((8, 8, 3))(keras.layers.Dense(192)(latents))
    score = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    generator, critic = keras.Model(latents, made), keras.Model(images, score)
    with pytest.raises(ValueError, match="`critic` must return one tensor. Received: a model of 2"):
        kg.WGAN(generator, keras.Model(images, [score, score]))
    with pytest.raises(ValueError, match="`generator` must take one tensor. Received: a model of 2"):
        kg.WGAN(keras.Model([latents, keras.Input((2,))], made), critic)
