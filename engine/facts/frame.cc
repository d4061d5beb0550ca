// Question and sources -> frame. On the path of every decision: no allocation, no lock, and no loop
// over facts but over those a question carries.
#include "facts/frame.h"

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"
#include "facts/fact_set.h"

namespace ringfence {
namespace {

constexpr Group kReadGroups[] = {
    Group::kCallee,        Group::kCaller, Group::kPair,  Group::kCohort,   Group::kContact,
    Group::kCallerContact, Group::kList,   Group::kGrant, Group::kAttempts, Group::kTime};
static_assert(std::size(kReadGroups) == kGroupCount - 1);

void AddTo(GroupSet* set, Group group) { *set = static_cast<GroupSet>(*set | Bit(group)); }

[[gnu::cold, gnu::noinline]] Status Bad(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Status CheckParty(const Party& party, const char* which) {
  if (party.handle < 0) return Bad(std::string("the ") + which + "'s handle is negative");
  if (!party.id.empty()) {
    Status status = CheckId(party.id);
    if (!status.ok()) return Bad(std::string("the ") + which + ": " + status.message());
  } else if (party.handle == 0) {
    return Bad(std::string("the question names no ") + which);
  }
  return Status();
}

Status CheckParties(const Question& question) {
  if (Status status = CheckParty(question.callee, "callee"); !status.ok()) return status;
  if (!question.caller_without_account) return CheckParty(question.caller, "caller");
  if (question.caller.empty()) return Status();
  return Bad("a caller without an account has neither id nor handle");
}

enum class Same : uint8_t { kNo, kYes, kCannotSay };

Same SameAccount(const Question& question) {
  const Party& a = question.caller;
  const Party& b = question.callee;
  if (question.caller_without_account) return Same::kNo;
  if (!a.id.empty() && !b.id.empty()) return a.id == b.id ? Same::kYes : Same::kNo;
  if (a.handle != 0 && b.handle != 0) return a.handle == b.handle ? Same::kYes : Same::kNo;
  return Same::kCannotSay;
}

/// One question's facts on their way into a frame.
class Carrier {
 public:
  Carrier(const Layout& layout, const Question& question, Frame* frame)
      : layout_(layout), question_(question), frame_(*frame) {}

  Status Carry() {
    if (question_.facts.size() > kMaxQuestionFacts) {
      return Bad("the question carries " + std::to_string(question_.facts.size()) +
                 " facts; at most " + std::to_string(kMaxQuestionFacts) + " are accepted");
    }
    for (const Fact& fact : question_.facts) {
      if (Status status = Put(fact); !status.ok()) return status;
    }
    if (OnlyOfCall()) {
      frame_.from_host = frame_.carried;
      return Status();
    }
    if (Status status = MirrorSymmetric(); !status.ok()) return status;
    frame_.from_host = frame_.carried;
    return CheckAccounts();
  }

  /// Marks what no source needs to be asked for.
  void MarkLoaded() {
    if (!OnlyOfCall()) {
      for (Group group : kReadGroups) {
        if (Covers(frame_.carried, layout_.group_facts[static_cast<size_t>(group)])) {
          AddTo(&frame_.loaded, group);
        }
      }
      if (Says(layout_.callee_known, 0)) MarkAbsent(Group::kCallee);
      if (Says(layout_.caller_known, 0)) MarkAbsent(Group::kCaller);
    }
    if (question_.caller_without_account) MarkNoCaller();
  }

 private:
  std::string Name(FactId id) const { return "'" + layout_.catalog.fact(id).name + "'"; }

  Status Put(const Fact& fact) {
    if (fact.id >= kMaxFacts || layout_.code_counts[fact.id] == 0) {
      return Bad("the question carries a fact with the id " + std::to_string(fact.id) +
                 "; the catalog has " + std::to_string(layout_.catalog.size()) + " facts");
    }
    if (frame_.carried.Contains(fact.id))
      return Bad("the question carries " + Name(fact.id) + " twice");
    frame_.carried.Insert(fact.id);
    if (fact.code == kUnavailableCode) {
      frame_.unavailable.Insert(fact.id);
    } else if (fact.code < layout_.code_counts[fact.id]) {
      frame_.Put(layout_.places[fact.id], fact.code);
    } else {
      return Bad("the question carries code " + std::to_string(fact.code) + " for " +
                 Name(fact.id) + ", which has " + std::to_string(layout_.code_counts[fact.id]) +
                 " codes");
    }
    return Status();
  }

  /// Nothing is carried but attributes of the call, which neither settle nor contradict anything
  /// else: so it is with most questions.
  bool OnlyOfCall() const {
    return Covers(layout_.group_facts[static_cast<size_t>(Group::kCall)], frame_.carried);
  }

  /// Carried with a value, and this one.
  bool Says(FactId id, FactCode code) const {
    return frame_.carried.Contains(id) && !frame_.unavailable.Contains(id) &&
           frame_.Get(layout_.places[id]) == code;
  }

  /// One half of a symmetric relation stands for both.
  Status MirrorSymmetric() {
    Status status;
    ForEach(Both(frame_.carried, layout_.symmetric), [&](FactId id) {
      const FactId other = layout_.catalog.fact(id).reverse;
      const bool unavailable = frame_.unavailable.Contains(id);
      const FactCode code = frame_.Get(layout_.places[id]);
      if (!frame_.carried.Contains(other)) {
        frame_.carried.Insert(other);
        if (unavailable) frame_.unavailable.Insert(other);
        frame_.Put(layout_.places[other], code);
      } else if (unavailable != frame_.unavailable.Contains(other) ||
                 code != frame_.Get(layout_.places[other])) {
        status = Bad("the question contradicts itself: " + Name(id) + " and " + Name(other) +
                     " hold both or neither");
      }
    });
    return status;
  }

  Status CheckAccounts() {
    if (question_.caller_without_account && Says(layout_.caller_known, 1)) {
      return Bad("the question contradicts itself: the caller has no account, but " +
                 Name(layout_.caller_known) + " is carried as true");
    }
    if (Says(layout_.callee_known, 0)) {
      Status status = CheckNoAccount(Group::kCallee, Name(layout_.callee_known) + " is false");
      if (!status.ok()) return status;
    }
    if (question_.caller_without_account) {
      return CheckNoAccount(Group::kCaller, "the caller has no account");
    }
    if (!Says(layout_.caller_known, 0)) return Status();
    return CheckNoAccount(Group::kCaller, Name(layout_.caller_known) + " is false");
  }

  /// Who has no account has no settings and no relations; what is unavailable says nothing.
  Status CheckNoAccount(Group group, const std::string& because) {
    Status status;
    const auto contradict = [&](FactId id) {
      status = Bad("the question contradicts itself: " + because + ", but " + Name(id) + " is " +
                   layout_.catalog.FormatValue(id, frame_.Get(layout_.places[id])));
    };
    ForEach(Both(frame_.carried, layout_.group_facts[static_cast<size_t>(group)]), [&](FactId id) {
      const bool known = id == layout_.callee_known || id == layout_.caller_known;
      if (!known && !frame_.unavailable.Contains(id)) contradict(id);
    });
    const auto pair = static_cast<size_t>(Group::kPair);
    ForEach(Both(frame_.carried, layout_.group_facts[pair]), [&](FactId id) {
      const bool absent = Says(id, layout_.catalog.fact(id).absent_code);
      if (!absent && !frame_.unavailable.Contains(id)) contradict(id);
    });
    return status;
  }

  /// A user without account, hence also no relations of theirs. The frame holds absent values
  /// already.
  void MarkAbsent(Group user) {
    AddTo(&frame_.loaded, user);
    AddTo(&frame_.absent, user);
    if ((frame_.loaded & Bit(Group::kPair)) != 0) return;
    AddTo(&frame_.loaded, Group::kPair);
    AddTo(&frame_.absent, Group::kPair);
  }

  void MarkNoCaller() {
    MarkAbsent(Group::kCaller);
    if ((frame_.loaded & Bit(Group::kCallerContact)) == 0) {
      AddTo(&frame_.loaded, Group::kCallerContact);
      AddTo(&frame_.absent, Group::kCallerContact);
    }
    if (frame_.carried.Contains(layout_.caller_cohort)) return;
    // There is no id to take a hash of. LoadGroup says so again when it reads the callee's.
    frame_.unavailable.Insert(layout_.caller_cohort);
    FactSet settled = frame_.carried;
    settled.Insert(layout_.caller_cohort);
    const auto cohort = static_cast<size_t>(Group::kCohort);
    if (Covers(settled, layout_.group_facts[cohort])) AddTo(&frame_.loaded, Group::kCohort);
  }

  const Layout& layout_;
  const Question& question_;
  Frame& frame_;
};

Status PutSameAccount(const Layout& layout, const Question& question, Frame* frame) {
  const FactPlace& place = layout.places[layout.same_account];
  const bool carried = frame->carried.Contains(layout.same_account);
  const Same same = SameAccount(question);
  if (same == Same::kCannotSay) {
    if (!carried) frame->unavailable.Insert(layout.same_account);
    return Status();
  }
  const FactCode code = same == Same::kYes ? 1 : 0;
  if (!carried) {
    frame->Put(place, code);
  } else if (!frame->unavailable.Contains(layout.same_account) && frame->Get(place) != code) {
    return Bad(std::string("the question contradicts itself: caller and callee are ") +
               (code == 1 ? "the same account" : "different accounts") +
               ", but 'call.same_account' says otherwise");
  }
  return Status();
}

/// Puts what a source says straight into the frame, where carried facts keep their bits.
class FrameWriter final : public GroupWriter {
 public:
  FrameWriter(const Layout& layout, Group group, Frame* frame)
      : layout_(layout),
        frame_(*frame),
        facts_(layout.group_facts[static_cast<size_t>(group)]),
        block_(kGroupBlocks[static_cast<size_t>(group)]),
        mask_(&layout.group_mask[static_cast<size_t>(group)][block_.first_word]) {
    if (group == Group::kCallee) known_ = &layout.places[layout.callee_known];
    if (group == Group::kCaller) known_ = &layout.places[layout.caller_known];
    const FactSet carried = Both(facts_, frame->carried);
    if (!carried.Empty()) Protect(carried);
  }

  /// What one source says starts from an account, or data, that holds nothing.
  void StartSource() { untouched_ = true; }
  void FinishSource() {
    if (untouched_) Reset(layout_.empty_image);
  }

  /// Gives the group's facts the values of an image, and takes their unavailability back.
  void Reset(const std::array<uint32_t, kFrameWords>& image) {
    untouched_ = false;
    Copy(&image[block_.first_word], block_.word_count);
    MakeAvailable();
  }

  void Set(FactId id, FactCode code) override {
    if (!Mine(id)) return;
    FinishSource();
    if (code >= layout_.code_counts[id]) {
      frame_.unavailable.Insert(id);
      return;
    }
    Remove(&frame_.unavailable, id);
    frame_.Put(layout_.places[id], code);
  }

  void SetUnavailable(FactId id) override {
    if (!Mine(id)) return;
    FinishSource();
    frame_.unavailable.Insert(id);
  }

  void SetPacked(std::span<const uint32_t> words) override {
    const size_t count = std::min<size_t>(words.size(), block_.word_count);
    if (count < block_.word_count) Reset(layout_.empty_image);
    // That a source has words says that the account exists, whatever their bit says.
    const bool exists = untouched_ && known_is_mine_;
    const FactCode known = known_ == nullptr || exists ? 1 : frame_.Get(*known_);
    untouched_ = false;
    Copy(words.data(), count);
    if (known_ != nullptr) frame_.Put(*known_, known);
    MakeAvailable();
  }

 private:
  bool Mine(FactId id) const {
    return id < layout_.catalog.size() && facts_.Contains(id) && !frame_.carried.Contains(id);
  }

  /// What the question carries stays: that takes a mask of its own.
  void Protect(const FactSet& carried) {
    std::copy_n(mask_, block_.word_count, own_mask_.begin());
    mask_ = own_mask_.data();
    ForEach(carried, [&](FactId id) {
      const FactPlace& place = layout_.places[id];
      own_mask_[place.word - block_.first_word] &= ~(place.mask << place.shift);
      if (&place == known_) known_is_mine_ = false;
    });
  }

  void MakeAvailable() {
    if (frame_.unavailable.Empty()) return;
    RemoveAll(&frame_.unavailable, facts_, frame_.carried);
  }

  void Copy(const uint32_t* from, size_t count) {
    uint32_t* const words = &frame_.words[block_.first_word];
    for (size_t i = 0; i < count; ++i) words[i] = (words[i] & ~mask_[i]) | (from[i] & mask_[i]);
  }

  const Layout& layout_;
  Frame& frame_;
  const FactSet& facts_;
  const GroupBlock block_;
  const uint32_t* mask_;              ///< bits that a source may set, by word of the block
  const FactPlace* known_ = nullptr;  ///< of the user whose group this is
  bool known_is_mine_ = true;         ///< not carried
  bool untouched_ = true;             ///< by the source that is asked
  std::array<uint32_t, kUserWords> own_mask_{};  // the longest block
};

/// Field by field, and each once: this is done for every question.
void ResetFrame(const Layout& layout, Frame* frame) {
  static_assert(sizeof(Frame) == kFrameWords * 4 + 3 * sizeof(FactSet) + 16, "reset every field");
  frame->words = layout.absent_image;
  frame->unavailable = FactSet();
  frame->carried = FactSet();
  frame->from_host = FactSet();
  frame->loaded = Bit(Group::kCall);
  frame->read = 0;
  frame->failed = 0;
  frame->absent = 0;
  frame->host = 0;
}

bool IsKnown(const Layout& layout, FactId known, const Frame& frame) {
  return frame.unavailable.Contains(known) || frame.Get(layout.places[known]) != 0;
}

/// The user whose account a group depends on.
FactId KnownOf(const Layout& layout, Group group) {
  return group == Group::kCaller ? layout.caller_known : layout.callee_known;
}

/// Settles the frame by what the source said. False: the next source is to be asked.
bool Settle(const Layout& layout, Group group, ReadState state, FrameWriter* writer, Frame* frame) {
  const FactSet& facts = layout.group_facts[static_cast<size_t>(group)];
  const bool user = group == Group::kCallee || group == Group::kCaller;
  const FactId known = KnownOf(layout, group);
  if (state == ReadState::kNotMine) return false;
  AddTo(&frame->read, group);
  if (state == ReadState::kRead) writer->FinishSource();
  if (state == ReadState::kRead && user && !IsKnown(layout, known, *frame)) {
    state = ReadState::kAbsent;
  }
  if (state == ReadState::kAbsent) {
    // Carried as existing, and nothing is held: the account has chosen nothing.
    const bool exists = user && frame->carried.Contains(known) &&
                        !frame->unavailable.Contains(known) && IsKnown(layout, known, *frame);
    writer->Reset(exists ? layout.empty_image : layout.absent_image);
    if (!exists) AddTo(&frame->absent, group);
  } else if (state != ReadState::kRead) {
    writer->Reset(layout.absent_image);
    InsertAll(&frame->unavailable, facts, frame->carried);
    AddTo(&frame->failed, group);
  }
  return true;
}

}  // namespace

Status BeginFrame(const Layout& layout, const Question& question, Frame* frame) {
  ResetFrame(layout, frame);
  if (Status status = CheckParties(question); !status.ok()) return status;
  Carrier carrier(layout, question, frame);
  if (!question.facts.empty()) {
    if (Status status = carrier.Carry(); !status.ok()) return status;
  }
  if (Status status = PutSameAccount(layout, question, frame); !status.ok()) return status;
  carrier.MarkLoaded();
  return Status();
}

void LoadGroup(const Layout& layout, Group group, const Question& question,
               std::span<FactSource* const> sources, size_t host_sources, Frame* frame) {
  DCHECK(group != Group::kCall && (frame->loaded & Bit(group)) == 0);
  const FactSet& facts = layout.group_facts[static_cast<size_t>(group)];
  AddTo(&frame->loaded, group);
  FrameWriter writer(layout, group, frame);
  bool served = false;
  for (size_t i = 0; i < sources.size() && !served; ++i) {
    writer.StartSource();
    served = Settle(layout, group, sources[i]->Read(group, question, writer), &writer, frame);
    if (served && i < host_sources && (frame->failed & Bit(group)) == 0) {
      AddTo(&frame->host, group);
      InsertAll(&frame->from_host, facts);
    }
  }
  if (!served) {
    writer.Reset(layout.absent_image);
    InsertAll(&frame->unavailable, facts, frame->carried);
    AddTo(&frame->failed, group);
  }
  const bool no_cohort = group == Group::kCohort && question.caller_without_account;
  if (no_cohort && !frame->carried.Contains(layout.caller_cohort)) {
    frame->unavailable.Insert(layout.caller_cohort);
  }
}

}  // namespace ringfence
