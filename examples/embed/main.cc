// The smallest host: opens a store, writes a few facts, asks, and tells each side what it may know.
// Usage: embed FILE.db  (a new file)
#include <ringfence/engine.h>

#include <cstdio>
#include <string>

using namespace ringfence;

namespace {

int Fail(const Status& status) {
  std::fprintf(stderr, "embed: %s\n", status.message().c_str());
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: embed FILE.db\n");
    return 2;
  }
  StoreOptions options;
  options.path = argv[1];
  options.mode = StoreOptions::Mode::kCreate;
  Result<Store> store = Store::Open(options);
  if (!store.ok()) return Fail(store.status());

  // Facts are written by the parts of the host that own them. Each call is durable when it returns.
  if (Result<uint64_t> r = store->Relate("bob", "follows", "alice"); !r.ok())
    return Fail(r.status());
  if (Result<uint64_t> r = store->Block("bob", "mallory"); !r.ok()) return Fail(r.status());

  // One Engine a process, one Reader a thread. No policy named: the shipped `default`.
  EngineOptions engine_options;
  engine_options.store = *store;
  Result<Engine> engine = Engine::Open(engine_options);
  if (!engine.ok()) return Fail(engine.status());
  Result<Reader> reader = engine->NewReader();
  if (!reader.ok()) return Fail(reader.status());

  const Result<Fact> video = engine->catalog().MakeFact("call.media", "video");
  for (const char* caller : {"alice", "mallory", "carol"}) {
    Question question;
    question.caller = caller;
    question.callee = "bob";
    question.facts = {&video.value(), 1};
    const Result<Decision> decision = reader->Decide(question);
    if (!decision.ok()) return Fail(decision.status());
    std::printf("%s -> bob: %s, because of %s; the caller's side gets %s\n", caller,
                std::string(ToString(decision->effect)).c_str(),
                std::string(decision->reason).c_str(), decision->ForCaller().ToJson().c_str());
  }
  return 0;
}
