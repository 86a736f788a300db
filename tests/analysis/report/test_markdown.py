import datetime

import numpy as np
import pytest

from keras_gan.analysis.report.markdown import render_report
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict.reference_rules import judge

URL = "https://wandb.ai/cataluna84/generative-deep-learning/runs/jm5m81lo"

CONFIG = {
    "batch_size": 512,
    "epochs": 12000,
    "lr_critic": 5e-05,
    "lr_generator": 5e-05,
    "optimizer": "rmsprop",
    "z_dim": 100,
    "n_critic": 5,
    "clip_threshold": 0.01,
    "input_dim": (32, 32, 3),
    "critic_filters": [32, 64, 128, 128],
    "generator_filters": [128, 64, 32, 3],
}

GENERATED = datetime.datetime(2026, 1, 9, 2, 53, 51)


@pytest.fixture
def render(reference_history):
    def render(columns=None, **attributes):
        history = {**reference_history, **(columns or {})}
        run = SavedRun(history=history, **{"name": "0002_horses", "config": CONFIG, **attributes})
        return render_report(run, judge(history), GENERATED)

    return render


def test_report_is_the_reference_byte_for_byte(render, reference_dir):
    expected = (reference_dir / "report_0002_horses.md").read_text(encoding="utf-8")
    assert render(notes="Baseline run with default hyperparameters", wandb_url=URL).encode() == expected.encode()


def test_report_without_weights_and_biases_has_no_link(render):
    text = render(name="0001_demo", config={"epochs": 12000})
    assert "**W&B Run**: none\n" in text
    assert text.endswith("see the run's folder.\n")
    assert "wandb.ai" not in text
    assert "## Notes\n\nNone\n" in text


def test_failing_indicators_have_their_sign(render, reference_history):
    text = render({"d_loss_fake": reference_history["d_loss_fake"] + np.float64(1.0)})
    assert "| Balance | ❌ Bad | D_loss_real and D_loss_fake differ (avg diff: 1.003) |" in text
    assert "| **Score** | 4/5 indicators passed |" in text


def test_values_stay_in_their_cells(render):
    assert "| Network | a\\|b c |\n" in render(config={"network": "a|b\nc"})


def test_report_has_the_augmentations_strength_where_there_is_one(render):
    strength = np.linspace(0, 0.4321, 12000)
    assert "\n**Final Augmentation Strength**: 0.432  \n" in render({"augmentation_strength": strength})
    assert "Augmentation" not in render()


def test_report_has_the_accuracies_where_there_are_some(render):
    columns = {f"d_accuracy_{kind}": np.full(12000, share) for kind, share in (("real", 0.7123), ("fake", 0.5))}
    assert "\n**Final D Accuracy**: 71.2% of reals, 50.0% of fakes  \n" in render(columns)
    assert "Accuracy" not in render()


def test_a_run_that_is_logged_offline_says_so(render):
    assert "**W&B Run**: none\n" in render()
    assert "**W&B Run**: offline, in the run's folder\n" in render(is_offline=True)
