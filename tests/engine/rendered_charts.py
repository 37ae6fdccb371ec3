"""Workspaces with what renders them, for the tests of findings that only rendering shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.check import check
from sparkfix.engine.choose import Choice
from sparkfix.engine.overlays import Overlays
from sparkfix.engine.proof import Prover, all_of
from sparkfix.engine.prove_overlays import OverlayProver
from sparkfix.engine.prover import ChartProver
from sparkfix.engine.registry import load_rules
from sparkfix.engine.views import RenderedViews
from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.charts import Charts
from sparkfix.helm.inflate import Inflater
from sparkfix.helm.releases import find_releases
from sparkfix.helm.renderer import Renderer
from sparkfix.helm.views import ChartViews
from sparkfix.model import Finding
from sparkfix.report.text import where
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

RULES = {rule.id: rule for rule in load_rules()}
HOST = "driver-host-not-a-service"
CHART = "apiVersion: v2\nname: c\nversion: 0.1.0\n"
POD = """\
apiVersion: v1
kind: Service
metadata:
  name: {{ .Values.service }}
spec:
  selector: {app: s}
  ports:
    - {name: grpc, port: 15002}
    - {name: driver-rpc-port, port: 7078}
    - {name: blockmanager, port: 7079}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: server}
spec:
  selector:
    matchLabels: {app: s}
  template:
    metadata:
      labels: {app: s}
    spec:
      containers:
        - name: spark
          image: apache/spark:3.5.7
          command: ["/opt/spark/bin/spark-submit"]
          args: ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
          volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes:
        - name: conf
          configMap: {name: conf}
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  spark-defaults.conf: |\n"
REST = "spark.driver.bindAddress=0.0.0.0\nspark.driver.port=7078\nspark.driver.blockManager.port=7079\n"
INDENTED = "".join(f"    {line}\n" for line in ("spark.master=k8s://https://k", *REST.splitlines()))


@dataclass
class Seen:
    """A workspace with what renders it."""

    workspace: Workspace
    charts: Charts
    chart_views: ChartViews
    views: RenderedViews
    prover: Prover

    def findings(self, rule: str = HOST) -> list[Finding]:
        return list(check(self.workspace, [RULES[rule]], {}, None, self.views))

    def applied(self, rule: str = HOST) -> Applied:
        return apply_fixes(self.workspace, [RULES[rule]], Choice(unsafe=True), {}, self.prover, self.views)

    def at(self, finding: Finding) -> list[str]:
        def source(path: str) -> SourceText | None:
            data = self.workspace.data(path)
            return SourceText(path, data) if data is not None else None

        return [f"{place.label}: {where(place, source)}" for place in finding.places]


def in_memory(files: Mapping[str, str | bytes]) -> Workspace:
    """A workspace of files, all but archives targets."""
    store = MemoryStore({path: text.encode() if isinstance(text, str) else text for path, text in files.items()})
    return Workspace(store, tuple(path for path in sorted(files) if not path.endswith(".tgz")))


def umbrella(template: str, values: str) -> dict[str, str | bytes]:
    """A chart with nothing but values for the packed chart in it, which has one template and prints `x` by default."""
    files = {"Chart.yaml": CHART, "values.yaml": "service: x\nhost: x\nmemory: x\n", "templates/all.yaml": template}
    contents = {path: text.encode() for path, text in files.items()}
    needs = "dependencies: [{name: c, version: 0.1.0, repository: 'https://example.org'}]\n"
    return {
        "u/Chart.yaml": CHART.replace("name: c", "name: u") + needs,
        "u/values.yaml": values,
        "u/charts/c-0.1.0.tgz": ChartFiles("c", contents, {}).archive(),
    }


def seen(renderer: Renderer, files: Mapping[str, str | bytes]) -> Seen:
    workspace = in_memory(files)
    charts = Charts(renderer, find_releases(workspace).releases)
    views = ChartViews(charts)
    overlays = Overlays(Inflater(renderer), views)
    prover = all_of([ChartProver(charts), OverlayProver(overlays.views)])
    return Seen(workspace, charts, views, RenderedViews(views, overlays), prover)


def chart(line: str, values: str, **more: str) -> dict[str, str]:
    return {
        "c/Chart.yaml": CHART,
        "c/values.yaml": values,
        "c/templates/pod.yaml": POD,
        "c/templates/conf.yaml": CONFIG + INDENTED + line,
        **{name.replace("__", "/"): text for name, text in more.items()},
    }


def after(result: Applied, path: str) -> str:
    return (result.workspace.data(path) or b"").decode()
