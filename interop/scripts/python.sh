#!/bin/sh
# Makes interop/.venv with exactly the packages of interop/requirements.txt; does nothing where that is so already.
set -eu
cd "$(dirname "$0")/.."

../scripts/need.sh python3

# The environment is good for the list and the Python that made it.
wanted="$(python3 -c 'import sys; print(sys.version)') $(cksum <requirements.txt)"
if [ -x .venv/bin/python ] && [ "$(cat .venv/made-from 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

echo 'Making interop/.venv; this takes a minute.'
rm -rf .venv
python3 -m venv .venv
# The list is complete: nothing is resolved anew, and pip looks whether all that is asked for is there.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --requirement requirements.txt
.venv/bin/python -m pip check
echo "$wanted" >.venv/made-from
