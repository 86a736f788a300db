from keras_gan.training.presets import PRESETS


def test_horses_is_the_reference_runs_configuration(reference_dir):
    report = (reference_dir / "report_0002_horses.md").read_text(encoding="utf-8")
    rows = dict(
        tuple(cell.strip() for cell in line.split("|")[1:3])
        for line in report.split("## Configuration")[1].split("---\n")[0].splitlines()
        if line.startswith("|")
    )
    config = PRESETS["horses"].flat()
    assert rows["Batch Size"] == str(config["batch_size"])
    assert rows["Epochs"] == str(config["epochs"])
    assert float(rows["Lr Critic"]) == config["critic_learning_rate"]
    assert float(rows["Lr Generator"]) == config["generator_learning_rate"]
    assert rows["Optimizer"] == config["optimizer"]
    assert rows["Z Dim"] == str(config["latent_dim"])
    assert rows["N Critic"] == str(config["n_critic"])
    assert float(rows["Clip Threshold"]) == config["clip_threshold"]
    assert rows["Critic Filters"] == str(list(config["critic_filters"]))
    assert rows["Generator Filters"] == str(list(config["generator_filters"]))


def test_horses_gp_is_the_papers_optimizer_and_penalty():
    config = PRESETS["horses_gp"].flat()
    assert (config["gradient_penalty"], config["clip_threshold"]) == (10.0, None)
    assert config["optimizer"] == "adam"
    assert config["critic_learning_rate"] == config["generator_learning_rate"] == 1e-4
    assert (config["beta_1"], config["beta_2"], config["batch_size"]) == (0.0, 0.9, 64)


def test_presets_are_named_after_themselves():
    assert set(PRESETS) == {"horses", "horses_gp", "demo", "wgan_small", "wgan_large", "wgan_large_guide"}
    assert all(config.preset == name for name, config in PRESETS.items())
