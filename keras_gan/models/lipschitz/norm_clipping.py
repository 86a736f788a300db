"""Clipping of the norms of weights."""

from typing import Any

import keras
from keras import ops

from keras_gan.checks import Positive, check_number
from keras_gan.models.lipschitz.policy import LipschitzPolicy
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class NormClipping(LipschitzPolicy):
    """Scale each trainable weight of the critic down to an L2 norm of at most c after each of its updates.

    w ← w · min(1, c / ‖w‖₂), where w is a whole kernel or bias. Unlike `WeightClipping`, it keeps the direction of a
    weight.

    Args:
        norm: The bound c, positive. Defaults to 1.0.

    Raises:
        ValueError: If `norm` is no finite positive number.
    """

    def __init__(self, norm: Positive = 1.0) -> None:
        check_number(norm, "norm", Positive)
        self.norm = norm

    def constrain(self, critic: keras.Model) -> None:
        for weight in critic.trainable_weights:
            weight.assign(weight * ops.cast(_scale(weight, self.norm), weight.dtype))

    def clip_ratio(self, critic: keras.Model) -> Tensor:
        # A product with the scale may be a rounding error below the bound.
        at_bound = [_scale(weight, self.norm * (1 - 1e-5)) < 1 for weight in critic.trainable_weights]
        return ops.mean(ops.cast(ops.stack(at_bound), "float32"))

    def get_config(self) -> dict[str, Any]:
        return {"norm": self.norm}


def _scale(weight: keras.Variable, bound: float) -> Tensor:
    norm = ops.sqrt(ops.sum(ops.square(ops.cast(weight, "float32"))))
    return bound / ops.maximum(norm, bound)
