"""`check`, `apply`, `diff` and the codemods `set`, `unset`, `rename`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import typer

from sparkfix.cli import options as opt
from sparkfix.cli.proof import Rendering, rendering_for, show_rendered, tell_notes, tell_unproven
from sparkfix.cli.reach import reach_of
from sparkfix.cli.session import Output, Session, fails, names, open_session, output, pairs
from sparkfix.cli.write import Delivery, check_delivery, deliver, recover_before
from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.check import check as run_check
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import (
    addition,
    checked_key,
    checked_value,
    not_a_path,
    parse_where,
    property_key,
    rename_rule,
    set_rule,
    unset_rule,
)
from sparkfix.engine.codemod_fields import (
    checked_kind,
    checked_path,
    rename_field_rule,
    set_field_rule,
    unset_field_rule,
    words_of_rule,
)
from sparkfix.engine.codemod_views import Codemod, RenderedCodemod
from sparkfix.engine.registry import load_rules, select_rules
from sparkfix.engine.unread import unread_places, unread_resources
from sparkfix.model import Finding, Problem, Rule, SparkfixError, Unread
from sparkfix.report.text import applied_lines, finding_text, plural, problem_text, refused_lines, summary, unread_text
from sparkfix.text.similar import nearest


def check(
    paths: opt.Paths = None,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    set_: opt.Set = None,
    spark_version: opt.SparkVersion = None,
    show_fixes: bool = typer.Option(False, "--show-fixes", help="Show the diff of each finding's fix."),
    strict: opt.Strict = False,
    exit_zero: opt.ExitZero = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    no_cache: opt.NoCache = False,
    explore: opt.Explore = None,
) -> None:
    """Find faults. Writes nothing."""
    rules = select_rules(load_rules(), names(select, "--select"), names(ignore, "--ignore"))
    options = _options(rules, set_ or [])
    session = open_session(paths or [], spark_version=spark_version, stdin_filename=stdin_filename)
    out = output(no_color=no_color, quiet=quiet)
    recover_before(session, out, writing=False)
    defects: list[Problem] = []
    rendering = Rendering(not no_render, tuple(values or ()), cached=not no_cache, explored=explore)
    with rendering_for(session, rendering) as renders:
        found = run_check(session.workspace, rules, options, defects, renders.views)
    findings = [item for item in found if item.listed]
    for finding in findings:
        out.say(finding_text(finding, session.source, session.shown, out.paint))
        if show_fixes:
            _show_fix(session, finding, out)
    unseen = tell_notes(renders, out, strict=strict)
    code, problems = session.unreadable(defects, strict=strict) or unseen, session.problems(defects)
    _tell_problems(problems, code, out)
    out.tell(summary(findings, len(session.found.files), problems))
    raise typer.Exit(code or (0 if exit_zero else int(fails(findings))))


def apply(
    paths: opt.Paths = None,
    solution: opt.Solution = None,
    unsafe_fixes: opt.UnsafeFixes = False,
    comment_out: opt.CommentOut = False,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    set_: opt.Set = None,
    dry_run: opt.DryRun = False,
    commit: opt.Commit = False,
    branch: opt.Branch = None,
    message: opt.Message = None,
    allow_dirty: opt.AllowDirty = False,
    spark_version: opt.SparkVersion = None,
    strict: opt.Strict = False,
    exit_zero: opt.ExitZero = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    rendered: opt.Rendered = False,
    no_cache: opt.NoCache = False,
    explore: opt.Explore = None,
) -> None:
    """Make fixes: the safe ones, or the solution you name."""
    selected = names(select, "--select")
    rules = select_rules(load_rules(), selected, names(ignore, "--ignore"))
    highest = max((rule.solutions for rule in rules), default=1)
    if solution is not None and not 1 <= solution <= highest:
        raise SparkfixError(f"--solution {solution}: no rule has it; solutions go from 1 to {highest}")
    choice = Choice(solution, unsafe_fixes, comment_out, frozenset(selected))
    delivery = Delivery(dry_run, commit, branch, message, allow_dirty)
    session = open_session(paths or [], spark_version=spark_version, stdin_filename=stdin_filename)
    out = output(no_color=no_color, quiet=quiet, messages_on_error=dry_run or session.stdin is not None)
    rendering = Rendering(not no_render, tuple(values or ()), rendered, not no_cache, explore)
    if rendered and not dry_run:
        raise SparkfixError("--rendered goes with a diff")
    _run(
        session,
        rules,
        choice,
        delivery,
        rendering,
        _options(rules, set_ or []),
        out,
        strict=strict,
        exit_zero=exit_zero,
    )


def diff(
    paths: opt.Paths = None,
    solution: opt.Solution = None,
    unsafe_fixes: opt.UnsafeFixes = False,
    comment_out: opt.CommentOut = False,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    set_: opt.Set = None,
    spark_version: opt.SparkVersion = None,
    strict: opt.Strict = False,
    exit_zero: opt.ExitZero = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    rendered: opt.Rendered = False,
    no_cache: opt.NoCache = False,
    explore: opt.Explore = None,
) -> None:
    """Print what `apply` would change, as a diff for `git apply`."""
    apply(
        paths, solution, unsafe_fixes, comment_out, select, ignore, set_, True, False, None, None, False,
        spark_version, strict, exit_zero, no_color, quiet, stdin_filename, no_render, values, rendered, no_cache,
        explore,
    )  # fmt: skip


def _run(
    session: Session, rules: Sequence[Rule], choice: Choice, delivery: Delivery, rendering: Rendering,
    values: dict[str, str], out: Output, *, strict: bool, exit_zero: bool,
    codemod: Codemod | None = None,
) -> None:  # fmt: skip
    """Apply, deliver, tell, and end with the exit code; of a codemod also where its key or kind stands unread."""
    writing = not delivery.dry_run and session.stdin is None
    recover_before(session, out, writing=writing)
    check_delivery(delivery, session)
    with rendering_for(session, rendering) as renders:
        # A codemod looks for what is written; what that is rendered to only has a say in what comes of it.
        views = None if choice.everything else renders.views
        judge = RenderedCodemod(codemod, renders.views) if codemod is not None and codemod.kind is None else None
        applied = apply_fixes(session.workspace, rules, choice, values, renders.prover, views, renders.views, judge)
        deliver(applied, delivery, session, out)
        if rendering.shown:
            show_rendered(renders, applied, session, out)
        counts = not (exit_zero or delivery.dry_run or choice.everything)
        left = run_check(applied.workspace, rules, values, [], views) if counts else ()
        reached = list(reach_of(applied, session, renders.overlays))
    for line in applied_lines(applied.applied, session.shown):
        out.tell(line)
    for line in refused_lines(applied.refused, session.shown):
        out.insist(line)
    tell_unproven(applied, session, rendering, out)
    for line in reached:
        out.tell(line)
    unseen = tell_notes(renders, out, strict=strict)
    words = words_of_rule(rules[0]) if codemod is not None and codemod.kind is not None else ()
    code = session.unreadable(applied.problems, words, strict=strict) or unseen
    _tell_problems(session.problems(applied.problems, words), code, out)
    unread = _unread(applied, codemod, words) if codemod is not None else ()
    for place in unread:
        out.tell(unread_text(replace(place, path=session.shown(place.path))))
    if choice.solution is not None and not applied.applied and not applied.refused and not code:
        out.tell(f"no finding here offers solution {choice.solution}, or it is done already")
    verb = "would change" if delivery.dry_run else "changed"
    fixes = plural(len(applied.applied), "fix", "fixes")
    out.tell(f"{fixes}, {verb} {plural(len(applied.changes), 'file')}" + _left_out(applied, len(unread)))
    if not code and not exit_zero:
        code = _left(applied, session, left, choice, delivery, out)
    raise typer.Exit(code)


def _unread(applied: Applied, codemod: Codemod, words: Sequence[bytes]) -> Sequence[Unread]:
    """Where what a codemod is about stands in texts that are not read."""
    if codemod.kind is not None:
        return unread_resources(applied.workspace, codemod.kind, words)
    return unread_places(applied.workspace, codemod.key, codemod.value)


def _left_out(applied: Applied, unread: int) -> str:
    refused = f"; {plural(len(applied.refused), 'fix', 'fixes')} refused" if applied.refused else ""
    return refused + (f"; {plural(unread, 'place')} not read" if unread else "")


def _left(
    applied: Applied, session: Session, left: Sequence[Finding], choice: Choice, delivery: Delivery, out: Output
) -> int:
    """1 if a diff was printed, or if something at or above warning is left; 0 otherwise."""
    if applied.refused and (choice.everything or choice.solution is not None):
        return 1
    if delivery.dry_run:
        return int(bool(applied.changes))
    listed = [item for item in left if item.listed]
    if fails(listed):
        out.tell(f"left: {summary(listed, len(session.found.files), ())}; `sparkfix check` shows them")
        return 1
    return 0


def set_property(
    assignment: str = typer.Argument(metavar="KEY=VALUE", help="The property and its new value."),
    paths: opt.Paths = None,
    kind: opt.Kind = None,
    add: bool = typer.Option(False, "--add", help="Also add it to workloads that do not set it."),
    where: opt.WhereOption = None,
    dry_run: opt.DryRun = False,
    commit: opt.Commit = False,
    branch: opt.Branch = None,
    message: opt.Message = None,
    allow_dirty: opt.AllowDirty = False,
    spark_version: opt.SparkVersion = None,
    strict: opt.Strict = False,
    exit_zero: opt.ExitZero = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    no_cache: opt.NoCache = False,
) -> None:
    """Set a property wherever it stands."""
    key, separator, value = assignment.partition("=")
    if not separator:
        raise SparkfixError(f"{assignment}: write it as KEY=VALUE")
    key, conditions = key.strip(), parse_where(where or [])
    asked = None
    if kind is not None:
        rule = set_field_rule(checked_kind(kind), checked_path(key), checked_value(value), conditions, add=add)
    else:
        rule = set_rule(property_key(key), checked_value(value), conditions, add=add, judged=True)
        asked = partial(addition, key, value) if add else None
    delivery = Delivery(dry_run, commit, branch, message, allow_dirty)
    rendering = Rendering(not no_render, tuple(values or ()), cached=not no_cache)
    _codemod(
        Codemod(rule, key, conditions, asked, kind, value), paths, delivery, rendering, spark_version, stdin_filename,
        strict, exit_zero, no_color, quiet,
    )  # fmt: skip


def unset_property(
    key: str = typer.Argument(metavar="KEY", help="The property to remove."),
    paths: opt.Paths = None,
    kind: opt.Kind = None,
    where: opt.WhereOption = None,
    comment_out: opt.CommentOut = False,
    dry_run: opt.DryRun = False,
    commit: opt.Commit = False,
    branch: opt.Branch = None,
    message: opt.Message = None,
    allow_dirty: opt.AllowDirty = False,
    spark_version: opt.SparkVersion = None,
    strict: opt.Strict = False,
    exit_zero: opt.ExitZero = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    no_cache: opt.NoCache = False,
) -> None:
    """Remove a property wherever it stands."""
    conditions = parse_where(where or [])
    if kind is not None:
        rule = unset_field_rule(checked_kind(kind), checked_path(key), conditions)
    else:
        rule = unset_rule(not_a_path(checked_key(key)), conditions, judged=True)
    delivery = Delivery(dry_run, commit, branch, message, allow_dirty)
    rendering = Rendering(not no_render, tuple(values or ()), cached=not no_cache)
    _codemod(
        Codemod(rule, key, conditions, None, kind), paths, delivery, rendering, spark_version, stdin_filename, strict,
        exit_zero, no_color, quiet, comment_out,
    )  # fmt: skip


def rename_property(
    old: str = typer.Argument(metavar="OLD", help="The property's name."),
    new: str = typer.Argument(metavar="NEW", help="Its new name."),
    paths: opt.Paths = None,
    kind: opt.Kind = None,
    where: opt.WhereOption = None,
    dry_run: opt.DryRun = False,
    commit: opt.Commit = False,
    branch: opt.Branch = None,
    message: opt.Message = None,
    allow_dirty: opt.AllowDirty = False,
    spark_version: opt.SparkVersion = None,
    strict: opt.Strict = False,
    exit_zero: opt.ExitZero = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    no_cache: opt.NoCache = False,
) -> None:
    """Rename a property wherever it stands."""
    if old == new:
        raise SparkfixError(f"{old}: the new name is the old one")
    conditions = parse_where(where or [])
    if kind is not None:
        rule = rename_field_rule(checked_kind(kind), checked_path(old), checked_path(new), conditions)
    else:
        rule = rename_rule(not_a_path(checked_key(old)), not_a_path(checked_key(new)), conditions, judged=True)
    delivery = Delivery(dry_run, commit, branch, message, allow_dirty)
    rendering = Rendering(not no_render, tuple(values or ()), cached=not no_cache)
    _codemod(
        Codemod(rule, old, conditions, None, kind), paths, delivery, rendering, spark_version, stdin_filename, strict,
        exit_zero, no_color, quiet,
    )  # fmt: skip


def _codemod(
    codemod: Codemod, paths: opt.Paths, delivery: Delivery, rendering: Rendering, spark_version: str | None,
    stdin_filename: str | None,
    strict: bool, exit_zero: bool, no_color: bool, quiet: bool, comment_out: bool = False,
) -> None:  # fmt: skip
    session = open_session(paths or [], spark_version=spark_version, stdin_filename=stdin_filename)
    out = output(no_color=no_color, quiet=quiet, messages_on_error=delivery.dry_run or session.stdin is not None)
    choice = Choice(comment_out=comment_out, everything=True)
    _run(
        session, [codemod.rule], choice, delivery, rendering, {}, out, strict=strict, exit_zero=exit_zero, codemod=codemod
    )  # fmt: skip


def _options(rules: Sequence[Rule], values: Sequence[str]) -> dict[str, str]:
    """`--set` values. Raises `SparkfixError` for one that no rule has."""
    found = pairs(values, "--set")
    known = {name for rule in rules for name in rule.options}
    defaults = {name: default for rule in rules for name, default in rule.options.items()}
    for name, value in found.items():
        if name not in known:
            raise SparkfixError(f"--set {name}: no rule has this option{nearest(name, known)}")
        if defaults[name].isdigit() and not (value.isdigit() and int(value) > 0):
            raise SparkfixError(f"--set {name}={value}: it must be a whole number above 0")
        if not re.fullmatch(r"[\w.\-/:@]+", value, re.ASCII):
            raise SparkfixError(f"--set {name}={value}: only letters, digits and . - _ / : @ may stand here")
    return found


def _tell_problems(problems: Sequence[Problem], code: int, out: Output) -> None:
    """List what was not understood; where that decides the exit code, on standard error and also if quiet."""
    for problem in problems:
        (out.warn if code else out.tell)(problem_text(problem))


def _show_fix(session: Session, finding: Finding, out: Output) -> None:
    """The diff of a finding's fixes, each computed alone."""
    from sparkfix.engine.preview import preview

    if finding.confidential:
        return
    for title, text in preview(session.workspace, finding):
        out.say(f"{title}\n{text}")
