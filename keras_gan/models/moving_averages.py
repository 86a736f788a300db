"""Moving averages of a generator's weights, updated in the training step."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.checks import DecayRate, NotNegative, Positive, check_number
from keras_gan.tensors import Tensor


class AveragingPolicy:
    """Base of the rules by which weights are averaged: average ← average + rate · (weight − average).

    Attributes:
        rule: The rule in words, for logs.
    """

    rule: str

    def rate(self, images: Tensor, images_seen: Tensor) -> Tensor:
        """Return the rate 1 − β of a step, a scalar in [0, 1].

        Args:
            images: Images of the step's generator update, a float32 scalar.
            images_seen: Images of all generator updates before it, a float32 scalar.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "AveragingPolicy":
        return cls(**config)


@keras.saving.register_keras_serializable(package="keras_gan")
class ExponentialAveraging(AveragingPolicy):
    """Average weights exponentially, with a half-life in images: β = 0.5^(images / half-life).

    Early in training, the half-life is shorter: min(half_life, ramp_up · images seen). So the average soon forgets the
    first weights. The images are those of the generator's updates, of one batch a step.

    Args:
        half_life: Images after which a weight counts half, positive. Defaults to 10,000.
        ramp_up: Largest half-life as a share of the images seen so far; 0 for no ramp-up. Defaults to 0.05.

    Raises:
        ValueError: If `half_life` is no finite positive number, or `ramp_up` none of at least 0.

    References:
        Karras et al., Analyzing and Improving the Image Quality of StyleGAN, arXiv:1912.04958.
        Karras et al., Training Generative Adversarial Networks with Limited Data, arXiv:2006.06676.
    """

    def __init__(self, half_life: Positive = 10_000.0, ramp_up: NotNegative = 0.05) -> None:
        check_number(half_life, "half_life", Positive)
        check_number(ramp_up, "ramp_up", NotNegative)
        self.half_life = half_life
        self.ramp_up = ramp_up
        start = f", at most {ramp_up:g} of those seen" if ramp_up else ""
        self.rule = f"exponential moving average of the weights, half-life {half_life:g} images{start}"

    def rate(self, images: Tensor, images_seen: Tensor) -> Tensor:
        """See `AveragingPolicy`."""
        half_life = ops.convert_to_tensor(self.half_life, "float32")
        if self.ramp_up:
            # At least a hundredth of an image, for the step that has none before it.
            half_life = ops.maximum(ops.minimum(half_life, self.ramp_up * images_seen), 0.01)
        # Not 1 − 0.5^x, which would lose digits where x is small.
        return -ops.expm1(-math.log(2) * images / half_life)

    def get_config(self) -> dict[str, Any]:
        return {"half_life": self.half_life, "ramp_up": self.ramp_up}


@keras.saving.register_keras_serializable(package="keras_gan")
class MomentumAveraging(AveragingPolicy):
    """Average weights exponentially, with the same β in every step.

    Args:
        momentum: Share β of the average that a step keeps, in [0, 1). Defaults to 0.999.

    Raises:
        ValueError: If `momentum` is no number in [0, 1).

    Reference:
        Yazıcı et al., The Unusual Effectiveness of Averaging in GAN Training, arXiv:1806.04498.
    """

    def __init__(self, momentum: DecayRate = 0.999) -> None:
        check_number(momentum, "momentum", DecayRate)
        self.momentum = momentum
        self.rule = f"exponential moving average of the weights, momentum {momentum:g}"

    def rate(self, images: Tensor, images_seen: Tensor) -> Tensor:
        """See `AveragingPolicy`."""
        return ops.convert_to_tensor(1 - self.momentum, "float32")

    def get_config(self) -> dict[str, Any]:
        return {"momentum": self.momentum}


class MovingAverages(keras.layers.Layer):
    """Moving averages of a network's trainable weights, in float32 at least.

    After the first step they are the weights themselves. A model that has this layer saves it.

    Args:
        weights: The network's trainable weights.
        policy: The rule of the averages.
    """

    def __init__(self, weights: Sequence[keras.Variable], policy: AveragingPolicy) -> None:
        super().__init__(name="moving_averages", dtype="float32")
        self.policy = policy
        self.images_seen = self._add(())
        self.averages = [
            self._add(weight.shape, keras.backend.result_type(weight.dtype, "float32")) for weight in weights
        ]
        # Their identities, because Keras would take variables for the layer's own.
        self._averaged = tuple(map(id, weights))
        self.built = True

    def pairs(self, weights: Sequence[keras.Variable]) -> list[tuple[keras.Variable, keras.Variable]]:
        """Return the weights with their averages, or nothing before the first step.

        Args:
            weights: The network's trainable weights.
        """
        return list(zip(weights, self.averages)) if float(self.images_seen) > 0 else []

    def check_weights(self, weights: Sequence[keras.Variable]) -> None:
        """Refuse a network whose layers were frozen or thawed since the averages began.

        Args:
            weights: The network's trainable weights.

        Raises:
            ValueError: If they are others than those that are averaged.
        """
        if tuple(map(id, weights)) != self._averaged:
            raise ValueError(
                "`generator` must have the trainable weights that are averaged: freeze or thaw its layers before the "
                "model is made. Received: others"
            )

    def update(self, weights: Sequence[keras.Variable], images: int | Tensor) -> None:
        """Add the weights after a step to the averages.

        Args:
            weights: The network's trainable weights.
            images: Images of the step's generator update.
        """
        images, seen = ops.cast(images, "float32"), ops.convert_to_tensor(self.images_seen)
        rate = ops.where(seen > 0, self.policy.rate(images, seen), 1.0)
        for weight, average in zip(weights, self.averages):
            value = ops.cast(weight, average.dtype)
            average.assign(average + ops.cast(rate, average.dtype) * (value - average))
        self.images_seen.assign(seen + images)

    def _add(self, shape: tuple[int, ...], dtype: str = "float32") -> keras.Variable:
        return self.add_weight(shape=shape, initializer="zeros", dtype=dtype, trainable=False, autocast=False)


def unaveraged() -> None:
    """Keep no averages: samples are of the generator that is trained."""
