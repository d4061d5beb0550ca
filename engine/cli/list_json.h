// A user's list, quiet times and what others' lists say of them, as JSON: `list show`, `user
// quiet`, `user schedule` and `user export` print the same.
#pragma once

#include <ringfence/lists.h>
#include <ringfence/quiet.h>

#include <optional>
#include <span>
#include <string_view>

#include "cli/json_out.h"

namespace ringfence::cli {

/// An array of objects with action and subject.
void WriteList(std::span<const ListEntry> entries, JsonOut* json);
/// Null or an object.
void WriteQuiet(const std::optional<QuietPeriod>& period, JsonOut* json);
void WriteSchedule(const std::optional<QuietSchedule>& schedule, JsonOut* json);
/// Members of an object of its own: what is held about a user beside settings and relations.
Status WriteOwnTimesAndLists(const Store& store, std::string_view user, JsonOut* json);

}  // namespace ringfence::cli
