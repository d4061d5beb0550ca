// What a Decision says of itself: other decisions' values, the caller's part, copies that last.
#include <doctest/doctest.h>
#include <ringfence/decision.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringfence {
namespace {

/// A decision whose views point into memory of its own, which can be overwritten and freed.
struct Pinned {
  explicit Pinned(size_t extras) {
    decision.effect = Effect::kRing;
    decision.signal = Signal::kRinging;
    decision.basis = Basis::kPartial;
    decision.sip_status = 180;
    decision.retry_after_s = 30;
    decision.outcome = Text("an outcome");
    decision.rule = Text("the rule");
    decision.reason = Text("mallory is blocked");
    decision.told = Text("ringing");
    decision.pretended_path = Text("a pretence");
    decision.policy_name = Text("default");
    decision.policy_digest = Text(std::string(64, 'd'));
    decision.revision = 7;
    decision.facts_read.Insert(3);
    const std::string names[] = {"path", "codec", "c3", "c4", "c5", "c6", "c7"};
    for (size_t i = 0; i < extras; ++i) {
      decision.extras[i] = {Text(names[i]), Text("value " + names[i]), Text("rule " + names[i]),
                            Basis::kComplete};
    }
    decision.extra_count = static_cast<uint8_t>(extras);
  }

  std::string_view Text(std::string text) {
    texts.push_back(std::make_unique<std::string>(std::move(text)));
    return *texts.back();
  }
  void Overwrite() {
    for (const auto& text : texts) text->assign(text->size(), '#');
  }

  std::vector<std::unique_ptr<std::string>> texts;
  Decision decision;
};

void CheckSame(const Decision& got, size_t extras) {
  const Pinned expected(extras);
  const Decision& want = expected.decision;
  CHECK(got.effect == want.effect);
  CHECK(got.basis == want.basis);
  CHECK(got.outcome == want.outcome);
  CHECK(got.rule == want.rule);
  CHECK(got.reason == want.reason);
  CHECK(got.told == want.told);
  CHECK(got.policy_name == want.policy_name);
  CHECK(got.policy_digest == want.policy_digest);
  CHECK(got.pretended_path == want.pretended_path);
  CHECK(got.revision == want.revision);
  CHECK(got.facts_read == want.facts_read);
  REQUIRE(got.extra_count == want.extra_count);
  for (size_t i = 0; i < extras; ++i) {
    CHECK(got.extras[i].name == want.extras[i].name);
    CHECK(got.extras[i].value == want.extras[i].value);
    CHECK(got.extras[i].rule == want.extras[i].rule);
  }
}

TEST_CASE("values of other decisions") {
  const Pinned none(0), some(2), all(kMaxDecisions - 1);
  CHECK(none.decision.path() == "");
  CHECK(some.decision.path() == "value path");
  CHECK(some.decision.Value("codec") == "value codec");
  CHECK(some.decision.Value("c3") == "");
  CHECK(some.decision.Value("") == "");
  CHECK(all.decision.Value("c7") == "value c7");
}

TEST_CASE("an extra beyond the count is not there") {
  Pinned pinned(2);
  pinned.decision.extra_count = 1;
  CHECK(pinned.decision.Value("codec") == "");
}

TEST_CASE("what is let through") {
  Decision decision;
  CHECK_FALSE(decision.let_through());  // a decision nobody made refuses
  for (Effect effect : {Effect::kRing, Effect::kSilence, Effect::kScreen, Effect::kVoicemail}) {
    decision.effect = effect;
    CHECK(decision.let_through());
  }
}

TEST_CASE("a copy lasts") {
  for (size_t extras : {size_t{0}, size_t{1}, kMaxDecisions - 1}) {
    auto pinned = std::make_unique<Pinned>(extras);
    OwnedDecision copy = pinned->decision.Copy();
    pinned->Overwrite();
    CheckSame(copy.view, extras);
    auto second = std::make_unique<OwnedDecision>(copy);
    OwnedDecision assigned;
    assigned = copy;
    copy = Decision().Copy();
    CheckSame(*second->operator->(), extras);
    CheckSame(assigned.view, extras);
    OwnedDecision moved = std::move(*second);
    second.reset();
    CheckSame(moved.view, extras);
    const OwnedDecision& self = moved;
    moved = self;
    CheckSame(moved.view, extras);
  }
}

TEST_CASE("a short text moved does not leave views behind") {
  // Texts that fit a string's own memory move with it.
  Decision decision;
  decision.rule = "r";
  std::vector<OwnedDecision> copies;
  for (int i = 0; i < 100; ++i) copies.push_back(decision.Copy());
  for (const OwnedDecision& copy : copies) CHECK(copy->rule == "r");
}

TEST_CASE("views beyond the count do not dangle in a copy") {
  auto pinned = std::make_unique<Pinned>(2);
  pinned->decision.extra_count = 1;
  const OwnedDecision copy = pinned->decision.Copy();
  pinned.reset();
  CHECK(copy->extras[1].name.empty());
  CHECK(copy->extras[0].name == "path");
}

TEST_CASE("the caller's part") {
  const Pinned pinned(1);
  const CallerView view = pinned.decision.ForCaller();
  CHECK(view == CallerView{"ringing", "value path", 180, 30, ""});
  CHECK(view.ToJson() == R"({"told":"ringing","path":"value path","sip":180,"retry_after":30})");
  CHECK(Decision().ForCaller().ToJson() ==
        R"({"told":"","path":null,"sip":null,"retry_after":null})");
  const CallerView quoted{"a\"b\n", "", UINT16_MAX, UINT32_MAX, ""};
  CHECK(quoted.ToJson() == R"({"told":"a\"b\n","path":null,"sip":65535,"retry_after":4294967295})");
}

}  // namespace
}  // namespace ringfence
