"""What a loss costs, value and gradient, against the best of its peers on the same inputs.

Ours and Keras's are compiled, by XLA and as a plain graph; PyTorch's and MONAI's run eagerly,
as they usually do. All of a row take turns in one run. The ratios are of medians, to the fastest peer in any way. Needs
the bench extra:

    pip install -e '.[bench]' && python benchmarks/losses.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# PyTorch's threads would otherwise spin after a call, in the way of whoever comes next.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import dataclasses
import gc
import statistics
import time
import warnings
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
import torch
import tyro
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
        {"PyTorch": torch_binary_focal, "MONAI": monai.FocalLoss(gamma=2.0, alpha=0.25)},
    )
    yield Row(
        "SparseCategoricalFocal",
        [logits, labels],
        lambda x, y: losses.SparseCategoricalFocal()(y, x),
        torch={"PyTorch": torch_focal},
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
        [logits, normal(4096, 1000), labels],
        lambda x, t, y: ops.mean(losses.distillation(y, x, t)),
        torch={"PyTorch": torch_distillation},
    )


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


def torch_distillation(x, teacher, y):
    """Compute distillation with the hard loss."""
    soft = F.kl_div(F.log_softmax(x / 3, 1), F.softmax(teacher / 3, 1), reduction="batchmean") * 9
    return 0.5 * soft + 0.5 * F.cross_entropy(x, y)


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
        {"PyTorch": torch_dice, "MONAI": of_monai(monai.DiceLoss(**options))},
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
            "PyTorch": lambda x, y: 0.5 * torch_dice(x, y) + 0.5 * F.cross_entropy(channels_first(x), y),
            "MONAI": of_monai(monai.DiceCELoss(lambda_dice=0.5, lambda_ce=0.5, **options)),
        },
    )


def torch_dice(x, y):
    """Compute the Dice loss of each image."""
    p, loss = x.softmax(-1), 0.0
    for index in range(x.shape[-1]):
        predicted, true = p[..., index], (y == index).float()
        common, sizes = (predicted * true).sum((1, 2)), predicted.sum((1, 2)) + true.sum((1, 2))
        loss = loss + 1 - (2 * common + 1) / (sizes + 1)
    return (loss / x.shape[-1]).mean()


# --- embeddings, images, scores -------------------------------------------------------------------------------------


def embedding_rows():
    """Yield the losses of embeddings, 2048 × 256 for each view."""
    views, similar = normal(2048, 2, 256), RNG.integers(0, 2, 2048).astype("float32")
    yield Row("InfoNCE", [views], lambda x: losses.InfoNCE()(None, x), torch={"PyTorch": torch_info_nce})
    yield Row(
        "NTXent",
        [views],
        lambda x: losses.NTXent()(None, x),
        torch={"PyTorch": torch_nt_xent},
    )
    yield Row(
        "Contrastive",
        [views, similar],
        lambda x, y: losses.Contrastive()(y, losses.euclidean_distance(x[:, 0], x[:, 1])),
        torch={"PyTorch": torch_contrastive},
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
        torch={"PyTorch": torch_vae},
    )


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


def torch_contrastive(x, y):
    """Compute the contrastive loss with PyTorch's distance."""
    distance = F.pairwise_distance(x[:, 0], x[:, 1])
    return (y * distance**2 + (1 - y) * torch.relu(1 - distance) ** 2).mean()


def torch_vae(x, y, mean, log_variance):
    """Compute the variational autoencoder's loss from logits."""
    reconstruction = F.binary_cross_entropy_with_logits(x, y, reduction="none").sum(1)
    return (reconstruction - 0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum(1)).mean()


def score_rows():
    """Yield the adversarial losses, of patch scores 512 × 62 × 62, and penalties of gradients 64 × 64 × 64 × 3."""
    real, fake = normal(512, 62, 62, 1), normal(512, 62, 62, 1)
    bce = F.binary_cross_entropy_with_logits
    peers = {
        "Wasserstein": lambda r, f: f.mean() - r.mean(),
        "NonSaturating": lambda r, f: bce(r, torch.ones_like(r)) + bce(f, torch.zeros_like(f)),
        "LeastSquares": lambda r, f: 0.5 * ((r - 1) ** 2).mean() + 0.5 * (f**2).mean(),
        "Hinge": lambda r, f: torch.relu(1 - r).mean() + torch.relu(1 + f).mean(),
        "RelativisticAverage": lambda r, f: (
            bce(r - f.mean(), torch.ones_like(r)) + bce(f - r.mean(), torch.zeros_like(f))
        ),
    }
    for name, peer in peers.items():
        yield Row(name, [real, fake], getattr(losses, name)().discriminator, torch={"PyTorch": peer})
    yield Row(
        "gradient_penalty",
        [normal(64, 64, 64, 3)],
        lambda x: ops.mean(losses.gradient_penalty(x)),
        torch={"PyTorch": lambda x: ((x.flatten(1).norm(2, dim=1) - 1) ** 2).mean()},
    )


# --- timing ---------------------------------------------------------------------------------------------------------


def tensorflow_step(function, arrays, xla):
    """Return a call of the compiled value and gradient."""
    inputs = [tf.constant(array) for array in arrays]

    @tf.function(jit_compile=xla)
    def step(x, *others):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = function(x, *others)
        return loss, tape.gradient(loss, x)

    return lambda: float(step(*inputs)[0])


def torch_step(function, arrays):
    """Return a call of the value and gradient in PyTorch."""
    x, *others = (torch.tensor(array) for array in arrays)
    x.requires_grad_()

    def step():
        x.grad = None
        loss = function(x, *others)
        loss.backward()
        return loss.item()

    return step


def measure(row, repeats):
    """Return the median seconds of ours and of each peer, alternating."""
    steps = {}
    for way, xla in (("XLA", True), ("graph", False)):
        for name, function in {"ours": row.ours, **row.keras}.items():
            steps[f"{name} {way}"] = tensorflow_step(function, row.inputs, xla)
    steps |= {name: torch_step(peer, row.inputs) for name, peer in row.torch.items()}
    times = {name: [] for name in steps}
    for name in steps:
        steps[name]()
    for _ in range(repeats):
        # In another order each time, so that none always finds the caches as the same other left them.
        for name in RNG.permutation(list(steps)):
            start = time.perf_counter()
            steps[name]()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def main(repeats: int = 11, threads: int = 2, only: str = ""):
    """Print what each loss takes against its peers.

    Args:
        repeats: Timed calls of each.
        threads: Threads of each framework.
        only: Part of the names of the losses to measure.
    """
    torch.set_num_threads(threads)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    warnings.filterwarnings("ignore", module="monai")
    print(f"{'loss':<30}{'XLA ms':>8}{'graph ms':>9}{'best peer ms':>24}{'ratio: XLA':>11}{'graph':>6}   others")
    ratios = []
    for rows in (logit_rows, mask_rows, embedding_rows, score_rows):
        for row in rows():
            if only.lower() not in row.name.lower():
                continue
            medians = {name: 1e3 * value for name, value in measure(row, repeats).items()}
            xla, graph = medians.pop("ours XLA"), medians.pop("ours graph")
            best = min(medians, key=medians.get)
            fastest = medians.pop(best)
            ratios.append(min(xla, graph) / fastest)
            peer = f"{best} {fastest:.1f}"
            others = ", ".join(f"{name} {value:.1f}" for name, value in medians.items())
            print(f"{row.name:<30}{xla:8.1f}{graph:9.1f}{peer:>24}", end="")
            print(f"{xla / fastest:11.2f}{graph / fastest:6.2f}   {others}", flush=True)
            gc.collect()
    faster = sum(ratio < 1 for ratio in ratios)
    print(f"compiled the better way: at most {max(ratios):.2f} x the best peer; {faster} of {len(ratios)} are faster")


if __name__ == "__main__":
    tyro.cli(main)
