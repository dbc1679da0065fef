#!/usr/bin/env bash
# What a build in a manylinux or musllinux container needs beside Rust: libclang and cmake for htslib, igv.js (GENOGLOSS_IGV) and
# cargo-auditable. Run there by .github/workflows/release.yml, before maturin.
set -euo pipefail

if command -v dnf >/dev/null; then
    # manylinux_2_28 is AlmaLinux 8.
    dnf install -y clang-devel cmake npm openssl
elif command -v apk >/dev/null; then
    apk add --no-cache clang-dev cmake npm openssl
elif command -v apt-get >/dev/null; then
    apt-get update && apt-get install -y --no-install-recommends libclang-dev cmake npm openssl
fi
"$(dirname "$0")/igv.sh" "${GENOGLOSS_IGV:?the file that the build embeds}"
# For this machine, not for the one that is built for.
env -u CARGO -u CARGO_BUILD_TARGET cargo install --locked cargo-auditable
