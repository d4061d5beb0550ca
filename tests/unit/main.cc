// The main program of every doctest binary: settles and prints the seed, then hands the other
// arguments to doctest. A malformed seed ends the run with exit code 2.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "unit/seed.h"

namespace ringfence {
namespace {

uint64_t g_seed = 0;
std::vector<std::string_view> g_arguments;

std::optional<uint64_t> ParseSeed(std::string_view text) {
  uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc() || stop != end) return std::nullopt;
  return seed;
}

// The command line wins over the environment; without either every run explores something new.
std::optional<uint64_t> ChooseSeed(std::optional<std::string_view> argument) {
  if (argument) return ParseSeed(*argument);
  if (const char* variable = std::getenv("RINGFENCE_SEED")) return ParseSeed(variable);
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

}  // namespace

uint64_t Seed() { return g_seed; }

std::optional<std::string> Argument(std::string_view name) {
  for (size_t i = 0; i < g_arguments.size(); ++i) {
    std::string_view text = g_arguments[i];
    if (!text.starts_with("--") || !text.substr(2).starts_with(name)) continue;
    text.remove_prefix(2 + name.size());
    if (text.starts_with("=")) return std::string(text.substr(1));
    if (text.empty() && i + 1 < g_arguments.size()) return std::string(g_arguments[i + 1]);
  }
  return std::nullopt;
}

}  // namespace ringfence

int main(int argc, char** argv) {
  constexpr std::string_view kFlag = "--seed=";
  std::optional<std::string_view> argument;
  std::vector<const char*> rest;
  for (int i = 0; i < argc; ++i) {
    const std::string_view text = argv[i];
    if (text.starts_with(kFlag)) {
      argument = text.substr(kFlag.size());
    } else {
      rest.push_back(argv[i]);
    }
  }
  const std::optional<uint64_t> seed = ringfence::ChooseSeed(argument);
  if (!seed) {
    std::fprintf(stderr, "the seed must be a number from 0 to 2^64-1\n");
    return 2;
  }
  ringfence::g_seed = *seed;
  ringfence::g_arguments.assign(rest.begin(), rest.end());
  std::printf("seed %" PRIu64 " (replay with --seed=%" PRIu64 ")\n", *seed, *seed);
  std::fflush(stdout);
  return doctest::Context(static_cast<int>(rest.size()), rest.data()).run();
}
