# ruff: noqa: E501
"""Commands in shell scripts: what they set, how it is edited, and what bash makes of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

import pytest
from command_files import after, found, opened, settings_of
from hypothesis import given, settings
from hypothesis import strategies as st

from sparkfix.engine.verify import verify
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Refused, Remove, RenameKey, SetValue
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

JOB = """\
#!/bin/bash
MEMORY=4g
spark-submit \\
  --master k8s://x --name "my job" \\
  --conf spark.a=1 \\
  --conf "spark.b=b c" \\
  --conf spark.executor.memory=$MEMORY \\
  --conf spark.d='x' --conf=spark.e="$E" \\
  --driver-memory 2g \\
  job.py --conf spark.no=1 # --conf spark.f=1
echo "spark-submit --conf spark.g=1"
"""


def refused(change: Change) -> str:
    """Why a change is refused."""
    with pytest.raises(Refused) as caught:
        render(change)
    return str(caught.value)


def words(command: str) -> list[str]:
    """The words that bash makes of a command's arguments."""
    result = subprocess.run(
        ["bash", "-c", f"shopt -u expand_aliases; job() {{ printf '%s\\0' \"$@\"; }}; {command}"],
        capture_output=True, check=True, env={"E": "from env", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return result.stdout.decode().split("\0")[:-1]


def test_what_a_command_sets() -> None:
    document = opened(JOB)
    assert settings_of(document) == {
        "arguments": {
            "spark.a": "1", "spark.b": "b c", "spark.executor.memory": "4g", "spark.d": "x", "spark.e": "$E",
        },
        "flags": {"spark.master": "k8s://x", "spark.app.name": "my job", "spark.driver.memory": "2g"},
    }  # fmt: skip
    assert {block.where for block in document.blocks} == {"the command `spark-submit`"}
    assert refused(SetValue(found(document, "spark.e"), "1")).endswith("the shell computes it from the variable `E`")
    assert found(document, "spark.e").templated
    assert not found(document, "spark.executor.memory").templated


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.a", lambda one: SetValue(one, "2"), "spark.a=1", "spark.a=2"),
        ("spark.a", lambda one: SetValue(one, "a b"), "spark.a=1", 'spark.a="a b"'),
        ("spark.a", lambda one: SetValue(one, "$X"), "spark.a=1", "spark.a='$X'"),
        ("spark.a", lambda one: SetValue(one, "it's $X"), "spark.a=1", 'spark.a="it\'s \\$X"'),
        ("spark.a", lambda one: SetValue(one, ""), "spark.a=1", 'spark.a=""'),
        ("spark.b", lambda one: SetValue(one, 'x"`$'), "spark.b=b c", 'spark.b=x\\"\\`\\$'),
        ("spark.d", lambda one: SetValue(one, "it's"), "spark.d='x'", "spark.d='it'\\''s'"),
        ("spark.executor.memory", lambda one: SetValue(one, "8g"), "MEMORY=4g", "MEMORY=8g"),
        ("spark.driver.memory", lambda one: SetValue(one, "8g"), "--driver-memory 2g", "--driver-memory 8g"),
        ("spark.app.name", lambda one: SetValue(one, "x $y"), '"my job"', '"x \\$y"'),
        ("spark.b", lambda one: RenameKey(one, "spark.c"), "spark.b=", "spark.c="),
        ("spark.driver.memory", lambda one: RenameKey(one, "spark.executor.memory"), "--driver-memory", "--executor-memory"),
        ("spark.a", Remove, "  --conf spark.a=1 \\\n", ""),
        ("spark.d", Remove, " --conf=spark.e", " --conf=spark.e"),
        ("spark.e", Remove, ' --conf=spark.e="$E"', ""),
        ("spark.e", lambda one: RenameKey(one, "spark.z"), "spark.e=", "spark.z="),
        ("spark.e", lambda one: Add(one, "spark.z", "1"), '"$E" \\\n', '"$E" \\\n  --conf=spark.z="1" \\\n'),
        ("spark.driver.memory", Remove, "  --driver-memory 2g \\\n", ""),
        ("spark.master", Remove, "--master k8s://x ", ""),
        ("spark.app.name", Remove, ' --name "my job"', ""),
        ("spark.a", lambda one: Add(one, "spark.z", "1"), "spark.a=1 \\\n", "spark.a=1 \\\n  --conf spark.z=1 \\\n"),
        ("spark.a", lambda one: Add(one, "spark.z", "1", before=True), "  --conf spark.a", "  --conf spark.z=1 \\\n  --conf spark.a"),
        ("spark.b", lambda one: Add(one, "spark.z", "1"), '"spark.b=b c" \\\n', '"spark.b=b c" \\\n  --conf "spark.z=1" \\\n'),
        ("spark.d", lambda one: Add(one, "spark.z", "1"), "spark.d='x'", "spark.d='x' --conf spark.z='1'"),
        ("spark.driver.memory", lambda one: Add(one, "spark.executor.cores", "3"), "2g \\\n", "2g \\\n  --executor-cores 3 \\\n"),
    ],
)  # fmt: skip
def test_each_change(key: str, change: object, old: str, new: str) -> None:
    item = found(opened(JOB), key)
    wanted = JOB.replace(old, new)
    if key == "spark.d" and change is Remove:
        wanted = JOB.replace("--conf spark.d='x' ", "")
    assert after(JOB, change(item)) == wanted  # type: ignore[operator]


@pytest.mark.parametrize(
    ("key", "change", "reason"),
    [
        ("spark.a", CommentOut, "in a command nothing can be commented out"),
        ("spark.driver.memory", CommentOut, "in a command nothing can be commented out"),
        ("spark.driver.memory", lambda one: RenameKey(one, "spark.z"), "has no option of its own for `spark.z`"),
        ("spark.driver.memory", lambda one: Add(one, "spark.z", "1"), "has no option of its own for `spark.z`"),
        ("spark.a", lambda one: RenameKey(one, "spark.$z"), "the key needs quotes"),
        ("spark.a", lambda one: SetValue(one, "a\rb"), "cannot hold this character"),
    ],
)
def test_what_a_command_cannot_take(key: str, change: object, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        render(change(found(opened(JOB), key)))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "key", "change", "wanted"),
    [
        ("spark-submit --conf spark.a=1 --conf spark.b=2 x.py\n", "spark.a", Remove, "spark-submit --conf spark.b=2 x.py\n"),
        ("spark-submit --conf spark.a=1", "spark.a", Remove, "spark-submit"),
        ("spark-submit x \\\n --conf spark.a=1", "spark.a", None, ""),
        ("spark-shell \\\n  --conf spark.a=1 \\\n  --conf spark.b=2\n", "spark.b", Remove, "spark-shell \\\n  --conf spark.a=1\n"),
        ("spark-shell \\\n  --conf spark.a=1\n", "spark.a", lambda one: Add(one, "spark.b", "2"), "spark-shell \\\n  --conf spark.a=1 \\\n  --conf spark.b=2\n"),
        ("spark-shell --conf spark.a=1 \\\n  --conf spark.b=2\n", "spark.a", lambda one: Add(one, "spark.c", "3"), "spark-shell --conf spark.a=1 \\\n  --conf spark.c=3 \\\n  --conf spark.b=2\n"),
        ("spark-shell --conf spark.a=1 \\\n  --conf spark.b=2\n", "spark.a", Remove, "spark-shell \\\n  --conf spark.b=2\n"),
        ("spark-shell --conf spark.a=1 >log --conf spark.b=2\n", "spark.b", Remove, "spark-shell --conf spark.a=1 >log\n"),
        ("ARGS=(\n  --conf spark.a=1\n  --conf spark.b=2 # why\n)\n", "spark.a", Remove, "ARGS=(\n  --conf spark.b=2 # why\n)\n"),
        ("ARGS=(\n  --conf spark.a=1\n)\n", "spark.a", lambda one: Add(one, "spark.b", "2"), "ARGS=(\n  --conf spark.a=1\n  --conf spark.b=2\n)\n"),
        ('ARGS+=(--conf "spark.a=1")\n', "spark.a", lambda one: Add(one, "spark.b", "2"), 'ARGS+=(--conf "spark.a=1" --conf "spark.b=2")\n'),
        ("f() {\n  spark-submit --conf spark.a=1 \"$@\"\n}\n", "spark.a", lambda one: SetValue(one, "2"), "f() {\n  spark-submit --conf spark.a=2 \"$@\"\n}\n"),
        ('export OPTS="--conf spark.a=1 $X"\n', "spark.a", lambda one: SetValue(one, "2"), 'export OPTS="--conf spark.a=2 $X"\n'),
        ('OPTS="--conf spark.a=1"\n', "spark.a", Remove, 'OPTS=""\n'),
        ('OPTS="--conf spark.a=1"\n', "spark.a", lambda one: Add(one, "spark.b", "2"), 'OPTS="--conf spark.a=1 --conf spark.b=2"\n'),
        ("SPARK_HISTORY_OPTS=-Dspark.a=1\n", "spark.a", lambda one: Add(one, "spark.b", "2"), 'SPARK_HISTORY_OPTS=-Dspark.a=1" -Dspark.b=2"\n'),
        ("SPARK_HISTORY_OPTS='-Dspark.a=1 -Xmx1g'\n", "spark.a", lambda one: SetValue(one, "x y"), "SPARK_HISTORY_OPTS='-Dspark.a=\"x y\" -Xmx1g'\n"),
        ("SPARK_HISTORY_OPTS='-Dspark.a=1 -Xmx1g'\n", "spark.a", Remove, "SPARK_HISTORY_OPTS='-Xmx1g'\n"),
        ("spark-submit \\\r\n  --conf spark.a=1 \\\r\n  x.py\r\n", "spark.a", Remove, "spark-submit \\\r\n  x.py\r\n"),
        ("# äöü\nspark-submit --conf spark.a=ä x.py", "spark.a", lambda one: SetValue(one, "ß"), "# äöü\nspark-submit --conf spark.a=\"ß\" x.py"),
        ("bash -c \"spark-submit --conf spark.a=\\\"x\\\" y.py\"\n", "spark.a", lambda one: SetValue(one, "a $b"), "bash -c \"spark-submit --conf spark.a=\\\"a \\\\\\$b\\\" y.py\"\n"),
        ("X=$(spark-submit --conf spark.a=1 x.py)\n", "spark.a", lambda one: SetValue(one, "2"), "X=$(spark-submit --conf spark.a=2 x.py)\n"),
        ('O="\n --conf spark.a=1 \\\n --conf spark.b=2\n"\n', "spark.b", lambda one: Add(one, "spark.c", "3"), 'O="\n --conf spark.a=1 \\\n --conf spark.b=2 \\\n --conf spark.c=3\n"\n'),
        ('O="\n --conf spark.a=1\n --conf spark.b=2\n"\n', "spark.b", lambda one: Add(one, "spark.c", "3"), 'O="\n --conf spark.a=1\n --conf spark.b=2\n --conf spark.c=3\n"\n'),
        ('O="--conf spark.a=1 \\\n --conf spark.b=2"\n', "spark.b", lambda one: Add(one, "spark.c", "3"), 'O="--conf spark.a=1 \\\n --conf spark.b=2 \\\n --conf spark.c=3"\n'),
        ('O="--conf spark.a=1 \\\n --conf spark.b=2"\n', "spark.b", Remove, 'O="--conf spark.a=1"\n'),
        ('O="--conf spark.a=1 \\\r\n --conf spark.b=2"\r\n', "spark.b", lambda one: SetValue(one, "3"), 'O="--conf spark.a=1 \\\r\n --conf spark.b=3"\r\n'),
        ('O="$O \\\n -Dspark.a=$X \\\n -Dspark.b=2";\n', "spark.b", lambda one: Add(one, "spark.c", "3"), 'O="$O \\\n -Dspark.a=$X \\\n -Dspark.b=2 \\\n -Dspark.c=3";\n'),
        ("X=$(spark-submit --conf spark.a=1 x.py)\n", "spark.a", Remove, "X=$(spark-submit x.py)\n"),
    ],
)  # fmt: skip
def test_places_of_a_script(text: str, key: str, change: object, wanted: str) -> None:
    document = opened(text)
    if change is None:
        assert not document.blocks
        return
    assert after(text, change(found(document, key))) == wanted  # type: ignore[operator]


@pytest.mark.parametrize(
    "text",
    [
        'echo "spark-submit --conf spark.a=1"\n', "# spark-submit --conf spark.a=1\n", "spark-submit x.jar --conf spark.a=1\n",
        "spark-submit --class X y.jar --name z --master a\n", "docker run --name x --master y z\n", "grep spark.a=1 file\n",
        "beeline --hiveconf spark.a=1\n", "pip install pyspark --files x\n", "cat <<E\nuse --conf spark.a=1\nE\n",
        "spark-submit --driver-java-options -Dspark.a=1\n",
    ],
)  # fmt: skip
def test_false_friends(text: str) -> None:
    assert {key for own in settings_of(opened(text)).values() for key in own} <= {"spark.driver.extraJavaOptions"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X=1\nspark-submit --conf spark.a=$X\necho $X\n", "the variable `X`"),
        ("export X=1\nspark-submit --conf spark.a=$X\n", "the variable `X`"),
        ("if a; then X=1; fi\nspark-submit --conf spark.a=$X\n", "the variable `X`"),
        ("X=1\n. other.sh\nspark-submit --conf spark.a=$X\n", "the variable `X`"),
        ("X=1 spark-submit --conf spark.a=$X\n", "the variable `X`"),
        ("X=$(date)\nspark-submit --conf spark.a=$X\n", "the variable `X`"),
        ("spark-submit --conf spark.a=${X:-1}\n", "the variable `X`"),
        ("spark-submit --conf spark.a=`date`\n", "a command's output"),
        ("spark-submit --conf spark.a=$(date)\n", "a command's output"),
        ('spark-submit --conf "spark.a.$X=1"\n', "its key is computed"),
    ],
)
def test_what_the_shell_computes_is_not_set(text: str, reason: str) -> None:
    (block,) = opened(text).blocks
    (item,) = block.properties
    assert reason in refused(SetValue(item, "2"))


def test_a_local_variable_of_a_function() -> None:
    text = 'f() {\n  local x="1"\n  spark-submit --conf spark.a="$x" y.py\n}\n'
    assert after(text, SetValue(found(opened(text), "spark.a"), 'a"')) == text.replace('"1"', '"a\\""')
    assert after(text, Remove(found(opened(text), "spark.a"))) == text.replace(' --conf spark.a="$x"', "")


EMR = """\
aws emr-containers start-job-run --name x \\
  --job-driver '{
    "sparkSubmitJobDriver": {
      "entryPoint": "s3://b/x.py",
      "sparkSubmitParameters": "--conf spark.a=1 --conf spark.b='$N'"
    }
  }' \\
  --configuration-overrides '{"applicationConfiguration": [{"classification": "spark-defaults",
    "properties": {"spark.c": "'"$C"'", "spark.d": "4"}}]}'
"""


def test_json_in_a_command() -> None:
    document = opened(EMR)
    assert settings_of(document) == {
        "arguments": {"spark.a": "1", "spark.b": "$N"}, "JSON map": {"spark.c": "$C", "spark.d": "4"},
    }  # fmt: skip
    assert found(document, "spark.b").locked == "the shell computes it from the variable `N`"
    assert found(document, "spark.c").locked == "the shell computes it from the variable `C`"
    assert after(EMR, SetValue(found(document, "spark.a"), "2")) == EMR.replace("spark.a=1", "spark.a=2")
    assert after(EMR, SetValue(found(document, "spark.d"), "it's")) == EMR.replace('"4"', "\"it'\\''s\"")
    assert after(EMR, Remove(found(document, "spark.d"))) == EMR.replace(', "spark.d": "4"', "")
    assert after(EMR, Remove(found(document, "spark.a"))) == EMR.replace("--conf spark.a=1 ", "")


HERE = """\
cat >/tmp/spark-defaults.conf <<EOF
spark.a=1
spark.b=$B
EOF
kubectl apply -f - <<-'EOF'
\tapiVersion: sparkoperator.k8s.io/v1beta2
\tkind: SparkApplication
\tspec:
\t  sparkConf:
\t    "spark.c": "1"
\tEOF
bash <<EOF
spark-submit --conf spark.d=1 x.py
EOF
"""


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.a", lambda one: SetValue(one, "$x"), "spark.a=1", "spark.a=\\$x"),
        ("spark.a", lambda one: Add(one, "spark.z", "1"), "spark.a=1\n", "spark.a=1\nspark.z=1\n"),
        ("spark.a", CommentOut, "spark.a=1\n", "# spark.a=1\n"),
        ("spark.c", lambda one: SetValue(one, "$x"), '"1"', '"$x"'),
        ("spark.c", lambda one: Add(one, "spark.z", "1"), '"spark.c": "1"\n', '"spark.c": "1"\n\t    "spark.z": "1"\n'),
        ("spark.d", lambda one: SetValue(one, "2"), "spark.d=1", "spark.d=2"),
    ],
)
def test_here_documents(key: str, change: object, old: str, new: str) -> None:
    document = opened(HERE)
    assert found(document, "spark.b").locked == "the shell computes it from the variable `B`"
    assert after(HERE, change(found(document, key))) == HERE.replace(old, new)  # type: ignore[operator]


YAML = """\
kind: Deployment
spec:
  containers:
    - command: ["/bin/sh", "-c"]
      args:
        - |
          spark-submit \\
            --conf spark.a=1 \\
            --conf "spark.b=2" \\
            x.py
      env:
        - name: SPARK_HISTORY_OPTS
          value: "-Dspark.c=1 -Xmx1g"
        - {name: SPARK_DAEMON_JAVA_OPTS, value: '-Dspark.d=1'}
    - command: spark-submit --conf spark.e=1 x.py
"""


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.a", Remove, "            --conf spark.a=1 \\\n", ""),
        ("spark.a", lambda one: Add(one, "spark.z", "1"), "spark.a=1 \\\n", "spark.a=1 \\\n            --conf spark.z=1 \\\n"),
        ("spark.b", lambda one: SetValue(one, 'x "y"'), "spark.b=2", 'spark.b=x \\"y\\"'),
        ("spark.c", lambda one: SetValue(one, "a b"), "spark.c=1", 'spark.c=\\"a b\\"'),
        ("spark.c", Remove, "-Dspark.c=1 ", ""),
        ("spark.d", Remove, "-Dspark.d=1", ""),
        ("spark.e", Remove, " --conf spark.e=1", ""),
        ("spark.e", lambda one: SetValue(one, "a b"), "spark.e=1", 'spark.e="a b"'),
    ],
)  # fmt: skip
def test_scripts_in_yaml(key: str, change: object, old: str, new: str) -> None:
    item = found(opened(YAML, "a.yaml"), key)
    assert after(YAML, change(item), "a.yaml") == YAML.replace(old, new)  # type: ignore[operator]


def test_a_template_of_a_script() -> None:
    text = (
        "spec:\n  args:\n    - |\n      spark-submit \\\n      {{- if .Values.x }}\n        --conf spark.a=1 \\\n      {{- end }}\n"
        '        --conf spark.b={{ .Values.b | quote }} \\\n        --conf spark.c="{{ .Values.c }}-x" x.py\n'
    )
    path = "templates/a.yaml"
    document = opened(text, path)
    assert settings_of(document) == {
        "arguments": {"spark.a": "1", "spark.b": "{{ .Values.b | quote }}", "spark.c": "{{ .Values.c }}-x"}
    }
    assert [arm.condition for arm in found(document, "spark.a").guard] == ["if .Values.x"]
    assert [item.templated for block in document.blocks for item in block.properties] == [False, True, True]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'x = "spark-submit --conf spark.a=1 {{ params.x }} x.py"\n'),
        ("a.py", 'x = "spark-submit --conf spark.a=1 {% if y %}-v {% endif %}x.py"\n'),
        ("templates/a.yaml", "args:\n- |\n  spark-submit --conf spark.a=1 {{ .Values.x }} x.py\n"),
        ("templates/a.yaml", "args:\n- |\n  spark-submit --conf spark.a=1 {{- if .Values.x }} -v{{ end }} x.py\n"),
    ],
)
def test_what_a_template_prints_as_words_of_its_own_leaves_those_before_it_alone(path: str, text: str) -> None:
    change = SetValue(found(opened(text, path), "spark.a"), "2")
    result = after(text, change, path)
    assert result == text.replace("spark.a=1", "spark.a=2")
    files = Workspace(MemoryStore({path: text.encode()}), (path,), named=frozenset({path}))
    verify(files, files.with_edits({path: result.encode()}), [change], {path: list(render(change))})


def test_what_a_template_prints_without_a_blank_joins_the_word_before_it() -> None:
    path, text = "templates/a.yaml", "args:\n- |\n  spark-submit --conf spark.a=1 {{- .Values.x }} x.py\n"
    with pytest.raises(Refused, match="what the template prints behind its value joins it"):
        after(text, SetValue(found(opened(text, path), "spark.a"), "2"), path)


def test_what_is_not_understood_is_told() -> None:
    (problem,) = opened("if x; then (((\nspark-submit --conf spark.a=1\n").problems
    assert problem.reason == "a part of this shell script is not understood"


TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=12)
FORMS: Mapping[str, str] = {
    "bare": "--conf spark.a=x", "joined": "--conf=spark.a=x", "double": '--conf "spark.a=x"', "single": "--conf 'spark.a=x'",
    "double value": '--conf spark.a="x"', "single value": "--conf spark.a='x'", "dollar": "--conf $'spark.a=x'",
    "mixed": "--conf spark.a=x'y'\"z\"",
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(value=TEXT, form=st.sampled_from(sorted(FORMS)))
def test_bash_reads_the_value_that_was_set(value: str, form: str) -> None:
    text = f"job {FORMS[form]} --conf spark.b=1 -- 'é'\n"
    item = found(opened(text), "spark.a")
    try:
        result = after(text, SetValue(item, value))
    except Refused:
        assert "{{" in value
        return
    assert found(opened(result), "spark.a").value == value
    prefix = ["--conf=spark.a=" + value] if form == "joined" else ["--conf", "spark.a=" + value]
    assert words(result) == [*prefix, "--conf", "spark.b=1", "--", "é"]
    assert result.endswith(" --conf spark.b=1 -- 'é'\n")


@settings(max_examples=60, deadline=None)
@given(value=TEXT, form=st.sampled_from(sorted(FORMS)))
def test_bash_reads_the_setting_that_was_added(value: str, form: str) -> None:
    text = f"job {FORMS[form]} \\\n  --conf spark.b=1\n"
    item = found(opened(text), "spark.a")
    try:
        result = after(text, Add(item, "spark.z", value))
    except Refused:
        assert "{{" in value
        return
    own, more = words(text), words(result)
    count = 1 if form == "joined" else 2
    assert [*more[:count], *more[2 * count :]] == own
    assert more[count : 2 * count][-1].removeprefix("--conf=") == f"spark.z={value}"


@settings(max_examples=60, deadline=None)
@given(value=TEXT, depth=st.integers(0, 2))
def test_a_value_in_json_in_a_command(value: str, depth: int) -> None:
    data: object = {"spark.a": "x", "other": "it's"}
    for _ in range(depth):
        data = {"inner": json.dumps(data)}
    quoted = json.dumps(data).replace("'", "'\\''")
    text = f"job '{quoted}' end\n"
    try:
        result = after(text, SetValue(found(opened(text), "spark.a"), value))
    except Refused:
        return
    read = json.loads(words(result)[0])
    for _ in range(depth):
        read = json.loads(read["inner"])
    assert read == {"spark.a": value, "other": "it's"}


PRINTED = """\
sudo echo "spark.a 1" >> $SPARK_HOME/conf/spark-defaults.conf
echo 'spark.b 1' | sudo tee -a "/conf/spark-defaults.conf" >/dev/null
mkdir -p x && echo spark.c=1 2>log >x.conf
echo "spark.d file://$HOME/x
spark.e 1" >x.properties
echo 'export SPARK_HISTORY_OPTS="-Dspark.f=1"' >>spark-env.sh
echo "spark.no 1" >>x.log
echo -e "spark.no 1\\nspark.no 2" >>x.conf
echo spark.no 1 >>x.conf
"""


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.a", lambda one: SetValue(one, "x $y"), "spark.a 1", "spark.a x \\$y"),
        ("spark.a", lambda one: Add(one, "spark.z", "2"), "spark.a 1", "spark.a 1\nspark.z 2"),
        ("spark.a", CommentOut, "spark.a", "# spark.a"),
        ("spark.b", lambda one: SetValue(one, "it's"), "spark.b 1", "spark.b it'\\''s"),
        ("spark.b", Remove, "'spark.b 1'", "''"),
        ("spark.c", lambda one: SetValue(one, "a b"), "spark.c=1", 'spark.c="a b"'),
        ("spark.e", Remove, "\nspark.e 1", ""),
        ("spark.f", lambda one: SetValue(one, "2"), "spark.f=1", "spark.f=2"),
    ],
)
def test_lines_that_go_to_a_file(key: str, change: object, old: str, new: str) -> None:
    document = opened(PRINTED)
    assert settings_of(document) == {
        "properties text": {
            "spark.a": "1", "spark.b": "1", "spark.c": "1", "spark.d": "file://$HOME/x", "spark.e": "1",
        },
        "Java options": {"spark.f": "1"},
    }  # fmt: skip
    assert after(PRINTED, change(found(document, key))) == PRINTED.replace(old, new)  # type: ignore[operator]


def test_words_that_only_a_line_end_parts_are_one() -> None:
    text = "spark-submit \\\n--conf spark.a=1\\\n--conf spark.b=2 x.py\n"
    document = opened(text)
    assert settings_of(document) == {"arguments": {"spark.a": "1--conf"}}
    assert words(text.replace("spark-submit", "job")) == ["--conf", "spark.a=1--conf", "spark.b=2", "x.py"]
    with pytest.raises(Refused):
        after(text, SetValue(found(document, "spark.a"), "2"))


@pytest.mark.parametrize(
    ("path", "text", "old", "new"),
    [
        ("a.sh", 'bash -c "spark-submit --conf spark.a=1 x.py"\n', " --conf spark.a=1", ""),
        ("a.sh", "curl -d '{\"conf\": {\"spark.a\": \"1\"}}' x\n", '"spark.a": "1"', ""),
        ("a.sh", "cat >spark-defaults.conf <<E\nspark.a=1\nE\n", "spark.a=1\n", ""),
        ("a.sh", "OPTS=(--master x --conf spark.a=1)\nspark-submit \"${OPTS[@]}\" x.py\n", " --conf spark.a=1", ""),
        ("a.sh", 'OPTS="--master x --conf spark.a=1"\nspark-submit $OPTS x.py\n', " --conf spark.a=1", ""),
        ("a.py", 'x = "spark-submit --conf spark.a=1 --driver-memory 2g x.py {{ ds }}"\n', "--conf spark.a=1 ", ""),
        ("a.py", 'os.environ["PYSPARK_SUBMIT_ARGS"] = "--conf spark.a=1 --master x pyspark-shell"\n', "--conf spark.a=1 ", ""),
        ("a.yaml", "env:\n- name: SPARK_SUBMIT_OPTS\n  value: |\n    -Dspark.a=1\n    -Dspark.b=2\n", "    -Dspark.a=1\n", ""),
        ("a.yaml", "run: spark-submit --conf spark.a=1 x.py\n", " --conf spark.a=1", ""),
    ],
)  # fmt: skip
def test_a_text_that_loses_its_last_setting(path: str, text: str, old: str, new: str) -> None:
    assert after(text, Remove(found(opened(text, path), "spark.a")), path) == text.replace(old, new)


def test_commands_that_say_nothing_of_properties_are_told_by_who_gets_them() -> None:
    text = 'A=(--master x --name y)\nspark-submit "${A[@]}" x.py\nB=(--master x)\ndocker run "${B[@]}"\n'
    assert settings_of(opened(text)) == {"flags": {"spark.master": "x", "spark.app.name": "y"}}


def test_an_option_that_is_computed_can_go() -> None:
    text = 'spark-submit --conf "spark.a=$(date)" --driver-memory "$M" x.py\n'
    assert after(text, Remove(found(opened(text), "spark.a"))) == 'spark-submit --driver-memory "$M" x.py\n'
    assert after(text, RenameKey(found(opened(text), "spark.driver.memory"), "spark.executor.memory")) == text.replace(
        "driver", "executor"
    )


@pytest.mark.parametrize("path", ["a.yaml", "a.json"])
def test_words_behind_the_application_are_not_read(path: str) -> None:
    text = '["spark-submit", "--conf", "spark.a=1", "--driver-memory", "2g", "x.py", "--conf", "spark.no=1", "--driver-memory", "no"]'
    assert settings_of(opened(text, path)) == {"arguments": {"spark.a": "1"}, "flags": {"spark.driver.memory": "2g"}}
    assert after(text, SetValue(found(opened(text, path), "spark.driver.memory"), "3g"), path) == text.replace(
        "2g", "3g"
    )
