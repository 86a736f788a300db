"""Weight clipping."""

import warnings
from typing import Any

import keras
from keras import ops

from keras_gan.checks import Positive, check_number
from keras_gan.models.lipschitz.policy import LipschitzPolicy, has_batch_norm
from keras_gan.models.tracker import element_count
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class WeightClipping(LipschitzPolicy):
    """Clip every trainable weight of the critic to [−c, c] after each of its updates.

    The critic's loss is ½(R + F). Non-trainable weights, such as the moving variance of BatchNormalization, are not
    clipped.

    Args:
        threshold: The bound c, positive. Defaults to 0.01.

    Raises:
        ValueError: If `threshold` is no finite positive number.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """

    critic_loss_scale = 0.5

    def __init__(self, threshold: Positive = 0.01) -> None:
        check_number(threshold, "threshold", Positive)
        self.threshold = threshold

    def check_critic(self, critic: keras.Model) -> None:
        if has_batch_norm(critic):
            warnings.warn(
                "The critic has BatchNormalization, which makes one image's score depend on the others' and is not "
                "bounded by weight clipping. Use no normalization: others have scales that are clipped too.",
                stacklevel=4,
            )

    def check_optimizer(self, optimizer: keras.optimizers.Optimizer) -> None:
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # A LossScaleOptimizer has one.
        momentum = getattr(optimizer, "momentum", 0) or getattr(optimizer, "beta_1", 0)
        if momentum:
            warnings.warn(
                f"The critic's optimizer {type(optimizer).__name__} has momentum {momentum}, which is unstable with "
                "weight clipping (arXiv:1701.07875, section 4). Use RMSprop without momentum.",
                stacklevel=4,
            )

    def constrain(self, critic: keras.Model) -> None:
        for weight in critic.trainable_weights:
            weight.assign(ops.clip(weight, -self.threshold, self.threshold))

    def clip_ratio(self, critic: keras.Model) -> Tensor:
        weights = critic.trainable_weights
        clipped = [ops.sum(ops.cast(ops.abs(weight) >= self.threshold, "float32")) for weight in weights]
        return sum(clipped) / element_count(weights)

    def get_config(self) -> dict[str, Any]:
        return {"threshold": self.threshold}
