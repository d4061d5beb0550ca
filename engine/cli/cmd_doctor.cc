// `ringfence doctor` and `ringfence migrate`: the health of a database and its schema's version.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

void PrintFinding(Context& context, const DoctorFinding& finding) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("check").Text(finding.check).Key("detail").Text(finding.detail);
    json.Key("error").Bool(finding.error).EndObject();
    context.out().Print(json.Line());
    return;
  }
  const std::string_view severity = finding.error ? "error" : "warning";
  const Style style = finding.error ? Style::kBad : Style::kMiddling;
  context.out().Print(Cat({context.out().Styled(style, severity), ": ", Printable(finding.check),
                           ": ", Printable(finding.detail), "\n"}));
}

int Purge(Context& context) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  auto purged = store->Purge();
  if (!purged.ok()) return Fail(purged.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("purged").Bool(*purged).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(*purged ? "purged: nothing deleted is left in the files\n"
                                : "not purged: another process keeps an old state open\n");
  }
  return *purged ? kExitGood : kExitNegative;
}

int RunDoctor(Context& context, const Arguments& arguments) {
  if (arguments.Has("purge")) return Purge(context);
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto findings = store->Doctor();
  if (!findings.ok()) return Fail(findings.status());
  bool healthy = true;
  for (const DoctorFinding& finding : *findings) {
    PrintFinding(context, finding);
    healthy = healthy && !finding.error;
  }
  if (healthy && !context.json()) {
    context.out().Say(Cat({Printable(store->path()), ": healthy\n"}));
  }
  return healthy ? kExitGood : kExitNegative;
}

int RunMigrate(Context& context, const Arguments&) {
  auto path = context.DatabasePath();
  if (!path.ok()) return Fail(path.status());
  auto versions = Store::Migrate(*path);
  if (!versions.ok()) return Fail(versions.status());
  const auto [before, after] = *versions;
  if (context.json()) {
    JsonOut json;
    json.Object().Key("before").Signed(before).Key("after").Signed(after).EndObject();
    context.out().Print(json.Line());
  } else if (before == after) {
    context.out().Say(Cat({"schema ", std::to_string(after), ": nothing to do\n"}));
  } else {
    context.out().Say(
        Cat({"schema ", std::to_string(before), " -> ", std::to_string(after), "\n"}));
  }
  return kExitGood;
}

}  // namespace

Command DoctorCommand() {
  Command command;
  command.name = "doctor";
  command.brief = "check a database, or overwrite what was deleted";
  command.synopsis = "[--purge]";
  command.description =
      "Checks the file, its schema, that the two halves of every pair of users agree, that every "
      "stored value is possible and that every stored policy compiles. Prints one finding a line "
      "(with --json one object a line; none: healthy). It writes nothing.";
  command.options = {
      {"purge", "",
       "Instead of checking, overwrite what was deleted: empty the write-ahead log and the free "
       "pages. To be repeated after `user forget` said that the user is not purged yet."}};
  command.examples = "ringfence --db world.db doctor\nringfence --db world.db doctor --purge";
  command.exits =
      "0   healthy (there may be warnings); purged\n"
      "1   errors were found; not purged yet";
  command.run = RunDoctor;
  return command;
}

Command MigrateCommand() {
  Command command;
  command.name = "migrate";
  command.brief = "bring a database to this version's schema";
  command.synopsis = "";
  command.description =
      "Takes the steps from the file's schema to this version's, one transaction each, so that an "
      "interrupted migration is continued by the next. Nothing else ever changes a schema.";
  command.examples = "ringfence --db world.db migrate";
  command.exits = "0   the schema is this version's";
  command.run = RunMigrate;
  return command;
}

}  // namespace ringfence::cli
