#!/usr/bin/env bash
# official.sh: the official clients of the services, for `make test-official`; quick where nothing changed.
#
# Browser packages go into .tools/official/npm. Each Python client has an environment of its own: they pin other versions
# of the same libraries than the kiosk and than each other. What is installed is what packaging/official/ says.
set -eu

from=packaging/official
into=.tools/official
mkdir -p "$into"

npm=$into/npm
if ! cmp -s "$from/package-lock.json" "$npm/filled-from"; then
    echo "Installing the official clients that run in a browser"
    mkdir -p "$npm"
    cp "$from/package.json" "$from/package-lock.json" "$npm/"
    # No package's own script runs: esbuild's binary is a package too.
    (cd "$npm" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$from/package-lock.json" "$npm/filled-from"
fi

for lock in "$from"/*.txt; do
    name=$(basename "$lock" .txt)
    venv=$into/$name
    cmp -s "$lock" "$venv/filled-from" && continue
    echo "Installing the official client $name"
    bash packaging/venv.sh --make "$venv"
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet -r "$lock"
    cp "$lock" "$venv/filled-from"
done
