// Evaluations on rows: what is refused, what is charged, what comes back.
#include "unit/contacts_world.h"

namespace ringfence {
namespace {

StatusCode CodeOf(const Status& status) { return status.code(); }

TEST_CASE("parameters tell what a client must know, and nothing of anybody's book") {
  ContactWorld world;
  REQUIRE(world.Charge("bob", 700).ok());
  world.AddEpoch();
  const auto ask = [&](const char* user) {
    return world.Get<ContactParameters>(
        [&](ContactTables& tables) { return ParametersFor(tables, user, world.now); });
  };
  const Result<ContactParameters> parameters = ask("bob");
  REQUIRE(parameters.ok());
  CHECK(parameters->norm == "cpn1");
  CHECK(parameters->suite == "ristretto255-SHA512");
  REQUIRE(parameters->epochs.size() == 2);
  CHECK(parameters->epochs[0].state == EpochState::kCurrent);
  CHECK(parameters->epochs[0].public_key == world.keyring->EpochKey(1).public_key);
  CHECK(parameters->epochs[1].state == EpochState::kNext);
  CHECK(parameters->max_batch == 1000);
  CHECK(parameters->max_entries == 10000);
  CHECK(parameters->evaluations_left == 11300);
  CHECK(parameters->evaluations_per_hour == 20);
  CHECK(CodeOf(ask("zoe").status()) == StatusCode::kNotFound);
}

TEST_CASE("elements: all are checked, and the first bad one is named by its place") {
  const ContactElement good = MultiplyBase(RandomScalar());
  CHECK(CodeOf(CheckElements({})) == StatusCode::kLimit);
  std::vector<ContactElement> batch(kMaxContactBatch, good);
  CHECK(CheckElements(batch).ok());
  batch.push_back(good);
  CHECK(CodeOf(CheckElements(batch)) == StatusCode::kLimit);
  CHECK(CodeOf(CheckElements(std::vector<ContactElement>(65536, good))) == StatusCode::kLimit);
  std::vector<ContactElement> bad_ones = {ContactElement{}};  // the identity
  for (const char* hex : kBadEncodings) bad_ones.push_back(ArrayOf<32>(hex));
  // Another encoding of a good one.
  bad_ones.push_back(good);
  bad_ones.back()[31] |= 0x80;
  for (const ContactElement& bad : bad_ones) {
    for (size_t place : {size_t{0}, size_t{7}, size_t{9}}) {
      std::vector<ContactElement> ten(10, good);
      ten[place] = bad;
      const Status status = CheckElements(ten);
      CHECK(CodeOf(status) == StatusCode::kInvalidArgument);
      CHECK(status.message().starts_with("element " + std::to_string(place) + " "));
      CheckSilent(status.message(), std::string(bad.begin(), bad.end()));
    }
  }
}

TEST_CASE("an evaluated batch has a proof, and is the tokens the key holder makes") {
  ContactWorld world;
  const std::string number = "+4915112345678";
  OprfInput input = InputOf(1, number);
  const Scalar blind = RandomScalar();
  ContactElement blinded;
  REQUIRE(Blind(OprfMode::kVoprf, input.view(), blind, &blinded));
  const std::vector<ContactElement> batch = {blinded, blinded};
  const ContactEvaluation evaluation = EvaluateBatch(*world.keyring, 1, batch);
  REQUIRE(evaluation.evaluated.size() == 2);
  CHECK(evaluation.evaluated[0] == evaluation.evaluated[1]);
  const Element& key = world.keyring->EpochKey(1).public_key;
  CHECK(VerifyProof(OprfMode::kVoprf, key, batch, evaluation.evaluated, evaluation.proof));
  CHECK_FALSE(VerifyProof(OprfMode::kVoprf, world.keyring->EpochKey(2).public_key, batch,
                          evaluation.evaluated, evaluation.proof));
  OprfOutput output;
  REQUIRE(Finalize(input.view(), blind, evaluation.evaluated[0], &output));
  const std::vector<CanonicalIdentifier> raw = {Phone(number)};
  CHECK(EvaluateIdentifiers(*world.keyring, 1, raw).front() == TokenOf(output));
  CHECK(EvaluateIdentifiers(*world.keyring, 2, raw).front() != TokenOf(output));
}

TEST_CASE("evaluations: 12,000, then 20 an hour; a clock set back refills nothing") {
  ContactWorld world;
  REQUIRE(world.SyncFull("bob", TokenNumbers(0, 3)).ok());  // no credit for a book of this epoch
  for (int i = 0; i < 12; ++i) CHECK(world.Charge("bob", 1000).ok());
  const Status over = world.Charge("bob", 1);
  CHECK(CodeOf(over) == StatusCode::kQuota);
  CHECK(over.message() ==
        "1 evaluations are more than the 0 this account has left: try again in 180 seconds");
  CHECK(world.Charge("ann", 1000).ok());
  world.now += 180;
  CHECK(world.Charge("bob", 1).ok());
  CHECK(CodeOf(world.Charge("bob", 1)) == StatusCode::kQuota);
  world.now -= 10 * kDay;
  CHECK(CodeOf(world.Charge("bob", 1)) == StatusCode::kQuota);
  world.now += 10 * kDay + kHour;
  CHECK(world.Charge("bob", 20).ok());
  CHECK(CodeOf(world.Charge("bob", 1)) == StatusCode::kQuota);
  world.now += 1000 * kDay;
  for (int i = 0; i < 12; ++i) CHECK(world.Charge("bob", 1000).ok());
  CHECK(CodeOf(world.Charge("bob", 1)) == StatusCode::kQuota);
}

TEST_CASE("evaluations: what is refused is not charged") {
  ContactWorld world;
  CHECK(CodeOf(world.Charge("bob", 0)) == StatusCode::kLimit);
  CHECK(CodeOf(world.Charge("bob", 1001)) == StatusCode::kLimit);
  CHECK(CodeOf(world.Charge("zoe", 1)) == StatusCode::kNotFound);
  CHECK(CodeOf(world.Charge("bob", 1, 2)) == StatusCode::kNotFound);
  world.AddEpoch();
  CHECK(world.Charge("bob", 1, 2).ok());
  world.Promote();
  CHECK(world.Charge("bob", 1, 1).ok());
  world.Retire(1);
  CHECK(CodeOf(world.Charge("bob", 1, 1)) == StatusCode::kConflict);
  CHECK(world.rows.quotas.begin()->second.evaluations.used == 2 * kHour);
}

TEST_CASE("evaluations: a full bucket more for a new device once a month, for an epoch once") {
  ContactWorld world;
  const auto use_all = [&] {
    int batches = 0;
    while (world.Charge("bob", 1000).ok()) ++batches;
    return batches;
  };
  CHECK(use_all() == 12);  // the first bucket is the first month's
  world.now += 30 * kDay - 1;
  // What 30 days refill, and no credit yet.
  CHECK(use_all() == 12);
  world.now += 1;
  CHECK(use_all() == 12);
  world.now += 1;
  CHECK(use_all() == 0);

  REQUIRE(world.SyncFull("bob", TokenNumbers(0, 3)).ok());
  world.now += 60 * kDay;
  CHECK(use_all() == 12);  // refilled; a book of the current epoch earns no credit
  world.AddEpoch();
  CHECK(use_all() == 0);
  world.Promote();
  CHECK(use_all() == 12);
  CHECK(use_all() == 0);
}

}  // namespace
}  // namespace ringfence
