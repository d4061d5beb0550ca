// Which world a benchmark program is to measure in: --db, --users, --relations, --seed. Takes the
// program's arguments; gives these, and leaves the others.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "bench/support.h"
#include "bench/world.h"

namespace ringfence::bench {

struct WorldOptions {
  std::string db;  ///< empty: a temporary file
  WorldSize size;
};

inline uint64_t Number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    Fail("not a number: " + std::string(text));
  }
  return number;
}

/// Takes our options out of the arguments and leaves Google Benchmark's.
inline WorldOptions TakeWorldOptions(int* argc, char** argv) {
  WorldOptions options;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view name = argv[i];
    const bool ours =
        name == "--db" || name == "--users" || name == "--relations" || name == "--seed";
    if (!ours) {
      argv[kept++] = argv[i];
      continue;
    }
    if (++i == *argc) Fail(std::string(name) + " needs a value");
    if (name == "--db") options.db = argv[i];
    if (name == "--users") options.size.users = Number(argv[i]);
    if (name == "--relations") options.size.relations = Number(argv[i]);
    if (name == "--seed") options.size.seed = Number(argv[i]);
  }
  *argc = kept;
  if (options.size.users < 100 || options.size.relations < 100) Fail("at least 100 of each");
  return options;
}

}  // namespace ringfence::bench
