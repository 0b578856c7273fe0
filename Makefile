# a2c: `make help` lists what there is.
.DEFAULT_GOAL := help
BENCH ?= $(CURDIR)/.bench
export BENCH
export CGO_ENABLED = 0
GOLANGCI_VERSION := v2.5.0

.PHONY: help build unit lint test
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: ## bin/a2c and bin/a2c-kaniko, static
	go build -trimpath -ldflags "-s -w" -o bin/ ./cmd/a2c ./cmd/a2c-kaniko

unit: ## unit tests: no root, no network
	go test ./...

test: unit ## everything
