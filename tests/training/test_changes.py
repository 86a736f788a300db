"""Changes of a configuration by flat names."""

import pytest

from keras_gan import parts
from keras_gan.training.changes import change, setting_names
from keras_gan.training.config import Part
from keras_gan.training.presets import PRESETS

HORSES, DEMO = PRESETS["horses"], PRESETS["demo"]


def test_nothing_changes_without_settings():
    assert change(DEMO) == DEMO
    assert change(DEMO, generator="upsampling", optimizer="adam", data="horses") == DEMO


@pytest.mark.parametrize("config", PRESETS.values(), ids=PRESETS)
def test_flat_values_are_settings(config):
    flat = config.flat()
    del flat["preset"]
    assert change(config, **flat) == config
    assert set(flat) <= set(setting_names(config))


def test_arguments_are_named_after_their_part():
    changed = change(DEMO, latent_dim=7, generator_filters=(8, 3), critic_kernel_size=3, critic_learning_rate=1e-3)
    assert changed.generator.arguments["latent_dim"] == 7
    assert changed.generator.arguments["filters"] == (8, 3)
    assert changed.critic.arguments["kernel_size"] == 3
    assert changed.critic_optimizer.arguments["learning_rate"] == 1e-3
    assert changed.generator_optimizer == DEMO.generator_optimizer


def test_any_loss_and_policy_go_with_any_preset():
    changed = change(HORSES, loss="non_saturating", lipschitz="gradient_penalty", lipschitz_weight=5.0)
    assert changed.loss == Part("non_saturating", {"real_target": 1.0})
    assert changed.lipschitz.arguments == {"weight": 5.0, "target": 1.0, "one_sided": False, "every": 1}
    assert changed.generator == HORSES.generator


def test_part_may_be_given_with_its_arguments():
    by_object = change(DEMO, lipschitz={"name": "weight_clipping", "arguments": {"threshold": 0.02}})
    assert by_object == change(DEMO, lipschitz=Part("weight_clipping", {"threshold": 0.02}))
    assert by_object == change(DEMO, lipschitz="weight_clipping", lipschitz_threshold=0.02)


def test_constraints_are_switched_by_their_values():
    clipped = change(DEMO, clip_threshold=0.02, gradient_penalty=None)
    assert clipped.lipschitz == Part("weight_clipping", {"threshold": 0.02})
    assert change(DEMO, gradient_penalty=None).lipschitz == Part("none")
    assert change(DEMO, clip_threshold=None) == DEMO
    target = change(DEMO, lipschitz_target=0.0)
    assert change(target, gradient_penalty=3.0).lipschitz.arguments == {
        "weight": 3.0,
        "target": 0.0,
        "one_sided": False,
        "every": 1,
    }
    with pytest.raises(ValueError, match="`clip_threshold` and `gradient_penalty` exclude each other"):
        change(DEMO, clip_threshold=0.02)


def test_optimizers_are_changed_together_or_apart():
    both = change(DEMO, optimizer="rmsprop", rho=0.5)
    # A rate stays, other arguments begin with their defaults.
    assert both.critic_optimizer == both.generator_optimizer == Part("rmsprop", {"learning_rate": 4e-4, "rho": 0.5})
    assert change(both, beta_2=0.7).critic_optimizer.arguments["rho"] == 0.7
    given = change(DEMO, optimizer=Part("rmsprop", {"learning_rate": 1e-3}))
    assert given.flat()["critic_learning_rate"] == given.flat()["generator_learning_rate"] == 1e-3
    one = change(DEMO, generator_optimizer="rmsprop", beta_1=0.5)
    assert one.critic_optimizer.arguments["beta_1"] == 0.5
    assert one.generator_optimizer.name == "rmsprop"
    assert one.flat()["generator_optimizer"] == "rmsprop"
    apart = change(DEMO, critic_optimizer_beta_1=0.5)
    assert apart.flat()["critic_optimizer_beta_1"] == 0.5
    assert apart.flat()["generator_optimizer_beta_1"] == 0.0


def test_data_may_be_a_folder_or_a_file(tmp_path):
    folder = change(DEMO, data=tmp_path).data
    assert folder == Part("folder", {"path": str(tmp_path)}).completed(parts.SOURCES)
    (tmp_path / "a.npy").touch()
    file = change(DEMO, dataset=str(tmp_path / "a.npy")).data
    assert file == Part("file", {"path": str(tmp_path / "a.npy")}).completed(parts.SOURCES)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"gradient_penaltyy": 1.0}, "`gradient_penaltyy` must be a setting.* Did you mean 'gradient_penalty'?"),
        ({"rho": 0.5}, "`rho` must be a setting"),
        ({"generator": "upsampled"}, "`generator` must be one of upsampling. .* Did you mean 'upsampling'?"),
        ({"generator": {"arguments": {}}}, "`generator` must have a name"),
        ({"generator": {"name": "upsampling", "depth": 3}}, "`generator` must have a name"),
        ({"lipschitz": "gradient_penalty", "lipschitz_threshold": 1.0}, "`lipschitz_threshold` must be a setting"),
        ({"lipschitz": "none", "clip_threshold": 0.1}, "`lipschitz` must go with the values of its own policy, none"),
        ({"data": "toy", "dataset": "toy"}, "`data` and `dataset` are one setting"),
        ({"loss": "hinge", "epochs": 2**31}, "`epochs` must be less than 2³¹"),
        ({"critic_learning_rate": 10**400}, "`critic_learning_rate` must be a finite positive number"),
        ({"data": "array"}, "`data` must be one of horses, toy, or a folder"),
        ({"data": "nowhere"}, "`data` must be one of horses, .* or a folder or a file that exists. Received: nowhere"),
    ],
)
def test_what_is_no_setting_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        change(DEMO, **settings)


def test_folder_with_the_name_of_a_set_is_ambiguous(tmp_path, monkeypatch):
    (tmp_path / "horses").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="Received: horses, which is both: give ./horses for the folder"):
        change(DEMO, data="horses")
    assert change(DEMO, data="./horses").data.name == "folder"


def test_two_names_of_one_setting_exclude_each_other():
    with pytest.raises(ValueError, match="`latent_dim` and `generator_latent_dim` are one setting"):
        change(DEMO, latent_dim=7, generator_latent_dim=8)
    assert change(DEMO, generator_latent_dim=8).generator.arguments["latent_dim"] == 8


def test_changes_of_a_callers_mapping_do_not_reach_a_part():
    arguments = {"weight": 5.0}
    part = Part("gradient_penalty", arguments)
    arguments["weight"] = 7.0
    assert part.arguments == {"weight": 5.0}
