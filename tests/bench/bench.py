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

from sparkfix.formats.languages import LANGUAGES, language

ROOT = Path(__file__).parents[2]
RUNS = 7
KEY = "spark.executor.memory"
VALUE = "3g"
KIND, FIELD, FIELD_VALUE = "SparkApplication", "spec.sparkVersion", "9.9.9"
# What holds manifests, templates and properties, and beside it everything that sparkfix reads.
PLAIN = "|".join(language(name).names.pattern for name in ("yaml", "properties"))
EVERYTHING = "|".join(item.names.pattern for item in LANGUAGES)
READ_ALL = """
import os, re, sys
names = re.compile(sys.argv[1])
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
        _scans(corpus, Path(name))
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


def _told(name: str, value: float, unit: str, target: float | None) -> None:
    aim = "" if target is None else f"target {target:g}{'' if value <= target else '   MISS'}"
    print(f"{name:<58} {value:8.2f} {unit:<3} {aim}".rstrip())


def _scans(corpus: Path, work: Path) -> None:
    """Over the YAML and conf files alone, which the target is about, and over all that sparkfix reads."""
    plain = work / "plain"

    def others(folder: str, names: list[str]) -> list[str]:
        left = [name for name in names if not re.search(PLAIN, name)]
        return [name for name in left if not os.path.isdir(os.path.join(folder, name))]

    shutil.copytree(corpus, plain, symlinks=True, ignore=others)
    _scan(plain, PLAIN, "YAML and conf", 3)
    if any(re.search(EVERYTHING, path.name) and not re.search(PLAIN, path.name) for path in corpus.rglob("*")):
        print()
        _scan(corpus, EVERYTHING, "all carriers")
    else:
        print("no other carriers than YAML and conf files are there")


def _scan(folder: Path, names: str, what: str, target: float | None = None) -> None:
    check = [*SPARKFIX, "check", "--exit-zero", "--quiet", "--no-render"]
    read_all = [sys.executable, "-c", READ_ALL, names]
    scan, read = _seconds(check, folder), _seconds(read_all, folder)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{what}, in the cache: scan {scan:.3f} s, reading every file and a byte search {read:.3f} s ({scan / read:.1f} x)"
    )
    if _forget_files():
        scan, read = _seconds(check, folder, cold=True), _seconds(read_all, folder, cold=True)
        print(f"{what}, cold: scan {scan:.3f} s, reading every file and a byte search {read:.3f} s")
        _told("cold scan with all rules / (read every file + byte prefilter)", scan / read, "x", target)
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
    print(f"{'tool':<22} {'seconds':>8} {'CPU':>6} {'intended':>9} {'made':>6} {'excess lines':>13}")
    took: dict[str, list[tuple[float, float]]] = {}
    counts: dict[str, tuple[int, int]] = {}
    for _ in range(3):
        for tool, command in _field_tools(work).items():
            copy = work / "copy-fields"
            shutil.copytree(corpus, copy, symlinks=True)
            begun, used = time.perf_counter(), _processor_seconds()
            subprocess.run(command, cwd=copy, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took.setdefault(tool, []).append((time.perf_counter() - begun, _processor_seconds() - used))
            counts[tool] = _compared(corpus, copy, intended, FIELD_VALUE)
            shutil.rmtree(copy)
    for tool, times in took.items():
        (seconds, used), (made, excess) = min(times), counts[tool]
        print(f"{tool:<22} {seconds:8.2f} {used:6.2f} {len(intended):9} {made:6} {excess:13}")
    own = min(took["sparkfix --no-render"])[0]
    for tool in ("ast-grep", "ast-grep within kind"):
        if tool in took:
            _told(f"edit of a field, --no-render / {tool}", own / min(took[tool])[0], "x", 2)


def _field_tools(work: Path) -> dict[str, list[str]]:
    """The same edit; ast-grep's one line takes the key wherever it stands, its longer one that of the kind's documents."""
    name = FIELD.rpartition(".")[2]
    key = f"kind: block_mapping_pair, has: {{field: key, regex: '^{name}$'}}"
    of_kind = f"{{has: {{field: key, regex: '^kind$'}}}}, {{has: {{field: value, regex: '^{KIND}$'}}}}"
    pair = f"{{kind: block_mapping_pair, all: [{of_kind}]}}"
    within = f"inside: {{stopBy: end, kind: block_mapping, has: {pair}}}"
    own = [*SPARKFIX, "set", f"{FIELD}={FIELD_VALUE}", "--kind", KIND, "--quiet"]
    tools = {"sparkfix": own, "sparkfix --no-render": [*own, "--no-render"]}
    ast_grep = Path(sys.executable).with_name("ast-grep")
    for tool, rule in {"ast-grep": key, "ast-grep within kind": f"{key}, {within}"}.items():
        path = work / f"{tool.replace(' ', '-')}.yml"
        path.write_text(f"id: x\nlanguage: yaml\nrule: {{{rule}}}\nfix: '{name}: \"{FIELD_VALUE}\"'\n")
        if ast_grep.exists():
            tools[tool] = [str(ast_grep), "scan", "--rule", str(path), "--update-all", "--no-ignore", "hidden"]
    return tools


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
