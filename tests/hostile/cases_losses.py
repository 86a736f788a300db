"""Valid calls of the losses: of each function, of each class and of the methods that a loop of one's own calls."""

import dataclasses
import functools
import inspect

import numpy as np
from hostile.loss_arguments import (
    BITS,
    CLASSES,
    COUNTS,
    EMPTY,
    FINITE,
    INFINITE,
    LARGE,
    NAN,
    PIXELS,
    TARGETS,
    answer_of,
    draw,
    embeddings,
    labels,
    loss_case,
    masks,
    of_elements,
    predicted,
    predictions,
    samples,
)
from hostile.sweep import Case, Right, given
from hostile.values import choice, optional, text, thing, weights

from keras_gan import losses

ANY_LABEL = dict.fromkeys(("huge", "negative", "fraction"), Right("a label may be any number"))
COUNTED_LATER = dict.fromkeys(("too few", "too many"), Right("the number of classes is not known before a call"))
ONE_A_CLASS = {"alpha": {"array": Right("there may be one a class")}}
ANY_BATCH = {"empty": Right("there may be no scores"), "wrong rank": FINITE}

#: Arguments of the losses of masks, of several classes.
OF_CLASSES = {"mode": given("multiclass", choice), "class_weights": given([0.5, 2.0, 1.5], optional(weights))}

#: Of one class, which has no weight.
BINARY = {"class_weights": given(lambda: None, lambda valid: {"text": "text", "weights": [0.5, 2.0, 1.5]})}

ELEMENTS = [
    loss_case("mean_squared_error", **of_elements(BITS, y_true=predicted(draw(4, 5, 3)))),
    loss_case("binary_crossentropy", **of_elements(BITS)),
    loss_case("binary_focal", **of_elements(BITS)),
    *(
        loss_case(name, **of_elements(TARGETS))
        for name in ("categorical_crossentropy", "categorical_focal", "kl_divergence", "js_divergence")
    ),
    *(
        loss_case(name, **of_elements(CLASSES))
        for name in ("sparse_categorical_crossentropy", "sparse_categorical_focal")
    ),
    loss_case("wasserstein_loss", **of_elements(2 * BITS - 1)),
    loss_case(
        "distillation",
        y_true=given(CLASSES, labels),
        student_logits=predicted(),
        teacher_logits=predicted(draw(4, 5, 3)),
        mask=given(COUNTS, masks),
    ),
]

MASKS = [
    *(loss_case(name, **of_elements(BITS), **BINARY) for name in ("dice", "jaccard", "tversky", "dice_crossentropy")),
    *(
        loss_case(f"{name} of classes", **of_elements(CLASSES), **OF_CLASSES)
        for name in ("dice", "jaccard", "tversky", "dice_crossentropy")
    ),
    loss_case("generalized_dice", **of_elements(CLASSES)),
]

EMBEDDINGS = [
    loss_case(
        "contrastive",
        y_true=given(BITS[:, 0, 0], labels),
        y_pred=predicted(np.abs(draw(4))),
        mask=samples(),
        element_weight=given(
            PIXELS[:, 0],
            optional(predictions),
            NaN=NAN,
            infinite=INFINITE,
            huge=LARGE,
            negative=FINITE,
            **dict.fromkeys(("number", "wrong rank"), Right("one weight may be that of all pairs")),
        ),
    ),
    loss_case("euclidean_distance", first=embeddings(), second=embeddings()),
    *(loss_case(name, first=embeddings(), second=embeddings(), mask=samples()) for name in ("info_nce", "nt_xent")),
    *(
        loss_case(name, y_true=given(np.array([0, 1, 0, 1]), labels, **ANY_LABEL), y_pred=embeddings(), mask=samples())
        for name in ("supervised_contrastive", "batch_all_triplet", "batch_hard_triplet")
    ),
    loss_case("gaussian_kl", mean=embeddings(), log_variance=embeddings(), mask=samples()),
    loss_case(
        "vae_elbo",
        y_true=given(BITS, labels, "`logits`"),
        logits=predicted(),
        mean=embeddings(),
        log_variance=embeddings(),
        mask=samples(),
    ),
]

SCORES = [
    *(
        loss_case(name, gradients=predicted(empty=EMPTY, **{"wrong rank": FINITE}))
        for name in ("gradient_penalty", "r1_penalty", "r2_penalty")
    ),
    *(
        loss_case(
            f"{name}_discriminator_loss", real_scores=embeddings(**ANY_BATCH), fake_scores=embeddings(**ANY_BATCH)
        )
        for name in ("wasserstein", "non_saturating", "minimax", "least_squares", "hinge", "relativistic_average")
    ),
    *(
        loss_case(f"{name}_generator_loss", fake_scores=embeddings(**ANY_BATCH))
        for name in ("wasserstein", "non_saturating", "minimax", "least_squares", "hinge")
    ),
    *(
        loss_case(f"relativistic_{kind}_loss", fake_scores=embeddings(), real_scores=embeddings())
        for kind in ("average_generator", "pairing_generator", "pairing_discriminator")
    ),
]

OF_CLASSES_LATER = {**OF_CLASSES, "class_weights": given([0.5, 2.0, 1.5], optional(weights), **COUNTED_LATER)}
AT_CONSTRUCTION = {"class_weights": COUNTED_LATER, "pos_weight": COUNTED_LATER}
OF_MASKS = ("Dice", "Jaccard", "Tversky", "DiceCrossentropy")
CONSTRUCTORS = [
    *(
        loss_case(
            name,
            AT_CONSTRUCTION | (ONE_A_CLASS if name.endswith("Focal") else {}),
            **(OF_CLASSES_LATER if name in OF_MASKS else {}),
        )
        for name in losses.__all__
        if inspect.isclass(getattr(losses, name)) and name not in ("AdversarialLoss", "FlippedLabels")
    ),
    loss_case("AdversarialLoss", name=given("mine", optional(text))),
    loss_case("FlippedLabels", loss=given(lambda: losses.Hinge(), thing)),
]


def called(path, loss, **arguments):
    """Return the case of a method of a loss."""
    method = functools.partial(answer_of, getattr(loss, path.rpartition(".")[2]))
    return Case(f"keras_gan.losses.{path}", method, arguments)


def sample_weight():
    one = dict.fromkeys(("number", "wrong rank"), Right("one weight may be that of all"))
    weight = predicted(draw(4), **one)
    return dataclasses.replace(weight, kind=optional(weight.kind))


def both():
    return {"real_scores": embeddings(**ANY_BATCH), "fake_scores": embeddings(**ANY_BATCH)}


def of_fakes():
    return {"fake_scores": embeddings(), "real_scores": embeddings()}


CROSSENTROPY, RELATIVISTIC = losses.CategoricalCrossentropy(), losses.RelativisticAverage()
OF_TARGETS = {"y_true": given(TARGETS, labels), "y_pred": predicted()}
NO_WEIGHT = {"sample_weight": given(lambda: None, lambda valid: {"text": "text", "objects": [None, None]})}
CALLS = [
    called("CategoricalCrossentropy.__call__", CROSSENTROPY, **OF_TARGETS, sample_weight=sample_weight()),
    called("CategoricalCrossentropy.call", CROSSENTROPY, **OF_TARGETS),
    called("Hinge.discriminator", losses.Hinge(), **both(), **NO_WEIGHT),
    called("Hinge.discriminator_terms", losses.Hinge(), **both(), **NO_WEIGHT),
    called("Hinge.discriminator_losses", losses.Hinge(), **both()),
    called("RelativisticAverage.generator", RELATIVISTIC, **of_fakes(), sample_weight=sample_weight()),
    called("RelativisticAverage.generator_losses", RELATIVISTIC, **of_fakes()),
    called("NonSaturating.accuracies", losses.NonSaturating(), **both()),
    called("FlippedLabels.accuracies", losses.FlippedLabels(losses.Minimax(), 0.5), **both()),
    called("FlippedLabels.discriminator_losses", losses.FlippedLabels(RELATIVISTIC, 0.0), **both()),
    called("FlippedLabels.generator_losses", losses.FlippedLabels(RELATIVISTIC, 0.0), **of_fakes()),
    loss_case("get", identifier=given("hinge", choice)),
]

CASES = [*ELEMENTS, *MASKS, *EMBEDDINGS, *SCORES, *CONSTRUCTORS, *CALLS]
