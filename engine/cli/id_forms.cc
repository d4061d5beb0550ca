// Ids that differ only in Unicode normal form.
#include "cli/id_forms.h"

#include "cli/text.h"

namespace ringfence::cli {

void IdForms::Add(std::string_view id) {
  if (!IsAscii(id)) by_form_[ComposedForm(id)].emplace(id);
}

std::vector<std::pair<std::string, std::string>> IdForms::Twins(const Store& store) const {
  std::vector<std::pair<std::string, std::string>> twins;
  for (const auto& [form, ids] : by_form_) {
    for (auto id = std::next(ids.begin()); id != ids.end(); ++id) {
      twins.emplace_back(*ids.begin(), *id);
    }
    for (const std::string& other : std::set<std::string>{form, DecomposedForm(form)}) {
      if (ids.contains(other) || !store.ShowUser(other).ok()) continue;
      twins.emplace_back(*ids.begin(), other);
    }
  }
  return twins;
}

}  // namespace ringfence::cli
