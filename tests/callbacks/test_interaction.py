"""Callbacks between the user and the run: Ctrl-C and progress."""

import io
import os
import signal
import threading

import keras
import pytest
from rich.console import Console

from keras_gan import GracefulStop
from keras_gan.callbacks import TrainingProgress, progress_display


class PressCtrlC(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_ends_training_after_its_step(make_gan, float_images, capsys):
    with GracefulStop() as stop:
        history = make_gan().fit(float_images, batch_size=32, epochs=9, verbose=0, callbacks=[PressCtrlC(3), stop])
    assert stop.requested
    assert history.epoch == [0, 1, 2, 3]
    assert capsys.readouterr().out.count("Stopping after this step") == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_second_ctrl_c_interrupts_at_once(make_gan, float_images):
    class PressTwice(PressCtrlC):
        def on_train_batch_begin(self, batch, logs=None):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), GracefulStop() as stop:
        make_gan().fit(float_images, batch_size=32, epochs=9, verbose=0, callbacks=[PressTwice(0), stop])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_training_that_is_left_alone_finishes(make_gan, float_images):
    with GracefulStop() as stop:
        history = make_gan().fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=[stop])
    assert not stop.requested
    assert history.epoch == [0, 1]


def test_stop_that_was_not_entered_says_so(make_gan, float_images):
    with pytest.raises(RuntimeError, match="must be entered"):
        make_gan().fit(float_images, batch_size=32, verbose=0, callbacks=[GracefulStop()])


def test_other_threads_cannot_set_handlers_and_do_not_try():
    errors = []

    def enter():
        try:
            with GracefulStop():
                pass
        except ValueError as error:
            errors.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert errors == []


def test_progress_counts_epochs_from_where_training_starts(make_gan, float_images):
    output = io.StringIO()
    display = progress_display(Console(file=output, force_terminal=True, width=100))
    with display:
        make_gan().fit(
            float_images, batch_size=64, initial_epoch=3, epochs=5, verbose=0, callbacks=[TrainingProgress(display)]
        )
    (task,) = display.tasks
    assert (task.completed, task.total) == (5, 5)
    assert "5/5" in output.getvalue()
    assert "left" in output.getvalue()


def test_progress_is_silent_in_a_pipe(make_gan, float_images):
    output = io.StringIO()
    display = progress_display(Console(file=output))
    with display:
        make_gan().fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=[TrainingProgress(display)])
    assert output.getvalue() == ""
