"""`sparkfix graph`: the text as a whole, Graphviz by a parser, the picture by its boxes, JSON by its shape."""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pydot
import pytest
from sample import Run

from sparkfix.model import Graph, GraphEdge, GraphNode, Place, Span
from sparkfix.report.graph import graphs_dot, graphs_json, graphs_svg, graphs_text

# pydot's own use of its parsing library.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated - use:DeprecationWarning")

SVG = "{http://www.w3.org/2000/svg}"
TEMPLATES = "chart/templates"
TEXT = f"""\
chart chart
Deployment {{{{ include "spark-connect.fullname" . }}}}  {TEMPLATES}/deployment.yaml:4
  - connect server, by start-connect-server.sh
  - Spark 3.5.7
  runs: container spark-connect  {TEMPLATES}/deployment.yaml:16
    - image {{{{ .Values.image.repository }}}}:{{{{ .Values.image.tag }}}}
    command /opt/spark/sbin/start-connect-server.sh  {TEMPLATES}/deployment.yaml:18
    env: environment 1 variable  {TEMPLATES}/deployment.yaml:19
      - SPARK_NO_DAEMONIZE
    listens on: port 15002 grpc  {TEMPLATES}/deployment.yaml:24
    is asked by: livenessProbe tcpSocket 15002  {TEMPLATES}/deployment.yaml:25
      - initialDelaySeconds: 60
      - periodSeconds: 30
      asks: port 15002 grpc  (above)
    mounts at /opt/spark/conf: ConfigMap {{{{ include "spark-connect.fullname" . }}}}-config  {TEMPLATES}/configmap.yaml:4
      - keys: spark-defaults.conf
      holds: properties spark-defaults.conf: 6 Spark properties  {TEMPLATES}/configmap.yaml:8
        - spark.master
        - spark.driver.host
        - spark.driver.port
        - spark.driver.blockManager.port
        - spark.connect.grpc.binding.port
        - spark.sql.shuffle.partitions
  runs as: ServiceAccount spark  {TEMPLATES}/deployment.yaml:14  not found here
  selected by: Service {{{{ include "spark-connect.fullname" . }}}}  {TEMPLATES}/service.yaml:4
    15002 grpc: port 15002 grpc  (above)
    7078 driver-rpc-port: port 7078  {TEMPLATES}/service.yaml:12
      - no container declares it
    7079 blockmanager: port 7079  {TEMPLATES}/service.yaml:14
      - no container declares it
"""
BAD = 'a "b" \\ <c> & \udcff\x1b[31m\n{{ "x" }}|é'


def test_text(sparkfix: Run) -> None:
    ran = sparkfix("graph", "--no-render")
    assert (ran.code, ran.out, ran.err) == (0, TEXT, "")
    assert sparkfix("graph", "--no-render", "chart", "--output-format", "text").out == TEXT


def test_paths_as_seen_from_the_current_folder(tree: Path, sparkfix: Run) -> None:
    out = sparkfix("graph", "--no-render", cwd=tree / "chart").out
    assert out.startswith('chart .\nDeployment {{ include "spark-connect.fullname" . }}  templates/deployment.yaml:4\n')


def test_dot_is_read_by_a_parser(sparkfix: Run) -> None:
    ran = sparkfix("graph", "--no-render", "--output-format", "dot")
    assert (ran.code, ran.err) == (0, "")
    parsed = pydot.graph_from_dot_data(ran.out)
    assert parsed is not None
    [cluster] = parsed[0].get_subgraphs()
    data = json.loads(sparkfix("graph", "--no-render", "--output-format", "json").out)[0]
    assert len(cluster.get_nodes()) == len(data["nodes"])
    assert len(cluster.get_edges()) == len(data["edges"])


def test_picture_holds_all_and_nothing_overlaps(sparkfix: Run) -> None:
    ran = sparkfix("graph", "--no-render", "--output-format", "svg")
    assert (ran.code, ran.err) == (0, "")
    nodes = json.loads(sparkfix("graph", "--no-render", "--output-format", "json").out)[0]["nodes"]
    titles = check_picture(ran.out)
    for node in nodes:
        assert any(title.startswith(f"{node['kind']} {node['label']}") for title in titles)
        assert any(f"{node['file']}:{node['line']}" in title for title in titles)


def check_picture(text: str) -> list[str]:
    """The titles of all boxes of a picture, of which no two overlap and none stands out of it."""
    root = ET.fromstring(text)
    groups = [group for group in root.iter(f"{SVG}g") if group.get("class") == "node"]
    boxes = []
    for group in groups:
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        boxes.append(tuple(int(rect.get(name, "")) for name in ("x", "y", "width", "height")))
    for (x, y, width, height), (u, v, wide, high) in itertools.combinations(boxes, 2):
        assert x + width < u or u + wide < x or y + height < v or v + high < y
    assert all(x > 0 and y > 0 and x + width < int(root.get("width", "")) for x, y, width, _ in boxes)
    assert "href" not in text
    return [title.text or "" for group in groups if (title := group.find(f"{SVG}title")) is not None]


def test_json_shape(sparkfix: Run) -> None:
    [graph] = json.loads(sparkfix("graph", "--no-render", "--output-format", "json").out)
    assert list(graph) == ["title", "nodes", "edges"]
    assert graph["title"] == "chart chart"
    assert {tuple(node) for node in graph["nodes"]} == {("id", "kind", "label", "file", "line", "details", "missing")}
    assert {tuple(edge) for edge in graph["edges"]} == {("source", "target", "label")}
    ids = {node["id"] for node in graph["nodes"]}
    assert {edge[end] for edge in graph["edges"] for end in ("source", "target")} <= ids
    assert [node["id"] for node in graph["nodes"] if node["missing"]] == ["ServiceAccount/spark"]
    assert {type(node["line"]) for node in graph["nodes"]} == {int}


def test_nothing_found(tree: Path, sparkfix: Run) -> None:
    (tree / "empty").mkdir()
    ran = sparkfix("graph", "empty")
    assert (ran.code, ran.out, ran.err) == (0, "", "no Spark workload found\n")
    ran = sparkfix("graph", "empty", "--output-format", "json")
    assert (ran.code, ran.out) == (0, "[]\n")
    ET.fromstring(sparkfix("graph", "empty", "--output-format", "svg").out)


def test_one_file_draws_its_workloads_only(tree: Path, sparkfix: Run) -> None:
    (tree / "a.conf").write_text("spark.master local\n")
    (tree / "b.conf").write_text("spark.master local\n")
    ran = sparkfix("graph", "a.conf")
    assert "file a.conf  a.conf:1" in ran.out
    assert "b.conf" not in ran.out


def test_standard_input(sparkfix: Run) -> None:
    ran = sparkfix("graph", "-", "--stdin-filename", "x.conf", stdin=b"spark.master local\n")
    assert (ran.code, ran.out.splitlines()[1]) == (0, "file x.conf  x.conf:1")


def test_unreadable_files_as_in_check(tree: Path, sparkfix: Run) -> None:
    (tree / "bad.yaml").write_text("spark.master: x\n  a: [\n")
    ran = sparkfix("graph", "bad.yaml")
    assert ran.code == 2
    assert "bad.yaml:2 not understood" in ran.err
    assert sparkfix("graph").code == 0
    assert sparkfix("graph", "--strict", "--quiet").code == 2


def test_no_such_format(sparkfix: Run) -> None:
    ran = sparkfix("graph", "--output-format", "png")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sparkfix: --output-format png: it must be text, dot, svg or json\n"


@pytest.fixture
def odd() -> Graph:
    """Texts with all that the formats treat specially, a circle, a node without a place and one on its own."""
    place = Place("odd.yaml", Span(0, 1))
    nodes = tuple(GraphNode(f"{BAD}{n}", "Kind", BAD, place if n else None, (BAD,) * 9, n == 2) for n in range(4))
    links = ((0, 1), (1, 2), (2, 1), (0, 2))
    return Graph(BAD, nodes, tuple(GraphEdge(f"{BAD}{a}", f"{BAD}{b}", BAD) for a, b in links))


def locate(place: Place) -> tuple[str, int]:
    return place.path, 7


def test_odd_texts_break_no_format(odd: Graph) -> None:
    for text in (graphs_text([odd], locate), graphs_dot([odd], locate), graphs_svg([odd, odd], locate)):
        assert "\x1b" not in text
        text.encode()
    assert len(check_picture(graphs_svg([odd], locate))) == 4
    parsed = pydot.graph_from_dot_data(graphs_dot([odd, odd], locate))
    assert parsed is not None
    assert [len(cluster.get_nodes()) for cluster in parsed[0].get_subgraphs()] == [4, 4]
    [data] = json.loads(graphs_json([odd], locate))
    assert (data["title"], data["nodes"][0]["file"], data["nodes"][1]["line"]) == (BAD, None, 7)
    assert graphs_text([odd], locate).count("odd.yaml:7") == 3


def test_a_circle_alone_is_drawn() -> None:
    nodes = tuple(GraphNode(name, "file", name, None) for name in "abc")
    graph = Graph("circle", nodes, (GraphEdge("a", "b", ""), GraphEdge("b", "a", ""), GraphEdge("c", "c", "")))
    assert len(check_picture(graphs_svg([graph], locate))) == 3
    assert graphs_text([graph], locate).splitlines()[1:] == [
        "file a", "  file b", "    file a  (above)", "file c", "  file c  (above)",
    ]  # fmt: skip


def test_what_charts_render_to(sparkfix: Run) -> None:
    """The same graph with rendered names, and with each place in the template that made it."""
    ran = sparkfix("graph")
    assert (ran.code, ran.err) == (0, "")
    first = ran.out.split("\n\n")[0].splitlines()
    assert first[:2] == [
        "chart chart with default values",
        f"Deployment release-name-connect  {TEMPLATES}/deployment.yaml:4",
    ]
    assert f"  selected by: Service release-name-connect  {TEMPLATES}/service.yaml:4" in first
    assert "    - image apache/spark:3.5.7" in first
    written = [line.rpartition("  ")[2] for line in TEXT.splitlines() if ".yaml:" in line]
    # The properties begin in the arm that is taken.
    written = [place.replace("configmap.yaml:8", "configmap.yaml:11") for place in written]
    assert [line.rpartition("  ")[2] for line in first if ".yaml:" in line] == written
