// Everything at once: decisions, evaluations, uploads, verifications, rotation of row keys and
// epochs. No decision flips. Run under ThreadSanitizer.
#include <functional>
#include <thread>

#include "unit/api_contacts_support.h"

namespace ringfence {
namespace {

/// Something that goes on in a thread until it is told to stop.
class Background {
 public:
  void Start(std::function<void()> step) {
    threads_.emplace_back([this, step = std::move(step)] {
      while (!stop_.load()) step();
    });
  }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  ~Background() { Stop(); }

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

struct Counts {
  std::atomic<int> decisions{0}, evaluations{0}, uploads{0}, verifications{0}, wrong{0};
};

/// alice always rings bob, mallory never, whatever happens to keys and rows.
void StartReaders(ContactsWorld& world, Background& background, Counts& counts) {
  for (int i = 0; i < 2; ++i) {
    auto reader = std::make_shared<Reader>(OpenReader(*world.engine));
    background.Start([&counts, reader] {
      const Result<Decision> known = reader->Decide(Between("alice", "bob"));
      const bool rings = known.ok() && known->let_through() && known->rule == "contact" &&
                         known->basis == Basis::kComplete;
      const Result<Decision> stranger = reader->Decide(Between("mallory", "bob"));
      const bool refused =
          stranger.ok() && !stranger->let_through() && stranger->basis == Basis::kComplete;
      if (!rings || !refused) ++counts.wrong;
      ++counts.decisions;
    });
  }
}

void StartEvaluator(ContactsWorld& world, Background& background, Counts& counts) {
  const std::vector<ContactElement> elements(3, Blinded(Phone(kAlicePhone)).element);
  background.Start([&world, &counts, elements] {
    const Result<ContactEvaluation> evaluation = world.contacts->Evaluate("carol", 1, elements);
    const StatusCode code = evaluation.status().code();
    if (code == StatusCode::kOk) ++counts.evaluations;
    // The epoch retires in the end.
    const bool fine =
        code == StatusCode::kOk || code == StatusCode::kQuota || code == StatusCode::kConflict;
    if (!fine) ++counts.wrong;
  });
}

void StartUploader(ContactsWorld& world, Background& background, Counts& counts) {
  background.Start([&world, &counts, size = uint64_t{100}]() mutable {
    world.Pass(60);  // a delta a minute
    const Result<ContactBook> book = world.contacts->BookOf("carol");
    if (!book.ok() || book->epoch_state == EpochState::kRetired) return;
    const SyncManifest manifest = ManifestOf(Fillers(0, size + 10), book->generation, book->epoch,
                                             SyncManifest::Mode::kDelta);
    const Result<int64_t> upload = world.contacts->BeginSync("carol", manifest);
    Status done = upload.status();
    if (done.ok()) {
      done = world.contacts->PutSync("carol", *upload, 0, Fillers(size, 10));
      if (done.ok()) done = world.contacts->CommitSync("carol", *upload).status();
    }
    if (done.ok()) {
      ++counts.uploads;
      size += 10;
    } else if (done.code() != StatusCode::kConflict) {
      ++counts.wrong;
    }
  });
}

void StartVerifier(ContactsWorld& world, Background& background, Counts& counts) {
  background.Start([&world, &counts] {
    const bool fine = world.contacts->AddIdentifier("mallory", Phone(kMalloryPhone)).ok() &&
                      world.contacts->AddIdentifier("alice", Phone(kAlicePhone)).ok() &&
                      world.contacts->Identifiers("alice").ok();
    if (!fine) ++counts.wrong;
    ++counts.verifications;
  });
}

void WaitFor(const std::atomic<int>& count, int more) {
  const int enough = count.load() + more;
  while (count.load() < enough) std::this_thread::yield();
}

TEST_CASE("keys rotate under load: no decision flips, no call fails") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Verify("mallory", Phone(kMalloryPhone));
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  world.SyncPeople("carol", {});
  Counts counts;
  Background background;
  StartReaders(world, background, counts);
  StartEvaluator(world, background, counts);
  StartUploader(world, background, counts);
  StartVerifier(world, background, counts);
  const auto settle = [&] {
    WaitFor(counts.decisions, 20);
    WaitFor(counts.verifications, 2);
  };
  for (int64_t number = 2; number <= 4; ++number) {
    settle();
    const Result<RotationReport> report =
        world.contacts->RotateRowKey([&](uint64_t, uint64_t) { WaitFor(counts.decisions, 2); });
    REQUIRE_MESSAGE(report.ok(), report.status().message());
    CHECK(report->row_key == number);
    REQUIRE(world.contacts->ReloadKeys().ok());
  }
  settle();
  REQUIRE(world.contacts->AddEpoch().ok());
  settle();  // alice is verified anew
  CHECK(world.contacts->AccountsWithout(2).value() == 0);
  REQUIRE(world.contacts->PromoteEpoch().ok());
  settle();
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)}, 2);
  settle();
  REQUIRE(world.contacts->RetireEpoch(1).ok());
  settle();
  REQUIRE(world.contacts->Sweep().ok());
  background.Stop();
  CHECK(counts.wrong == 0);
  CHECK(counts.evaluations > 0);
  CHECK(counts.uploads > 0);
  CHECK(world.Fact("alice", "bob") == "match");
}

TEST_CASE("a book taken away while readers decide is gone for every later decision") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(1);
  std::atomic<int> removed{0};  // the round whose removal stands; 0: none
  std::atomic<int> wrong{0}, rang{0};
  Background background;
  for (int i = 0; i < 3; ++i) {
    auto reader = std::make_shared<Reader>(OpenReader(*world.engine));
    background.Start([&, reader] {
      const int before = removed.load();
      const Result<Decision> decision = reader->Decide(Between("alice", "bob"));
      if (!decision.ok()) {
        ++wrong;
      } else if (decision->let_through()) {
        ++rang;
        // The same round before and after the question: the removal stood all the while.
        if (before != 0 && removed.load() == before) ++wrong;
      }
    });
  }
  for (int round = 1; round <= 20; ++round) {
    world.Pass(kDay);
    world.SyncPeople("bob", {Phone(kAlicePhone)});
    WaitFor(rang, 1);
    REQUIRE(world.contacts->RemoveBook("bob").ok());
    removed = round;
    std::this_thread::yield();
    removed = 0;
  }
  background.Stop();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace ringfence
