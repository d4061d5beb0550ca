// `ringfence export`: users or relations in the formats that import takes.
#include "cli/command.h"
#include "cli/import_file.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

std::string UserRow(const Catalog& catalog, const UserInfo& user) {
  std::string row = CsvCell(user.user);
  for (const UserValue& value : user.values) {
    if (!catalog.fact(value.fact).can_be_unset) continue;  // as in UserHeader
    row += ",";
    if (value.code != 0) row += CsvCell(catalog.FormatValue(value.fact, value.code));
  }
  return row + "\n";
}

std::string UserObject(const Catalog& catalog, const UserInfo& user) {
  JsonOut json;
  json.Object().Key("user").Text(user.user).Key("values").Object();
  for (const UserValue& value : user.values) {
    if (value.code != 0) json.Key(value.name).Text(catalog.FormatValue(value.fact, value.code));
  }
  json.EndObject().EndObject();
  return json.Line();
}

/// Columns are the settings and attributes that can be stored, in the catalog's order.
std::string UserHeader(const Catalog& catalog) {
  std::string header = "user";
  for (const FactInfo& fact : catalog.facts()) {
    if (fact.group == Group::kCallee && fact.can_be_unset) header += "," + fact.entry;
  }
  return header + "\n";
}

Status ExportUsers(Context& context, const Store& store) {
  const Catalog& catalog = store.catalog();
  Output& out = context.out();
  if (!context.json()) out.Print(UserHeader(catalog));
  return store.EachUser([&](const UserInfo& user) {
    context.json() ? out.Print(UserObject(catalog, user)) : out.Data(UserRow(catalog, user));
    return !out.failed();
  });
}

Status ExportRelation(Context& context, const Store& store, FactId relation) {
  const FactInfo& fact = store.catalog().fact(relation);
  const bool choice = fact.type != FactType::kBool;
  Output& out = context.out();
  if (!context.json()) out.Print(choice ? "subject\tobject\tvalue\n" : "subject\tobject\n");
  return store.EachRelation([&](const RelationInfo& info) {
    if (info.relation != fact.entry) return true;
    if (context.json()) {
      JsonOut json;
      json.Object().Key("subject").Text(info.subject).Key("object").Text(info.object);
      if (choice) json.Key("value").Text(info.value);
      json.EndObject();
      out.Print(json.Line());
    } else {
      out.Data(Cat({info.subject, "\t", info.object, choice ? "\t" : "",
                    choice ? info.value : std::string_view(), "\n"}));
    }
    return !out.failed();
  });
}

/// What is printed is to be imported elsewhere: with a part missing nobody would know.
Status CheckComplete(const Store& store) {
  auto unknown = store.UnknownEntries();
  if (!unknown.ok() || unknown->empty()) return unknown.status();
  return Status(StatusCode::kSchema,
                Cat({"the database has entries this program does not know ('",
                     Printable(unknown->front()), "'", unknown->size() > 1 ? " and others" : "",
                     "), which would be missing: give its --catalog-extension"}));
}

int Run(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  if (Status complete = CheckComplete(*store); !complete.ok()) return Fail(complete);
  if (arguments.At(0) == "users") return Fail(ExportUsers(context, *store));
  auto relation = store->catalog().FindRelation(arguments.At(0));
  if (!relation.ok()) return Fail(relation.status());
  return Fail(ExportRelation(context, *store, *relation));
}

}  // namespace

Command ExportCommand() {
  Command command;
  command.name = "export";
  command.brief = "print users or relations in the formats of import";
  command.synopsis = "RELATION\nusers";
  command.description =
      "Prints all of one relation (tab-separated, header subject, object) or all users with what "
      "they chose (comma-separated; an empty cell is unset). What is printed can be imported "
      "again. It is one consistent state, whatever is written meanwhile. With --json one object a "
      "line. A database with entries of a catalog extension is exported with that extension only.";
  command.examples =
      "ringfence --db world.db export follows > follows.tsv\n"
      "ringfence --db world.db export users | ringfence --db copy.db import users -";
  command.exits = "0   everything was printed";
  command.least = 1;
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
