import numpy as np
import pytest

from keras_gan.analysis.columns import rename_columns

VALUES = np.arange(30.0)


def renamed(*names, given=None):
    return rename_columns({name: VALUES + index for index, name in enumerate(names)}, given)


def test_own_names_stay():
    history, changes = renamed("epoch", "d_loss", "g_loss", "my_column")
    assert list(history) == ["epoch", "d_loss", "g_loss", "my_column"]
    assert changes == {}


@pytest.mark.parametrize(
    ("d_loss", "g_loss"),
    [("loss_D", "loss_G"), ("D_loss", "G_loss"), ("critic_loss", "gen_loss"), ("Disc Loss", "Generator Loss")],
)
def test_usual_names_are_recognised_and_told(d_loss, g_loss):
    history, changes = renamed("Iteration", d_loss, g_loss)
    assert changes == {"epoch": "Iteration", "d_loss": d_loss, "g_loss": g_loss}
    np.testing.assert_array_equal(history["g_loss"], VALUES + 2)


def test_given_names_count_first():
    history, changes = renamed("d_loss", "errD", "errG", given={"d_loss": "errD", "g_loss": "errG"})
    np.testing.assert_array_equal(history["d_loss"], VALUES + 1)
    assert changes == {"d_loss": "errD", "g_loss": "errG"}


def test_epochs_are_counted_where_there_are_none():
    np.testing.assert_array_equal(renamed("d_loss", "g_loss")[0]["epoch"], np.arange(30))


def test_distance_comes_of_both_halves_of_the_loss():
    history, _ = renamed("d_loss", "g_loss", "d_loss_real", "d_loss_fake")
    np.testing.assert_array_equal(history["wasserstein_distance"], -(VALUES + 2 + VALUES + 3))


@pytest.mark.parametrize(
    ("names", "given", "message"),
    [
        (("d_loss", "x"), None, "must have g_loss: name the columns with `--columns g_loss=…`"),
        (("x", "y"), None, "must have d_loss and g_loss"),
        (("loss_D", "critic_loss", "g_loss"), None, "Which column is d_loss.*'loss_D', 'critic_loss'"),
        (("d_loss", "g_loss"), {"g_loss": "errG"}, r"must name columns of the file.*g_loss=errG"),
        (("d_loss", "g_loss"), {"loss": "d_loss"}, r"must be of .*Received: loss=d_loss"),
    ],
)
def test_doubtful_names_are_refused(names, given, message):
    with pytest.raises(ValueError, match=message):
        renamed(*names, given=given)


def test_few_rows_are_refused():
    columns = {"d_loss": VALUES[:19], "g_loss": VALUES[:19]}
    with pytest.raises(ValueError, match="At least 20 epochs are needed.*Received: 19"):
        rename_columns(columns)


def test_epochs_that_do_not_increase_are_refused():
    with pytest.raises(ValueError, match="Epochs must increase"):
        rename_columns({"epoch": VALUES[::-1], "d_loss": VALUES, "g_loss": VALUES})


def test_empty_columns_are_refused():
    with pytest.raises(ValueError, match="g_loss must have values"):
        rename_columns({"d_loss": VALUES, "g_loss": np.full(30, np.nan)})
