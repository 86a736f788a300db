"""The training step in PyTorch, channels last, as one writes it there: the presets' maths and reports.

What differs from ours costs nothing: PyTorch pads strided convolutions on the other side, its RMSprop has the epsilon
outside the root, and BatchNorm's moving statistics move in critic updates too.
"""

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from train_step_cost import block_of, step_images
from train_step_torch_augmentation import AUGMENTATIONS
from train_step_torch_networks import NETWORKS

#: Keras's default, where PyTorch has another.
OPTIMIZER_EPSILON = 1e-7

#: Methods of the trainer.
FORWARD_PASSES = ("generate", "critic_loss", "generator_loss")


def build_optimizer(network, config, learning_rate):
    """Return a network's optimizer."""
    if config.optimizer == "adam":
        betas = (config.beta_1, config.beta_2)
        return torch.optim.Adam(network.parameters(), learning_rate, betas, OPTIMIZER_EPSILON)
    return torch.optim.RMSprop(network.parameters(), learning_rate, config.beta_2, OPTIMIZER_EPSILON)


def gradient_norm(network):
    """Return the global norm of a network's gradients."""
    return nn.utils.get_total_norm([weight.grad for weight in network.parameters()])


def flat_weights(network):
    """Return all weights of a network in one vector."""
    return torch.cat([weight.flatten() for weight in network.parameters()])


class Trainer:
    """Both networks, their optimizers, and the step."""

    def __init__(self, config):
        self.config = config
        build_generator, build_critic = NETWORKS[config.generator]
        self.generator = build_generator(config).to(memory_format=torch.channels_last)
        self.critic = build_critic(config).to(memory_format=torch.channels_last)
        self.augment = AUGMENTATIONS[config.augmentation]
        self.average = None
        if config.averaging == "momentum":
            average = get_ema_multi_avg_fn(config.averaging_momentum)
            self.average = AveragedModel(self.generator, multi_avg_fn=average, use_buffers=True)
        self.critic_optimizer = build_optimizer(self.critic, config, config.critic_learning_rate)
        self.generator_optimizer = build_optimizer(self.generator, config, config.generator_learning_rate)
        if config.mixed_precision != "off":
            # Around each forward pass by itself: within one context, PyTorch casts a weight only once.
            autocast = torch.autocast(torch.get_default_device().type, torch.bfloat16)
            for name in FORWARD_PASSES:
                setattr(self, name, autocast(getattr(self, name)))

    def step(self, batches):
        """Take the critic updates, each on its batch, then the generator update; return the values of the last."""
        for real in batches:
            values = self.critic_update(real)
        values |= self.generator_update(len(batches[0])) | self.weight_values()
        if self.average is not None:
            self.average.update_parameters(self.generator)
        return dict(zip(values, torch.stack(list(values.values())).tolist()))

    def critic_update(self, real):
        """Update the critic; return what is reported of it."""
        with torch.no_grad():
            fake = self.generate(torch.randn(len(real), self.config.latent_dim))
        mixing = torch.rand(len(real), 1, 1, 1)
        self.critic_optimizer.zero_grad()
        loss, values = self.critic_loss(real, fake, mixing)
        loss.backward()
        values = {name: value.detach() for name, value in values.items()}
        values |= {"d_loss": loss.detach(), "critic_gradient_norm": gradient_norm(self.critic)}
        self.critic_optimizer.step()
        threshold = self.config.clip_threshold
        if threshold is not None:
            with torch.no_grad():
                for weight in self.critic.parameters():
                    weight.clamp_(-threshold, threshold)
        return values

    def generate(self, latents):
        """Return images."""
        return self.generator(latents)

    def score(self, images):
        """Return the critic's scores of augmented images."""
        return self.critic(self.augment(images))

    def critic_loss(self, real, fake, mixing):
        """Return the critic's loss and its parts."""
        real_score, fake_score = self.score(real).mean(), self.score(fake).mean()
        values = {"d_loss_real": -real_score, "d_loss_fake": fake_score}
        values["wasserstein_distance"] = real_score - fake_score
        if self.config.gradient_penalty is None:
            values["gradient_penalty"] = torch.zeros(())
            return 0.5 * (fake_score - real_score), values
        mixed = (fake + mixing * (real - fake)).requires_grad_()
        (gradients,) = torch.autograd.grad(self.score(mixed).sum(), mixed, create_graph=True)
        norms = (gradients.square().sum((1, 2, 3)) + 1e-12).sqrt()
        values["gradient_penalty"] = (norms - 1).square().mean()
        return fake_score - real_score + self.config.gradient_penalty * values["gradient_penalty"], values

    def generator_update(self, batch_size):
        """Update the generator; return what is reported of it."""
        self.critic.requires_grad_(False)
        self.generator_optimizer.zero_grad()
        loss = self.generator_loss(torch.randn(batch_size, self.config.latent_dim))
        loss.backward()
        self.critic.requires_grad_(True)
        norm = gradient_norm(self.generator)
        self.generator_optimizer.step()
        return {"g_loss": loss.detach(), "generator_gradient_norm": norm}

    def generator_loss(self, latents):
        """Return the generator's loss."""
        return -self.score(self.generator(latents)).mean()

    @torch.no_grad()
    def weight_values(self):
        """Return what is reported of the weights."""
        values = {}
        for name in ("critic", "generator"):
            weights = flat_weights(getattr(self, name))
            values[f"{name}_weight_std"], values[f"{name}_weight_mean"] = torch.std_mean(weights, correction=0)
        values["clip_ratio"] = torch.zeros(())
        if self.config.clip_threshold is not None:
            values["clip_ratio"] = (flat_weights(self.critic).abs() >= self.config.clip_threshold).float().mean()
        return values

    def compile(self, real):
        """Compile the forward pass of critic updates and both losses, with their gradients.

        Args:
            real: A batch to see on whether the compiled loss has the gradients of the loss as it was.

        Raises:
            NotImplementedError: If PyTorch cannot compile them, or does and computes something else.
        """
        before = self._critic_gradients(real)
        for name in FORWARD_PASSES:
            setattr(self, name, torch.compile(getattr(self, name)))
        try:
            after = self._critic_gradients(real)
        except Exception as error:  # what comes out of a compiler that meets something new has no common type
            raise NotImplementedError(f"{type(error).__name__}: {error}".splitlines()[0]) from error
        if (after - before).norm() > 1e-3 * before.norm():
            raise NotImplementedError("the compiled critic's loss has other gradients than the loss as it is written")

    def _critic_gradients(self, real):
        noise = torch.Generator(real.device).manual_seed(0)
        fake = torch.empty_like(real).uniform_(-1, 1, generator=noise)
        loss, _ = self.critic_loss(real, fake, torch.rand(len(real), 1, 1, 1, generator=noise))
        return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, list(self.critic.parameters()))])


def prepare(config, compiled: bool):
    """Return a function that takes a number of steps and returns their times.

    Args:
        config: An `ExperimentConfig`.
        compiled: Whether to use `torch.compile`.

    Raises:
        NotImplementedError: If it cannot compile the step.
    """
    torch.manual_seed(config.seed)
    trainer = Trainer(config)
    # Channels last in memory already.
    images = torch.as_tensor(step_images(config), device=torch.get_default_device()).permute(0, 3, 1, 2)
    batches = images.split(config.batch_size)
    if compiled:
        trainer.compile(batches[0])
    return block_of(lambda: trainer.step(batches))
