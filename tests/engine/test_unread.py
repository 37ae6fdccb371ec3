"""What a codemod does not read it must tell: options in command lines, embedded manifests; prose is left out."""

from __future__ import annotations

import pytest

from sparkfix.engine.unread import unread_places
from sparkfix.report.text import unread_text
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

CRD = "kind: CustomResourceDefinition\nspec:\n  description: set spark.a=1\n---\n"
DEPLOYMENT = """kind: Deployment
apiVersion: apps/v1
spec:
  template:
    spec:
      containers:
      - name: x
        command: [/opt/spark/bin/spark-submit, --conf, spark.a=1, app.py, --conf, spark.a=2]
"""


def told(text: str, path: str = "x.yaml", key: str = "spark.a") -> list[str]:
    files = {path: text.encode(), "Chart.yaml": b"name: x\n"}
    return [unread_text(place) for place in unread_places(Workspace(MemoryStore(files), (path,)), key)]


@pytest.mark.parametrize(
    "text",
    [
        "description: use --conf spark.a=1\n", "run: |\n  echo spark-submit --conf spark.a=1\n",
        "sparkConf:\n  spark.b: -Dspark.a=1\n", "data:\n  job.R: |\n    x = '--conf spark.a=1'\n",
    ],
)  # fmt: skip
def test_option_of_a_command_is_told(text: str) -> None:
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "spark.a" in each)
    assert told(text) == [f"x.yaml:{line}: `spark.a` stands in a command line here, which is not edited yet"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("data:\n  job.R: |\n    print('spark.a')\n", 3),
        ("podLabels:\n  spark.a: x\n", 2),
        ("# c\nq: 'not # spark.a'\n", 2),
    ],
)
def test_other_text_is_told(text: str, line: int) -> None:
    assert told(text) == [f"x.yaml:{line}: `spark.a` also stands here, not read"]


@pytest.mark.parametrize(
    "text",
    [
        "data:\n  job: |\n    spec:\n      sparkConf:\n        spark.a: x\n", 'data:\n  job.json: |\n    {"spark.a": "x"}\n',
        "args:\n- --conf spark.a=1\n", 'args: [sh, -c, "spark-submit --conf spark.a=1 app.py"]\n', "opts: -Dspark.a=1\n",
        "x:\n- name: OPTS\n  value: --conf spark.a=1\n", "run: |\n  spark-submit \\\n    --conf spark.a=1 \\\n    app.py\n",
        "run: |\n  spark-submit --conf 'spark.a=1' app.py --conf spark.a=2\n",
        "run: |\n  spark-submit --conf=\"spark.a=1\" app.py\n",
        "sparkConf:\n  spark.a: x\n", "sparkConf:\n  'spark.a': x\n  \"spark.a\": y\n",
        "# spark.a=1\na: b # --conf spark.a=1\n", CRD + "a: b\n", "a: xspark.a spark.a.b spark.a-b\n",
        "data:\n  x: |\n    # spark.a=1\n    spark.b=1\n", "opts: spark.b=1,spark.a=1\n", "x: {spark.a: &v 1}\ny: *v\n",
        'q: "a # spark.b" # spark.a\n', DEPLOYMENT, "a: |\n  spark.a=1\n  spark.b=2\n  spark.a=3\n",
        "spark-defaults.conf: >\n  spark.a=1\n\n  spark.a=2\n",
    ],
)  # fmt: skip
def test_properties_comments_and_schemas_are_not_told(text: str) -> None:
    assert told(text) == []


def test_templates_are_told_where_helm_emits_them() -> None:
    text = (
        'Prose: spark.a=1\n{{- define "x" }}\n{{- /* spark.a */}}\nx: --conf spark.a=1\n'
        'y: {{ index .Values.conf "spark.a" }}\n{{- end }}\nspark.a\n'
    )
    assert told(text, "templates/_x.tpl") == [
        "templates/_x.tpl:5: `spark.a` also stands here, not read",
    ]


def test_text_in_other_encodings_and_files_that_are_not_understood_are_told() -> None:
    data = b"\xff\xfe" + "echo: echo --conf spark.a=1\n".encode("utf-16-le")
    workspace = Workspace(MemoryStore({"x.yaml": data, "y.yaml": b"a: [\nb: --conf spark.a=1\n"}), ("x.yaml", "y.yaml"))
    assert [(item.path, item.line) for item in unread_places(workspace, "spark.a")] == [("x.yaml", 1), ("y.yaml", 2)]


def test_a_line_of_a_properties_file_that_begins_with_an_exclamation_mark_is_a_comment() -> None:
    assert told("! spark.a=1\nspark.b=1\n", "spark-defaults.conf") == []
