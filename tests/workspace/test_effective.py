"""What Spark ends up with in pods, resources and programs."""

from __future__ import annotations

import pytest

from sparkfix.engine.effective import Shown, shown_workloads
from sparkfix.spark.precedence import Layer
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

CONF = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  spark-defaults.conf: |
    spark.a=defaults
    spark.b=defaults
  own.conf: |
    spark.a=own
"""


def pod(command: str, env: str = "", image: str = "apache/spark:3.5.8") -> str:
    return f"""\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: server}}
spec:
  template:
    spec:
      containers:
        - name: main
          image: {image}
          command: {command}
          env: [{env}]
          volumeMounts: [{{name: conf, mountPath: /conf}}]
      volumes: [{{name: conf, configMap: {{name: conf}}}}]
"""


def shown(**files: str) -> list[Shown]:
    contents = {name.replace("__", "."): text.encode() for name, text in files.items()}
    workspace = Workspace(MemoryStore(contents), tuple(contents))
    return list(shown_workloads(workspace, None, []))


def only(name: str, **files: str) -> Shown:
    [found] = [item for item in shown(**files) if item.name == name]
    return found


def chain(item: Shown, key: str) -> list[tuple[str, Layer, str]]:
    """What counts for a key and all that it overrode: value, layer and name of each."""
    one = item.effective.get(key)
    settings = (one.setting, *one.overrides) if one is not None else ()
    return [(setting.value, setting.layer, setting.name) for setting in settings]


def unread(item: Shown) -> dict[str, str]:
    return {one.setting.key: one.reason for one in item.effective.unread}


def test_a_command_over_a_file_over_a_variable() -> None:
    command = (
        '[spark-submit, --master, "k8s://h", --executor-memory, 3g, --conf, spark.a=conf, app.jar, --conf, spark.z=1]'
    )
    env = "{name: SPARK_EXECUTOR_MEMORY, value: 1g}, {name: SPARK_DRIVER_MEMORY, value: 2g}"
    item = only("server", a__yaml=CONF.replace("  own.conf: |\n    spark.a=own\n", "") + pod(command, env))
    assert chain(item, "spark.a") == [("conf", Layer.CONF, ""), ("defaults", Layer.DEFAULTS, "")]
    assert chain(item, "spark.b") == [("defaults", Layer.DEFAULTS, "")]
    assert chain(item, "spark.executor.memory") == [
        ("3g", Layer.OPTION, "--executor-memory"), ("1g", Layer.ENVIRONMENT, "SPARK_EXECUTOR_MEMORY"),
    ]  # fmt: skip
    assert chain(item, "spark.driver.memory") == [("2g", Layer.ENVIRONMENT, "SPARK_DRIVER_MEMORY")]
    assert chain(item, "spark.z") == []


def test_each_setting_of_a_command_is_told_once() -> None:
    item = only("server", a__yaml=pod("[spark-submit, --conf, spark.a=1, --conf, spark.a=2, app.jar]"))
    assert chain(item, "spark.a") == [("2", Layer.CONF, ""), ("1", Layer.CONF, "")]


def test_a_named_file_instead_of_the_defaults() -> None:
    command = "[spark-submit, --properties-file, /conf/own.conf, app.jar]"
    item = only("server", a__yaml=CONF + pod(command))
    assert chain(item, "spark.a") == [("own", Layer.FILE, "")]
    assert chain(item, "spark.b") == []


def test_a_named_file_and_the_defaults_of_4() -> None:
    command = "[spark-submit, --load-spark-defaults, --properties-file, /conf/own.conf, app.jar]"
    item = only("server", a__yaml=CONF + pod(command, image="apache/spark:4.0.1"))
    assert chain(item, "spark.a") == [("own", Layer.FILE, ""), ("defaults", Layer.DEFAULTS, "")]
    assert chain(item, "spark.b") == [("defaults", Layer.DEFAULTS, "")]
    old = only("server", a__yaml=CONF + pod(command))
    assert unread(old)["spark.b"] == "Spark before 4.0 does not know --load-spark-defaults"


def test_one_of_several_files() -> None:
    command = '[sh, -c, "spark-submit --properties-file /conf/$M app.jar"]'
    item = only("server", a__yaml=CONF.replace("spark-defaults.conf", "other.conf") + pod(command))
    one = item.effective.get("spark.a")
    assert one is not None
    assert one.note == "it is not known which of several properties files is read"


def test_fields_of_a_resource() -> None:
    text = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  imagePullPolicy: Always
  sparkConf:
    spark.driver.memory: 2g
    spark.kubernetes.container.image.pullPolicy: Never
  driver: {memory: 1g}
  dynamicAllocation: {enabled: false, maxExecutors: 5}
"""
    item = only("pi", a__yaml=text)
    assert chain(item, "spark.driver.memory") == [("1g", Layer.FIELD, "spec.driver.memory"), ("2g", Layer.MAP, "")]
    assert chain(item, "spark.kubernetes.container.image.pullPolicy") == [
        ("Never", Layer.MAP, ""), ("Always", Layer.FIELD_IF_MISSING, "spec.imagePullPolicy"),
    ]  # fmt: skip
    assert "only if it is enabled" in unread(item)["spark.dynamicAllocation.maxExecutors"]


def test_a_history_server_takes_system_properties_before_its_file() -> None:
    item = only("server", a__yaml=CONF + pod("[/opt/spark/sbin/start-history-server.sh]"))
    assert chain(item, "spark.b") == [("defaults", Layer.DEFAULTS, "")]


def test_a_class_that_spark_class_starts_reads_no_file() -> None:
    item = only("server", a__yaml=CONF + pod("[spark-class, org.example.Main]"))
    assert unread(item)["spark.a"] == "a class that spark-class starts does not read this"


def test_a_program() -> None:
    code = (
        'conf = SparkConf().set("spark.a", "1").set("spark.a", "2")\n'
        'conf.setIfMissing("spark.a", "3")\n'
        'conf.setIfMissing("spark.b", "4")\n'
        'spark = SparkSession.builder.config(conf=conf).config("spark.driver.memory", "4g").getOrCreate()\n'
    )
    item = only("job.py", job__py=code)
    assert [value for value, _, _ in chain(item, "spark.a")] == ["2", "1", "3"]
    assert chain(item, "spark.b") == [("4", Layer.IF_MISSING, "")]
    memory = item.effective.get("spark.driver.memory")
    assert memory is not None
    assert memory.note.startswith("no effect on the driver")


@pytest.mark.parametrize(
    "calls",
    [
        '.setIfMissing("spark.b", "weak").set("spark.c", "strong")',
        '.set("spark.c", "strong").setIfMissing("spark.b", "weak")',
        '.setIfMissing(value="weak", key="spark.b").set(KEY, "strong")',
        '.set(KEY, "strong").setIfMissing(\n    "spark.b", "weak"\n)',
    ],
)
def test_calls_of_one_chain_count_each_for_itself(calls: str) -> None:
    start = 'KEY = "spark.c"\nconf = SparkConf()'
    for code in (f"{start}{calls}\n", f"{start}\nconf{calls}\n"):
        item = only("job.py", job__py=code)
        assert chain(item, "spark.b") == [("weak", Layer.IF_MISSING, "")]
        assert chain(item, "spark.c") == [("strong", Layer.CODE, "")]
    master = only("job.py", job__py='conf = SparkConf().setIfMissing("spark.b", "weak").setMaster("local")\n')
    assert chain(master, "spark.master") == [("local", Layer.CODE, "")]


def test_calls_of_one_chain_in_scala() -> None:
    code = 'object A {\n  val conf = new SparkConf().setIfMissing("spark.b", "weak").set("spark.c", "strong")\n}\n'
    item = only("A.scala", A__scala=code)
    assert chain(item, "spark.b") == [("weak", Layer.IF_MISSING, "")]
    assert chain(item, "spark.c") == [("strong", Layer.CODE, "")]


def test_variables_that_the_container_declares() -> None:
    env = "{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: NAME, value: x}"
    command = "[spark-submit, --conf, 'spark.driver.host=${env:POD_IP}', --conf, 'spark.a=${env:NAME}', app.jar]"
    item = only("server", a__yaml=pod(command, env))
    assert item.environment == {"POD_IP": "status.podIP", "NAME": "x"}


def test_each_command_of_a_script_is_a_launch() -> None:
    script = (
        "spark-submit --master yarn --driver-memory 2g --conf spark.driver.memory=3g --conf spark.a=1 a.py\n"
        "spark-submit --conf spark.driver.memory=3g --driver-memory 2g --executor-memory 1g b.py\n"
    )
    first, second = shown(run__sh=script)
    assert chain(first, "spark.driver.memory") == [("3g", Layer.CONF, ""), ("2g", Layer.CONF, "--driver-memory")]
    assert chain(first, "spark.master") == [("yarn", Layer.OPTION, "--master")]
    assert chain(second, "spark.driver.memory") == [("2g", Layer.CONF, "--driver-memory"), ("3g", Layer.CONF, "")]
    # The master may well be set elsewhere.
    assert chain(second, "spark.executor.memory") == [("1g", Layer.OPTION, "--executor-memory")]
    assert chain(second, "spark.a") == []


TWO = """\
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  containers:
    - name: first
      image: apache/spark:3.5.3
      command: [spark-submit, --conf, spark.executor.cores=2, x.py]
    - name: second
      image: apache/spark:3.5.3
      command:
        - sh
        - -c
        - |
          OPTIONS="--conf spark.executor.cores=5"
          spark-submit $OPTIONS --conf spark.executor.cores=3 x.py --conf spark.executor.cores=9
"""


def test_each_container_has_its_own_settings() -> None:
    found = {item.container: chain(item, "spark.executor.cores") for item in shown(a__yaml=TWO)}
    assert found == {
        "first": [("2", Layer.CONF, "")],
        "second": [("3", Layer.CONF, ""), ("5", Layer.CONF, "")],
    }


def test_options_behind_a_variable_of_the_shell() -> None:
    alone = TWO.replace("    - name: first\n      image: apache/spark:3.5.3\n", "").replace(
        "      command: [spark-submit, --conf, spark.executor.cores=2, x.py]\n", ""
    )
    assert chain(only("two", a__yaml=alone), "spark.executor.cores") == [
        ("3", Layer.CONF, ""), ("5", Layer.CONF, ""),
    ]  # fmt: skip
    array = alone.replace('"--conf spark.executor.cores=5"', "(--conf spark.z=1)").replace(
        "$OPTIONS", '"${OPTIONS[@]}"'
    )
    item = only("two", a__yaml=array)
    assert chain(item, "spark.executor.cores") == [("3", Layer.CONF, "")]
    assert chain(item, "spark.z") == [("1", Layer.CONF, "")]


@pytest.mark.parametrize(
    "script",
    [
        r'''"spark-submit --conf \"spark.a=3\" --conf \"spark.b=x y\" --driver-memory \"2g\" x.py"''',
        r'''"set -e\nspark-submit --conf spark.a=3 \\\n --conf 'spark.b=x y' --driver-memory 2g x.py\n"''',
        """'spark-submit --conf ''spark.a=3'' --conf ''spark.b=x y'' --driver-memory 2g x.py'""",
    ],
)
def test_escapes_of_a_quoted_script_are_no_part_of_its_words(script: str) -> None:
    item = only("server", a__yaml=pod(f"[sh, -c, {script}]"))
    assert unread(item) == {}
    assert chain(item, "spark.a") == [("3", Layer.CONF, "")]
    assert chain(item, "spark.b") == [("x y", Layer.CONF, "")]
    assert chain(item, "spark.driver.memory") == [("2g", Layer.CONF, "--driver-memory")]


@pytest.mark.parametrize(
    "script",
    [
        "spark-submit --master yarn `# the master` \\\n  --conf spark.a=1 x.py\n",
        "spark-submit \\\n  `# it's the master` \\\n  --master yarn \\\n  --conf spark.a=1 x.py\n",
        "spark-submit --master yarn `# the master` --conf spark.a=1 `# and more` x.py\n",
    ],
)
def test_comments_in_backquotes_are_nothing_to_a_command(script: str) -> None:
    indented = script.replace("\n", "\n              ")
    manifest = pod("\n            - sh\n            - -c\n            - |\n              " + indented.rstrip(" "))
    for files in ({"run__sh": script}, {"run__sh": script.replace("\n", "\r\n")}, {"a__yaml": manifest}):
        [item] = shown(**files)
        assert chain(item, "spark.master") == [("yarn", Layer.OPTION, "--master")]
        assert chain(item, "spark.a") == [("1", Layer.CONF, "")]


def test_java_options_in_variables() -> None:
    options = "{name: SPARK_HISTORY_OPTS, value: '-Dspark.a=java'}, {name: SPARK_SUBMIT_OPTS, value: '-Dspark.b=java'}"
    history = only("server", a__yaml=CONF + pod("[/opt/spark/sbin/start-history-server.sh]", options))
    assert chain(history, "spark.a")[0] == ("java", Layer.JAVA, "SPARK_HISTORY_OPTS")
    assert chain(history, "spark.b") == [("defaults", Layer.DEFAULTS, "")]
    assert unread(history)["spark.b"] == "a daemon does not read SPARK_SUBMIT_OPTS"
    connect = only("server", a__yaml=CONF + pod("[/opt/spark/sbin/start-connect-server.sh]", options))
    assert chain(connect, "spark.b") == [("defaults", Layer.DEFAULTS, ""), ("java", Layer.JAVA, "SPARK_SUBMIT_OPTS")]
    assert unread(connect)["spark.a"] == "spark-submit does not read SPARK_HISTORY_OPTS"
