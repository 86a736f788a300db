"""Loss functions and their classes.

Each loss is a pair: a pure function that returns per-sample values, and a class that adds a reduction, a dtype and a
config. Where packages differ, docs/conventions.md says which convention is followed.
"""

from keras_gan.losses._adversarial import AdversarialLoss
from keras_gan.losses.adversarial import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    hinge_discriminator_loss,
    hinge_generator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    minimax_discriminator_loss,
    minimax_generator_loss,
    non_saturating_discriminator_loss,
    non_saturating_generator_loss,
)
from keras_gan.losses.binary import BinaryCrossentropy, binary_crossentropy
from keras_gan.losses.contrastive import Contrastive, contrastive, euclidean_distance
from keras_gan.losses.crossentropy import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from keras_gan.losses.dice_crossentropy import DiceCrossentropy, dice_crossentropy
from keras_gan.losses.distillation import Distillation, distillation
from keras_gan.losses.divergence import JSDivergence, KLDivergence, js_divergence, kl_divergence
from keras_gan.losses.focal import (
    BinaryFocal,
    CategoricalFocal,
    SparseCategoricalFocal,
    binary_focal,
    categorical_focal,
    sparse_categorical_focal,
)
from keras_gan.losses.generalized_dice import GeneralizedDice, generalized_dice
from keras_gan.losses.gradient_penalty import gradient_penalty, r1_penalty, r2_penalty
from keras_gan.losses.label_flipping import FlippedLabels
from keras_gan.losses.registry import get
from keras_gan.losses.regression import MeanSquaredError, mean_squared_error
from keras_gan.losses.relativistic import (
    RelativisticAverage,
    relativistic_average_discriminator_loss,
    relativistic_average_generator_loss,
)
from keras_gan.losses.relativistic_pairing import (
    RelativisticPairing,
    relativistic_pairing_discriminator_loss,
    relativistic_pairing_generator_loss,
)
from keras_gan.losses.segmentation import Dice, Jaccard, Tversky, dice, jaccard, tversky
from keras_gan.losses.supervised_contrastive import SupervisedContrastive, supervised_contrastive
from keras_gan.losses.triplet import BatchAllTriplet, BatchHardTriplet, batch_all_triplet, batch_hard_triplet
from keras_gan.losses.variational import GaussianKL, VaeElbo, gaussian_kl, vae_elbo
from keras_gan.losses.views import InfoNCE, NTXent, info_nce, nt_xent
from keras_gan.losses.wasserstein import (
    Wasserstein,
    WassersteinLoss,
    wasserstein_discriminator_loss,
    wasserstein_generator_loss,
    wasserstein_loss,
)

__all__ = [
    "AdversarialLoss",
    "BatchAllTriplet",
    "BatchHardTriplet",
    "BinaryCrossentropy",
    "BinaryFocal",
    "CategoricalCrossentropy",
    "CategoricalFocal",
    "Contrastive",
    "Dice",
    "DiceCrossentropy",
    "Distillation",
    "FlippedLabels",
    "GaussianKL",
    "GeneralizedDice",
    "Hinge",
    "InfoNCE",
    "JSDivergence",
    "Jaccard",
    "KLDivergence",
    "LeastSquares",
    "MeanSquaredError",
    "Minimax",
    "NTXent",
    "NonSaturating",
    "RelativisticAverage",
    "RelativisticPairing",
    "SparseCategoricalCrossentropy",
    "SparseCategoricalFocal",
    "SupervisedContrastive",
    "Tversky",
    "VaeElbo",
    "Wasserstein",
    "WassersteinLoss",
    "batch_all_triplet",
    "batch_hard_triplet",
    "binary_crossentropy",
    "binary_focal",
    "categorical_crossentropy",
    "categorical_focal",
    "contrastive",
    "dice",
    "dice_crossentropy",
    "distillation",
    "euclidean_distance",
    "gaussian_kl",
    "generalized_dice",
    "get",
    "gradient_penalty",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "info_nce",
    "jaccard",
    "js_divergence",
    "kl_divergence",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "mean_squared_error",
    "minimax_discriminator_loss",
    "minimax_generator_loss",
    "non_saturating_discriminator_loss",
    "non_saturating_generator_loss",
    "nt_xent",
    "r1_penalty",
    "r2_penalty",
    "relativistic_average_discriminator_loss",
    "relativistic_average_generator_loss",
    "relativistic_pairing_discriminator_loss",
    "relativistic_pairing_generator_loss",
    "sparse_categorical_crossentropy",
    "sparse_categorical_focal",
    "supervised_contrastive",
    "tversky",
    "vae_elbo",
    "wasserstein_discriminator_loss",
    "wasserstein_generator_loss",
    "wasserstein_loss",
]
