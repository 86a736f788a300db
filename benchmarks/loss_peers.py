"""Losses in PyTorch, for those that it has not itself, as people write them out."""

import torch
from torch.nn import functional as F


def torch_binary_focal(x, y):
    """Compute RetinaNet's focal loss as torchvision does."""
    crossentropy = F.binary_cross_entropy_with_logits(x, y, reduction="none")
    p = torch.sigmoid(x)
    missed = p * (1 - y) + (1 - p) * y
    return ((0.25 * y + 0.75 * (1 - y)) * crossentropy * missed**2).mean()


def torch_focal(x, y):
    """Compute the focal loss of classes."""
    crossentropy = F.cross_entropy(x, y, reduction="none")
    return ((1 - torch.exp(-crossentropy)) ** 2 * crossentropy).mean()


def torch_distillation(stacked, y):
    """Compute distillation with the hard loss, of the logits of student and teacher."""
    x, teacher = stacked[:, 0], stacked[:, 1].detach()
    soft = F.kl_div(F.log_softmax(x / 3, 1), F.softmax(teacher / 3, 1), reduction="batchmean") * 9
    return 0.5 * soft + 0.5 * F.cross_entropy(x, y)


def torch_dice(x, y):
    """Compute the Dice loss of each image."""
    p, loss = x.softmax(-1), 0.0
    for index in range(x.shape[-1]):
        predicted, true = p[..., index], (y == index).float()
        common, sizes = (predicted * true).sum((1, 2)), predicted.sum((1, 2)) + true.sum((1, 2))
        loss = loss + 1 - (2 * common + 1) / (sizes + 1)
    return (loss / x.shape[-1]).mean()


def torch_info_nce(x):
    """Compute CLIP's loss."""
    first, second = F.normalize(x[:, 0], dim=-1), F.normalize(x[:, 1], dim=-1)
    logits, labels = first @ second.T / 0.07, torch.arange(len(x))
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2


def torch_nt_xent(x):
    """Compute SimCLR's loss with PyTorch's fused cross-entropy."""
    n = len(x)
    z = F.normalize(torch.cat([x[:, 0], x[:, 1]]), dim=-1)
    similarities = (z @ z.T / 0.5).masked_fill(torch.eye(2 * n, dtype=torch.bool), -9e15)
    return F.cross_entropy(similarities, torch.cat([torch.arange(n) + n, torch.arange(n)]))


def torch_contrastive(x, other, y):
    """Compute the contrastive loss with PyTorch's distance."""
    distance = F.pairwise_distance(x, other)
    return (y * distance**2 + (1 - y) * torch.relu(1 - distance) ** 2).mean()


def torch_vae(x, y, mean, log_variance):
    """Compute the variational autoencoder's loss from logits."""
    reconstruction = F.binary_cross_entropy_with_logits(x, y, reduction="none").sum(1)
    return (reconstruction - 0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum(1)).mean()
