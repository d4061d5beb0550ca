// The vocabulary of facts: what a policy can test, a question can carry, a store can hold.
// Takes catalog text (schema/catalog.json); gives fact ids, names, types and value codes.
#pragma once

#include <ringfence/export.h>
#include <ringfence/status.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence {

/// Index of a fact in its catalog, 0 <= id < Catalog::size() <= kMaxFacts. Good for one catalog in
/// one process; what files keep is the fact's bits, whose places never change.
using FactId = uint16_t;

/// What a fact is worth, as it lies in a frame, a store row and a log entry.
///
/// | type | codes                                                     |
/// |------|-----------------------------------------------------------|
/// | bool | false 0, true 1                                           |
/// | enum | index of the member, in the order of the catalog          |
/// | int  | value - lowest value of the range                         |
///
/// A setting or attribute can be *unset*: its code 0 is unset, every code above is shifted by one.
using FactCode = uint32_t;

/// Not a value but the state of a read: the fact could not be read. Accepted wherever a FactCode is
/// handed in by a host; never stored.
inline constexpr FactCode kUnavailableCode = 0xFFFFFFFFu;

/// The unit in which facts are read: one call of a FactSource, one state in a log entry.
enum class Group : uint8_t {
  kCall = 0,           ///< attributes of the call, given with the question; never read
  kCallee = 1,         ///< the callee's settings and attributes
  kCaller = 2,         ///< the caller's settings and attributes
  kPair = 3,           ///< relations between the two, in both directions
  kCohort = 4,         ///< keyed hashes of the two ids
  kContact = 5,        ///< callee.contact(caller): is the caller in the callee's address book
  kCallerContact = 6,  ///< caller.contact(callee)
  kList = 7,           ///< callee.list(caller): the callee's own ordered list
  kGrant = 8,          ///< consent grants
  kAttempts = 9,       ///< earlier attempts and calls
  kTime = 10,          ///< the callee's local time
};
inline constexpr int kGroupCount = 11;

/// A set of groups: bit i is Group i.
using GroupSet = uint16_t;
constexpr GroupSet Bit(Group group) {
  return static_cast<GroupSet>(1u << static_cast<unsigned>(group));
}

enum class FactKind : uint8_t {
  kSetting,    ///< chosen by the user, can be unset
  kAttribute,  ///< given to the user by the operator, can be unset
  kRelation,   ///< one user's directed relation to the other
  kCall,       ///< given with the question
  kDerived,    ///< worked out from other data when read
};

enum class FactType : uint8_t { kBool, kEnum, kInt };

/// Who can bring a change about, and who knows a value.
enum class Who : uint8_t { kNobody = 0, kCallee = 1, kCaller = 2, kOperator = 4 };

/// One fact and its value, as a question carries it. Made by Catalog::MakeFact, or directly from a
/// FactId and a FactCode kept by the host.
struct Fact {
  FactId id = 0;
  FactCode code = 0;
};

/// A set of facts, by value: 256 bits. Iterate with Contains over 0..Catalog::size()-1.
struct FactSet {
  uint64_t words[4] = {0, 0, 0, 0};

  constexpr void Insert(FactId id) { words[id >> 6] |= uint64_t{1} << (id & 63); }
  constexpr bool Contains(FactId id) const { return ((words[id >> 6] >> (id & 63)) & 1) != 0; }
  constexpr bool Empty() const { return (words[0] | words[1] | words[2] | words[3]) == 0; }
  constexpr int Count() const {
    int count = 0;
    for (uint64_t word : words) {
      for (; word != 0; word &= word - 1) ++count;
    }
    return count;
  }
  friend constexpr bool operator==(const FactSet&, const FactSet&) = default;
};

/// Everything the catalog says about one fact. Views live as long as the Catalog.
struct FactInfo {
  FactId id = 0;
  std::string name;   ///< as policies write it: "callee.follows(caller)", "call.media"
  std::string entry;  ///< name of the catalog's entry: "follows", "media", "calls_enabled"
  FactKind kind = FactKind::kDerived;
  FactType type = FactType::kBool;
  Group group = Group::kCall;
  std::vector<std::string> members;  ///< of an enum, in code order
  int64_t lowest = 0;                ///< of an int
  int64_t highest = 0;
  std::string unit;           ///< of an int: "ms", "s", "min", "h", "d", "" for a count
  bool can_be_unset = false;  ///< settings and attributes
  FactCode default_code = 0;  ///< value (never unset) where neither user nor policy chose
  FactCode absent_code = 0;   ///< value (never unset) where the account or the data does not exist
  uint16_t first_bit = 0;     ///< of kFrameBits; a fact never straddles a 32-bit word
  uint8_t width_bits = 1;     ///< 1..32
  uint8_t known_to = 0;       ///< bits of Who
  Who changeable_by = Who::kNobody;
  std::vector<FactCode> changeable_to;  ///< empty: any value
  bool probe = false;       ///< must not be answered to a caller who only asks (Preview)
  bool enumerable = false;  ///< the store can list the users for which it holds
  bool replay = false;      ///< collected in full by a log that is to be replayed
  bool symmetric = false;   ///< a relation that both hold or neither
  FactId reverse = 0;       ///< the same entry with caller and callee exchanged; itself if none
  std::string doc;          ///< one sentence
  /// Sentences of an explanation with {owner} and its like, and how to bring a value about. By
  /// value code; of an int one for all values, with {value}. May be empty.
  std::vector<std::string> says;
  std::vector<std::string> change;

  /// Number of different codes, unset included. O(1).
  FactCode code_count() const;
};

/// A condition over facts that holds in every situation a store can give: what analysis of whole
/// policies leaves out of account is what it does not hold in. It changes no decision, and is no
/// part of the digest.
struct CatalogConstraint {
  std::string id;
  std::string that;  ///< a condition (schema/policy.md); CheckConstraints reads it
  std::string doc;   ///< one sentence
  std::string file;  ///< where `that` is written
  uint32_t line = 0;
  uint32_t column = 0;
  std::string written;  ///< the JSON string there, with its quotes
};

/// An immutable vocabulary. Cheap to copy (shared); safe to read from any thread.
class RINGFENCE_API Catalog {
 public:
  /// The standard catalog compiled into the library, the same text as schema/catalog.json.
  static const Catalog& Standard();

  /// Reads catalog text. Errors (kParse): everything wrong with it, each with line, column, caret.
  static Result<Catalog> Parse(std::string_view text, std::string_view file_name = "catalog.json");

  /// `base` and behind its facts those of an extension: an operator's own settings, attributes,
  /// relations and call attributes (schema/README.md). Ids and places of `base` stay. Errors:
  /// kParse, as Parse; kInvalidArgument where `base` is extended already.
  static Result<Catalog> Extend(const Catalog& base, std::string_view text,
                                std::string_view file_name = "catalog-extension.json");
  /// An extension's file, and what diagnostics call it.
  struct ExtensionText {
    std::string_view text;
    std::string_view file_name;
  };
  /// Whether files written with `old` can be read with `next`: every entry of `old` is there, in
  /// its order, with the same kind, type, members and place, and the version has grown with any
  /// change that matters. kParse: all that is not so, with places in `next`, or that one is no
  /// extension.
  static Status CheckNextVersion(const Catalog& base, const ExtensionText& old,
                                 const ExtensionText& next);

  int version() const;
  std::string_view extension() const;  ///< its name; empty: none
  int extension_version() const;       ///< 0: none
  size_t base_size() const;            ///< facts before the extension's: size() where there is none
  size_t size() const;                 ///< number of facts, <= kMaxFacts
  const FactInfo& fact(FactId id) const;  ///< id < size()
  std::span<const FactInfo> facts() const;
  /// The catalog's and then its extension's, as their files have them.
  std::span<const CatalogConstraint> constraints() const;
  /// Bits of a list's block, both included, in which an extension can put a further entry.
  struct Room {
    std::string_view list;  ///< "user", "relations", "call"
    uint32_t first;
    uint32_t last;
  };
  std::vector<Room> ExtensionRoom() const;
  std::string_view digest_hex() const;  ///< SHA-256 of the canonical catalog, 64 digits
  /// The canonical catalog: JSON of all that can change a decision, a row or a log entry.
  std::string Canonical() const;

  /// kNotFound, with the nearest name where there is one. O(1) expected.
  Result<FactId> Find(std::string_view fact_name) const;

  /// The facts (callee's side) that `user set` accepts by their entry name, "calls_enabled".
  Result<FactId> FindUserEntry(std::string_view entry_name) const;
  /// The relation (callee's direction) of that entry name, "follows".
  Result<FactId> FindRelation(std::string_view entry_name) const;

  /// A value from its text: "true", "video", "180000", also "unset" where the fact can be unset and
  /// "?" or "unavailable". Integers outside the range are saturated. kInvalidArgument says what was
  /// expected.
  Result<FactCode> ParseValue(FactId id, std::string_view text) const;
  Result<Fact> MakeFact(std::string_view fact_name, std::string_view value) const;

  /// The text of a code, as ParseValue takes it; "corrupt" for a code out of range.
  std::string FormatValue(FactId id, FactCode code) const;

 private:
  struct Data;
  static Catalog Of(std::shared_ptr<Data> data);
  explicit Catalog(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

/// Whether every constraint of the catalog is a condition over its facts. Parse and Extend do not
/// look: what no decision needs keeps no engine from starting. kParse: each error with line, column
/// and caret. Whether some situation satisfies all of them is for analysis to say.
RINGFENCE_API Status CheckConstraints(const Catalog& catalog);

}  // namespace ringfence
