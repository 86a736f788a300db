import numpy as np
import pytest

from keras_gan.analysis.run.columns import read_table, rename_columns

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


@pytest.mark.parametrize("sign", [1, -1])
def test_distance_has_the_sign_that_fits_the_loss(sign):
    # E f(real) = 5 and E f(fake) = 2, logged as scores or as losses.
    rng = np.random.default_rng(0)
    real, fake = 5 + rng.normal(size=30), 2 + rng.normal(size=30)
    columns = {"d_loss": fake - real + 0.1, "g_loss": -fake, "d_loss_real": sign * real, "d_loss_fake": fake}
    np.testing.assert_allclose(rename_columns(columns)[0]["wasserstein_distance"], real - fake, rtol=1e-12)


def test_scores_of_unknown_sign_are_not_recognised():
    history, changes = renamed("d_loss", "g_loss", "D_real", "D_fake")
    assert changes == {}
    assert "wasserstein_distance" not in history


def test_losses_that_are_logged_in_turns_have_no_gaps():
    d_loss, g_loss = np.arange(40.0), np.arange(40.0)
    d_loss[1::2] = g_loss[::2] = np.nan
    history, _ = rename_columns({"d_loss": d_loss, "g_loss": g_loss})
    np.testing.assert_array_equal(history["d_loss"], np.repeat(np.arange(0.0, 40, 2), 2))
    np.testing.assert_array_equal(history["g_loss"], [1.0, *np.repeat(np.arange(1.0, 39, 2), 2), 39.0])


def test_loss_that_ends_without_numbers_stays_so():
    history, _ = rename_columns({"d_loss": np.where(VALUES < 25, VALUES, np.nan), "g_loss": VALUES})
    np.testing.assert_array_equal(np.isnan(history["d_loss"]), VALUES >= 25)


@pytest.mark.parametrize(
    ("name", "percent"), [("Clip%", 0.5), ("clip_percent", 0.5), ("clip", 5.0), ("clip_ratio", 5.0)]
)
def test_percentages_become_shares(name, percent):
    columns = {"d_loss": VALUES, "g_loss": VALUES, name: np.full(30, percent)}
    np.testing.assert_allclose(rename_columns(columns)[0]["clip_ratio"], percent / 100, rtol=1e-12)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_other_programs_are_read(tmp_path, separator):
    path = tmp_path / "log.csv"
    rows = [["step", "time", " loss "], ["0", "12:00", "1.5"], ["1", "12:01", ""], []]
    path.write_text("\ufeff" + "\n".join(separator.join(row) for row in rows) + "\n", encoding="utf-8")
    columns, texts = read_table(path)
    assert texts == ["time"]
    np.testing.assert_array_equal([columns["step"], columns["loss"]], [[0, 1], [1.5, np.nan]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must have a header row"),
        (b"a,a\n1,2\n", "columns of different names"),
        (b"a,b\n1,2\n3\n", "row 3 must have 2 values. Received: 1"),
        (b"a,b\n\xff\xfe", "must be a text file"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    (tmp_path / "log.csv").write_bytes(content)
    with pytest.raises(ValueError, match=f"log.csv.*{message}"):
        read_table(tmp_path / "log.csv")


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
