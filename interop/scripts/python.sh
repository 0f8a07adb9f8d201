#!/bin/sh
# Makes the Python environments of the peers, with exactly the packages of their lists: interop/.venv, one of its own for an agent of
# before AG-UI 1.0, which needs another version of the same package, and one for Schemathesis. Does nothing where that is so already.
set -eu
cd "$(dirname "$0")/.."
../scripts/venv.sh .venv requirements.txt
../scripts/venv.sh peers/ag-ui-0/.venv peers/ag-ui-0/requirements.txt
exec ../scripts/venv.sh peers/schemathesis/.venv peers/schemathesis/requirements.txt
