// `ringfence init`: a new database with a policy in force.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

int Run(Context& context, const Arguments& arguments) {
  auto path = context.DatabasePath();
  if (!path.ok()) return Fail(path.status());
  const std::string name = context.policy().empty() ? "default" : context.policy();
  auto text = ReadPolicyText(name);
  if (!text.ok()) return Fail(text.status());
  // Compiled before the file is made: a bad policy leaves nothing behind.
  auto policy = Policy::Compile(text->text, text->file_name, context.catalog());
  if (!policy.ok()) return Fail(policy.status());
  auto store = context.OpenStore(StoreOptions::Mode::kCreate);
  if (!store.ok()) return Fail(store.status());
  auto in_force = store->PolicyInForce();
  if (in_force.ok()) {
    return Fail(Status(StatusCode::kInvalidArgument,
                       Cat({"is initialised already; policy ",
                            PolicyLabel(in_force->name, in_force->digest), " is in force"})),
                Printable(*path));
  }
  if (in_force.status().code() != StatusCode::kNotFound) return Fail(in_force.status());
  auto record = store->ActivatePolicy(text->text, text->file_name, arguments.Get("note"));
  if (!record.ok()) return Fail(record.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("database").Text(*path).Key("policy").Object();
    json.Key("name").Text(record->name).Key("digest").Text(record->digest);
    json.EndObject().EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({Printable(*path), ": policy ", PolicyLabel(record->name, record->digest),
                           " is in force\n"}));
  }
  return kExitGood;
}

}  // namespace

Command InitCommand() {
  Command command;
  command.name = "init";
  command.brief = "make a database and put a policy in force";
  command.synopsis = "[--policy FILE|NAME] [--note TEXT]";
  command.description =
      "Makes the database named by --db or RINGFENCE_DB and activates the shipped rule set "
      "`default`, or the one of --policy. A database that has a policy in force already is left as "
      "it is.";
  command.options = {{"note", "TEXT", "Kept in the policy's history."}};
  command.examples =
      "ringfence --db world.db init\n"
      "ringfence --db world.db init --policy ./rules.json --note 'first version'";
  command.exits = "0   the database is there and a policy in force";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
