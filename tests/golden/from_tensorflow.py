"""Records from Keras and from TF-GAN."""

import keras
import numpy as np
import tensorflow as tf
from records import B, C, integers, normal, per_image, record, simplex, uniform

from keras_gan.metrics import tf_gan


def keras_losses():

    y_true, y_pred = integers(2, B, 3, 3, 1).astype("float32"), uniform(B, 3, 3, 1).astype("float32")
    inputs = {"y_true": y_true, "y_pred": y_pred}
    record(
        "keras_tversky",
        "keras",
        "tversky(y_true, y_pred, alpha=0.7, beta=0.3, from_logits=False, smooth=1e-7, per_image=False)",
        inputs,
        keras.losses.tversky(y_true, y_pred, alpha=0.3, beta=0.7),
        double=False,
    )
    record(
        "keras_label_smoothing",
        "keras",
        "binary_crossentropy(y_true, y_pred, label_smoothing=0.1)",
        inputs,
        per_image(np.asarray(keras.losses.binary_crossentropy(y_true, y_pred, from_logits=True, label_smoothing=0.1))),
        double=False,
    )
    record(
        "keras_focal",
        "keras",
        "binary_focal(y_true, y_pred, from_logits=False)",
        inputs,
        per_image(np.asarray(keras.losses.BinaryFocalCrossentropy(True, reduction=None)(y_true, y_pred))),
        double=False,
    )
    record(
        "keras_dice",
        "keras",
        "dice(y_true, y_pred, from_logits=False, smooth=0, per_image=False)",
        inputs,
        keras.losses.dice(y_true, y_pred),
        double=False,
    )
    student, teacher = normal(B, C).astype("float32"), normal(B, C).astype("float32")
    divergence = keras.distillation.LogitsDistillation(temperature=3.0, loss=keras.losses.KLDivergence())
    record(
        "keras_distillation",
        "keras",
        "ops.mean(distillation(None, y_pred, y_true, temperature=3.0, alpha=1.0))",
        {"y_true": teacher, "y_pred": student},
        divergence.compute_loss(teacher, student),
        double=False,
    )
    one_hot, probabilities = np.eye(C, dtype="float32")[integers(C, B)], simplex(B).astype("float32")
    record(
        "keras_categorical_focal",
        "keras",
        "categorical_focal(y_true, y_pred, alpha=0.25, from_logits=False)",
        {"y_true": one_hot, "y_pred": probabilities},
        keras.losses.CategoricalFocalCrossentropy(reduction=None)(one_hot, probabilities),
        double=False,
    )
    signs = np.array([-1.0, 1.0, -1.0, 1.0], "float32")
    critic = normal(B).astype("float32")
    record(
        "keras_wasserstein_copies",
        "keras",
        "ops.mean(wasserstein_loss(-y_true, y_pred))",
        {"y_true": signs, "y_pred": critic},
        keras.ops.mean(signs * critic),
        double=False,
    )


def tf_gan_losses():

    wargs = tf_gan.load("losses").wargs

    real, fake = normal(B, 1), normal(B, 1)
    r, f = tf.constant(real, tf.float32), tf.constant(fake, tf.float32)

    def tf_gan_record(name, recipe, expected):
        record(name, "tensorflow-gan", recipe, {"real": real, "fake": fake}, expected, double=False)

    discriminators = {
        "wasserstein": ("wasserstein", wargs.wasserstein_discriminator_loss(r, f)),
        "hinge": ("hinge", wargs.wasserstein_hinge_discriminator_loss(r, f)),
        "modified": ("non_saturating", wargs.modified_discriminator_loss(r, f, label_smoothing=0.0)),
        "minimax": ("minimax", wargs.minimax_discriminator_loss(r, f, label_smoothing=0.0)),
        "least_squares": ("least_squares", wargs.least_squares_discriminator_loss(r, f)),
        "relativistic": ("relativistic_average", wargs.relativistic_discriminator_loss(r, f)),
    }
    for name, (ours, value) in discriminators.items():
        recipe = f"ops.mean(sum({ours}_discriminator_loss(real, fake)))"
        tf_gan_record(f"tf_gan_{name}_discriminator", recipe, value)
    generators = {
        "wasserstein": ("wasserstein", wargs.wasserstein_generator_loss(f)),
        "hinge": ("hinge", wargs.wasserstein_hinge_generator_loss(f)),
        "modified": ("non_saturating", wargs.modified_generator_loss(f, label_smoothing=0.0)),
        "least_squares": ("least_squares", wargs.least_squares_generator_loss(f)),
    }
    for name, (ours, value) in generators.items():
        tf_gan_record(f"tf_gan_{name}_generator", f"ops.mean({ours}_generator_loss(fake))", value)
    tf_gan_record(
        "tf_gan_minimax_generator",
        "ops.mean(minimax_generator_loss(fake)) - ops.softplus(-1.0)",
        wargs.minimax_generator_loss(f, label_smoothing=0.0),
    )
    tf_gan_record(
        "tf_gan_relativistic_generator",
        "ops.mean(relativistic_average_generator_loss(fake, real))",
        wargs.relativistic_generator_loss(r, f),
    )
    tf_gan_record(
        "tf_gan_label_smoothing",
        "ops.mean(sum(minimax_discriminator_loss(real, fake, real_target=0.9)))",
        wargs.minimax_discriminator_loss(r, f, label_smoothing=0.2),
    )
    tf_gan_record(
        "tf_gan_least_squares_real_label",
        "ops.mean(sum(least_squares_discriminator_loss(real, fake, real_target=0.9)))",
        wargs.least_squares_discriminator_loss(r, f, real_label=0.9),
    )


def add_records():
    """Compute the records of this file."""
    keras_losses()
    tf_gan_losses()
