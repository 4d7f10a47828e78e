#!/usr/bin/env bash
# install.sh LOCK-FILE: fills .venv with exactly the packages of a lock file; quick where nothing changed.
#
# The stamp is a copy of the lock file inside the environment: it goes when the environment goes.
set -eu

lock=${1:?usage: install.sh LOCK-FILE}
venv=.venv
stamp="$venv/filled-from-$(basename "$lock")"

if bash packaging/venv.sh --works "$venv"; then
    bash packaging/system.sh run
else
    bash packaging/system.sh python run
    bash packaging/venv.sh --make "$venv"
fi
cmp -s "$lock" "$stamp" && exit 0

echo "Installing Python packages ($(grep -c '^[a-z].*==' "$lock") in $lock)"
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes -r "$lock"
cp "$lock" "$stamp"
