"""Remedies for each diagnosis, in the training guides' order of priority."""

from collections.abc import Mapping
from typing import Any

from keras_gan.analysis.detectors.changes import Change, Remedy
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.detectors.guide_changes import CHANGES, CROSS_ENTROPY_CHANGES
from keras_gan.analysis.run.saved_run import has_cross_entropy

#: Diagnoses whose evidence shows that the critic has the constraint that their remedies change.
EVIDENT_CONSTRAINT = (Diagnosis.WEAK_CONSTRAINT, Diagnosis.PERSISTENT_CLIPPING)


def remedies(diagnosis: Diagnosis, config: Mapping[str, Any]) -> list[Remedy]:
    """Return the remedies for a diagnosis, the most important first.

    Args:
        diagnosis: The kind of problem.
        config: Configuration of the run, as far as it is known. A remedy whose present value is not known has no
            values.
    """
    table = CROSS_ENTROPY_CHANGES if has_cross_entropy(config) else CHANGES
    changes = (_chosen(each, config) for each in table[diagnosis])
    found = (change.remedy(config, diagnosis in EVIDENT_CONSTRAINT) for change in changes if change.applies_to(config))
    return [remedy for remedy in found if remedy is not None]


def _chosen(change: Change | tuple[Change, ...], config: Mapping[str, Any]) -> Change:
    """Return the change whose values a run has, of those that do the same to networks of different families."""
    choices = change if isinstance(change, tuple) else (change,)
    return next((each for each in choices if each.is_known(config)), choices[0])
