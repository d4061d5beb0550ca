// The whole way of one condition: tokens, syntax, types, canonical text.
#include "policy/cel.h"

#include <ringfence/limits.h>

#include "policy/cel_check.h"
#include "policy/cel_lexer.h"
#include "policy/cel_parser.h"
#include "policy/say.h"

namespace ringfence {

std::optional<Condition> ParseCondition(const Catalog& catalog, std::string_view text,
                                        const PlaceMapper& places, std::string_view file,
                                        const Document* document, std::vector<DecisionTerm>* terms,
                                        Diagnostics* diagnostics) {
  CelErrors errors(places, file, diagnostics);
  if (text.size() > kMaxConditionBytes) {
    errors.Error(0, 1, Say("the condition has {} bytes", text.size()),
                 Say("at most {} bytes", kMaxConditionBytes));
    return std::nullopt;
  }
  const std::vector<CelToken> tokens = LexCel(text, &errors);
  if (tokens.empty()) return std::nullopt;
  const CelTree tree = ParseCel(tokens, text, &errors);
  if (tree.nodes.empty()) return std::nullopt;
  std::optional<Condition> condition = CheckCel(catalog, tree, document, terms, &errors);
  // An invariant's terms are no facts of the catalog; its text is made with the document.
  if (condition && (terms == nullptr || terms->empty())) {
    condition->text = FormatCondition(catalog, *condition);
  }
  return condition;
}

}  // namespace ringfence
