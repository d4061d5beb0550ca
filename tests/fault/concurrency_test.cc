// One writer and many sessions at once, on file and memory: snapshots are consistent, revisions
// only grow, and what was acknowledged is seen by every decision that ends afterwards.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "contract/subjects.h"

namespace ringfence {
namespace {

constexpr int kReaders = 3;
constexpr int kWrites = 150;

// doctest's assertions take a lock of their own; threads count what is wrong instead.
struct Wrong {
  std::atomic<int> torn{0}, backwards{0}, missed{0}, failed{0};
  std::atomic<int> snapshots{0};
  std::atomic<int> unavailable{0};  // not wrong, but it must be rare
};

// What a Reader does to hold the promise of Store::Block: a decision during which the epoch moved
// is made again.
void ReadUntil(StoreBackend& store, std::atomic<bool>& done, std::atomic<int>& acknowledged,
               Wrong& wrong) {
  auto session = store.NewSession(nullptr);
  if (!session.ok()) {
    ++wrong.failed;
    return;
  }
  FactSource* const sources[] = {session->get()};
  Question question;
  question.caller = "mallory";
  question.callee = "bob";
  const FactPlace& follows = StandardLayout().places[Relation("follows")];
  const FactPlace& messaged = StandardLayout().places[Relation("messaged")];
  const FactPlace& mark = StandardLayout().places[Setting("country")];
  uint64_t last = 0;
  while (!done.load()) {
    int must_see = 0;
    Frame frame;
    uint64_t epoch = 0;
    do {
      epoch = store.write_epoch().load();
      (*session)->BeginSnapshot();
      if (!BeginFrame(StandardLayout(), question, &frame).ok()) ++wrong.failed;
      LoadGroup(StandardLayout(), Group::kPair, question, sources, 0, &frame);
      LoadGroup(StandardLayout(), Group::kCallee, question, sources, 0, &frame);
      SnapshotInfo info;
      if ((*session)->Info(&info).ok()) {
        if (info.revision < last) ++wrong.backwards;
        last = info.revision;
      } else {
        frame.failed = Bit(Group::kPair);
      }
      (*session)->EndSnapshot();
      must_see = acknowledged.load();  // when the decision ends, not when it began
    } while (epoch != store.write_epoch().load());
    ++wrong.snapshots;
    if (frame.failed != 0) {
      ++wrong.unavailable;
      continue;
    }
    // Each transaction writes all three.
    const FactCode number = frame.Get(mark);
    const FactCode odd = number % 2;
    if (frame.Get(follows) != odd || frame.Get(messaged) != 1 - odd) ++wrong.torn;
    if (static_cast<int>(number) < must_see) ++wrong.missed;
  }
}

TEST_CASE("sessions beside a writer see whole transactions, in order, and none too late") {
  OnEachStore([](StoreBackend& store) {
    const auto write = [&](FactCode number) {
      return Write(store, [&](StoreTransaction& t) {
        Status status = t.Relate("bob", Relation("follows"), "mallory", number % 2);
        if (status.ok()) {
          status = t.Relate("bob", Relation("messaged"), "mallory", 1 - number % 2);
        }
        if (status.ok()) status = t.SetUser("bob", Setting("country"), number);
        return status;
      });
    };
    REQUIRE(write(1).ok());
    std::atomic<bool> done{false};
    std::atomic<int> acknowledged{1};
    Wrong wrong;
    std::vector<std::thread> readers;
    readers.reserve(kReaders);
    for (int i = 0; i < kReaders; ++i) {
      readers.emplace_back([&] { ReadUntil(store, done, acknowledged, wrong); });
    }
    int refused = 0;
    for (int number = 2; number <= kWrites; ++number) {
      if (!write(static_cast<FactCode>(number)).ok()) ++refused;
      acknowledged.store(number);
      if (number % 50 == 0) {
        if (!store.Purge().ok() || !store.ShowUser("bob").ok()) ++refused;
      }
    }
    // In memory the writer may be done before the readers have begun.
    while (wrong.snapshots <= 10 * kReaders && wrong.failed == 0) std::this_thread::yield();
    done.store(true);
    for (std::thread& reader : readers) reader.join();
    CHECK(refused == 0);
    CHECK(wrong.torn == 0);
    CHECK(wrong.backwards == 0);
    CHECK(wrong.missed == 0);
    CHECK(wrong.failed == 0);
    CHECK(wrong.snapshots > 10 * kReaders);
    CHECK(wrong.unavailable * 10 < wrong.snapshots);
  });
}

TEST_CASE("writers of several threads take turns") {
  OnEachStore([](StoreBackend& store) {
    std::atomic<int> written{0};
    std::vector<std::thread> writers;
    writers.reserve(3);
    for (int writer = 0; writer < 3; ++writer) {
      writers.emplace_back([&store, &written, writer] {
        for (int i = 0; i < 20; ++i) {
          const std::string user = "w" + std::to_string(writer) + "-" + std::to_string(i);
          while (!Write(store, [&](StoreTransaction& t) { return t.AddUser(user); }).ok()) {
          }
          ++written;
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    CHECK(written == 60);
    CHECK(*store.Revision() == 60);
  });
}

TEST_CASE("a transaction may end on another thread than it began") {
  OnEachStore([](StoreBackend& store) {
    auto transaction = store.Begin();
    REQUIRE(transaction.ok());
    std::thread([&] {
      static_cast<void>((*transaction)->AddUser("bob"));
      static_cast<void>((*transaction)->Commit());
      transaction->reset();
    }).join();
    CHECK(store.ShowUser("bob").ok());
    CHECK(store.Begin().ok());
  });
}

}  // namespace
}  // namespace ringfence
