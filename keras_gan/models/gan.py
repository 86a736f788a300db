"""The trainable model: a generator and a critic under `model.fit`."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.checks import check_count
from keras_gan.data.pipeline import ImageFeed, image_batches
from keras_gan.losses import AdversarialLoss
from keras_gan.models import sampling
from keras_gan.models.averaging import AveragedGenerator, averaged_generator
from keras_gan.models.continuation import warn_of_another_run
from keras_gan.models.datasets import refusing
from keras_gan.models.descent import build_optimizer, check_trained_weights
from keras_gan.models.evaluation import new_means
from keras_gan.models.feeds import check_element, check_endless, check_step_sizes, checked_feed
from keras_gan.models.fitting import OptimizerPair, ValidationEpochs, check_callbacks, in_stage_order
from keras_gan.models.held_out import with_validation
from keras_gan.models.inputs import check_alone, check_networks, check_parts
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.persistence import PersistentModel
from keras_gan.models.scoring import score_apart, score_together, scores_each_alone
from keras_gan.models.shapes import image_shape, latent_shape
from keras_gan.models.tracker import TrainingTracker
from keras_gan.tensors import Tensor

#: Images of one critic update if `fit` gets an array without a batch size.
DEFAULT_BATCH_SIZE = 32


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(PersistentModel):
    """A generative adversarial network, trained by `fit` on images alone.

    One step consists of `n_critic` critic updates, each on a new batch of real images and new noise, and then one
    generator update, all in one compiled graph. `fit` takes the images of a whole step at a time, as `batches` makes
    them.

    The network that is not being updated also runs in training mode, but its weights do not change: the generator's
    BatchNormalization always uses batch statistics, and updates its moving statistics once per step.

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)` to images `(batch, height, width, channels)`. A
            subclass of `keras.Model` is built when it is first called, as by `generator(keras.ops.zeros((1, 100)))`.
        critic: Built `keras.Model` from images to unbounded scores.
        loss: The adversarial loss, such as `keras_gan.losses.Wasserstein()`.
        lipschitz: Constraint that keeps the critic Lipschitz: `WeightClipping`, `GradientPenalty`, or None for no
            constraint. Defaults to None.
        n_critic: Critic updates in a step, at least 1. Defaults to 1.
        seed: Seed of the latents and interpolates that are drawn in training. Defaults to None, which draws a seed from
            Keras's global seed generator.
        **kwargs: Passed on to `keras.Model`.

    Attributes:
        averaging: The averaged generator, or None if the generator's optimizer keeps no averages.
        latent_shape: Shape of one latent.
        image_shape: Height, width and channels of the generator's images.
        has_diverged: Whether the last `fit` was stopped because losses or weights became NaN or infinite.
            `DivergenceGuard` sets it; `GanCheckpoint` then keeps the checkpoints from before the divergence.
        batch_size: Images of one critic update in the last `fit`; None before, and if it was given a dataset.

    Raises:
        ValueError: If a network is not built, takes or returns several tensors, or reads images as channels-first, if
            the critic does not take the generator's images or defeats the constraint, if `loss` is not an adversarial
            loss, or if `n_critic` is not a positive integer.
    """

    def __init__(
        self,
        generator: keras.Model,
        critic: keras.Model,
        loss: AdversarialLoss,
        lipschitz: LipschitzPolicy | None = None,
        n_critic: int = 1,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_networks(generator, critic)
        check_parts(loss, lipschitz, n_critic, seed)
        self.generator = generator
        self.critic = critic
        self.latent_shape = latent_shape(generator)
        self.image_shape = image_shape(generator)
        self.adversarial_loss = loss
        # Keras only finds random seeds that are attributes of the model.
        self.loss_noise = loss.seed_generator
        self.lipschitz = lipschitz
        self.n_critic = n_critic
        self.noise = keras.random.SeedGenerator(seed)
        # The order of the images also depends on the seed, and continues after the model is saved and loaded.
        self.seed = int(ops.convert_to_numpy(self.noise.state)[0]) if seed is None else seed
        self.tracker = TrainingTracker()
        self.averaging: AveragedGenerator | None = None
        self._held_out = new_means()
        self._constraint = LipschitzPolicy() if lipschitz is None else lipschitz
        self._constraint.check_critic(critic)
        self._score = score_together if scores_each_alone(critic) else score_apart
        self.has_diverged = False
        self.batch_size: int | None = None
        self.built = True

    # --- training ---------------------------------------------------------------------------------------------------

    def compile(
        self,
        critic_optimizer: keras.optimizers.Optimizer | str | dict[str, Any],
        generator_optimizer: keras.optimizers.Optimizer | str | dict[str, Any],
        **kwargs: Any,
    ) -> None:
        """Set the optimizers.

        If the generator's optimizer keeps moving averages of the weights (`use_ema=True`), `generate` uses the averaged
        generator, and so do the callbacks that save or measure samples.

        Args:
            critic_optimizer: A new optimizer, or its name or config.
            generator_optimizer: A new optimizer, or its name or config; not the same instance as the critic's.
            **kwargs: Passed on to `keras.Model.compile`: `run_eagerly`, `steps_per_execution`, `auto_scale_loss` and
                `jit_compile`, whose default `"auto"` uses XLA on accelerators and on JAX. On JAX, `steps_per_execution`
                may be larger than 1 even if an epoch has only one step. Callbacks then get the values of each epoch in
                turn, and a dispatch ends at an epoch after which a callback reads the model, as its method
                `reads_model(epoch)` says.

        Raises:
            ValueError: If a loss or metrics are given, because the model sets its own, if both optimizers are one
                instance, if one of them was built for other weights, or if the generator is to be averaged and Keras
                cannot copy it.
        """
        for name in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"):
            if kwargs.get(name) is not None:
                raise ValueError(f"{type(self).__name__} sets its own `{name}`. Received: {name}={kwargs[name]!r}")
        if critic_optimizer is generator_optimizer and not isinstance(critic_optimizer, (str, dict)):
            raise ValueError("`critic_optimizer` and `generator_optimizer` must be two instances. Received: one")
        auto_scale_loss = kwargs.get("auto_scale_loss", True)
        of_critic = build_optimizer(critic_optimizer, self.critic, "critic", auto_scale_loss)
        of_generator = build_optimizer(generator_optimizer, self.generator, "generator", auto_scale_loss)
        super().compile(**kwargs)
        self.critic_optimizer, self.generator_optimizer = of_critic, of_generator
        self.averaging = averaged_generator(self.generator, self.generator_optimizer)
        # Otherwise Keras would build its default optimizer, with slots for the weights of both networks.
        self.optimizer = OptimizerPair(self.critic_optimizer, self.generator_optimizer)
        self._constraint.check_optimizer(self.critic_optimizer)
        self._compile_options = dict(kwargs)

    def fit(
        self,
        x: Any = None,
        y: None = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: keras.callbacks.Callback | Sequence[keras.callbacks.Callback] | None = None,
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

        Warns:
            UserWarning: If `x` is a feed, and `initial_epoch` says that training goes on, but the model or the feed is
                not where the run stands before that epoch.
        """
        check_callbacks(callbacks)
        check_alone(y=y, **{name: kwargs.get(name) for name in ("sample_weight", "class_weight")})
        if self.compiled:
            check_trained_weights(self.critic_optimizer, self.critic, "critic")
            check_trained_weights(self.generator_optimizer, self.generator, "generator")
        check_endless(x, kwargs.get("steps_per_epoch"))
        self.batch_size = None
        given = {"epochs": epochs, "verbose": verbose, "callbacks": callbacks, **kwargs}
        if isinstance(x, ImageFeed):
            return self._fit_on_feed(x, batch_size, given)
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
        """
        check_alone(y=y, sample_weight=sample_weight, class_weight=class_weight)
        if isinstance(x, np.ndarray):
            check_element(x, self.image_shape, self.n_critic, "`x`")
        return super().train_on_batch(x, return_dict=return_dict)

    def batches(self, images: np.ndarray, batch_size: int) -> ImageFeed:
        """Make a feed of images for `fit`, in an order that depends only on the model's seed and step.

        A model that was trained or loaded continues with the next images of this order. One that is compiled again
        starts the order again, as its optimizers start again.

        Args:
            images: The set, `(images, height, width, channels)`, uint8.
            batch_size: Images of one critic update.

        Returns:
            An endless feed. `fit` needs `steps_per_epoch` with it.

        Raises:
            ValueError: If the images are not uint8, or there are fewer of them than a batch.
        """
        return image_batches(images, batch_size, self.n_critic, self.seed, self.steps_taken if self.compiled else 0)

    def _fit_on_feed(self, feed: ImageFeed, batch_size: int | None, given: dict[str, Any]) -> keras.callbacks.History:
        """Train on a feed, and advance its position by the steps that were trained, even if training fails."""
        if batch_size is not None:
            raise ValueError(f"`batch_size` must be left out with a feed, which has its own. Received: {batch_size}")
        if not self.compiled:
            raise ValueError("The model must be compiled before `fit`: call `compile(critic_optimizer, …)`")
        before = self.steps_taken
        warn_of_another_run(given.get("initial_epoch", 0), given["steps_per_epoch"], before, feed.position)
        self.batch_size = feed.batch_size
        try:
            return self._fit_on_images(feed.stream(), feed.batch_size, given)
        finally:
            feed.position += self.steps_taken - before

    def _fit_on_images(self, x: Any, batch_size: int, given: dict[str, Any]) -> keras.callbacks.History:
        """Check images and train on them.

        Args:
            x: Images in a form that Keras takes.
            batch_size: Images of one critic update.
            given: Further arguments of `fit`.
        """
        check_count(batch_size, "batch_size")
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
        self.has_diverged = False
        with refusing(refusals):
            return super().fit(x, **given)

    def _callbacks(self, given: dict[str, Any]) -> list[keras.callbacks.Callback]:
        """Return the callbacks that `fit` was given, in their order, and those of `fit` itself."""
        callbacks = given["callbacks"]
        callbacks = [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else list(callbacks or [])
        readers: list[Any] = list(callbacks)
        if "validation_data" in given:
            readers.append(ValidationEpochs(given.get("validation_freq", 1)))
        return in_stage_order(callbacks, self.prepare_fit(given.get("steps_per_epoch"), readers))

    # --- inference --------------------------------------------------------------------------------------------------

    def call(self, latents: Tensor, training: bool = False) -> Tensor:
        """Generate images with the generator that is trained, which is not the averaged one.

        Args:
            latents: Latents, `(batch, ...)`.
            training: Whether BatchNormalization uses the statistics of the batch. Defaults to False.

        Returns:
            Images, `(batch, height, width, channels)`.
        """
        return self.generator(latents, training=training)

    @property
    def sampling_generator(self) -> keras.Model:
        """Generator that makes the samples: the averaged one if the optimizer keeps averages, else `generator`.

        The averaged generator has the moving averages of the weights, and BatchNormalization statistics that are
        measured for them. Its weights change when this is read after more training; `save` or copy it to keep it.
        Before the first step it is `generator` itself.
        """
        return self.generator if self.averaging is None else self.averaging.network()

    def generate(self, n: int, seed: int | None = None, batch_size: int = 256, averaged: bool = True) -> np.ndarray:
        """Generate images without changing the state of training.

        Args:
            n: Number of images, at least 1.
            seed: Integer seed of the latents. Defaults to None, which draws other latents in each call.
            batch_size: Images that are generated at a time. Defaults to 256.
            averaged: Whether to use the averaged generator if there is one. Defaults to True.

        Returns:
            Images `(n, height, width, channels)`, float32, in the generator's range.

        Raises:
            ValueError: If `n` or `batch_size` is no integer of at least 1, or `seed` none of at least 0.
        """
        generator = self.sampling_generator if averaged else self.generator
        return sampling.generate(generator, n, seed, batch_size)

    def export(self, filepath: str | Path, format: str = "tf_saved_model", **kwargs: Any) -> None:
        """Export the generator that samples come from, without the critic and the state of training.

        Args:
            filepath: Where to write the artifact.
            format: A format of `keras.Model.export`. Defaults to `"tf_saved_model"`, which needs TensorFlow on any
                backend. Its endpoint `serve` takes a batch of latents and returns images.
            **kwargs: Passed on to `keras.Model.export`.

        Raises:
            ImportError: If a package that the format needs is not installed.

        Example:

        ```python
        gan.export("generator")
        exported = tf.saved_model.load("generator")
        images = exported.serve(tf.random.normal((64, *gan.latent_shape)))
        ```
        """
        latents = keras.InputSpec(shape=(None, *self.latent_shape), dtype=self.generator.input_dtype, name="latents")
        self.sampling_generator.export(filepath, format=format, **{"input_signature": [latents], **kwargs})
