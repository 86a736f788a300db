"""Evaluation of a critic on held-out images, which leaves training as it was."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.checks import check_count, check_flag
from keras_gan.data.images import in_range
from keras_gan.models.feeds import check_element
from keras_gan.models.fitting import check_callbacks
from keras_gan.models.held_out import held_out_images
from keras_gan.models.inputs import check_alone, check_verbose
from keras_gan.models.state import inner_scope, seed_states
from keras_gan.models.step_images import join_images
from keras_gan.models.updates import AlternatingModel
from keras_gan.tensors import Tensor

#: Place of evaluation's random numbers in the sequence of a seed, which training does not reach.
FIRST_DRAW = 2**30

#: Distance between the draws of two batches, per image: more than a batch draws.
DRAWS_PER_IMAGE = 1024


class EvaluatedModel(AlternatingModel):
    """A model with `evaluate` and `test_on_batch`, which report `wasserstein_distance` and `d_loss` of given images.

    `GAN` sets the attributes.
    """

    seed: int

    _held_out: list[keras.metrics.Mean]
    _is_evaluating = False

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        # Keras resets these before it evaluates. The values of the epoch of training must stay.
        return list(self._held_out) if self._is_evaluating else [self.tracker]

    def evaluate(
        self,
        x: Any = None,
        y: None = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: None = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> list[float] | dict[str, float]:
        """Compute the critic's distance and loss on images that it was not trained on.

        The values are those that a critic update reports, with as many generated images as real ones, in training mode,
        but nothing is updated. The random numbers depend only on the model's seed, so that the values of two epochs can
        be compared. Batches count by their images.

        Args:
            x: Real images in a form that `fit` takes. Elements of a dataset may hold any number of images.
            y: Must be None, because a GAN has no targets.
            batch_size: Images that are scored at a time if `x` is an array or a feed. Defaults to 32.
            verbose: As in Keras. Defaults to `"auto"`.
            sample_weight: Must be None.
            steps: Elements of `x` that are scored. A feed, a generator and an endless dataset need it. Defaults to
                None, all.
            callbacks: Callbacks with methods such as `on_test_end`. Defaults to None.
            return_dict: Whether to return the values by name. Defaults to False.
            **kwargs: Passed on to `keras.Model.evaluate`.

        Returns:
            `wasserstein_distance` and `d_loss`.

        Raises:
            ValueError: If `x` does not hold images of the generator's shape and in their range.
        """
        check_alone(y=y, sample_weight=sample_weight)
        if batch_size is not None:
            check_count(batch_size, "batch_size")
        check_verbose(verbose)
        check_flag(return_dict, "return_dict")
        # `fit` has checked its validation data and its callbacks before training.
        if not kwargs.get("_use_cached_eval_dataset"):
            if not isinstance(callbacks, keras.callbacks.CallbackList):
                check_callbacks(callbacks)
            x, steps = held_out_images(x, steps, self.image_shape, "x", "steps")
        with self._evaluating():
            return super().evaluate(x, None, batch_size, verbose, None, steps, callbacks, return_dict, **kwargs)

    def test_on_batch(
        self, x: Any, y: None = None, sample_weight: None = None, return_dict: bool = False
    ) -> list[float] | dict[str, float]:
        """Evaluate one batch; see `evaluate`.

        Args:
            x: Real images `(batch, height, width, channels)`, floats in [−1, 1] or uint8.
            y: Must be None, because a GAN has no targets.
            sample_weight: Must be None.
            return_dict: Whether to return the values by name. Defaults to False.

        Returns:
            `wasserstein_distance` and `d_loss`.

        Raises:
            ValueError: If `x` does not hold images of the generator's shape and in their range.
        """
        check_alone(y=y, sample_weight=sample_weight)
        check_flag(return_dict, "return_dict")
        check_element(x, self.image_shape, 1, "`x`")
        with self._evaluating():
            return super().test_on_batch(x, return_dict=return_dict)

    def run_test_step(self, data: Any) -> dict[str, Tensor]:
        """Score the images of a batch against as many generated ones; return the means so far."""
        real = in_range(join_images(data, self.image_shape))
        count = ops.shape(real)[0]
        with inner_scope():
            self._begin_draws()
            fake = ops.cast(self.generator(self._latents(count), training=True), real.dtype)
            _, (loss, *_, distance), _ = self._critic_objective(real, fake)
        for metric, value in zip(self._held_out, (distance, loss), strict=True):
            metric.update_state(value, sample_weight=ops.cast(count, "float32"))
        return {metric.name: metric.result() for metric in self._held_out}

    def _begin_draws(self) -> None:
        """Set all random seeds to a state that depends only on the model's seed and the images scored so far."""
        scored = self._held_out[0].count
        for index, state in enumerate(seed_states(self)):
            seed = ops.cast(np.uint32((self.seed + index) % 2**32), state.dtype)
            state.assign(ops.stack([seed, FIRST_DRAW + DRAWS_PER_IMAGE * ops.cast(scored, state.dtype)]))

    @contextlib.contextmanager
    def _evaluating(self) -> Iterator[None]:
        self._is_evaluating = True
        try:
            yield
        finally:
            self._is_evaluating = False


def new_means() -> list[keras.metrics.Mean]:
    """Return the metrics of an evaluation, in the order in which `evaluate` returns their values."""
    return [keras.metrics.Mean(name, dtype="float32") for name in ("wasserstein_distance", "d_loss")]
