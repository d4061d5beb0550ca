// Books are replaced while sessions read them: each snapshot has one of both, whole.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "contacts/match.h"
#include "contract/contact_world.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

struct Seen {
  std::atomic<int> wrong{0}, failed{0}, matches{0}, unavailable{0};
};

// Asks for ann and eve in one snapshot, again and again: bob's book always holds one of them.
void ReadUntil(StoreBackend& store, const ContactKeys& keys, std::atomic<bool>& done, Seen& seen) {
  auto session = store.NewSession(keys.vault());
  if (!session.ok()) {
    ++seen.failed;
    return;
  }
  FactSource* const sources[] = {session->get()};
  const FactId fact = *Catalog::Standard().Find("callee.contact(caller)");
  while (!done) {
    (*session)->BeginSnapshot();
    int let_through = 0;
    int answers = 0;
    for (const char* caller : {"ann", "eve"}) {
      Question question;
      question.caller = caller;
      question.callee = "bob";
      Frame frame;
      if (!BeginFrame(StandardLayout(), question, &frame).ok()) ++seen.failed;
      LoadGroup(StandardLayout(), Group::kContact, question, sources, 0, &frame);
      if (frame.unavailable.Contains(fact)) continue;
      ++answers;
      const FactCode code = frame.Get(StandardLayout().places[fact]);
      let_through += code == static_cast<FactCode>(ContactFact::kMatch) ? 1 : 0;
    }
    (*session)->EndSnapshot();
    if (answers < 2) {
      ++seen.unavailable;
    } else {
      ++(let_through == 1 ? seen.matches : seen.wrong);
    }
  }
}

TEST_CASE("readers during the flip of a book see one of both, whole") {
  ContactKeys keys;
  keys.AddRowKey();
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(folder.file("store.db"), 1000);
  // Odd generations hold ann, even ones eve; size and row key change too.
  const auto put = [&](int64_t generation) {
    BookSpec spec;
    spec.tokens = Strangers(static_cast<size_t>(generation % 5) * 100);
    spec.tokens.push_back(TokenNamed(generation % 2 == 1 ? "ann" : "eve"));
    spec.generation = generation;
    spec.row_key = 1 + generation % 3 % 2;
    return WriteContacts(
        *store, [&](ContactTables& rows) { return PutBookOf(rows, keys.keyring(), "bob", spec); });
  };
  Require(WriteContacts(*store, [&](ContactTables& rows) {
    Require(PutFirstEpoch(rows, keys.keyring()));
    Require(PutIdentifiersOf(rows, keys.keyring(), "ann", {Verified("ann")}, 1));
    return PutIdentifiersOf(rows, keys.keyring(), "eve", {Verified("eve")}, 2);
  }));
  Require(put(1));
  std::atomic<bool> done{false};
  Seen seen;
  const auto read = [&] { ReadUntil(*store, keys, done, seen); };
  std::thread readers[] = {std::thread(read), std::thread(read)};
  int refused = 0;
  for (int64_t generation = 2; generation <= 60; ++generation) {
    if (!put(generation).ok()) ++refused;
    // The protocol's own reading transaction: a book and its chunks agree too.
    const auto rows = ReadContacts(*store);
    if (!rows->Chunks(*rows->FindUser("bob")).ok()) ++refused;
  }
  while (seen.matches < 100 && seen.wrong == 0 && seen.failed == 0) std::this_thread::yield();
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(refused == 0);
  CHECK(seen.wrong == 0);
  CHECK(seen.failed == 0);
  CHECK(seen.unavailable * 10 < seen.matches);
}

}  // namespace
}  // namespace ringfence
