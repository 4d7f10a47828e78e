#!/usr/bin/env bash
# venv.sh --works DIRECTORY: whether a usable virtual environment stands there
# venv.sh --find: names a Python that can make one
# venv.sh --make DIRECTORY: makes one
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
    echo "No Python 3.11 to 3.13 with its venv module was found (PYTHON=/path/to/python names one)." >&2
    return 1
}

case "${1-}" in
--works) "${2:?}/bin/python" -c "import pip; $fits" 2>/dev/null ;;
--find) find_python ;;
--make)
    python=$(find_python) || exit 1
    echo "Making a virtual environment with $("$python" --version)"
    rm -rf "${2:?}"
    "$python" -m venv "$2"
    ;;
esac
