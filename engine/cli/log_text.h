// An entry of the decision log as the tool prints it: a line or a page for people, an object or a
// row for programs. Takes entries; gives text. Nothing of a log is trusted to be printable.
#pragma once

#include <ringfence/log.h>

#include <string>
#include <string_view>

#include "cli/json_out.h"
#include "cli/output.h"

namespace ringfence::cli {

/// "example.com/ring/n7/2026-11": what the checkpoints of the entry's month are called.
std::string OriginOf(const std::string& log_name, const LogEntry& entry);

/// The value of a field that is a number; 0 where the entry has none of that name.
uint64_t FieldNumber(const LogEntry& entry, std::string_view name);

/// One line, and one more for each fact that was opened.
std::string EntryLine(const Output& out, const LogEntry& entry);
/// All of an entry, a line for each field.
std::string EntryPage(const std::string& log_name, const LogEntry& entry);

/// One JSON object.
void WriteEntry(JsonOut& json, const std::string& log_name, const LogEntry& entry);
/// The same on a line.
std::string EntryJson(const std::string& log_name, const LogEntry& entry);

/// A header and rows of RFC 4180. No cell begins a formula for a spreadsheet: an apostrophe is put
/// before one that would.
std::string_view EntryCsvHeader();
std::string EntryCsv(const std::string& log_name, const LogEntry& entry);

}  // namespace ringfence::cli
