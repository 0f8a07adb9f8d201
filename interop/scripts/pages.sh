#!/bin/sh
# Makes the node_modules of interop/pages and interop/react-18 with exactly what their package-lock.json say; does nothing where
# that is so already. They are no part of the workspaces: some of what is in them asks for a newer Node.js, none of it may
# become a dependency of ours, and there is one React in each.
set -eu
cd "$(dirname "$0")/.."

../scripts/need.sh node npm

for folder in pages react-18; do
    wanted="$(node --version) $(cksum <"$folder/package-lock.json")"
    if [ "$(cat "$folder/node_modules/.made-from" 2>/dev/null)" = "$wanted" ]; then
        continue
    fi
    echo "Making interop/$folder/node_modules; this takes a minute."
    (cd "$folder" && npm ci --engine-strict=false --loglevel=error)
    echo "$wanted" >"$folder/node_modules/.made-from"
done
