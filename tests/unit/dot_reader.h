// Dot text as Graphviz reads it, strictly: what GraphDot writes, read back. Also what the words on
// an edge mean. Takes text; gives statements, or nothing where it is not dot.
#pragma once

#include <ringfence/catalog.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// `name [attributes]`, or `name -> to [attributes]`; a graph's own attribute has the name "graph".
struct DotStatement {
  std::string name;
  std::string to;                                 ///< empty: a node
  std::map<std::string, std::string> attributes;  ///< as a reader sees them: no escapes
};

/// nullopt: not dot, an escape that labels do not have, an entity but &amp;, a control
/// character.
std::optional<std::vector<DotStatement>> ReadDot(std::string_view text);

/// Whether the words of an edge hold for a code: "true or unset", "all but 3, 5", "> 3 min".
/// nullopt: they mean nothing for such a fact.
std::optional<bool> LabelHolds(const Catalog& catalog, const FactInfo& fact, std::string_view label,
                               FactCode code);

}  // namespace ringfence
