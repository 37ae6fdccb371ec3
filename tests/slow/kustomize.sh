#!/bin/sh
# Compares sparkfix's kustomizations with those of kustomize itself, which is built with Go, as is the helm that it
# calls for charts. $1: folder of programs.
set -eu
bin=$1
if ! command -v go >/dev/null 2>&1; then
    echo "test-kustomize: skipped, there is no go to build the reference with"
    exit 0
fi
# $1: program, $2: its Go package, then versions: the newest release may ask for a newer Go than the one at hand.
build() {
    program=$1 package=$2
    shift 2
    for version in "$@"; do
        [ -x "$bin/$program" ] && break
        GOBIN=$(cd "$bin" && pwd) go install "$package@$version" || true
    done
}
build kustomize sigs.k8s.io/kustomize/kustomize/v5 latest v5.8.2 v5.7.1 v5.4.3
build helm helm.sh/helm/v3/cmd/helm latest v3.20.0 v3.18.6 v3.16.4
if [ ! -x "$bin/kustomize" ]; then
    echo "test-kustomize: skipped, the reference could not be built with this go (its messages are above)"
    exit 0
fi
if [ ! -x "$bin/helm" ]; then
    echo "test-kustomize: without charts, helm could not be built with this go (its messages are above)"
fi
"$bin/pytest" -rs tests/slow/test_kustomize_reference.py
