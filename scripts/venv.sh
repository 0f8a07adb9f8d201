#!/bin/sh
# Makes a Python environment with exactly the packages of a list: `scripts/venv.sh FOLDER LIST`. Does nothing where that is so
# already.
set -eu
folder=$1
list=$2

"$(dirname "$0")/need.sh" python3

# The environment is good for the list and the Python that made it.
wanted="$(python3 -c 'import sys; print(sys.version)') $(cksum <"$list")"
if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/made-from" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

echo "Making $folder; this may take a minute."
rm -rf "$folder"
python3 -m venv "$folder"
# The list is complete: nothing is resolved anew, and pip looks whether all that is asked for is there.
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --requirement "$list"
"$folder/bin/python" -m pip check
echo "$wanted" >"$folder/made-from"
