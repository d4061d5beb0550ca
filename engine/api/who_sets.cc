// Which facts are the same for everyone, and where the others are stored. See who_sets.h.
#include "api/who_sets.h"

#include <string_view>
#include <utility>

namespace ringfence {
namespace {

/// Whose a fact is: "callee.quiet(caller)" is of both.
bool IsOfPair(const FactInfo& info) { return info.name.find('(') != std::string::npos; }
bool IsOfCallee(const FactInfo& info) { return info.name.starts_with("callee."); }

class Collector {
 public:
  Collector(const Layout& layout, const Question& question, const WhoSubject& subject,
            const Sources& sources, StoreSession& session)
      : layout_(layout),
        question_(question),
        subject_(subject),
        sources_(sources),
        session_(session) {}

  Result<WhoSets> Collect(bool pending) {
    pending_ = pending;
    Status begun = BeginFrame(layout_, question_, &sets_.frame);
    if (!begun.ok()) return begun;
    sets_.fixed.resize(layout_.catalog.size());
    FixCall();
    Load(subject_.own_group(), &sets_.frame);
    scratch_ = sets_.frame;  // what else is read there is read of nobody
    for (const Group group : {Group::kCohort, Group::kAttempts, Group::kTime}) {
      Load(group, &scratch_);
    }
    for (const FactInfo& info : layout_.catalog.facts()) {
      if (Carried(info)) {
        Fix(info.id, scratch_);
      } else {
        FixOwn(info);
      }
    }
    AddIndexed();
    AddAttempts();
    AddLists();
    AddConsent();
    AddRelations();
    return std::move(sets_);
  }

 private:
  void FixCall() {
    for (const FactInfo& info : layout_.catalog.facts()) {
      if (info.group == Group::kCall) Fix(info.id, sets_.frame);
    }
  }

  void Load(Group group, Frame* frame) const {
    if ((frame->loaded & Bit(group)) != 0) return;
    LoadGroup(layout_, group, question_, sources_.all, sources_.host_count, frame);
  }

  /// By the question itself, or of a group that it says needs no reading.
  bool Carried(const FactInfo& info) const {
    if (sets_.frame.carried.Contains(info.id)) return true;
    return info.group != Group::kCall && info.group != subject_.own_group() &&
           (sets_.frame.loaded & Bit(info.group)) != 0;
  }

  /// Takes the fact's code from a frame, unless it cannot be read.
  void Fix(FactId id, const Frame& frame) {
    const FactCode code = frame.Get(layout_.places[id]);
    if (frame.unavailable.Contains(id) || code >= layout_.code_counts[id]) return;
    sets_.fixed[id] = code;
  }

  void FixOwn(const FactInfo& info) {
    const bool is_own = !IsOfPair(info) && IsOfCallee(info) == subject_.is_callee;
    switch (info.group) {
      case Group::kCallee:
      case Group::kCaller:
        if (info.group == subject_.own_group()) {
          Fix(info.id, sets_.frame);
        } else if (info.id == layout_.callee_known || info.id == layout_.caller_known) {
          sets_.fixed[info.id] = 1;  // only known users are looked for
        }
        break;
      case Group::kAttempts:
        if (is_own && !pending_) Fix(info.id, scratch_);
        break;
      case Group::kCohort:
      case Group::kTime:
        if (is_own) Fix(info.id, scratch_);
        break;
      case Group::kList: {
        const bool is_theirs = info.entry == "list" || info.entry == "quiet";
        const bool not_asked = info.entry == "quiet" && subject_.is_callee;
        // A store has nothing for the others.
        if (!is_theirs || (not_asked && Lacks(RowKind::kQuiet))) {
          sets_.fixed[info.id] = info.absent_code;
        }
        break;
      }
      default:
        break;
    }
  }

  bool Lacks(RowKind kind) const {
    return session_.FindRow(kind, subject_.handle, 0) == ReadState::kAbsent;
  }

  void Add(Enumerable set, std::vector<UserSet> listed, std::string says) {
    if (set.empty()) return;
    sets_.sets.push_back(std::move(set));
    sets_.listed.push_back(std::move(listed));
    sets_.says.push_back(std::move(says));
  }

  UserSet RowsOf(RowKind kind) const { return {UserSet::Kind::kRowsOf, subject_.handle, kind, 0}; }
  UserSet RowsAbout(RowKind kind) const {
    return {UserSet::Kind::kRowsAbout, subject_.handle, kind, 0};
  }

  /// Facts of a group about both parties, which are absent without a row.
  Enumerable AbsentPairFacts(Group group) const {
    Enumerable set;
    for (const FactInfo& info : layout_.catalog.facts()) {
      if (info.group == group && IsOfPair(info)) set.push_back({info.id, info.absent_code});
    }
    return set;
  }

  void AddIndexed() {
    const std::span<const IndexedEntry> entries = IndexedEntries();
    for (size_t i = 0; i < entries.size(); ++i) {
      const std::optional<FactId> of_callee = FactOf(entries[i], layout_);
      if (!of_callee.has_value()) continue;
      const FactId id = subject_.is_callee ? layout_.catalog.fact(*of_callee).reverse : *of_callee;
      UserSet set;
      set.kind = UserSet::Kind::kIndexed;
      set.index = i;
      Add({{id, entries[i].code, false}}, {set},
          std::string("users with ") + entries[i].entry + " = " + entries[i].value);
    }
  }

  void AddAttempts() {
    if (pending_) return;
    const RowKind kind = RowKind::kPairCalls;
    Add(AbsentPairFacts(Group::kAttempts), {subject_.is_callee ? RowsOf(kind) : RowsAbout(kind)},
        subject_.is_callee ? "users who called " + subject_.name + " lately"
                           : "users whom " + subject_.name + " called lately");
  }

  /// "callee.list(caller)" where the callee's is wanted, else "caller.list(callee)".
  Enumerable AbsentListOf(bool callee) const {
    Enumerable set;
    for (const FactInfo& info : layout_.catalog.facts()) {
      const bool is_list = info.group == Group::kList && info.entry == "list";
      if (is_list && IsOfCallee(info) == callee) set.push_back({info.id, info.absent_code});
    }
    return set;
  }

  void AddLists() {
    UserSet owners;
    owners.kind = UserSet::Kind::kIndexed;
    owners.index = HasListIndex();
    Add(AbsentListOf(!subject_.is_callee), {owners}, "users who have a list");
    // The subject's own, if it names persons only: anybody may be in a group, or meet a predicate.
    if (!Lacks(RowKind::kListOther)) return;
    Add(AbsentListOf(subject_.is_callee), {RowsOf(RowKind::kListPerson)},
        "persons of the list of " + subject_.name);
  }

  void AddConsent() {
    const bool callee = subject_.is_callee;
    Add(AbsentPairFacts(Group::kGrant),
        {callee ? RowsOf(RowKind::kGrant) : RowsAbout(RowKind::kGrant),
         callee ? RowsAbout(RowKind::kRequests) : RowsOf(RowKind::kRequests)},
        callee ? "users to whom " + subject_.name + " answered, or who asked, for consent"
               : "users who answered " + subject_.name + ", or were asked, for consent");
  }

  void AddRelations() {
    UserSet related;
    related.kind = UserSet::Kind::kRelated;
    related.user = subject_.handle;
    Add(AbsentPairFacts(Group::kPair), {related}, "users related to " + subject_.name);
  }

  const Layout& layout_;
  const Question& question_;
  const WhoSubject& subject_;
  const Sources& sources_;
  StoreSession& session_;
  bool pending_ = false;
  Frame scratch_;
  WhoSets sets_;
};

}  // namespace

Result<WhoSets> CollectWhoSets(const Layout& layout, const Question& question,
                               const WhoSubject& subject, const Sources& sources,
                               StoreSession& session, bool pending) {
  return Collector(layout, question, subject, sources, session).Collect(pending);
}

}  // namespace ringfence
