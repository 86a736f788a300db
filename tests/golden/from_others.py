"""Records from PyTorch Metric Learning, optax, SciPy and scikit-learn."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch
from pytorch_metric_learning import losses
from records import B, C, integers, normal, record, simplex, torch_record, uniform
from scipy import integrate, special, stats
from sklearn import metrics


def metric_learning():

    def nt_xent(x, y):
        embeddings = torch.cat([x[:, 0], x[:, 1]])
        return losses.NTXentLoss(temperature=0.2)(embeddings, torch.arange(len(x)).repeat(2))

    recipe = "ops.mean(nt_xent(y_pred[:, 0], y_pred[:, 1], temperature=0.2))"
    torch_record("pml_nt_xent", recipe, nt_xent, normal(B, 2, 6), peer="pytorch-metric-learning")


def optax_losses():

    jax.config.update("jax_enable_x64", True)

    def optax_record(name, recipe, function, y_pred, y_true):
        value, gradient = function(y_pred, y_true), jax.grad(lambda x: function(x, y_true).sum())(jnp.asarray(y_pred))
        record(name, "optax", recipe, {"y_pred": y_pred, "y_true": y_true}, value, gradient)

    optax_record(
        "optax_sigmoid_focal",
        "binary_focal(y_true, y_pred, alpha=0.3, gamma=1.5)",
        lambda x, y: optax.sigmoid_focal_loss(x, y, alpha=0.3, gamma=1.5).mean(1),
        normal(B, 5),
        integers(2, B, 5).astype("float64"),
    )
    optax_record(
        "optax_softmax_cross_entropy",
        "categorical_crossentropy(y_true, y_pred)",
        optax.softmax_cross_entropy,
        normal(B, C),
        simplex(B),
    )
    optax_record(
        "optax_sigmoid_binary_cross_entropy",
        "binary_crossentropy(y_true, y_pred)",
        lambda x, y: optax.sigmoid_binary_cross_entropy(x, y).mean(1),
        normal(B, 5),
        uniform(B, 5),
    )
    optax_record(
        "optax_kl_divergence",
        "kl_divergence(y_true, ops.softmax(y_pred))",
        lambda x, y: optax.kl_divergence(jax.nn.log_softmax(x), y),
        normal(B, C),
        simplex(B),
    )


def scipy_and_scikit_learn():

    p, q = simplex(B), simplex(B)
    record(
        "scipy_entropy",
        "scipy",
        "kl_divergence(y_true, y_pred)",
        {"y_true": p, "y_pred": q},
        stats.entropy(p, q, axis=1),
    )
    means, log_variances = normal(B, 1), normal(B, 1)
    integrals = []
    for mean, log_variance in zip(means[:, 0], log_variances[:, 0]):
        posterior, prior = stats.norm(mean, np.exp(log_variance / 2)), stats.norm()
        span = (mean - 12 * posterior.std(), mean + 12 * posterior.std())
        integrand = lambda x, a=posterior, b=prior: a.pdf(x) * (a.logpdf(x) - b.logpdf(x))  # noqa: E731
        integrals.append(integrate.quad(integrand, *span, epsabs=0, epsrel=1e-13, limit=500)[0])
    inputs = {"mean": means, "log_variance": log_variances}
    record("scipy_gaussian_kl_integral", "scipy", "gaussian_kl(mean, log_variance)", inputs, integrals)
    logits, labels = normal(B, C), np.array([0, 2, 1, 1])
    record(
        "sklearn_log_loss",
        "scikit-learn",
        "ops.mean(sparse_categorical_crossentropy(y_true, y_pred))",
        {"y_true": labels, "y_pred": logits},
        metrics.log_loss(labels, special.softmax(logits, axis=1)),
    )
    true, predicted = integers(2, B, 9), integers(2, B, 9).astype("float64")
    for name, score in (("dice", metrics.f1_score), ("jaccard", metrics.jaccard_score)):
        record(
            f"sklearn_{name}",
            "scikit-learn",
            f"{name}(y_true, y_pred, from_logits=False, smooth=0)",
            {"y_true": true, "y_pred": predicted},
            [1 - score(one, other) for one, other in zip(true, predicted)],
        )
    target, prediction = normal(B, 5), normal(B, 5)
    record(
        "sklearn_mse",
        "scikit-learn",
        "mean_squared_error(y_true, y_pred)",
        {"y_true": target, "y_pred": prediction},
        [metrics.mean_squared_error(one, other) for one, other in zip(target, prediction)],
    )
    real, fake = normal(B), normal(B)
    record(
        "scipy_wasserstein_distance",
        "scipy",
        "-sum(wasserstein_discriminator_loss(ops.array([2.5], real.dtype), ops.array([-1.0], real.dtype)))",
        {"real": real, "fake": fake},
        [stats.wasserstein_distance([2.5], [-1.0])],
    )


def add_records():
    """Compute the records of this file."""
    metric_learning()
    optax_losses()
    scipy_and_scikit_learn()
