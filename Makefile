# Wijkplanner. `make help` lists what there is.
SHELL := /bin/bash
BIN := bin/wijkplanner
TOOLS := $(CURDIR)/.build/bin
GOLANGCI_VERSION := v2.12.2
# The race detector leaves out SQLite, which is C made into Go and watches its
# own memory in any other build, and the hashing of passwords: no memory of
# ours is theirs, and watching them took half of all the time of the tests.
UNWATCHED := github.com/ncruces/go-sqlite3-wasm/v6 golang.org/x/crypto/argon2
GOTEST := go test -race $(foreach p,$(UNWATCHED),-gcflags=$(p)=-race=false) -shuffle=on
DEMO ?= examples/nijmegen
ADDR ?= :8080
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: schemathesis help run test setup setup-run build bundle bundle-check screenshots lint unit fuzz fuzz-short torture bench bench-peers bench-feeds bench-booking examples clean vuln

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

run: setup-run build ## set up, build and show a planned city
	$(BIN) serve --addr $(ADDR) --demo $(DEMO)

test: setup bundle-check lint unit fuzz-short ## set up and run every check and test

setup-run:
	@.ci/setup run

setup: ## install what the tests need (Debian packages when root, else it names them)
	@.ci/setup test
	@test -x $(TOOLS)/golangci-lint && $(TOOLS)/golangci-lint version 2>/dev/null | grep -q '$(GOLANGCI_VERSION:v%=%)' \
		|| (mkdir -p $(TOOLS) && GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION))
	@cd api/web/bundle && (test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund --ignore-scripts)
	@cd calendar/testdata/clients && (test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund --ignore-scripts)
	@cd api/testdata/oidc && (test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund --ignore-scripts)
	@cd api/testdata/spectral && (test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund --ignore-scripts)

build: ## build the one binary
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN) ./cmd/wijkplanner

# The linter's cache belongs to this tree: one shared by several copies of the
# sources reports faults of the others.
bundle: ## build api/web/dist: what the pages use of other people's work, and our own islands
	@cd api/web/bundle && (test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund --ignore-scripts) && npm run --silent build

# The bundle is kept with the sources; that it is what the sources make of it is
# a check of its own.
bundle-check: bundle ## fail when api/web/dist is not what its sources make
	@test -z "$$(git status --porcelain api/web/dist)" || (echo "bundle-check: api/web/dist is not up to date; commit what 'make bundle' made" >&2; exit 1)

screenshots: bundle ## pictures of the main pages into docs/screenshots
	WIJKPLANNER_SCREENSHOTS=$(CURDIR)/docs/screenshots go test ./api -run TestScreenshots -count 1 -v

lint: ## vet, formatting and the linter
	go vet ./...
	GOLANGCI_LINT_CACHE=$(CURDIR)/.build/lint $(TOOLS)/golangci-lint run ./...

# A browser waits ten times as long for a program that is watched: the tests that
# open one (//go:build !race) run without the race detector, with all others of
# their package; that one asks the same pages without a browser. Two tests that
# measure times want no browsers beside them: they have run with the detector.
unit: ## all tests, with the race detector; long searches, times and browsers without
	$(GOTEST) -timeout 20m ./...
	go test -run '^Test(RA1|RA2|RA4|RV2|RC1|RD1|RS1)_' ./planner ./api/v1 ./cmd/wijkplanner
	go test -skip '^Test(RN3|RO10)_' ./api

FUZZTIME ?= 20s
FUZZ_PACKAGES ?= ./...
fuzz: ## each fuzz target of FUZZ_PACKAGES for FUZZTIME
	@set -e; for p in $$(go list $(FUZZ_PACKAGES)); do for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
		echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzzminimizetime 10x -fuzztime $(FUZZTIME) $$p; done; done

fuzz-short: ## reader, writer, rules and answers of calendars, the screening of texts, and feed tokens, a few seconds each
	$(MAKE) fuzz FUZZTIME=8s FUZZ_PACKAGES="./calendar ./planner ./planner/store"

# Outside the tree: nothing in it is ours.
SCHEMATHESIS_VERSION := 4.32.5
SCHEMATHESIS_VENV := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/wijkplanner/schemathesis-$(SCHEMATHESIS_VERSION)
SCHEMATHESIS_REQUESTS ?= 100000
schemathesis: ## SCHEMATHESIS_REQUESTS requests of schemathesis to the running program, half to each database
	test -x $(SCHEMATHESIS_VENV)/bin/schemathesis || (python3 -m venv $(SCHEMATHESIS_VENV) && $(SCHEMATHESIS_VENV)/bin/pip install -q schemathesis==$(SCHEMATHESIS_VERSION))
	SCHEMATHESIS=$(SCHEMATHESIS_VENV)/bin/schemathesis SCHEMATHESIS_REQUESTS=$(SCHEMATHESIS_REQUESTS) go test ./internal/apifuzz -run RS1 -count 1 -timeout 6h -v

torture: schemathesis ## the long forms of tests and fuzzing
	$(MAKE) fuzz FUZZTIME=5m
	WIJKPLANNER_LONG=1 go test -timeout 120m -shuffle=on ./...

VULNDB_VERSION ?= latest
vuln: ## known faults of dependencies, by the reports of golang.org/x/vulndb, or those of VULN_DB=file:///path
	@set -e; db="$(VULN_DB)"; if [ -z "$$db" ]; then \
		reports=$$(cd /tmp && go mod download -json golang.org/x/vulndb@$(VULNDB_VERSION) | sed -n 's/^.*"Dir": "\(.*\)".*$$/\1/p'); \
		go run ./internal/vulndb "$$reports/data/osv" .build/vulndb; db="file://$(CURDIR)/.build/vulndb"; fi; \
	go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 -db "$$db" ./...

bench: build ## figures for docs/benchmarks.md; instances need BENCH_DIR
	go test -run '^$$' -bench . -benchtime 1x ./...

PEERS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/wijkplanner/peers
bench-peers: build ## the assignment instances of BENCH_DIR, beside OR-Tools and HiGHS
	@test -n "$(BENCH_DIR)" || (echo "bench-peers: set BENCH_DIR to a folder with gap/ instances" >&2; exit 1)
	test -x $(PEERS)/bin/python || (python3 -m venv $(PEERS) && $(PEERS)/bin/pip install -q ortools==9.15.6755 highspy==1.16.0)
	$(PEERS)/bin/python internal/peers/peers.py $(BIN) $(sort $(wildcard $(BENCH_DIR)/gap/*)) $(PEERS_FLAGS)

bench-booking: build ## slots and bookings on PostgreSQL, the load beside it
	BOOKBENCH_SECONDS=20 BOOKBENCH_SERVER=$(abspath $(BIN)) go test ./internal/bookbench -run TestBookingLoad -count 1 -v

bench-feeds: build ## our calendar feeds beside Radicale (Debian), in one run
	@command -v radicale >/dev/null || (echo "bench-feeds: install Radicale, as root: apt-get install radicale" >&2; exit 1)
	go run ./internal/feedbench -server $(BIN) $(FEEDS_FLAGS)

examples: ## write the example folders again from the open data beside them
	go run ./examples/generate

clean: ## remove what was built
	rm -rf bin out .build
