"""Losses under the masks that Keras's own layers make, through `fit`, on any backend."""

import keras
import numpy as np
from loss_cases import BATCH, CASES, CLASSES

from keras_gan import losses

#: What `Masking` takes for padding; no prediction is it.
PADDING = -9.0

#: Losses of predictions with an axis that a mask may be of.
MASKABLE = [case for case in CASES if case.draw()[1].ndim > 2 and case.draw()[1].shape[1] in (2, BATCH)]

#: Words of each sentence. All are padded to the longest.
LENGTHS = (5, 2, 3, 1)


def losses_of_fit(model, functions, x, y_true):
    """Return the losses of a model's outputs that a step of training reports, by name; compiled once for all."""
    model.compile(keras.optimizers.SGD(0.0), functions)
    history = model.fit(x, y_true, batch_size=BATCH, verbose=0).history
    return {name: history[f"{name}_loss"][0] for name in functions}


def value_of(loss, y_true, y_pred):
    """Return the value of a loss called alone."""
    # JAX would compile each operation by itself.
    if keras.backend.backend() == "jax":
        import jax

        loss = jax.jit(loss)
    return keras.ops.convert_to_numpy(loss(y_true, y_pred))


def check_masking():
    """Compare each loss with that of what is kept alone: two rows of four or, of pairs, all samples but one."""
    inputs, outputs, x, labels, expected = {}, {}, {}, {}, {}
    for case in MASKABLE:
        y_true, y_pred = case.draw(4)
        kept = (np.array([0, 2, 3]),) if y_pred.shape[1] == 2 else (slice(None), slice(2))
        x[case.name] = np.full_like(y_pred, PADDING)
        x[case.name][kept] = y_pred[kept]
        labels[case.name] = np.zeros(BATCH, "float32") if y_true is None else y_true
        expected[case.name] = value_of(case.make(), None if y_true is None else y_true[kept], y_pred[kept])
        inputs[case.name] = keras.Input(y_pred.shape[1:], name=case.name)
        identity = keras.layers.Dense(y_pred.shape[-1], kernel_initializer="identity", use_bias=False)
        outputs[case.name] = identity(keras.layers.Masking(PADDING)(inputs[case.name]))
    model = keras.Model(inputs, outputs)
    for name, value in losses_of_fit(model, {case.name: case.make() for case in MASKABLE}, x, labels).items():
        # A compiled sum is rounded elsewhere.
        np.testing.assert_allclose(value, expected[name], rtol=1e-4, err_msg=name)


def check_padded_words():
    """Compare the losses of words behind a recurrent layer with those of each sentence without its padding."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    words = np.stack([np.pad(rng.integers(1, 9, length), (0, max(LENGTHS) - length)) for length in LENGTHS])
    labels = rng.integers(0, CLASSES, words.shape)
    given = keras.Input(words.shape[1:], dtype="int32")
    embedded = keras.layers.Embedding(9, 4, mask_zero=True)(given)
    functions = {
        "crossentropy": losses.SparseCategoricalCrossentropy(),
        "focal": losses.SparseCategoricalFocal(),
        "overlap": losses.Dice(mode="multiclass"),
    }
    read = keras.layers.LSTM(6, return_sequences=True)(embedded)
    heads = {name: keras.layers.Dense(CLASSES)(read) for name in functions}
    model = keras.Model(given, heads)
    predictions = model.predict(words, verbose=0)
    found = losses_of_fit(model, functions, words, dict.fromkeys(functions, labels))
    for name, loss in functions.items():
        alone = [
            value_of(loss, labels[i : i + 1, :length], predictions[name][i : i + 1, :length])
            for i, length in enumerate(LENGTHS)
        ]
        np.testing.assert_allclose(found[name], np.mean(alone), rtol=1e-4, err_msg=name)


def check():
    """Run both checks on this backend."""
    check_masking()
    check_padded_words()


if __name__ == "__main__":
    check()
    print("equal")
