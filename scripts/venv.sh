#!/bin/sh
# Makes a Python environment with exactly the packages of a list: `scripts/venv.sh FOLDER LIST`. Does nothing where that is so
# already.
set -eu
folder=$1
list=$2

"$(dirname "$0")/need.sh" python3

# complete: whether every package of the list is there, at its version. What an environment was made from is not asked: it may
# have been half made, or changed since.
complete() {
    [ -x "$folder/bin/python" ] && "$folder/bin/python" - "$list" <<'END'
import sys
from importlib.metadata import PackageNotFoundError, version

good = True
for line in open(sys.argv[1]):
    name, _, wanted = line.partition("#")[0].strip().partition("==")
    try:
        found = version(name.partition("[")[0]) if name else wanted
    except PackageNotFoundError:
        found = "missing"
    if found != wanted:
        print(f"{sys.prefix}: {name} is {found}, not {wanted}")
        good = False
sys.exit(not good)
END
}

# The environment is good for the Python that made it.
made_by="$(python3 -c 'import sys; print(sys.version)')"
if [ "$(cat "$folder/made-by" 2>/dev/null)" = "$made_by" ] && complete; then
    exit 0
fi

echo "Making $folder; this may take a minute."
rm -rf "$folder"
python3 -m venv "$folder"
# The list is complete: nothing is resolved anew, and pip looks whether all that is asked for is there.
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --requirement "$list"
"$folder/bin/python" -m pip check
complete
echo "$made_by" >"$folder/made-by"
