#!/usr/bin/env bash
# Builds and installs into $PREFIX; run by rattler-build in the source folder.
set -euo pipefail

# The licences of all crates that are linked in.
cargo-bundle-licenses --format yaml --output THIRDPARTY.yml

cargo install --locked --no-track --path . --root "$PREFIX"

# The program itself writes its man pages and completions: not where it was built for another machine.
if [ "${build_platform:-}" = "${target_platform:-}" ]; then
    program="$PREFIX/bin/genogloss"
    mkdir -p "$PREFIX/share/bash-completion/completions" "$PREFIX/share/zsh/site-functions" "$PREFIX/share/fish/vendor_completions.d"
    "$program" man --quiet "$PREFIX/share/man/man1"
    "$program" completions bash > "$PREFIX/share/bash-completion/completions/genogloss"
    "$program" completions zsh > "$PREFIX/share/zsh/site-functions/_genogloss"
    "$program" completions fish > "$PREFIX/share/fish/vendor_completions.d/genogloss.fish"
fi
