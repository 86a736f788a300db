"""Callbacks between the user and the run: signals, limits and progress."""

import io
import os
import signal
import threading
import time
import types

import keras
import pytest
from rich.console import Console

from keras_gan import GracefulStop, TimeLimit
from keras_gan.callbacks import TrainingProgress, _signals, progress_display
from keras_gan.files import whole_file


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


@pytest.fixture
def handlers():
    """Handlers of this process's own, as Python sets them, even where the tests run under `nohup`."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
    expected = dict.fromkeys(numbers, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in expected.items()}
    yield lambda: {number: signal.getsignal(number) for number in numbers} == expected
    for number, handler in before.items():
        signal.signal(number, handler)


def ends_training(stop):
    """Return whether training ends at the end of the step under way."""
    model = types.SimpleNamespace(stop_training=False)
    stop.set_model(model)
    stop.on_train_begin()
    stop.on_train_batch_end(0)
    return model.stop_training


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1"])
def test_other_signals_end_training_too_and_are_named(name, handlers, capsys):
    """F10."""
    number = getattr(signal, name)
    with GracefulStop() as stop:
        assert not ends_training(stop)
        assert (stop.requested, stop.signal) == (False, None)
        os.kill(os.getpid(), number)
        assert (stop.requested, stop.signal) == (True, number)
        assert ends_training(stop)
    assert handlers()
    (line,) = capsys.readouterr().out.splitlines()
    assert line == f"Stopping after this step and saving, as {name} asks for. A second signal ends the process at once."


@pytest.mark.parametrize(("first", "second"), [("SIGTERM", "SIGTERM"), ("SIGINT", "SIGTERM"), ("SIGHUP", "SIGUSR1")])
def test_a_second_signal_of_any_kind_ends_at_once_and_leaves_no_half_file(first, second, handlers, tmp_path):
    stop = GracefulStop()

    def write():
        with stop, whole_file(tmp_path / "file") as partial:
            partial.write_text("half")
            os.kill(os.getpid(), getattr(signal, first))
            os.kill(os.getpid(), getattr(signal, second))
            partial.write_text("whole")

    with pytest.raises(SystemExit) as end:
        write()
    assert end.value.code == 128 + getattr(signal, second)
    assert stop.signal == getattr(signal, first)
    assert list(tmp_path.iterdir()) == []
    assert handlers()


def test_a_closing_terminal_asks_once_with_two_signals(handlers, monkeypatch):
    now = iter([5.0, 5.0002, 7.0])
    monkeypatch.setattr(_signals, "monotonic", lambda: next(now))
    requests = _signals._Requests()
    assert [requests.is_second(signal.SIGHUP) for _ in range(3)] == [False, False, True]


def test_nohup_stays_in_force(handlers):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with GracefulStop() as stop:
        os.kill(os.getpid(), signal.SIGHUP)
    assert not stop.requested
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # JAX, where another test has loaded it.
@pytest.mark.filterwarnings("ignore:os.fork")
def test_a_forked_process_ends_by_its_own_signals(handlers):
    reader, writer = os.pipe()
    with GracefulStop() as stop:
        child = os.fork()
        if child == 0:
            os.write(writer, b".")
            time.sleep(10)
            os._exit(1)
        os.read(reader, 1)
        os.kill(child, signal.SIGTERM)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGTERM
        # One signal, which is not a second one after those of the child.
        os.kill(os.getpid(), signal.SIGTERM)
    assert stop.signal == signal.SIGTERM


def test_time_limit_ends_training_after_the_step_in_which_it_is_reached(make_gan, float_images, clock, capsys):
    def pass_time(batch, logs):
        clock.seconds += 600

    limit, busy = TimeLimit(hours=0.5), keras.callbacks.LambdaCallback(on_train_batch_end=pass_time)
    history = make_gan().fit(float_images, batch_size=32, epochs=9, verbose=0, callbacks=[busy, limit])
    assert history.epoch == [0, 1, 2]
    assert limit.reached
    assert capsys.readouterr().out == "Stopping after this step and saving: 0.5 hours have passed.\n"
    # It counts from the start of training.
    limit.on_train_begin()
    assert not limit.reached


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
