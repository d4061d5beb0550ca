// The seed of this test program: every randomised test starts from it, and --seed=N or
// RINGFENCE_SEED=N replays a run. The program prints it before the first test.
#ifndef RINGFENCE_TESTS_UNIT_SEED_H_
#define RINGFENCE_TESTS_UNIT_SEED_H_

#include <cstdint>

namespace ringfence {

uint64_t Seed();

}  // namespace ringfence

#endif  // RINGFENCE_TESTS_UNIT_SEED_H_
