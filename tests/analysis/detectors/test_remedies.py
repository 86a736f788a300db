import shlex

import pytest

from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.detectors.remedies import CHANGES, remedies
from keras_gan.cli.training_arguments import parse_training
from keras_gan.training.presets import PRESETS


def flags(diagnosis, config):
    """Return the flags for a run that the command started."""
    return codes(diagnosis, {"preset": "mine", **config})


def codes(diagnosis, config):
    return [remedy.code for remedy in remedies(diagnosis, config) if remedy.code is not None]


def test_every_diagnosis_has_remedies():
    assert set(CHANGES) == set(Diagnosis)


#: Further presets. Those that are not here have the same parts as one of these.
OTHERS = [pytest.param(name, marks=pytest.mark.long) for name in ("horses", "wgan_small", "wgan_large")]


@pytest.mark.parametrize("preset", ["horses_gp", *OTHERS])
def test_training_script_takes_every_flag(tmp_path, preset):
    config = PRESETS[preset].flat()
    for code in {code for diagnosis in Diagnosis for code in codes(diagnosis, config)}:
        changed, _ = parse_training(["--preset", preset, "--out", str(tmp_path), *shlex.split(code)], "x", "")
        assert changed != PRESETS[preset]


def test_remedies_are_the_tuning_guide_s_in_its_order():
    guide = {"n_critic": 5, "latent_dim": 128, "generator_learning_rate": 1e-4, "generator_filters": (64, 32, 3)}
    assert flags(Diagnosis.MODE_COLLAPSE, guide)[:4] == [
        "--n-critic 7",
        "--latent-dim 256",
        "--generator-learning-rate 1e-05",
        "--generator-filters 96 48 3",
    ]
    assert flags(Diagnosis.OSCILLATION, {"gradient_penalty": 10.0})[0] == "--gradient-penalty 20"
    rates = {"critic_learning_rate": 1e-4, "generator_learning_rate": 1e-4}
    assert flags(Diagnosis.EXPLODING_LOSSES, {**rates, "gradient_penalty": 10.0})[:2] == [
        "--critic-learning-rate 2e-05 --generator-learning-rate 2e-05",
        "--gradient-penalty 20",
    ]
    assert flags(Diagnosis.CRITIC_DOMINATES, guide)[0] == "--n-critic 3"


def test_whole_numbers_stay_whole():
    assert flags(Diagnosis.BLUR, {"epochs": 600_000})[0] == "--epochs 1200000"
    assert flags(Diagnosis.MODE_COLLAPSE, {"seed": 20_260_109})[-1] == "--seed 20260110"


@pytest.mark.parametrize("config", [{"n_critic": None}, {"n_critic": "many"}, {"critic_filters": 64}])
def test_values_of_other_kinds_leave_the_advice(config):
    assert remedies(Diagnosis.CRITIC_DOMINATES, config)


def test_clipped_runs_have_no_penalty_to_raise():
    clipped = {"clip_threshold": 0.01, "gradient_penalty": None}
    assert all("gradient-penalty" not in each for each in flags(Diagnosis.OSCILLATION, clipped))
    assert flags(Diagnosis.VANISHING_GRADIENTS, clipped)[:2] == [
        "--clip-threshold 0.02",
        "--clip-threshold None --gradient-penalty 10",
    ]


def test_penalised_runs_have_no_threshold_to_raise():
    penalised = {"clip_threshold": None, "gradient_penalty": 10.0}
    assert all("clip-threshold" not in each for each in flags(Diagnosis.VANISHING_GRADIENTS, penalised))


def test_values_that_cannot_change_are_left_out():
    assert flags(Diagnosis.CRITIC_DOMINATES, {"n_critic": 1, "critic_filters": [1, 1]}) == []


@pytest.mark.parametrize("config", [{}, {"loss": "cross-entropy"}, {"preset": "mine"}, {"n_critic": "many"}])
@pytest.mark.parametrize("diagnosis", list(Diagnosis), ids=lambda diagnosis: diagnosis.name)
def test_values_that_are_not_known_are_not_invented(diagnosis, config):
    """F34."""
    found = remedies(diagnosis, config)
    assert found
    assert [remedy for remedy in found if remedy.code is not None or "→" in remedy.advice] == []


def test_constraint_that_is_not_known_is_not_claimed():
    """F34."""
    unknown = [remedy.advice for remedy in remedies(Diagnosis.EXPLODING_LOSSES, {})]
    assert "Raise the penalty's λ, if there is one" in unknown
    # Its penalty is what the finding was made from.
    assert remedies(Diagnosis.WEAK_CONSTRAINT, {})[0].advice == "Raise the penalty's λ"
    of_another_kind = {"preset": "mine", "lipschitz": "spectral"}
    assert not any("λ" in remedy.advice for remedy in remedies(Diagnosis.EXPLODING_LOSSES, of_another_kind))


def test_run_of_fit_gets_arguments_and_not_flags():
    """F34."""
    config = {
        "n_critic": 3,
        "seed": 1,
        "epochs": 500,
        "batch_size": 32,
        "latent_dim": 100,
        "clip_threshold": None,
        "gradient_penalty": 10.0,
        "critic_optimizer": "adamw",
        "critic_learning_rate": 1e-4,
        "generator_optimizer": "rmsprop",
        "generator_learning_rate": 5e-5,
        "generator": "upsampling",
        "generator_filters": [64, 32, 16, 3],
        "critic_filters": [8],
    }
    collapse = remedies(Diagnosis.MODE_COLLAPSE, config)
    assert [remedy.code for remedy in collapse] == [
        "GAN(n_critic=5)",
        "upsampling_generator(latent_dim=200)",
        "generator_optimizer=RMSprop(learning_rate=5e-06)",
        "upsampling_generator(filters=(96, 48, 24, 3))",
        "batch_size=16",
        "GAN(seed=2)",
    ]
    assert collapse[3].advice == "Widen the generator (generator_filters 64 32 16 3 → 96 48 24 3)"
    assert codes(Diagnosis.BLUR, config)[0] == "fit(epochs=1000)"
    assert codes(Diagnosis.WEAK_CONSTRAINT, config) == [
        "GradientPenalty(20)",
        "critic_optimizer=AdamW(learning_rate=5e-05)",
    ]
    # The user's own network takes what its code says.
    smaller = remedies(Diagnosis.CRITIC_DOMINATES, config)[1]
    assert (smaller.advice, smaller.code) == ("Halve the critic's filters (critic_filters 8 → 4)", None)


def test_run_of_fit_is_told_to_replace_its_constraint_by_the_new_one():
    """F34."""
    clipped = {"clip_threshold": 0.01, "gradient_penalty": None}
    assert codes(Diagnosis.VANISHING_GRADIENTS, clipped) == ["WeightClipping(0.02)", "GradientPenalty(10)"]


def test_remedies_name_the_parts_that_make_them():
    small = {"generator": "transposed", "critic": "layer_normalised", "augmentation": "none", "epochs": 500}
    assert flags(Diagnosis.MEMORISATION, small)[0] == "--augmentation diffaugment"
    assert flags(Diagnosis.CHECKERBOARD, small) == ["--generator residual"]
    assert flags(Diagnosis.BLUR, small)[1] == "--generator residual --critic residual"
    feature_maps = {"generator_feature_maps": 64, "critic_feature_maps": 64}
    assert "--generator-feature-maps 96" in flags(Diagnosis.MODE_COLLAPSE, feature_maps)
    assert "--critic-feature-maps 32" in flags(Diagnosis.CRITIC_DOMINATES, feature_maps)
    guide = {"augmentation_hue": 0.02, "augmentation_brightness": 0.1, "augmentation_saturation": 0.1}
    assert flags(Diagnosis.WASHED_OUT_COLOUR, guide)[:2] == [
        "--augmentation-hue 0.01",
        "--augmentation-brightness 0.05 --augmentation-saturation 0.05",
    ]
    # What is so already is not advised.
    assert flags(Diagnosis.MEMORISATION, {"augmentation": "ada"}) == []
    assert codes(Diagnosis.MEMORISATION, {"augmentation": "none"}) == ["GAN(augmentation=DiffAugment())"]


def test_learning_rate_of_an_unknown_optimizer_is_changed_too():
    """F34."""
    config = {"generator_learning_rate": 1e-4}
    assert codes(Diagnosis.NON_CONVERGENCE, config) == ["generator_optimizer=…(learning_rate=1e-05)"]
