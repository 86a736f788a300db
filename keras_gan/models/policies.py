"""Exchange of the policies of a model that goes on training."""

import keras

from keras_gan.augmentation import Augmentation
from keras_gan.models.gan import GAN
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.tracker import TrainingTracker


def exchange_policies(
    gan: GAN, lipschitz: LipschitzPolicy | None, augmentation: Augmentation | None, n_critic: int
) -> GAN:
    """Return a GAN that goes on where another stands, with other policies.

    Both share their networks and optimizers: use the new one only.

    Args:
        gan: A compiled GAN.
        lipschitz: The new Lipschitz policy, or None.
        augmentation: The new augmentation, or None. One of the same kind keeps its strength.
        n_critic: Critic updates in a step from now on.

    Returns:
        `gan` itself if nothing changes.

    Raises:
        ValueError: If the policies do not fit the networks.
    """
    serialize = keras.saving.serialize_keras_object
    now = (serialize(gan.lipschitz), serialize(gan.augmentation), gan.n_critic)
    if now == (serialize(lipschitz), serialize(augmentation), n_critic):
        return gan
    parts = (gan.generator, gan.critic, gan.adversarial_loss)
    new = GAN(*parts, lipschitz, n_critic, gan.seed, augmentation, gan.averaging, name=gan.name)
    options = {name: value for name, value in gan.get_compile_config().items() if not name.endswith("_optimizer")}
    new.compile(gan.critic_optimizer, gan.generator_optimizer, **options)
    _assign([new.noise.state], [gan.noise.state])
    if new.moving_averages is not None and gan.moving_averages is not None:
        _assign(new.moving_averages.variables, gan.moving_averages.variables)
    if type(new.augmentation) is type(gan.augmentation) and new.augmentation is not None:
        _assign(new.augmentation_state, gan.augmentation_state)
    _continue_tracker(new.tracker, gan.tracker)
    return new


def _continue_tracker(new: TrainingTracker, old: TrainingTracker) -> None:
    """Take over the window of `loss_variance`, and the epoch so far if it has the same values."""
    _assign([new.recent_d_loss, new.recent_count], [old.recent_d_loss, old.recent_count])
    if new.keys == old.keys:
        _assign([new.steps, new.total, new.report], [old.steps, old.total, old.report])


def _assign(targets: list[keras.Variable], sources: list[keras.Variable]) -> None:
    for target, source in zip(targets, sources, strict=True):
        target.assign(source)
