"""What lets Keras load our saved models after `import keras_gan` alone, which loads neither Keras nor our classes.

As soon as Keras is loaded, a stand-in for each class and function is put where Keras looks for registered objects. It
imports what it stands for when a saved model asks for it.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

#: What is registered with Keras, by the package that it is imported from.
REGISTERED = {
    "keras_gan.models": ("GAN", "GradientPenalty", "TrainingTracker", "WGAN", "WeightClipping"),
    "keras_gan.networks": ("FusedBatchNormalization", "PhasedConv2D", "PhasedUpsampleConv2D", "UpsampleConv2D"),
    "keras_gan.losses": (
        *("BinaryCrossentropy", "BinaryFocal", "CategoricalCrossentropy", "CategoricalFocal", "Contrastive", "Dice"),
        *("DiceCrossentropy", "Distillation", "FlippedLabels", "GaussianKL", "Hinge", "InfoNCE", "Jaccard"),
        *("KLDivergence", "LeastSquares", "MeanSquaredError", "Minimax", "NTXent", "NonSaturating"),
        *("RelativisticAverage", "SparseCategoricalCrossentropy", "SparseCategoricalFocal", "Tversky", "VaeElbo"),
        *("Wasserstein", "WassersteinLoss", "binary_crossentropy", "binary_focal", "categorical_crossentropy"),
        *("categorical_focal", "contrastive", "dice", "dice_crossentropy", "distillation", "euclidean_distance"),
        *("gaussian_kl", "gradient_penalty", "hinge_discriminator_loss", "hinge_generator_loss", "info_nce", "jaccard"),
        *("kl_divergence", "least_squares_discriminator_loss", "least_squares_generator_loss", "mean_squared_error"),
        *("minimax_discriminator_loss", "minimax_generator_loss", "non_saturating_discriminator_loss"),
        *("non_saturating_generator_loss", "nt_xent", "r1_penalty", "r2_penalty"),
        *("relativistic_average_discriminator_loss", "relativistic_average_generator_loss"),
        *("sparse_categorical_crossentropy", "sparse_categorical_focal", "tversky", "vae_elbo"),
        *("wasserstein_discriminator_loss", "wasserstein_generator_loss", "wasserstein_loss"),
    ),
}


class StandIn:
    """What Keras finds for a registered name until the object itself is loaded.

    Args:
        package: The package that the object is imported from.
        name: The object's name.
    """

    def __init__(self, package: str, name: str) -> None:
        self.package = package
        self.__name__ = name

    def load(self) -> Any:
        """Return the object; its import puts it in the place of the stand-in."""
        return getattr(importlib.import_module(self.package), self.__name__)

    def from_config(self, config: dict[str, Any]) -> Any:
        """Return what the class makes of a configuration."""
        return self.load().from_config(config)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.load()(*args, **kwargs)


def register_stand_ins(keras: types.ModuleType) -> None:
    """Put stand-ins where Keras looks for registered objects; what is registered already stays.

    Args:
        keras: The module.
    """
    registered = keras.saving.get_custom_objects()
    for package, names in REGISTERED.items():
        for name in names:
            registered.setdefault(f"keras_gan>{name}", StandIn(package, name))


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Register the stand-ins right after Keras is imported, whoever imports it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Keras's own loader, and the registration after it."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self.loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        self.loader.exec_module(module)
        register_stand_ins(module)


def register_with_keras() -> None:
    """Let Keras find our registered objects: now if it is loaded, and else as soon as it is."""
    if "keras" in sys.modules:
        register_stand_ins(sys.modules["keras"])
    elif not any(isinstance(finder, _AfterKeras) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterKeras())
