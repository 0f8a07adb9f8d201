#!/usr/bin/env bash
# A Python program as a bot, on the bot socket: the server, and beside it the bot.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/need.sh cargo node npm cc python3
here=examples/python-bot
scripts/venv.sh "$here/.venv" "$here/requirements.txt"

SURVEYOR_TOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')
export SURVEYOR_TOKEN
export ANTIPHON_URL=${ANTIPHON_URL:-http://127.0.0.1:${ANTIPHON_PORT:-8080}}
# It waits for the server, and comes back when the server does.
PYTHONPATH=clients/python/src "$here/.venv/bin/python" "$here/bot.py" &
trap 'kill %1 2>/dev/null' EXIT
examples/serve.sh python-bot
