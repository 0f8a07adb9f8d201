#!/bin/sh
# Makes the Python environments of the peers, with exactly the packages of their lists: interop/.venv, and one of its own for an agent
# of before AG-UI 1.0, which needs another version of the same package. Does nothing where that is so already.
set -eu
cd "$(dirname "$0")/.."
../scripts/venv.sh .venv requirements.txt
exec ../scripts/venv.sh peers/ag-ui-0/.venv peers/ag-ui-0/requirements.txt
