#!/usr/bin/env bash
# A model behind an OpenAI-compatible endpoint, with the tools of an MCP server. No key and no network: the model is a script,
# unless OPENAI_API_KEY is set, in which case the real one is asked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/need.sh cargo node npm cc
make -s node_modules/.package-lock.json

if [[ -z ${OPENAI_API_KEY:-} ]]; then
    export OPENAI_API_KEY=none
    node node_modules/@copilotkit/aimock/dist/cli.js \
        --port 4010 --fixtures examples/openai-mcp/fixtures --latency 30 --chunk-size 12 &
    trap 'kill %1 2>/dev/null' EXIT
else
    export ANTIPHON_CONFIG=examples/openai-mcp/antiphon.toml
    echo "asking ${OPENAI_BASE_URL:-https://api.openai.com/v1}: set base_url and model in $ANTIPHON_CONFIG to match"
fi
examples/serve.sh openai-mcp
