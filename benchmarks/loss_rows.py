"""Every loss with inputs of a realistic size, and its peers."""

import dataclasses
from collections.abc import Callable

import keras
import loss_peers as peers
import numpy as np
import torch
from keras import ops
from monai import losses as monai
from torch.nn import functional as F

from keras_gan import losses

RNG = np.random.default_rng(0)


@dataclasses.dataclass
class Row:
    """One loss: inputs of which the first is differentiated, our function, and the peers' by name."""

    name: str
    inputs: list
    ours: Callable
    keras: dict = dataclasses.field(default_factory=dict)
    torch: dict = dataclasses.field(default_factory=dict)


def normal(*shape):
    """Draw standard normal float32 numbers."""
    return RNG.normal(size=shape).astype("float32")


def channels_first(x):
    """Show channels-last tensors to MONAI without copying them."""
    return x.movedim(-1, 1)


# --- logits ---------------------------------------------------------------------------------------------------------


def logit_rows():
    """Yield the losses of logits, 4096 × 1000."""
    logits, labels = normal(4096, 1000), RNG.integers(0, 1000, 4096)
    bits = (RNG.random((4096, 1000)) < 0.1).astype("float32")
    soft = 0.9 * np.eye(1000, dtype="float32")[labels] + 0.0001
    yield Row(
        "MeanSquaredError",
        [logits, normal(4096, 1000)],
        lambda x, y: losses.MeanSquaredError()(y, x),
        {"Keras": lambda x, y: keras.losses.MeanSquaredError()(y, x)},
        {"PyTorch": F.mse_loss},
    )
    yield Row(
        "SparseCategoricalCrossentropy",
        [logits, labels],
        lambda x, y: losses.SparseCategoricalCrossentropy()(y, x),
        {"Keras": lambda x, y: keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x)},
        {"PyTorch": F.cross_entropy},
    )
    yield Row(
        "CategoricalCrossentropy",
        [logits, soft],
        lambda x, y: losses.CategoricalCrossentropy()(y, x),
        {"Keras": lambda x, y: keras.losses.CategoricalCrossentropy(from_logits=True)(y, x)},
        {"PyTorch": F.cross_entropy},
    )
    yield Row(
        "BinaryCrossentropy",
        [logits, bits],
        lambda x, y: losses.BinaryCrossentropy()(y, x),
        {"Keras": lambda x, y: keras.losses.BinaryCrossentropy(from_logits=True)(y, x)},
        {"PyTorch": F.binary_cross_entropy_with_logits},
    )
    yield Row(
        "BinaryFocal",
        [logits, bits],
        lambda x, y: losses.BinaryFocal()(y, x),
        {"Keras": lambda x, y: keras.losses.BinaryFocalCrossentropy(True, from_logits=True)(y, x)},
        {"PyTorch": peers.torch_binary_focal, "MONAI": monai.FocalLoss(gamma=2.0, alpha=0.25)},
    )
    yield Row(
        "SparseCategoricalFocal",
        [logits, labels],
        lambda x, y: losses.SparseCategoricalFocal()(y, x),
        torch={"PyTorch": peers.torch_focal},
    )
    yield Row(
        "CategoricalFocal",
        [logits, soft],
        lambda x, y: losses.CategoricalFocal()(y, x),
        {"Keras": lambda x, y: keras.losses.CategoricalFocalCrossentropy(1.0, from_logits=True)(y, x)},
        {"MONAI": monai.FocalLoss(use_softmax=True)},
    )
    yield Row(
        "KLDivergence",
        [logits, normal(4096, 1000)],
        lambda x, y: losses.KLDivergence(from_logits=True)(y, x),
        {"Keras": lambda x, y: keras.losses.KLDivergence()(ops.softmax(y), ops.softmax(x))},
        {"PyTorch": lambda x, y: F.kl_div(x.log_softmax(-1), y.softmax(-1), reduction="batchmean")},
    )
    yield Row(
        "Distillation",
        [np.stack([logits, normal(4096, 1000)], axis=1), labels],
        lambda x, y: losses.Distillation()(y, x),
        torch={"PyTorch": peers.torch_distillation},
    )


# --- masks ----------------------------------------------------------------------------------------------------------


def mask_rows():
    """Yield the losses of segmentation, 16 × 512 × 512 × 4."""
    logits, labels = normal(16, 512, 512, 4), RNG.integers(0, 4, (16, 512, 512))

    def of_monai(loss):
        return lambda x, y: loss(channels_first(x), y[:, None])

    options = {"softmax": True, "to_onehot_y": True, "smooth_nr": 1.0, "smooth_dr": 1.0}
    yield Row(
        "Dice",
        [logits, labels],
        lambda x, y: losses.Dice("multiclass")(y, x),
        {"Keras": lambda x, y: keras.losses.Dice(axis=(1, 2))(ops.one_hot(y, 4), ops.softmax(x))},
        {"PyTorch": peers.torch_dice, "MONAI": of_monai(monai.DiceLoss(**options))},
    )
    yield Row(
        "Jaccard",
        [logits, labels],
        lambda x, y: losses.Jaccard("multiclass")(y, x),
        torch={"MONAI": of_monai(monai.DiceLoss(jaccard=True, **options))},
    )
    yield Row(
        "Tversky",
        [logits, labels],
        lambda x, y: losses.Tversky(0.3, 0.7, mode="multiclass")(y, x),
        {"Keras": lambda x, y: keras.losses.Tversky(0.7, 0.3, axis=(1, 2))(ops.one_hot(y, 4), ops.softmax(x))},
        {"MONAI": of_monai(monai.TverskyLoss(alpha=0.3, beta=0.7, **options))},
    )
    yield Row(
        "DiceCrossentropy",
        [logits, labels],
        lambda x, y: losses.DiceCrossentropy("multiclass")(y, x),
        torch={
            "PyTorch": lambda x, y: 0.5 * peers.torch_dice(x, y) + 0.5 * F.cross_entropy(channels_first(x), y),
            "MONAI": of_monai(monai.DiceCELoss(lambda_dice=0.5, lambda_ce=0.5, **options)),
        },
    )


# --- embeddings, images, scores -------------------------------------------------------------------------------------


def embedding_rows():
    """Yield the losses of embeddings, 2048 × 256 for each view."""
    views, similar = normal(2048, 2, 256), RNG.integers(0, 2, 2048).astype("float32")
    yield Row("InfoNCE", [views], lambda x: losses.InfoNCE()(None, x), torch={"PyTorch": peers.torch_info_nce})
    yield Row(
        "NTXent",
        [views],
        lambda x: losses.NTXent()(None, x),
        torch={"PyTorch": peers.torch_nt_xent},
    )
    yield Row(
        "Contrastive",
        [views[:, 0], views[:, 1], similar],
        lambda x, other, y: losses.Contrastive()(y, losses.euclidean_distance(x, other)),
        torch={"PyTorch": peers.torch_contrastive},
    )
    yield Row(
        "GaussianKL",
        [views],
        lambda x: losses.GaussianKL()(None, x),
        torch={
            "PyTorch": lambda x: -0.5 * (1 + x[:, 1] - x[:, 0].pow(2) - x[:, 1].exp()).sum(1).mean(),
        },
    )
    images = RNG.random((2048, 784)).astype("float32")
    yield Row(
        "VaeElbo",
        [normal(2048, 784), images, normal(2048, 64), normal(2048, 64)],
        lambda x, y, mean, log_variance: losses.VaeElbo()(y, (x, mean, log_variance)),
        torch={"PyTorch": peers.torch_vae},
    )


def score_rows():
    """Yield the adversarial losses, of patch scores 512 × 62 × 62, and penalties of gradients 64 × 64 × 64 × 3."""
    real, fake = normal(512, 62, 62, 1), normal(512, 62, 62, 1)
    bce = F.binary_cross_entropy_with_logits
    in_torch = {
        "Wasserstein": lambda r, f: f.mean() - r.mean(),
        "NonSaturating": lambda r, f: bce(r, torch.ones_like(r)) + bce(f, torch.zeros_like(f)),
        "LeastSquares": lambda r, f: 0.5 * ((r - 1) ** 2).mean() + 0.5 * (f**2).mean(),
        "Hinge": lambda r, f: torch.relu(1 - r).mean() + torch.relu(1 + f).mean(),
        "RelativisticAverage": lambda r, f: (
            bce(r - f.mean(), torch.ones_like(r)) + bce(f - r.mean(), torch.zeros_like(f))
        ),
    }
    for name, peer in in_torch.items():
        yield Row(name, [real, fake], getattr(losses, name)().discriminator, torch={"PyTorch": peer})
    yield Row(
        "gradient_penalty",
        [normal(64, 64, 64, 3)],
        lambda x: ops.mean(losses.gradient_penalty(x)),
        torch={"PyTorch": lambda x: ((x.flatten(1).norm(2, dim=1) - 1) ** 2).mean()},
    )


def all_rows():
    """Yield all losses, one group of inputs after the other."""
    for rows in (logit_rows, mask_rows, embedding_rows, score_rows):
        yield from rows()
