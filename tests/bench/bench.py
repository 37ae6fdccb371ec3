"""`make bench`: ratios from one run, medians of whole processes. A bench, not a test: misses are printed, never fail.

Runs over the folder named by SPARKFIX_CORPUS, or over copies of the demo repository if that is not set.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from programs import python_script
from rendering import cache, proofs

ROOT = Path(__file__).parents[2]
RUNS = 7
KEY = "spark.executor.memory"
VALUE = "3g"
KIND, FIELD, FIELD_VALUE = "SparkApplication", "spec.sparkVersion", "9.9.9"
READ_ALL = """
import os, re, sys
names = re.compile(r"\\.(ya?ml|tpl|gotmpl|conf|properties|cfg)(\\.(template|tmpl|tpl|gotmpl|j2))?$")
for folder, _, files in os.walk("."):
    for name in files:
        if names.search(name):
            with open(os.path.join(folder, name), "rb") as stream:
                b"spark" in stream.read()
"""
SPARKFIX = [sys.executable, "-m", "sparkfix"]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        corpus = _corpus(Path(name))
        print(f"{RUNS} runs each, medians; ratios are from this run\n")
        _scan(corpus)
        _start()
        _edit(corpus, Path(name))
        _edit_field(corpus, Path(name))
        python_script(_told)
        proofs(corpus, _told)
        cache(corpus, Path(name), [*SPARKFIX, "check", "--exit-zero", "--quiet"], _told)


def _corpus(work: Path) -> Path:
    given = os.environ.get("SPARKFIX_CORPUS")
    if given:
        return Path(given)
    for number in range(40):
        shutil.copytree(ROOT / "tests" / "demo" / "repository", work / "generated" / str(number))
    print("SPARKFIX_CORPUS is not set: copies of the demo repository serve")
    return work / "generated"


def _seconds(command: Sequence[str], folder: Path, *, cold: bool = False) -> float:
    times = []
    for _ in range(RUNS):
        if cold:
            _forget_files()
        begun = time.perf_counter()
        subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _forget_files() -> bool:
    """Empty the system's file cache, where we may (Linux, as root): only then a run is a cold one."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


def _told(name: str, value: float, unit: str, target: float) -> None:
    print(f"{name:<58} {value:8.2f} {unit:<3} target {target:g}{'' if value <= target else '   MISS'}")


def _scan(corpus: Path) -> None:
    check = [*SPARKFIX, "check", "--exit-zero", "--quiet", "--no-render"]
    read_all = [sys.executable, "-c", READ_ALL]
    scan, read = _seconds(check, corpus), _seconds(read_all, corpus)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"files in the cache: scan {scan:.3f} s, reading every file and a byte search {read:.3f} s ({scan / read:.1f} x)"
    )
    if _forget_files():
        scan, read = _seconds(check, corpus, cold=True), _seconds(read_all, corpus, cold=True)
        print(f"cold: scan {scan:.3f} s, reading every file and a byte search {read:.3f} s")
        _told("cold scan with all rules / (read every file + byte prefilter)", scan / read, "x", 3)
    else:
        print("the file cache could not be emptied (that takes root on Linux): no cold figures")
    _told("peak memory of the scan", memory, "MB", 200)


def _start() -> None:
    version = _seconds([*SPARKFIX, "--version"], ROOT)
    typer = _seconds([sys.executable, "-c", "import typer"], ROOT)
    print(f"\nsparkfix --version {version:.3f} s, import typer {typer:.3f} s")
    _told("sparkfix --version / import typer", version / typer, "x", 1.3)


def _edit(corpus: Path, work: Path) -> None:
    """The same edit by three tools. Intended are the places where Spark would read the key."""
    print(f"\nset {KEY}={VALUE}: intended places are those that sparkfix reads as properties")
    intended = _intended(corpus)
    print(f"{'tool':<12} {'seconds':>8} {'intended':>9} {'made':>6} {'excess lines':>13}")
    rule = (
        f"id: x\nlanguage: yaml\nrule: {{kind: block_mapping_pair, has: {{field: key, regex: '^[\"]?{KEY}[\"]?$'}}}}\n"
    )
    (work / "rule.yml").write_text(rule + f'fix: \'"{KEY}": "{VALUE}"\'\n')
    ast_grep = Path(sys.executable).with_name("ast-grep")
    tools: dict[str, list[str]] = {
        "sparkfix": [*SPARKFIX, "set", f"{KEY}={VALUE}", "--quiet"],
        "ast-grep": [str(ast_grep), "scan", "--rule", str(work / "rule.yml"), "--update-all", "--no-ignore", "hidden"],
        "sed": [
            "sh",
            "-c",
            f"grep -rlF {KEY} . | xargs sed -i -E 's/({re.escape(KEY)}\"?[ =:]+\"?)[0-9]+[a-zA-Z]+/\\1{VALUE}/'",
        ],
    }
    for name, command in tools.items():
        if name == "ast-grep" and not ast_grep.exists():
            print(f"{name:<12} is not installed")
            continue
        copy = work / f"copy-{name}"
        shutil.copytree(corpus, copy, symlinks=True)
        begun = time.perf_counter()
        subprocess.run(command, cwd=copy, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - begun
        made, excess = _compared(corpus, copy, intended, VALUE)
        print(f"{name:<12} {seconds:8.2f} {len(intended):9} {made:6} {excess:13}")
        shutil.rmtree(copy)


def _intended(corpus: Path) -> set[tuple[str, int]]:
    from sparkfix.workspace.find import find_files
    from sparkfix.workspace.store import DiskStore
    from sparkfix.workspace.workspace import Workspace

    found = find_files([corpus], corpus)
    workspace = Workspace(DiskStore(found.root), found.files)
    return {
        (path, document.source.position(item.value_span.start)[0])
        for path in found.files
        if workspace.relevant(path) and (document := workspace.document(path))
        for block in document.blocks
        for item in block.all(KEY)
        if item.value != VALUE
    }


def _edit_field(corpus: Path, work: Path) -> None:
    """A field that is no property, in all resources of a kind; rendering apart, as ast-grep proves nothing."""
    print(f"\nset {FIELD}={FIELD_VALUE} --kind {KIND}: intended are the fields of resources that are read")
    intended, resources, in_texts = _intended_fields(corpus)
    print(f"{resources} resources of this kind, {len(intended)} with the field; {in_texts} in texts are not read")
    print(f"{'tool':<22} {'seconds':>8} {'intended':>9} {'made':>6} {'excess lines':>13}")
    name = FIELD.rpartition(".")[2]
    (work / "field.yml").write_text(
        f"id: x\nlanguage: yaml\nrule: {{kind: block_mapping_pair, has: {{field: key, regex: '^{name}$'}}}}\n"
        f"fix: '{name}: \"{FIELD_VALUE}\"'\n"
    )
    ast_grep = Path(sys.executable).with_name("ast-grep")
    own = [*SPARKFIX, "set", f"{FIELD}={FIELD_VALUE}", "--kind", KIND, "--quiet"]
    scan = [str(ast_grep), "scan", "--rule", str(work / "field.yml"), "--update-all", "--no-ignore", "hidden"]
    tools = {"sparkfix": own, "sparkfix --no-render": [*own, "--no-render"]}
    tools |= {"ast-grep": scan} if ast_grep.exists() else {}
    took: dict[str, float] = {}
    for tool, command in tools.items():
        times = []
        for _ in range(3):
            copy = work / "copy-fields"
            shutil.copytree(corpus, copy, symlinks=True)
            begun = time.perf_counter()
            subprocess.run(command, cwd=copy, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            times.append(time.perf_counter() - begun)
            made, excess = _compared(corpus, copy, intended, FIELD_VALUE)
            shutil.rmtree(copy)
        took[tool] = min(times)
        print(f"{tool:<22} {took[tool]:8.2f} {len(intended):9} {made:6} {excess:13}")
    if "ast-grep" in took:
        _told("edit of a field, --no-render / ast-grep", took["sparkfix --no-render"] / took["ast-grep"], "x", 2)


def _intended_fields(corpus: Path) -> tuple[set[tuple[str, int]], int, int]:
    """The lines of the field, how many resources there are, and how many stand in texts within YAML."""
    from sparkfix.engine.unread import unread_resources
    from sparkfix.formats.kubernetes.resources import resources_of
    from sparkfix.workspace.find import find_files
    from sparkfix.workspace.store import DiskStore
    from sparkfix.workspace.workspace import Workspace

    found = find_files([corpus], corpus)
    workspace = Workspace(DiskStore(found.root), found.files)
    lines, resources = set(), 0
    for path in found.files:
        document = workspace.document(path) if workspace.relevant(path) else None
        for item in resources_of(document) if document else ():
            resources += item.kind == KIND
            field = item.node.get(*FIELD.split(".")) if item.kind == KIND else None
            if document and field is not None and field.text() != FIELD_VALUE:
                lines.add((path, document.source.position(field.span.start)[0]))
    return lines, resources, len(unread_resources(workspace, KIND))


def _compared(before: Path, after: Path, intended: set[tuple[str, int]], value: str) -> tuple[int, int]:
    """Intended lines that now hold the value, and changed lines that were not intended."""
    made = excess = 0
    for path in sorted(before.rglob("*")):
        name = path.relative_to(before).as_posix()
        twin = after / name
        if not path.is_file() or path.is_symlink() or path.read_bytes() == twin.read_bytes():
            continue
        old, new = path.read_bytes().split(b"\n"), twin.read_bytes().split(b"\n")
        excess += abs(len(old) - len(new))
        for number, (left, right) in enumerate(zip(old, new, strict=False), 1):
            if left != right:
                hit = (name, number) in intended and value.encode() in right
                made += hit
                excess += not hit
    return made, excess


if __name__ == "__main__":
    main()
