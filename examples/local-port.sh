#!/usr/bin/env bash
# Prints the port of this machine at which an example's bot expects its agent: `examples/local-port.sh NAME`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
config=${ANTIPHON_CONFIG:-examples/$1/antiphon.toml}
port=$(sed -n 's|.*"http://127\.0\.0\.1:\([0-9]*\)/.*|\1|p' "$config" | head -n 1)
[[ -n $port ]] || { echo "$config names no agent on 127.0.0.1: there is nothing to start for it" >&2; exit 1; }
echo "$port"
