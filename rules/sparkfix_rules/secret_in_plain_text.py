"""A secret stands in plain text among the settings of Spark.

Whoever may read the repository, the ConfigMap, the resource or the arguments of the pod has it. Spark takes such values out
of its web page and its event log only: in cluster mode they are readable in the ConfigMap of the driver's properties.
A default password that everybody knows is reported as well.

Reported are keys that end in a word of Spark's own redaction (`secret`, `password`, `token`, `access.key`) and the keys of
Azure's storage accounts. Left alone: Kubernetes Secrets, variables and template actions, references to a vault, paths and
files, class names, switches, and families whose values name a Secret (`….secretKeyRef.…`, `….secrets.…`).

Fix safety: display-only: a Secret has to be made, and the value that stood here is to be replaced by another one. S3A takes
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN by itself. No value is ever shown.
Sources: `spark.redaction.regex` of Spark 3.5; what lands in the driver's ConfigMap verified on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Finding, Fix, Workload, rule, secrets

WORDS = (b"ecret", b"assw", b"assphrase", b"oken", b"ey", b"ECRET", b"ASSW", b"OKEN", b"KEY", b"fs.azure")


@rule(severity="warning", mentions=WORDS)
def secret_in_plain_text(workload: Workload) -> Iterator[Finding]:
    for secret in secrets.plain_secrets(workload):
        variable = secrets.variable_of(secret.key)
        title = f"give the driver and the executors {variable} from a Secret" if variable else "keep it in a Secret"
        yield Finding(
            f"the value of `{secret.key}` is a secret in plain text",
            (secret.place,),
            (Fix(title, (), Applicability.DISPLAY),),
            confidential=True,
        )
