import numpy as np
import pytest

from keras_gan.analysis.detectors import cross_entropy_curves
from keras_gan.analysis.detectors.advisor import findings_of_curves
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.detectors.remedies import remedies
from keras_gan.analysis.run.saved_run import SavedRun

EPOCHS = np.arange(300.0)


def run(**columns):
    usual = {"d_loss": 0.65 + 0.03 * np.sin(EPOCHS), "g_loss": 0.8 + 0.1 * np.cos(EPOCHS / 3)}
    columns = {name: np.broadcast_to(values, EPOCHS.shape) for name, values in columns.items()}
    return SavedRun("other", {**usual, **columns}, {"loss": "cross-entropy"})


def found(**columns):
    return [finding.diagnosis for finding in findings_of_curves(run(**columns))]


def test_healthy_losses_have_nothing():
    assert found(d_accuracy=0.6, g_accuracy=0.85) == []


@pytest.mark.parametrize("stuck", [0.72, 0.735, 0.75])
def test_loss_stuck_above_chance_is_collapse(stuck):
    assert Diagnosis.MODE_COLLAPSE in found(d_loss=stuck)
    assert Diagnosis.MODE_COLLAPSE not in found(d_loss=stuck + 0.02 * np.sin(EPOCHS))


@pytest.mark.parametrize("scale", [1, 100])
def test_stuck_accuracies_are_collapse(scale):
    finding = cross_entropy_curves.mode_collapse(run(d_accuracy=0.5 * scale, g_accuracy=0.995 * scale))
    assert finding.evidence == "d_accuracy is stuck at 50% and g_accuracy is 99.5%"
    assert found(d_accuracy=0.5 * scale, g_accuracy=0.9 * scale) == []


def test_discriminator_that_is_always_right_gives_no_gradients():
    assert Diagnosis.VANISHING_GRADIENTS in found(d_accuracy=0.995)


def test_loss_near_zero_while_the_generator_s_grows_is_dominance():
    assert Diagnosis.CRITIC_DOMINATES in found(d_loss=0.01 + 0.001 * np.sin(EPOCHS), g_loss=EPOCHS / 50)
    assert Diagnosis.CRITIC_DOMINATES not in found(d_loss=0.01 + 0.001 * np.sin(EPOCHS), g_loss=-EPOCHS / 50)


def test_wild_losses_of_the_generator_oscillate():
    assert Diagnosis.OSCILLATION in found(g_loss=3 + 3 * np.sin(2 * np.pi * EPOCHS / 4))
    assert Diagnosis.OSCILLATION in found(g_loss=3 + 3 * np.sin(2 * np.pi * EPOCHS / 60))


def test_remedies_are_those_for_discriminators():
    advice = [remedy.advice for remedy in remedies(Diagnosis.VANISHING_GRADIENTS, {"loss": "cross-entropy"})]
    assert advice[:2] == ["Use a Wasserstein or least-squares loss", "Smooth the labels of reals to 0.9"]
    collapse = remedies(Diagnosis.MODE_COLLAPSE, {"loss": "cross-entropy", "batch_size": 512})
    assert collapse[0].code == "batch_size=256"
    for diagnosis in (Diagnosis.OSCILLATION, Diagnosis.EXPLODING_LOSSES, Diagnosis.CRITIC_DOMINATES):
        for remedy in remedies(diagnosis, {"loss": "cross-entropy"}):
            assert not {"clip_threshold", "gradient_penalty"} & remedy.parameters


def test_losses_that_are_no_numbers_are_found_here_too():
    assert found(d_loss=np.nan) == [Diagnosis.EXPLODING_LOSSES]


@pytest.mark.parametrize("loss", ["non_saturating", "minimax"])
def test_runs_of_the_package_are_read_by_the_mean_of_both_losses(loss):
    # A d_loss of twice the range of collapse, and a distance by which a critic of scores would count as lost.
    columns = {"d_loss": 1.47, "d_loss_real": 0.5, "d_loss_fake": 0.97, "wasserstein_distance": -1.0}
    stuck = SavedRun("ours", run(**columns).history, {"loss": loss})
    assert [finding.diagnosis for finding in findings_of_curves(stuck)] == [Diagnosis.MODE_COLLAPSE]
    won = run(d_loss=0.08, d_loss_real=0.04, d_loss_fake=0.04, g_loss=EPOCHS / 50)
    assert cross_entropy_curves.critic_dominates(SavedRun("ours", won.history, {"loss": loss})) is not None


def test_policies_of_cross_entropy_runs_are_judged():
    assert found(clip_ratio=0.9) == [Diagnosis.PERSISTENT_CLIPPING]
    assert Diagnosis.WEAK_CONSTRAINT in found(gradient_penalty=9.0)
