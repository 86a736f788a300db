"""The grid, with a training script that only writes what a run would leave."""

import dataclasses
import itertools
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from keras_gan.analysis.triage import Outcome
from keras_gan.cli import triage_devices
from keras_gan.cli.triage import TriageOptions, parse_with_training
from keras_gan.cli.triage_cells import read_cell
from keras_gan.cli.triage_grid import run_triage

SCRIPT = """
import argparse, json, os, pathlib, sys, time
parser = argparse.ArgumentParser()
for name in ("preset", "out", "resume", "seed", "batch-size", "wandb", "epochs"):
    parser.add_argument("--" + name)
options = parser.parse_args()
seed, size = int(options.seed), int(options.batch_size)
folder = pathlib.Path(options.resume) if options.resume else pathlib.Path(options.out) / "0001_demo"
def call():
    with open(pathlib.Path(__file__).with_name("calls"), "a") as calls:
        calls.write(f"{seed} {size} {'resumed' if options.resume else 'begun'}\\n")
    with open(pathlib.Path(__file__).with_name("parents"), "a") as parents:
        parents.write(f"{os.getppid()}\\n")
if (seed, size) == (1, 8) and not pathlib.Path(__file__).with_name("mended").exists():
    call()
    sys.exit("no memory left")
folder.mkdir(parents=True, exist_ok=True)
value = "nan" if seed == 2 else "-1"
rows = [f"{epoch},{value},{epoch},{5 - epoch / 100},5" for epoch in range(100)]
header = "epoch,d_loss,g_loss,wasserstein_distance,generator_gradient_norm"
(folder / "losses.csv").write_text("\\n".join([header, *rows]) + "\\n")
(folder / "config.json").write_text(json.dumps({"seed": seed, "batch_size": size}))
call()
time.sleep(float(os.environ.get("SECONDS_A_CELL", "0")))
sys.exit(1 if seed == 2 else 0)
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(SCRIPT)
    return path


def command(script):
    """Return the command that trains a cell, without site-packages, which the script does not need."""
    return [sys.executable, "-S", str(script)]


@pytest.fixture
def options(tmp_path):
    return TriageOptions("demo", seeds=(1, 2, 3), batch_sizes=(4, 8), out=tmp_path / "triage")


def calls(script):
    return sorted(script.with_name("calls").read_text().splitlines())


def outcomes(options):
    places = itertools.product(options.seeds, options.batch_sizes)
    return {(seed, size): read_cell(options, seed, size).outcome for seed, size in places}


def test_every_cell_is_trained_once_and_a_failure_stops_no_other(options, script, capsys):
    text = run_triage(options, [], command(script))
    assert calls(script) == ["1 4 begun", "1 8 begun", "2 4 begun", "2 8 begun", "3 4 begun", "3 8 begun"]
    assert outcomes(options) == {
        (1, 4): Outcome.HEALTHY,
        (1, 8): Outcome.FAILED,
        (2, 4): Outcome.DIVERGED,
        (2, 8): Outcome.DIVERGED,
        (3, 4): Outcome.HEALTHY,
        (3, 8): Outcome.HEALTHY,
    }
    assert "1 of 6 cells are not trained" in text
    assert "All batch sizes work with seed 3, some fail with 2" in text
    assert "no memory left" in (options.out / "seed_1_batch_8" / "training.log").read_text()
    assert (options.out / "triage.png").is_file()
    output = capsys.readouterr().out
    assert "seed_1_batch_8/training.log" in output
    assert re.search(r"  1 of 6 cells, about 0:00:\d\d left\n", output)
    assert re.search(r"  5 of 6 cells, about 0:00:\d\d left\n", output)


def test_what_failed_is_tried_again_and_nothing_else(options, script):
    run_triage(options, [], command(script))
    script.with_name("calls").unlink()
    script.with_name("mended").touch()
    run_triage(options, [], command(script))
    assert calls(script) == ["1 8 begun"]
    assert outcomes(options)[1, 8] is Outcome.HEALTHY


def test_all_that_failed_is_tried_again_at_once(options, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import pathlib, sys; open(pathlib.Path(__file__).with_name('calls'), 'a').write('x\\n'); sys.exit(1)"
    )
    for count in (6, 12):
        run_triage(options, [], command(script))
        assert len(calls(script)) == count


def test_cell_that_died_before_its_first_row_stops_no_other(options, script):
    script.with_name("mended").touch()
    folder = options.out / "seed_3_batch_4" / "0001_demo"
    folder.mkdir(parents=True)
    (folder / "losses.csv").touch()
    (folder / "config.json").write_text("{}")
    (folder.parent / "training.log").touch()
    assert outcomes(options)[3, 4] is Outcome.FAILED
    run_triage(options, [], command(script))
    assert "3 4 resumed" in calls(script)
    assert set(outcomes(options).values()) == {Outcome.HEALTHY, Outcome.DIVERGED}


def test_run_whose_end_went_wrong_is_trained_all_the_same(options, script):
    script.write_text(SCRIPT.replace('"batch_size": size}', '"batch_size": size, "epochs": 100}'))
    script.write_text(
        script.read_text().replace("sys.exit(1 if", "(folder / 'generator.keras').touch(); sys.exit(1 if 1 or")
    )
    script.with_name("mended").touch()
    run_triage(options, [], command(script))
    assert outcomes(options)[1, 4] is Outcome.HEALTHY


def test_larger_grid_trains_what_it_has_more(options, script):
    script.with_name("mended").touch()
    run_triage(options, [], command(script))
    script.with_name("calls").unlink()
    larger = TriageOptions("demo", seeds=(1, 2, 3, 4), batch_sizes=(4, 8), out=options.out)
    run_triage(larger, [], command(script))
    assert calls(script) == ["4 4 begun", "4 8 begun"]


def test_folder_of_other_arguments_is_refused(options, script):
    run_triage(options, ["--epochs", "5"], command(script))
    with pytest.raises(ValueError, match="is of arguments '--epochs 5'. Received: '--epochs 6'"):
        run_triage(options, ["--epochs", "6"], command(script))


CALL = """
import sys; from pathlib import Path
from keras_gan.cli import triage_devices
from keras_gan.cli.triage import TriageOptions
from keras_gan.cli.triage_grid import run_triage
seeds, sizes = (tuple(map(int, part.split(","))) for part in sys.argv[3:])
options = TriageOptions("demo", seeds, sizes, Path(sys.argv[1]))
try:
    run_triage(options, [], [sys.executable, "-S", sys.argv[2]])
except KeyboardInterrupt:
    sys.exit(130)
"""


def begin(options, script, seconds):
    environment = {**os.environ, "SECONDS_A_CELL": str(seconds)}
    grid = [",".join(map(str, values)) for values in (options.seeds, options.batch_sizes)]
    arguments = [sys.executable, "-c", CALL, str(options.out), str(script), *grid]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)


def wait_for_calls(script, count):
    deadline = time.monotonic() + 60
    while not (script.with_name("calls").exists() and len(calls(script)) >= count):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_processes_share_the_work(options, script):
    script.with_name("mended").touch()
    processes = [begin(options, script, 0.5) for _ in range(2)]
    assert [process.wait(120) for process in processes] == [0, 0]
    assert len(calls(script)) == 6
    assert len(set(calls(script))) == 6
    assert set(script.with_name("parents").read_text().split()) == {str(process.pid) for process in processes}


def test_cell_of_a_process_that_was_killed_is_taken_over(options, script):
    script.with_name("mended").touch()
    holder = begin(TriageOptions("demo", (1,), (4,), options.out), script, 30)
    wait_for_calls(script, 1)
    run_triage(options, [], command(script))
    assert outcomes(options)[1, 4] is Outcome.RUNNING
    os.killpg(holder.pid, signal.SIGKILL)
    holder.wait(30)
    run_triage(options, [], command(script))
    assert "1 4 resumed" in calls(script)
    assert outcomes(options)[1, 4] is Outcome.HEALTHY


def test_killed_cell_goes_on_when_called_again(options, script):
    script.with_name("mended").touch()
    process = begin(options, script, 30)
    wait_for_calls(script, 1)
    # Its training script too, as at a power cut.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)
    (killed,) = calls(script)
    run_triage(options, [], command(script))
    assert killed.replace("begun", "resumed") in calls(script)
    assert len(calls(script)) == 7
    assert Outcome.MISSING not in outcomes(options).values()


SLOW_TO_SAVE = """
import pathlib, signal, sys, time
def save(*_):
    time.sleep(1.5)
    pathlib.Path(__file__).with_name("saved").touch()
    sys.exit(130)
signal.signal(signal.SIGINT, save)
pathlib.Path(__file__).with_name("calls").write_text("begun\\n")
time.sleep(60)
"""


def test_ctrl_c_waits_until_the_cell_is_saved(options, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SLOW_TO_SAVE)
    process = begin(options, script, 0)
    wait_for_calls(script, 1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 130
    assert (tmp_path / "saved").exists()
    assert calls(script) == ["begun"]


def test_ctrl_c_ends_the_grid(options, tmp_path):
    script = tmp_path / "train.py"
    script.write_text("import sys; sys.exit(130)")
    with pytest.raises(KeyboardInterrupt):
        run_triage(options, [], command(script))


@pytest.mark.parametrize("flag", ["--seed", "--batch-size=8", "--batch_size", "--resume", "--preset"])
def test_flags_that_each_cell_has_of_its_own_are_refused(flag, capsys):
    with pytest.raises(SystemExit):
        parse_with_training(["demo", flag, "7"], "triage.py", "")
    assert f"{flag.split('=')[0].replace('_', '-')} cannot be given" in capsys.readouterr().err


def test_unknown_preset_is_refused(capsys):
    with pytest.raises(SystemExit):
        parse_with_training(["ponies"], "triage.py", "")
    error = capsys.readouterr().err
    assert re.search("`preset` must be one of horses, .*Received: preset=ponies", error)


def test_cells_that_cannot_be_trained_are_refused_at_once(capsys, tmp_path):
    arguments = ["demo", "--out", str(tmp_path), "--batch-sizes", "8", "0", "--dataset", "toy"]
    with pytest.raises(SystemExit):
        parse_with_training(arguments, "triage.py", "")
    assert "`batch_size` must be at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "{}\n", '{"op_code": 99}\n', "\x00" * 100 + "\n"])
def test_a_damaged_journal_is_named(options, script, content):
    options.out.mkdir(parents=True)
    (options.out / "journal.log").write_text(content)
    with pytest.raises(ValueError, match=r"journal\.log must be the journal of a grid"):
        run_triage(options, [], [sys.executable, str(script)])


def test_machines_may_have_their_data_elsewhere(options, script):
    script.with_name("mended").touch()
    text = SCRIPT.replace('"epochs"):', '"epochs", "data-dir"):')
    script.write_text(text)
    run_triage(options, ["--data-dir", "/here", "--epochs", "5"], command(script))
    run_triage(options, ["--epochs", "5", "--data-dir=/there"], command(script))
    assert len(calls(script)) == 6


@pytest.mark.parametrize("values", [(), (1, 1)])
def test_empty_and_doubled_grids_are_refused(values):
    with pytest.raises(ValueError, match="`seeds` must be at least one number, none twice"):
        TriageOptions("demo", seeds=values)


def test_each_run_has_devices_of_its_own(options, tmp_path, monkeypatch):
    script = tmp_path / "train.py"
    script.write_text(
        "import os, pathlib, sys, time\n"
        "calls = pathlib.Path(__file__).with_name('calls')\n"
        "def note(word): open(calls, 'a').write(f'{word} {os.environ[\"CUDA_VISIBLE_DEVICES\"]}\\n')\n"
        "note('+')\n"
        # The first run waits for the second one, for half a minute at most if they are not trained at the same time.
        "for _ in range(300):\n"
        "    if calls.read_text().count('+') >= 2: break\n"
        "    time.sleep(0.1)\n"
        "note('-'); sys.exit(1)\n"
    )
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,GPU-9,7")
    options = dataclasses.replace(options, devices_per_run=2)
    # Twice, as cells that failed are tried again in another way.
    for _ in range(2):
        run_triage(options, [], command(script))
        lines = script.with_name("calls").read_text().splitlines()
        # The fifth device is left over, and both pairs are used at the same time.
        assert set(lines[:2]) == {"+ 0,1", "+ 2,GPU-9"}
        begun = {pair: lines.count(f"+ {pair}") for pair in ("0,1", "2,GPU-9")}
        assert sum(begun.values()) == 6
        for pair, count in begun.items():
            assert "".join(line[0] for line in lines if line.endswith(pair)) == "+-" * count
        script.with_name("calls").unlink()


def test_runs_are_told_how_many_devices_they_have(tmp_path):
    arguments = ["demo", "--out", str(tmp_path), "--batch-sizes", "8", "--devices-per-run", "2"]
    _, training = parse_with_training(arguments, "triage", None)
    assert training == ["--devices", "2"]


@pytest.mark.parametrize(("visible", "count"), [("", 0), ("0", 1)])
def test_more_devices_than_there_are_are_refused(options, script, monkeypatch, visible, count):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    options = dataclasses.replace(options, devices_per_run=2)
    with pytest.raises(ValueError, match=f"`devices_per_run` must be at most .* Received: 2 with {count} GPUs"):
        run_triage(options, [], command(script))


def test_the_driver_is_asked_for_devices(monkeypatch):
    answer = (sys.executable, "-c", "print('0\\n1')")
    monkeypatch.setattr(triage_devices, "LIST_GPUS", answer)
    assert triage_devices.visible_devices({}) == ["0", "1"]
    monkeypatch.setattr(triage_devices, "LIST_GPUS", ("no-such-program",))
    assert triage_devices.visible_devices({}) == []


def test_no_number_of_devices_is_refused():
    with pytest.raises(ValueError, match="`devices_per_run` must be"):
        TriageOptions("demo", devices_per_run=0)
