#!/usr/bin/env bash
# Starts the server with the settings of an example: `examples/serve.sh NAME`. Its data goes to data/examples/NAME.
# ANTIPHON_PORT, ANTIPHON_DATA and ANTIPHON_CONFIG say otherwise; ANTIPHON_BIN is a server that is built already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
name=$1
data=${ANTIPHON_DATA:-data/examples/$name}
where=(--config "${ANTIPHON_CONFIG:-examples/$name/antiphon.toml}" --data "$data")
mkdir -p "$data"

binary=${ANTIPHON_BIN:-}
unset ANTIPHON_BIN # Everything else that begins so is a setting.
if [[ -n $binary ]]; then
    exec "$binary" "${where[@]}"
fi
make -s page
exec cargo run --quiet --profile quick --package antiphon-server --bin antiphon -- "${where[@]}"
