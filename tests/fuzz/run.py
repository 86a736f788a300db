"""Feed damaged files and command lines to all that reads them, and count what is not answered well.

A good answer is a result, or an error of one line that names the file or the argument. Every input can be made again
from its seed, its kind and its number: `PYTHONPATH=tests python -m fuzz.run --seed 0 --only config:17`.
"""

import argparse
import collections
import contextlib
import dataclasses
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from fuzz import mutations, subjects

#: Seconds that an input may take, and bytes that it may add to the memory of the process.
TIME, MEMORY = 30, 2**30

#: Good answers.
GOOD = ("accepted", "refused")

#: Most characters of an error.
LONGEST = 1700


class HangError(BaseException):
    """An input takes too long."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of an input: "accepted", "refused", or what is wrong with the answer."""

    kind: str
    number: int
    answer: str


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """Raise an error after too much time or memory."""

    def stop(*_: object) -> None:
        raise HangError(f"more than {TIME} seconds")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    handler = signal.signal(signal.SIGALRM, stop)
    signal.alarm(TIME)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    if added > MEMORY:
        raise HangError(f"{added} bytes of memory")


def answer(action: Callable[[], object], name: str) -> str:
    """Return "accepted", "refused", or what is wrong with the answer.

    Args:
        action: What reads the input.
        name: What an error must have in it.
    """
    try:
        with limits():
            action()
    except subjects.AcceptedError:
        return "accepted"
    except (ValueError, OSError) as error:
        message = str(error)
        if "\n" in message or len(message) > LONGEST:
            return f"an error of {len(message)} characters: {message[:300]!r}"
        return "refused" if name in message else f"an error that does not name {name}: {message[:300]!r}"
    except (Exception, HangError) as error:
        places = [
            f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)[-4:]
        ]
        return f"{type(error).__name__}: {str(error)[:300]!r} at {' '.join(places)}"
    return "accepted"


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


def _leftovers(folder: Path, before: set[Path], is_refused: bool) -> str:
    """Remove new files; return what is wrong with them: parts of files, or any of a refusal."""
    new = _files(folder) - before
    wrong = sorted(path.name for path in new if is_refused or path.name.startswith("partial_"))
    for path in new:
        path.unlink()
    shutil.rmtree(folder / "cache", ignore_errors=True)
    return f"leaves {wrong}" if wrong else ""


def try_file(folder: Path, subject: subjects.Subject, number: int, seed: int) -> Outcome:
    """Damage a file, and let all readers read it."""
    chance = random.Random(f"{seed} {subject.name} {number}")
    path = folder / chance.choice(subject.files)
    content, before = path.read_bytes(), _files(folder)
    path.write_bytes(subject.damage(chance, content))
    answers = []
    for read in subject.read:
        answers.append(answer(lambda read=read: read(folder, path), path.name))
        answers.append(_leftovers(folder, before, answers[-1] == "refused"))
    path.write_bytes(content)
    wrong = [each for each in answers if each not in ("", *GOOD)]
    return Outcome(subject.name, number, wrong[0] if wrong else max(answers))


def try_command(folder: Path, number: int, seed: int) -> Outcome:
    """Damage a command line, and run it."""
    chance = random.Random(f"{seed} commands {number}")
    arguments, before = mutations.damaged_arguments(chance, chance.choice(subjects.COMMANDS)), _files(folder)
    said = answer(lambda: subjects.run_command(arguments), "keras-gan")
    left = _leftovers(folder, before, said == "refused")
    said = left if left and said == "refused" else said
    is_good = said in GOOD
    return Outcome("commands", number, said if is_good else f"{said}, of {str(arguments)[:300]}")


def outcomes(folder: Path, inputs: int, seed: int, only: str | None = None) -> Iterator[Outcome]:
    """Yield the outcomes of some inputs of each kind.

    Args:
        folder: An empty folder, the working directory.
        inputs: Number of inputs.
        seed: Seed of the damage.
        only: A kind, or a kind and a number such as "config:17". Defaults to None, all.
    """
    subjects.write_inputs(folder)
    kind, _, wanted = (only or "").partition(":")
    counts = {each.name: each.share for each in subjects.SUBJECTS} | {"commands": subjects.COMMAND_SHARE}
    whole = sum(counts.values())
    by_name = {each.name: each for each in subjects.SUBJECTS}
    for name, share in counts.items():
        if kind in ("", name):
            for number in [int(wanted)] if wanted else range(-(-share * inputs // whole)):
                is_file = name in by_name
                yield try_file(folder, by_name[name], number, seed) if is_file else try_command(folder, number, seed)


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=6000, help="number of inputs (default: 6000)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the damage (default: 0)")
    parser.add_argument("--only", help="a kind of input, or one input such as config:17")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    start, counted, failed = time.monotonic(), collections.Counter(), 0
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for outcome in outcomes(Path(folder), options.inputs, options.seed, options.only):
            is_good = outcome.answer in GOOD
            counted[outcome.kind, outcome.answer if is_good else "failed"] += 1
            if not is_good:
                failed += 1
                print(f"{outcome.kind}:{outcome.number} {outcome.answer}", flush=True)
        os.chdir(home)
    print(f"{'kind':12} {'accepted':>8} {'refused':>8} {'failed':>8}")
    for kind in dict.fromkeys(kind for kind, _ in counted):
        print(f"{kind:12} " + " ".join(f"{counted[kind, each]:8}" for each in ("accepted", "refused", "failed")))
    total = sum(counted.values())
    print(f"{total} inputs of seed {options.seed}, {failed} unexplained failures, {time.monotonic() - start:.0f} s")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
