"""`sparkfix show --command` against `spark-submit` itself, Spark 3.5 and 4.0 (run by `make test-spark`).

Each case is launched twice: by spark-submit, whose application prints its `SparkConf`, and by `show`. What a launch without
any setting reports is Spark's own; everything else must be the same on both sides. Masters of clusters are only named: the
configuration is complete before one is asked.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CACHE = os.environ.get("SPARKFIX_SPARK", "")
VERSIONS = tuple(os.environ.get("SPARKFIX_SPARK_VERSIONS", "3.5 4.0").split())
JOB = """\
import json
from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession
SparkContext._ensure_initialized()
conf = SparkConf()
{code}
print("CONF " + json.dumps(dict(conf.getAll())))
"""
SESSION = """\
builder = SparkSession.builder.config("spark.ui.enabled", "false")
spark = builder.config("spark.a", "builder").config("spark.driver.memory", "2g").getOrCreate()
conf = spark.sparkContext.getConf()
"""
DEFAULTS = "spark.a defaults\nspark.b defaults\nspark.executor.memory 1g\nspark.driver.memory 700m\n"
OWN = "spark.a=own\nspark.c: own\\\n   .more\nspark.d = x \\u00e4 \\\\ y  \nspark.a=last\nfs.s3a.x=1\n"
# A JVM that lives for seconds is not worth a second compiler.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
JAVA_OPTIONS = ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions")

pytestmark = pytest.mark.skipif(not CACHE, reason="no PySpark is named by SPARKFIX_SPARK: make test-spark")


@dataclass(frozen=True)
class Case:
    """A launch: options, environment, files beside it, and the application's own code."""

    options: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    files: Mapping[str, str] = field(default_factory=lambda: {"own.conf": OWN})
    defaults: str = DEFAULTS
    refused_by: tuple[str, ...] = ()
    behind: str = ""

    @property
    def command(self) -> str:
        return f"spark-submit {self.options} job.py {self.behind}"


ALL_FLAGS = (
    "--executor-memory 3g --executor-cores 2 --num-executors 4 --total-executor-cores 8 --driver-cores 2 --name flag"
    " --queue q --conf spark.executor.memory=2g --conf spark.executor.instances=9"
)
CASES = {
    "defaults": Case(),
    "no-defaults": Case("--conf spark.a=1", defaults=""),
    "named-file": Case("--properties-file own.conf"),
    "both-files": Case("--load-spark-defaults --properties-file own.conf", refused_by=("3.5",)),
    "conf": Case("--conf spark.a=1 --conf=spark.b=2 -c spark.a='3 x' --conf spark.e=k=v --conf not.spark=1"),
    "flags-over-conf": Case("--master 'local[2]' --name flag --conf spark.master=local --conf spark.app.name=conf"),
    "driver-memory-first": Case("--driver-memory 600m --conf spark.driver.memory=650m"),
    "driver-memory-last": Case("--conf spark.driver.memory=650m --driver-memory 600m"),
    "class-path": Case("--driver-class-path /x --conf spark.driver.extraClassPath=/y --driver-library-path /l"),
    "flags-local": Case(f"{ALL_FLAGS} --properties-file own.conf"),
    "flags-standalone": Case(f"--master spark://localhost:7077 {ALL_FLAGS}"),
    "flags-kubernetes": Case(f"--master k8s://https://localhost:1 {ALL_FLAGS}"),
    "flags-yarn": Case(f"--master yarn {ALL_FLAGS}", {"HADOOP_CONF_DIR": "."}),
    "variables": Case(
        "--conf spark.executor.memory=2g", {"SPARK_DRIVER_MEMORY": "900m", "MASTER": "spark://localhost:7077",
        "SPARK_EXECUTOR_CORES": "3", "SPARK_EXECUTOR_MEMORY": "5g", "DEPLOY_MODE": "client"}, defaults="",
    ),
    "variables-local": Case("", {"SPARK_EXECUTOR_CORES": "3", "SPARK_DRIVER_MEMORY": "900m"}),
    "system-properties": Case(
        "--driver-java-options '-Dspark.j=opts -Dspark.a=opts' --conf spark.b=conf",
        {"SPARK_SUBMIT_OPTS": "-Dspark.s=env -Dspark.b=env -Dspark.executor.memory=9g", "JAVA_TOOL_OPTIONS": "-Dspark.t=tool"},
    ),
    "code": Case(
        "--conf spark.a=conf --properties-file own.conf",
        code=(
            'conf.set("spark.a", "code").set("spark.x", "1").set("spark.x", "2")\n'
            'conf.setIfMissing("spark.c", "missing")\nconf.setIfMissing("spark.y", "missing")\n'
            'conf.setAll([("spark.z", "all")])\n'
        ),
    ),
    "arguments-of-the-application": Case("--conf spark.a=1", behind="--conf spark.a=2 --driver-memory 3g"),
    "session": Case(
        "--conf spark.a=conf --driver-memory 600m --conf spark.e=conf", {"SPARK_SUBMIT_OPTS": "-Dspark.s=env"}, SESSION
    ),
    "everything": Case(
        "--properties-file own.conf --conf spark.a=conf --executor-memory 3g --driver-memory 600m --name n",
        {"SPARK_SUBMIT_OPTS": "-Dspark.d=env -Dspark.s=env", "SPARK_DRIVER_MEMORY": "900m"},
        'conf.set("spark.executor.memory", "7g").set("spark.e", "code")\n',
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Launched:
    """What a launch reports of its configuration, or its messages if it ends with an error."""

    conf: dict[str, str] | None
    messages: str


def environment_of(case: Case, home: Path) -> dict[str, str]:
    """An environment with nothing of the caller's configuration of Spark or Java options."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "JAVA_HOME", "TMPDIR") if name in os.environ}
    found = {**kept, "SPARK_HOME": str(home), "SPARK_CONF_DIR": "conf", **case.environment}
    return {**found, "SPARK_LOCAL_IP": "127.0.0.1"}


def home_of(version: str) -> Path:
    [found] = Path(CACHE, version).absolute().glob("lib/python*/site-packages/pyspark")
    return found


def laid_out(case: Case, folder: Path) -> Path:
    (folder / "conf").mkdir(parents=True)
    if case.defaults:
        (folder / "conf/spark-defaults.conf").write_text(case.defaults)
    for name, text in {**case.files, "job.py": JOB.format(code=case.code)}.items():
        (folder / name).write_text(text)
    return folder


def submitted(case: Case, version: str, folder: Path) -> Launched:
    """What spark-submit makes of a case."""
    python = str(Path(CACHE, version, "bin", "python").absolute())
    environment = {**environment_of(case, home_of(version)), "PYSPARK_PYTHON": python}
    environment["JAVA_TOOL_OPTIONS"] = f"{QUICK} {environment.get('JAVA_TOOL_OPTIONS', '')}"
    words = [str(home_of(version) / "bin/spark-submit"), *shlex.split(case.command)[1:]]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("CONF ")]
    return Launched(json.loads(lines[0][5:]) if lines else None, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def launched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], tuple[Path, Launched]]:
    """All launches that tests ask for, two at a time, and for each version one that sets nothing."""
    asked = {item.callspec.params["name"] for item in request.session.items if hasattr(item, "callspec")}
    root = tmp_path_factory.mktemp("launches")
    started = time.monotonic()
    everything = {
        **{name: case for name, case in CASES.items() if name in asked},
        "nothing": Case(defaults="", files={}),
    }
    jobs = [
        (name, version, laid_out(case, root / version / name))
        for version in VERSIONS
        for name, case in everything.items()
    ]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda job: submitted(everything[job[0]], job[1], job[2]), jobs))
    print(f"{len(jobs)} launches in {time.monotonic() - started:.0f} s")
    return {(name, version): (folder, one) for (name, version, folder), one in zip(jobs, found, strict=True)}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", CASES)
def test_show_says_what_spark_submit_reports(
    name: str, version: str, launched: dict[tuple[str, str], tuple[Path, Launched]]
) -> None:
    case, (folder, spark) = CASES[name], launched[name, version]
    words = ["show", "--command", case.command, "--output-format", "json", "--spark-version", version]
    ran = subprocess.run(
        [sys.executable, "-m", "sparkfix", *words], cwd=folder, env=environment_of(case, home_of(version)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if version in case.refused_by:
        assert spark.conf is None, "Spark takes it"
        assert (ran.returncode, ran.stdout) == (2, "")
        return
    assert spark.conf is not None, spark.messages
    assert (ran.returncode, ran.stderr) == (0, "")
    own = launched["nothing", version][1].conf
    assert own is not None
    [item] = json.loads(ran.stdout)
    shown = {one["key"]: one["value"] for one in item["properties"]}
    reported = {key: value for key, value in spark.conf.items() if key in shown or key not in _spark_s_own(own, case)}
    for key in JAVA_OPTIONS:
        # A session puts options of Spark's own before those that are given.
        if key in shown and key in reported and reported[key].endswith(" " + shown[key]):
            reported[key] = shown[key]
    assert shown == reported


def _spark_s_own(own: Mapping[str, str], case: Case) -> set[str]:
    """The keys that Spark sets by itself, in a session some more."""
    more = {
        "spark.app.id", "spark.app.startTime", "spark.driver.host", "spark.driver.port", "spark.executor.id",
        "spark.rdd.compress", "spark.serializer.objectStreamReset", "spark.sql.artifact.isolation.enabled",
        "spark.hadoop.fs.s3a.vectored.read.min.seek.size", "spark.hadoop.fs.s3a.vectored.read.max.merged.size",
        "spark.sql.warehouse.dir", *JAVA_OPTIONS,
    }  # fmt: skip
    return {*own, "spark.yarn.isPython", *(more if case.code == SESSION else ())}
