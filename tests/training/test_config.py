"""The configuration as an object and as a file."""

import json

import pytest

from keras_gan.training.changes import change
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.options import RunOptions
from keras_gan.training.presets import PRESETS

#: The `horses` preset as the first version wrote it.
FIRST_VERSION = {
    "preset": "horses",
    "dataset": "horses",
    "seed": 42,
    "deterministic": False,
    "mixed_precision": "off",
    "steps_per_execution": 1,
    "epochs": 12000,
    "batch_size": 512,
    "n_critic": 5,
    "clip_threshold": 0.01,
    "gradient_penalty": None,
    "optimizer": "rmsprop",
    "critic_learning_rate": 5e-05,
    "generator_learning_rate": 5e-05,
    "beta_1": 0.0,
    "beta_2": 0.9,
    "latent_dim": 100,
    "generator_filters": [128, 64, 32, 3],
    "generator_kernel_size": 5,
    "batch_norm_momentum": 0.8,
    "critic_filters": [32, 64, 128, 128],
    "critic_strides": [2, 2, 2, 1],
    "critic_kernel_size": 5,
}

#: What turns it into the `horses_gp` preset.
PENALTY = {
    "preset": "horses_gp",
    "batch_size": 64,
    "clip_threshold": None,
    "gradient_penalty": 10.0,
    "optimizer": "adam",
    "critic_learning_rate": 1e-4,
    "generator_learning_rate": 1e-4,
}


def read(values):
    return ExperimentConfig.from_json(json.dumps(values))


def written(config):
    return json.loads(config.to_json())


@pytest.mark.parametrize("config", PRESETS.values(), ids=PRESETS)
def test_json_round_trip(config):
    changed = change(config, seed=7, critic_learning_rate=1.1e-5, deterministic=True, quality_every=3)
    for one in (config, changed):
        assert ExperimentConfig.from_json(one.to_json()) == one


def test_file_has_a_version_and_all_arguments():
    values = written(PRESETS["horses"])
    assert values["version"] == 2
    assert values["generator"] == {
        "name": "upsampling",
        "arguments": {"latent_dim": 100, "filters": [128, 64, 32, 3], "kernel_size": 5, "batch_norm_momentum": 0.8},
    }
    assert values["lipschitz"] == {"name": "weight_clipping", "arguments": {"threshold": 0.01}}
    assert values["augmentation"] == values["averaging"] == {"name": "none", "arguments": {}}
    assert values["evaluation"]["extractor"]["name"] == "cifar10-resnet"


@pytest.mark.parametrize(("values", "preset"), [({}, "horses"), (PENALTY, "horses_gp")])
def test_first_version_is_read(values, preset):
    assert read({**FIRST_VERSION, **values}) == PRESETS[preset]


def test_each_value_of_the_first_version_is_read():
    values = {
        **FIRST_VERSION,
        "seed": 1,
        "deterministic": True,
        "mixed_precision": "bfloat16",
        "steps_per_execution": 2,
        "epochs": 3,
        "batch_size": 4,
        "n_critic": 6,
        "clip_threshold": 0.02,
        "latent_dim": 7,
        "batch_norm_momentum": 0.6,
        "critic_learning_rate": 1e-3,
        "generator_learning_rate": 2e-3,
        "beta_2": 0.7,
        "generator_filters": [8, 3],
        "generator_kernel_size": 3,
        "critic_filters": [9, 10],
        "critic_strides": [4, 2],
        "critic_kernel_size": 7,
    }
    flat = json.loads(json.dumps(read(values).flat()))
    # What the first version called β₂ of RMSprop is its ρ, which has no β₁.
    expected = {**values, "rho": values["beta_2"]}
    del expected["beta_1"], expected["beta_2"]
    assert {name: flat[name] for name in expected} == expected


def test_first_version_without_a_constraint_is_read():
    assert read({**FIRST_VERSION, "clip_threshold": None}).lipschitz == Part("none")


@pytest.mark.parametrize("name", ["augmentation", "averaging", "evaluation"])
def test_missing_part_means_what_the_code_did_before(name):
    values = written(PRESETS["demo"])
    del values[name]
    assert read(values) == PRESETS["demo"]


def test_missing_argument_has_its_functions_default():
    values = written(PRESETS["demo"])
    del values["generator"]["arguments"]["kernel_size"], values["run"]["deterministic"]
    assert read(values) == PRESETS["demo"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda values: values.update(n_critics=3), r"unknown: \['n_critics'\]"),
        (lambda values: values["run"].update(n_critics=3), r"`run` .* unknown: \['n_critics'\]"),
        (lambda values: values["generator"].update(kind=1), r"`generator` .* unknown: \['kind'\]"),
        (lambda values: values["generator"]["arguments"].update(depth=1), r"`generator` 'upsampling'.*\['depth'\]"),
        (lambda values: values["evaluation"].update(often=1), r"`evaluation` .* unknown: \['often'\]"),
        (lambda values: values.update(critic="convolutional"), "`critic` must be an object. Received: str"),
        (lambda values: values.update(critic={"arguments": {}}), "`critic`: .*name"),
        (lambda values: values.update(loss={"name": "mse"}), "`loss` must be one of wasserstein, .* Received: 'mse'"),
        (
            lambda values: values.update(loss={"name": ["mse"]}),
            "`loss`: `name` must be the name|`name` must be the name",
        ),
        (lambda values: values.update(loss={"name": "hinge", "arguments": 3}), "'hinge' must have arguments by name"),
        (lambda values: values.pop("data"), "`configuration`: .*data"),
        (lambda values: values.update(version=3), "`version` must be at most 2: install a later keras-gan"),
        (lambda values: values.update(version="1"), "`version` must be at most 2"),
        (lambda values: values.update(augmentation={"name": "flips"}), "`augmentation` must be one of none, guide"),
    ],
)
def test_files_that_are_no_configuration_are_refused(spoil, message):
    values = written(PRESETS["demo"])
    spoil(values)
    with pytest.raises(ValueError, match=message):
        read(values)


@pytest.mark.parametrize("kind", ["unknown", "missing"])
def test_first_version_has_all_its_fields_and_no_others(kind):
    values = {**FIRST_VERSION, "n_critics": 3}
    if kind == "missing":
        del values["n_critics"], values["seed"]
    with pytest.raises(ValueError, match=rf"{kind}: \['(n_critics|seed)'\]"):
        read(values)


def test_json_of_something_else_is_rejected():
    with pytest.raises(ValueError, match="must be a JSON object. Received: list"):
        ExperimentConfig.from_json("[]")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", -1),
        ("n_critic", 0),
        ("generator_learning_rate", float("nan")),
        ("generator_filters", 3),
        ("seed", -1),
        ("seed", 2**31),
        ("data", "cats"),
        ("optimizer", "sgd"),
        ("epochs", "6"),
        ("batch_size", 4.5),
        ("n_critic", True),
        ("beta_1", "x"),
        ("critic_learning_rate", float("inf")),
        ("critic_filters", None),
        ("critic_filters", (1.5, 2)),
        ("deterministic", 1),
        ("clip_threshold", "0.01"),
        ("quality_every", -1),
        ("quality_samples", 19),
        ("mixed_precision", "float16"),
    ],
)
def test_values_of_another_kind_are_named(name, value):
    with pytest.raises(ValueError, match=f"`({name}|critic_optimizer_{name}|lipschitz_threshold)`"):
        change(PRESETS["horses_gp" if name == "beta_1" else "horses"], **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("epochs", 1), ("batch_size", 1), ("n_critic", 1), ("seed", 0), ("seed", 2**31 - 1)),
        *(("quality_every", 0), ("quality_samples", 20)),
    ],
)
def test_bounds_belong_to_their_ranges(name, value):
    assert change(PRESETS["horses"], **{name: value}).flat()[name] == value


@pytest.mark.parametrize("name", ["log_every", "sample_every", "checkpoint_every"])
def test_intervals_must_be_positive(name):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1"):
        RunOptions(**{name: 0})
