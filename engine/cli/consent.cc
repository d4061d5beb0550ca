// Consent and knocks: opened, and printed.
#include "cli/consent.h"

#include <string>

#include "cli/duration.h"
#include "cli/text.h"

namespace ringfence::cli {

Result<Grants> OpenGrants(const Context& context, const Arguments& arguments,
                          StoreOptions::Mode mode) {
  GrantsOptions options;
  auto clock_ms = ClockFromArguments(arguments);
  if (!clock_ms.ok()) return clock_ms.status();
  options.clock_ms = *std::move(clock_ms);
  auto store = context.OpenStore(mode);
  if (!store.ok()) return store.status();
  return Grants::Open(*std::move(store), options);
}

void PrintAskAnswer(Context& context, bool accepted, int64_t retry_after_s) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("accepted").Bool(accepted);
    json.Key("retry_after_s").Signed(retry_after_s).EndObject();
    context.out().Print(json.Line());
    return;
  }
  const std::string next = retry_after_s == 0
                               ? std::string("at once")
                               : Cat({"after ", std::to_string(retry_after_s), " s"});
  context.out().Print(Cat({accepted ? "accepted" : "too soon", "; may ask again ", next, "\n"}));
}

void WriteGrant(const GrantInfo& info, JsonOut* json) {
  json->Object().Key("callee").Text(info.callee).Key("caller").Text(info.caller);
  json->Key("state").Text(ToString(info.state)).Key("source").Text(ToString(info.source));
  json->Key("given_at_ms").Signed(info.given_at_ms).Key("until_ms");
  info.until_ms == 0 ? json->Null() : json->Signed(info.until_ms);
  json->Key("one_call").Bool(info.one_call).EndObject();
}

void WriteKnock(const KnockInfo& knock, JsonOut* json) {
  json->Object().Key("caller").Text(knock.caller);
  json->Key("asked_at_ms").Signed(knock.asked_at_ms);
  json->Key("until_ms").Signed(knock.until_ms).EndObject();
}

Status WriteConsent(const Store& store, std::string_view user, JsonOut* json) {
  auto grants = Grants::Open(store);
  if (!grants.ok()) return grants.status();
  auto by = grants->GivenBy(user);
  if (!by.ok()) return by.status();
  auto to = grants->GivenTo(user);
  if (!to.ok()) return to.status();
  auto knocks = grants->Knocks(user);
  if (!knocks.ok()) return knocks.status();
  json->Key("consent").Array();
  for (const auto* list : {&*by, &*to}) {
    for (const GrantInfo& info : *list) WriteGrant(info, json);
  }
  json->EndArray().Key("knocks").Array();
  for (const KnockInfo& knock : *knocks) WriteKnock(knock, json);
  json->EndArray();
  return Status();
}

}  // namespace ringfence::cli
