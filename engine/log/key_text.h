// The text of a log's key file. Takes text; gives keys, and back. (That of exported facts keys is
// in keys.h: it is public to the rest of the engine.)
#pragma once

#include <ringfence/status.h>

#include <string>
#include <string_view>

#include "log/keys.h"

namespace ringfence {

/// Text, one item a line, one space between words, lower-case hexadecimal digits, '\n' at the end
/// of each line, nothing else:
///   ringfence log keys 1
///   log HEX32                 identity of the log
///   signing HEX64             seed of its Ed25519 key
///   epoch NUMBER HEX64        the oldest epoch that can be read, and its key
///   sum HEX32                 SHA-256 of everything before this line, its first half: finds damage
/// kParse with the line and what was expected, never with what stands there; kLimit: too large.
Result<LogKeys> ParseLogKeys(std::string_view text);
/// What ParseLogKeys reads, in one piece of memory: whoever calls wipes it.
std::string FormatLogKeys(const LogKeys& keys);

}  // namespace ringfence
