#!/usr/bin/env bash
# venv.sh DIRECTORY: makes a virtual environment there, unless a working one stands; venv.sh --find: names its Python.
#
# PYTHON in the environment wins; else the machine's own Python, then 3.13, 3.12, 3.11. A name on the PATH proves nothing
# (version managers leave names that only complain), so each candidate is asked.
set -u

fits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 /usr/bin/python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c "import ensurepip, venv; $fits" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

if [ "${1-}" = --find ]; then
    find_python
    exit
fi

directory=${1:?usage: venv.sh DIRECTORY}
"$directory/bin/python" -c "import pip; $fits" 2>/dev/null && exit 0
if ! python=$(find_python); then
    echo "No Python 3.11 to 3.13 with its venv module was found (PYTHON=/path/to/python names one)." >&2
    exit 1
fi
echo "Making a virtual environment with $("$python" --version)"
rm -rf "$directory"
"$python" -m venv "$directory"
