#!/usr/bin/env bash
# A Pydantic AI agent over AG-UI. No key and no network, once its packages are there: its words are a script, unless
# OPENAI_API_KEY is set, in which case a model is asked (AGENT_MODEL, as Pydantic AI names it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/need.sh cargo node npm cc python3
# Pydantic AI at the versions with which Antiphon is tested.
interop/scripts/python.sh

port=$(examples/local-port.sh ag-ui)
interop/.venv/bin/python -m uvicorn agent:app --app-dir examples/ag-ui --port "$port" --log-level warning &
trap 'kill %1 2>/dev/null' EXIT
examples/serve.sh ag-ui
