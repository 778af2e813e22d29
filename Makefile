# Two commands for a fresh Debian 12 with Swift 6.3, as root: `make run` and `make test`.

SWIFT ?= swift
BUILD ?= .build
RELEASE := $(SWIFT) build -c release --static-swift-stdlib --scratch-path $(BUILD) --product apus

# What building needs, and what the demo (ip, nsenter) and the tests (the others) run.
PACKAGES := libbpf-dev libelf-dev libnghttp2-dev libsqlite3-dev zlib1g-dev pkg-config iproute2
TEST_PACKAGES := bpftool curl nghttp2-client openssl prometheus tcpdump sqlite3 python3 python3-venv tmux

# Tests that keep a processor for many seconds: apart, or clients and servers of others would wait for it.
BUSY := ^(FaultTests|FlowHistoryTests)\.
# Tests that look at the clock from outside, one after the other.
ALONE := ^(EndToEndTests|HTTPTransportTests|LabTests)\.

PREFIX ?= /usr/local

.PHONY: run build install test bench format lint proto deps test-deps clean

run: build
	$(BUILD)/release/apus demo $(DEMO_FLAGS)

build: deps
	$(RELEASE)

# Executable, completions, manual pages and a systemd unit below PREFIX; DESTDIR is for those who make packages.
install: build
	install -D -m 755 $(BUILD)/release/apus $(DESTDIR)$(PREFIX)/bin/apus
	$(BUILD)/release/apus install-files --prefix $(PREFIX) --destination "$(DESTDIR)"

test: deps test-deps
	$(SWIFT) build --build-tests --scratch-path $(BUILD)
	$(SWIFT) test --skip-build --scratch-path $(BUILD) --skip '$(ALONE)|$(BUSY)' $(TEST_FLAGS)
	$(SWIFT) test --skip-build --scratch-path $(BUILD) --filter '$(BUSY)' $(TEST_FLAGS)
	$(SWIFT) test --skip-build --scratch-path $(BUILD) --filter '$(ALONE)' --no-parallel $(TEST_FLAGS)
	$(SWIFT) test -c release --package-path Tests/ThreadSanitizer --scratch-path $(BUILD)-tsan --sanitize=thread

# Installs only what is missing, so that a machine that has all of it needs no network.
define install
	@missing=""; for package in $(1); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "installing:$$missing"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
endef

deps:
	$(call install,$(PACKAGES))

test-deps: $(BUILD)/python/installed
	$(call install,$(TEST_PACKAGES))

# Clients that are Python's: of gRPC, and of the API's description.
$(BUILD)/python/installed: Tests/requirements.txt
	$(call install,$(TEST_PACKAGES))
	python3 -m venv $(BUILD)/python
	$(BUILD)/python/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# ONLY=pipeline runs what begins so, SUSTAINED=5 shortens the flood to so many seconds. Figures go to .build/bench.json, too; see apus.docc/Benchmarks.md.
bench: build test-deps
	$(SWIFT) build -c release --static-swift-stdlib --scratch-path $(BUILD) --product Benchmarks
	$(BUILD)/release/Benchmarks --apus $(BUILD)/release/apus --output $(BUILD)/bench.json $(if $(ONLY),--only $(ONLY)) \
		$(if $(SUSTAINED),--sustained $(SUSTAINED))

format:
	$(SWIFT) format format -i -r Package.swift Sources Tests
	clang-format -i bpf/*.c bpf/lib/*.h bpf/abi/*.c bpf/abi/include/*.h

lint:
	$(SWIFT) format lint -s -r Package.swift Sources Tests

# The messages in Swift, from schema/proto: run it after a change there, and commit what it writes.
proto:
	$(call install,protobuf-compiler)
	$(SWIFT) build --product protoc-gen-swift --scratch-path $(BUILD)
	protoc -I schema/proto -I $(BUILD)/checkouts/swift-protobuf/Protos/Sources/SwiftProtobuf \
		--plugin=$(BUILD)/debug/protoc-gen-swift --swift_out=Sources/HubbleMessages \
		--swift_opt=Visibility=Package,UseAccessLevelOnImports=true,FileNaming=PathToUnderscores \
		--include_imports --descriptor_set_out=$(BUILD)/descriptors.bin \
		$$(cd schema/proto && find . -name '*.proto' | sed 's,^./,,' | sort)
	{ \
		echo '// swift-format-ignore-file'; \
		echo '/// A google.protobuf.FileDescriptorSet of all files in schema/proto and what they import, in base64.'; \
		echo 'package enum ProtocolDescriptors {'; \
		echo "    package static let base64: StaticString = \"$$(base64 -w0 $(BUILD)/descriptors.bin)\""; \
		echo '}'; \
	} > Sources/HubbleMessages/ProtocolDescriptors.swift

clean:
	rm -rf $(BUILD) $(BUILD)-tsan
