import pytest

from keras_gan.analysis.detectors.advisor import diagnose
from keras_gan.analysis.verdict.judge import judge


def test_default_rules_say_what_the_reference_says_and_why(healthy_run):
    verdict = judge(healthy_run, diagnose(healthy_run))
    text = verdict.interpretation
    assert verdict.passed == 5
    assert "- Default rules: 5/5, STABLE, Good (FID[cifar10-resnet] 30.0)" in text
    assert "- Reference rules: 1/5, FAILED, Poor" in text
    assert "- Balance: ✅ Good by default, ❌ Bad by the reference (D_loss_real and D_loss_fake differ" in text
    assert "- Gradient Signal: ✅ Good by default, ❌ Bad by the reference (D loss ends at" in text
    assert "- Quality: the reference derives it from its score" in text


def test_reference_rules_judge_when_asked_to(healthy_run):
    verdict = judge(healthy_run, [], "reference")
    assert (verdict.stability, verdict.quality) == ("FAILED", "Poor")
    assert verdict.interpretation.startswith("**Wasserstein Loss Understanding:**")
    assert "- Default rules: 5/5" in verdict.interpretation


def test_indicators_that_agree_are_not_explained(changed, reference_history):
    run = changed({**dict.fromkeys(changed().history), **reference_history}, quality=None)
    text = judge(run, diagnose(run)).interpretation
    assert "- Reference rules: 5/5, STABLE, Excellent" in text
    assert "- Mode Collapse: ⚠️ Warning by default, ✅ Good by the reference" in text
    assert "- Monotonicity:" not in text


def test_losses_without_halves_have_no_reference_score(changed):
    run = changed({"d_loss_real": None})
    assert "Both rule sets" not in judge(run, []).interpretation
    with pytest.raises(ValueError, match="need the columns .*d_loss_real"):
        judge(run, [], "reference")


def test_other_rules_are_refused(healthy_run):
    with pytest.raises(ValueError, match="rules='mine'"):
        judge(healthy_run, [], "mine")
