#!/usr/bin/env bash
# Starts the server with the settings of an example: `examples/serve.sh NAME`. Its data goes to data/examples/NAME.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
name=$1
make -s page
mkdir -p "data/examples/$name"
exec cargo run --quiet --profile quick --package antiphon-server --bin antiphon -- \
    --config "examples/$name/antiphon.toml" --data "data/examples/$name"
