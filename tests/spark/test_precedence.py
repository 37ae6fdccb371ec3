"""Who wins where several places set one key. That Spark agrees is what `make test-spark` shows."""

from __future__ import annotations

import itertools

import pytest

from sparkfix.formats.carriers import CARRIERS
from sparkfix.model import Arm, Place, PropertyBlock, Span
from sparkfix.spark.precedence import (
    LAYERS,
    ORDER,
    Effective,
    Launch,
    Layer,
    Program,
    Setting,
    at_launch,
    effective,
    java_properties,
)

KEY = "spark.x"
SUBMIT = Launch()


def resolved(*settings: Setting, launch: Launch = SUBMIT) -> list[tuple[str, list[str]]]:
    """The values that count for the key, each with what it overrode."""
    found = effective(settings, launch)
    return [
        (one.setting.value, [other.value for other in one.overrides])
        for one in found.properties
        if one.setting.key == KEY
    ]


def reasons(found: Effective) -> dict[str, str]:
    return {one.setting.value: one.reason for one in found.unread}


@pytest.mark.parametrize("program", Program)
def test_stronger_layers_win_whatever_comes_first(program: Program) -> None:
    for strong, weak in itertools.combinations(ORDER[program], 2):
        pair = Setting(KEY, "strong", strong), Setting(KEY, "weak", weak)
        for given in (pair, pair[::-1]):
            assert resolved(*given, launch=Launch(program)) == [("strong", ["weak"])], (strong, weak)


def test_within_a_layer_the_last_setting_wins() -> None:
    for layer in (Layer.CODE, Layer.CONF, Layer.FILE):
        assert resolved(*(Setting(KEY, value, layer) for value in "abc")) == [("c", ["b", "a"])]


def test_of_set_if_missing_the_first_counts_and_only_if_nothing_else_does() -> None:
    first, second = (Setting(KEY, value, Layer.IF_MISSING) for value in "ab")
    assert resolved(first, second) == [("a", ["b"])]
    assert resolved(first, Setting(KEY, "java", Layer.JAVA)) == [("java", ["a"])]


def test_every_carrier_has_a_layer() -> None:
    assert {carrier.name for carrier in CARRIERS} <= set(LAYERS)


def test_what_is_given_at_launch() -> None:
    for name, layer in LAYERS.items():
        block = PropertyBlock("a", name, "", (), Span(0, 0))
        assert block.on_command_line == (layer in (Layer.CONF, Layer.OPTION)), name
    launched = {
        "arguments", "flags", "resource fields", "map", "nested map", "list of pairs", "list", "properties text",
        "base64 Secret",
    }  # fmt: skip
    assert {name for name in LAYERS if at_launch(name)} == launched


def test_defaults_beside_a_named_file() -> None:
    settings = Setting(KEY, "file", Layer.FILE), Setting(KEY, "defaults", Layer.DEFAULTS)
    assert resolved(*settings, launch=Launch(names_file=True)) == [("file", [])]
    both = Launch(names_file=True, loads_defaults=True)
    assert resolved(*settings, launch=both) == [("file", ["defaults"])]
    old = Launch(names_file=True, loads_defaults=True, release=(3, 5, 8))
    assert resolved(*settings, launch=old) == [("file", [])]
    assert reasons(effective(settings, old)) == {"defaults": "Spark before 4.0 does not know --load-spark-defaults"}
    assert resolved(settings[1]) == [("defaults", [])]


def test_keys_without_spark_are_dropped_at_launch_and_kept_in_code() -> None:
    found = effective([Setting("fs.x", "a", Layer.CONF), Setting("fs.y", "b", Layer.CODE)], Launch())
    assert [one.setting.key for one in found.properties] == ["fs.y"]
    assert reasons(found) == {"a": "Spark drops keys without `spark.`"}


@pytest.mark.parametrize(
    ("name", "master", "mode", "counts"),
    [
        ("--executor-memory", "local[2]", "client", False),
        ("--executor-memory", "k8s://https://h", "client", True),
        ("--executor-memory", "{{ .Values.master }}", "client", True),
        ("--num-executors", "spark://h:7077", "client", False),
        ("--num-executors", "yarn", "client", True),
        ("--total-executor-cores", "yarn", "client", False),
        ("--total-executor-cores", "k8s://https://h", "client", False),
        ("--total-executor-cores", "spark://h:7077", "client", True),
        ("--queue", "k8s://https://h", "client", False),
        ("--driver-cores", "k8s://https://h", "client", False),
        ("--driver-cores", "k8s://https://h", "cluster", True),
        ("--driver-cores", "k8s://https://h", "{{ .Values.mode }}", True),
    ],
)  # fmt: skip
def test_named_options_count_with_some_masters_only(name: str, master: str, mode: str, counts: bool) -> None:
    settings = [
        Setting("spark.master", master, Layer.OPTION, name="--master"),
        Setting("spark.submit.deployMode", mode, Layer.CONF),
        Setting(KEY, "option", Layer.OPTION, name=name),
        Setting(KEY, "conf", Layer.CONF),
    ]
    assert resolved(*settings) == ([("option", ["conf"])] if counts else [("conf", [])])


def test_the_master_in_code_comes_too_late_for_named_options() -> None:
    option = Setting(KEY, "option", Layer.OPTION, name="--executor-memory")
    local = Launch(default_master="local[*]")
    assert resolved(option, Setting("spark.master", "yarn", Layer.CODE), launch=local) == []
    assert resolved(option, Setting("spark.master", "yarn", Layer.FILE)) == [("option", [])]


def test_java_options_of_the_driver_set_system_properties() -> None:
    options = Setting("spark.driver.extraJavaOptions", f"-Xss1m -D{KEY}='a b' -Dother=1", Layer.FILE)
    assert resolved(options) == [("a b", [])]
    assert resolved(options, Setting(KEY, "file", Layer.FILE)) == [("file", ["a b"])]
    late = Setting("spark.driver.extraJavaOptions", f"-D{KEY}=late", Layer.CODE)
    assert resolved(late) == []
    assert resolved(options, late) == [("a b", [])]


def test_words_of_java_options() -> None:
    assert java_properties("-Dspark.a=1 -Dspark.b='x y' -Dfoo=2 -Dspark.c -Dspark.d=k=v") == [
        ("spark.a", "1"), ("spark.b", "x y"), ("spark.d", "k=v"),
    ]  # fmt: skip
    assert java_properties("-Dspark.a=it's") == [("spark.a", "it's")]


def test_variables_that_another_program_reads() -> None:
    history = Setting(KEY, "h", Layer.JAVA, name="SPARK_HISTORY_OPTS")
    assert reasons(effective([history], Launch())) == {"h": "spark-submit does not read SPARK_HISTORY_OPTS"}
    assert resolved(history, launch=Launch(Program.DAEMON)) == [("h", [])]
    assert resolved(Setting(KEY, "t", Layer.JAVA, name="JAVA_TOOL_OPTIONS")) == [("t", [])]


def test_what_a_class_does_not_read() -> None:
    found = effective([Setting(KEY, "d", Layer.DEFAULTS), Setting(KEY, "c", Layer.CODE)], Launch(Program.CLASS))
    assert found.properties[0].setting.value == "c"
    assert reasons(found) == {"d": "a class that spark-class starts does not read this"}


def test_settings_of_the_driver_s_jvm_in_code() -> None:
    found = effective([Setting("spark.driver.memory", "2g", Layer.CODE)], Launch())
    assert found.properties[0].note.startswith("no effect on the driver")
    assert not effective([Setting("spark.driver.memory", "2g", Layer.CONF)], Launch()).properties[0].note


def guarded(value: str, branch: int, index: int, path: str = "t.yaml", layer: Layer = Layer.DEFAULTS) -> Setting:
    conditions = ("if .Values.a", "else")
    arm = Arm(branch, index, conditions[index], conditions[: index + 1])
    return Setting(KEY, value, layer, Place(path, Span(0, 1)), guard=(arm,))


def test_arms_of_a_template() -> None:
    plain = Setting(KEY, "plain", Layer.DEFAULTS, Place("t.yaml", Span(0, 1)))
    assert resolved(guarded("a", 5, 0), guarded("b", 5, 1)) == [("b", []), ("a", [])]
    assert resolved(plain, guarded("a", 5, 0)) == [("a", ["plain"]), ("plain", [])]
    assert resolved(guarded("a", 5, 0), plain) == [("plain", ["a"])]
    # Arms of two files say nothing of each other.
    other = guarded("other", 5, 1, "u.yaml", Layer.CONF)
    assert resolved(guarded("a", 5, 0), other) == [("other", ["a"]), ("a", [])]
