# a2c: `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
GO ?= $(firstword $(shell command -v go) /usr/local/go/bin/go)
# Where tools, applications and engines of the proofs live. As root a folder that other users can enter: the applications run as such.
BENCH ?= $(if $(filter 0,$(shell id -u)),/opt/a2c-bench,$(CURDIR)/.bench)
export BENCH SERVERS
export CGO_ENABLED := 0
VERSION ?= $(or $(shell git describe --tags --always --dirty 2>/dev/null),dev)
BUILD := $(GO) build -trimpath -buildvcs=false -ldflags "-s -w -X a2c/cmd.version=$(VERSION)"
GOLANGCI := $(BENCH)/bin/golangci-lint-v2.15.0
DEMO := $(GO) run ./demo -dir $(BENCH)/demo -cache $(BENCH)/cache
# What a failed proof printed stands hours above the end of the log: it is printed again below the table.
AGAIN := awk '/^=== (RUN|NAME|CONT)/ {name = $$3; next} {said[name] = said[name] $$0 "\n"} /^ *--- FAIL: / {failed[$$3]} END {for (n in failed) if (said[n] && n != "TestProofs") printf "=== failed: %s\n%s", n, substr(said[n], length(said[n]) - 6000)}'
PROOF = set -o pipefail; mkdir -p $(BENCH); $(GO) test -count=1 -timeout 3h -v ./proof -run '^TestProofs$$$(if $(ONLY),/^($(ONLY))$$)' | tee $(BENCH)/proofs.log || { $(AGAIN) $(BENCH)/proofs.log; exit 1; }

.PHONY: help build release man demo demo-start demo-stop test proof soak bench unit race lint vet golden fuzz clean
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: ## bin/a2c, bin/a2c-kaniko and bin/a2c-init, static
	$(BUILD) -o bin/ ./cmd/a2c ./cmd/a2c-kaniko ./cmd/a2c-init

release: build ## dist/a2c: one static file, the builder and the init of images inside
	$(GO) run ./containerize/build/pack bin/a2c-kaniko containerize/build/a2c-kaniko.zst
	$(GO) run ./containerize/build/pack bin/a2c-init containerize/entry/a2c-init.zst
	$(BUILD) -tags embed_kaniko -o dist/a2c ./cmd/a2c
	rm containerize/build/a2c-kaniko.zst containerize/entry/a2c-init.zst

man: ## man/man1: the manual pages
	$(GO) run ./cmd/a2c-docs man/man1

demo: build ## (as root, without Docker) four real applications, the whole job on each, a table of what came out
	$(DEMO) run

demo-start: ## (as root) install and start the applications of the demo
	$(DEMO) start

demo-stop: ## (as root) stop them
	$(DEMO) stop

test: lint vet build race ## (as root) everything: lint, unit tests with the race detector, proofs on real things
	@export A2C_PROOF=part; $(PROOF)

proof: build ## (as root) all proofs, whole matrices; ONLY='demo|kill' runs some, ONLY=servers SERVERS='jetty|karaf' some servers
	@export A2C_PROOF=full; $(PROOF)

soak: build ## (as root) all proofs with the repetitions
	@export A2C_PROOF=soak; $(PROOF)

bench: ONLY := figures|buildah|speed|verdict|observe
bench: proof ## (as root) the figures: start-up, inventory against ss, containerize against buildah, sizes, seconds, memory, documents of check, files of generate
	$(GO) test -run '^$$' -bench . -benchtime 3x ./check/document
	$(GO) test -run '^$$' -bench '^BenchmarkGenerate$$' ./generate

unit: ## unit tests: no root, no network
	$(GO) test ./...

race:
	@command -v gcc >/dev/null || apt-get install -y --no-install-recommends gcc libc6-dev
	CGO_ENABLED=1 $(GO) test -race ./...

lint: $(GOLANGCI) ## golangci-lint, pinned
	$(GOLANGCI) run --allow-parallel-runners ./...

$(GOLANGCI):
	GOBIN=$(BENCH)/bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(patsubst golangci-lint-%,%,$(notdir $@))
	mv $(BENCH)/bin/golangci-lint $@

vet:
	$(GO) vet ./...

golden: ## write the golden files anew
	$(GO) test $$(grep -rl 'internal/golden"' --include=*_test.go . | xargs -n1 dirname | sort -u) -update

fuzz: ## each fuzz test for FUZZTIME (30s)
	@set -e; grep -rho '^func Fuzz[A-Za-z0-9_]*' --include=*_test.go -H . | sed 's/:func / /' | while read -r file name; do \
	  echo "== $$name ($$file)"; $(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(or $(FUZZTIME),30s) ./$$(dirname $$file); done

clean: ## (as root) stop the applications, remove what was built and installed below BENCH, and the users a2c-demo-*
	$(DEMO) clean
	rm -rf bin dist containerize/build/a2c-kaniko.zst containerize/entry/a2c-init.zst $(if $(word 2,$(subst /, ,$(BENCH))),$(BENCH))
