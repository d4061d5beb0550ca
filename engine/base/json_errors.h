// What is wrong with a text that RapidJSON refused, in words and with its place. Part of json.cc;
// takes RapidJSON's error code and offset, gives a diagnostic.
#pragma once

#include <rapidjson/error/error.h>

#include <cstddef>
#include <string_view>

#include "base/diagnostic.h"

namespace ringfence {

inline constexpr const char* kExpectedValue =
    "a value: an object, an array, a string in double quotes, an integer, true, false or null";
inline constexpr const char* kNumberWithFraction = "a fraction or an exponent in a number";
inline constexpr const char* kIntegerOutOfRange = "an integer out of range";
inline constexpr const char* kExpectedInteger =
    "an integer from -9223372036854775808 to 9223372036854775807";
inline constexpr const char* kExpectedSurrogates = "an escaped pair such as \\uD83D\\uDE00";

// `offset` is where RapidJSON stopped; `token` is the first byte of the token after the last good
// one, with separators skipped.
Diagnostic ExplainSyntaxError(rapidjson::ParseErrorCode code, std::string_view text,
                              std::string_view file, size_t offset, size_t token);

}  // namespace ringfence
