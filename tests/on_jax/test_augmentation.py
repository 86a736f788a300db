import jax
import numpy as np
import pytest
from augmented_images import (
    AUGMENTATIONS,
    check_penalty_goes_through,
    check_references,
    check_resumption,
    random_images,
    random_numbers,
    transformed,
)

from keras_gan import AdaptiveAugmentation


def test_results_are_those_of_the_papers_and_of_torchvision():
    check_references()


@pytest.mark.long
def test_penalties_go_through():
    check_penalty_goes_through(AdaptiveAugmentation(initial=0.5))


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_compiled_is_eager(name):
    augmentation, images = AUGMENTATIONS[name](), random_images().astype("float32")
    numbers = random_numbers(12, augmentation.draws).astype("float32")
    compiled = jax.jit(augmentation.transform)(images, numbers)
    # XLA fuses what it compiles, and rounds at other places.
    np.testing.assert_allclose(compiled, transformed(augmentation, images, numbers), rtol=0, atol=3e-5)


def test_a_saved_model_goes_on_as_if_it_had_never_been_saved(float_images, tmp_path):
    check_resumption(AUGMENTATIONS["ada"](), float_images, tmp_path / "gan.keras")
