"""F29: in a plain graph of TensorFlow on a CPU a loss is one XLA program, with the same numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from loss_cases import CASES, gradient_function

from keras_gan import losses
from keras_gan.losses import _fusion


@pytest.fixture
def of_any_size(monkeypatch):
    """Small inputs are fused too."""
    monkeypatch.setattr(_fusion, "SMALLEST", 1)


def programs(graph):
    """Return how many XLA programs a graph holds."""
    xla = {each.signature.name for each in graph.as_graph_def().library.function if each.attr["_XlaMustCompile"].b}
    return sum(any(value.func.name in xla for value in op.node_def.attr.values()) for op in graph.get_operations())


def programs_of(function, x):
    return programs(tf.function(function).get_concrete_function(tf.constant(x)).graph)


def assert_fused(function, x):
    """Assert that value and gradient of a function are in one program, and are those of its operations."""

    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return value, tape.gradient(value, x)

    compiled = tf.function(both).get_concrete_function(tf.constant(x))
    assert programs(compiled.graph) == 1
    value, gradient = compiled(tf.constant(x))
    expected_value, expected_gradient = both(tf.constant(x))
    # XLA approximates exponentials to a few units in the last place, and sums in another order.
    np.testing.assert_allclose(value, expected_value, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-4, atol=1e-6)


#: One case of each class.
FUSED = {case.cls: case for case in CASES if case.cls.fuses}


@pytest.mark.parametrize("case", FUSED.values(), ids=lambda case: case.name)
def test_value_and_gradient_are_one_program(case, of_any_size):
    y_true, y_pred = case.draw(5)
    loss, x = case.make(), tf.constant(y_pred)
    compiled = tf.function(gradient_function(lambda x: loss(y_true, x))).get_concrete_function(x)
    assert programs(compiled.graph) == 1


@pytest.mark.parametrize(
    "cls", [losses.DiceCrossentropy, losses.BinaryFocal, losses.Distillation, losses.Contrastive, losses.GaussianKL]
)
def test_value_and_gradient_are_those_of_the_operations(cls, of_any_size):
    y_true, y_pred = FUSED[cls].draw(5)
    loss, weight = FUSED[cls].make(), np.array([0.5, 2.0, 0.0, 1.5], "float32")
    assert_fused(lambda x: loss(y_true, x, weight), y_pred)


@pytest.mark.parametrize("cls", [losses.RelativisticAverage, losses.RelativisticPairing])
def test_adversarial_losses_are_those_of_the_operations(cls, of_any_size):
    loss = cls(real_target=0.9)
    real, fake = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    assert_fused(lambda x: loss.discriminator(x, fake), real)
    assert_fused(lambda x: loss.discriminator(real, x), fake)
    assert_fused(lambda x: loss.generator(x, real), fake)


def test_every_tensor_that_a_tape_watches_has_its_gradient(of_any_size):
    rng = np.random.default_rng(1)
    inputs = [tf.constant(rng.normal(size=(4, 6)).astype("float32")) for _ in range(3)]
    images = rng.random((4, 6)).astype("float32")

    def gradients(*inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            # The second loss weighs the gradient: it is not that of the program alone.
            value = 3.0 * losses.VaeElbo(beta=0.5)(images, inputs) + tf.reduce_sum(inputs[0])
        return tape.gradient(value, inputs)

    for ours, expected in zip(tf.function(gradients)(*inputs), gradients(*inputs), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)


def test_gradients_have_gradients(of_any_size):
    y_true, y_pred = np.float32([0, 1, 1, 0]), np.float32([-1.5, 0.3, 2.0, 0.7])

    def curvature(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                value = losses.BinaryCrossentropy(reduction="sum")(y_true, x)
            slope = inner.gradient(value, x)
        return outer.gradient(slope, x)

    p = 1 / (1 + np.exp(-y_pred.astype("float64")))
    # Exponentials of XLA.
    np.testing.assert_allclose(tf.function(curvature)(tf.constant(y_pred)), p * (1 - p), rtol=1e-4)


def test_a_tape_around_the_graph_sees_the_gradient(of_any_size):
    loss, y_true = losses.MeanSquaredError(), np.zeros((4, 2), "float32")
    step = tf.function(lambda x: loss(y_true, x))
    x = tf.constant(np.arange(8, dtype="float32").reshape(4, 2))
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = step(x)
        np.testing.assert_allclose(tape.gradient(value, x), x / 4, rtol=1e-6)


def test_small_gradients_of_a_scaled_loss_keep_their_digits(of_any_size):
    """A gradient of 2⁻²⁶, which float16 has not, is 2⁻¹¹ once it is scaled."""
    y_pred = tf.constant(np.full((4, 2**10), 2.0**-15, "float16"))

    @tf.function
    def scaled(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = 2.0**15 * losses.MeanSquaredError()(tf.zeros_like(x), x)
        return tape.gradient(value, x)

    gradient = scaled(y_pred)
    assert gradient.dtype == "float16"
    # 2¹⁵ · 2x / 4096 elements, a power of two.
    np.testing.assert_array_equal(gradient, np.full((4, 2**10), 2.0**15 * 2 * 2.0**-15 / 2**12, "float16"))


def gradients_in_graph(function, x, inner, outer):
    """Return the gradient of a loss by one of its inputs, while a tape in the graph watches another one."""

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x[inner])
            value = function(x)
        tape.gradient(value, x[inner])
        return value

    x = {name: tf.constant(value) for name, value in x.items()}
    with tf.GradientTape() as tape:
        tape.watch(x[outer])
        value = step(x)
    with tf.GradientTape() as eager:
        eager.watch(x[outer])
        expected = function(x)
    return tape.gradient(value, x[outer]), eager.gradient(expected, x[outer])


@pytest.mark.parametrize(("inner", "outer"), [("y_pred", "y_true"), ("y_pred", "weight"), ("weight", "y_pred")])
def test_tapes_around_each_other_see_their_gradients(inner, outer, of_any_size):
    rng = np.random.default_rng(4)
    x = {"y_true": rng.random((4, 6)), "y_pred": rng.normal(size=(4, 6)), "weight": rng.random(4)}
    x = {name: value.astype("float32") for name, value in x.items()}
    loss = losses.BinaryCrossentropy()
    ours, expected = gradients_in_graph(lambda x: loss(x["y_true"], x["y_pred"], x["weight"]), x, inner, outer)
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("make", [tf.constant, tf.Variable, lambda x: keras.Variable(x)])
def test_weights_that_are_learnt_have_their_gradients(make, of_any_size):
    y_true, y_pred = np.float32([[0, 1], [1, 0]]), tf.constant(np.float32([[0.5, -1], [2, 0.1]]))
    weight = make(np.float32([0.5, 2.0]))

    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            if not isinstance(weight, keras.Variable):
                tape.watch(weight)
            value = losses.BinaryCrossentropy()(y_true, x, weight)
        return tape.gradient(value, [x, weight.value if isinstance(weight, keras.Variable) else weight])

    for ours, expected in zip(tf.function(gradients)(y_pred), gradients(y_pred), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)


def test_subclasses_may_do_what_xla_cannot_compile(of_any_size):
    class Patient(losses.BinaryCrossentropy):
        def per_sample(self, y_true, y_pred, mask=None, element_weight=None):
            (values,) = tf.py_function(lambda x: [x], [super().per_sample(y_true, y_pred)], [tf.float32])
            return tf.ensure_shape(values, (None,))

    y_true, y_pred = np.float32([[0, 1], [1, 0]]), np.float32([[0.5, -1], [2, 0.1]])
    step = tf.function(lambda x: Patient()(y_true, x))
    np.testing.assert_allclose(step(y_pred), losses.BinaryCrossentropy()(y_true, y_pred), rtol=1e-6)


@pytest.mark.parametrize(
    "loss",
    [
        *(losses.SparseCategoricalCrossentropy(), losses.SparseCategoricalFocal(), losses.GeneralizedDice()),
        *(losses.Dice("multiclass"), losses.DiceCrossentropy("multiclass")),
    ],
    ids=lambda loss: loss.name,
)
def test_labels_that_are_no_class_are_not_trained_on(loss, of_any_size):
    """`ignore_class` was forgotten: the loss is NaN, where XLA would take the last class."""
    logits = tf.constant(np.random.default_rng(0).normal(size=(4, 2, 2, 3)).astype("float32"))
    step = tf.function(lambda y_true: loss(y_true, logits))
    for label in (255, 3, -1):
        labels = np.zeros((4, 2, 2), int)
        labels[0, 0] = label
        assert np.isnan(step(tf.constant(labels)))


def test_small_losses_and_those_without_a_reduction_stay_as_they_are():
    images = np.zeros((4, 64), "float32")
    large = np.zeros((4, 2**13), "float32")
    assert programs_of(lambda x: losses.MeanSquaredError()(x, x), images) == 0
    assert programs_of(lambda x: losses.MeanSquaredError()(x, x), large) == 1
    assert programs_of(lambda x: losses.MeanSquaredError(reduction=None)(x, x), large) == 0


def test_eager_calls_compile_nothing(of_any_size, monkeypatch):
    """Each of them would compile anew."""
    monkeypatch.setattr(_fusion, "_differentiable", lambda *arguments: pytest.fail("It was compiled."))
    x = tf.constant(np.ones((4, 5), "float32"))
    value, gradient = gradient_function(lambda x: losses.MeanSquaredError()(tf.zeros_like(x), x))(x)
    assert float(value) == 1
    np.testing.assert_allclose(gradient, np.full((4, 5), 0.1), rtol=1e-6)


def test_an_evaluation_takes_no_gradient(of_any_size):
    step = tf.function(lambda x: losses.MeanSquaredError()(x, x)).get_concrete_function(tf.zeros((4, 5)))
    (program,) = [op for op in step.graph.get_operations() if "PartitionedCall" in op.type]
    assert [output.shape for output in program.outputs] == [()]


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_fit_trains_the_same_weights(dtype):
    """Dice of pictures in `fit` with masks, weights and a last batch that is smaller."""
    rng = np.random.default_rng(2)
    count = 6 if dtype == "float32" else 4
    images = rng.normal(size=(count, 32, 32, 3)).astype("float32")
    labels, weights = (images[..., :1] > 0).astype("float32"), rng.random(count)

    def weights_after(run_eagerly):
        keras.utils.set_random_seed(0)
        layers = [keras.Input((32, 32, 3)), keras.layers.Conv2D(4, 3, padding="same"), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        if dtype != "float32":
            model = keras.models.clone_model(
                model, clone_function=lambda layer: type(layer).from_config({**layer.get_config(), "dtype": dtype})
            )
            model.set_weights(keras.Sequential(layers).get_weights())
        model.compile(keras.optimizers.SGD(0.1), losses.DiceCrossentropy(), run_eagerly=run_eagerly, jit_compile=False)
        model.fit(images, labels, batch_size=4, epochs=2, sample_weight=weights, shuffle=False, verbose=0)
        return np.concatenate([weight.ravel() for weight in model.get_weights()])

    # The same sums in another order; in float16 each step rounds to three digits.
    tolerance = {"float32": 1e-4, "mixed_float16": 2e-2}[dtype]
    np.testing.assert_allclose(weights_after(False), weights_after(True), rtol=tolerance, atol=tolerance / 10)
