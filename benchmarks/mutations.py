"""Whether the tests notice mistakes: each one is made in a copy of the repository, where tests must fail then.

A mistake that no test notices asks for a test. One that does not change what the package does makes room for another.
"""

import concurrent.futures
import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tyro
from mutations_of_figures import LOSSES, METRICS
from mutations_of_models import MODELS
from mutations_of_runs import ANALYSIS, CALLBACKS, PARTS, RUNS

ROOT = Path(__file__).parents[1]

#: Stored at the top level of the repository, installed inside the package.
INSIDE = ("losses", "callbacks")

#: As in `tests/helpers.py`: most of the time on JAX goes into compiling programs that run for milliseconds.
JAX = {
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true "
    "--xla_cpu_use_fusion_emitters=false",
}

#: pytest's exit status where all tests passed.
PASSED = 0


@dataclasses.dataclass(frozen=True)
class Mutation:
    """A mistake in one place.

    Attributes:
        name: A name for it.
        file: The file that has it, from the root of the repository.
        old: What the file says.
        new: What it says with the mistake.
        tests: The tests that ought to fail, from the folder of tests.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTATIONS = tuple(
    Mutation(name, file, old, new, tuple(tests))
    for part in (MODELS, LOSSES, METRICS, CALLBACKS, RUNS, ANALYSIS, PARTS)
    for file, rows in part.items()
    for name, old, new, *tests in rows
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of the tests of a copy.

    Attributes:
        word: "killed", "survived", or "no verdict" where pytest has neither passed nor failed a test.
        reason: The test that failed, or what happened instead.
        seconds: Time of the tests.
    """

    word: str
    reason: str
    seconds: float


def copy_repository(folder: Path) -> None:
    """Copy the files of the repository, with all of the package in one place, as it is installed."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for name in INSIDE:
        (folder / "keras_gan" / name).symlink_to(folder / name)


def check_old_texts(mutations: list[Mutation]) -> None:
    """Refuse mutations whose old text does not occur exactly once in its file.

    Raises:
        ValueError: If there is one; the message names all.
    """
    counts = {each: (ROOT / each.file).read_text(encoding="utf-8").count(each.old) for each in mutations}
    wrong = [f"{each.name}: {count} times in {each.file}" for each, count in counts.items() if count != 1]
    if wrong:
        raise ValueError(f"The old text of a mutation must occur once in its file. Received: {'; '.join(wrong)}")


def mutate(folder: Path, mutation: Mutation) -> None:
    """Make a mistake in a copy of the repository."""
    path = folder / mutation.file
    path.write_text(path.read_text(encoding="utf-8").replace(mutation.old, mutation.new), encoding="utf-8")


def run_tests(folder: Path, tests: tuple[str, ...], limit: float, stop_at_first: bool = True) -> tuple[int | None, str]:
    """Run tests of a copy of the repository; return pytest's exit status, None beyond the time limit, and its output.

    Args:
        folder: The copy.
        tests: What to run, from the folder of tests; all on one backend.
        limit: Seconds after which the tests and what they have started are killed.
        stop_at_first: Whether to stop at the first failure. Defaults to True.
    """
    backend = JAX if tests[0].startswith("on_jax") else {}
    # A mutated file may have the size and the second of the original, which bytecode is known by.
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **backend}
    options = [*(["-x"] if stop_at_first else []), "-q", "-p", "no:cacheprovider", *(f"tests/{name}" for name in tests)]
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0]
    return process.returncode, output


def failures(output: str) -> list[str]:
    """Return the tests that failed, from the folder of tests and without their parameters."""
    found = re.findall(r"^(?:FAILED|ERROR) tests/(\S+?)(?:\[| - |$)", output, re.MULTILINE)
    return list(dict.fromkeys(found))


def judge(mutation: Mutation, limit: float) -> Outcome:
    """Make a mistake in a new copy of the repository, and run its tests there."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        copy_repository(Path(folder))
        mutate(Path(folder), mutation)
        status, output = run_tests(Path(folder), mutation.tests, limit)
    seconds = time.perf_counter() - begun
    if status is None:
        return Outcome("killed", f"more than {limit:g} s", seconds)
    if status == PASSED:
        return Outcome("survived", f"all of {', '.join(mutation.tests)} passed", seconds)
    if failed := failures(output):
        return Outcome("killed", failed[0], seconds)
    return Outcome("no verdict", f"pytest ended with {status}: {output[-500:]}", seconds)


def unreliable(tests: set[str], limit: float) -> set[str]:
    """Return those of some tests that fail without any mistake, which so prove nothing."""
    found: set[str] = set()
    for is_jax in (False, True):
        chosen = tuple(sorted(test for test in tests if test.startswith("on_jax") == is_jax))
        if chosen:
            with tempfile.TemporaryDirectory() as folder:
                copy_repository(Path(folder))
                status, output = run_tests(Path(folder), chosen, limit * len(chosen), stop_at_first=False)
            found |= set() if status == PASSED else set(failures(output) or chosen)
    return found


def main(only: str = "", jobs: int = 1, limit: float = 300.0) -> int:
    """Print what the tests made of each mistake, and how many they noticed.

    Args:
        only: Part of the names of the mutations to run; all by default.
        jobs: Mutations to run at a time.
        limit: Seconds after which the tests of a mutation count as failed.

    Returns:
        1 if a mistake was not noticed, or the tests that noticed it fail without it too; otherwise 0.
    """
    chosen = [mutation for mutation in MUTATIONS if only in mutation.name]
    check_old_texts(chosen)
    begun = time.perf_counter()
    outcomes: dict[str, Outcome] = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(judge, mutation, limit): mutation for mutation in chosen}
        for future in concurrent.futures.as_completed(futures):
            mutation, outcome = futures[future], future.result()
            outcomes[mutation.name] = outcome
            print(f"{outcome.word:10} {outcome.seconds:5.0f} s  {mutation.name}: {outcome.reason}", flush=True)
    killed = {name: outcome.reason for name, outcome in outcomes.items() if outcome.word == "killed"}
    spoilt = unreliable({reason for reason in killed.values() if "::" in reason}, limit)
    for name in [name for name, reason in killed.items() if reason in spoilt]:
        print(f"no verdict          {name}: {killed.pop(name)} fails without it too")
    print(f"{len(killed)} of {len(chosen)} mistakes were noticed, in {time.perf_counter() - begun:.0f} s")
    return 0 if len(killed) == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(tyro.cli(main, description=__doc__))
