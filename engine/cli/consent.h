// Consent and knocks, as the commands grant, knock and `user export` open and print them.
// Takes the database and what the library says; gives lines and JSON.
#pragma once

#include <ringfence/grants.h>

#include <cstdint>
#include <string_view>

#include "cli/context.h"
#include "cli/json_out.h"

namespace ringfence::cli {

/// What the database holds, at the time of --at.
Result<Grants> OpenGrants(const Context& context, const Arguments& arguments,
                          StoreOptions::Mode mode);

/// "accepted; may ask again after 86400 s", or JSON with `accepted` and `retry_after_s`.
void PrintAskAnswer(Context& context, bool accepted, int64_t retry_after_s);

/// An object: `grant list`, `knock list` and `user export` print the same.
void WriteGrant(const GrantInfo& info, JsonOut* json);
void WriteKnock(const KnockInfo& knock, JsonOut* json);
/// Members of an object of its own: consent a user gave and was given, knocks that wait for them.
Status WriteConsent(const Store& store, std::string_view user, JsonOut* json);

}  // namespace ringfence::cli
