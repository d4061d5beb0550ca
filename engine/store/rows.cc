// How users and pairs are packed in rows, which writes are accepted, and how rows read to people.
#include "store/rows.h"

#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr uint64_t kCohorts = 10000;
static_assert(kFirstUserFlagBit == kUserWords * 32 - kStoreFlagBits,
              "flags lie where no catalog has an entry");

// In the order of ContactFact.
const std::vector<std::string>& ContactMembers() {
  static const auto& members =
      *new std::vector<std::string>{"no_book", "no_match", "match", "stale", "expired"};
  return members;
}

bool IsUserEntry(const FactInfo& info) {
  return info.group == Group::kCallee &&
         (info.kind == FactKind::kSetting || info.kind == FactKind::kAttribute);
}

bool IsRelation(const FactInfo& info) {
  return info.kind == FactKind::kRelation && info.first_bit / 32 == kPairWord;
}

Status CodeOutOfRange(const FactInfo& info, FactCode code) {
  const std::string value =
      code == kUnavailableCode ? std::string("unavailable") : "code " + std::to_string(code);
  return Status(StatusCode::kInvalidArgument, "'" + info.entry + "' cannot be stored as " + value +
                                                  ": it has " + std::to_string(info.code_count()) +
                                                  " codes");
}

}  // namespace

std::array<uint8_t, kUserBytes> PackUser(const UserWords& words) {
  std::array<uint8_t, kUserBytes> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<uint8_t>(words[i / 4] >> (8 * (i % 4)));
  }
  return bytes;
}

bool UnpackUser(std::span<const uint8_t> bytes, UserWords* words) {
  if (bytes.size() != kUserBytes) return false;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(words->data(), bytes.data(), kUserBytes);  // once or twice for every decision
    return ((*words)[0] & 1) != 0;
  }
  for (size_t i = 0; i < words->size(); ++i) {
    (*words)[i] = static_cast<uint32_t>(bytes[4 * i]) |
                  static_cast<uint32_t>(bytes[4 * i + 1]) << 8 |
                  static_cast<uint32_t>(bytes[4 * i + 2]) << 16 |
                  static_cast<uint32_t>(bytes[4 * i + 3]) << 24;
  }
  return ((*words)[0] & 1) != 0;
}

Status NotKnown(std::string_view user) {
  return Status(StatusCode::kNotFound, "user '" + Printable(user, 32) + "' is not known");
}

RowFormat::RowFormat(const Layout& layout) : layout_(layout), derived_ids_(layout.catalog) {
  for (const FactInfo& info : layout_.catalog.facts()) {
    if (IsRelation(info)) {
      CHECK(info.absent_code ==
            0);  // A pair without a row reads as zero; Catalog::Parse demands it.
      relations_.push_back(info.id);
    }
    const bool is_contact = info.members == ContactMembers();
    if (is_contact && info.group == Group::kContact) contact_ = info.id;
    if (is_contact && info.group == Group::kCallerContact) caller_contact_ = info.id;
    if (!IsUserEntry(info)) continue;
    user_entries_.push_back(info.id);
    const FactPlace& place = layout_.places[info.id];
    stored_[place.word] |= place.mask << place.shift;
  }
  for (size_t i = 0; i < derived_.size(); ++i) {
    derived_[i] = layout_.empty_image[kCalleeWord + i] & ~stored_[i];
  }
}

Status RowFormat::CheckSetUser(std::string_view user, FactId fact, FactCode code) const {
  if (Status status = CheckId(user); !status.ok()) return status;
  if (fact >= catalog().size() || !IsUserEntry(catalog().fact(fact))) {
    return Status(StatusCode::kInvalidArgument,
                  "fact " + std::to_string(fact) + " is not a setting or attribute of the callee");
  }
  const FactInfo& info = catalog().fact(fact);
  if (code >= info.code_count()) return CodeOutOfRange(info, code);
  return Status();
}

Status RowFormat::CheckRelate(std::string_view subject, FactId relation, std::string_view object,
                              FactCode code) const {
  if (Status status = CheckId(subject); !status.ok()) return status;
  if (Status status = CheckId(object); !status.ok()) return status;
  if (relation >= catalog().size() || !IsRelation(catalog().fact(relation))) {
    return Status(StatusCode::kInvalidArgument,
                  "fact " + std::to_string(relation) + " is not a relation of the callee");
  }
  const FactInfo& info = catalog().fact(relation);
  if (code >= info.code_count()) return CodeOutOfRange(info, code);
  if (subject == object) {
    return Status(StatusCode::kInvalidArgument, "'" + Printable(subject, 32) +
                                                    "' cannot stand in relation '" + info.entry +
                                                    "' to themselves");
  }
  return Status();
}

void RowFormat::PutUser(FactId fact, FactCode code, UserWords* words) const {
  const FactPlace& place = layout_.places[fact];
  CHECK(place.word < kUserWords && (code & ~place.mask) == 0);
  uint32_t& word = (*words)[place.word];
  word = (word & ~(place.mask << place.shift)) | (code << place.shift);
}

void RowFormat::PutRelation(FactId relation, FactCode code, PairWords* pair) const {
  const FactPlace& place = layout_.places[relation];
  CHECK(place.word == kPairWord && (code & ~place.mask) == 0);
  const auto put = [&](uint32_t* half) {
    *half = (*half & ~(place.mask << place.shift)) | (code << place.shift);
  };
  put(&pair->forward);
  if (catalog().fact(relation).symmetric) put(&pair->reverse);
}

FactCode RowFormat::Get(FactId fact, std::span<const uint32_t> block, int first_word) const {
  const FactPlace& place = layout_.places[fact];
  const size_t word = static_cast<size_t>(place.word - first_word);
  CHECK(word < block.size());
  return (block[word] >> place.shift) & place.mask;
}

UserInfo RowFormat::DescribeUser(std::string_view name, const UserWords& words) const {
  UserInfo info;
  info.user = name;
  info.values.reserve(user_entries_.size());
  for (FactId id : user_entries_) {
    info.values.push_back({catalog().fact(id).entry, id, Get(id, words, kCalleeWord)});
  }
  return info;
}

void RowFormat::DescribeHalf(std::string_view subject, std::string_view object, uint32_t half,
                             bool with_symmetric, std::vector<RelationInfo>* out) const {
  for (FactId id : relations_) {
    const FactInfo& info = catalog().fact(id);
    const FactCode code = Get(id, {&half, 1}, kPairWord);
    if (code == 0 || (info.symmetric && !with_symmetric)) continue;
    out->push_back(
        {std::string(subject), info.entry, std::string(object), catalog().FormatValue(id, code)});
  }
}

void RowFormat::FindCorruptUser(const UserWords& words, std::vector<std::string>* out) const {
  for (FactId id : user_entries_) {
    const FactInfo& info = catalog().fact(id);
    const FactCode code = Get(id, words, kCalleeWord);
    if (code < info.code_count()) continue;
    out->push_back("'" + info.entry + "' has code " + std::to_string(code) + ", of " +
                   std::to_string(info.code_count()));
  }
}

void RowFormat::FindCorruptPair(const PairWords& pair, std::vector<std::string>* out) const {
  for (FactId id : relations_) {
    const FactInfo& info = catalog().fact(id);
    const FactCode forward = Get(id, {&pair.forward, 1}, kPairWord);
    const FactCode reverse = Get(id, {&pair.reverse, 1}, kPairWord);
    if (forward >= info.code_count()) {
      out->push_back("'" + info.entry + "' has code " + std::to_string(forward) + ", of " +
                     std::to_string(info.code_count()));
    }
    if (info.symmetric && forward != reverse) {
      out->push_back("'" + info.entry + "' is symmetric and differs between the halves");
    }
  }
}

ReadState RowFormat::ReadCohorts(const SipHashKey& key, std::optional<std::string_view> caller,
                                 std::optional<std::string_view> callee, GroupWriter& out) const {
  const FactSet& facts = layout_.group_facts[static_cast<size_t>(Group::kCohort)];
  const auto give = [&](FactId fact, std::optional<std::string_view> id) {
    if (!facts.Contains(fact)) return;
    if (id) {
      out.Set(fact, static_cast<FactCode>(SipHash24(key, *id) % kCohorts));
    } else {
      out.SetUnavailable(fact);
    }
  };
  give(layout_.caller_cohort, caller);
  give(layout_.callee_cohort, callee);
  return ReadState::kRead;
}

}  // namespace ringfence
