"""What keys and values of settings say: units, quotes, comments, secrets, directories, names without `spark.`."""

from __future__ import annotations

import pytest

from sparkfix.model import Property, Span
from sparkfix.spark import eventlog, javaoptions, keys, secrets, sizes, texts


def _property(key: str, value: str) -> Property:
    return Property("a.conf", key, value, Span(0, 1), Span(1, 2))


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("4Gi", "4g"),
        ("512 mi", "512m"),
        ("1.5Gi", "1536m"),
        ("2.0GiB", "2g"),
        ("1.3Gi", ""),
        ("0.5Ki", ""),
        ("{{ .Values.x }}Gi", "{{ .Values.x }}g"),
    ],
)
def test_sizes_of_kubernetes(written: str, size: str) -> None:
    assert sizes.is_kubernetes_size(written)
    assert sizes.as_spark_size(written) == size


@pytest.mark.parametrize("written", ["4g", "4GB", "4", "Gi", "4Gi/2", "${env:MEM}Gi", "-1Gi", "4Ei"])
def test_other_sizes(written: str) -> None:
    assert not sizes.is_kubernetes_size(written)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("spark.ui.enabled", '"true"', "true"),
        ("spark.acme.x", "'a b'", "a b"),
        ("spark.acme.x", '"a" "b"', ""),
        ("spark.acme.x", '"', ""),
        ("spark.acme.x", '""', ""),
        ("spark.acme.x", "\"a'", ""),
        ("spark.acme.x", '" a"', ""),
        ("spark.app.name", '"a"', ""),
        ("spark.executor.extraJavaOptions", '"-Da=b"', ""),
        ("spark.acme.regex", '"a.*"', ""),
    ],
)
def test_quotes_around_a_value(key: str, value: str, text: str) -> None:
    assert texts.unquoted(_property(key, value)) == text


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("spark.executor.cores", "4 # cores", ("4", "cores")),
        ("spark.executor.cores", "4 #cores", ("4", "cores")),
        ("spark.executor.cores", "4#cores", ("", "")),
        ("spark.executor.cores", "4 # 8", ("", "")),
        ("spark.eventLog.dir", "s3a://a/b // where logs go", ("s3a://a/b", "where logs go")),
        ("spark.serializer", "a.b.C # faster", ("a.b.C", "faster")),
        ("spark.serializer", "a.b.C #faster", ("", "")),
        ("spark.acme.x", "word # faster", ("", "")),
        ("spark.acme.x", "a b # faster", ("", "")),
        ("spark.app.name", "4 # cores", ("", "")),
    ],
)
def test_comments_behind_a_value(key: str, value: str, expected: tuple[str, str]) -> None:
    assert texts.comment_of(_property(key, value)) == expected


@pytest.mark.parametrize(
    "key",
    [
        "spark.hadoop.fs.s3a.secret.key",
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.bucket.logs.secret.key",
        "spark.hadoop.fs.s3a.session.token",
        "spark.hadoop.fs.azure.account.key.acme.dfs.core.windows.net",
        "spark.hadoop.fs.azure.account.oauth2.client.secret",
        "spark.hadoop.fs.azure.account.oauth2.client.secret.acme.dfs.core.windows.net",
        "spark.hadoop.javax.jdo.option.ConnectionPassword",
        "spark.ssl.historyServer.keyStorePassword",
        "spark.authenticate.secret",
        "spark.kubernetes.authenticate.driver.oauthToken",
        "spark.executorEnv.AWS_SECRET_ACCESS_KEY",
        "spark.hadoop.fs.oss.accessKeyId",
        "spark.org.apache.spark.ui.JWSFilter.param.secretKey",
    ],
)
def test_keys_of_secrets(key: str) -> None:
    assert secrets.names_a_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        "spark.hadoop.fs.s3a.aws.credentials.provider",
        "spark.kubernetes.authenticate.oauthTokenFile",
        "spark.kubernetes.container.image.pullSecrets",
        "spark.kubernetes.driver.secretKeyRef.PASSWORD",
        "spark.kubernetes.executor.secrets.api-token",
        "spark.kubernetes.driver.label.token",
        "spark.authenticate.secretBitLength",
        "spark.redaction.regex",
        "spark.hadoop.fs.azure.account.auth.type.acme.dfs.core.windows.net",
        "spark.hadoop.fs.azure.account.oauth2.client.id",
        "spark.kafka.clusters.a.sasl.token.mechanism",
        "spark.sql.hive.metastore.jars",
    ],
)
def test_keys_that_speak_of_secrets_only(key: str) -> None:
    assert not secrets.names_a_secret(key)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("abc/DEF+123", True),
        ("changeme", True),
        ('"abc"', True),
        ("", False),
        ("${env:TOKEN}", False),
        ("prefix-$(TOKEN)", False),
        ("{{ .Values.token }}", False),
        ("<your key>", False),
        ("/etc/secrets/token", False),
        ("file:/etc/secrets/token", False),
        ("org.example.Secrets", False),
        ("true", False),
        ("*****", False),
        ("vault:secret/data/x#y", False),
    ],
)
def test_secrets_that_are_spelt_out(value: str, plain: bool) -> None:
    assert secrets.is_spelt_out(value) is plain


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("s3a://logs/events", "s3://logs/events/"),
        ("file:///data/events", "/data/events/"),
        ("hdfs://a:9000/x//y", "hdfs://a:9000/x/y"),
    ],
)
def test_two_ways_to_write_one_directory(left: str, right: str) -> None:
    assert eventlog.comparable(left) == eventlog.comparable(right) != ""


@pytest.mark.parametrize("directory", ["{{ .Values.x }}", "s3a://${env:B}/x", "$X", "logs", ""])
def test_directories_that_are_not_spelt_out(directory: str) -> None:
    assert eventlog.comparable(directory) == ""


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("fs.s3a.endpoint", "spark.hadoop.fs.s3a.endpoint"),
        ("hadoop.fs.s3a.endpoint", "spark.hadoop.fs.s3a.endpoint"),
        ("hadoop.security.authentication", "spark.hadoop.hadoop.security.authentication"),
        ("hive.metastore.uris", "spark.hadoop.hive.metastore.uris"),
        ("sql.shuffle.partitions", "spark.sql.shuffle.partitions"),
        ("Spark.driver.memory", "spark.driver.memory"),
        ("SPARK.DRIVER.MEMORY", ""),
        ("acme.mode", ""),
    ],
)
def test_names_that_are_meant(key: str, meant: str) -> None:
    assert keys.name_meant(key) == meant


def test_heap_among_options() -> None:
    assert javaoptions.heap_of("-Da=b -Xmx4G -Xms1g") == "4g"
    assert javaoptions.without_heap("-Da=b -Xmx4G -Xms1g") == "-Da=b -Xms1g"
    assert javaoptions.heap_of("-Xmx4g -Xmx2g") == ""
    assert javaoptions.heap_of("-Xmx{{ .Values.heap }}") == ""
    assert javaoptions.heap_of("-Xmx1073741824") == ""
