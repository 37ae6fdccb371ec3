#!/bin/sh
# Compares sparkfix's kustomizations with those of kustomize itself, which is built with Go. $1: folder of programs.
set -eu
bin=$1
if ! command -v go >/dev/null 2>&1; then
    echo "test-kustomize: skipped, there is no go to build the reference with"
    exit 0
fi
# The newest release may ask for a newer Go than the one at hand.
for version in latest v5.8.2 v5.7.1 v5.4.3; do
    [ -x "$bin/kustomize" ] && break
    GOBIN=$(cd "$bin" && pwd) go install "sigs.k8s.io/kustomize/kustomize/v5@$version" || true
done
if [ ! -x "$bin/kustomize" ]; then
    echo "test-kustomize: skipped, the reference could not be built with this go (its messages are above)"
    exit 0
fi
"$bin/pytest" tests/slow/test_kustomize_reference.py
