"""Records that came later; their inputs are drawn apart, so that those of the others stay as they are."""

import keras
import numpy as np
import optax
import tensorflow as tf
from pytorch_metric_learning import distances, losses, miners, reducers
from records import record, torch_record

from keras_gan.metrics import tf_gan

RNG = np.random.default_rng(7)
LABELS = np.array([0, 1, 2, 0, 2, 1])


def rounded(*shape):
    return np.round(2 * RNG.normal(size=shape), 3)


def labelled_embeddings():

    peer = "pytorch-metric-learning"
    # Without its defaults: embeddings scaled to norm 1, and a mean over the triplets that cost something.
    triplet = losses.TripletMarginLoss(
        0.5, distance=distances.LpDistance(normalize_embeddings=False), reducer=reducers.MeanReducer()
    )
    hardest = miners.BatchHardMiner(distance=distances.LpDistance(normalize_embeddings=False))
    torch_record(
        "pml_supcon",
        "ops.mean(supervised_contrastive(y_true, y_pred, temperature=0.2))",
        losses.SupConLoss(temperature=0.2),
        rounded(6, 4),
        LABELS,
        peer=peer,
    )
    torch_record(
        "pml_triplet",
        "ops.mean(batch_all_triplet(y_true, y_pred, margin=0.5))",
        triplet,
        rounded(6, 4),
        LABELS,
        peer=peer,
    )
    torch_record(
        "pml_batch_hard",
        "ops.mean(batch_hard_triplet(y_true, y_pred, margin=0.5))",
        lambda x, y: triplet(x, y, hardest(x, y)),
        rounded(6, 4),
        LABELS,
        peer=peer,
    )


def probabilities_and_soft_labels():

    y_true, y_pred = np.eye(3)[[0, 2, 1, 1]], np.round(RNG.uniform(0.1, 0.9, (4, 3)), 3)
    record(
        "keras_renormalised",
        "keras",
        "categorical_crossentropy(y_true, y_pred / ops.sum(y_pred, axis=-1, keepdims=True), from_logits=False)",
        {"y_true": y_true, "y_pred": y_pred},
        keras.ops.categorical_crossentropy(y_true, y_pred),
    )
    soft, logits = np.round(RNG.uniform(0, 1, 5), 3), rounded(5)
    record(
        "optax_soft_focal",
        "optax",
        "(y_true * ops.sigmoid(-y_pred) + (1 - y_true) * ops.sigmoid(y_pred))**2 * binary_crossentropy(y_true, y_pred)",
        {"y_true": soft, "y_pred": logits},
        optax.sigmoid_focal_loss(logits, soft, gamma=2.0),
    )


def tf_gan_conventions():

    wargs = tf_gan.load("losses").wargs
    real, fake, slopes = rounded(4, 1), rounded(4, 1), rounded(4, 5)
    record(
        "tf_gan_minimax_default",
        "tensorflow-gan",
        "ops.mean(sum(minimax_discriminator_loss(real, fake, real_target=0.875)))",
        {"real": real, "fake": fake},
        wargs.minimax_discriminator_loss(tf.constant(real, "float32"), tf.constant(fake, "float32")),
        double=False,
    )
    # It refuses to run eagerly.
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        images = tf.zeros((4, 5))
        penalty = session.run(
            wargs.wasserstein_gradient_penalty(
                images, images, None, lambda x, _: tf.reduce_sum(slopes.astype("float32") * x, axis=1), "c", target=2.0
            )
        )
    record(
        "tf_gan_penalty_target",
        "tensorflow-gan",
        "ops.mean(gradient_penalty(gradients, target=2.0)) / 2.0**2",
        {"gradients": slopes},
        penalty,
        double=False,
    )


def add_records():
    """Compute the records of this file."""
    labelled_embeddings()
    probabilities_and_soft_labels()
    tf_gan_conventions()
