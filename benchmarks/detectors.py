"""How often the advisor is right: precision and recall of each diagnosis on runs and curves of known outcome.

The thresholds were chosen on tuning seeds; what counts is the table of held-out seeds. Trains the runs first, as far as
they are not in the folder yet, for some 40 minutes on two cores.
"""

import collections
import dataclasses
from pathlib import Path

import numpy as np
import tyro
from detector_cases import Case, curve_cases, sample_cases
from detector_runs import HELD_OUT_SEEDS, RECIPES, TUNING_SEEDS, make_all

from keras_gan.analysis.detectors.advisor import diagnose
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.run.saved_run import load_run

#: Seeds of drawn curves and samples, beside those of the runs.
DRAWN_TUNING, DRAWN_HELD_OUT = range(10), range(1000, 1020)

#: What each recipe's runs must show, and what may follow from it.
OUTCOMES = {
    "healthy_penalty": (set(), set()),
    "healthy_clipping": (set(), set()),
    "collapse": ({Diagnosis.MODE_COLLAPSE}, {Diagnosis.GENERATOR_DOMINATES, Diagnosis.NON_CONVERGENCE}),
    "dead_critic": ({Diagnosis.VANISHING_GRADIENTS, Diagnosis.PERSISTENT_CLIPPING}, {Diagnosis.CRITIC_DOMINATES}),
    "exploding": ({Diagnosis.EXPLODING_LOSSES}, set()),
    "weak_constraint": ({Diagnosis.WEAK_CONSTRAINT}, {Diagnosis.OSCILLATION, Diagnosis.NON_CONVERGENCE}),
    "oscillation": ({Diagnosis.OSCILLATION}, {Diagnosis.WEAK_CONSTRAINT, Diagnosis.NON_CONVERGENCE}),
    "critic_dominates": ({Diagnosis.CRITIC_DOMINATES}, set()),
    "generator_dominates": ({Diagnosis.GENERATOR_DOMINATES}, {Diagnosis.NON_CONVERGENCE}),
    "memorisation": ({Diagnosis.MEMORISATION}, {Diagnosis.CRITIC_DOMINATES, Diagnosis.NON_CONVERGENCE}),
}

#: What follows from hardly having learnt anything: samples are all alike, soft and grey.
UNTRAINED = {Diagnosis.MODE_COLLAPSE, Diagnosis.LATTICE, Diagnosis.BLUR, Diagnosis.WASHED_OUT_COLOUR}

#: What runs this short are allowed even where nothing is wrong.
SHORT = {Diagnosis.BLUR, Diagnosis.LATTICE}


@dataclasses.dataclass
class Counts:
    """How often a diagnosis was right, wrong, and missing."""

    right: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def precision(self) -> float:
        """Share of findings that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what is wrong that was found."""
        return self.right / max(1, self.right + self.missing)


def run_cases(folder: Path, seeds) -> list[Case]:
    """Return the trained runs of some seeds as cases."""
    cases = []
    for name in RECIPES:
        expected, allowed = OUTCOMES[name]
        follows = SHORT if name.startswith("healthy") else UNTRAINED
        for seed in seeds:
            path = folder / f"{name}_{seed}"
            training = np.load(path / "real.npy") / 127.5 - 1.0
            allowance = frozenset((allowed | follows) - expected)
            cases.append(Case(f"run: {path.name}", load_run(path), frozenset(expected), allowance, None, training))
    return cases


def measure(cases: list[Case]) -> tuple[dict[Diagnosis, Counts], list[str]]:
    """Return how often each diagnosis was right over cases, and a line on each case that is not as expected."""
    counts, mistakes = collections.defaultdict(Counts), []
    for case in cases:
        found = {one.diagnosis: one.evidence for one in diagnose(case.run, case.samples, case.training)}
        for diagnosis in case.expected:
            counts[diagnosis].right += diagnosis in found
            counts[diagnosis].missing += diagnosis not in found
            if diagnosis not in found:
                mistakes.append(f"  {case.name}: no {diagnosis.value}")
        for diagnosis in set(found) - case.expected - case.allowed:
            counts[diagnosis].wrong += 1
            mistakes.append(f"  {case.name}: {diagnosis.value}, because {found[diagnosis]}")
    return counts, mistakes


def print_table(name: str, cases: list[Case]):
    """Print precision and recall of each diagnosis."""
    print(f"{name}: {len(cases)} cases, {sum(case.name.startswith('run') for case in cases)} of them trained runs")
    counts, mistakes = measure(cases)
    print(*mistakes, "\n| diagnosis | positives | precision | recall |\n| --- | --- | --- | --- |", sep="\n")
    for diagnosis in Diagnosis:
        one = counts[diagnosis]
        if one.right + one.wrong + one.missing == 0:
            continue
        print(f"| {diagnosis.value} | {one.right + one.missing} | {one.precision:.2f} | {one.recall:.2f} |")
    print(flush=True)


def main(folder: Path = Path("runs/detectors")):
    """Train what is missing, then print a table for tuning and one for held-out seeds, each also of trained runs alone.

    Args:
        folder: Where the runs are.
    """
    make_all(folder)
    for name, seeds, drawn in (
        ("Tuning seeds", TUNING_SEEDS, DRAWN_TUNING),
        ("Held-out seeds", HELD_OUT_SEEDS, DRAWN_HELD_OUT),
    ):
        cases = run_cases(folder, seeds)
        for seed in drawn:
            cases += [*curve_cases(seed), *sample_cases(seed)]
        print_table(name, cases)
        print_table(f"{name}, trained runs alone", [case for case in cases if case.name.startswith("run")])


if __name__ == "__main__":
    tyro.cli(main, description=__doc__)
