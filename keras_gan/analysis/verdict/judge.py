"""A run, judged by one of two rule sets and compared with the other."""

import dataclasses

from keras_gan.analysis.detectors.findings import Finding
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict import default_rules, reference_rules
from keras_gan.analysis.verdict.indicators import Verdict

#: What the reference rules need beyond the losses of both networks.
REFERENCE_COLUMNS = ("d_loss_real", "d_loss_fake")

#: Why the two rule sets may differ in an indicator.
REASONS = {
    "Monotonicity": "the reference asks how much D and G vary within 100 epochs, of their whole change; the default "
    "rules, whether W swings by half of what it reaches, the penalty is weak or a loss explodes",
    "Balance": "the reference wants D_loss_real ≈ D_loss_fake, which its run had because one mean over all calls was "
    "taken of both; the default rules want reals scored above fakes",
    "Mode Collapse": "the reference looks at plateaus and jumps of G, the default rules at the diversity of samples",
    "Gradient Signal": "the reference wants D above 0, where a critic scores fakes above reals; the default rules want "
    "a gradient that reaches the generator",
    "Wasserstein Distance": "the reference wants |G| to grow, which says nothing, since scores have no zero; the "
    "default rules want W to fall after its peak while samples get better",
}


def judge(run: SavedRun, findings: list[Finding], rules: str = "default") -> Verdict:
    """Judge a run by a rule set, and say what the other one says.

    Args:
        run: The run.
        findings: What `diagnose` has found.
        rules: "default", or "reference" for the checks of old reports. Defaults to "default".

    Raises:
        ValueError: If `rules` is another, or the reference's need a column that the run has not.
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
    """Refuse a rule set that there is not.

    Args:
        rules: Its name.

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
