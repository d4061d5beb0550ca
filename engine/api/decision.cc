// What a Decision can say of itself: another decision's value, the caller's part, a copy that
// lasts.
#include <ringfence/decision.h>

#include <algorithm>

#include "base/check.h"
#include "base/json_writer.h"
#include "base/sha256.h"

namespace ringfence {
namespace {

constexpr std::string_view kPath = "path";

/// All views of a decision, so that none is forgotten where they are moved to other memory.
template <class Visit>
void EachView(Decision* decision, const Visit& visit) {
  visit(&decision->outcome);
  visit(&decision->rule);
  visit(&decision->reason);
  visit(&decision->told);
  visit(&decision->pretended_path);
  visit(&decision->policy_name);
  visit(&decision->policy_digest);
  for (ExtraDecision& extra : decision->extras) {
    visit(&extra.name);
    visit(&extra.value);
    visit(&extra.rule);
  }
}

/// Points the views of `decision` at copies of their text, one after the other in `text`.
void Own(Decision* decision, std::string* text) {
  // A view that nobody reads must not dangle either.
  for (size_t i = decision->extra_count; i < decision->extras.size(); ++i) {
    decision->extras[i] = ExtraDecision();
  }
  size_t bytes = 0;
  EachView(decision, [&](std::string_view* view) { bytes += view->size(); });
  std::string owned;
  owned.reserve(bytes);
  EachView(decision, [&](std::string_view* view) { owned += *view; });
  *text = std::move(owned);
  size_t at = 0;
  EachView(decision, [&](std::string_view* view) {
    *view = std::string_view(*text).substr(at, view->size());
    at += view->size();
  });
  CHECK(at == text->size());
}

}  // namespace

std::string_view Decision::Value(std::string_view decision_name) const {
  const auto end = extras.begin() + extra_count;
  const auto is_it = [&](const ExtraDecision& extra) { return extra.name == decision_name; };
  const auto found = std::find_if(extras.begin(), end, is_it);
  return found == end ? std::string_view() : found->value;
}

std::string_view Decision::path() const { return Value(kPath); }

CallerView Decision::ForCaller() const {
  CallerView view;
  view.told = told;
  view.path = let_through() ? path() : pretended_path;
  view.sip_status = sip_status;
  view.retry_after_s = retry_after_s;
  if (recorded()) view.receipt = ToHex(request_id);
  return view;
}

OwnedDecision Decision::Copy() const { return OwnedDecision(*this); }

OwnedDecision::OwnedDecision(const Decision& decision) : view(decision) { Own(&view, &text_); }

OwnedDecision::OwnedDecision(const OwnedDecision& other) : view(other.view) { Own(&view, &text_); }

OwnedDecision& OwnedDecision::operator=(const OwnedDecision& other) {
  if (this == &other) return *this;
  view = other.view;
  Own(&view, &text_);
  return *this;
}

std::string CallerView::ToJson() const {
  JsonWriter json;
  json.BeginObject();
  json.Key("told").String(told);
  json.Key("path");
  path.empty() ? json.Null() : json.String(path);
  json.Key("sip");
  sip_status == 0 ? json.Null() : json.Uint(sip_status);
  json.Key("retry_after");
  retry_after_s == 0 ? json.Null() : json.Uint(retry_after_s);
  if (!receipt.empty()) json.Key("receipt").String(receipt);
  json.EndObject();
  return json.Finish();
}

}  // namespace ringfence
