"""A field of an operator's resource and its `sparkConf` give one property different values, and only one counts.

The operator writes both into one `spark-submit` line, where the last one counts, and says nothing. Of kubeflow's
`SparkApplication` the fields of `driver`, `executor` and `dynamicAllocation`, `nodeSelector`, `hadoopConf`, `deps` and
`mode` count before `sparkConf`, and `spec.image` before every key for an image. `sparkConf` counts before
`imagePullPolicy`, `imagePullSecrets`, `pythonVersion` and `memoryOverheadFactor`, and also before a section
`dynamicAllocation` that is not enabled. Apache's and Stackable's operators let `sparkConf` count before almost all fields.
Java options are not put together, either: those that do not count are lost, garbage collectors and agents with them.

Equal values are no fault, nor are sizes that are written differently (`1g`, `1024m`), values that a template makes (what
comes out of it is looked at), and two arms of a template that never hold together. Keys that newer operators refuse
altogether are left to `sparkconf-key-refused-by-operator`.

Fix safety: unsafe. What goes has no effect, but the author may have meant just that value.
Sources: kubeflow/spark-operator 2.x, `internal/controller/sparkapplication/submission.go` and
`internal/controller/sparkconnect/options.go`; apache/spark-kubernetes-operator, `SparkAppSubmissionWorker.java`;
stackabletech/spark-k8s-operator, `crd/mod.rs`; SparkSubmitArguments of Spark 3.5, where named options count before
`--conf`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Contest, CustomResource, Finding, Fix, Remove, contests, rule

SEPARATE = "the Java options of both are not put together: move what is needed first"


@rule(severity="warning", mentions=(b"sparkConf",))
def crd_field_and_sparkconf_disagree(resource: CustomResource) -> Iterator[Finding]:
    for contest in contests.contests(resource):
        if contests.differ(contest) and not contests.is_denied(resource, contest.other):
            yield _finding(contest)


def _finding(contest: Contest) -> Finding:
    counts = f"`{contest.name}` counts" if contest.field_counts else "`sparkConf` counts"
    if contest.secret:
        fact = f"`{contest.name}` and `{contest.other.key}` in `sparkConf` differ; {counts}"
    else:
        own, other = contest.own.value, contest.other.value
        fact = f"`{contest.name}` is `{own}`, and `{contest.other.key}` in `sparkConf` is `{other}`; {counts}"
    if contest.loser.locked:
        fix = Fix("remove the setting without effect", (), Applicability.DISPLAY)
    else:
        notes = (SEPARATE,) if contest.own.key.endswith("extraJavaOptions") else ()
        fix = Fix("remove the setting without effect", (Remove(contest.loser),), Applicability.UNSAFE, notes=notes)
    places = (contest.loser.place("has no effect here"), contest.winner.place("counts here"))
    return Finding(fact, places, (fix,))
