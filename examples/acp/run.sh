#!/usr/bin/env bash
# An agent process over the Agent Client Protocol. The server starts it, so there is nothing else to start.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/need.sh cargo node npm cc
make -s node_modules/.package-lock.json
examples/serve.sh acp
