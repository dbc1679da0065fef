#!/bin/sh
# Stands in for cargo where a tool (maturin) starts it: CARGO=packaging/auditable-cargo.sh maturin build …
# The program then has the list of its crates in itself (cargo audit bin genogloss; syft, trivy). Needs cargo install cargo-auditable.
unset CARGO
case ${1:-} in
    build | rustc | install) exec cargo auditable "$@" ;;
    *) exec cargo "$@" ;;
esac
