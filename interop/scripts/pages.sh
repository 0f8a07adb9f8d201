#!/bin/sh
# Makes interop/pages/node_modules with exactly the front ends of interop/pages/package-lock.json; does nothing where that is
# so already. They are no part of the workspaces: some of them ask for a newer Node.js, and none may become a dependency of ours.
set -eu
cd "$(dirname "$0")/../pages"

../../scripts/need.sh node npm

wanted="$(node --version) $(cksum <package-lock.json)"
if [ "$(cat node_modules/.made-from 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

echo 'Making interop/pages/node_modules; this takes a minute.'
npm ci --engine-strict=false --loglevel=error
echo "$wanted" >node_modules/.made-from
