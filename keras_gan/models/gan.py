"""The trainable model: a generator and a critic under `model.fit`."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.augmentation import Augmentation
from keras_gan.checks import check_flag, checked_path
from keras_gan.losses import AdversarialLoss
from keras_gan.models import sampling
from keras_gan.models.averaging import AveragedGenerator, generator_of_averages, generator_of_optimizer
from keras_gan.models.descent import build_optimizer
from keras_gan.models.evaluation import new_means
from keras_gan.models.fitted import FittedModel
from keras_gan.models.fitting import OptimizerPair
from keras_gan.models.inputs import check_augmentation, check_networks, check_parts, check_single_average
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.moving_averages import AveragingPolicy, MovingAverages
from keras_gan.models.scoring import score_apart, score_together, scores_each_alone
from keras_gan.models.shapes import image_shape, latent_shape
from keras_gan.models.tracker import STRENGTH_KEY, TrainingTracker
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(FittedModel):
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
        lipschitz: Constraint that keeps the critic Lipschitz, such as `WeightClipping`, `GradientPenalty`, or several
            in `Combined`; or None for no constraint. Defaults to None.
        n_critic: Critic updates in a step, at least 1. Defaults to 1.
        seed: Seed of the latents, interpolates and augmentations that are drawn in training. Defaults to None, which
            draws a seed from Keras's global seed generator.
        augmentation: Augmentation of what the critic sees: `DiffAugment`, `AdaptiveAugmentation` or
            `GuideAugmentation`, or None for none. Defaults to None.
        averaging: Moving averages of the generator's weights, which samples come from: `ExponentialAveraging`,
            `MomentumAveraging`, or None for none. Defaults to None.
        **kwargs: Passed on to `keras.Model`.

    Attributes:
        averaged_generator: The averaged generator, or None if neither the model nor the generator's optimizer keeps
            averages.
        latent_shape: Shape of one latent.
        image_shape: Height, width and channels of the generator's images.
        has_diverged: Whether the last `fit` was stopped because losses or weights became NaN or infinite.
            `DivergenceGuard` sets it; `GanCheckpoint` then keeps the checkpoints from before the divergence.
        batch_size: Images of one critic update in the last `fit`; None before, and if it was given a dataset.

    Raises:
        ValueError: If a network is not built, takes or returns several tensors, or reads images as channels-first, if
            the critic does not take the generator's images or defeats the constraint, if `loss` is not an adversarial
            loss, if `n_critic` is not a positive integer, if the images have more than four channels and are to be
            augmented, or if the generator is to be averaged and Keras cannot copy it.
    """

    def __init__(
        self,
        generator: keras.Model,
        critic: keras.Model,
        loss: AdversarialLoss,
        lipschitz: LipschitzPolicy | None = None,
        n_critic: int = 1,
        seed: int | None = None,
        augmentation: Augmentation | None = None,
        averaging: AveragingPolicy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_networks(generator, critic)
        check_parts(loss, lipschitz, n_critic, seed, averaging)
        self._constraint = LipschitzPolicy() if lipschitz is None else lipschitz
        self.generator = generator
        self.critic = critic = self._constraint.prepare(critic)
        self.latent_shape = latent_shape(generator)
        self.image_shape = image_shape(generator)
        check_augmentation(augmentation, self.image_shape)
        self.adversarial_loss = loss
        # Keras only finds random seeds that are attributes of the model.
        self.loss_noise = loss.seed_generator
        self.lipschitz = lipschitz
        self.n_critic = n_critic
        self.noise = keras.random.SeedGenerator(seed)
        # The order of the images also depends on the seed, and continues after the model is saved and loaded.
        self.seed = int(ops.convert_to_numpy(self.noise.state)[0]) if seed is None else seed
        self.augmentation = augmentation
        self._augmentation = Augmentation() if augmentation is None else augmentation
        # Like random seeds, variables must be attributes of the model.
        self.augmentation_state = self._augmentation.variables
        self.tracker = TrainingTracker(further_keys=self._further_keys())
        self.averaging = averaging
        self.averaged_generator: AveragedGenerator | None = None
        self.moving_averages: MovingAverages | None = None
        if averaging is not None:
            self.moving_averages = MovingAverages(generator.trainable_weights, averaging)
            self.averaged_generator = generator_of_averages(generator, self.moving_averages)
        self._held_out = new_means()
        self._constraint.check_critic(critic)
        self._score = score_together if scores_each_alone(critic) else score_apart
        self.has_diverged = False
        self.batch_size: int | None = None
        self.built = True

    def _further_keys(self) -> tuple[str, ...]:
        strength = () if self._augmentation.strength() is None else (STRENGTH_KEY,)
        return (*strength, *self._accuracy_keys)

    def compile(
        self,
        critic_optimizer: keras.optimizers.Optimizer | str | dict[str, Any],
        generator_optimizer: keras.optimizers.Optimizer | str | dict[str, Any],
        **kwargs: Any,
    ) -> None:
        """Set the optimizers.

        If the generator's optimizer keeps moving averages of the weights (`use_ema=True`), `generate` uses the averaged
        generator, and so do the callbacks that save or measure samples, as with the model's own `averaging`.

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
                instance, if one of them was built for other weights, if the generator is to be averaged and Keras
                cannot copy it, if both the model and the generator's optimizer average it, or if there is a strategy
                of `tf.distribute`.
        """
        for name in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"):
            if kwargs.get(name) is not None:
                raise ValueError(f"{type(self).__name__} sets its own `{name}`. Received: {name}={kwargs[name]!r}")
        if critic_optimizer is generator_optimizer and not isinstance(critic_optimizer, (str, dict)):
            raise ValueError("`critic_optimizer` and `generator_optimizer` must be two instances. Received: one")
        auto_scale_loss = kwargs.get("auto_scale_loss", True)
        of_critic = build_optimizer(critic_optimizer, self.critic, "critic", auto_scale_loss)
        of_generator = build_optimizer(generator_optimizer, self.generator, "generator", auto_scale_loss)
        averaged = generator_of_optimizer(self.generator, of_generator)
        if self.moving_averages is not None:
            check_single_average(averaged)
            self.moving_averages.check_weights(self.generator.trainable_weights)
            averaged = self.averaged_generator
        super().compile(**kwargs)
        self.critic_optimizer, self.generator_optimizer = of_critic, of_generator
        self.averaged_generator = averaged
        # Otherwise Keras would build its default optimizer, with slots for the weights of both networks.
        self.optimizer = OptimizerPair(self.critic_optimizer, self.generator_optimizer)
        self._constraint.check_optimizer(self.critic_optimizer)
        self._compile_options = dict(kwargs)

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
        """Generator that makes the samples: the averaged one if there are averages, else `generator`.

        The averaged generator has the moving averages of the weights, and BatchNormalization statistics that are
        measured for them. Its weights change when this is read after more training; `save` or copy it to keep it.
        Before the first step it is `generator` itself.
        """
        return self.generator if self.averaged_generator is None else self.averaged_generator.network()

    def generate(
        self,
        n: int | None = None,
        seed: int | None = None,
        batch_size: int = sampling.BATCH,
        averaged: bool = True,
        *,
        latents: Any = None,
        truncation: float | None = None,
    ) -> np.ndarray:
        """Generate images without changing the state of training.

        Args:
            n: Number of images, at least 1. Defaults to None, one for each of `latents`.
            seed: Integer seed of the latents. Defaults to None, which draws other latents in each call.
            batch_size: Images that are generated at a time. Defaults to 256.
            averaged: Whether to use the averaged generator if there is one. Defaults to True.
            latents: Latents `(n, ...)` to make images of, in place of `n`, `seed` and `truncation`. Defaults to None.
            truncation: Bound t of the latents, which then come from the normal distribution on [−t, t]. A smaller bound
                gives more typical and less varied images. Defaults to None, no bound.

        Returns:
            Images `(n, height, width, channels)`, float32, in the generator's range.

        Raises:
            ValueError: If `n` or `batch_size` is no integer of at least 1, `seed` none of at least 0, or `truncation`
                no positive number; if both or none of `n` and `latents` are given; or if `latents` are not the
                generator's.
        """
        check_flag(averaged, "averaged")
        generator = self.sampling_generator if averaged else self.generator
        return sampling.generate(generator, n, seed, batch_size, latents=latents, truncation=truncation)

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
        checked_path(filepath, "filepath")
        latents = keras.InputSpec(shape=(None, *self.latent_shape), dtype=self.generator.input_dtype, name="latents")
        self.sampling_generator.export(filepath, format=format, **{"input_signature": [latents], **kwargs})
