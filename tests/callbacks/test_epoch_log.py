import io
import re
import sys

import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

from keras_gan import EpochLog, GradientPenalty
from keras_gan.callbacks import (
    ProgressStream,
    TrainingProgress,
    epoch_log,
    progress_display,
    render_epoch,
    render_quality,
)

# The numbers of the training guide's example.
GUIDE_LOGS = {
    "epoch_time": 1.46,
    "d_loss": 5.4859,
    "d_loss_real": 5.4853,
    "d_loss_fake": 5.4865,
    "g_loss": -115.549,
    "wasserstein_distance": 115.55,
    "critic_weight_mean": 0.0024,
    "critic_weight_std": 0.0096,
    "generator_weight_mean": 0.0028,
    "generator_weight_std": 0.0810,
    "dg_ratio": 0.0475,
    "clip_ratio": 0.0,
    "loss_variance": 0.000002,
    "fid_score": 333.1,
    "inception_score_mean": 2.12,
    "inception_score_std": 0.19,
    "pixel_variance": 0.2960,
    "gradient_penalty": 0.1234,
}

GUIDE_BOX = """\
═══════════════════════════════════════════════════════════════════════════
Epoch 11999/12000 [1.46s]
───────────────────────────────────────────────────────────────────────────
  Losses     │ D: 5.4859 (R:5.4853 F:5.4865)  G: -115.549  W-dist: 115.55
  Weights    │ Critic μ:0.0024 σ:0.0096  Gen μ:0.0028 σ:0.0810
  Stability  │ D/G Ratio: 0.0475  Clip%: 0.0%  Var: 0.000002
═══════════════════════════════════════════════════════════════════════════"""


def test_box_is_the_guides_byte_for_byte():
    assert render_epoch(GUIDE_LOGS, 11999, 12000) == GUIDE_BOX


def test_log_is_the_guides_text_block(reference_dir):
    guide = (reference_dir / "gan_training_guide.md").read_text(encoding="utf-8")
    block = guide.split("## Training Log Output\n\n```\n")[1].split("\n```")[0]
    box, quality = render_epoch(GUIDE_LOGS, 11999, 12000), render_quality(GUIDE_LOGS)
    assert f"{box}\n\n  Computing quality metrics...\n{quality}".encode() == block.encode()


def test_penalty_is_appended_to_the_losses():
    lines = render_epoch(GUIDE_LOGS, 0, 1, penalised=True).splitlines()
    assert lines[3] == "  Losses     │ D: 5.4859 (R:5.4853 F:5.4865)  G: -115.549  W-dist: 115.55  GP: 0.1234"
    assert [line for index, line in enumerate(lines) if index != 3] == [
        line for index, line in enumerate(render_epoch(GUIDE_LOGS, 0, 1).splitlines()) if index != 3
    ]


def test_clip_ratio_is_shown_in_per_cent():
    assert "  Clip%: 23.5%  " in render_epoch({**GUIDE_LOGS, "clip_ratio": 0.2346}, 0, 1)


def test_lines_are_not_wrapped_above_a_progress_display(make_gan, float_images):
    output = io.StringIO()
    display = progress_display(Console(file=output, force_terminal=True, width=40))
    with display:
        log = EpochLog(stream=ProgressStream(display))
        make_gan(GradientPenalty()).fit(
            float_images, batch_size=64, epochs=2, verbose=0, callbacks=[log, TrainingProgress(display)]
        )
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", output.getvalue()).replace("\r", "").splitlines()
    assert len([line for line in lines if line.endswith("═" * 75)]) == 4
    assert len([line for line in lines if re.search(r"  Losses     │ D: .*  W-dist: \S+  GP: \d\.\d{4}$", line)]) == 2


def epochs_of(text):
    return [int(line.split("/")[0].removeprefix("Epoch ")) for line in text.splitlines() if line.startswith("Epoch ")]


def test_accuracies_have_a_line_below_the_losses():
    logs = {**GUIDE_LOGS, "d_accuracy_real": 0.7123, "d_accuracy_fake": 1.0}
    lines = render_epoch(logs, 11999, 12000).splitlines()
    assert lines[4] == "  Accuracy   │ D on reals: 71.2%  D on fakes: 100.0%"
    assert "\n".join(lines[:4] + lines[5:]) == GUIDE_BOX


@pytest.mark.parametrize(("every", "expected"), [(1, [0, 1, 2, 3, 4]), (2, [0, 1, 3, 4]), (3, [0, 2, 4]), (10, [0, 4])])
def test_a_box_every_few_epochs_and_at_the_end(make_gan, float_images, capsys, every, expected):
    make_gan().fit(float_images, batch_size=32, epochs=5, verbose=0, callbacks=[EpochLog(every)])
    assert epochs_of(capsys.readouterr().out) == expected


@pytest.mark.parametrize(("every", "expected"), [("4 steps", [0, 1, 3, 4]), ("1 kimg", [0, 4])])
def test_a_box_every_few_steps_or_images(make_gan, float_images, capsys, every, expected):
    """An epoch is two steps of 32 images, so that five epochs have 320."""
    make_gan().fit(float_images, batch_size=16, epochs=5, verbose=0, callbacks=[EpochLog(every)])
    output = capsys.readouterr().out
    assert epochs_of(output) == expected
    assert "  Progress   │ Steps: 2  Images: 0.1 thousand\n" in output
    assert "  Progress   │ Steps: 10  Images: 0.3 thousand\n" in output


def test_first_step_of_a_long_epoch_has_a_box(make_gan, float_images, capsys, monkeypatch):
    monkeypatch.setattr(epoch_log, "LONG_EPOCH", 0.0)
    gan = make_gan()
    for _ in range(2):
        gan.fit(float_images, batch_size=8, epochs=2, verbose=0, callbacks=[EpochLog(5)])
    output = capsys.readouterr().out
    assert epochs_of(output) == [0, 0, 1, 0, 0, 1]
    # Four steps an epoch; the second `fit` goes on after eight.
    assert re.findall(r"Steps: (\d+)", output) == ["1", "4", "8", "9", "12", "16"]
    first = output.split("═" * 75)[1]
    assert re.search(r"D: -?\d+\.\d{4}", first)


def test_short_epochs_have_one_box_each(make_gan, float_images, capsys):
    make_gan().fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=[EpochLog()])
    assert epochs_of(capsys.readouterr().out) == [0, 1]


def test_interval_in_images_of_a_dataset_whose_batch_is_not_known(make_gan, float_images):
    dataset = tf.data.Dataset.from_tensor_slices(float_images).batch(32)
    with pytest.raises(ValueError, match="the number of images in a step is not known. Received: every='5 kimg'"):
        make_gan().fit(dataset, epochs=1, verbose=0, callbacks=[EpochLog("5 kimg")])


def test_printed_numbers_are_the_logs(make_gan, float_images):
    stream = io.StringIO()
    gan = make_gan(GradientPenalty())
    history = gan.fit(float_images, batch_size=32, epochs=1, verbose=0, callbacks=[EpochLog(stream=stream)]).history
    logs = {key: values[0] for key, values in history.items()}
    assert stream.getvalue() == render_epoch(logs, 0, 1, penalised=True) + "\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_terminal_without_the_boxs_characters(make_gan, float_images, encoding):
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding=encoding, newline="\n")
    make_gan().fit(float_images, batch_size=32, epochs=1, verbose=0, callbacks=[EpochLog(stream=stream)])
    lines = binary.getvalue().decode(encoding).splitlines()
    assert lines[0] == "=" * 75
    assert lines[2] == "-" * 75
    assert lines[4].startswith("  Weights    | Critic mean:")
    assert " std:" in lines[4]


def test_training_outlives_the_reader_of_its_pipe(make_gan, float_images):
    class ClosedPipe(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with pytest.warns(UserWarning, match="Nobody reads") as caught:
        history = make_gan().fit(
            float_images, batch_size=64, epochs=3, verbose=0, callbacks=[EpochLog(stream=ClosedPipe())]
        )
    assert len(history.history["d_loss"]) == 3
    assert len([warning for warning in caught if "Nobody reads" in str(warning.message)]) == 1


def test_standard_output_may_be_replaced_meanwhile(make_gan, float_images, monkeypatch):
    log = EpochLog()
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    make_gan().fit(float_images, batch_size=32, epochs=1, verbose=0, callbacks=[log])
    assert epochs_of(stream.getvalue()) == [0]


def test_second_fit_starts_afresh(make_gan, float_images, capsys):
    gan, log = make_gan(), EpochLog(5)
    for _ in range(2):
        gan.fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=[log])
    assert epochs_of(capsys.readouterr().out) == [0, 1, 0, 1]


def test_model_without_the_values_is_told_what_is_missing():
    log = EpochLog()
    log.set_params({"epochs": 1})
    log.on_train_begin()
    with pytest.raises(ValueError, match=r"needs \['epoch_time', 'd_loss'.*Available: \['loss'\]"):
        log.on_epoch_end(0, {"loss": np.float32(1)})


def test_every_must_be_positive():
    with pytest.raises(ValueError, match="`every` must be an integer of at least 1"):
        EpochLog(every=0)
