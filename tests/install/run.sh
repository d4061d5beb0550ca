#!/usr/bin/env bash
# Installs Ringfence into a scratch prefix and uses it as three kinds of consumer do.
# Usage: run.sh SOURCE_DIR BUILD_DIR CXX. Exits 0 when every consumer builds, links and runs.
set -euo pipefail

source_dir=$1
build_dir=$2
cxx=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step() { echo "== $*"; }

launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
configure() {
  cmake -G Ninja -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_BUILD_TYPE=RelWithDebInfo "${launcher[@]}" "$@"
}

# No dependency may creep in: a library gets what is named here and what every C++ program has.
check_needed() {  # library, names of the libraries it needs
  local needed name
  needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
  local allowed='libstdc\+\+|libgcc_s|libc|libm|ld-linux[^.]*'
  for name in "${@:2}"; do
    grep -q "^$name\.so" <<<"$needed" || { echo "$1 does not need $name"; return 1; }
    allowed+="|$name"
  done
  allowed="^($allowed)\.so"
  if grep -Ev "$allowed" <<<"$needed"; then
    echo "$1 needs more than it may (above)"
    return 1
  fi
}

# Every symbol that leaves a library is ours: nothing of RapidJSON or of an inner folder leaks.
check_exports() {  # library, what its own symbols contain
  local foreign
  foreign=$(nm -DC --defined-only "$1" | grep -E ' [TDBR] ' | grep -v "$2" || true)
  if [[ -n $foreign ]]; then
    echo "$1 exports symbols that are not ours:"
    echo "$foreign"
    return 1
  fi
}

run_pkg_config_consumer() {  # prefix, further pkg-config flags
  local pc_dir
  pc_dir=$(dirname "$(find "$1" -name ringfence.pc)")
  local flags
  flags=$(PKG_CONFIG_PATH=$pc_dir pkg-config --cflags --libs "${@:2}" ringfence)
  # shellcheck disable=SC2086 # the flags are words
  "$cxx" -std=c++20 "$here/consumer/main.cc" $flags -o "$scratch/pc-consumer"
  LD_LIBRARY_PATH=$(dirname "$pc_dir") "$scratch/pc-consumer"
}

step "static: install, then move the prefix away"
cmake --build "$build_dir" --target ringfence ringfence_contacts_client ringfence_zones
if grep -q '^RINGFENCE_TOOL:BOOL=ON' "$build_dir/CMakeCache.txt"; then
  cmake --build "$build_dir" --target ringfence_tool
fi
cmake --install "$build_dir" --prefix "$scratch/first" >/dev/null
mv "$scratch/first" "$scratch/static"
if grep -rIl "$scratch/first" "$scratch/static"; then
  echo "the installed files above name the prefix they were installed to"
  exit 1
fi

step "static: find_package"
configure -S "$here/consumer" -B "$scratch/find" -DCMAKE_PREFIX_PATH="$scratch/static" >/dev/null
cmake --build "$scratch/find"
"$scratch/find/consumer"

step "static: pkg-config"
run_pkg_config_consumer "$scratch/static" --static

step "static: pkg-config, an app in C"
pc_dir=$(dirname "$(find "$scratch/static" -name ringfence_contacts_client.pc)")
flags=$(PKG_CONFIG_PATH=$pc_dir pkg-config --cflags --libs --static ringfence_contacts_client)
# shellcheck disable=SC2086 # the flags are words
cc -std=c99 -pedantic -Wall -Werror "$source_dir/examples/contacts_client/main.c" $flags \
  -o "$scratch/client"
usage=$("$scratch/client" 2>&1 || true)
grep -q '^usage: ' <<<"$usage"

step "shared: build, install, dependencies, exported symbols"
configure -S "$source_dir" -B "$scratch/shared-build" -DBUILD_SHARED_LIBS=ON \
  -DRINGFENCE_TESTS=OFF -DRINGFENCE_BENCH=OFF -DRINGFENCE_TOOL=OFF >/dev/null
cmake --build "$scratch/shared-build"
cmake --install "$scratch/shared-build" --prefix "$scratch/shared" >/dev/null
library=$(find "$scratch/shared" -name libringfence.so)
check_needed "$library" libsqlite3 libsodium libcrypto
check_exports "$library" ringfence
client=$(find "$scratch/shared" -name libringfence_contacts_client.so)
check_needed "$client" libsodium libphonenumber libprotobuf libidn2 libutf8proc
check_exports "$client" 'rf_contact_\|ringfence'
zones=$(find "$scratch/shared" -name libringfence_zones.so)
check_needed "$zones" libcctz  # of the engine it needs headers alone
check_exports "$zones" ringfence

step "shared: find_package"
configure -S "$here/consumer" -B "$scratch/find-shared" -DCMAKE_PREFIX_PATH="$scratch/shared" \
  >/dev/null
cmake --build "$scratch/find-shared"
"$scratch/find-shared/consumer"

step "shared: pkg-config"
run_pkg_config_consumer "$scratch/shared"

step "shared: without the log no libcrypto"
configure -S "$source_dir" -B "$scratch/shared-build" -DRINGFENCE_LOG=OFF -DRINGFENCE_CLIENT=OFF \
  >/dev/null
cmake --build "$scratch/shared-build"
check_needed "$(find "$scratch/shared-build" -name libringfence.so)" libsqlite3 libsodium

step "add_subdirectory"
configure -S "$here/consumer" -B "$scratch/sub" -DRINGFENCE_SOURCE="$source_dir" >/dev/null
cmake --build "$scratch/sub" --target consumer
"$scratch/sub/consumer"

step "all consumers work"
