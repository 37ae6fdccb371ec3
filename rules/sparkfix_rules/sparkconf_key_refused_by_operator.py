"""`sparkConf` of a resource holds a key that newer Spark operators of kubeflow refuse.

The webhook of the operator turns the whole resource away, when it is made and whenever its specification changes:
`sparkConf key "spark.master" is not allowed: this value is managed by the operator`. Objects that are in the cluster
already run on, until somebody applies them once more.

Refused are `spark.master` and `spark.kubernetes.driver.master`, the images (`spark.kubernetes.container.image` and
those of driver and executor), the service accounts of both, all OAuth tokens, and a `spark.kubernetes.namespace` other
than the resource's own. An equal namespace is no fault, nor is one that a template or the caller decides, and neither are
other keys below `spark.kubernetes.authenticate`. The operators of Apache and Stackable refuse nothing: there image,
account and namespace belong into `sparkConf`.

Fix safety: safe where nothing else comes of it: the key moves to its field, and goes where the field, or the operator's
own `--master`, counts before it already. Unsafe for tokens, for a namespace, and for the image of a `SparkConnect`,
which its server takes, too. Display-only where the field's section is missing, and where a pod template has to say it.
Sources: kubeflow/spark-operator, `internal/webhook/sparkconf_validator.go` (pull request 3043, in releases after 2.5.2);
`internal/controller/sparkapplication/submission.go` for what counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import CustomResource, Finding, denials, rule


@rule(severity="warning", mentions=(b"sparkConf",))
def sparkconf_key_refused_by_operator(resource: CustomResource) -> Iterator[Finding]:
    for denial in denials.denials(resource):
        others = (denial.field.place("a field sets it here"),) if denial.field is not None else ()
        yield Finding(
            f"`{denial.item.key}` in `sparkConf` is refused by the operator after 2.5.2: {denial.reason}",
            (denial.item.place("is set here"), *others),
            (denial.fix,),
        )
