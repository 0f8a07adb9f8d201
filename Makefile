# Thin names over cargo, npm and xtask; `make help` lists them.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

MODULES := node_modules/.package-lock.json
PAGE := packages/web/dist/index.html
PAGE_SOURCES := $(shell find packages -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: help run page codegen check test interop bench

help: ## this list
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 16

run: ## build all and start it on SQLite in ./data
	@scripts/need.sh cargo node npm cc
	@$(MAKE) -s $(PAGE)
	@echo 'Building the server; the first time this takes some minutes.'
	cargo run --profile quick --package antiphon-server --bin antiphon

page: $(PAGE) ## build the page that the server carries inside itself

codegen: $(MODULES) ## write what is generated from the Rust types
	@cargo xtask codegen

check: $(MODULES) ## look at the source: format, tidy, types, lints
	@scripts/need.sh cargo fmt clippy node npm cc git
	@cargo xtask check

test: ## everything that must hold before a change lands; CI runs this
	@scripts/need.sh cargo fmt clippy node npm cc git chromium python3
	@$(MAKE) -s $(MODULES)
	@cargo xtask ci

interop: $(PAGE) ## programs of others, as they were published, against the real binary
	@scripts/need.sh cargo node npm cc python3 chromium
	@cargo xtask ci interop

example-%: ## an agent to look at: openai-mcp, ag-ui, acp or python-bot
	@examples/$*/run.sh

bench: ## measure a release: deliveries, acknowledgements, idle connections, a storm
	@scripts/need.sh cargo cc
	cargo build --release --package antiphon-server --package antiphon-bench
	@for scenario in fanout durable idle storm; do \
		echo "━━ $$scenario ━━"; \
		cargo run --quiet --release --package antiphon-bench -- $$scenario || exit 1; \
	done

$(MODULES): package-lock.json
	npm ci
	@touch $@

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	npm run build
	@touch $@
