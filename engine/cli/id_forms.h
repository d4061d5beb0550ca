// Ids that differ only in Unicode normal form: two users to the store, one name to every reader.
// Takes the ids of an import; gives the pairs that are probably one user.
#pragma once

#include <ringfence/store.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::cli {

class IdForms {
 public:
  /// Ids that are plain ASCII cost nothing.
  void Add(std::string_view id);

  /// Pairs of different ids with one normal form: within the import, and between the import and the
  /// users the store knows in composed or decomposed form. To be asked after the import is stored:
  /// an ASCII id of the import is found there (U+212A KELVIN SIGN composes to K).
  std::vector<std::pair<std::string, std::string>> Twins(const Store& store) const;

 private:
  /// By composed form: all ids of the import that have it and are not ASCII.
  std::map<std::string, std::set<std::string>, std::less<>> by_form_;
};

}  // namespace ringfence::cli
