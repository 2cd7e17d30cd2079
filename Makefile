# Each target is one line; `make test` installs what the tests need on Debian (as root) and starts it on loopback.
GO    ?= go
TOOL   = $(GO) tool -modfile=.ci/tools.mod
FLAGS ?= -trimpath -ldflags '-s -w -X main.version=$(VERSION)'
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: build test lint fuzz cover crash racing referee etiquette losses bombs vuln

build: ; CGO_ENABLED=0 $(GO) build $(FLAGS) -o bin/sanctionwatch ./cmd/sanctionwatch
test: ; .ci/with-services $(GO) test -race -shuffle=on -timeout 20m ./...
lint: ; $(TOOL) golangci-lint run ./...
fuzz: ; .ci/fuzz $(or $(FUZZTIME),1m)
cover: ; .ci/with-services $(GO) test -coverprofile=coverage.out -coverpkg=./... ./... && $(GO) tool cover -func=coverage.out | tail -1
crash: ; .ci/with-services $(GO) test -count=1 -v -timeout 60m -run 'TestKilled' ./cmd/sanctionwatch -kills $(or $(KILLS),50)
racing: ; .ci/with-services $(GO) test -count=1 -v -timeout 20m -run TestRacing ./cmd/sanctionwatch -racing $(or $(ITEMS),1000)
referee: ; $(GO) test -count=1 -v -timeout 60m -run TestTheMachineAgreesWithTheDefinitions ./rules/match -rapid.checks=250000
etiquette: ; @bash -o pipefail -c "$(GO) test -count=1 -v -run TestEtiquette ./cmd/sanctionwatch | grep -v '^=== \|^    --- PASS'"
losses: ; $(GO) test -count=1 -v ./watcher/feed -run TestNoItemIsLostSilently -losses $(abspath $(DIR))
bombs: ; @bash -o pipefail -c "$(GO) test -count=1 -v -timeout 20m -run TestBombs ./cmd/sanctionwatch -every-bomb | grep -v '^=== '"
vuln: ; .ci/vuln
