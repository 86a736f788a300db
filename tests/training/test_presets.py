import dataclasses
import json

import pytest

from keras_gan.training.config import ExperimentConfig, RunOptions
from keras_gan.training.presets import PRESETS


def test_horses_is_the_reference_runs_configuration(reference_dir):
    report = (reference_dir / "report_0002_horses.md").read_text(encoding="utf-8")
    rows = dict(
        tuple(cell.strip() for cell in line.split("|")[1:3])
        for line in report.split("## Configuration")[1].split("---\n")[0].splitlines()
        if line.startswith("|")
    )
    config = PRESETS["horses"]
    assert rows["Batch Size"] == str(config.batch_size)
    assert rows["Epochs"] == str(config.epochs)
    assert float(rows["Lr Critic"]) == config.critic_learning_rate
    assert float(rows["Lr Generator"]) == config.generator_learning_rate
    assert rows["Optimizer"] == config.optimizer
    assert rows["Z Dim"] == str(config.latent_dim)
    assert rows["N Critic"] == str(config.n_critic)
    assert float(rows["Clip Threshold"]) == config.clip_threshold
    assert rows["Critic Filters"] == str(list(config.critic_filters))
    assert rows["Generator Filters"] == str(list(config.generator_filters))


def test_horses_gp_is_the_papers_optimizer_and_penalty():
    config = PRESETS["horses_gp"]
    assert (config.gradient_penalty, config.clip_threshold) == (10.0, None)
    assert (config.optimizer, config.critic_learning_rate, config.generator_learning_rate) == ("adam", 1e-4, 1e-4)
    assert (config.beta_1, config.beta_2, config.batch_size) == (0.0, 0.9, 64)


def test_presets_are_named_after_themselves():
    assert set(PRESETS) == {"horses", "horses_gp", "demo"}
    assert all(config.preset == name for name, config in PRESETS.items())


@pytest.mark.parametrize("config", PRESETS.values(), ids=PRESETS)
def test_json_round_trip(config):
    changed = dataclasses.replace(config, seed=7, critic_learning_rate=1.1e-5, deterministic=True)
    for one in (config, changed):
        assert ExperimentConfig.from_json(one.to_json()) == one


def test_unknown_and_missing_keys_are_rejected():
    values = json.loads(PRESETS["demo"].to_json())
    with pytest.raises(ValueError, match=r"unknown: \['n_critics'\]"):
        ExperimentConfig.from_json(json.dumps({**values, "n_critics": 3}))
    del values["seed"]
    with pytest.raises(ValueError, match=r"missing: \['seed'\]"):
        ExperimentConfig.from_json(json.dumps(values))


def test_json_of_something_else_is_rejected():
    with pytest.raises(ValueError, match="must be a JSON object. Received: list"):
        ExperimentConfig.from_json("[]")


def test_configurations_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PRESETS["demo"].seed = 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", -1),
        ("n_critic", 0),
        ("latent_dim", 0),
        ("critic_learning_rate", 0.0),
        ("generator_learning_rate", float("nan")),
        ("beta_1", 1.0),
        ("beta_2", -0.1),
        ("batch_norm_momentum", 1.5),
        ("clip_threshold", 0.0),
        ("gradient_penalty", -10.0),
        ("generator_filters", ()),
        ("critic_filters", (32, 0)),
        ("critic_strides", (2, 2)),
        ("seed", -1),
        ("dataset", "cats"),
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
    ],
)
def test_values_out_of_range_are_named(name, value):
    with pytest.raises(ValueError, match=f"`{name}`"):
        dataclasses.replace(PRESETS["horses"], **{name: value})


def test_clipping_excludes_a_penalty():
    with pytest.raises(ValueError, match="exclude each other"):
        dataclasses.replace(PRESETS["horses"], gradient_penalty=10.0)


@pytest.mark.parametrize("name", ["log_every", "sample_every", "checkpoint_every"])
def test_intervals_must_be_positive(name):
    with pytest.raises(ValueError, match=f"`{name}` must be at least 1"):
        RunOptions(**{name: 0})
