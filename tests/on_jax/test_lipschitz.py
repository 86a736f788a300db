"""Lipschitz policies on JAX."""

import pytest
from lipschitz_policies import check_compiled_step, check_resumed

NAMES = ("lazy pair", "spectral norm and a penalty", "consistency", "r1 and r2")


@pytest.mark.parametrize("name", [NAMES[0], *(pytest.param(name, marks=pytest.mark.long) for name in NAMES[1:])])
def test_a_saved_model_goes_on_as_if_it_had_never_been_saved(float_images, tmp_path, name):
    check_resumed(name, float_images, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES[:2])
def test_the_compiled_step_is_the_eager_one(float_images, name):
    check_compiled_step(name, float_images)
