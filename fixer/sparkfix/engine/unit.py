"""Running rules over what is looked at together: a chart or a folder."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sparkfix.formats.carriers import cannot_take
from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.formats.kubernetes.resources import resources_of
from sparkfix.formats.reading import internal_problem
from sparkfix.model import (
    Applicability,
    Command,
    CustomResource,
    Finding,
    Problem,
    PropertyBlock,
    Rule,
    SparkVersion,
    Workload,
    with_rule,
)
from sparkfix.spark.resources import belongs_to_resource, spellings
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace, mentions

_KEY = re.compile(r"spark\.[A-Za-z][\w.]*")
_SUBMIT = (b"spark-submit", b"spark-class", b"start-connect-server", b"start-thriftserver")


@dataclass(frozen=True)
class Subjects:
    """What the rules of one unit look at; workloads only where a rule asks for them."""

    blocks: tuple[PropertyBlock, ...]
    commands: tuple[Command, ...]
    workloads: tuple[Workload, ...]
    resources: tuple[CustomResource, ...] = ()


def units_of(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """The units with target files that say Spark, each with these files."""
    found: dict[str, list[str]] = {}
    for path in workspace.targets:
        if workspace.relevant(path):
            found.setdefault(workspace.unit_of(path), []).append(path)
    return {unit: tuple(paths) for unit, paths in found.items()}


def check_unit(
    workspace: Workspace,
    unit: str,
    paths: Sequence[str],
    rules: Sequence[Rule],
    options: Mapping[str, str],
    problems: list[Problem] | None = None,
) -> list[Finding]:
    """The findings of some rules in one unit. Only files that mention what a rule speaks of are parsed for it.

    What raises is told in `problems` and left out; without such a list it raises.
    """
    targets = set(workspace.targets)
    contents = {path: workspace.data(path) or b"" for path in paths}
    relevant = [rule for rule in rules if may_find(rule, contents.values(), workspace, unit)]
    if not relevant:
        return []
    try:
        subjects = subjects_of(workspace, unit, contents, relevant)
    except Exception as error:
        tell(problems, paths[0], error)
        return []
    found: dict[tuple[object, ...], Finding] = {}
    for rule in relevant:
        for finding in findings_of(rule, subjects, options, problems):
            if finding.primary.path in targets:
                key = (finding.rule, finding.primary.path, finding.primary.span, finding.message)
                found.setdefault(key, finding)
    return list(found.values())


def may_find(rule: Rule, contents: Collection[bytes], workspace: Workspace, unit: str) -> bool:
    """Do the files hold a word without which a rule finds nothing, and do all in the unit hold what it requires?"""
    if not any(speaks_of(data, rule.mentions) for data in contents):
        return False
    everything = [workspace.data(path) or b"" for path in workspace.unit_files(unit)] if rule.requires else []
    return all(any(mentions(data, (word,)) for data in everything) for word in rule.requires)


def speaks_of(data: bytes, needles: Iterable[bytes]) -> bool:
    """Does a file hold one of some words, or a field of a custom resource that becomes a property with one of them?"""
    words = tuple(needles)
    return mentions(data, words) or (belongs_to_resource(data) and mentions(data, spellings(words)))


def tell(problems: list[Problem] | None, path: str, error: Exception) -> None:
    """Note a defect as a problem of a file, so that the other files are still looked at; raise it if nobody listens."""
    if problems is None:
        raise error
    problems.append(internal_problem(path, error))


def subjects_of(workspace: Workspace, unit: str, contents: Mapping[str, bytes], rules: Sequence[Rule]) -> Subjects:
    """What the rules look at in the files of a unit whose contents are given."""
    kinds = {rule.subject for rule in rules}
    blocks: list[PropertyBlock] = []
    commands: list[Command] = []
    if PropertyBlock in kinds:
        for path, data in contents.items():
            if speaks_of(data, [needle for rule in rules if rule.subject is PropertyBlock for needle in rule.mentions]):
                document = workspace.document(path)
                blocks.extend(document.blocks if document else ())
    if Command in kinds:
        for path, data in contents.items():
            if mentions(data, _SUBMIT):
                document = workspace.document(path)
                commands.extend(commands_in(document.objects) if document else ())
    resources: list[CustomResource] = []
    if CustomResource in kinds:
        needles = [needle for rule in rules if rule.subject is CustomResource for needle in rule.mentions]
        for path, data in contents.items():
            document = workspace.document(path) if speaks_of(data, needles) else None
            resources.extend(resources_in(document) if document else ())
    workloads = workloads_of(workspace, unit) if Workload in kinds else ()
    return Subjects(tuple(blocks), tuple(commands), workloads, tuple(resources))


def resources_in(document: Document) -> Iterator[CustomResource]:
    """The custom resources of Spark operators in a file, with their blocks."""
    for item in resources_of(document):
        own = (block for block in document.blocks if item.span.covers(block.span))
        yield CustomResource(item, tuple(replace(block, owner=item) for block in own))


def findings_of(
    rule: Rule, subjects: Subjects, options: Mapping[str, str], problems: list[Problem] | None
) -> Iterator[Finding]:
    """What a rule finds in some subjects. What raises is told in `problems`; without such a list it raises."""
    pool: Iterable[object] = (
        subjects.blocks
        if rule.subject is PropertyBlock
        else subjects.commands
        if rule.subject is Command
        else subjects.resources
        if rule.subject is CustomResource
        else subjects.workloads
    )
    takes_options = len(inspect.signature(rule.check).parameters) > 1
    own = {**rule.options, **{key: value for key, value in options.items() if key in rule.options}}
    for subject in pool:
        if isinstance(subject, Workload) and not concerns(rule, subject.version):
            continue
        try:
            for finding in rule.check(subject, own) if takes_options else rule.check(subject):
                yield _without_secrets(_as_carriers_allow(with_rule(finding, rule), subject), subject)
        except Exception as error:
            tell(problems, str(getattr(subject, "path", "")), error)


def _blocks_of(subject: object) -> tuple[PropertyBlock, ...]:
    held = subject.blocks if isinstance(subject, (Workload, CustomResource)) else ()
    return (subject,) if isinstance(subject, PropertyBlock) else held


def _as_carriers_allow(finding: Finding, subject: object) -> Finding:
    """The finding; a fix that the place of a property can never take is only shown, with the reason."""
    fixes = []
    for fix in finding.fixes:
        reasons = [reason for change in fix.changes if (reason := cannot_take(change, _blocks_of(subject)))]
        shown = reasons and not fix.blocked
        fixes.append(replace(fix, applicability=Applicability.DISPLAY, blocked=reasons[0]) if shown else fix)
    return replace(finding, fixes=tuple(fixes)) if tuple(fixes) != finding.fixes else finding


def _without_secrets(finding: Finding, subject: object) -> Finding:
    """A finding whose places touch a Secret loses that Secret's values from its message, and is marked."""
    for block in _blocks_of(subject):
        if block.confidential and any(
            place.path == block.path and block.span.covers(place.span) for place in finding.places
        ):
            return hide_values(finding, block)
    return finding


def hide_values(finding: Finding, block: PropertyBlock) -> Finding:
    """A finding in a Secret with everything quoted, but for property keys, taken out of its message and its fixes."""
    keys = {item.key for item in block.properties}

    def hidden(text: str) -> str:
        for item in sorted(block.properties, key=lambda item: -len(item.value)):
            text = text.replace(item.value, "***") if len(item.value) > 1 else text
        return re.sub(
            r"`([^`]*)`", lambda match: match[0] if match[1] in keys or _KEY.fullmatch(match[1]) else "`***`", text
        )

    fixes = tuple(replace(fix, title=hidden(fix.title), notes=tuple(map(hidden, fix.notes))) for fix in finding.fixes)
    return replace(finding, message=hidden(finding.message), fixes=fixes, confidential=True)


def concerns(rule: Rule, version: SparkVersion | None) -> bool:
    """Does a rule speak of this Spark version? Of an unknown one it does."""
    if version is None:
        return True
    if rule.since and version.release < _release(rule.since):
        return False
    return not (rule.before and version.release >= _release(rule.before))


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
