#!/bin/sh
# Looks at the Python SDK and tests it against the real server: that of ANTIPHON_BIN, or the one that `cargo build` made.
set -eu
cd "$(dirname "$0")"
../../scripts/venv.sh .venv requirements.txt
.venv/bin/ruff format --check .
.venv/bin/ruff check .
.venv/bin/mypy
.venv/bin/python -m pytest --quiet "$@"
