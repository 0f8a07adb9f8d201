#!/bin/sh
# Makes interop/.venv with exactly the packages of interop/requirements.txt; does nothing where that is so already.
set -eu
cd "$(dirname "$0")/.."
exec ../scripts/venv.sh .venv requirements.txt
