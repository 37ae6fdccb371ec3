#!/bin/sh
# Builds the wheel, installs it into an empty environment outside the checkout and does the main job there.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$python" -m pip wheel --quiet --no-deps --wheel-dir "$folder/dist" "$root"
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet "$folder"/dist/*.whl
mkdir "$folder/work"
cd "$folder/work"
printf 'spark.master=local\nspark.connect.grpc.binding.port=15002\n' >spark-defaults.conf
"$folder/venv/bin/sparkfix" --version
[ "$("$folder/venv/bin/sparkfix" rules | wc -l)" -ge 6 ] || { echo 'the wheel lacks rules' >&2; exit 1; }
"$folder/venv/bin/sparkfix" apply --solution 1
grep -q '^spark.connect.grpc.binding.address=0.0.0.0$' spark-defaults.conf || { echo 'nothing was applied' >&2; exit 1; }
echo 'the wheel works outside the checkout'
