#!/bin/sh
# Builds a small repository with Connect servers for Spark 3.5 and 4.1, and does sparkfix's main job on it.
# Every command is printed before its output; anything unexpected ends the script with an error.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=$root/.demo

# Nothing of the caller's git reaches the demo: no configuration, no hooks, no pager, no enclosing repository.
for name in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do
    unset "$name"
done
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_PAGER=cat
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_PAGER

fail() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

# run EXPECTED_EXIT_CODE COMMAND…: prints the command, then its output.
run() {
    expected=$1
    shift
    printf '\n$ %s\n' "$*"
    code=0
    "$@" || code=$?
    [ "$code" -eq "$expected" ] || fail "\`$*\` ended with $code, not $expected"
}

rm -rf "$work"
cp -R "$here/repository" "$work"
cd "$work"
git -c init.defaultBranch=main init --quiet .
git config user.name 'sparkfix demo'
git config user.email 'demo@example.org'
git config commit.gpgsign false
git config core.autocrlf false
git add --all
git commit --quiet --message 'Spark Connect on Kubernetes, 3.5 and 4.1'

run 0 sparkfix check
run 1 sparkfix diff --solution 1

sparkfix diff --solution 1 --quiet >.git/demo.patch || [ $? -eq 1 ] || fail 'no diff'
run 0 git apply --check .git/demo.patch
git apply .git/demo.patch
git diff >.git/patched.diff
git checkout --quiet -- .

run 0 sparkfix apply --solution 1
run 0 git diff --stat
git diff >.git/applied.diff
cmp -s .git/patched.diff .git/applied.diff || fail 'apply and git apply disagree'
for chart in spark-3.5 spark-4.1; do
    file=charts/$chart/charts/spark-connect/templates/configmap.yaml
    [ "$(git diff --numstat -- "$file" | cut -f 1,2 | tr '\t' ' ')" = '1 0' ] || fail "$file: not exactly one line"
    grep -A 1 -F 'spark.connect.grpc.binding.address=0.0.0.0' "$file" |
        grep -qF 'spark.connect.grpc.binding.port=15002' || fail "$file: the address does not stand above the port"
done

run 0 sparkfix apply --solution 1
git diff >.git/again.diff
cmp -s .git/applied.diff .git/again.diff || fail 'a second run changed something'
git checkout --quiet -- .

run 0 sparkfix apply --solution 1 --commit --branch sparkfix/connect-binding-address
run 0 git log --stat -1
[ -z "$(git status --porcelain)" ] || fail 'something is left uncommitted'

printf '\nThe demo repository is in .demo; try the other solutions there: sparkfix diff --solution 5\n'
