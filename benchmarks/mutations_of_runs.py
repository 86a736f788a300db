"""Mistakes in callbacks, the files of a run, its analysis and the registry of parts; see `mutations.py`.

By file: a name, what the file says, what it says with the mistake, and the test files that ought to fail then, or tests
where a file takes minutes. What a file says must occur once in it.
"""

CALLBACKS = {
    "callbacks/checkpoint.py": (
        ("later_of_equals", "value < self._best if", "value <= self._best if", "callbacks/test_files.py"),
        (
            "best_by_another_mode",
            '(record["monitor"], record["mode"]) != (self.monitor, self.mode)',
            'record["monitor"] != self.monitor',
            "callbacks/test_files.py",
        ),
        ("other_checkpoints_deleted", "if number <= epochs]", "]", "callbacks/test_files.py"),
    ),
    "callbacks/quality_monitor.py": (
        (
            "neighbouring_seeds",
            "np.random.SeedSequence(seed).generate_state(len(starts))",
            "range(seed, seed + len(starts))",
            "callbacks/test_quality_monitor.py",
        ),
        ("row_of_first_epoch", "< first_epoch]\n", "<= first_epoch]\n", "callbacks/test_quality_monitor.py"),
    ),
    "callbacks/divergence_guard.py": (
        (
            "mean_not_step",
            "(total - self._sum) / (steps - self._steps)",
            "(total - self._sum) / steps",
            "callbacks/test_divergence_guard.py",
        ),
        ("negative_distance", "abs(value) <= bound", "value <= bound", "callbacks/test_divergence_guard.py"),
    ),
}

RUNS = {
    "keras_gan/training/config.py": (
        ("largest_seed", "0 <= self.seed < 2**31", "0 <= self.seed <= 2**31", "training/test_config.py"),
        ("fewest_samples", "self.samples >= 20", "self.samples > 20", "training/test_config.py"),
    ),
    "keras_gan/training/upgrades.py": (
        (
            "kernel_of_old_generators",
            'values["generator_kernel_size"]',
            'values["critic_kernel_size"]',
            "training/test_config.py",
        ),
    ),
    "keras_gan/training/changes.py": (
        (
            "old_rate_wins",
            '{"learning_rate": old.arguments.get("learning_rate"), **new.arguments}',
            '{**new.arguments, "learning_rate": old.arguments.get("learning_rate")}',
            "training/test_changes.py",
        ),
        (
            "constraint_forgets_arguments",
            "kept = policy.arguments if policy.name == chosen[0] else {}",
            "kept = {}",
            "training/test_changes.py",
        ),
    ),
    "keras_gan/settings.py": (
        (
            "shared_though_different",
            ' and generator["arguments"].get(argument) == value',
            "",
            "training/test_config.py",
            "training/test_changes.py",
        ),
    ),
    "keras_gan/training/same_run.py": (
        ("epochs_refused", '"batch_size", "epochs", "steps', '"batch_size", "steps', "training/test_run_folder.py"),
    ),
    "keras_gan/training/recovery.py": (
        (
            "first_checkpoint",
            'reversed(callbacks.checkpoints(folder / "checkpoints"))',
            'callbacks.checkpoints(folder / "checkpoints")',
            "training/test_experiment.py::test_a_finished_run_is_not_resumed_for_nothing",
        ),
    ),
    "keras_gan/training/watching.py": (
        (
            "past_not_cut",
            "column[:start]",
            "column",
            "training/test_experiment.py::test_a_watched_run_is_resumed_with_all_its_figures",
        ),
    ),
    "keras_gan/files.py": (
        ("files_not_sorted", "found = sorted((int", "found = list((int", "callbacks/test_files.py"),
    ),
    "keras_gan/analysis/run/history.py": (
        (
            "line_numbers",
            "first = [], 0, first + len(part)",
            "first = [], 0, first + 1",
            "analysis/run/test_history.py",
        ),
    ),
    "keras_gan/analysis/run/quality_history.py": (
        ("rating_at_its_bound", "if fid < bound)", "if fid <= bound)", "analysis/run/test_quality_history.py"),
    ),
}

ANALYSIS = {
    "keras_gan/analysis/detectors/critic_curves.py": (
        ("noise_of_window", "/ (2 * window) ** 0.5", "", "analysis/detectors/test_critic_curves.py"),
        ("lost_bound", "share >= LOST", "share > LOST", "analysis/detectors/test_critic_curves.py"),
    ),
    "keras_gan/analysis/detectors/cross_entropy_curves.py": (
        ("generator_loss_falls", " or last <= first", "", "analysis/detectors/test_cross_entropy_curves.py"),
    ),
    "keras_gan/analysis/detectors/copies.py": (
        ("index_within_block", "start + closest, index", "closest, index", "analysis/detectors/test_samples.py"),
    ),
    "keras_gan/analysis/detectors/samples.py": (
        (
            "axis_of_variance",
            "np.mean(np.var(samples, axis=0))",
            "np.mean(np.var(samples, axis=-1))",
            "analysis/detectors/test_samples.py",
        ),
    ),
    "keras_gan/analysis/verdict/default_rules.py": (
        ("three_of_five", "passed >= LEAST_PASSED", "passed > LEAST_PASSED", "analysis/verdict/test_default_rules.py"),
        ("failing_bound", "bad >= FAILING", "bad > FAILING", "analysis/verdict/test_default_rules.py"),
    ),
    "keras_gan/analysis/verdict/default_indicators.py": (
        (
            "first_for_worst",
            " if finding.status is Status.BAD), against[0]",
            "), against[0]",
            "analysis/verdict/test_default_rules.py",
        ),
    ),
}

PARTS = {
    "keras_gan/registry.py": (
        (
            "plugin_takes_our_name",
            "self._targets.get(name) or self._entry_points()[name]",
            "self._entry_points().get(name) or self._targets[name]",
            "test_registry.py::test_packages_do_not_replace_names_of_ours",
        ),
        (
            "given_are_settings",
            "if key not in self.given}",
            "}",
            "test_registry.py::test_every_builtin_loads_and_is_what_its_source_says",
        ),
    ),
    "keras_gan/signatures.py": (
        (
            "defaults_of_the_first",
            "[*without_default, *arguments.defaults]",
            "[*arguments.defaults, *without_default]",
            "test_registry.py::test_every_builtin_loads_and_is_what_its_source_says",
        ),
        (
            "keyword_only_arguments",
            "yield from zip(arguments.kwonlyargs, arguments.kw_defaults)",
            "yield from ()",
            "test_registry.py::test_arguments_of_every_kind_are_read",
        ),
        (
            "inherited_constructor",
            "next((function for function in found if function is not None), None)",
            "None",
            "test_registry.py::test_parameters_are_read_without_importing",
        ),
    ),
}
