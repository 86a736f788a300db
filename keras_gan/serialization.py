"""Stand-ins for registered objects, so that Keras can load our saved models after `import keras_gan` alone.

That import loads neither Keras nor our classes. When Keras is imported, a stand-in for each of our classes and
functions is added to the registered objects of Keras. A stand-in imports its object when a saved model needs it.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

#: Names of the objects that are registered with Keras, by the package that they are imported from.
REGISTERED = {
    "keras_gan.augmentation": ("AdaptiveAugmentation", "DiffAugment", "GuideAugmentation"),
    "keras_gan.models": (
        *("ExponentialAveraging", "GAN", "GradientPenalty", "MomentumAveraging", "StepSchedule", "TrainingTracker"),
        *("Combined", "Consistency", "DRAGAN", "LipschitzPenalty", "NormClipping", "R1", "R2"),
        *("SpectralNormalization", "WGAN", "WeightClipping"),
    ),
    "keras_gan.networks": (
        *("FusedBatchNormalization", "GroupedConv2D", "ImageRange", "PhasedConv2D", "PhasedUpsampleConv2D"),
        *("PooledConv2D", "ScaledBasis", "SelfAttention2D", "SmoothDownsampling2D", "SmoothUpsampling2D"),
        *("SpectralNorm", "SpectralSelfAttention2D", "UpsampleConv2D"),
    ),
    "keras_gan.losses": (
        *("BatchAllTriplet", "BatchHardTriplet", "BinaryCrossentropy", "BinaryFocal", "CategoricalCrossentropy"),
        *("CategoricalFocal", "Contrastive", "Dice", "DiceCrossentropy", "Distillation", "FlippedLabels"),
        *("GaussianKL", "GeneralizedDice", "Hinge", "InfoNCE", "JSDivergence", "Jaccard", "KLDivergence"),
        *("LeastSquares", "MeanSquaredError", "Minimax", "NTXent", "NonSaturating", "RelativisticAverage"),
        *("RelativisticPairing", "relativistic_pairing_discriminator_loss", "relativistic_pairing_generator_loss"),
        *("SparseCategoricalCrossentropy", "SparseCategoricalFocal", "SupervisedContrastive", "Tversky", "VaeElbo"),
        *("Wasserstein", "WassersteinLoss"),
        *("batch_all_triplet", "batch_hard_triplet", "binary_crossentropy", "binary_focal"),
        *("categorical_crossentropy", "categorical_focal", "contrastive", "dice", "dice_crossentropy"),
        *("distillation", "euclidean_distance", "gaussian_kl", "generalized_dice", "gradient_penalty"),
        *("hinge_discriminator_loss", "hinge_generator_loss", "info_nce", "jaccard", "js_divergence", "kl_divergence"),
        *("least_squares_discriminator_loss", "least_squares_generator_loss", "mean_squared_error"),
        *("minimax_discriminator_loss", "minimax_generator_loss", "non_saturating_discriminator_loss"),
        *("non_saturating_generator_loss", "nt_xent"),
        *("r1_penalty", "r2_penalty", "relativistic_average_discriminator_loss"),
        *("relativistic_average_generator_loss", "sparse_categorical_crossentropy", "sparse_categorical_focal"),
        *("supervised_contrastive", "tversky", "vae_elbo", "wasserstein_discriminator_loss"),
        *("wasserstein_generator_loss", "wasserstein_loss"),
    ),
}


class StandIn:
    """Placeholder of a registered object that is not imported yet.

    Args:
        package: The package that the object is imported from.
        name: The object's name.
    """

    def __init__(self, package: str, name: str) -> None:
        self.package = package
        self.__name__ = name

    def load(self) -> Any:
        """Return the object. Its import replaces the stand-in."""
        return getattr(importlib.import_module(self.package), self.__name__)

    def from_config(self, config: dict[str, Any]) -> Any:
        """Return an instance of the class from its configuration."""
        return self.load().from_config(config)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.load()(*args, **kwargs)


def register_stand_ins(keras: types.ModuleType) -> None:
    """Add stand-ins to the registered objects of Keras, without replacing any.

    Args:
        keras: The module `keras`.
    """
    registered = keras.saving.get_custom_objects()
    for package, names in REGISTERED.items():
        for name in names:
            registered.setdefault(f"keras_gan>{name}", StandIn(package, name))


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Import hook that registers the stand-ins as soon as any code has imported Keras."""

    is_searching = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "keras" or self.is_searching:
            return None
        self.is_searching = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.is_searching = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Keras's own loader, followed by the registration of the stand-ins."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self.loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        # The module must look as if its own loader had loaded it.
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        register_stand_ins(module)


def register_with_keras() -> None:
    """Let Keras find our registered objects, now or as soon as it is imported."""
    if sys.modules.get("keras") is not None:
        register_stand_ins(sys.modules["keras"])
    elif not any(isinstance(finder, _AfterKeras) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterKeras())
