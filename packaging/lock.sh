#!/usr/bin/env bash
# Writes the lock files anew: one for all systems and Pythons, with hashes, without any address of an index.
set -eu

uv_version=0.13.8
uv=.tools/uv/bin/uv

"$uv" --version 2>/dev/null | grep -qF "$uv_version" ||
    .venv/bin/python -m pip install --disable-pip-version-check --quiet --upgrade --target .tools/uv "uv==$uv_version"

compile() { # LOCK-FILE OPTIONS
    local lock=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade --output-file "$lock" "$@"
}

compile packaging/requirements.txt pyproject.toml --extra listen --extra tavus
compile packaging/requirements-dev.txt pyproject.toml --extra listen --extra tavus --group dev --constraints packaging/requirements.txt
compile packaging/requirements-go.txt --group go
# Versions without hashes: what these install runs in tests alone, and nobody would read four thousand hashes.
for client in agents pipecat tavus; do
    compile "packaging/official/$client.txt" --group "official-$client" --no-generate-hashes
done
