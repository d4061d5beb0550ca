// Answers of differences. See diff_answers.h.
#include "api/diff_answers.h"

#include <algorithm>

namespace ringfence {

DiffKind KindOf(const DiffAnswer& was, const DiffAnswer& now) {
  const bool before = was.effect != Effect::kRefuse, after = now.effect != Effect::kRefuse;
  if (before == after) return DiffKind::kOther;
  return after ? DiffKind::kGained : DiffKind::kLost;
}

std::vector<std::string> PartsOf(const DiffAnswer& was, const DiffAnswer& now) {
  std::vector<std::string> parts;
  const auto add = [&](bool differs, const char* name) {
    if (differs) parts.emplace_back(name);
  };
  add(was.effect != now.effect, "effect");
  add(was.signal != now.signal, "signal");
  add(was.record != now.record, "record");
  add(was.sip_status != now.sip_status, "sip");
  add(was.retry_after_s != now.retry_after_s, "retry_after");
  add(was.told != now.told, "told");
  std::vector<std::string> names;
  for (const DiffAnswer* one : {&was, &now}) {
    const DiffAnswer& other = one == &was ? now : was;
    for (const auto& value : one->values) {
      const bool same = std::count(other.values.begin(), other.values.end(), value) > 0;
      if (!same) names.push_back(value.first);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  parts.insert(parts.end(), names.begin(), names.end());
  return parts;
}

DiffAnswer AnswerOf(const Decision& decision) {
  DiffAnswer answer{decision.effect,
                    decision.signal,
                    decision.record,
                    decision.sip_status,
                    decision.retry_after_s,
                    std::string(decision.told),
                    {}};
  for (size_t i = 0; i < decision.extra_count; ++i) {
    const ExtraDecision& extra = decision.extras[i];
    if (!extra.value.empty()) answer.values.emplace_back(extra.name, extra.value);
  }
  if (!decision.pretended_path.empty()) {
    answer.values.emplace_back("path", decision.pretended_path);
  }
  std::sort(answer.values.begin(), answer.values.end());
  return answer;
}

void DropValues(DiffAnswer* was, DiffAnswer* now) {
  if (KindOf(*was, *now) == DiffKind::kOther) return;
  was->values.clear();
  now->values.clear();
}

}  // namespace ringfence
