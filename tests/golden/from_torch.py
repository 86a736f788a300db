"""Records from PyTorch: its own losses, its distributions, and losses as people write them out."""

import numpy as np
import torch
from records import B, C, integers, normal, per_image, record, simplex, torch_record, uniform
from torch import distributions
from torch.nn import functional as F

PLAIN = "plain PyTorch"


def torch_regression_and_classes():

    weights = torch.tensor([0.5, 2.0, 1.5], dtype=torch.float64)
    torch_record(
        "torch_mse_images",
        "mean_squared_error(y_true, y_pred)",
        lambda x, y: per_image(F.mse_loss(x, y, reduction="none")),
        normal(B, 2, 2, 3),
        normal(B, 2, 2, 3),
    )
    torch_record(
        "torch_mse_rank1",
        "mean_squared_error(y_true, y_pred)",
        lambda x, y: F.mse_loss(x, y, reduction="none"),
        normal(B),
        normal(B),
    )
    torch_record(
        "torch_crossentropy",
        "sparse_categorical_crossentropy(y_true, y_pred)",
        lambda x, y: F.cross_entropy(x, y, reduction="none"),
        normal(B, C),
        integers(C, B),
    )
    torch_record(
        "torch_crossentropy_smoothed_weighted",
        "sparse_categorical_crossentropy(y_true, y_pred, label_smoothing=0.1, class_weights=[0.5, 2.0, 1.5])",
        lambda x, y: F.cross_entropy(x, y, weights, reduction="none", label_smoothing=0.1),
        normal(B, C),
        integers(C, B),
    )
    torch_record(
        "torch_crossentropy_weighted_mean",
        "ops.sum(sparse_categorical_crossentropy(y_true, y_pred, class_weights=[0.5, 2.0, 1.5])) "
        "/ ops.sum(ops.take(ops.array([0.5, 2.0, 1.5], y_pred.dtype), y_true))",
        lambda x, y: F.cross_entropy(x, y, weights),
        normal(B, C),
        np.array([0, 1, 2, 1]),
    )
    torch_record(
        "torch_crossentropy_ignore_index",
        "SparseCategoricalCrossentropy(ignore_class=255, dtype=y_pred.dtype)(y_true, y_pred)",
        lambda x, y: F.cross_entropy(x, y, ignore_index=255),
        normal(B, C),
        np.array([2, 255, 0, 1]),
    )
    torch_record(
        "torch_crossentropy_soft",
        "categorical_crossentropy(y_true, y_pred, label_smoothing=0.2, class_weights=[0.5, 2.0, 1.5])",
        lambda x, y: F.cross_entropy(x, y, weights, reduction="none", label_smoothing=0.2),
        normal(B, C),
        simplex(B),
    )
    torch_record(
        "torch_nll_of_probabilities",
        "sparse_categorical_crossentropy(y_true, y_pred, from_logits=False)",
        lambda x, y: F.nll_loss(x.log(), y, reduction="none"),
        simplex(B),
        integers(C, B),
    )


def torch_binary_and_focal():

    def focal(x, y):
        losses = F.binary_cross_entropy_with_logits(x, y, reduction="none")
        return per_image(0.25 * (1 - torch.exp(-losses)) ** 2 * losses)

    def class_focal(x, y):
        losses = F.cross_entropy(x, y, reduction="none")
        return torch.tensor([0.5, 2.0, 1.5], dtype=x.dtype)[y] * (1 - torch.exp(-losses)) ** 2 * losses

    torch_record(
        "torch_bce_pos_weight",
        "binary_crossentropy(y_true, y_pred, pos_weight=[2.0, 0.5])",
        lambda x, y: per_image(
            F.binary_cross_entropy_with_logits(
                x, y, pos_weight=torch.tensor([2.0, 0.5], dtype=x.dtype), reduction="none"
            )
        ),
        normal(B, 2, 2),
        uniform(B, 2, 2),
    )
    torch_record(
        "torch_bce_of_probabilities",
        "binary_crossentropy(y_true, y_pred, from_logits=False)",
        lambda x, y: per_image(F.binary_cross_entropy(x, y, reduction="none")),
        uniform(B, 5),
        uniform(B, 5),
    )
    torch_record(
        "plain_focal",
        "0.25 * binary_focal(y_true, y_pred, alpha=None)",
        focal,
        normal(B, 5),
        integers(2, B, 5).astype("float64"),
        peer=PLAIN,
    )
    torch_record(
        "plain_class_focal",
        "sparse_categorical_focal(y_true, y_pred, alpha=[0.5, 2.0, 1.5])",
        class_focal,
        normal(B, C),
        integers(C, B),
        peer=PLAIN,
    )


def torch_divergences():

    torch_record(
        "torch_kl_div_batchmean",
        "ops.mean(kl_divergence(y_true, y_pred, from_logits=True))",
        lambda x, y: F.kl_div(x.log_softmax(-1), y.softmax(-1), reduction="batchmean"),
        normal(B, C),
        normal(B, C),
    )
    mean, log_variance = normal(B, 5), normal(B, 5)
    posterior = distributions.Normal(torch.tensor(mean), torch.tensor(np.exp(log_variance / 2)))
    prior = distributions.Normal(torch.zeros(B, 5).double(), torch.ones(B, 5).double())
    divergence = distributions.kl_divergence(posterior, prior).sum(1).numpy()
    inputs = {"mean": mean, "log_variance": log_variance}
    record("torch_gaussian_kl", "torch", "gaussian_kl(mean, log_variance)", inputs, divergence)

    def vae(x, y):
        mu, logvar = torch.tensor(mean), torch.tensor(log_variance)
        reconstruction = F.binary_cross_entropy(torch.sigmoid(x).view(-1), y.view(-1), reduction="sum")
        return reconstruction + 4.0 * -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())

    torch_record(
        "plain_vae",
        "ops.sum(vae_elbo(y_true, y_pred, mean, log_variance, beta=4.0))",
        vae,
        normal(B, 3, 3, 1),
        uniform(B, 3, 3, 1),
        peer=PLAIN,
        **inputs,
    )

    def distill(x, y):
        log_student, teacher = F.log_softmax(x / 3.0, 1), F.softmax(y / 3.0, 1)
        return F.kl_div(log_student, teacher, reduction="batchmean") * 3.0**2

    torch_record(
        "plain_distillation",
        "ops.mean(distillation(None, y_pred, y_true, temperature=3.0, alpha=1.0))",
        distill,
        normal(B, C),
        normal(B, C),
        peer=PLAIN,
    )


def plain_halves():
    """Add losses that differ from ours by a factor."""

    def distill(x, y):
        return F.kl_div(F.log_softmax(x / 3.0, 1), F.softmax(y / 3.0, 1), reduction="batchmean")

    torch_record(
        "plain_distillation_without_square",
        "ops.mean(distillation(None, y_pred, y_true, temperature=3.0, alpha=1.0)) / 3.0**2",
        distill,
        normal(B, C),
        normal(B, C),
        peer=PLAIN,
    )
    real, fake = normal(B), normal(B)
    r, f = torch.tensor(real), torch.tensor(fake)
    inputs = {"real": real, "fake": fake}
    squares = F.mse_loss(r, torch.ones_like(r)) + F.mse_loss(f, torch.zeros_like(f))
    recipe = "2 * ops.mean(sum(least_squares_discriminator_loss(real, fake)))"
    record("plain_least_squares", PLAIN, recipe, inputs, squares)
    bce = F.binary_cross_entropy_with_logits
    lead = bce(r - f.mean(), torch.ones_like(r)) + bce(f - r.mean(), torch.zeros_like(f))
    recipe = "ops.mean(sum(relativistic_average_discriminator_loss(real, fake))) / 2"
    record("plain_relativistic", PLAIN, recipe, inputs, lead / 2)


def torch_views():

    def clip(x, y):
        a, b = F.normalize(x[:, 0], dim=-1), F.normalize(x[:, 1], dim=-1)
        logits, labels = a @ b.T / 0.07, torch.arange(len(a))
        return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2

    def simclr(x, y):
        n = len(x)
        z = F.normalize(torch.cat([x[:, 0], x[:, 1]]), dim=-1)
        sim = (z @ z.T / 0.5).masked_fill(torch.eye(2 * n).bool(), -9e15)
        positive = torch.cat([sim[range(n), range(n, 2 * n)], sim[range(n, 2 * n), range(n)]])
        return (torch.logsumexp(sim, dim=-1) - positive).mean()

    torch_record("plain_info_nce", "ops.mean(info_nce(y_pred[:, 0], y_pred[:, 1]))", clip, normal(B, 2, 6), peer=PLAIN)
    torch_record("plain_simclr", "ops.mean(nt_xent(y_pred[:, 0], y_pred[:, 1]))", simclr, normal(B, 2, 6), peer=PLAIN)

    def contrastive(distance, y):
        return (1 - y) * distance**2 + y * torch.relu(1.0 - distance) ** 2

    torch_record(
        "plain_contrastive",
        "contrastive(y_true, y_pred, similar_label=0)",
        contrastive,
        np.array([0.2, 0.7, 1.4, 0.5]),
        np.array([0.0, 1.0, 1.0, 0.0]),
        peer=PLAIN,
    )
    torch_record(
        "hadsell_contrastive",
        "0.5 * contrastive(y_true, y_pred, margin=1.2, similar_label=0)",
        lambda d, y: (1 - y) * 0.5 * d**2 + y * 0.5 * torch.clamp(1.2 - d, min=0) ** 2,
        np.array([0.2, 0.7, 1.4, 0.5]),
        np.array([0.0, 1.0, 1.0, 0.0]),
        peer="Hadsell et al., equation 4",
    )
    torch_record(
        "torch_pairwise_distance",
        "euclidean_distance(y_pred, y_true)",
        lambda x, y: F.pairwise_distance(x, y, eps=0.0),
        normal(B, 6),
        normal(B, 6),
    )


def torch_segmentation():

    def pooled(x, y):
        p, y = torch.sigmoid(x).contiguous().view(-1), y.contiguous().view(-1)
        return 1 - (2.0 * (p * y).sum() + 1.0) / (p.sum() + y.sum() + 1.0)

    def by_class(x, y):
        p, total = x.softmax(-1), 0
        for c in range(C):
            true = (y == c).double()
            total += 1 - (2.0 * (p[..., c] * true).sum() + 1.0) / (p[..., c].sum() + true.sum() + 1.0)
        return total / C

    torch_record(
        "plain_dice",
        "dice(y_true, y_pred, per_image=False)",
        pooled,
        normal(B, 3, 3, 1),
        integers(2, B, 3, 3, 1).astype("float64"),
        peer=PLAIN,
    )
    torch_record(
        "plain_class_dice",
        "dice(y_true, y_pred, mode='multiclass', per_image=False)",
        by_class,
        normal(B, 3, 3, C),
        integers(C, B, 3, 3),
        peer=PLAIN,
    )


def penalties():

    gradients = normal(B, 2, 2, 3)
    g = torch.tensor(gradients).flatten(1)
    inputs = {"gradients": gradients}
    record("torch_gradient_penalty", "torch", "gradient_penalty(gradients)", inputs, (g.norm(2, dim=1) - 1) ** 2)
    one_sided = torch.relu(g.norm(2, dim=1) - 5.0) ** 2
    recipe = "gradient_penalty(gradients, target=5.0, one_sided=True)"
    record("torch_one_sided_penalty", "torch", recipe, inputs, one_sided)
    record("torch_r1", "torch", "10 * r1_penalty(gradients)", inputs, 10 / 2 * g.square().sum(1))


def add_records():
    """Compute the records of this file."""
    torch_regression_and_classes()
    torch_binary_and_focal()
    torch_divergences()
    plain_halves()
    torch_views()
    torch_segmentation()
    penalties()
