// Packed rows, byte for byte, and which catalogs may share a file.
#include <doctest/doctest.h>

#include "store/rows.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

TEST_CASE("a user's block is little-endian words, known bit first") {
  const UserWords words = {0x04030201, 0x80000000, 0, 0xFFFFFFFF, 0x00000100};
  const std::array<uint8_t, 20> bytes = {1, 2, 3,    4,    0,    0,    0, 0x80, 0, 0,
                                         0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1,    0, 0};
  CHECK(PackUser(words) == bytes);
  UserWords back;
  CHECK(UnpackUser(bytes, &back));
  CHECK(back == words);
  CHECK_FALSE(UnpackUser(std::span(bytes).first(19), &back));
  CHECK_FALSE(UnpackUser({}, &back));
  std::array<uint8_t, 20> unknown = bytes;
  unknown[0] = 2;
  CHECK_FALSE(UnpackUser(unknown, &back));
}

TEST_CASE("what the catalog derives is not taken from a row") {
  const RowFormat format(StandardLayout());
  const FactId age = *Catalog::Standard().Find("callee.account_age_d");
  const FactPlace& place = StandardLayout().places[age];
  UserWords row = kNewUser;
  row[place.word] |= 5u << place.shift;
  CHECK(format.ForFrame(row) == kNewUser);
  row = kNewUser;
  format.PutUser(Setting("verified"), 2, &row);
  CHECK(format.ForFrame(row) == row);
  CHECK(row != kNewUser);
}

TEST_CASE("a pair's mirror, and a symmetric relation in both halves") {
  const RowFormat format(StandardLayout());
  PairWords pair;
  CHECK(pair.empty());
  format.PutRelation(Relation("follows"), 1, &pair);
  CHECK(pair == PairWords{1, 0});
  format.PutRelation(Relation("friend"), 1, &pair);
  CHECK(pair == PairWords{9, 8});
  CHECK(pair.Mirrored() == PairWords{8, 9});
  format.PutRelation(Relation("follows"), 0, &pair);
  format.PutRelation(Relation("friend"), 0, &pair);
  CHECK(pair.empty());
}

std::vector<StoredEntry> Entries(const std::string& user_entries,
                                 const std::string& relations = "") {
  return EntriesOf(RowFormat(Layout(MiniCatalog(user_entries, relations))));
}

constexpr const char* kBool = R"("type":"bool","default":true,"absent":false,"bit":)";
constexpr const char* kEnum =
    R"("type":"enum","default":"a","absent":"a","bit":8,"bits":4,"members":)";

TEST_CASE("a catalog that has grown, and the one it grew from, share a file") {
  const auto old_entries = Entries(UserEntry("one", kBool + std::string("2")) +
                                       UserEntry("pick", kEnum + std::string(R"(["a","b"])")),
                                   RelationEntry("likes", R"("kind":"flag","bit":0)"));
  const auto new_entries = Entries(UserEntry("one", kBool + std::string("2")) +
                                       UserEntry("pick", kEnum + std::string(R"(["a","b","c"])")) +
                                       UserEntry("two", kBool + std::string("4")),
                                   RelationEntry("likes", R"("kind":"flag","bit":0)") + "," +
                                       RelationEntry("knows", R"("kind":"symmetric","bit":1)"));
  CHECK(old_entries.size() == 3);
  CHECK(MissingEntries(old_entries, old_entries)->empty());
  // The old program finds nothing to add to the new file, the new one what is new.
  CHECK(MissingEntries(old_entries, new_entries)->empty());
  const auto missing = MissingEntries(new_entries, old_entries);
  REQUIRE(missing.ok());
  REQUIRE(missing->size() == 3);
  CHECK((*missing)[0].name == "pick");
  CHECK((*missing)[0].members == std::vector<std::string>{"a", "b", "c"});
  CHECK((*missing)[1].name == "two");
  CHECK((*missing)[2].name == "knows");
  CHECK((*missing)[2].symmetric);
}

TEST_CASE("catalogs that would misread each other's rows do not share a file") {
  const auto file = Entries(UserEntry("one", kBool + std::string("2")) +
                                UserEntry("pick", kEnum + std::string(R"(["a","b"])")),
                            RelationEntry("likes", R"("kind":"flag","bit":0)"));
  const std::string pick = UserEntry("pick", kEnum + std::string(R"(["a","b"])"));
  const std::string likes = RelationEntry("likes", R"("kind":"flag","bit":0)");
  const std::vector<StoredEntry> others[] = {
      Entries(UserEntry("one", kBool + std::string("4")) + pick, likes),  // moved
      Entries(UserEntry("uno", kBool + std::string("2")) + pick, likes),  // renamed
      Entries(UserEntry("one", R"("type":"int","range":[0,2],"unit":"","default":0,"absent":0,
          "bit":2)") +
                  pick,
              likes),  // another type of the same size
      Entries(UserEntry("one", kBool + std::string("2")) +
                  UserEntry("pick", kEnum + std::string(R"(["b","a"])")),
              likes),  // reordered
      Entries(UserEntry("one", kBool + std::string("2")) +
                  UserEntry("pick", kEnum + std::string(R"(["a","bb"])")),
              likes),
      Entries(UserEntry("one", kBool + std::string("2")) + pick,
              RelationEntry("likes", R"("kind":"symmetric","bit":0)")),
      Entries(UserEntry("one", kBool + std::string("2")) + pick,
              RelationEntry("likes", R"("kind":"flag","bit":1)")),
      Entries(UserEntry("wide", R"("type":"int","range":[0,100],"unit":"","default":0,"absent":0,
          "bit":1)"),
              likes),  // lies across another
  };
  for (const auto& ours : others) {
    const auto missing = MissingEntries(ours, file);
    CHECK(missing.status().code() == StatusCode::kSchema);
    CHECK(missing.status().message().find("another catalog") != std::string::npos);
    CHECK(MissingEntries(file, ours).status().code() == StatusCode::kSchema);
  }
}

}  // namespace
}  // namespace ringfence
