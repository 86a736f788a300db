"""Base of augmentations, which does not change images."""

from typing import Any

import keras
from keras import ops

from keras_gan.sharding import on_each_shard
from keras_gan.tensors import Tensor


class Augmentation:
    """Base of the augmentations of what a critic sees. By itself it is none.

    All random numbers of a call are drawn first, and `transform` is a function of the images and these numbers. It must
    work on each image alone, whatever the number of images.

    Attributes:
        augments_fakes: Whether the critic sees all images augmented, real and generated ones, in the updates of both
            networks. Penalties then go through the augmentation: they are with respect to the image before it, so
            `transform` must be differentiable twice. If it is False, only the real images are augmented, as if the set
            were larger.
        draws: Random numbers for one image; 0 for no augmentation.
    """

    augments_fakes = True
    draws = 0

    def __call__(self, images: Tensor, seed: keras.random.SeedGenerator) -> Tensor:
        """Augment images, each in its own way.

        Args:
            images: Images in [−1, 1], `(batch, height, width, channels)`: grey or in colour, with or without alpha.
            seed: Generator of random seeds.

        Returns:
            The augmented images, of the same shape and dtype. Augmentations of colour may leave [−1, 1].
        """
        if not self.draws:
            # No augmentation at all: the seed must not advance.
            return images
        numbers = keras.random.uniform((ops.shape(images)[0], self.draws), dtype="float32", seed=seed)
        # In float32 at least: bfloat16 cannot tell the pixels of a row apart.
        wide = keras.backend.result_type(images.dtype, "float32")
        transformed = on_each_shard(self.transform, ops.cast(images, wide), ops.cast(numbers, wide))
        return ops.cast(transformed, images.dtype)

    def transform(self, images: Tensor, numbers: Tensor) -> Tensor:
        """Augment images by given random numbers.

        Args:
            images: Images in [−1, 1], `(batch, height, width, channels)`.
            numbers: Numbers in [0, 1), `(batch, draws)`, of the images' dtype.

        Returns:
            The augmented images.
        """
        return images

    @property
    def variables(self) -> list[keras.Variable]:
        """State that changes in training and is saved with the model."""
        return []

    def update(self, real_scores: Tensor, fake_scores: Tensor) -> None:
        """Adapt the state after a critic update.

        Args:
            real_scores: Scores of the augmented real images, `(batch,)`.
            fake_scores: Scores of the generated images that the update was on, `(batch,)`.
        """

    def strength(self) -> Tensor | None:
        """Return how strong the augmentation is now, in [0, 1], or None if that never changes."""
        return None

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Augmentation":
        return cls(**config)


def unaugmented() -> None:
    """Show the critic the images as they are."""
