"""Figures that torch-fidelity's functions compute. Their definitions are the same as ours."""

import contextlib
import sys
from collections.abc import Iterator

import numpy as np

from keras_gan.metrics.kernel import SEED, SUBSETS
from keras_gan.metrics.second_opinion.questions import Figures


@contextlib.contextmanager
def _without_triton() -> Iterator[None]:
    """Open a context in which Triton cannot be imported if TensorFlow is loaded.

    PyTorch for GPUs comes with Triton. If Triton is loaded after TensorFlow, it uses TensorFlow's LLVM instead of its
    own, and the process crashes (tensorflow/tensorflow#124205). PyTorch needs Triton only to compile.
    """
    if "triton" in sys.modules or "tensorflow" not in sys.modules:
        yield
        return
    # With None, an import of the module fails.
    sys.modules["triton"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["triton"]


with _without_triton():
    import torch
    from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
    from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, isc_features_to_metric
    from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric


def frechet_distance(real: np.ndarray, generated: np.ndarray) -> float:
    """Return the Fréchet distance of two sets of features `(samples, features)`."""
    statistics = [fid_features_to_statistics(torch.from_numpy(features)) for features in (generated, real)]
    return fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID]


def kernel_distance(real: np.ndarray, generated: np.ndarray, subset_size: int) -> float:
    """Return the mean kernel distance over random subsets. They are our subsets, because the seed is the same."""
    tensors = torch.from_numpy(generated), torch.from_numpy(real)
    settings = {"kid_subsets": SUBSETS, "kid_subset_size": subset_size, "rng_seed": SEED}
    kernel = {"kid_kernel": "poly", "kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None}
    figures = kid_features_to_metric(*tensors, **settings, **kernel, kid_kernel_poly_coef0=1.0, verbose=False)
    return figures[KEY_METRIC_KID_MEAN]


def inception_score(logits: np.ndarray, splits: int) -> float:
    """Return the mean Inception score over consecutive splits of logits `(samples, classes)`."""
    return isc_features_to_metric(torch.from_numpy(logits), splits, shuffle=False)[KEY_METRIC_ISC_MEAN]


FIGURES: Figures = {
    "fid_score": frechet_distance,
    "kernel_distance": kernel_distance,
    "inception_score_mean": inception_score,
}
