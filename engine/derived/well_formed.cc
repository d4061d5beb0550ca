// Whether bytes are those of a row, for who keeps rows and knows nothing of their bytes: the
// doctor. Asks what reads each kind, and of texts what checked them when they were written.
#include "base/utf8.h"
#include "derived/consent.h"
#include "derived/list_rows.h"
#include "derived/pair_calls.h"
#include "derived/quiet_rows.h"
#include "derived/recent.h"
#include "derived/rows.h"
#include "derived/schedule.h"

namespace ringfence {
namespace {

template <class Row>
bool Unpacks(std::span<const uint8_t> bytes) {
  Row row;
  return Row::Unpack(bytes, &row);
}

template <class Row>
bool IsConsent(std::span<const uint8_t> bytes) {
  Row row;
  return Unpack(bytes, &row);
}

bool IsGoodText(const OtherItem& item) {
  switch (item.kind) {
    case ListEntry::Kind::kGroup:
      return CheckId(item.text).ok() && item.group == GroupKey(item.text);
    case ListEntry::Kind::kDomain:
      return CheckDomainPattern(item.text).ok();
    default:
      return true;
  }
}

bool IsOtherRow(std::span<const uint8_t> bytes) {
  if (bytes.empty() || bytes.size() > kMaxOtherBytes) return false;
  OtherItems items(bytes);
  OtherItem item;
  while (items.Next(&item)) {
    if (!IsGoodText(item)) return false;
  }
  return !items.damaged();
}

}  // namespace

bool IsWellFormed(RowKind kind, std::span<const uint8_t> bytes) {
  PersonItem person;
  ScheduleView schedule;
  QuietRow quiet;
  switch (kind) {
    case RowKind::kPairCalls:
      return Unpacks<PairCalls>(bytes);
    case RowKind::kUnknownCalls:
      return Unpacks<UnknownCalls>(bytes);
    case RowKind::kCallees:
    case RowKind::kPreviews:
      return Unpacks<RecentUsers>(bytes);
    case RowKind::kGrant:
      return IsConsent<GrantRow>(bytes);
    case RowKind::kRequests:
      return IsConsent<AskedRow>(bytes);
    case RowKind::kKnock:
      return IsConsent<KnockRow>(bytes);
    case RowKind::kListPerson:
      return UnpackPerson(bytes, &person);
    case RowKind::kListOther:
      return IsOtherRow(bytes);
    case RowKind::kGroup:
      return CheckId({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).ok();
    case RowKind::kMember:
      return IsMemberRow(bytes);
    case RowKind::kSchedule:
      return ViewSchedule(bytes, &schedule);
    case RowKind::kQuiet:
      return UnpackQuiet(bytes, &quiet);
  }
  return false;
}

}  // namespace ringfence
