"""Records from MONAI."""

import torch
from monai import losses
from records import B, C, integers, normal, torch_record, uniform


def monai_record(name, recipe, loss, y_pred, y_true, per_class=True, double=True):
    """Record a MONAI loss, which takes channels first and returns a value for each image and class."""

    def function(x, y):
        labels = y.movedim(-1, 1) if y.ndim == x.ndim else y[:, None]
        values = loss(x.movedim(-1, 1), labels)
        return values.reshape(len(x), -1).mean(1) if per_class else values

    torch.set_default_dtype(torch.float64)
    torch_record(name, recipe, function, y_pred, y_true, "monai", double)
    torch.set_default_dtype(torch.float32)


def monai_overlaps():

    mask, masks = integers(2, B, 3, 3, 1).astype("float64"), integers(C, B, 3, 3)
    binary = {"sigmoid": True, "reduction": "none"}
    multiclass = {"softmax": True, "to_onehot_y": True, "reduction": "none"}
    one = {"smooth_nr": 1.0, "smooth_dr": 1.0}
    monai_record("monai_dice", "dice(y_true, y_pred, smooth=1e-5)", losses.DiceLoss(**binary), normal(B, 3, 3, 1), mask)
    monai_record(
        "monai_dice_classes",
        "dice(y_true, y_pred, mode='multiclass', include_background=False)",
        losses.DiceLoss(include_background=False, **multiclass, **one),
        normal(B, 3, 3, C),
        masks,
    )
    monai_record(
        "monai_dice_weighted",
        "dice(y_true, y_pred, mode='multiclass', class_weights=[0.5, 2.0, 1.5])",
        losses.DiceLoss(weight=torch.tensor([0.5, 2.0, 1.5]).double(), **multiclass, **one),
        normal(B, 3, 3, C),
        masks,
    )
    monai_record(
        "monai_dice_squared",
        "dice(y_true, y_pred, squared=True)",
        losses.DiceLoss(squared_pred=True, **binary, **one),
        normal(B, 3, 3, 1),
        mask,
    )
    monai_record(
        "monai_dice_soft_labels",
        "dice(y_true, y_pred)",
        losses.DiceLoss(soft_label=True, **binary, **one),
        normal(B, 3, 3, 1),
        uniform(B, 3, 3, 1),
    )
    monai_record(
        "monai_dice_batch",
        "dice(y_true, y_pred, mode='multiclass', per_image=False)",
        lambda x, y: losses.DiceLoss(batch=True, softmax=True, to_onehot_y=True, **one)(x, y),
        normal(B, 3, 3, C),
        masks,
        per_class=False,
    )
    monai_record(
        "monai_jaccard",
        "jaccard(y_true, y_pred, smooth=0.5)",
        losses.DiceLoss(jaccard=True, **binary, **one),
        normal(B, 3, 3, 1),
        mask,
    )
    monai_record(
        "monai_tversky",
        "tversky(y_true, y_pred, alpha=0.3, beta=0.7, mode='multiclass')",
        losses.TverskyLoss(alpha=0.3, beta=0.7, **multiclass, **one),
        normal(B, 3, 3, C),
        masks,
    )
    monai_record(
        "monai_dice_ce",
        "ops.mean(dice_crossentropy(y_true, y_pred, mode='multiclass', dice_weight=1, crossentropy_weight=1, "
        "smooth=1e-5))",
        losses.DiceCELoss(softmax=True, to_onehot_y=True),
        normal(B, 3, 3, C),
        masks,
        per_class=False,
    )
    monai_record(
        "monai_focal",
        "binary_focal(y_true, y_pred)",
        losses.FocalLoss(alpha=0.25, gamma=2.0, reduction="none"),
        normal(B, 3, 3, 1),
        mask,
        double=False,
    )
    monai_record(
        "monai_focal_classes",
        "sparse_categorical_focal(y_true, y_pred, gamma=1.5) / 3",
        losses.FocalLoss(use_softmax=True, to_onehot_y=True, gamma=1.5, reduction="none"),
        normal(B, 3, 3, C),
        masks,
        double=False,
    )


def add_records():
    """Compute the records of this file."""
    monai_overlaps()
