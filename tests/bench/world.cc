// Fills a store with seeded users, settings and relations, and draws pairs of users from it.
#include "bench/world.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "bench/random.h"

namespace ringfence::bench {
namespace {

/// So many relations are written in one transaction.
constexpr uint64_t kTransactionRelations = 200000;

/// What a user may have chosen or been given, and how many in a hundred have.
struct Choice {
  const char* entry;
  const char* value;
  uint64_t percent;
};
constexpr Choice kChoices[] = {
    {"calls_enabled", "false", 5},  {"allow_followed", "false", 10}, {"allow_verified", "true", 20},
    {"allow_contacts", "true", 15}, {"allow_everyone", "true", 10},  {"relay_calls", "true", 10},
    {"video_enabled", "false", 5},  {"verified", "true", 5},         {"premium", "true", 5},
    {"rolled_out", "true", 30},     {"on_ios", "true", 60},          {"on_android", "true", 40},
    {"on_web", "true", 30},
};

/// Independent draws for each numbered thing: the order in which things are made does not matter.
Random RandomOf(const WorldSize& size, uint64_t kind, uint64_t i) {
  Random mix(size.seed * 1000003 + kind);
  return Random(mix.Next() ^ (i * 0xD6E8FEB86659FD93u));
}

Status FillUsers(const WorldSize& size, Store& store) {
  const Catalog& catalog = store.catalog();
  struct Parsed {
    FactId fact;
    FactCode code;
    uint64_t percent;
  };
  std::vector<Parsed> choices;
  for (const Choice& choice : kChoices) {
    Result<FactId> fact = catalog.FindUserEntry(choice.entry);
    if (!fact.ok()) return fact.status();
    Result<FactCode> code = catalog.ParseValue(*fact, choice.value);
    if (!code.ok()) return code.status();
    choices.push_back({*fact, *code, choice.percent});
  }
  Result<Store::Transaction> transaction = store.Begin();
  if (!transaction.ok()) return transaction.status();
  for (uint64_t i = 0; i < size.users; ++i) {
    const std::string user = UserName(i);
    if (Status status = transaction->AddUser(user); !status.ok()) return status;
    Random random = RandomOf(size, 1, i);
    if (!random.Chance(50)) continue;  // Half the users have never touched their settings.
    for (const Parsed& choice : choices) {
      if (!random.Chance(choice.percent)) continue;
      Status status = transaction->SetUser(user, choice.fact, choice.code);
      if (!status.ok()) return status;
    }
  }
  return transaction->Commit().status();
}

struct Relations {
  FactId follows = 0, messaged = 0, blocks = 0;
};

Status FillEdges(const WorldSize& size, Store& store, const Relations& relations) {
  uint64_t written = 0;
  for (uint64_t i = 0; written < size.relations;) {
    Result<Store::Transaction> transaction = store.Begin();
    if (!transaction.ok()) return transaction.status();
    const uint64_t stop = std::min(size.relations, written + kTransactionRelations);
    for (; written < stop; ++i) {
      const Edge edge = EdgeNumber(size, i);
      const std::string subject = UserName(edge.subject);
      const std::string object = UserName(edge.object);
      Status status = transaction->Relate(subject, relations.follows, object, 1);
      ++written;
      if (status.ok() && edge.messaged) {
        status = transaction->Relate(object, relations.messaged, subject, 1);
        ++written;
      }
      if (status.ok() && edge.blocks) {
        status = transaction->Relate(object, relations.blocks, subject, 1);
        ++written;
      }
      if (!status.ok()) return status;
    }
    if (Result<uint64_t> done = transaction->Commit(); !done.ok()) return done.status();
    std::fprintf(stderr, "\rmaking the store: %llu of %llu relations",
                 static_cast<unsigned long long>(written),
                 static_cast<unsigned long long>(size.relations));
  }
  std::fprintf(stderr, "\n");
  return Status();
}

Status Fill(const WorldSize& size, Store& store) {
  const Catalog& catalog = store.catalog();
  Relations relations;
  for (const auto& [name, id] :
       {std::pair{"follows", &relations.follows}, std::pair{"messaged", &relations.messaged},
        std::pair{"blocks", &relations.blocks}}) {
    Result<FactId> found = catalog.FindRelation(name);
    if (!found.ok()) return found.status();
    *id = *found;
  }
  if (Status status = FillUsers(size, store); !status.ok()) return status;
  if (Status status = FillEdges(size, store, relations); !status.ok()) return status;
  // Last, so that a store that was interrupted is not taken for a whole one.
  Result<Store::Transaction> transaction = store.Begin();
  if (!transaction.ok()) return transaction.status();
  if (Status status = transaction->AddUser(size.Marker()); !status.ok()) return status;
  if (Result<uint64_t> done = transaction->Commit(); !done.ok()) return done.status();
  // An empty write-ahead log: every page is where it will stay.
  return store.Purge().status();
}

}  // namespace

std::string WorldSize::Marker() const {
  return "benchmark world 1: " + std::to_string(users) + " users, " + std::to_string(relations) +
         " relations, seed " + std::to_string(seed);
}

std::string UserName(uint64_t i) {
  // In no order that the order of the ids would follow.
  char text[32];
  const uint64_t mixed = (i * 0x9E3779B97F4A7C15u) ^ 0x5851F42D4C957F2Du;
  std::snprintf(text, sizeof text, "user-%016llx", static_cast<unsigned long long>(mixed));
  return text;
}

Edge EdgeNumber(const WorldSize& size, uint64_t i) {
  Random random = RandomOf(size, 2, i);
  Edge edge;
  edge.subject = random.Below(size.users);
  const uint64_t rank = random.Below(size.users);
  edge.object = rank * rank / size.users;
  if (edge.object == edge.subject) edge.object = (edge.object + 1) % size.users;
  edge.messaged = random.Chance(60);
  edge.blocks = random.Chance(1);
  return edge;
}

Result<Store> OpenWorld(const std::string& path, const WorldSize& size) {
  struct stat info;
  const bool exists = stat(path.c_str(), &info) == 0;
  StoreOptions options;
  options.path = path;
  options.mode = exists ? StoreOptions::Mode::kReadWrite : StoreOptions::Mode::kCreate;
  Result<Store> store = Store::Open(options);
  if (!store.ok()) return store;
  if (!exists) {
    if (Status status = Fill(size, *store); !status.ok()) return status;
  }
  if (!store->ShowUser(size.Marker()).ok()) {
    return Status(StatusCode::kInvalidArgument,
                  path + " is not a whole world of this size: remove it or give other numbers");
  }
  return store;
}

Result<std::vector<Pair>> SamplePairs(const WorldSize& size, size_t count, uint64_t seed,
                                      Reader& reader) {
  Random random(seed);
  std::vector<Pair> pairs;
  while (pairs.size() < count) {
    uint64_t caller = random.Below(size.users);
    uint64_t callee = random.Below(size.users);
    if (random.Chance(50)) {
      // Most edges were written as two relations, so there are more edges than half of these.
      const Edge edge = EdgeNumber(size, random.Below(size.relations / 2));
      callee = edge.subject;
      caller = edge.object;
      if (random.Chance(33)) std::swap(caller, callee);
    }
    if (caller == callee) continue;
    Pair pair;
    pair.caller = UserName(caller);
    pair.callee = UserName(callee);
    Result<int64_t> caller_handle = reader.Resolve(pair.caller);
    if (!caller_handle.ok()) return caller_handle.status();
    Result<int64_t> callee_handle = reader.Resolve(pair.callee);
    if (!callee_handle.ok()) return callee_handle.status();
    pair.caller_handle = *caller_handle;
    pair.callee_handle = *callee_handle;
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace ringfence::bench
