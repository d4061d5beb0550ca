// The facts of one decision: kFrameBits packed bits, which of them are unavailable, carried or
// loaded. Takes values from the question and from sources; gives value codes to the evaluator.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/fact_source.h>
#include <ringfence/limits.h>

#include <array>
#include <cstdint>
#include <span>

namespace ringfence {

inline constexpr int kFrameWords = kFrameBits / 32;

/// First words of the blocks of a frame. A user's block is the same for callee and caller, a pair
/// has one word for callee -> caller and one for caller -> callee, so that a stored row serves both
/// sides.
inline constexpr int kUserWords = 5;
/// The last bits of a user's block are no fact's: a stored row has its own flags there.
inline constexpr int kStoreFlagBits = 4;
inline constexpr int kPairWords = 2;
inline constexpr int kCallWords = 2;
inline constexpr int kDerivedWords = 4;
inline constexpr int kCalleeWord = 0;
inline constexpr int kCallerWord = 5;
inline constexpr int kPairWord = 10;  ///< +0: callee -> caller, +1: caller -> callee
inline constexpr int kCallWord = 12;
inline constexpr int kDerivedWord = 14;
static_assert(kDerivedWord + kDerivedWords == kFrameWords);

/// Where a group's bits lie. The store's rows and the log's entries have the same layout.
struct GroupBlock {
  uint16_t first_word;
  uint16_t word_count;
};
/// By Group. The derived groups share one block, each with bits of its own: a group's words are the
/// whole block, and the bits of other groups in them are ignored.
inline constexpr std::array<GroupBlock, kGroupCount> kGroupBlocks = {{
    {kCallWord, kCallWords},        // kCall
    {kCalleeWord, kUserWords},      // kCallee
    {kCallerWord, kUserWords},      // kCaller
    {kPairWord, kPairWords},        // kPair
    {kDerivedWord, kDerivedWords},  // kCohort
    {kDerivedWord, kDerivedWords},  // kContact
    {kDerivedWord, kDerivedWords},  // kCallerContact
    {kDerivedWord, kDerivedWords},  // kList
    {kDerivedWord, kDerivedWords},  // kGrant
    {kDerivedWord, kDerivedWords},  // kAttempts
    {kDerivedWord, kDerivedWords},  // kTime
}};

/// Place of one fact in the frame, precomputed for the hot loop.
struct FactPlace {
  uint16_t word = 0;
  uint8_t shift = 0;
  uint8_t group = 0;
  uint32_t mask = 0;
};

/// Mutable scratch of one evaluation. Reset before each question; never allocates.
///
/// A fact's bits mean something once it is carried or its group is loaded, unless it is
/// unavailable.
struct Frame {
  std::array<uint32_t, kFrameWords> words{};
  FactSet unavailable;
  FactSet carried;      ///< given with the question; also the other half of a symmetric relation
  FactSet from_host;    ///< carried, or given by a host's source
  GroupSet loaded = 0;  ///< needs no reading any more: kCall, carried whole, read, or known absent
  GroupSet read = 0;    ///< answered by a source, whatever the answer
  GroupSet failed = 0;  ///< unavailable: a source said so, or none serves the group
  GroupSet absent = 0;  ///< nothing held: a source said so, or the question (no account)
  GroupSet host = 0;    ///< answered by a host's source

  FactCode Get(const FactPlace& place) const {
    return (words[place.word] >> place.shift) & place.mask;
  }
  void Put(const FactPlace& place, FactCode code) {
    uint32_t& word = words[place.word];
    word = (word & ~(place.mask << place.shift)) | ((code & place.mask) << place.shift);
  }
};

/// What the frame code needs of a catalog, flat: places, images of a frame, facts of each group.
struct Layout {
  explicit Layout(const Catalog& catalog);

  Catalog catalog;
  std::array<FactPlace, kMaxFacts> places{};
  std::array<FactCode, kMaxFacts> code_counts{};  ///< 0 beyond the catalog
  /// Nobody and nothing there: settings have their absent value, never unset.
  std::array<uint32_t, kFrameWords> absent_image{};
  /// Accounts there that hold nothing: `known` is true, settings are unset, the rest as above.
  std::array<uint32_t, kFrameWords> empty_image{};
  std::array<std::array<uint32_t, kFrameWords>, kGroupCount> group_mask{};  ///< bits of its facts
  std::array<FactSet, kGroupCount> group_facts;
  FactSet symmetric;
  /// The catalog makes sure that these exist.
  FactId callee_known = 0, caller_known = 0, same_account = 0, caller_cohort = 0, callee_cohort = 0;
};

/// Puts the question's own facts into a fresh frame: call attributes, carried facts and what
/// follows from them. Groups that need no source then are marked loaded: those carried whole, and
/// those of a party without an account, which take absent values.
///
/// `call.same_account` compares the ids, or else the handles; where one party is named by id only
/// and the other by handle only, it is unavailable unless carried.
///
/// Errors (kInvalidArgument): a party missing, a bad id or handle, a caller named in a call without
/// account, more than kMaxQuestionFacts facts, a fact of another catalog, a fact twice, a code out
/// of range, facts that contradict each other or the parties. O(facts); allocates for errors only.
Status BeginFrame(const Layout& layout, const Question& question, Frame* frame);

/// Reads one group (never kCall, at most once) into the frame from the first source that serves it;
/// a group none serves is unavailable. Carried facts keep their values. `known` follows the read
/// state: kRead means that the account exists, whatever the packed bit says. Does not allocate.
void LoadGroup(const Layout& layout, Group group, const Question& question,
               std::span<FactSource* const> sources, size_t host_sources, Frame* frame);

}  // namespace ringfence
