"""How a critic is kept Lipschitz: by clipping its weights, or by penalising its gradients."""

import warnings

import keras
from keras import ops

from keras_gan.losses import gradient_penalty
from keras_gan.metrics.training import element_count
from keras_gan.models import autodiff


class LipschitzPolicy:
    """No constraint: the critic is used as it is. Base of the constraints.

    Attributes:
        critic_loss_scale: What R + F is multiplied by to give the critic's loss.
        weight: Coefficient λ of the penalty in the critic's loss; 0 where there is no penalty.
    """

    critic_loss_scale = 1.0
    weight = 0.0

    def check_critic(self, critic: keras.Model):
        """Refuse or warn about critics that defeat the constraint."""

    def check_optimizer(self, optimizer: keras.optimizers.Optimizer):
        """Warn about optimizers of the critic that work badly with the constraint."""

    def penalty(self, critic, real, fake, seed):
        """Return the penalty before λ, a float32 scalar.

        Args:
            critic: Maps images to scores.
            real: Real images, `(batch, height, width, channels)`.
            fake: Generated images, of the same shape.
            seed: `keras.random.SeedGenerator`.
        """
        return ops.zeros(())

    def constrain(self, critic: keras.Model):
        """Change the critic's weights after its update."""

    def clip_ratio(self, critic: keras.Model):
        """Return the share of the critic's weights that the constraint holds at its bound, in [0, 1]."""
        return ops.zeros(())

    def get_config(self) -> dict:
        return {}

    @classmethod
    def from_config(cls, config: dict):
        return cls(**config)


@keras.saving.register_keras_serializable(package="keras_gan")
class WeightClipping(LipschitzPolicy):
    """Clip every trainable weight of the critic to [−c, c] after each of its updates.

    The critic's loss is ½(R + F). Non-trainable weights, such as a BatchNorm's moving variance, are left alone.

    Args:
        threshold: The bound c, positive. Defaults to 0.01.

    Raises:
        ValueError: If the threshold is not positive.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """

    critic_loss_scale = 0.5

    def __init__(self, threshold: float = 0.01):
        if not threshold > 0:
            raise ValueError(f"`threshold` must be positive. Received: threshold={threshold}")
        self.threshold = threshold

    def check_critic(self, critic):
        if _has_batch_norm(critic):
            warnings.warn(
                "The critic has BatchNormalization, which makes one image's score depend on the others' and is not "
                "bounded by weight clipping. Use LayerNormalization or none.",
                stacklevel=4,
            )

    def check_optimizer(self, optimizer):
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # Of a LossScaleOptimizer.
        momentum = getattr(optimizer, "momentum", 0) or getattr(optimizer, "beta_1", 0)
        if momentum:
            warnings.warn(
                f"The critic's optimizer {type(optimizer).__name__} has momentum {momentum}, which is unstable with "
                "weight clipping (arXiv:1701.07875, section 4). Use RMSprop without momentum.",
                stacklevel=4,
            )

    def constrain(self, critic):
        for weight in critic.trainable_weights:
            weight.assign(ops.clip(weight, -self.threshold, self.threshold))

    def clip_ratio(self, critic):
        weights = critic.trainable_weights
        clipped = [ops.sum(ops.cast(ops.abs(weight) >= self.threshold, "float32")) for weight in weights]
        return sum(clipped) / element_count(weights)

    def get_config(self):
        return {"threshold": self.threshold}


@keras.saving.register_keras_serializable(package="keras_gan")
class GradientPenalty(LipschitzPolicy):
    """Penalise the critic's gradient norm between real and generated images.

    The critic's loss is R + F + λ·GP with GP = E[(‖∇f(x̂)‖₂ − target)²], x̂ = ε·x + (1−ε)·G(z), and one ε ~ U[0, 1]
    for each sample. Norm and penalty are at least float32 under any precision policy.

    Args:
        weight: The coefficient λ, positive. Defaults to 10.0.
        target: The gradient norm that costs nothing, not negative. Defaults to 1.0.
        one_sided: Whether norms below the target cost nothing either. Defaults to False.

    Raises:
        ValueError: If the weight is not positive or the target negative.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """

    def __init__(self, weight: float = 10.0, target: float = 1.0, one_sided: bool = False):
        if not weight > 0:
            raise ValueError(f"`weight` must be positive. Received: weight={weight}")
        if not target >= 0:
            raise ValueError(f"`target` must not be negative. Received: target={target}")
        self.weight = weight
        self.target = target
        self.one_sided = one_sided

    def check_critic(self, critic):
        if _has_batch_norm(critic):
            raise ValueError(
                "A critic with BatchNormalization cannot be trained with GradientPenalty: the penalty is on each "
                "sample's own gradient, and BatchNormalization makes scores depend on the whole batch. "
                "Use LayerNormalization or none."
            )

    def penalty(self, critic, real, fake, seed):
        mixing_shape = (ops.shape(real)[0], *[1] * (len(real.shape) - 1))
        mixing = keras.random.uniform(mixing_shape, dtype=real.dtype, seed=seed)
        interpolates = fake + mixing * (real - fake)
        gradients = autodiff.input_gradients(critic, interpolates)
        return ops.mean(gradient_penalty(gradients, self.target, self.one_sided))

    def get_config(self):
        return {"weight": self.weight, "target": self.target, "one_sided": self.one_sided}


def _has_batch_norm(critic) -> bool:
    return any(isinstance(layer, keras.layers.BatchNormalization) for layer in critic._flatten_layers())
