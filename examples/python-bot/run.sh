#!/usr/bin/env bash
# A Python program as a bot, on the bot socket: the server, and beside it the bot.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/need.sh cargo node npm cc python3

venv=data/examples/python-bot/venv
mkdir -p "$(dirname "$venv")"
[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check 'websockets>=14,<17'

SURVEYOR_TOKEN=$("$venv/bin/python" -c 'import secrets; print(secrets.token_urlsafe(32))')
export SURVEYOR_TOKEN
# It waits for the server, and comes back when the server does.
PYTHONPATH=clients/python/src "$venv/bin/python" examples/python-bot/bot.py &
trap 'kill %1 2>/dev/null' EXIT
examples/serve.sh python-bot
