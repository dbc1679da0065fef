#!/usr/bin/env bash
# Builds and installs into $PREFIX; run by rattler-build or conda-build in the source folder.
set -euo pipefail

# The licences of all crates that are linked in.
cargo-bundle-licenses --format yaml --output THIRDPARTY.yml

# bindgen reads htslib's headers with libclang of the build environment, and with the compiler's own headers and system root.
export LIBCLANG_PATH="${LIBCLANG_PATH:-$BUILD_PREFIX/lib}"
if [ -z "${BINDGEN_EXTRA_CLANG_ARGS:-}" ]; then
    compiler="${CC:-cc}"
    BINDGEN_EXTRA_CLANG_ARGS="-I$("$compiler" -print-file-name=include)"
    sysroot="${CONDA_BUILD_SYSROOT:-$("$compiler" -print-sysroot 2>/dev/null || true)}"
    [ -z "$sysroot" ] || BINDGEN_EXTRA_CLANG_ARGS+=" --sysroot=$sysroot"
    export BINDGEN_EXTRA_CLANG_ARGS
fi
# igv.js, which the pages of `genogloss report` show calls with, from npm. A build without a network goes without.
if packaging/igv.sh "$PWD/igv.js.gz"; then export GENOGLOSS_IGV="$PWD/igv.js.gz"; fi
# The program has the list of its crates in itself (cargo audit bin genogloss).
cargo auditable install --profile dist --locked --no-track --path . --features htslib --root "$PREFIX"

# The program itself writes its man pages and completions: not where it was built for another machine.
if [ "${build_platform:-}" = "${target_platform:-}" ]; then
    program="$PREFIX/bin/genogloss"
    mkdir -p "$PREFIX/share/bash-completion/completions" "$PREFIX/share/zsh/site-functions" "$PREFIX/share/fish/vendor_completions.d"
    "$program" man --quiet "$PREFIX/share/man/man1"
    "$program" completions bash > "$PREFIX/share/bash-completion/completions/genogloss"
    "$program" completions zsh > "$PREFIX/share/zsh/site-functions/_genogloss"
    "$program" completions fish > "$PREFIX/share/fish/vendor_completions.d/genogloss.fish"
fi
