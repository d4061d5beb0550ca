// The facts of one decision: kFrameBits packed bits, which of them are unavailable, carried or loaded.
// Takes values from the question and from sources; gives value codes to the evaluator.
#pragma once

#include <array>
#include <cstdint>

#include <ringfence/catalog.h>
#include <ringfence/fact_source.h>
#include <ringfence/limits.h>

namespace ringfence {

inline constexpr int kFrameWords = kFrameBits / 32;

/// Where a group's bits lie. The store's rows and the log's entries have the same layout.
struct GroupBlock {
  uint16_t first_word;
  uint16_t word_count;
};
/// Words 0-4 callee, 5-9 caller, 10-11 pair (forward half, reverse half), 12-13 call, 14 cohort,
/// 15-17 the rest of the derived groups (which share words; see kGroupBlocks).
inline constexpr int kUserWords = 5;
inline constexpr int kCalleeWord = 0;
inline constexpr int kCallerWord = 5;
inline constexpr int kPairWord = 10;  ///< +0: callee -> caller, +1: caller -> callee
inline constexpr int kCallWord = 12;
inline constexpr int kDerivedWord = 14;

/// Place of one fact in the frame, precomputed for the hot loop.
struct FactPlace {
  uint16_t word = 0;
  uint8_t shift = 0;
  uint8_t group = 0;
  uint32_t mask = 0;
};

/// Mutable scratch of one evaluation. Reset before each question; never allocates.
struct Frame {
  std::array<uint32_t, kFrameWords> words{};
  FactSet unavailable;
  FactSet carried;        ///< given with the question (call attributes included)
  FactSet from_host;      ///< carried, or given by a host's source
  GroupSet loaded = 0;    ///< asked of a source, or carried whole
  GroupSet read = 0;      ///< asked of a source
  GroupSet failed = 0;    ///< asked and unavailable
  GroupSet absent = 0;    ///< asked and nothing held
  GroupSet host = 0;      ///< answered by the host's source

  FactCode Get(const FactPlace& place) const {
    return (words[place.word] >> place.shift) & place.mask;
  }
  void Put(const FactPlace& place, FactCode code) {
    uint32_t& word = words[place.word];
    word = (word & ~(place.mask << place.shift)) | ((code & place.mask) << place.shift);
  }
};

/// What the frame code needs of a catalog, flat: places, absent images, facts of each group.
struct Layout {
  explicit Layout(const Catalog& catalog);

  Catalog catalog;
  std::array<FactPlace, kMaxFacts> places{};
  std::array<FactCode, kMaxFacts> code_counts{};
  std::array<uint32_t, kFrameWords> absent_image{};  ///< settings: the absent value, never unset
  std::array<uint32_t, kFrameWords> empty_image{};   ///< settings: unset; the rest as absent_image
  std::array<std::array<uint32_t, kFrameWords>, kGroupCount> group_mask{};
  std::array<FactSet, kGroupCount> group_facts;
  FactId callee_known = 0, caller_known = 0, same_account = 0, caller_cohort = 0, callee_cohort = 0;
};

/// Puts the question's own facts into a fresh frame: call attributes, carried facts,
/// call.same_account. Errors (kInvalidArgument): parties missing or mixed, bad ids, more facts than
/// kMaxQuestionFacts, a fact twice, a code out of range, facts that contradict each other.
Status BeginFrame(const Layout& layout, const Question& question, Frame* frame);

/// Reads one group into the frame from the first source that serves it; a group none serves is
/// unavailable. Carried facts of the group keep their values.
void LoadGroup(const Layout& layout, Group group, const Question& question,
               std::span<FactSource* const> sources, size_t host_sources, Frame* frame);

}  // namespace ringfence
