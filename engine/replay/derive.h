// One decision again: the recorded facts under a program. Takes a recalled frame; gives the answer,
// and whether facts that nobody collected could have made it another.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "eval/evaluate.h"
#include "log/open_facts.h"
#include "program/program.h"

namespace ringfence {

/// A program to decide by. The pointers' owner outlives it.
struct ReplayProgram {
  const Program* program = nullptr;
  const Layout* layout = nullptr;
  size_t path = 0;  ///< the decision of that name; 0: none
  /// Outcomes that differ in name only have one number: the answer is the same.
  std::vector<uint16_t> answers;
  /// The program without decisions that no entry records, whose facts therefore leave nothing open;
  /// null: it has none of these.
  std::shared_ptr<const Program> recorded_only;
  /// The same with the first of such outcomes in place of the others; null: there are none.
  std::shared_ptr<const Program> merged;

  ReplayProgram() = default;
  ReplayProgram(const Program& its_program, const Layout& its_layout);
  /// What another policy's answers are derived by.
  const Program& answering() const { return recorded_only ? *recorded_only : *program; }
};

/// Whether two outcomes are the same to both parties: effect, signal, record, SIP status, retry
/// time, told.
bool SameOutcome(const ProgramOutcome& a, const ProgramOutcome& b);

/// What a DECISION entry says besides facts, by numbers of its policy.
struct RecordedAnswer {
  uint8_t effect = 0, outcome = 0, path = 0, basis = 0;
  uint16_t rule = 0;
  uint32_t read_digest = 0;
};

struct DerivedAnswer {
  RecordedAnswer answer;  ///< without read_digest
  FactSet tested;
  FactSet missing;  ///< of these, facts that were not collected
  /// Facts that were not collected could lead to different answers: `answer` is none.
  bool indeterminate = false;
  EffectSet effects = 0;  ///< where indeterminate: those of the answers
};

/// Not thread-safe; nothing is allocated after Prepare.
class Deriver {
 public:
  void Prepare(const ReplayProgram& program);
  /// What the evaluator says.
  void Derive(const ReplayProgram& program, const OpenedFacts& facts, const FactSet& unknown,
              DerivedAnswer* out);
  /// The same, and exact about facts that were not collected. Where some of these meet facts that
  /// were unavailable, their values are tried one after the other; beyond kMostTrials combinations
  /// the answer is indeterminate.
  void DeriveOther(const ReplayProgram& program, const OpenedFacts& facts, const FactSet& unknown,
                   DerivedAnswer* out);
  static constexpr uint64_t kMostTrials = 4096;

 private:
  void Walked(const ReplayProgram& program, const Program& by, DerivedAnswer* out);
  bool Try(const ReplayProgram& program, const OpenedFacts& facts, const FactSet& unknown,
           DerivedAnswer* out);

  EvalScratch scratch_;
};

/// CRC-32C of tested facts, remembering the sets it has seen. Not thread-safe.
class ReadDigests {
 public:
  uint32_t Of(const Layout& layout, const FactSet& tested);

 private:
  struct Known {
    FactSet tested;
    uint32_t digest = 0;
    bool used = false;
  };
  std::array<Known, 64> known_;
};

}  // namespace ringfence
