import io
import json
import os
import pathlib
import runpy
import subprocess
import sys

import pytest
from helpers import SCRIPTS

from keras_gan.cli.training_arguments import parse_training
from keras_gan.settings import flatten
from keras_gan.training import run_folder
from keras_gan.training.changes import change
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.presets import PRESETS

SCRIPT = SCRIPTS / "train_horses.py"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def parsed(*arguments):
    return parse_training(list(arguments), "prog", "Train.")


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        parsed(*arguments)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("prog: error: ")
    assert error.count("\n") == 1
    return error


def test_default_is_horses():
    config, options = parsed()
    assert config == PRESETS["horses"]
    assert options.out == pathlib.Path("runs/gan")


@pytest.mark.parametrize("name", PRESETS)
def test_preset_and_changes_to_it(name):
    assert parsed("--preset", name)[0] == PRESETS[name]
    config, options = parsed(f"--preset={name}", "--n-critic", "7", "--latent-dim", "8", "--log-every", "2")
    assert config == change(PRESETS[name], n_critic=7, latent_dim=8)
    assert options.log_every == 2


def test_preset_may_come_first_and_alone():
    assert parsed("demo", "--epochs", "7") == parsed("--preset", "demo", "--epochs", "7")


def test_pictures_of_a_folder():
    config, options = parsed(
        *("demo", "--data", ".", "--size", "48x64", "--fit", "pad", "--background", "#102030"),
        *("--alpha", "--skip-unreadable", "--cache", "kept"),
    )
    assert config.data.name == "folder"
    wanted = {"size": "48x64", "fit": "pad", "background": "#102030", "alpha": True, "skip_unreadable": True}
    assert config.data.arguments == {"path": str(pathlib.Path().absolute()), **wanted}
    assert {name: config.flat()[name] for name in wanted} == wanted
    assert options.cache == pathlib.Path("kept")
    assert change(config, size=32).data.arguments["size"] == 32


def test_older_configuration_of_a_folder_is_what_it_was():
    values = json.loads(change(PRESETS["demo"], data={"name": "folder", "arguments": {"path": "/x"}}).to_json())
    values["data"]["arguments"] = {"path": "/x"}
    arguments = ExperimentConfig.from_json(json.dumps(values)).data.arguments
    assert arguments == {
        "path": "/x",
        "size": None,
        "fit": "crop",
        "background": "white",
        "alpha": False,
        "skip_unreadable": False,
    }


def test_penalty_in_place_of_clipping():
    config, _ = parsed("--clip-threshold", "None", "--gradient-penalty", "10")
    assert (config.flat()["clip_threshold"], config.flat()["gradient_penalty"]) == (None, 10.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--critic-learning-rate", "-1"), "`critic_learning_rate` must be a finite positive number"),
        (("--preset", "demo", "--beta-1", "1"), "`critic_optimizer_beta_1` must be a number in [0, 1)"),
        (("--latent-dim", "0"), "`latent_dim` must be an integer of at least 1"),
        (("--critic-filters", "4", "0"), "`critic_filters` must be a tuple of integers of at least 1"),
        (("--preset", "demo", "--gradient-penalty", "0"), "`gradient_penalty` must be a finite positive number"),
        (("--epochs", "0"), "`epochs` must be at least 1. Received: epochs=0"),
        (("--batch-size", "0"), "`batch_size` must be at least 1. Received: batch_size=0"),
        (("--epochs", "many"), "invalid literal for int() with base 10: 'many'"),
        (("--preset", "nope"), "unknown preset 'nope'. Presets: horses, horses_gp, demo"),
        (("--no-such-flag", "3"), "Unrecognized options: --no-such-flag"),
        (("--dataset", "cats"), "`data` must be one of horses, toy, or a folder or a file"),
        (("--optimizer", "sgd"), "`optimizer` must be one of adam, rmsprop. Received: 'sgd'"),
        (
            ("--gradient-penality", "5"),
            "Unrecognized options: --gradient-penality, 5. Did you mean --gradient-penalty?",
        ),
        (("--lipschitz", "none", "--clip-threshold", "0.1"), "`lipschitz` must go with the values of its own policy"),
        (("--resume", "nowhere", "--preset", "demo"), "`preset` must be left out with `resume`"),
        (("--plugin", "./foo.py"), "`plugin` must be the name of a module, without a path or an ending"),
        (("--plugin", "no_such_module", "--plugin", "json"), "Received: no_such_module"),
        (("--plugin", "no_such_module"), "`plugin` must be a module that can be imported. Received: no_such_module"),
        (("--preset",), "--preset"),
        (("--gradient-penalty", "10"), "exclude each other"),
        (("--resume", "nowhere"), "nowhere is not a run folder: it has no config.json"),
        (("demo", "--preset", "demo"), "the preset must be given once. Received: demo and --preset"),
        (("nope",), "unknown preset 'nope'"),
        (("demo", "--size", "64"), "`--size` is for pictures of your own. Name them by `--data`"),
        (("demo", "--data", ".", "--fit", "squeeze"), "invalid choice 'squeeze'"),
        (("--log-every", "0"), "`log_every` must be an integer of at least 1"),
        (("--critic-learning-rate", "inf"), "`critic_learning_rate` must be a finite positive number"),
        (("--out", "/dev/null"), "`out` must be a folder that can be written to. Received: /dev/null"),
    ],
)
def test_unusable_arguments_are_one_line(capsys, arguments, message):
    assert message in refused(capsys, *arguments)
    assert not list(pathlib.Path().iterdir())


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_script_in_its_own_process_ends_with_code_two_and_one_line(tmp_path, encoding):
    # What is refused last, before Keras is loaded.
    command = [sys.executable, SCRIPT, "--data-dir", "nowhere"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    result = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (result.returncode, result.stdout) == (2, b"")
    assert_is_the_scripts_error(result.stderr)
    assert not list(tmp_path.iterdir())


def assert_is_the_scripts_error(content):
    assert content.startswith(b"train_horses.py: error: ")
    assert content.count(b"\n") == 1


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("--epochs", "0"),
        ("--batch-size", "0"),
        ("--preset", "nope"),
        ("--nope", "1"),
        ("--data-dir", "nowhere"),
        ("--out", "/dev/null/runs"),
    ],
    ids=lambda arguments: "".join(arguments),
)
def test_script_ends_with_code_two_and_one_line(tmp_path, monkeypatch, arguments, encoding):
    output, error = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments])
    # As Python opens them.
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding, "strict", write_through=True))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(error, encoding, "backslashreplace", write_through=True))
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert (stop.value.code, output.getvalue()) == (2, b"")
    assert_is_the_scripts_error(error.getvalue())
    assert not list(tmp_path.iterdir())


def test_help_names_every_flag(capsys):
    with pytest.raises(SystemExit) as stop:
        parsed("--help")
    assert stop.value.code == 0
    text = capsys.readouterr().out
    for name in PRESETS["horses"].flat():
        assert f"--{name.replace('_', '-')}" in text, name


def test_dots_and_underscores_are_hyphens():
    expected = change(PRESETS["demo"], lipschitz_weight=5.0, loss="non_saturating", batch_size=8)
    flags = ("--preset", "demo", "--loss", "non_saturating", "--lipschitz", "gradient_penalty")
    for weight in ("--lipschitz.weight", "--lipschitz-weight", "--lipschitz_weight", "--gradient-penalty"):
        assert parsed(*flags, weight, "5", "--batch_size=8")[0] == expected


def test_help_fits_a_screen_and_help_all_describes_the_rest(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    texts = []
    for flag in ("--help", "--help-all"):
        with pytest.raises(SystemExit) as stop:
            parsed(flag)
        assert stop.value.code == 0
        texts.append(capsys.readouterr().out)
    assert len(texts[0].splitlines()) <= 50
    assert "Side of the convolutions' kernels" not in texts[0]
    assert "--generator-kernel-size" in texts[0]
    assert texts[1].count("default:") > 30


@pytest.mark.parametrize("named", [False, True])
def test_help_names_the_flags_of_own_pictures(capsys, tmp_path, named):
    with pytest.raises(SystemExit):
        parsed(*(["--data", str(tmp_path)] if named else []), "--help")
    text = capsys.readouterr().out
    assert "--background" in text
    assert ("with --data FOLDER:" in text) != named


def test_flags_are_those_of_the_chosen_parts(capsys):
    with pytest.raises(SystemExit):
        parsed("--preset", "horses", "--optimizer", "adam", "--loss", "minimax", "--lipschitz", "none", "--help")
    text = capsys.readouterr().out
    assert "--loss-real-target" in text
    assert "--beta-1" in text
    assert "--rho" not in text


def test_augmentation_has_a_short_name_and_its_own_flags():
    config = parsed("--augment", "ada", "--augmentation-target", "0.5", "--augmentation-length", "1000")[0]
    assert config.augmentation == Part("ada", {"target": 0.5, "length": 1000, "interval": 4, "initial": 0.0})
    assert parsed("--augmentation", "guide", "--augmentation-hue", "0.01")[0].augmentation.arguments["hue"] == 0.01
    assert parsed("--augment=diffaugment")[0] == change(PRESETS["horses"], augmentation="diffaugment")
    assert parsed("--augment", "none")[0] == PRESETS["horses"]


def test_what_is_slow_is_not_loaded():
    code = "import sys; from keras_gan.cli.main import main; sys.argv[1:] = ['train', '--no-such-flag', '1']\n"
    code += "try: main()\nexcept SystemExit: pass\nsys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_optimizers_of_two_kinds_have_flags():
    config, _ = parsed("--preset", "demo", "--critic-optimizer", "rmsprop", "--rho", "0.5", "--beta-1", "0.3")
    assert config.critic_optimizer.arguments["rho"] == 0.5
    assert config.generator_optimizer.arguments["beta_1"] == 0.3
    config, _ = parsed("--preset", "horses", "--beta-2", "0.7")
    assert config.critic_optimizer.arguments["rho"] == config.generator_optimizer.arguments["rho"] == 0.7


def test_values_of_two_optimizers_that_differ_are_resumed_and_refused_apart(tmp_path, capsys):
    config = change(PRESETS["horses"], generator_optimizer_rho=0.5)
    folder = run_folder.make(tmp_path, config, {})
    assert parsed("--resume", str(folder))[0] == config
    with pytest.raises(SystemExit):
        parsed("--resume", str(folder), "--critic-optimizer-rho", "0.5")
    line, _, setting = capsys.readouterr().err.splitlines()
    assert line.startswith("prog: error: ")
    assert setting.split() == ["critic_optimizer_rho", "0.9", "0.5"]
    assert "Unrecognized options: --rho" in refused(capsys, "--resume", str(folder), "--rho", "0.5")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values.update(preset={"a": [1]}),
        lambda values: values.update(preset="../../x"),
        lambda values: values["critic_optimizer"]["arguments"].update(learning_rate=10**400),
        lambda values: values["run"].update(epochs=10**400),
        lambda values: values.update(evaluation=None),
        lambda values: values.update(lipschitz={"name": [], "arguments": {}}),
    ],
)
def test_damaged_configurations_are_refused_in_one_line(tmp_path, capsys, spoil):
    folder = run_folder.make(tmp_path, PRESETS["demo"], {})
    values = json.loads(PRESETS["demo"].to_json())
    spoil(values)
    (folder / "config.json").write_text(json.dumps(values))
    assert "config.json" in refused(capsys, "--resume", str(folder))
    # Reports and diagnoses take what they understand.
    flatten(values)


def test_endless_nesting_is_refused_in_one_line(tmp_path, capsys):
    folder = run_folder.make(tmp_path, PRESETS["demo"], {})
    (folder / "config.json").write_text("[" * 200_000)
    assert "config.json" in refused(capsys, "--resume", str(folder))


@pytest.mark.parametrize(
    ("flags", "critic", "generator"),
    [
        (["--lr", "1e-5"], 1e-5, 1e-5),
        (["--lr", "1e-5", "--lr-critic", "1e-4"], 1e-4, 1e-5),
        (["--lr-generator", "1e-6", "--lr", "1e-5"], 1e-5, 1e-6),
        (["--generator-learning-rate=2e-5", "--lr=1e-3"], 1e-3, 2e-5),
        (["--optimizer", "rmsprop", "--lr", "1e-5"], 1e-5, 1e-5),
    ],
)
def test_the_rate_of_one_network_wins_over_that_of_both(flags, critic, generator):
    """1e-4 is also the preset's own rate."""
    config = parsed("--preset", "horses_gp", *flags)[0]
    rates = (config.critic_optimizer.arguments["learning_rate"], config.generator_optimizer.arguments["learning_rate"])
    assert rates == (critic, generator)


@pytest.mark.parametrize("value", ["fast", "-1", "nan"])
def test_a_rate_that_is_none_is_refused(value, capsys):
    with pytest.raises(SystemExit) as stop:
        parsed("--lr", value)
    assert stop.value.code == 2
    assert value in capsys.readouterr().err


def test_flags_of_averaging_and_schedule_are_those_of_the_chosen_parts():
    flags = ("--averaging", "exponential", "--averaging-half-life", "500", "--averaging-ramp-up", "0")
    config = parsed(*flags, "--schedule", "linear", "--schedule-final", "0.5")[0]
    assert config.averaging == Part("exponential", {"half_life": 500.0, "ramp_up": 0.0})
    assert config.schedule.arguments == {"final": 0.5, "decay_steps": None, "warm_up_steps": 0}
    assert parsed("--averaging", "momentum")[0].averaging == Part("momentum", {"momentum": 0.999})
