"""Records of what a mean hides: values of elements and classes, smoothing of each side, several labels of a pixel."""

import numpy as np
import torch
from from_monai import monai_record
from monai import losses as monai
from records import record, torch_record
from scipy.spatial import distance
from torch.nn import functional as F

RNG = np.random.default_rng(8)


def rounded(*shape):
    return np.round(2 * RNG.normal(size=shape), 3)


def elements():

    logits, classes = rounded(4, 3, 3, 3), RNG.integers(0, 3, (4, 3, 3))
    rows, unit = rounded(4, 5), np.round(RNG.random((4, 5)), 3)
    torch_record(
        "torch_elements_binary",
        "binary_crossentropy(y_true, y_pred, per_element=True)",
        lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none"),
        rows,
        unit,
    )
    torch_record(
        "torch_elements_sparse",
        "sparse_categorical_crossentropy(y_true, y_pred, ignore_class=1, per_element=True)",
        lambda x, y: F.cross_entropy(x.movedim(-1, 1), y, reduction="none", ignore_index=1),
        logits,
        classes,
    )
    torch_record(
        "torch_elements_categorical",
        "categorical_crossentropy(y_true, y_pred, class_weights=[0.5, 2.0, 1.5], per_element=True)",
        lambda x, y: F.cross_entropy(
            x.movedim(-1, 1), y.movedim(-1, 1), torch.tensor([0.5, 2.0, 1.5]).double(), reduction="none"
        ),
        logits,
        np.eye(3)[classes],
    )
    torch_record(
        "torch_elements_squared",
        "mean_squared_error(y_true, y_pred, per_element=True)",
        lambda x, y: F.mse_loss(x, y, reduction="none"),
        rows,
        unit,
    )
    torch_record(
        "torch_elements_kl",
        "kl_divergence(y_true, y_pred, from_logits=True, per_element=True)",
        lambda x, y: F.kl_div(x.log_softmax(-1), y.log_softmax(-1), reduction="none", log_target=True).sum(-1),
        logits,
        rounded(4, 3, 3, 3),
    )
    monai_record(
        "monai_elements_focal",
        "binary_focal(y_true, y_pred, alpha=None, gamma=1.5, per_element=True)",
        lambda x, y: monai.FocalLoss(gamma=1.5, reduction="none")(x, y).movedim(1, -1),
        logits,
        (rounded(4, 3, 3, 3) > 0).astype(float),
        per_class=False,
        double=False,
    )
    monai_record(
        "monai_elements_categorical_focal",
        "categorical_focal(y_true, y_pred, gamma=1.5, per_element=True)",
        lambda x, y: monai.FocalLoss(gamma=1.5, use_softmax=True, reduction="none")(x, y).sum(1),
        logits,
        np.eye(3)[classes],
        per_class=False,
        double=False,
    )
    monai_record(
        "monai_elements_sparse_focal",
        "sparse_categorical_focal(y_true, y_pred, gamma=1.5, per_element=True)",
        lambda x, y: monai.FocalLoss(gamma=1.5, use_softmax=True, to_onehot_y=True, reduction="none")(x, y).sum(1),
        logits,
        classes,
        per_class=False,
        double=False,
    )


def overlaps():

    logits, classes = rounded(4, 3, 3, 3), RNG.integers(0, 3, (4, 3, 3))
    labels = (rounded(4, 3, 3, 3) > 0).astype(float)
    multiclass = {"softmax": True, "to_onehot_y": True, "reduction": "none"}
    multilabel = {"sigmoid": True, "reduction": "none"}
    apart, one = {"smooth_nr": 0.25, "smooth_dr": 2.0}, {"smooth_nr": 1.0, "smooth_dr": 1.0}

    def by_class(loss):
        return lambda x, y: loss(x, y).reshape(len(x), -1)

    monai_record(
        "monai_dice_by_class",
        "dice(y_true, y_pred, mode='multiclass', include_background=False, per_class=True)",
        by_class(monai.DiceLoss(include_background=False, **multiclass, **one)),
        logits,
        classes,
        per_class=False,
    )
    monai_record(
        "monai_jaccard_by_class",
        "jaccard(y_true, y_pred, mode='multiclass', smooth=0.5, per_class=True)",
        by_class(monai.DiceLoss(jaccard=True, **multiclass, **one)),
        logits,
        classes,
        per_class=False,
    )
    monai_record(
        "monai_tversky_by_class",
        "tversky(y_true, y_pred, alpha=0.3, beta=0.7, mode='multiclass', smooth=(0.25, 2.0), per_class=True)",
        by_class(monai.TverskyLoss(alpha=0.3, beta=0.7, **multiclass, **apart)),
        logits,
        classes,
        per_class=False,
    )
    monai_record(
        "monai_dice_smooth_apart",
        "dice(y_true, y_pred, mode='multiclass', smooth=(0.25, 2.0))",
        monai.DiceLoss(**multiclass, **apart),
        logits,
        classes,
    )
    monai_record(
        "monai_dice_multilabel",
        "dice(y_true, y_pred, mode='multilabel', class_weights=[0.5, 2.0, 1.5])",
        monai.DiceLoss(weight=torch.tensor([0.5, 2.0, 1.5]).double(), **multilabel, **one),
        logits,
        labels,
    )
    for weighting in ("square", "simple", "uniform"):
        monai_record(
            f"monai_generalized_dice_{weighting}",
            f"generalized_dice(y_true, y_pred, weighting='{weighting}', smooth=1e-5)",
            monai.GeneralizedDiceLoss(w_type=weighting, **multiclass),
            logits,
            # A class that is in no image, and one that some lack.
            np.where(classes == 0, 2, classes) if weighting == "square" else classes,
            double=weighting == "uniform",
        )
    monai_record(
        "monai_generalized_dice_batch",
        "generalized_dice(y_true, y_pred, mode='multilabel', smooth=1e-5, per_image=False, include_background=False)",
        lambda x, y: monai.GeneralizedDiceLoss(include_background=False, sigmoid=True, batch=True)(x, y),
        logits,
        labels,
        per_class=False,
        double=False,
    )


def jensen_shannon():

    p, q = RNG.dirichlet(np.ones(4), (3,)), RNG.dirichlet(np.ones(4), (3,))
    p[0, 1] = q[0, 1] = 0
    p[0], q[0] = p[0] / p[0].sum(), q[0] / q[0].sum()
    record(
        "scipy_js",
        "scipy",
        "js_divergence(y_true, y_pred)",
        {"y_true": p, "y_pred": q},
        [distance.jensenshannon(*pair) ** 2 for pair in zip(p, q, strict=True)],
    )

    def from_kl(x, y):
        log_p, log_q = y.log_softmax(-1), x.log_softmax(-1)
        log_m = torch.logaddexp(log_p, log_q) - np.log(2)
        return sum(F.kl_div(log_m, each, reduction="none", log_target=True).sum(-1) / 2 for each in (log_p, log_q))

    torch_record("torch_js", "js_divergence(y_true, y_pred, from_logits=True)", from_kl, rounded(3, 4), rounded(3, 4))


def relativistic_pairs():

    real, fake = rounded(4), rounded(4)
    r, f = torch.tensor(real), torch.tensor(fake)
    inputs = {"real": real, "fake": fake}
    of_discriminator = "ops.mean(sum(relativistic_pairing_discriminator_loss(real, fake)))"
    record("torch_pairs", "torch", of_discriminator, inputs, F.softplus(f - r).mean())
    of_generator = "ops.mean(relativistic_pairing_generator_loss(fake, real))"
    record("torch_pairs_generator", "torch", of_generator, inputs, F.softplus(r - f).mean())


def add_records():
    """Compute the records of this file."""
    elements()
    overlaps()
    jensen_shannon()
    relativistic_pairs()
