"""Renderings that outlast a run: what is kept, what is not, and that a bad cache harms nothing."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from helm_charts import chart

from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.cache import FOLDER, open_cache
from sparkfix.helm.charts import Charts
from sparkfix.helm.renderer import Job, Renderer, Rendering
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

FILES = {"templates/a.yaml": "a: {{ .Values.a }}\n{{- if .Values.b }}\nb: 1\n{{- end }}\n", "values.yaml": "a: 1\n"}


@pytest.fixture
def demo() -> ChartFiles:
    return chart(FILES)


def rendered(folder: Path, demo: ChartFiles, job: Job | None = None) -> tuple[Rendering, int]:
    """A rendering with the cache in a folder, and how many were made."""
    with open_cache(folder) as cache, Renderer(engines=("library",), kept=cache) as renderer:
        [found] = renderer.render(demo.archive(), [job or Job()])
        return found, renderer.renderings


def test_a_second_run_renders_nothing(tmp_path: Path, demo: ChartFiles) -> None:
    first, made = rendered(tmp_path / "c", demo)
    assert (first.files["demo/templates/a.yaml"], made) == ("a: 1\n", 1)
    assert rendered(tmp_path / "c", demo) == (first, 0)


def test_other_values_and_other_templates_are_rendered(tmp_path: Path, demo: ChartFiles) -> None:
    rendered(tmp_path, demo)
    assert rendered(tmp_path, demo, Job(values={"a": 2}))[1] == 1
    assert rendered(tmp_path, chart({**FILES, "templates/a.yaml": "a: 9\n"}))[1] == 1


def test_helms_message_is_kept_and_what_a_limit_ended_is_not(tmp_path: Path) -> None:
    faulty = chart({"templates/a.yaml": '{{ fail "no" }}\n'})
    first, _ = rendered(tmp_path, faulty)
    assert "no" in first.error
    assert rendered(tmp_path, faulty) == (first, 0)
    looping = chart({"templates/a.yaml": "{{- range until 100000 }}{{- range until 100000 }}{{ end }}{{ end }}\n"})
    for _ in range(2):
        with open_cache(tmp_path) as cache, Renderer(seconds=0.5, engines=("library",), kept=cache) as renderer:
            [ended] = renderer.render(looping.archive(), [Job()])
            assert ended.ended
            assert renderer.renderings == 1


def test_what_is_asked_for_anew_is_made_anew(demo: ChartFiles) -> None:
    with Renderer(engines=("library",)) as renderer:
        for _ in range(2):
            renderer.render(demo.archive(), [Job()])
        assert renderer.renderings == 1
        renderer.render(demo.archive(), [Job()], anew=True)
        assert renderer.renderings == 2


def test_the_folder_is_the_users_alone(tmp_path: Path, demo: ChartFiles) -> None:
    (tmp_path / "c").mkdir(mode=0o755)
    rendered(tmp_path / "c", demo)
    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o700


def damaged(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_file():
            path.write_bytes(b"not a database at all" * 99)


def emptied(folder: Path) -> None:
    for path in folder.rglob("*.val"):
        path.unlink()


@pytest.mark.parametrize("harm", [damaged, emptied])
def test_a_harmed_cache_is_done_without(tmp_path: Path, demo: ChartFiles, harm: object) -> None:
    first, _ = rendered(tmp_path, demo)
    assert callable(harm)
    harm(tmp_path)
    assert rendered(tmp_path, demo)[0] == first


def test_without_a_folder_nothing_is_kept(tmp_path: Path, demo: ChartFiles) -> None:
    (tmp_path / "file").write_text("")
    with open_cache(tmp_path / "file") as cache:
        assert cache is None
    with open_cache(tmp_path / "c", wanted=False) as cache:
        assert cache is None
    assert not (tmp_path / "c").exists()
    assert rendered(tmp_path / "file", demo)[1] == 1


def test_runs_at_the_same_time(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    files = {"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
             "c/templates/conf.yaml": "kind: ConfigMap\nmetadata: {name: x}\ndata:\n  a.conf: |\n    spark.a=1\n"}  # fmt: skip
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)

    def run(_: int) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "sparkfix", "check"], cwd=tree, env={FOLDER: str(tmp_path / "c"), "HOME": str(tmp_path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    with ThreadPoolExecutor(4) as pool:
        results = set(pool.map(run, range(8)))
    assert results == {(0, "nothing found in 2 files\n")}
    assert (tmp_path / "c" / "cache.db").exists()


@pytest.fixture
def charts(tmp_path: Path) -> Iterator[Charts]:
    with open_cache(tmp_path) as cache, Renderer(engines=("library",), kept=cache) as renderer:
        yield Charts(renderer)


def test_arms_and_sources_are_kept_as_they_were_found(charts: Charts, tmp_path: Path) -> None:
    text = {
        path: content.encode()
        for path, content in {**FILES, "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 0.1.0\n"}.items()
    }
    here = Workspace(MemoryStore(text), tuple(text))
    sets, arms = charts.sets(here, ""), charts.arms(here, "")
    lines = charts.mapped(charts.files(here, ""), [item.job(here.data) for item in sets])
    assert len(sets) == 2
    with open_cache(tmp_path) as cache, Renderer(engines=(), kept=cache) as renderer:
        again = Charts(renderer)
        assert again.sets(here, "") == sets
        assert again.arms(here, "") == arms
        assert again.mapped(again.files(here, ""), [item.job(here.data) for item in sets]) == lines
