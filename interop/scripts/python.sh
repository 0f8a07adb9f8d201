#!/bin/sh
# Makes interop/.venv with exactly the packages of interop/requirements.txt; does nothing where that is so already.
set -eu
cd "$(dirname "$0")/.."

../scripts/need.sh python3

# complete: whether every package of the list is there, at its version. What an environment was made from is not asked: it may
# have been half made, or changed since.
complete() {
    [ -x .venv/bin/python ] && .venv/bin/python - requirements.txt <<'END'
import sys
from importlib.metadata import PackageNotFoundError, version

good = True
for line in open(sys.argv[1]):
    name, _, wanted = line.partition("#")[0].strip().partition("==")
    try:
        found = version(name) if name else wanted
    except PackageNotFoundError:
        found = "missing"
    if found != wanted:
        print(f"interop/.venv: {name} is {found}, not {wanted}")
        good = False
sys.exit(not good)
END
}

# The environment is good for the Python that made it.
made_by="$(python3 -c 'import sys; print(sys.version)')"
if [ "$(cat .venv/made-by 2>/dev/null)" = "$made_by" ] && complete; then
    exit 0
fi

echo 'Making interop/.venv; this takes a minute.'
rm -rf .venv
python3 -m venv .venv
# The list is complete: nothing is resolved anew, and pip looks whether all that is asked for is there.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --requirement requirements.txt
.venv/bin/python -m pip check
complete
echo "$made_by" >.venv/made-by
