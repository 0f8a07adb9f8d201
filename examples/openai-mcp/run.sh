#!/usr/bin/env bash
# A model behind an OpenAI-compatible endpoint, with the tools of an MCP server. No key and no network: the model is a script,
# unless OPENAI_API_KEY is set, in which case the one that `base_url` names is asked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/need.sh cargo node npm cc
make -s node_modules/.package-lock.json

if [[ -z ${OPENAI_API_KEY:-} ]]; then
    export OPENAI_API_KEY=none
    port=$(examples/local-port.sh openai-mcp)
    node node_modules/@copilotkit/aimock/dist/cli.js \
        --port "$port" --fixtures examples/openai-mcp/fixtures --latency 30 --chunk-size 12 &
    trap 'kill %1 2>/dev/null' EXIT
fi
examples/serve.sh openai-mcp
