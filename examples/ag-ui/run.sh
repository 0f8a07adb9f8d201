#!/usr/bin/env bash
# A Pydantic AI agent over AG-UI. No key and no network, once its packages are there: its words are a script, unless
# OPENAI_API_KEY is set, in which case a model is asked (AGENT_MODEL, as Pydantic AI names it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/need.sh cargo node npm cc python3
here=examples/ag-ui

if ! cmp -s "$here/requirements.txt" "$here/.venv/requirements.txt"; then
    python3 -m venv --clear "$here/.venv"
    "$here/.venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$here/.venv/"
fi

"$here/.venv/bin/python" -m uvicorn agent:app --app-dir "$here" --port 8951 --log-level warning &
trap 'kill %1 2>/dev/null' EXIT
examples/serve.sh ag-ui
