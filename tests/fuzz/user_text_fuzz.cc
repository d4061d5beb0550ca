// Any text as quiet hours, as an entry of a list, as a length of time and as a time: refused with a
// reason, or what is read from it is in range and means the same when it is written again.
#include <ringfence/lists.h>
#include <ringfence/quiet.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "cli/duration.h"
#include "cli/log_time.h"
#include "derived/list_rows.h"
#include "derived/schedule.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void RequireReason(const Status& status) {
  Require(status.code() == StatusCode::kInvalidArgument && !status.message().empty());
}

void CheckInterval(std::string_view text) {
  const Result<QuietInterval> interval = ParseQuietInterval(text);
  if (!interval.ok()) return RequireReason(interval.status());
  Require(IsGoodInterval(*interval));
  const Result<QuietInterval> again = ParseQuietInterval(ToString(*interval));
  Require(again.ok() && *again == *interval);
  Require(IsWellFormed(RowKind::kSchedule, AsBytes(PackSchedule({"Europe/Berlin", {*interval}}))));
}

/// As a row of a list holds it.
void CheckRow(const ListEntry& entry) {
  OtherItem item;
  item.rank = 1;
  item.action = entry.action;
  item.kind = entry.kind;
  if (entry.kind == ListEntry::Kind::kPredicate) {
    item.predicate = FindPredicate(entry.subject).value();
  } else {
    item.text = entry.subject;
    item.group = GroupKey(entry.subject);
  }
  std::string row;
  AppendOther(item, &row);
  Require(IsWellFormed(RowKind::kListOther, AsBytes(row)));
}

void CheckEntry(std::string_view action, std::string_view subject) {
  const Result<ListEntry> entry = ParseListEntry(action, subject);
  if (!entry.ok()) return RequireReason(entry.status());
  Require(ToString(entry->action) == action && ListSubject(*entry) == subject);
  if (entry->kind == ListEntry::Kind::kPerson) return;
  CheckRow(*entry);
  if (entry->kind != ListEntry::Kind::kDomain) return;
  Require(MatchesDomain(entry->subject, entry->subject));
  Require(!MatchesDomain(entry->subject, ""));
}

void CheckDomain(std::string_view id) {
  const std::string_view domain = DomainOf(id);
  Require(domain.empty() || id.ends_with(domain));
  Require(MatchesDomain("*", domain) == !domain.empty());
  if (!domain.empty() && CheckDomainPattern(domain).ok() && !domain.starts_with('*')) {
    const std::string below = "*." + std::string(domain);
    Require(MatchesDomain(domain, domain) && !MatchesDomain(below, domain));
    Require(MatchesDomain(below, "a." + std::string(domain)));
  }
}

void CheckDuration(std::string_view text) {
  const Result<int64_t> length_ms = cli::ParseDurationMs(text, "for");
  if (!length_ms.ok()) return RequireReason(length_ms.status());
  constexpr int64_t kLongestMs = int64_t{36525} * 24 * 3600 * 1000;
  Require(*length_ms > 0 && *length_ms <= kLongestMs && *length_ms % 1000 == 0);
  const Result<int64_t> again =
      cli::ParseDurationMs(std::to_string(*length_ms / 1000) + "s", "for");
  Require(again.ok() && *again == *length_ms);
}

void CheckTime(std::string_view text) {
  constexpr uint64_t kNowNs = uint64_t{1750000000} * cli::kNsPerSecond;
  const Result<uint64_t> time_ns = cli::ParseTime(text, "at", kNowNs);
  if (!time_ns.ok()) return RequireReason(time_ns.status());
  const auto time_ms = static_cast<int64_t>(*time_ns / 1000000);
  const Result<uint64_t> again = cli::ParseTime(cli::TimeMsText(time_ms), "at", kNowNs);
  Require(again.ok() && *again == *time_ns - *time_ns % cli::kNsPerSecond);
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckInterval(text);
  CheckDuration(text);
  CheckTime(text);
  CheckDomain(text);
  // A line of `list replace`, and a subject alone.
  const size_t space = text.find(' ');
  if (space != std::string_view::npos) CheckEntry(text.substr(0, space), text.substr(space + 1));
  CheckEntry("never", text);
  CheckEntry("silent", "domain:" + std::string(text));
  return 0;
}
