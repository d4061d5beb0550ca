// The seed of this test program: every randomised test starts from it, and --seed=N or
// RINGFENCE_SEED=N replays a run. The program prints it before the first test. Also its arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence {

uint64_t Seed();

// What was given as --NAME=VALUE or --NAME VALUE, for the few programs that take more than a seed.
std::optional<std::string> Argument(std::string_view name);

}  // namespace ringfence
