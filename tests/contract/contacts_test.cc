// The contract of the rows of contact sync: what is put is read back, in transactions, and what was
// never written so is not.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "contract/contact_world.h"

namespace ringfence {
namespace {

using Use = StoreBackend::Use;

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

template <class T>
T Get(Result<T> value) {
  REQUIRE_MESSAGE(value.ok(), value.status().message());
  return std::move(*value);
}

struct World {
  TemporaryFolder folder;
  std::unique_ptr<StoreBackend> store = NewSqliteStore(folder.file("store.db"), 20);
  ContactKeys keys;
};

BookRow SomeBook(int64_t callee) {
  BookRow book;
  book.callee = callee;
  book.epoch = 3;
  book.generation = 12;
  book.bucket_bits = 2;
  book.entries = 100;
  book.row_key = 1;
  book.norm = "cpn1";
  book.region = "DE";
  book.synced_at_s = kNow;
  book.expires_at_s = kNow + 10;
  book.erased_at_s = kNow + 20;
  book.duplicates = 6;
  book.rejected = 7;
  return book;
}

std::vector<std::string> SomeChunks(size_t count) {
  std::vector<std::string> chunks;
  for (size_t i = 0; i < count; ++i) chunks.emplace_back(40 + 16 * i, static_cast<char>('a' + i));
  return chunks;
}

bool Same(const BookRow& one, const BookRow& two) {
  return one.callee == two.callee && one.epoch == two.epoch && one.generation == two.generation &&
         one.bucket_bits == two.bucket_bits && one.entries == two.entries &&
         one.row_key == two.row_key && one.norm == two.norm && one.region == two.region &&
         one.synced_at_s == two.synced_at_s && one.expires_at_s == two.expires_at_s &&
         one.erased_at_s == two.erased_at_s && one.duplicates == two.duplicates &&
         one.rejected == two.rejected;
}

bool Same(const Bucket& one, const Bucket& two) {
  return one.used == two.used && one.at_s == two.at_s;
}

TEST_CASE("a store in memory says that contact sync needs a file, and answers that nothing is") {
  auto store = Get(OpenMemoryStore(StandardLayout()));
  for (Use use : {Use::kRead, Use::kWrite}) {
    const Status refused = store->BeginContacts(use).status();
    CHECK(refused.code() == StatusCode::kInvalidArgument);
    CHECK(refused.message().find("needs a database file") != std::string::npos);
  }
  const ContactKeys keys;
  auto session = Get(store->NewSession(keys.vault()));
  CHECK(AskSource(*session, "alice", "bob").Absent(Group::kContact));
  CHECK(session->DescribeContact(Group::kContact).empty());
}

TEST_CASE("epochs and keys: put, put again, in order, deleted") {
  World world;
  ContactEpoch epoch;
  epoch.created_at_s = 11;
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    for (int64_t number : {4, 2, 3}) {
      epoch.number = number;
      epoch.public_key.fill(static_cast<uint8_t>(number));
      epoch.state = static_cast<EpochState>(number - 1);
      Require(rows.PutEpoch(epoch));
    }
    epoch.retired_at_s = 22;
    Require(rows.PutEpoch(epoch));
    RowKeyRow key;
    for (int64_t number : {7, 0, 1}) {
      key.number = number;
      key.check.fill(static_cast<uint8_t>(number));
      Require(rows.PutRowKey(key));
    }
    key.check.fill(9);
    Require(rows.PutRowKey(key));
    return rows.DeleteRowKey(7);
  }));
  const auto rows = ReadContacts(*world.store);
  const auto epochs = Get(rows->Epochs());
  REQUIRE(epochs.size() == 3);
  for (size_t i = 0; i < epochs.size(); ++i) {
    const auto number = static_cast<int64_t>(i) + 2;
    CHECK(epochs[i].number == number);
    CHECK(epochs[i].state == static_cast<EpochState>(number - 1));
    CHECK(epochs[i].public_key[31] == number);
    CHECK(epochs[i].created_at_s == 11);
    CHECK(epochs[i].retired_at_s == (number == 3 ? 22 : 0));
  }
  const auto keys = Get(rows->RowKeys());
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].number == 0);
  CHECK(keys[1].number == 1);
  CHECK(keys[1].check[0] == 9);
}

TEST_CASE("a book is put with its chunks, replaced whole, deleted whole") {
  World world;
  const BookRow book = SomeBook(1);
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    CHECK(Get(rows.InternUser("bob")) == 1);
    CHECK_FALSE(Get(rows.Book(1)).has_value());
    CHECK(Get(rows.Chunks(1)).empty());
    Require(rows.PutBook(book, SomeChunks(4)));
    CHECK(Get(rows.InternUser("carol")) == 2);
    return rows.PutBook(SomeBook(2), SomeChunks(4));
  }));
  {
    const auto rows = ReadContacts(*world.store);
    CHECK(Same(*Get(rows->Book(1)), book));
    CHECK(Get(rows->Chunks(1)) == SomeChunks(4));
    CHECK_FALSE(Get(rows->Book(3)).has_value());
  }
  BookRow smaller = book;
  smaller.bucket_bits = 0;
  smaller.generation = 13;
  Require(WriteContacts(*world.store,
                        [&](ContactTables& rows) { return rows.PutBook(smaller, SomeChunks(1)); }));
  {
    const auto rows = ReadContacts(*world.store);
    CHECK(Same(*Get(rows->Book(1)), smaller));
    CHECK(Get(rows->Chunks(1)) == SomeChunks(1));
    CHECK(Get(rows->Chunks(2)) == SomeChunks(4));
  }
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    CHECK(Get(rows.DeleteBook(1)));
    CHECK_FALSE(Get(rows.DeleteBook(1)));
    CHECK_FALSE(Get(rows.Book(1)).has_value());
    CHECK(Get(rows.Chunks(1)).empty());
    return Status();
  }));
  CHECK(Get(ReadContacts(*world.store)->Chunks(2)) == SomeChunks(4));
}

TEST_CASE("uploads: one an account, ids never used again, parts in order") {
  World world;
  PartRow part;
  part.added = 2;
  part.removed = 1;
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    const int64_t bob = Get(rows.InternUser("bob"));
    CHECK_FALSE(Get(rows.Upload(bob)).has_value());
    UploadRow upload = UploadOf(bob);
    upload.id = Get(rows.PutUpload(upload));
    CHECK(upload.id == 1);
    for (int64_t sequence : {1, 0}) {
      part.sequence = sequence;
      part.sealed = std::string(88, static_cast<char>('p' + sequence));
      Require(rows.PutPart(1, part));
    }
    part.sealed = std::string(56, 'q');
    Require(rows.PutPart(1, part));  // again: sequence 0
    upload.next_sequence = 2;
    upload.tokens = 6;
    CHECK(Get(rows.PutUpload(upload)) == 1);
    return Status();
  }));
  {
    const auto rows = ReadContacts(*world.store);
    const UploadRow upload = *Get(rows->Upload(1));
    const UploadRow expected = UploadOf(1);
    CHECK(upload.id == 1);
    CHECK(upload.account == 1);
    CHECK(upload.manifest.mode == expected.manifest.mode);
    CHECK(upload.manifest.epoch == expected.manifest.epoch);
    CHECK(upload.manifest.base_generation == expected.manifest.base_generation);
    CHECK(upload.manifest.norm == expected.manifest.norm);
    CHECK(upload.manifest.region == expected.manifest.region);
    CHECK(upload.manifest.entries == expected.manifest.entries);
    CHECK(upload.manifest.digest == expected.manifest.digest);
    CHECK(upload.next_sequence == 2);
    CHECK(upload.tokens == 6);
    CHECK(upload.row_key == 1);
    CHECK(upload.opened_at_s == kNow);
    const auto parts = Get(rows->Parts(1));
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].sealed == std::string(56, 'q'));
    CHECK(parts[1].sealed == std::string(88, 'q'));
    CHECK(parts[1].sequence == 1);
    CHECK(parts[1].added == 2);
    CHECK(parts[1].removed == 1);
    CHECK(Get(rows->Parts(2)).empty());
  }
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    CHECK(Get(rows.DeleteUpload(1)));
    CHECK_FALSE(Get(rows.DeleteUpload(1)));
    CHECK(Get(rows.Parts(1)).empty());
    CHECK(Get(rows.PutUpload(UploadOf(1))) == 2);
    return Status();
  }));
}

TEST_CASE("identifiers, owners, objections and quotas are read back as they were put") {
  World world;
  const Tag one = {1}, two = {2};
  QuotaRow quota;
  quota.evaluations = {100, 1};
  quota.full_syncs = {200, 2};
  quota.delta_syncs = {300, 3};
  quota.identifiers = {400, 4};
  quota.credit_at_s = 5;
  quota.credit_epoch = 6;
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    const int64_t bob = Get(rows.InternUser("bob"));
    Require(PutIdentifiersOf(rows, world.keys.keyring(), "bob", {Verified("+491")}));
    Require(rows.PutOwner({one, bob, 0, 0}));
    Require(rows.PutOwner({two, bob, 7, 8}));
    Require(rows.PutOwner({two, 0, 9, 10}));
    CHECK_FALSE(Get(rows.IsSuppressed(one)));
    Require(rows.PutSuppressed(one, kNow));
    Require(rows.PutSuppressed(one, kNow + 1));
    CHECK(Get(rows.Quota(bob)).account == bob);
    CHECK(Same(Get(rows.Quota(bob)).evaluations, Bucket()));
    quota.account = bob;
    Require(rows.PutQuota(quota));
    return rows.PutQuota(quota);
  }));
  {
    const auto rows = ReadContacts(*world.store);
    const IdentifiersRow identifiers = *Get(rows->Identifiers(1));
    CHECK(identifiers.account == 1);
    CHECK(identifiers.row_key == 1);
    CHECK(identifiers.sealed.size() > kPackedListBytes);
    CHECK_FALSE(Get(rows->Identifiers(2)).has_value());
    CHECK(Get(rows->Owner(one))->account == 1);
    const OwnerRow moved = *Get(rows->Owner(two));
    CHECK(moved.tag == two);
    CHECK(moved.account == 0);
    CHECK(moved.moved_at_s == 9);
    CHECK(moved.erased_at_s == 10);
    CHECK_FALSE(Get(rows->Owner(Tag{3})).has_value());
    CHECK(Get(rows->IsSuppressed(one)));
    CHECK_FALSE(Get(rows->IsSuppressed(two)));
    const QuotaRow read = Get(rows->Quota(1));
    CHECK(read.account == 1);
    CHECK(Same(read.evaluations, quota.evaluations));
    CHECK(Same(read.full_syncs, quota.full_syncs));
    CHECK(Same(read.delta_syncs, quota.delta_syncs));
    CHECK(Same(read.identifiers, quota.identifiers));
    CHECK(read.credit_at_s == 5);
    CHECK(read.credit_epoch == 6);
    CHECK(Get(rows->AccountsWithIdentifiers(0, 9)) == std::vector<int64_t>{1});
    CHECK(Get(rows->AccountsWithIdentifiers(1, 9)).empty());
  }
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    Require(rows.DeleteIdentifiers(1));
    Require(rows.PutOwner({one, 0, 9, 10}));
    CHECK(Get(rows.DeleteSuppressed(one)));
    CHECK_FALSE(Get(rows.DeleteSuppressed(one)));
    CHECK_FALSE(Get(rows.Identifiers(1)).has_value());
    return Status();
  }));
}

TEST_CASE("what is left under another row key: accounts once, in order, and every row counted") {
  World world;
  world.keys.AddRowKey();
  const Keyring& keyring = world.keys.keyring();
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    Require(PutFirstEpoch(rows, keyring));
    for (int i = 1; i <= 6; ++i) {
      const std::string user = "u" + std::to_string(i);
      CHECK(Get(rows.InternUser(user)) == i);
      BookSpec spec;
      spec.row_key = i % 3 == 0 ? 2 : 1;
      if (i != 4) Require(PutBookOf(rows, keyring, user, spec));
      if (i % 2 == 0) Require(PutIdentifiersOf(rows, keyring, user, {Verified(user)}));
      if (i == 5 && !rows.PutUpload(UploadOf(i)).ok()) return Status(StatusCode::kInternal, "");
    }
    return Status();
  }));
  const auto rows = ReadContacts(*world.store);
  // Under 1: books of 1, 2, 5; identifiers of 2, 4, 6; the upload of 5.
  using Accounts = std::vector<int64_t>;
  CHECK(Get(rows->AccountsNotUnder(2, 0, 100)) == Accounts{1, 2, 4, 5, 6});
  CHECK(Get(rows->AccountsNotUnder(2, 2, 2)) == Accounts{4, 5});
  CHECK(Get(rows->AccountsNotUnder(2, 6, 2)).empty());
  CHECK(Get(rows->AccountsNotUnder(1, 0, 100)) == Accounts{3, 6});
  CHECK(Get(rows->CountNotUnder(2)) == 7);
  CHECK(Get(rows->CountNotUnder(1)) == 2);
}

TEST_CASE("a sweep deletes what is due and no more, so many at a time") {
  World world;
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    Require(PutFirstEpoch(rows, world.keys.keyring()));
    for (int i = 0; i < 6; ++i) {
      const std::string user = "u" + std::to_string(i);
      BookSpec spec;
      spec.expires_at_s = kNow + i;  // erased 1000 s later
      Require(PutBookOf(rows, world.keys.keyring(), user, spec));
      UploadRow upload = UploadOf(Get(rows.InternUser(user)));
      upload.opened_at_s = kNow + i;
      const int64_t id = Get(rows.PutUpload(upload));
      Require(rows.PutPart(id, PartOf(world.keys.keyring(), upload.account, id, 0, {})));
      upload.id = id;
      upload.next_sequence = 1;
      Require(rows.PutUpload(upload).status());
      Require(rows.PutOwner({Tag{static_cast<uint8_t>(i)}, 0, 1, kNow + i}));
    }
    return rows.PutOwner({Tag{9}, 0, 1, kNow + 2000});
  }));
  const auto sweep = [&](int64_t now_s, int64_t before_s, size_t limit) {
    SweepReport report;
    Require(WriteContacts(*world.store, [&](ContactTables& rows) {
      report = Get(rows.DeleteDue(now_s, before_s, limit));
      return Status();
    }));
    return std::vector<uint64_t>{report.uploads, report.books, report.tombstones};
  };
  using Counts = std::vector<uint64_t>;
  CHECK(sweep(kNow - 1, kNow, 9) == Counts{0, 0, 0});
  // Uploads from before the time, the others up to it.
  CHECK(sweep(kNow + 1, kNow + 1, 9) == Counts{1, 0, 2});
  CHECK(sweep(kNow + 1001, kNow + 1, 1) == Counts{0, 1, 1});
  CHECK(sweep(kNow + 1001, kNow + 3, 9) == Counts{2, 1, 3});
  CHECK(sweep(kNow + 1001, kNow + 3, 9) == Counts{0, 0, 0});
  const auto rows = ReadContacts(*world.store);
  CHECK(Get(rows->Chunks(2)).empty());
  CHECK_FALSE(Get(rows->Chunks(3)).empty());
  CHECK(Get(rows->Parts(3)).empty());
  CHECK(Get(rows->Parts(4)).size() == 1);
  CHECK(Get(rows->Owner(Tag{9})).has_value());
  // What nobody uses for a while is missing no counterpart.
  for (const DoctorFinding& finding : Get(world.store->Doctor())) FAIL_CHECK(finding.detail);
}

TEST_CASE(
    "a transaction not committed leaves nothing; one that revises nothing moves no revision") {
  World world;
  const auto put = [&](ContactTables& rows) {
    CHECK(Get(rows.InternUser("bob")) == 1);
    return rows.PutBook(SomeBook(1), SomeChunks(4));
  };
  {
    auto rows = Get(world.store->BeginContacts(Use::kWrite));
    Require(put(*rows));
    CHECK(Get(rows->Book(1)).has_value());
    CHECK_FALSE(Get(ReadContacts(*world.store)->Book(1)).has_value());
    CHECK(world.store->Begin().status().code() == StatusCode::kBusy);
    CHECK(world.store->BeginContacts(Use::kWrite).status().code() == StatusCode::kBusy);
  }
  CHECK_FALSE(Get(ReadContacts(*world.store)->Book(1)).has_value());
  CHECK(ReadContacts(*world.store)->FindUser("bob").status().code() == StatusCode::kNotFound);
  const uint64_t epoch = world.store->write_epoch();
  auto rows = Get(world.store->BeginContacts(Use::kWrite));
  auto before = ReadContacts(*world.store);
  CHECK(Get(before->Epochs()).empty());
  Require(put(*rows));
  CHECK(Get(rows->Commit(false)) == 0);
  CHECK(*world.store->Revision() == 0);
  CHECK(world.store->write_epoch() == epoch);
  CHECK(rows->Commit(false).status().code() == StatusCode::kClosed);
  CHECK(rows->DeleteBook(1).status().code() == StatusCode::kClosed);
  // A reading one keeps the state it began with.
  CHECK_FALSE(Get(before->Book(1)).has_value());
  CHECK(Get(ReadContacts(*world.store)->Book(1)).has_value());
  rows = Get(world.store->BeginContacts(Use::kWrite));
  Require(rows->CountErasure());
  CHECK(Get(rows->Commit(true)) == 1);
  CHECK(*world.store->Revision() == 1);
  CHECK(world.store->write_epoch() == epoch + 1);
  rows.reset();
  CHECK(Get(world.store->Doctor()).at(0).check == "purge");
  CHECK_FALSE(Get(world.store->Purge()));
  before.reset();
  CHECK(Get(world.store->Purge()));
}

TEST_CASE("a transaction for reading writes nothing, whoever opened the store") {
  World world;
  StoreOptions options;
  options.path = world.folder.file("store.db");
  options.mode = StoreOptions::Mode::kReadOnly;
  const auto read_only = Get(OpenSqliteStore(options, StandardLayout()));
  CHECK(read_only->BeginContacts(Use::kWrite).status().code() == StatusCode::kReadOnly);
  for (StoreBackend* store : {world.store.get(), read_only.get()}) {
    const auto rows = ReadContacts(*store);
    const Tag tag{};
    const Status refused[] = {
        rows->InternUser("bob").status(),
        rows->PutEpoch({}),
        rows->PutRowKey({}),
        rows->DeleteRowKey(1),
        rows->PutBook(SomeBook(1), SomeChunks(4)),
        rows->DeleteBook(1).status(),
        rows->PutUpload({}).status(),
        rows->DeleteUpload(1).status(),
        rows->PutPart(1, {}),
        rows->PutIdentifiers({}),
        rows->DeleteIdentifiers(1),
        rows->PutOwner({}),
        rows->PutSuppressed(tag, 1),
        rows->DeleteSuppressed(tag).status(),
        rows->PutQuota({}),
        rows->DeleteDue(1, 1, 1).status(),
        rows->CountErasure(),
        rows->Commit(true).status(),
    };
    for (const Status& status : refused) CHECK(status.code() == StatusCode::kReadOnly);
    CHECK(Get(rows->Epochs()).empty());
  }
}

TEST_CASE("a name no user can have, or nobody has, dooms nothing; a broken constraint does") {
  World world;
  auto rows = Get(world.store->BeginContacts(Use::kWrite));
  for (const std::string& id : {std::string(), std::string(256, 'x'), std::string("a\nb")}) {
    CHECK(rows->FindUser(id).status().code() == StatusCode::kInvalidArgument);
    CHECK(rows->InternUser(id).status().code() == StatusCode::kInvalidArgument);
  }
  CHECK(rows->FindUser("nobody").status().code() == StatusCode::kNotFound);
  CHECK(Get(rows->InternUser("bob")) == 1);
  CHECK(Get(rows->InternUser("bob")) == 1);
  CHECK(Get(rows->FindUser("bob")) == 1);
  REQUIRE(rows->Commit(true).ok());
  const std::function<Status(ContactTables&)> wrong[] = {
      [](ContactTables& t) { return t.PutEpoch({}); },  // 0 is none
      [](ContactTables& t) {
        return t.PutRowKey({-1, {}});
      },
      [](ContactTables& t) {
        BookRow book = SomeBook(1);
        book.generation = 0;
        return t.PutBook(book, SomeChunks(4));
      },
      [](ContactTables& t) {
        Require(t.PutUpload(UploadOf(1)).status());
        return t.PutUpload(UploadOf(1)).status();  // a second one
      },
  };
  for (const auto& write : wrong) {
    rows = Get(world.store->BeginContacts(Use::kWrite));
    Require(rows->PutSuppressed(Tag{1}, 1));
    const Status status = write(*rows);
    CHECK_FALSE(status.ok());
    CHECK(rows->Commit(true).status().message() == status.message());
    CHECK(rows->Epochs().status().message() == status.message());
    rows.reset();
    CHECK_FALSE(Get(ReadContacts(*world.store)->IsSuppressed(Tag{1})));
  }
}

}  // namespace
}  // namespace ringfence
