"""What is known of the custom resources of Spark operators, as tables.

A field's twin is the property that the operator makes of it. Read from the operators' own code:

* kubeflow/spark-operator: `internal/controller/sparkapplication/submission.go` (commit ca37f6b7, 2.x; one `spark-submit`
  line, in which of two equal `--conf` keys the last one counts, and named options count before any `--conf`),
  `internal/controller/sparkconnect/options.go` (d6ef7fc8), `pkg/common/spark.go` (23a7f475) for the keys,
  `api/v1beta2/sparkapplication_types.go` (07f3cecd) and `api/v1alpha1/sparkconnect_types.go` (0808a57d) for types,
  `internal/webhook/sparkconf_validator.go` (0c707ad0) for the keys that it refuses;
* apache/spark-kubernetes-operator: `SparkAppSubmissionWorker.java` (034cefc1), `ApplicationSpec.java` (3aeaf37b),
  `SparkClusterResourceSpec.java` (0b732b54); its fields are set only where `sparkConf` has no such key;
* stackabletech/spark-k8s-operator: `rust/operator-binary/src/crd/mod.rs` (0f8f7992, `build_command`),
  `crd/history.rs` (0d6b0f01), `connect/crd.rs` (01bfefcc); there `sparkConf` follows what the fields set.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

Route = tuple[str, ...]

CARRIER = "resource fields"
"""The carrier of blocks that hold what fields become."""


class Kind(str, enum.Enum):
    """What a field of a resource takes."""

    TEXT = "text"
    NUMBER = "a whole number"
    SWITCH = "true or false"


@dataclass(frozen=True, slots=True)
class Field:
    """A field with a twin.

    `route` leads to it from the specification, `key` is its twin; a last step `*` stands for any key of a map, and for the
    `*` in the twin. `wins` says that it counts where `sparkConf` sets the twin as well. `made` says how the operator
    makes the value of it, where that is not just the text of the field; such a field is read, and not edited as a property.
    """

    route: Route
    key: str
    kind: Kind = Kind.TEXT
    wins: bool = True
    made: str = ""

    @property
    def name(self) -> str:
        return ".".join(self.route)

    def named(self, key: str) -> str:
        """The field by its route for a property that it becomes, with the key of a map where it is one."""
        return self.name.replace("*", key[len(self.key) - 1 :])

    def twin(self, name: str) -> str:
        """The property of the field, for a map of the key `name`."""
        return self.key.replace("*", name) if self.route[-1] == "*" else self.key


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of custom resource.

    `root` leads to the specification that `fields` and `conf` are relative to; `conf` are the maps of properties.
    `denied` are the keys that the operator refuses in `sparkConf` (with the field that is meant, if there is one), and
    `others` fields that become no property, with what they become.
    """

    kind: str
    groups: tuple[str, ...]
    versions: tuple[str, ...]
    operator: str
    root: Route = ("spec",)
    conf: tuple[Route, ...] = (("sparkConf",),)
    fields: tuple[Field, ...] = ()
    denied: Mapping[str, Route] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


_JOINED = "the operator joins the items of a list"
_REFERENCE = "the operator makes it of the name and the key of a Secret"
_MOUNTED = "the operator makes it of an entry of a list"


def _pod_fields(role: str) -> tuple[Field, ...]:
    """The fields that `driver` and `executor` have in common (kubeflow)."""
    kubernetes = f"spark.kubernetes.{role}"
    environment = "spark.kubernetes.driverEnv.*" if role == "driver" else "spark.executorEnv.*"
    return (
        Field((role, "cores"), f"spark.{role}.cores", Kind.NUMBER),
        Field((role, "coreRequest"), f"{kubernetes}.request.cores"),
        Field((role, "coreLimit"), f"{kubernetes}.limit.cores"),
        Field((role, "memory"), f"spark.{role}.memory"),
        Field((role, "memoryOverhead"), f"spark.{role}.memoryOverhead"),
        Field((role, "image"), f"{kubernetes}.container.image"),
        Field((role, "serviceAccount"), f"spark.kubernetes.authenticate.{role}.serviceAccountName"),
        Field((role, "javaOptions"), f"spark.{role}.extraJavaOptions"),
        Field((role, "labels", "*"), f"{kubernetes}.label.*"),
        Field((role, "annotations", "*"), f"{kubernetes}.annotation.*"),
        Field((role, "envVars", "*"), environment),
        Field((role, "envSecretKeyRefs", "*"), f"{kubernetes}.secretKeyRef.*", made=_REFERENCE),
        Field((role, "secrets"), f"{kubernetes}.secrets.*", made=_MOUNTED),
    )


def _allocation(wins: bool = True) -> tuple[Field, ...]:
    """`dynamicAllocation`: with `enabled: false` none of it is passed on, and Spark reads the rest only if enabled."""
    prefix = "spark.dynamicAllocation"
    return (
        Field(("dynamicAllocation", "enabled"), f"{prefix}.enabled", Kind.SWITCH, wins),
        Field(("dynamicAllocation", "initialExecutors"), f"{prefix}.initialExecutors", Kind.NUMBER, wins),
        Field(("dynamicAllocation", "minExecutors"), f"{prefix}.minExecutors", Kind.NUMBER, wins),
        Field(("dynamicAllocation", "maxExecutors"), f"{prefix}.maxExecutors", Kind.NUMBER, wins),
        Field(("dynamicAllocation", "shuffleTrackingEnabled"), f"{prefix}.shuffleTracking.enabled", Kind.SWITCH, wins),
        Field(("dynamicAllocation", "shuffleTrackingTimeout"), f"{prefix}.shuffleTracking.timeout", Kind.NUMBER, wins),
    )


_HADOOP = Field(("hadoopConf", "*"), "spark.hadoop.*")

_APPLICATION = (
    Field(("image",), "spark.kubernetes.container.image"),
    Field(("imagePullPolicy",), "spark.kubernetes.container.image.pullPolicy", wins=False),
    Field(("imagePullSecrets",), "spark.kubernetes.container.image.pullSecrets", wins=False, made=_JOINED),
    Field(("mode",), "spark.submit.deployMode"),
    Field(("pythonVersion",), "spark.kubernetes.pyspark.pythonVersion", wins=False),
    Field(("memoryOverheadFactor",), "spark.kubernetes.memoryOverheadFactor", wins=False),
    Field(("nodeSelector", "*"), "spark.kubernetes.node.selector.*"),
    _HADOOP,
    Field(("deps", "jars"), "spark.jars", made=_JOINED),
    Field(("deps", "files"), "spark.files", made=_JOINED),
    Field(("deps", "pyFiles"), "spark.submit.pyFiles", made=_JOINED),
    Field(("deps", "archives"), "spark.archives", made=_JOINED),
    Field(("deps", "packages"), "spark.jars.packages", made=_JOINED),
    Field(("deps", "excludePackages"), "spark.jars.excludes", made=_JOINED),
    Field(("deps", "repositories"), "spark.jars.repositories", made=_JOINED),
    *_pod_fields("driver"),
    Field(("driver", "podName"), "spark.kubernetes.driver.pod.name"),
    Field(("driver", "kubernetesMaster"), "spark.kubernetes.driver.master"),
    Field(("driver", "serviceLabels", "*"), "spark.kubernetes.driver.service.label.*"),
    Field(("driver", "serviceAnnotations", "*"), "spark.kubernetes.driver.service.annotation.*"),
    *_pod_fields("executor"),
    Field(("executor", "instances"), "spark.executor.instances", Kind.NUMBER),
    Field(("executor", "deleteOnTermination"), "spark.kubernetes.executor.deleteOnTermination", Kind.SWITCH),
    *_allocation(),
)

_POD = "the operator's webhook puts it into the pods"
_OWN = "the operator's own"
_APPLICATION_OTHERS = {
    "type": _OWN,
    "sparkVersion": "the operator's own; Spark's version is that of the image",
    "mainClass": "`--class`",
    "mainApplicationFile": "the application of `spark-submit`",
    "arguments": "the application's arguments",
    "proxyUser": "`--proxy-user`",
    "sparkConfigMap, hadoopConfigMap": "mounted, with `SPARK_CONF_DIR` and `HADOOP_CONF_DIR`",
    "volumes, driver/executor.volumeMounts": "`spark.kubernetes.ROLE.volumes.TYPE.NAME.…` for volumes called"
    " `spark-local-dir-…`; " + _POD + " for others",
    "driver/executor.template": "`spark.kubernetes.ROLE.podTemplateFile`",
    "driver/executor.env, envFrom, affinity, tolerations, nodeSelector, schedulerName, priorityClassName, gpu, sidecars,"
    " initContainers, securityContext, hostNetwork": _POD,
    "monitoring": "metrics files, and an agent in the Java options",
    "restartPolicy, timeToLiveSeconds, batchScheduler, batchSchedulerOptions, sparkUIOptions, driverIngressOptions": _OWN,
}

# `internal/webhook/sparkconf_validator.go`: in releases after 2.5.2.
_TOKENS = tuple(
    f"spark.kubernetes.authenticate.{role}oauthToken{file}"
    for role in ("", "driver.", "executor.") for file in ("", "File")
)  # fmt: skip
_NONE: Route = ()
_DENIED: dict[str, Route] = {
    "spark.kubernetes.authenticate.driver.serviceAccountName": ("driver", "serviceAccount"),
    "spark.kubernetes.authenticate.executor.serviceAccountName": ("executor", "serviceAccount"),
    "spark.kubernetes.container.image": ("image",),
    "spark.kubernetes.driver.container.image": ("driver", "image"),
    "spark.kubernetes.executor.container.image": ("executor", "image"),
    "spark.kubernetes.driver.master": ("driver", "kubernetesMaster"),
    "spark.master": _NONE,
    **dict.fromkeys(_TOKENS, _NONE),
}
_CONNECT_DENIED = {key: route if route == ("image",) else _NONE for key, route in _DENIED.items()}

_KUBEFLOW = "kubeflow/spark-operator"
_KUBEFLOW_GROUP = ("sparkoperator.k8s.io",)
# HPE's fork has the same fields (seen in the examples of HPEEzmeral/spark-on-k8s).
_HPE = "HPE's fork of " + _KUBEFLOW
_HPE_GROUP = ("sparkoperator.hpe.com",)
_APACHE = "apache/spark-kubernetes-operator"
_APACHE_VERSIONS = ("v1", "v1beta1", "v1alpha1")
_STACKABLE = "stackabletech/spark-k8s-operator"


def _stackable_role(role: str) -> tuple[Field, ...]:
    resources = (role, "config", "resources")
    return (
        Field((*resources, "cpu", "min"), f"spark.kubernetes.{role}.request.cores", wins=False),
        Field((*resources, "cpu", "max"), f"spark.kubernetes.{role}.limit.cores", wins=False),
    )


RESOURCES = (
    Resource(
        "SparkApplication", _KUBEFLOW_GROUP, ("v1beta2",), _KUBEFLOW,
        fields=_APPLICATION, denied=_DENIED, others=_APPLICATION_OTHERS,
    ),
    Resource(
        "ScheduledSparkApplication", _KUBEFLOW_GROUP, ("v1beta2",), _KUBEFLOW, root=("spec", "template"),
        fields=_APPLICATION, denied=_DENIED,
    ),
    Resource(
        "SparkApplication", _HPE_GROUP, ("v1beta2",), _HPE,
        fields=_APPLICATION,
    ),
    Resource(
        "ScheduledSparkApplication", _HPE_GROUP, ("v1beta2",), _HPE, root=("spec", "template"),
        fields=_APPLICATION,
    ),
    Resource(
        "SparkConnect", _KUBEFLOW_GROUP, ("v1alpha1",), _KUBEFLOW,
        fields=(
            Field(("image",), "spark.kubernetes.container.image", wins=False),
            _HADOOP,
            Field(("server", "cores"), "spark.driver.cores", Kind.NUMBER),
            Field(("server", "memory"), "spark.driver.memory"),
            Field(("executor", "instances"), "spark.executor.instances", Kind.NUMBER),
            Field(("executor", "cores"), "spark.executor.cores", Kind.NUMBER),
            *_allocation(),
        ),
        denied=_CONNECT_DENIED,
        others={
            "sparkVersion": "the operator's own; Spark's version is that of the image",
            "executor.memory": "read by nothing in the code named above",
            "server.template": "the server's pod",
            "executor.template": "`spark.kubernetes.executor.podTemplateFile`",
            "server.service, restartPolicy": _OWN,
        },
    ),
    Resource(
        "SparkApplication", ("spark.apache.org",), _APACHE_VERSIONS, _APACHE,
        fields=(
            Field(("jars",), "spark.jars", wins=False),
            Field(("pyFiles",), "spark.submit.pyFiles", wins=False),
        ),
        others={
            "mainClass, sparkRFiles, driverArgs, proxyUser": "the application, its class, arguments and user",
            "deploymentMode, runtimeVersions, applicationTolerations": _OWN,
            "driverSpec, executorSpec": "pod templates",
        },
    ),
    Resource(
        "SparkCluster", ("spark.apache.org",), _APACHE_VERSIONS, _APACHE,
        others={
            "runtimeVersions, clusterTolerations": _OWN,
            "masterSpec, workerSpec": "StatefulSets and Services of the Master and the Workers",
        },
    ),
    Resource(
        "SparkApplication", ("spark.stackable.tech",), ("v1alpha1",), _STACKABLE,
        fields=(
            Field(("mode",), "spark.submit.deployMode"),
            Field(("executor", "replicas"), "spark.executor.instances", Kind.NUMBER, wins=False),
            Field(("deps", "packages"), "spark.jars.packages", wins=False, made=_JOINED),
            Field(("deps", "repositories"), "spark.jars.repositories", made=_JOINED),
            *_stackable_role("driver"),
            *_stackable_role("executor"),
        ),
        others={
            "mainClass, mainApplicationFile, args": "the application, its class and arguments",
            "sparkImage, image, env, volumes, driver/executor.podOverrides": "pod templates",
            "s3connection, logFileDirectory": "several properties, some of them read from Secrets",
            "deps.requirements": "installed by pip in an init container",
            "driver/executor.config.resources.memory.limit": "`spark.ROLE.memory`, less what the operator takes for overhead",
        },
    ),
    Resource(
        "SparkConnectServer", ("spark.stackable.tech",), ("v1alpha1",), _STACKABLE,
        conf=(
            ("server", "configOverrides", "spark-defaults.conf"), ("executor", "configOverrides", "spark-defaults.conf"),
        ),
        others={"server/executor.config.resources": "the operator computes cores and memory of them", "image": "pods"},
    ),
    Resource(
        "SparkHistoryServer", ("spark.stackable.tech",), ("v1alpha1",), _STACKABLE,
        others={"logFileDirectory": "`spark.history.fs.logDirectory` and access to it", "nodes, image": "pods"},
    ),
)  # fmt: skip

FIELDS = tuple(dict.fromkeys(field for resource in RESOURCES for field in resource.fields))
