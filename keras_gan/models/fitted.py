"""Training by `fit`, on images in any of the forms that Keras takes."""

import inspect
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_gan.checks import check_count, check_flag
from keras_gan.data.pipeline import ImageFeed, image_batches
from keras_gan.models.continuation import check_initial_step, warn_of_another_run
from keras_gan.models.datasets import refusing
from keras_gan.models.descent import check_trained_weights
from keras_gan.models.epoch_parts import EpochParts
from keras_gan.models.feeds import check_element, check_endless, check_step_sizes, checked_feed
from keras_gan.models.fitting import ValidationEpochs, check_callbacks, in_stage_order
from keras_gan.models.held_out import with_validation
from keras_gan.models.inputs import check_alone, check_verbose
from keras_gan.models.memory import OutOfMemoryError
from keras_gan.models.persistence import PersistentModel
from keras_gan.models.step_images import check_format, images_alone
from keras_gan.processes import process_count
from keras_gan.sharding import check_division, own_rows, shards

#: Images of one critic update if `fit` gets an array without a batch size.
DEFAULT_BATCH_SIZE = 32


class FittedModel(PersistentModel):
    """A model that is trained by `fit` on images alone.

    `GAN` sets the attributes.
    """

    has_diverged: bool
    batch_size: int | None
    #: Whether `fit` ends within an epoch, which another one may go on with.
    is_paused: bool = False
    #: Images that the critic was trained on before, more than it would have been in batches of the size of now.
    images_before: int = 0

    _continues_epoch = False

    def fit(
        self,
        x: Any = None,
        y: None = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: keras.callbacks.Callback | Sequence[keras.callbacks.Callback] | None = None,
        *,
        initial_step: int = 0,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Train as `keras.Model.fit` does, and add `epoch_time` in seconds to the logs of callbacks.

        Callbacks of this package may be given in any order. The callback that stops a diverged run is called first,
        then the log and the quality figures, then all other callbacks in their order, then those that record the epoch,
        and checkpoints last. Keras's callbacks set the learning rates of both optimizers. `TerminateOnNaN` checks the
        sum of both losses.

        At the end, both networks have the weights that they were trained to, so that another `fit` goes on from there.
        Keras's `fit` puts the averages of an optimizer with `use_ema=True` in their place; here, `generate` and
        `sampling_generator` have the averaged generator at any time.

        Args:
            x: Images, floats in [−1, 1] or uint8: a feed that `batches` makes, an array, or a dataset or generator
                whose elements are the images of one step. If the last element of a `tf.data.Dataset` cannot be split
                into `n_critic` equal batches, the few images that are left over are not used.
            y: Must be None, because a GAN has no targets.
            batch_size: Images of one critic update if `x` is an array; a step takes `n_critic` times as many.
                Defaults to 32.
            epochs: Index of the epoch before which training stops. Defaults to 1.
            verbose: As in Keras. Defaults to `"auto"`.
            callbacks: A callback or a list of them. Defaults to None.
            initial_step: Steps of the epoch `initial_epoch` that are done, if an earlier `fit` was paused within it.
                It needs a feed that `batches` makes. Defaults to 0.
            **kwargs: Passed on to `keras.Model.fit`. With `validation_data`, real images in any form of `x`, or with
                `validation_split`, the logs also have `val_wasserstein_distance` and `val_d_loss`, as `evaluate`
                computes them: a critic that overfits scores images higher that it was trained on. Training itself
                stays the same to the last bit. The images of a feed or a generator are taken before training, and
                need `validation_steps`. `validation_batch_size` defaults to `batch_size`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If `x` does not hold images of the generator's shape and in their range, cannot be split into
                steps of `n_critic` equal batches, or is endless while `steps_per_epoch` is missing, if the validation
                data are no such images, if `callbacks` is a `CallbackList` or has a `SwapEMAWeights`, or if a network
                is frozen, or layers of it were frozen or thawed after `compile`. Arrays are checked whole, and other
                feeds by their first images.
            OutOfMemoryError: If a step needs more memory than there is. It names the next smaller batch size.

        Warns:
            UserWarning: If `x` is a feed, and `initial_epoch` says that training goes on, but the model or the feed is
                not where the run stands before that epoch.
        """
        check_count(epochs, "epochs", 0)
        check_initial_step(initial_step, kwargs.get("steps_per_epoch"), is_feed=isinstance(x, ImageFeed))
        check_verbose(verbose)
        check_callbacks(callbacks)
        check_alone(y=y, **{name: kwargs.get(name) for name in ("sample_weight", "class_weight")})
        if self.compiled:
            check_trained_weights(self.critic_optimizer, self.critic, "critic")
            check_trained_weights(self.generator_optimizer, self.generator, "generator")
        check_endless(x, kwargs.get("steps_per_epoch"))
        self.batch_size = None
        self.is_paused = False
        given = {"epochs": epochs, "verbose": verbose, "callbacks": callbacks, **kwargs}
        if isinstance(x, ImageFeed):
            return self._fit_on_feed(x, batch_size, initial_step, given)
        if process_count() > 1 and shards() > 1:
            raise ValueError(
                "`x` must be a feed that `batches` makes where several processes train together. "
                f"Received: a {type(x).__name__}"
            )
        return self._fit_on_images(x, DEFAULT_BATCH_SIZE if batch_size is None else batch_size, given)

    def train_on_batch(
        self, x: Any, y: None = None, sample_weight: None = None, class_weight: None = None, return_dict: bool = False
    ) -> list[float] | dict[str, float]:
        """Train one step.

        Args:
            x: Images of the step, `(n_critic · batch, height, width, channels)`, floats in [−1, 1] or uint8. The range
                of a NumPy array is checked, but not that of a tensor, which may be on another device.
            y: Must be None, because a GAN has no targets.
            sample_weight: Must be None.
            class_weight: Must be None.
            return_dict: Whether to return the values by name. Defaults to False.

        Returns:
            The values of the step.

        Raises:
            ValueError: If `x` does not hold images that `fit` would take for a step.
            OutOfMemoryError: If the step needs more memory than there is.
        """
        check_alone(y=y, sample_weight=sample_weight, class_weight=class_weight)
        check_flag(return_dict, "return_dict")
        self.batch_size = None
        if isinstance(x, np.ndarray):
            check_element(x, self.image_shape, self.n_critic, "`x`")
        else:
            check_format(images_alone(x, "`x`"), self.image_shape, "`x`")
        return super().train_on_batch(x, return_dict=return_dict)

    def pause(self) -> None:
        """Have `fit` end after the step under way.

        If it trains on a feed that `batches` makes, the epoch has no end then: `GanCheckpoint` saves the model as it
        is within the epoch, and another `fit` with `initial_step` goes on as if training had never stopped. Otherwise
        this is the same as `stop_training = True`.
        """
        self.is_paused = self.stop_training = True

    @property
    def images_seen(self) -> int | None:
        """Number of images that the critic was trained on; None if the last `fit` had batches of an unknown size."""
        if self.batch_size is None:
            return None
        return self.images_before + self.steps_taken * self.n_critic * self.batch_size

    def reset_metrics(self) -> None:
        # An epoch that goes on keeps the means of its first part.
        if not self._continues_epoch:
            super().reset_metrics()
        self._continues_epoch = False

    def batches(self, images: np.ndarray, batch_size: int, chosen: np.ndarray | None = None) -> ImageFeed:
        """Make a feed of images for `fit`, in an order that depends only on the model's seed and step.

        A model that was trained or loaded continues with the next images of this order. One that is compiled again
        starts the order again, as its optimizers start again.

        Args:
            images: The set, `(images, height, width, channels)`, uint8.
            batch_size: Images of one critic update.
            chosen: Indices of the images that are fed. Defaults to None, all of them.

        Returns:
            An endless feed. `fit` needs `steps_per_epoch` with it.

        Raises:
            ValueError: If the images are not uint8, or there are fewer of them than a batch.
        """
        start = self.steps_taken if self.compiled else 0
        return image_batches(images, batch_size, self.n_critic, self.seed, start, chosen)

    def _fit_on_feed(
        self, feed: ImageFeed, batch_size: int | None, initial_step: int, given: dict[str, Any]
    ) -> keras.callbacks.History:
        """Train on a feed, and advance its position by the steps that were trained, even if training fails."""
        if batch_size is not None:
            raise ValueError(f"`batch_size` must be left out with a feed, which has its own. Received: {batch_size}")
        if not self.compiled:
            raise ValueError("The model must be compiled before `fit`: call `compile(critic_optimizer, …)`")
        before = self.steps_taken
        epoch = given.get("initial_epoch", 0)
        warn_of_another_run(epoch, given["steps_per_epoch"], before, feed.position, initial_step)
        self.batch_size = feed.batch_size
        feed.rows = own_rows(feed.batch_size)
        self._continues_epoch = initial_step > 0
        is_lost = False
        try:
            return self._fit_on_images(feed.stream(), feed.batch_size, given, initial_step)
        except OutOfMemoryError:
            # On JAX, the step has already given up the memory of the state, and the number of steps in it.
            is_lost = True
            raise
        finally:
            self._continues_epoch = False
            if not is_lost:
                feed.position += self.steps_taken - before

    def _fit_on_images(
        self, x: Any, batch_size: int, given: dict[str, Any], initial_step: int | None = None
    ) -> keras.callbacks.History:
        """Check images and train on them.

        Args:
            x: Images in a form that Keras takes.
            batch_size: Images of one critic update.
            given: Further arguments of `fit`.
            initial_step: Steps of the first epoch that are done; None for images that training cannot go on with
                within an epoch. Defaults to None.
        """
        check_count(batch_size, "batch_size")
        check_division(batch_size, shards())
        image_shape = self.image_shape
        x, given = with_validation(x, given, batch_size, image_shape)
        if hasattr(x, "shape"):
            check_step_sizes(len(x), batch_size, self.n_critic)
            self.batch_size = batch_size
            # Keras's batch is all images of a step.
            given["batch_size"] = self.n_critic * batch_size
        if hasattr(x, "element_spec") or inspect.isgenerator(x):
            # Keras cannot shuffle a `tf.data.Dataset` or a generator, and warns unless `shuffle` is False.
            given.setdefault("shuffle", False)
        refusals: list[ValueError] = []
        x = checked_feed(x, image_shape, self.n_critic, refusals)
        given["callbacks"] = self._callbacks(given)
        if initial_step is not None:
            sizes = given["epochs"], given["steps_per_epoch"], initial_step
            given["callbacks"] = EpochParts(given["callbacks"], self, *sizes, given["verbose"])
        self.has_diverged = False
        try:
            with refusing(refusals):
                return super().fit(x, **given)
        except OutOfMemoryError as error:
            # Keras takes the cause away together with its own lines of the traceback.
            raise error from error.__context__

    def _callbacks(self, given: dict[str, Any]) -> list[keras.callbacks.Callback]:
        """Return the callbacks that `fit` was given, in their order, and those of `fit` itself."""
        callbacks = given["callbacks"]
        callbacks = [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else list(callbacks or [])
        readers: list[Any] = list(callbacks)
        if "validation_data" in given:
            readers.append(ValidationEpochs(given.get("validation_freq", 1)))
        return in_stage_order(callbacks, self.prepare_fit(given.get("steps_per_epoch"), readers))
