"""The Wasserstein GAN."""

from typing import Any

import keras

from keras_gan.augmentation import Augmentation
from keras_gan.losses import Wasserstein
from keras_gan.models.gan import GAN
from keras_gan.models.lipschitz import LipschitzPolicy, WeightClipping
from keras_gan.models.moving_averages import AveragingPolicy


@keras.saving.register_keras_serializable(package="keras_gan")
class WGAN(GAN):
    """A Wasserstein GAN: `GAN` with the Wasserstein objective.

    Example:

    ```python
    gan = WGAN(generator, critic, lipschitz=GradientPenalty(10.0), n_critic=5)
    gan.compile(
        critic_optimizer=keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9),
        generator_optimizer=keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9),
    )
    gan.fit(gan.batches(images, batch_size=64), steps_per_epoch=1, epochs=2000)  # images in uint8
    ```

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)` to images `(batch, height, width, channels)`.
        critic: Built `keras.Model` from images to unbounded scores.
        lipschitz: Constraint that keeps the critic Lipschitz: `WeightClipping`, `GradientPenalty`, or None for a critic
            that is Lipschitz by construction. Defaults to `WeightClipping(0.01)`.
        n_critic: Critic updates in a step, at least 1. Defaults to 5.
        seed: Seed of the latents, interpolates and augmentations that are drawn in training. Defaults to None, which
            draws a seed from Keras's global seed generator.
        augmentation: Augmentation of what the critic sees: `DiffAugment`, `AdaptiveAugmentation` or
            `GuideAugmentation`, or None for none. Defaults to None.
        averaging: Moving averages of the generator's weights, which samples come from, or None. Defaults to None.
        **kwargs: Passed on to `keras.Model`.

    References:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """

    def __init__(
        self,
        generator: keras.Model,
        critic: keras.Model,
        lipschitz: LipschitzPolicy | None = WeightClipping(0.01),
        n_critic: int = 5,
        seed: int | None = None,
        augmentation: Augmentation | None = None,
        averaging: AveragingPolicy | None = None,
        **kwargs: Any,
    ) -> None:
        parts = augmentation, averaging
        super().__init__(generator, critic, Wasserstein(), lipschitz, n_critic, seed, *parts, **kwargs)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["loss"]
        return config
