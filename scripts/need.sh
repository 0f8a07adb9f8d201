#!/bin/sh
# Asks for the tools that a command of the Makefile needs, and says how to get each that is missing.
# usage: scripts/need.sh cargo node npm cc …

missing=0

# lack NAME ADVICE: says that a tool is missing and what to do about it.
lack() {
    echo "MISSING tool: $1"
    echo "    $2"
    missing=1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

for tool in "$@"; do
    case $tool in
    cargo)
        has cargo || lack cargo "install Rust 1.94 or newer from https://rustup.rs" ;;
    fmt)
        cargo fmt --version >/dev/null 2>&1 || lack "cargo fmt" "rustup component add rustfmt" ;;
    clippy)
        cargo clippy --version >/dev/null 2>&1 || lack "cargo clippy" "rustup component add clippy" ;;
    node)
        if ! has node; then
            lack node "install Node.js 20.19 or newer from https://nodejs.org"
        elif ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
            lack "node 20.19" "this is node $(node --version): install 20.19 or newer from https://nodejs.org"
        fi ;;
    npm)
        has npm || lack npm "install it with Node.js from https://nodejs.org (Debian: apt-get install npm)" ;;
    cc)
        has cc || lack cc "a C compiler builds SQLite: apt-get install build-essential (macOS: xcode-select --install)" ;;
    git)
        has git || lack git "apt-get install git (macOS: xcode-select --install)" ;;
    chromium)
        if [ -n "${CHROMIUM_BIN:-}" ]; then
            [ -x "$CHROMIUM_BIN" ] || lack chromium "CHROMIUM_BIN=$CHROMIUM_BIN is no program"
        elif [ ! -x /usr/bin/chromium ]; then
            lack chromium "apt-get install chromium, or set CHROMIUM_BIN to a Chrome or Chromium of yours"
        fi ;;
    python3)
        if ! has python3; then
            lack python3 "apt-get install python3 python3-venv python3-pip (macOS: brew install python)"
        elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            lack "python 3.11" "this is $(python3 --version): install 3.11 or newer from https://python.org"
        elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
            lack "venv of python3" "apt-get install python3-venv python3-pip"
        fi ;;
    *)
        lack "$tool" "scripts/need.sh does not know it" ;;
    esac
done

exit $missing
