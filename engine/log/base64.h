// Base64 as others read it: what FromBase64 of note.h refuses, Go's standard decoder may accept.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ringfence {

/// What the last digit's bits beyond the last byte may be.
enum class UnusedBits : uint8_t { kZero, kAny };
bool DecodeBase64(std::string_view text, UnusedBits unused, std::vector<uint8_t>* out);

}  // namespace ringfence
