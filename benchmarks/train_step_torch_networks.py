"""The presets' networks in PyTorch, as one writes them there, for channels last."""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

#: Keras's default, where PyTorch has another.
NORM_EPSILON = 1e-3

#: Side and channels of images of the tuning guide's presets, side of their smallest feature map, and how much wider
#: than the map at full size the maps of half, a quarter and so on of it are.
SIDE, CHANNELS, BASE, GROWTH = 64, 3, 4, (1, 2, 4, 8)


# --- horses -----------------------------------------------------------------------------------------------------------


class UpsamplingGenerator(nn.Module):
    """Nearest-neighbour upsamplings and convolutions, from latents to images."""

    def __init__(self, config):
        super().__init__()
        first, momentum = config.generator_filters[0], 1 - config.batch_norm_momentum
        self.projection = nn.Sequential(
            nn.Linear(config.latent_dim, 4 * 4 * first),
            nn.BatchNorm1d(4 * 4 * first, NORM_EPSILON, momentum),
            nn.LeakyReLU(0.2, inplace=True),
        )
        layers, kernel, count = [], config.generator_kernel_size, first
        for filters in config.generator_filters[:-1]:
            convolution = nn.Conv2d(count, filters, kernel, padding=kernel // 2)
            norm = nn.BatchNorm2d(filters, NORM_EPSILON, momentum)
            layers += [nn.Upsample(scale_factor=2, mode="nearest"), convolution, norm, nn.LeakyReLU(0.2, inplace=True)]
            count = filters
        last = nn.Conv2d(count, config.generator_filters[-1], kernel, padding=kernel // 2)
        self.convolutions = nn.Sequential(*layers, last, nn.Tanh())

    def forward(self, latents):
        # Channels last from the start, which another order of the projection's outputs would have to be copied to.
        maps = self.projection(latents).unflatten(1, (4, 4, -1)).permute(0, 3, 1, 2)
        return self.convolutions(maps)


def convolutional_critic(config):
    """Return strided convolutions, from images to scores."""
    layers, count, kernel = [], config.generator_filters[-1], config.critic_kernel_size
    side = 4 * 2 ** (len(config.generator_filters) - 1)
    for filters, stride in zip(config.critic_filters, config.critic_strides):
        layers += [nn.Conv2d(count, filters, kernel, stride, kernel // 2), nn.LeakyReLU(0.2, inplace=True)]
        count, side = filters, -(-side // stride)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(count * side * side, 1))


def initialise(layer):
    """Draw a layer's kernel from N(0, 0.02²), as the presets do."""
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(layer.weight, std=0.02)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


# --- the tuning guide's -----------------------------------------------------------------------------------------------


class Projection(nn.Module):
    """Latents to the smallest feature map."""

    def __init__(self, config, channels, bias):
        super().__init__()
        self.shape = (BASE, BASE, channels)
        self.dense = nn.Linear(config.latent_dim, BASE * BASE * channels, bias)

    def forward(self, latents):
        return self.dense(latents).unflatten(1, self.shape).permute(0, 3, 1, 2)


def batch_norm(config, channels):
    """Return BatchNorm with the moving averages of ours."""
    return nn.BatchNorm2d(channels, NORM_EPSILON, 1 - config.batch_norm_momentum)


def transposed_generator(config):
    """Return transposed convolutions, from latents to images."""
    *others, widest = (config.generator_feature_maps * growth for growth in GROWTH)
    layers, count = [Projection(config, widest, False), batch_norm(config, widest), nn.ReLU(inplace=True)], widest
    for filters in reversed(others):
        convolution = nn.ConvTranspose2d(count, filters, 4, 2, 1, bias=False)
        layers += [convolution, batch_norm(config, filters), nn.ReLU(inplace=True)]
        count = filters
    last = nn.ConvTranspose2d(count, CHANNELS, 4, 2, 1)
    return nn.Sequential(*layers, last, nn.Tanh()).apply(initialise)


def layer_normalised_critic(config):
    """Return strided convolutions and layer normalisation, from images to scores."""
    layers, count = [], CHANNELS
    for index, filters in enumerate(config.critic_feature_maps * growth for growth in GROWTH):
        norms = [nn.GroupNorm(1, filters)] if index else []
        layers += [nn.Conv2d(count, filters, 4, 2, 1), *norms, nn.LeakyReLU(0.2)]
        count = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(count * BASE * BASE, 1)).apply(initialise)


class ResidualUp(nn.Module):
    """Double the side of a feature map."""

    def __init__(self, config, count, filters):
        super().__init__()
        up = nn.Upsample(scale_factor=2, mode="nearest")
        self.main = nn.Sequential(
            *(batch_norm(config, count), nn.ReLU(inplace=True), up, nn.Conv2d(count, filters, 3, padding=1)),
            *(batch_norm(config, filters), nn.ReLU(inplace=True), nn.Conv2d(filters, filters, 3, padding=1)),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(count, filters, 1), up)

    def forward(self, maps):
        return self.main(maps) + self.shortcut(maps)


class ResidualDown(nn.Module):
    """Halve the side of a feature map."""

    def __init__(self, count, filters, is_first):
        super().__init__()
        before = [] if is_first else [nn.GroupNorm(1, count), nn.ReLU()]
        first, second = (spectral_norm(nn.Conv2d(size, filters, 3, padding=1)) for size in (count, filters))
        self.main = nn.Sequential(*before, first, nn.GroupNorm(1, filters), nn.ReLU(), second, nn.AvgPool2d(2))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), spectral_norm(nn.Conv2d(count, filters, 1)))

    def forward(self, maps):
        return self.main(maps) + self.shortcut(maps)


class SelfAttention(nn.Module):
    """Add to each position a weighted mean over all positions, by PyTorch's own product of attention."""

    def __init__(self, channels, wrap):
        super().__init__()
        sizes = (
            (channels, channels // 8),
            (channels, channels // 8),
            (channels, channels // 2),
            (channels // 2, channels),
        )
        self.projections = nn.ModuleList(wrap(nn.Conv2d(*size, 1, bias=False)) for size in sizes)
        self.gain = nn.Parameter(torch.zeros(()))

    def forward(self, maps):
        *inputs, output = self.projections
        query, key, value = (layer(maps).flatten(2).transpose(1, 2) for layer in inputs)
        mean = (query @ key.transpose(1, 2)).softmax(-1) @ value
        return maps + self.gain * output(mean.transpose(1, 2).unflatten(2, maps.shape[2:]))


def residual_generator(config):
    """Return residual blocks and attention, from latents to images."""
    widths = [config.generator_feature_maps * growth for growth in reversed(GROWTH)]
    layers, count, side = [Projection(config, widths[0], True)], widths[0], BASE
    for filters in widths:
        layers.append(ResidualUp(config, count, filters))
        count, side = filters, 2 * side
        if side == 32:
            layers.append(SelfAttention(count, nn.Identity()))
    last = nn.Conv2d(count, CHANNELS, 3, padding=1)
    return nn.Sequential(*layers, batch_norm(config, count), nn.ReLU(inplace=True), last, nn.Tanh())


def residual_critic(config):
    """Return residual blocks, attention and spectral normalisation, from images to scores."""
    layers, count, side = [], CHANNELS, SIDE
    for index, filters in enumerate(config.critic_feature_maps * growth for growth in GROWTH):
        layers.append(ResidualDown(count, filters, is_first=index == 0))
        count, side = filters, side // 2
        if side == 32:
            layers.append(SelfAttention(count, spectral_norm))
    pooled = nn.Sequential(nn.GroupNorm(1, count), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers, *pooled, spectral_norm(nn.Linear(count, 1)))


def horses_generator(config):
    """Return the generator of horses, with its initial weights."""
    return UpsamplingGenerator(config).apply(initialise)


def horses_critic(config):
    """Return the critic of horses, with its initial weights."""
    return convolutional_critic(config).apply(initialise)


#: Builders of both networks, by the name of our generator.
NETWORKS = {
    "upsampling": (horses_generator, horses_critic),
    "transposed": (transposed_generator, layer_normalised_critic),
    "residual": (residual_generator, residual_critic),
}
