// A user's list as it lies in rows.
#include "derived/list_rows.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/check.h"
#include "base/sha256.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr std::array<std::string_view, kListPredicates> kNames = {
    "everyone",          "anonymous",       "unknown",           "followed",         "followers",
    "friends",           "favorites",       "contacts",          "verified",         "bots",
    "subscription:none", "subscription:to", "subscription:from", "subscription:both"};

bool IsAction(uint8_t byte) {
  return byte >= static_cast<uint8_t>(ListAction::kAlways) &&
         byte <= static_cast<uint8_t>(ListAction::kBypass);
}

/// Takes the first bytes off; fewer: false.
bool Take(std::span<const uint8_t>* bytes, size_t count, std::span<const uint8_t>* taken) {
  if (bytes->size() < count) return false;
  *taken = bytes->first(count);
  *bytes = bytes->subspan(count);
  return true;
}

}  // namespace

std::span<const std::string_view> ListPredicates() { return kNames; }

std::string_view NameOfPredicate(ListPredicate predicate) {
  const size_t index = static_cast<size_t>(predicate) - 1;
  return index < kNames.size() ? kNames[index] : std::string_view();
}

std::optional<ListPredicate> FindPredicate(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ListPredicate>(found - kNames.begin() + 1);
}

std::string PackPerson(const PersonItem& item) {
  std::string bytes;
  AppendUint(item.rank, 4, &bytes);
  bytes.push_back(static_cast<char>(item.action));
  return bytes;
}

bool UnpackPerson(std::span<const uint8_t> bytes, PersonItem* item) {
  if (bytes.size() != kPersonItemBytes || !IsAction(bytes[4])) return false;
  item->rank = static_cast<ListRank>(ReadUint(bytes.first(4)));
  item->action = static_cast<ListAction>(bytes[4]);
  return item->rank != 0;
}

// rank (4 bytes, little-endian), action, kind; then of a group its key (8) and name, of a domain
// its pattern, each text after a byte that says its length; of a predicate its number.
void AppendOther(const OtherItem& item, std::string* bytes) {
  DCHECK(item.rank != 0 && item.text.size() <= kMaxIdBytes);
  AppendUint(item.rank, 4, bytes);
  bytes->push_back(static_cast<char>(item.action));
  bytes->push_back(static_cast<char>(item.kind));
  if (item.kind == ListEntry::Kind::kPredicate) {
    bytes->push_back(static_cast<char>(item.predicate));
    return;
  }
  if (item.kind == ListEntry::Kind::kGroup) {
    AppendUint(static_cast<uint64_t>(item.group), 8, bytes);
  }
  bytes->push_back(static_cast<char>(item.text.size()));
  bytes->append(item.text);
}

bool OtherItems::Next(OtherItem* item) {
  if (bytes_.empty() || damaged_) return false;
  damaged_ = !Read(item);
  return !damaged_;
}

bool OtherItems::Read(OtherItem* item) {
  std::span<const uint8_t> part;
  if (!Take(&bytes_, 6, &part) || !IsAction(part[4])) return false;
  item->rank = static_cast<ListRank>(ReadUint(part.first(4)));
  item->action = static_cast<ListAction>(part[4]);
  item->kind = static_cast<ListEntry::Kind>(part[5]);
  if (item->rank <= last_) return false;
  last_ = item->rank;
  switch (item->kind) {
    case ListEntry::Kind::kPredicate:
      if (!Take(&bytes_, 1, &part) || part[0] == 0 || part[0] > kListPredicates) return false;
      item->predicate = static_cast<ListPredicate>(part[0]);
      return true;
    case ListEntry::Kind::kGroup:
      if (!Take(&bytes_, 8, &part)) return false;
      item->group = static_cast<int64_t>(ReadUint(part));
      if (item->group >= 0) return false;
      break;
    case ListEntry::Kind::kDomain:
      break;
    default:
      return false;
  }
  if (!Take(&bytes_, 1, &part) || part[0] == 0 || !Take(&bytes_, part[0], &part)) return false;
  item->text = {reinterpret_cast<const char*>(part.data()), part.size()};
  return true;
}

int64_t GroupKey(std::string_view name) {
  const Sha256Digest digest = Sha256Of(name);
  const uint64_t hash = ReadUint(std::span<const uint8_t>(digest).first(8));
  return -static_cast<int64_t>(hash >> 2) - 1;
}

std::string_view DomainOf(std::string_view id) {
  const bool matrix = id.starts_with('@');
  const size_t before = matrix ? id.find(':') : id.rfind('@');
  return before == std::string_view::npos ? std::string_view() : id.substr(before + 1);
}

Status CheckDomainPattern(std::string_view pattern) {
  const auto bad = [](const char* why) {
    return Status(StatusCode::kInvalidArgument,
                  std::string("a domain is a name, '*.' before a name, or '*': ") + why);
  };
  if (pattern == "*") return Status();
  const std::string_view name = pattern.starts_with("*.") ? pattern.substr(2) : pattern;
  if (name.empty()) return bad("there is no name");
  if (pattern.size() > kMaxDomainBytes) return bad("this one has more than 253 bytes");
  if (name.find('*') != std::string_view::npos) return bad("a '*' stands elsewhere");
  if (name.find_first_of("@ ") != std::string_view::npos) return bad("'@' or a space is in it");
  if (!IsValidUtf8(name) || HasControlBytes(name)) return bad("it is no plain text");
  if (name.starts_with('.') || name.ends_with('.') || name.find("..") != std::string_view::npos) {
    return bad("a part of it is empty");
  }
  return Status();
}

bool MatchesDomain(std::string_view pattern, std::string_view domain) {
  if (domain.empty()) return false;
  if (pattern == "*") return true;
  if (!pattern.starts_with("*.")) return pattern == domain;
  const std::string_view suffix = pattern.substr(1);
  return domain.size() > suffix.size() && domain.ends_with(suffix);
}

}  // namespace ringfence
