"""The script that reports on runs."""

import shutil
import subprocess
import sys

import pytest
from helpers import SCRIPTS, call_script, refusal

from keras_gan.analysis.report.log import HEADER

ROWS = [f"{epoch},{-2 - epoch / 100:.3f},{epoch / 10:.2f},-3,1,{2 + epoch / 100:.3f}" for epoch in range(40)]


def main(*arguments):
    return call_script("report", *arguments)


def refused(capsys, *arguments):
    return refusal(capsys, "report", *arguments)


@pytest.fixture
def run_dir(tmp_path):
    folder = tmp_path / "runs" / "gan" / "0001_demo"
    folder.mkdir(parents=True)
    header = "epoch,d_loss,g_loss,d_loss_real,d_loss_fake,wasserstein_distance"
    (folder / "losses.csv").write_text("\n".join([header, *ROWS]) + "\n")
    (folder / "config.json").write_text('{"batch_size": 32, "n_critic": 3, "gradient_penalty": 10.0}')
    (folder / "run.json").write_text('{"started": "2026-01-07", "notes": "", "wandb_url": null}')
    return folder


def test_report_on_a_run(run_dir, capsys):
    assert main(run_dir, "--notes", "Baseline") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "STABLE, 3 of 5 indicators passed. Quality: Unmeasured"
    assert lines[-2:] == [str(run_dir / "analysis_report.md"), str(run_dir / "report.html")]
    assert "## Notes\n\nBaseline\n" in (run_dir / "analysis_report.md").read_text()


def test_notes_reach_the_log_too(run_dir, tmp_path, capsys):
    main("--log", "--runs", tmp_path / "runs")
    main(run_dir, "--notes", "Baseline")
    log = (tmp_path / "runs" / "experiment_log.md").read_text()
    assert log.count("gan/0001_demo") == 1
    assert "| Unmeasured. Baseline |" in log
    main(run_dir, "--rules", "reference")
    assert (tmp_path / "runs" / "experiment_log.md").read_text() == log


def test_folder_without_a_run_stays_empty(tmp_path, capsys):
    assert "has no losses.csv" in refused(capsys, tmp_path, "--notes", "Baseline")
    assert list(tmp_path.iterdir()) == []


def test_report_by_the_reference_rules(run_dir, capsys):
    assert main(run_dir, "--rules", "reference") == 0
    assert capsys.readouterr().out.startswith("UNSTABLE, 2 of 5 indicators passed. Quality: Fair")


def test_log_is_made_of_what_is_there(run_dir, tmp_path, capsys):
    second = run_dir.with_name("0002_demo")
    shutil.copytree(run_dir, second)
    third = run_dir.with_name("0003_demo")
    third.mkdir()
    (third / "losses.csv").write_text("epoch,d_loss\n")
    assert main("--log", "--runs", tmp_path / "runs") == 0
    output = capsys.readouterr().out
    assert f"Left out: {third}: {third / 'losses.csv'} must have columns" in output
    assert "2 runs in" in output
    rows = (tmp_path / "runs" / "experiment_log.md").read_text().removeprefix(HEADER).splitlines()
    assert [row.split(" | ")[0] for row in rows] == ["| gan/0001_demo", "| gan/0002_demo"]
    assert "| 2026-01-07 |  | 32 | 40 | ✅ Stable | -2.39 | 3.9 | Unmeasured |" in rows[0]


def test_two_runs_are_compared(run_dir, capsys):
    second = run_dir.with_name("0002_demo")
    shutil.copytree(run_dir, second)
    (second / "config.json").write_text('{"batch_size": 64, "n_critic": 3, "gradient_penalty": 10.0}')
    assert main("--compare", run_dir, second) == 0
    output = capsys.readouterr().out
    assert [line.split() for line in output.splitlines()[:2]] == [
        ["Configuration", "0001_demo", "0002_demo"],
        ["batch_size", "32", "64"],
    ]
    assert (second / "plots" / "wasserstein_distance_beside_0001_demo.png").is_file()


def test_equal_configurations_are_said_to_be(run_dir, capsys):
    assert main("--compare", run_dir, run_dir) == 0
    assert capsys.readouterr().out.startswith("The configurations are equal.")


def test_unusable_arguments_are_one_line(run_dir, tmp_path, capsys):
    assert "`run` must be given alone, or `--log`, or `--compare`" in refused(capsys)
    assert "`run` must be given alone" in refused(capsys, run_dir, "--log")
    assert "is not a run folder: it has no losses.csv" in refused(capsys, tmp_path)
    assert "`notes` must be given with a run only. Received: notes=x" in refused(capsys, "--log", "--notes", "x")
    assert "invalid choice 'mine'" in refused(capsys, run_dir, "--rules", "mine")
    assert "No folder" in refused(capsys, "--log", "--runs", tmp_path / "nowhere")


def test_report_does_not_load_keras(run_dir):
    code = (
        f"import runpy, sys; main = runpy.run_path({str(SCRIPTS / 'report.py')!r})['main']\n"
        f"assert main([{str(run_dir)!r}]) == 0\n"
        "sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL).returncode == 0
