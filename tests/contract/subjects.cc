// What the contract suite runs on: both stores, and a host's own source of facts over a map.
#include "contract/subjects.h"

#include <map>
#include <set>
#include <utility>

namespace ringfence {
namespace {

constexpr Group kAsked[] = {Group::kCallee,   Group::kCaller,        Group::kPair, Group::kCohort,
                            Group::kContact,  Group::kCallerContact, Group::kList, Group::kGrant,
                            Group::kAttempts, Group::kTime};

class StoreSubject final : public Subject {
 public:
  StoreSubject(std::string_view name, StoreBackend* store) : name_(name), store_(*store) {
    auto session = store_.NewSession(nullptr);
    REQUIRE_MESSAGE(session.ok(), session.status().message());
    session_ = std::move(*session);
  }

  std::string_view name() const override { return name_; }
  Status AddUser(std::string_view user) override {
    return Write(store_, [&](StoreTransaction& t) { return t.AddUser(user); });
  }
  Status SetUser(std::string_view user, std::string_view entry, std::string_view value) override {
    const FactId fact = Setting(entry);
    return Write(store_,
                 [&](StoreTransaction& t) { return t.SetUser(user, fact, Value(fact, value)); });
  }
  Status Relate(std::string_view subject, std::string_view relation, std::string_view object,
                std::string_view value) override {
    const FactId fact = Relation(relation);
    return Write(store_, [&](StoreTransaction& t) {
      return t.Relate(subject, fact, object, Value(fact, value));
    });
  }
  Result<ForgetReport> Forget(std::string_view user) override {
    ForgetReport report;
    Status status =
        Write(store_, [&](StoreTransaction& t) { return t.Forget(user, kNow, &report); });
    if (!status.ok()) return status;
    return report;
  }
  Answer Ask(std::string_view caller, std::string_view callee) override {
    session_->BeginSnapshot();
    Answer answer = AskSource(*session_, caller, callee);
    session_->EndSnapshot();
    return answer;
  }

 private:
  std::string_view name_;
  StoreBackend& store_;
  std::unique_ptr<StoreSession> session_;
};

/// As a host would write it: no packing, one fact at a time, names as keys.
class HostSubject final : public Subject, public FactSource {
 public:
  std::string_view name() const override { return "host"; }
  Status AddUser(std::string_view user) override {
    users_.insert(std::string(user));
    return Status();
  }
  Status SetUser(std::string_view user, std::string_view entry, std::string_view value) override {
    users_.insert(std::string(user));
    const FactId fact = Setting(entry);
    settings_[{std::string(user), fact}] = Value(fact, value);
    return Status();
  }
  Status Relate(std::string_view subject, std::string_view relation, std::string_view object,
                std::string_view value) override {
    users_.insert(std::string(subject));
    users_.insert(std::string(object));
    const FactId fact = Relation(relation);
    const FactCode code = Value(fact, value);
    relations_[{std::string(subject), std::string(object), fact}] = code;
    if (StandardLayout().catalog.fact(fact).symmetric) {
      relations_[{std::string(object), std::string(subject), fact}] = code;
    }
    return Status();
  }
  Result<ForgetReport> Forget(std::string_view user) override {
    ForgetReport report;
    report.existed = users_.erase(std::string(user)) != 0;
    std::erase_if(settings_, [&](const auto& item) { return item.first.first == user; });
    std::set<std::string> others;
    for (const auto& [key, code] : relations_) {
      const auto& [subject, object, fact] = key;
      if (code != 0 && subject == user) others.insert(object);
      if (code != 0 && object == user) others.insert(subject);
    }
    report.pairs_removed = others.size();
    std::erase_if(relations_, [&](const auto& item) {
      return std::get<0>(item.first) == user || std::get<1>(item.first) == user;
    });
    return report;
  }
  Answer Ask(std::string_view caller, std::string_view callee) override {
    return AskSource(*this, caller, callee);
  }

  ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept override {
    const std::string caller(question.caller.id);
    const std::string callee(question.callee.id);
    if (group == Group::kCallee) return ReadUser(callee, false, out);
    if (group == Group::kCaller) return ReadUser(caller, true, out);
    if (group == Group::kTime) return ReadState::kNotMine;
    if (group != Group::kPair) return ReadState::kAbsent;
    bool any = false;
    for (const auto& [key, code] : relations_) {
      const auto& [subject, object, fact] = key;
      if (code == 0) continue;
      if (subject == callee && object == caller) {
        out.Set(fact, code);
        any = true;
      }
      if (subject == caller && object == callee) {
        out.Set(StandardLayout().catalog.fact(fact).reverse, code);
        any = true;
      }
    }
    return any ? ReadState::kRead : ReadState::kAbsent;
  }

 private:
  ReadState ReadUser(const std::string& user, bool as_caller, GroupWriter& out) {
    if (!users_.contains(user)) return ReadState::kAbsent;
    for (const auto& [key, code] : settings_) {
      if (key.first != user) continue;
      out.Set(as_caller ? StandardLayout().catalog.fact(key.second).reverse : key.second, code);
    }
    return ReadState::kRead;
  }

  std::set<std::string> users_;
  std::map<std::pair<std::string, FactId>, FactCode> settings_;
  std::map<std::tuple<std::string, std::string, FactId>, FactCode> relations_;
};

}  // namespace

const Layout& StandardLayout() {
  static const Layout layout(Catalog::Standard());
  return layout;
}

FactId Setting(std::string_view entry) {
  const Result<FactId> id = Catalog::Standard().FindUserEntry(entry);
  REQUIRE_MESSAGE(id.ok(), id.status().message());
  return *id;
}

FactId Relation(std::string_view entry) {
  const Result<FactId> id = Catalog::Standard().FindRelation(entry);
  REQUIRE_MESSAGE(id.ok(), id.status().message());
  return *id;
}

FactCode Value(FactId id, std::string_view text) {
  const Result<FactCode> code = Catalog::Standard().ParseValue(id, text);
  REQUIRE_MESSAGE(code.ok(), code.status().message());
  return *code;
}

std::string Answer::Get(std::string_view fact) const {
  const Result<FactId> id = Catalog::Standard().Find(fact);
  REQUIRE_MESSAGE(id.ok(), id.status().message());
  if (frame_.unavailable.Contains(*id)) return "unavailable";
  return Catalog::Standard().FormatValue(*id, frame_.Get(StandardLayout().places[*id]));
}

Answer AskSource(FactSource& source, const Question& question) {
  Frame frame;
  const Status status = BeginFrame(StandardLayout(), question, &frame);
  REQUIRE_MESSAGE(status.ok(), status.message());
  FactSource* const sources[] = {&source};
  for (Group group : kAsked) {
    if ((frame.loaded & Bit(group)) != 0) continue;
    LoadGroup(StandardLayout(), group, question, sources, 0, &frame);
  }
  return Answer(frame);
}

Answer AskSource(FactSource& source, std::string_view caller, std::string_view callee) {
  Question question;
  question.caller = Party(caller);
  question.callee = Party(callee);
  return AskSource(source, question);
}

Status Write(StoreBackend& store, const std::function<Status(StoreTransaction&)>& write) {
  Result<std::unique_ptr<StoreTransaction>> transaction = store.Begin();
  if (!transaction.ok()) return transaction.status();
  if (Status status = write(**transaction); !status.ok()) return status;
  return (*transaction)->Commit().status();
}

std::unique_ptr<StoreBackend> NewSqliteStore(const std::string& path, int busy_timeout_ms) {
  StoreOptions options;
  options.path = path;
  options.mode = StoreOptions::Mode::kCreate;
  options.busy_timeout_ms = busy_timeout_ms;
  Result<std::unique_ptr<StoreBackend>> store = OpenSqliteStore(options, StandardLayout());
  REQUIRE_MESSAGE(store.ok(), store.status().message());
  return std::move(*store);
}

void OnEachStore(const std::function<void(StoreBackend&)>& body) {
  {
    INFO("memory");
    Result<std::unique_ptr<StoreBackend>> store = OpenMemoryStore(StandardLayout());
    REQUIRE_MESSAGE(store.ok(), store.status().message());
    body(**store);
  }
  INFO("sqlite");
  const TemporaryFolder folder;
  const std::unique_ptr<StoreBackend> store = NewSqliteStore(folder.file("store.db"));
  body(*store);
  // Whatever a test did, the file it leaves is healthy.
  const Result<std::vector<DoctorFinding>> findings = store->Doctor();
  REQUIRE_MESSAGE(findings.ok(), findings.status().message());
  for (const DoctorFinding& finding : *findings) {
    if (finding.error) FAIL_CHECK(finding.check << ": " << finding.detail);
  }
}

void OnEachSubject(const std::function<void(Subject&)>& body) {
  OnEachStore([&](StoreBackend& store) {
    StoreSubject subject("store", &store);
    body(subject);
  });
  INFO("host");
  HostSubject host;
  body(host);
}

}  // namespace ringfence
