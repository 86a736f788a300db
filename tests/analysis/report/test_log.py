import subprocess
import sys

import pytest

from keras_gan.analysis.report.log import HEADER, log_path, log_row, rewrite_log, run_folders, update_log
from keras_gan.analysis.verdict.judge import judge


def row(name, note=""):
    return f"| {name} | 2026-01-07 |  | 512 | 6000 | ✅ Stable | 5.35 | -116.4 | {note} |\n"


def test_log_is_the_guide_s_table(reference_dir):
    guide = (reference_dir / "gan_training_guide.md").read_text(encoding="utf-8")
    _, columns, rule = HEADER.removesuffix("\n").rsplit("\n", 2)
    assert columns in guide
    assert rule.count("|") == columns.count("|")


def test_row_says_what_became_of_the_run(changed):
    run = changed(wandb_url="https://w/1", started="2026-01-07", notes="a|b\nc")
    assert log_row(run, judge(run, []), "gan/0001_healthy") == (
        "| gan/0001_healthy | 2026-01-07 | [View](https://w/1) | 64 | 300 | ✅ Stable | "
        f"{run.history['d_loss'][-1]:.2f} | {run.history['g_loss'][-1]:.1f} | "
        "Good (FID[cifar10-resnet] 30.0). a\\|b c |\n"
    )


def test_rows_are_added_and_replaced(tmp_path):
    path = tmp_path / "runs" / "experiment_log.md"
    for name, note in (("a", ""), ("b", ""), ("a", "again")):
        update_log(path, row(name, note))
    assert path.read_text() == HEADER + row("a", "again") + row("b")


def test_other_files_are_left_alone(tmp_path):
    path = tmp_path / "experiment_log.md"
    path.write_text("# My notes\n")
    with pytest.raises(ValueError, match="must be an experiment log with the columns"):
        update_log(path, row("a"))
    assert path.read_text() == "# My notes\n"


def test_runs_that_end_at_once_all_have_their_row(tmp_path):
    path = tmp_path / "experiment_log.md"
    code = (
        "import sys; from keras_gan.analysis.report.log import update_log\n"
        "for i in range(20): update_log(sys.argv[1], f'| {sys.argv[2]}_{i} | | | | | | | | |\\n')"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, path, str(number)]) for number in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    lines = path.read_text().removeprefix(HEADER).splitlines()
    assert {line.split()[1] for line in lines} == {f"{number}_{i}" for number in range(3) for i in range(20)}
    assert len(lines) == 60
    assert list(tmp_path.iterdir()) == [path]


def test_log_is_rewritten_as_a_whole(tmp_path):
    path = tmp_path / "experiment_log.md"
    path.write_text("whatever\n")
    rewrite_log(path, lambda: [row("b"), row("a")])
    assert path.read_text() == HEADER + row("b") + row("a")


def test_hand_made_changes_are_kept(tmp_path):
    path = tmp_path / "experiment_log.md"
    path.write_text(HEADER + row("a", "mine").removesuffix("\n"))
    update_log(path, row("b"))
    assert path.read_text() == HEADER + row("a", "mine") + row("b")


@pytest.mark.parametrize(
    ("folder", "log"),
    [
        ("runs/gan/0001_demo", "runs/experiment_log.md"),
        ("runs/0001_demo", "runs/experiment_log.md"),
        ("runs/triage/seed_1_batch_8/0001_demo", "runs/experiment_log.md"),
        ("mine/0001_demo", "mine/experiment_log.md"),
    ],
)
def test_log_is_in_the_folder_of_all_runs(tmp_path, folder, log):
    assert log_path(tmp_path / folder) == tmp_path / log


def test_folders_of_runs_are_found_at_any_depth(run_dir, tmp_path):
    assert run_folders(tmp_path / "runs") == [run_dir]


def test_a_log_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "log.md"
    path.write_bytes(HEADER.encode() + b"\xff")
    with pytest.raises(ValueError, match=r"log\.md must be a text in UTF-8"):
        update_log(path, row("a"))
    assert path.read_bytes().endswith(b"\xff")
