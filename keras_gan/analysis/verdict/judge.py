"""Verdict on a run by one of two rule sets, with a comparison of both."""

import dataclasses

from keras_gan.analysis.detectors.findings import Finding
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict import default_rules, reference_rules
from keras_gan.analysis.verdict.indicators import Verdict

#: Columns that the reference rules need in addition to the losses of both networks.
REFERENCE_COLUMNS = ("d_loss_real", "d_loss_fake")

#: Reasons why the two rule sets may differ in an indicator.
REASONS = {
    "Monotonicity": "the reference asks how much D and G vary within 100 epochs, as a share of their whole change; the "
    "default rules ask whether W swings by half of its height, the penalty is weak or a loss explodes",
    "Balance": "the reference asks for D_loss_real ≈ D_loss_fake, which its run had because both were averaged over "
    "all calls; the default rules ask that reals score above fakes",
    "Mode Collapse": "the reference looks at plateaus and jumps of G, the default rules at the diversity of samples",
    "Gradient Signal": "the reference asks for D above 0, which means that the critic scores fakes above reals; the "
    "default rules ask for a gradient that reaches the generator",
    "Wasserstein Distance": "the reference asks for growing |G|, which says nothing, because scores have no fixed "
    "zero; the default rules ask that W falls after its peak while samples get better",
}


def judge(run: SavedRun, findings: list[Finding], rules: str = "default") -> Verdict:
    """Judge a run by a rule set, and compare the verdict with that of the other rule set.

    Args:
        run: The run.
        findings: The findings of `diagnose`.
        rules: "default", or "reference" for the checks of old reports. Defaults to "default".

    Returns:
        The verdict. Its interpretation contains the comparison, if the run has the columns for both rule sets.

    Raises:
        ValueError: If `rules` is not one of these, or the reference rules need a column that the run does not have.
    """
    check_rules(rules)
    has_reference = all(name in run.history for name in REFERENCE_COLUMNS)
    if rules == "reference" and not has_reference:
        raise ValueError(f"The reference rules need the columns {REFERENCE_COLUMNS}. Received: {list(run.history)}")
    default = default_rules.judge(run, findings)
    if not has_reference:
        return default
    reference = reference_rules.judge(run.history)
    chosen = default if rules == "default" else reference
    comparison = _compare(default, reference)
    return dataclasses.replace(chosen, interpretation=f"{chosen.interpretation}\n\n{comparison}")


def check_rules(rules: str) -> None:
    """Check the name of a rule set.

    Args:
        rules: The name.

    Raises:
        ValueError: If it is neither "default" nor "reference".
    """
    if rules not in ("default", "reference"):
        raise ValueError(f'`rules` must be "default" or "reference". Received: rules={rules!r}')


def _compare(default: Verdict, reference: Verdict) -> str:
    lines = [
        "**Both rule sets:**",
        f"- Default rules: {_outcome(default)}",
        f"- Reference rules: {_outcome(reference)}",
    ]
    for ours, theirs in zip(default.indicators, reference.indicators):
        if ours.passed != theirs.passed:
            lines.append(
                f"- {ours.name}: {ours.status.value} by default, {theirs.status.value} by the reference "
                f"({theirs.observation}): {REASONS[ours.name]}"
            )
    if default.quality != reference.quality:
        lines.append(
            "- Quality: the reference derives it from its score, the default rules from measured samples alone"
        )
    return "\n".join(lines)


def _outcome(verdict: Verdict) -> str:
    return f"{verdict.passed}/{verdict.total}, {verdict.stability}, {verdict.quality}"
