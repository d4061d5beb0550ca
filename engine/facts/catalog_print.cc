// The canonical catalog: what its digest is taken of.
#include "base/json_writer.h"
#include "facts/catalog_internal.h"

namespace ringfence {
namespace {

void PrintFact(const FactInfo& fact, JsonWriter* json) {
  json->BeginObject();
  json->Key("name").String(fact.name);
  json->Key("entry").String(fact.entry);
  json->Key("kind").Uint(static_cast<uint64_t>(fact.kind));
  json->Key("type").Uint(static_cast<uint64_t>(fact.type));
  json->Key("group").Uint(static_cast<uint64_t>(fact.group));
  json->Key("members").BeginArray();
  for (const std::string& member : fact.members) json->String(member);
  json->EndArray();
  json->Key("lowest").Int(fact.lowest);
  json->Key("highest").Int(fact.highest);
  json->Key("unit").String(fact.unit);
  json->Key("unset").Bool(fact.can_be_unset);
  json->Key("default").Uint(fact.default_code);
  json->Key("absent").Uint(fact.absent_code);
  json->Key("bit").Uint(fact.first_bit);
  json->Key("width").Uint(fact.width_bits);
  json->Key("known_to").Uint(fact.known_to);
  json->Key("changeable_by").Uint(static_cast<uint64_t>(fact.changeable_by));
  json->Key("changeable_to").BeginArray();
  for (FactCode code : fact.changeable_to) json->Uint(code);
  json->EndArray();
  json->Key("probe").Bool(fact.probe);
  json->Key("enumerable").Bool(fact.enumerable);
  json->Key("replay").Bool(fact.replay);
  json->Key("symmetric").Bool(fact.symmetric);
  json->EndObject();
}

}  // namespace

std::string CanonicalCatalog(const ParsedCatalog& catalog) {
  JsonWriter json;
  json.BeginObject();
  json.Key("catalog").Int(catalog.version);
  json.Key("facts").BeginArray();
  for (const FactInfo& fact : catalog.facts) PrintFact(fact, &json);
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

}  // namespace ringfence
