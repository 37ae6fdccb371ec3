"""The proof by rendering, with Helm itself: right changes pass with all values sets, wrong ones are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from sparkfix.engine.apply import apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import rename_rule, set_rule, unset_rule
from sparkfix.engine.prover import ChartProver
from sparkfix.engine.registry import load_rules
from sparkfix.helm.charts import Charts
from sparkfix.helm.renderer import Renderer
from sparkfix.model import Add, Change, Property, Refused, Remove, SetValue
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-conf
  labels:
    {{- include "x.labels" . | nindent 4 }}
data:
  spark-defaults.conf: |
    {{- if eq .Values.mode "standalone" }}
    spark.master=spark://m:7077
    {{- else if eq .Values.mode "k8s" }}
    spark.master=k8s://https://kubernetes.default.svc
    spark.driver.host={{ .Release.Name }}
    {{- else }}
    spark.master=local[*]
    {{- end }}
    spark.connect.grpc.binding.port=15002
    {{- range $key, $value := .Values.conf }}
    {{ $key }}={{ $value }}
    {{- end }}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  annotations:
    checksum/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}
    id: {{ uuidv4 }}
spec:
  template:
    metadata:
      labels:
        {{- include "x.labels" . | nindent 8 }}
    spec:
      containers:
        - name: server
          image: "apache/spark:{{ .Values.tag }}"
          command: [/opt/spark/sbin/start-connect-server.sh]
          livenessProbe:
            tcpSocket:
              port: 15002
      volumes:
        - name: conf
          configMap:
            name: {{ .Release.Name }}-conf
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    {{- include "x.labels" . | nindent 4 }}
  ports:
    - port: 15002
"""
VALUES = "mode: k8s\ntag: 3.5.7\nconf:\n  spark.executor.memory: 2g\n"
FILES = {
    "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
    "c/values.yaml": VALUES,
    "c/values-local.yaml": "mode: local\n",
    "c/templates/_helpers.tpl": '{{- define "x.labels" -}}\napp: {{ .Release.Name }}\n{{- end -}}\n',
    "c/templates/config.yaml": CONFIG,
    "c/templates/deployment.yaml": DEPLOYMENT,
    "c/templates/service.yaml": SERVICE,
}
PATH = "c/templates/config.yaml"
PORT = "    spark.connect.grpc.binding.port=15002\n"
ADDRESS = "    spark.connect.grpc.binding.address=0.0.0.0\n"

Make = Callable[..., ChartProver]


@pytest.fixture
def prover() -> Iterator[ChartProver]:
    with Renderer() as renderer:
        yield ChartProver(Charts(renderer))


def workspace(**changed: str) -> Workspace:
    files = {**FILES, **{name.replace("__", "/"): text for name, text in changed.items()}}
    return _of(files)


def _of(files: Mapping[str, str]) -> Workspace:
    return Workspace(MemoryStore({path: text.encode() for path, text in files.items()}), tuple(sorted(files)))


def item(here: Workspace, key: str, path: str = PATH) -> Property:
    document = here.document(path)
    assert document is not None
    return next(one for block in document.blocks for one in block.all(key))


def proven(prover: ChartProver, before: Workspace, path: str, text: str, *changes: Change) -> tuple[str, ...]:
    return prover(before, before.with_edits({path: text.encode()}), changes).lines()


def add(here: Workspace) -> Add:
    port = item(here, "spark.connect.grpc.binding.port")
    return Add(port, "spark.connect.grpc.binding.address", "0.0.0.0", before=True)


def test_a_right_change_is_seen_with_all_values_sets(prover: ChartProver) -> None:
    here = workspace()
    (line,) = proven(prover, here, PATH, CONFIG.replace(PORT, ADDRESS + PORT), add(here))
    # The default values, the values file and derived values for the standalone arm.
    assert line == "proven: rendered with 3 values sets, all show just this change"


def test_an_arm_that_some_sets_do_not_take(prover: ChartProver) -> None:
    here = workspace()
    text = CONFIG.replace("    spark.driver.host={{ .Release.Name }}\n", "")
    (line,) = proven(prover, here, PATH, text, Remove(item(here, "spark.driver.host")))
    assert line == "proven: rendered with 3 values sets, 1 of them (default values) show just this change"


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        (CONFIG.replace("    {{- else }}\n", "    {{- else }}\n" + ADDRESS), "would not show in"),
        (CONFIG.replace("    {{- else if", ADDRESS + "    {{- else if"), "would not show in"),
        (CONFIG.replace(PORT, ADDRESS + PORT).replace("| nindent 4", "| nindent 2"), "+  app: release-name"),
        (CONFIG.replace(PORT, ADDRESS.replace("0.0.0.0", "1.1.1.1") + PORT), "=1.1.1.1"),
        (CONFIG.replace(PORT, PORT + ADDRESS), "+    spark.connect.grpc.binding.address"),
        (CONFIG.replace(PORT, ADDRESS + PORT).replace("local[*]", "local[2]"), "+    spark.master=local[2]"),
        (CONFIG, "would not show in"),
    ],
    ids=["in one arm", "in another arm", "broken indent", "other value", "other place", "more than that", "nothing"],
)
def test_a_wrong_change_is_refused_with_the_rendered_difference(
    prover: ChartProver, text: str, difference: str
) -> None:
    here = workspace()
    with pytest.raises(
        Refused, match=r"would render to more than the intended difference|would not show in"
    ) as refused:
        proven(prover, here, PATH, text, add(here))
    assert difference in str(refused.value)
    assert "with " in str(refused.value)


def test_a_template_that_no_longer_renders_is_refused(prover: ChartProver) -> None:
    here = workspace()
    text = CONFIG.replace(PORT, ADDRESS + PORT).replace("{{- end }}", "", 1)
    with pytest.raises(Refused, match="would not render any more: parse error"):
        proven(prover, here, PATH, text, add(here))


@pytest.mark.parametrize("solution", [1, 2, 3, 4, 5])
def test_all_solutions_are_proven(prover: ChartProver, solution: int) -> None:
    applied = apply_fixes(workspace(), load_rules(), Choice(solution=solution), {}, prover)
    assert not applied.refused
    (fix,) = applied.applied
    assert fix.proof[0].startswith("proven: rendered with 3 values sets, ")
    assert "none" not in fix.proof[0]


@pytest.mark.parametrize(
    "rule",
    [
        set_rule("spark.executor.memory", "4g"),
        unset_rule("spark.executor.memory"),
        rename_rule("spark.executor.memory", "spark.driver.memory"),
    ],
    ids=lambda rule: rule.id,
)
def test_values_that_templates_pass_on(prover: ChartProver, rule: object) -> None:
    applied = apply_fixes(workspace(), [rule], Choice(everything=True), {}, prover)  # type: ignore[list-item]
    assert not applied.refused
    assert [change.path for change in applied.changes] == ["c/values.yaml"]
    assert applied.applied[0].proof == ("proven: rendered with 3 values sets, all show just this change",)


def test_a_value_that_is_used_elsewhere_too_is_refused(prover: ChartProver) -> None:
    text = CONFIG.replace("data:\n", 'data:\n  half: "{{ index .Values.conf "spark.executor.memory" }}"\n')
    rule = set_rule("spark.executor.memory", "4g")
    applied = apply_fixes(workspace(**{"c/templates/config.yaml": text}), [rule], Choice(everything=True), {}, prover)
    (refused,) = applied.refused
    assert '+  half: "4g"' in refused.reason


def test_a_set_that_does_not_render_is_told_and_stops_nothing(prover: ChartProver) -> None:
    text = CONFIG.replace("data:\n", 'data:\n  need: {{ required "say what you need" .Values.need }}\n')
    here = workspace(**{"c/templates/config.yaml": text, "c/values-local.yaml": "mode: local\nneed: x\n"})
    lines = proven(prover, here, PATH, text.replace(PORT, ADDRESS + PORT), add(here))
    assert lines[0].startswith("proven: rendered with ")
    assert "not proven with default values: the chart c does not render: " in lines[1]
    assert "say what you need" in lines[1]


def test_a_subchart_is_rendered_within_its_parent(prover: ChartProver) -> None:
    inner = {f"top/charts/{path}": text for path, text in FILES.items() if "values-" not in path}
    outer = {
        "top/Chart.yaml": "apiVersion: v2\nname: top\nversion: 1.0.0\n"
        "dependencies:\n- {name: c, version: 1.0.0, condition: c.enabled}\n",
        "top/values.yaml": "c:\n  enabled: false\n",
        "top/values-on.yaml": "c:\n  enabled: true\n  mode: local\n",
    }
    here = _of({**inner, **outer})
    path = f"top/charts/{PATH}"
    port = item(here, "spark.connect.grpc.binding.port", path)
    change = Add(port, "spark.connect.grpc.binding.address", "0.0.0.0", before=True)
    (line,) = proven(prover, here, path, CONFIG.replace(PORT, ADDRESS + PORT), change)
    assert "show just this change" in line
    with pytest.raises(Refused, match=r"with values-on\.yaml, top/charts/c/templates/config\.yaml would render"):
        proven(prover, here, path, CONFIG.replace("    {{- else }}\n", "    {{- else }}\n" + ADDRESS), change)


def test_each_chart_is_rendered_once(prover: ChartProver) -> None:
    here = workspace()
    proven(prover, here, PATH, CONFIG.replace(PORT, ADDRESS + PORT), add(here))
    made = prover.charts.renderer.renderings
    proven(prover, here, PATH, CONFIG.replace(PORT, ADDRESS + PORT), add(here))
    # Only what the chart makes anew each time (its uuid) is looked at again.
    assert prover.charts.renderer.renderings - made <= 3


def test_without_helm_nothing_is_proven_and_that_is_said() -> None:
    here = workspace()
    with Renderer(engines=()) as renderer:
        lines = proven(ChartProver(Charts(renderer)), here, PATH, CONFIG.replace(PORT, ADDRESS + PORT), add(here))
    assert lines == (
        "not proven: charts cannot be rendered here: install the package helm-python-sdk, or put `helm` on the PATH",
    )


def test_a_derived_set_does_not_hide_what_is_edited(prover: ChartProver) -> None:
    more = (
        '{{- if and .Values.monitoring (ne (index .Values.conf "spark.executor.memory") "2g") }}\n'
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: exporter}\nspec: {replicas: 3}\n{{- end }}\n"
    )
    here = workspace(**{"c/templates/more.yaml": more})
    applied = apply_fixes(here, [set_rule("spark.executor.memory", "4g")], Choice(everything=True), {}, prover)
    # Whether or not a set with monitoring is found: what is claimed must have been seen.
    proof = applied.applied[0].proof if applied.applied else (applied.refused[0].reason,)
    assert "exporter" in proof[0] or "just this change" in proof[0]
    derived = prover.charts.sets(here, "c")
    with_monitoring = [item for item in derived if item.values.get("monitoring")]
    assert bool(with_monitoring) == bool(applied.refused)


@pytest.mark.parametrize(
    "line",
    [
        '  hash: {{ include (print $.Template.BasePath "/deployment.yaml") . | sha256sum | trunc 8 }}\n',
        "  hash: {{ toYaml .Values | sha256sum | substr 0 10 }}\n",
    ],
)
def test_short_hashes_may_differ(prover: ChartProver, line: str) -> None:
    text = CONFIG.replace("data:\n", "data:\n" + line)
    rule = set_rule("spark.executor.memory", "4g")
    applied = apply_fixes(workspace(**{"c/templates/config.yaml": text}), [rule], Choice(everything=True), {}, prover)
    assert not applied.refused


def test_a_random_setting_beside_values_that_are_passed_on(prover: ChartProver) -> None:
    text = CONFIG + "    spark.authenticate.secret={{ randAlphaNum 32 }}\n"
    rule = set_rule("spark.executor.memory", "4g")
    applied = apply_fixes(workspace(**{"c/templates/config.yaml": text}), [rule], Choice(everything=True), {}, prover)
    assert not applied.refused
    assert applied.applied[0].proof[0].startswith("proven: ")


def test_what_nothing_shows_is_not_called_proven(prover: ChartProver) -> None:
    here = workspace(**{"c/values.yaml": VALUES + "dead:\n  spark.executor.cores: 2\n"})
    applied = apply_fixes(here, [set_rule("spark.executor.cores", "4")], Choice(everything=True), {}, prover)
    (line,) = applied.applied[0].proof
    assert line == "not seen: rendered with 3 values sets, and nothing changes with any of them"


@pytest.mark.parametrize(
    "text",
    [
        "  y: |-\n    {{- toYaml .Values.conf | nindent 4 }}\n",
        '  all.json: {{ dict "sparkConf" .Values.conf | toPrettyJson | quote }}\n',
        '  values.json: |\n    {"a": {{ .Values.conf | toJson }} }\n',
        '  spark-defaults.conf: |\n    spark.a: ""\n    {{- toYaml .Values.conf | nindent 4 }}\n',
    ],
    ids=["YAML in a text", "nested JSON", "JSON around JSON", "YAML as properties"],
)
@pytest.mark.parametrize(
    "rule", [set_rule("spark.executor.memory", "4g"), unset_rule("spark.executor.memory")], ids=lambda rule: rule.id
)
def test_values_that_are_passed_on_as_data(prover: ChartProver, text: str, rule: object) -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n" + text
    values = VALUES + "  spark.executor.cores: 2\n"
    here = workspace(**{"c/templates/config.yaml": config, "c/values.yaml": values})
    applied = apply_fixes(here, [rule], Choice(everything=True), {}, prover)  # type: ignore[list-item]
    assert not applied.refused, applied.refused[0].reason
    assert "just this change" in applied.applied[0].proof[0]


def test_data_that_changes_elsewhere_too_is_refused(prover: ChartProver) -> None:
    config = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  all.json: |\n"
        '    {"conf": {{ .Values.conf | toJson }}, "size": "{{ index .Values.conf "spark.executor.memory" }}"}\n'
    )
    here = workspace(**{"c/templates/config.yaml": config})
    applied = apply_fixes(here, [set_rule("spark.executor.memory", "4g")], Choice(everything=True), {}, prover)
    assert len(applied.refused) == 1


ARMS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  spark-defaults.conf: |
    spark.app.name=x
    {{- if .Capabilities.APIVersions.Has "foo/v1" }}
    spark.driver.host=h
    {{- end }}
"""


def test_what_stands_in_an_arm_that_is_never_rendered_is_not_called_proven(prover: ChartProver) -> None:
    path = "c/templates/arms.yaml"
    here = _of({**FILES, path: ARMS})
    changes = [
        Add(item(here, key, path), f"spark.z.{key[-4:]}", "1") for key in ("spark.app.name", "spark.driver.host")
    ]
    after = ARMS.replace("=x\n", "=x\n    spark.z.name=1\n").replace("=h\n", "=h\n    spark.z.host=1\n")
    proof = prover(here, here.with_edits({path: after.encode()}), changes)
    condition = 'if .Capabilities.APIVersions.Has "foo/v1"'
    assert proof.lines() == (
        "proven in part: rendered with 3 values sets, all show just this change; "
        f"not proven: 1 line stands in an arm that was never rendered ({condition})",
    )
    # Each of several fixes that are proven together has a claim of its own.
    assert proof.of(changes[:1]).lines() == ("proven: rendered with 3 values sets, all show just this change",)
    assert proof.of(changes[1:]).lines() == (
        "not seen: rendered with 3 values sets, and nothing changes with any of them: "
        f"1 line stands in an arm that was never rendered ({condition})",
    )


def test_a_value_that_nothing_prints_is_not_called_proven(prover: ChartProver) -> None:
    values = VALUES + "other:\n  spark.sql.a: b\n"
    here = _of({**FILES, "c/values.yaml": values})
    changes = [SetValue(item(here, key, "c/values.yaml"), "3") for key in ("spark.executor.memory", "spark.sql.a")]
    after = values.replace("2g", "3").replace("spark.sql.a: b", "spark.sql.a: 3")
    proof = prover(here, here.with_edits({"c/values.yaml": after.encode()}), changes)
    assert proof.of(changes[:1]).lines() == ("proven: rendered with 3 values sets, all show just this change",)
    assert proof.of(changes[1:]).lines()[0].startswith("not seen: ")
