// How the answer to a caller who asks for consent is printed. Takes the answer; gives a line.
#pragma once

#include <cstdint>

#include "cli/context.h"

namespace ringfence::cli {

/// "accepted; may ask again after 86400 s", or JSON with `accepted` and `retry_after_s`.
void PrintAskAnswer(Context& context, bool accepted, int64_t retry_after_s);

}  // namespace ringfence::cli
