// `ringfence catalog ...`: the vocabulary of facts, and extensions of it.
#include <ringfence/catalog.h>
#include <ringfence/limits.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kKindColumns = 9;
constexpr size_t kShortDigest = 8;

// First bits of a frame's blocks (schema/README.md): places are printed as files have them, counted
// from the begin of the list's block.
constexpr unsigned kPairBit = 320, kCallBit = 384, kDerivedBit = 448;

struct Place {
  std::string_view list;
  unsigned bit;
};

Place PlaceOf(const FactInfo& fact) {
  switch (fact.group) {
    case Group::kCallee:
      return {"user", fact.first_bit};
    case Group::kPair:
      return {"relations", fact.first_bit - kPairBit};
    case Group::kCall:
      return {"call", fact.first_bit - kCallBit};
    default:
      return {"derived", fact.first_bit - kDerivedBit};
  }
}

/// One of the two facts an entry stands for.
bool IsFirstSide(const FactInfo& fact) {
  if (fact.group == Group::kCaller) return false;
  return fact.group != Group::kPair || fact.name.starts_with("callee.");
}

std::string_view KindName(const FactInfo& fact) {
  switch (fact.kind) {
    case FactKind::kSetting:
      return "setting";
    case FactKind::kAttribute:
      return "attribute";
    case FactKind::kRelation:
      return fact.symmetric ? "symmetric" : fact.type == FactType::kEnum ? "choice" : "flag";
    case FactKind::kCall:
      return "call";
    case FactKind::kDerived:
      break;
  }
  return "derived";
}

std::string_view TypeName(FactType type) {
  return type == FactType::kBool ? "bool" : type == FactType::kEnum ? "enum" : "int";
}

/// "none, silver, gold", "0 to 100 d", "true or false"
std::string ValuesText(const FactInfo& fact) {
  if (fact.type == FactType::kBool) return "true or false";
  if (fact.type == FactType::kInt) {
    return Cat({std::to_string(fact.lowest), " to ", std::to_string(fact.highest),
                fact.unit.empty() ? "" : " ", fact.unit});
  }
  std::string text;
  for (const std::string& member : fact.members) text += Cat({text.empty() ? "" : ", ", member});
  return text;
}

/// A code that is never unset, as its text.
std::string PlainText(const Catalog& catalog, const FactInfo& fact, FactCode code) {
  return catalog.FormatValue(fact.id, fact.can_be_unset ? code + 1 : code);
}

std::vector<FactInfo> Chosen(const Catalog& catalog, bool extension_only) {
  std::vector<FactInfo> chosen;
  const size_t first = extension_only ? catalog.base_size() : 0;
  for (const FactInfo& fact : catalog.facts().subspan(first)) {
    if (IsFirstSide(fact)) chosen.push_back(fact);
  }
  return chosen;
}

void WriteExtension(JsonOut& json, const Catalog& catalog) {
  json.Key("extension");
  if (catalog.extension().empty()) {
    json.Null();
    return;
  }
  json.Object().Key("name").Text(catalog.extension());
  json.Key("version").Number(static_cast<uint64_t>(catalog.extension_version())).EndObject();
}

void WriteFact(JsonOut& json, const Catalog& catalog, const FactInfo& fact) {
  const Place place = PlaceOf(fact);
  json.Object().Key("name").Text(fact.name).Key("entry").Text(fact.entry);
  json.Key("kind").Text(KindName(fact)).Key("type").Text(TypeName(fact.type));
  json.Key("members").Array();
  for (const std::string& member : fact.members) json.Text(member);
  json.EndArray();
  if (fact.type == FactType::kInt) {
    json.Key("range").Array().Signed(fact.lowest).Signed(fact.highest).EndArray();
    json.Key("unit").Text(fact.unit);
  }
  json.Key("default");
  fact.can_be_unset ? json.Text(PlainText(catalog, fact, fact.default_code)) : json.Null();
  json.Key("absent").Text(PlainText(catalog, fact, fact.absent_code));
  json.Key("list")
      .Text(place.list)
      .Key("bit")
      .Number(place.bit)
      .Key("bits")
      .Number(fact.width_bits);
  json.Key("extension").Bool(fact.id >= catalog.base_size());
  json.Key("doc").Text(fact.doc).EndObject();
}

/// Those of an extension have names that begin with x_.
std::vector<CatalogConstraint> ChosenConstraints(const Catalog& catalog, bool extension_only) {
  std::vector<CatalogConstraint> chosen;
  for (const CatalogConstraint& constraint : catalog.constraints()) {
    if (!extension_only || constraint.id.starts_with("x_")) chosen.push_back(constraint);
  }
  return chosen;
}

std::string CatalogObject(const Catalog& catalog, bool extension_only) {
  JsonOut json;
  json.Object().Key("catalog").Number(static_cast<uint64_t>(catalog.version()));
  json.Key("digest").Text(catalog.digest_hex());
  WriteExtension(json, catalog);
  json.Key("facts").Array();
  for (const FactInfo& fact : Chosen(catalog, extension_only)) WriteFact(json, catalog, fact);
  json.EndArray().Key("constraints").Array();
  for (const CatalogConstraint& constraint : ChosenConstraints(catalog, extension_only)) {
    json.Object().Key("id").Text(constraint.id).Key("that").Text(constraint.that);
    json.Key("doc").Text(constraint.doc).EndObject();
  }
  json.EndArray().Key("room").Array();
  for (const Catalog::Room& room : catalog.ExtensionRoom()) {
    json.Object().Key("list").Text(room.list).Key("first").Number(room.first);
    json.Key("last").Number(room.last).EndObject();
  }
  json.EndArray().EndObject();
  return json.Line();
}

std::string HeadText(const Catalog& catalog) {
  std::string text = Cat({"catalog ", std::to_string(catalog.version()), " ",
                          catalog.digest_hex().substr(0, kShortDigest), ", ",
                          Count(catalog.size(), "fact", "facts"), "\n"});
  if (catalog.extension().empty()) return text + "no extension\n";
  const size_t own = catalog.size() - catalog.base_size();
  return text + Cat({"extension ", Printable(catalog.extension()), " version ",
                     std::to_string(catalog.extension_version()), ", ", Count(own, "fact", "facts"),
                     " of them\n"});
}

std::string FactsText(const Catalog& catalog, const std::vector<FactInfo>& facts) {
  size_t columns = 0;
  for (const FactInfo& fact : facts) columns = std::max(columns, fact.name.size());
  std::string text;
  for (const FactInfo& fact : facts) {
    const std::string usual =
        fact.can_be_unset
            ? Cat({"; ", PlainText(catalog, fact, fact.default_code), " where nobody chose"})
            : std::string();
    text += Cat({Pad(fact.name, columns), "  ", Pad(KindName(fact), kKindColumns), "  ",
                 ValuesText(fact), usual, "\n"});
  }
  return text;
}

std::string ConstraintsText(const Catalog& catalog, bool extension_only) {
  std::string text;
  for (const CatalogConstraint& constraint : ChosenConstraints(catalog, extension_only)) {
    if (text.empty()) text = "always:\n";
    text += Cat({"  ", Printable(constraint.that), "\n"});
  }
  return text;
}

std::string RoomText(const Catalog& catalog) {
  std::string text = "room for extensions:";
  std::string_view list;
  for (const Catalog::Room& room : catalog.ExtensionRoom()) {
    text += room.list == list ? ", " : Cat({"\n  ", Pad(room.list, kKindColumns), "  bits "});
    list = room.list;
    text += Cat({std::to_string(room.first), " to ", std::to_string(room.last)});
  }
  return text + (list.empty() ? " none\n" : "\n");
}

int RunShow(Context& context, const Arguments& arguments) {
  const Catalog& catalog = context.catalog();
  const bool extension_only = arguments.Has("extension");
  if (context.json()) {
    context.out().Print(CatalogObject(catalog, extension_only));
  } else {
    context.out().Print(HeadText(catalog) + FactsText(catalog, Chosen(catalog, extension_only)) +
                        ConstraintsText(catalog, extension_only) + RoomText(catalog));
  }
  return kExitGood;
}

Status CheckOld(const std::string& old_file, std::string_view text, const std::string& file) {
  auto old = ReadFile(old_file, kMaxJsonBytes);
  if (!old.ok()) return old.status();
  return Catalog::CheckNextVersion(Catalog::Standard(), {*old, old_file}, {text, file});
}

int RunCheck(Context& context, const Arguments& arguments) {
  const std::string file(arguments.At(0));
  auto text = ReadFile(file, kMaxJsonBytes);
  if (!text.ok()) return Fail(text.status());
  auto catalog = Catalog::Extend(Catalog::Standard(), *text, file);
  if (!catalog.ok()) return Fail(catalog.status());
  if (Status conditions = CheckConstraints(*catalog); !conditions.ok()) return Fail(conditions);
  if (arguments.Has("old")) {
    Status kept = CheckOld(std::string(arguments.Get("old")), *text, file);
    if (!kept.ok()) return Fail(kept);
  }
  if (context.json()) {
    context.out().Print(CatalogObject(*catalog, true));
  } else {
    context.out().Say(HeadText(*catalog) + ConstraintsText(*catalog, true) + RoomText(*catalog));
  }
  return kExitGood;
}

}  // namespace

std::vector<Command> CatalogCommands() {
  Command show;
  show.name = "catalog show";
  show.brief = "list the facts that policies can test";
  show.synopsis = "[--extension]";
  show.description =
      "Lists every entry of the catalog: a fact of the callee stands for the caller's too, a "
      "relation for its other direction. With --catalog-extension the entries of that file stand "
      "at the end. Then come the constraints: what holds in every situation, so that questions "
      "about whole policies leave the rest out. The last lines are the bits in which an extension "
      "can still put something, "
      "counted from the begin of each list's block.\n"
      "\n"
      "With --json one object: catalog, digest, extension {name, version} or null, facts (name, "
      "entry, kind, type, members, range, unit, default, absent, list, bit, bits, extension, "
      "doc), constraints (id, that, doc) and room (list, first, last).";
  show.options = {{"extension", "", "Only the extension's entries."}};
  show.examples =
      "ringfence catalog show\n"
      "ringfence --catalog-extension acme.json catalog show --extension --json";
  show.exits = "0   done";
  show.run = RunShow;

  Command check;
  check.name = "catalog check";
  check.brief = "check a catalog extension, and that it keeps an older one";
  check.synopsis = "FILE [--old FILE]";
  check.description =
      "Reads a catalog extension and reports everything that is wrong with it, each error with its "
      "place. With --old it also has to keep what that older version of it promised, because "
      "databases and logs were written with it: every entry in its order, with its name, kind, "
      "type, members and bits. New entries stand behind the old ones, new members behind the old "
      "members, and the version grows.";
  check.options = {{"old", "FILE", "The version that is in use."}};
  check.examples =
      "ringfence catalog check acme.json\n"
      "ringfence catalog check acme.json --old acme-1.json";
  check.exits = "0   the extension can be used";
  check.least = 1;
  check.most = 1;
  check.run = RunCheck;
  return {show, check};
}

}  // namespace ringfence::cli
