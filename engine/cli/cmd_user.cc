// `ringfence user`: what one user chose, what is held about them, and forgetting them.
#include <unistd.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/consent.h"
#include "cli/contact_input.h"
#include "cli/json_out.h"
#include "cli/list_json.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kValueColumns = 12;

/// All of one command in one transaction: "key=value" or, for unset, "key".
int WriteEntries(Context& context, const Arguments& arguments, bool unset) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  const Catalog& catalog = store->catalog();
  auto writes = store->Begin();
  if (!writes.ok()) return Fail(writes.status());
  const std::string_view user = arguments.At(0);
  std::string what = Printable(user) + ":";
  for (size_t i = 1; i < arguments.positional().size(); ++i) {
    const std::string_view pair = arguments.At(i);
    const size_t equals = pair.find('=');
    if (unset != (equals == std::string_view::npos)) {
      return Fail(Status(StatusCode::kInvalidArgument, Cat({"'", Printable(pair), "': expected ",
                                                            unset ? "NAME" : "NAME=VALUE"})));
    }
    auto fact = catalog.FindUserEntry(pair.substr(0, equals));
    if (!fact.ok()) return Fail(fact.status());
    auto code = catalog.ParseValue(*fact, unset ? "unset" : pair.substr(equals + 1));
    if (!code.ok()) return Fail(code.status());
    if (*code == kUnavailableCode) {
      return Fail(Status(StatusCode::kInvalidArgument, "unavailable is no value to store"));
    }
    Status status = writes->SetUser(user, *fact, *code);
    if (!status.ok()) return Fail(status);
    what += Cat({" ", catalog.fact(*fact).entry, "=", catalog.FormatValue(*fact, *code)});
  }
  return SayRevision(context, writes->Commit(), what);
}

int RunSet(Context& context, const Arguments& arguments) {
  return WriteEntries(context, arguments, false);
}
int RunUnset(Context& context, const Arguments& arguments) {
  return WriteEntries(context, arguments, true);
}

/// The policy whose defaults unset settings take: that of --policy, that in force, or `default`.
Result<Policy> PolicyFor(const Context& context, const Store& store) {
  if (!context.policy().empty()) return context.CompilePolicy(context.policy());
  auto record = store.PolicyInForce();
  if (record.ok()) return Policy::Compile(record->text, record->name, store.catalog());
  if (record.status().code() != StatusCode::kNotFound) return record.status();
  return context.CompilePolicy("default");
}

int RunShow(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto user = store->ShowUser(arguments.At(0));
  if (!user.ok()) return Fail(user.status());
  auto policy = PolicyFor(context, *store);
  if (!policy.ok()) return Fail(policy.status());

  const Catalog& catalog = store->catalog();
  JsonOut json;
  json.Object().Key("user").Text(user->user).Key("settings").Array();
  std::string text = Printable(user->user) + "\n";
  size_t name_columns = 0;
  for (const UserValue& value : user->values) {
    name_columns = std::max(name_columns, value.name.size());
  }
  for (const UserValue& value : user->values) {
    if (!catalog.fact(value.fact).can_be_unset) continue;
    const bool chosen = value.code != 0;
    // A stored code counts unset as 0, a default is a value alone.
    const FactCode code = chosen ? value.code : policy->DefaultValue(value.fact) + 1;
    const std::string shown = catalog.FormatValue(value.fact, code);
    const std::string_view source = chosen ? "chosen" : "default";
    text += Cat({"  ", Pad(value.name, name_columns), "  ", Pad(shown, kValueColumns), "  ",
                 chosen ? context.out().Styled(Style::kBold, source) : std::string(source), "\n"});
    json.Object().Key("name").Text(value.name).Key("value").Text(shown);
    json.Key("source").Text(source).EndObject();
  }
  json.EndArray().EndObject();
  context.out().Print(context.json() ? json.Line() : text);
  return kExitGood;
}

/// What contact sync holds: all but what nobody can read, tokens. An export that leaves something
/// out would look complete, hence the error without keys.
Status WriteContacts(Context& context, const Store& store, std::string_view user, JsonOut* json) {
  auto holds = store.HoldsContacts(user);
  if (!holds.ok()) return holds.status();
  if (!*holds) return Status();
  auto contacts = context.OpenContacts(store);
  if (!contacts.ok()) return contacts.status();
  auto book = contacts->BookOf(user);
  if (!book.ok()) return book.status();
  auto identifiers = contacts->Identifiers(user);
  if (!identifiers.ok()) return identifiers.status();
  auto parameters = contacts->Parameters(user);
  if (!parameters.ok()) return parameters.status();
  json->Key("contacts").Object().Key("book");
  if (book->exists) {
    json->Object();
    WriteBook(*json, *book);
    json->EndObject();
  } else {
    json->Null();
  }
  json->Key("identifiers").Array();
  for (const VerifiedIdentifier& identifier : *identifiers) {
    json->Object();
    WriteVerifiedIdentifier(*json, identifier);
    json->EndObject();
  }
  json->EndArray().Key("evaluations_left").Signed(parameters->evaluations_left).EndObject();
  return Status();
}

int RunExport(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto user = store->ShowUser(arguments.At(0));
  if (!user.ok()) return Fail(user.status());
  auto relations = store->Relations(arguments.At(0));
  if (!relations.ok()) return Fail(relations.status());
  JsonOut json(!context.json());
  json.Object().Key("user").Text(user->user).Key("chosen").Object();
  for (const UserValue& value : user->values) {
    if (value.code == 0 || !store->catalog().fact(value.fact).can_be_unset) continue;
    json.Key(value.name).Text(store->catalog().FormatValue(value.fact, value.code));
  }
  json.EndObject().Key("relations").Array();
  for (const RelationInfo& relation : *relations) {
    json.Object().Key("subject").Text(relation.subject).Key("relation").Text(relation.relation);
    json.Key("object").Text(relation.object).Key("value").Text(relation.value).EndObject();
  }
  json.EndArray();
  Status own = WriteOwnTimesAndLists(*store, arguments.At(0), &json);
  if (!own.ok()) return Fail(own);
  Status consent = WriteConsent(*store, arguments.At(0), &json);
  if (!consent.ok()) return Fail(consent);
  Status written = WriteContacts(context, *store, arguments.At(0), &json);
  if (!written.ok()) return Fail(written);
  json.EndObject();
  context.out().Print(json.Line());
  return kExitGood;
}

/// `logged`: the ERASURE entry is in the log, not only in the database.
void SayForgotten(Context& context, std::string_view id, const ForgetReport& report, bool logged) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("user").Text(id).Key("existed").Bool(report.existed);
    json.Key("pairs_removed").Number(report.pairs_removed);
    json.Key("purged").Bool(report.purged);
    if (!report.case_id.empty()) {
      json.Key("case_id").Text(report.case_id).Key("logged").Bool(logged);
    }
    json.EndObject();
    context.out().Print(json.Line());
    return;
  }
  const std::string user = Printable(id);
  if (!report.existed) {
    context.out().Print(Cat({user, ": nothing is held under this id, "}));
  } else {
    context.out().Print(Cat({user, ": forgotten, with relations to ",
                             Count(report.pairs_removed, "user", "users"), ", "}));
  }
  context.out().Print(PurgedText(report.purged));
  if (report.case_id.empty()) return;
  context.out().Print(
      Cat({"case ", report.case_id, ": the ERASURE entry ",
           logged ? "is in the log\n"
                  : "waits in the database for who opens the log, or has it open\n"}));
}

int RunForget(Context& context, const Arguments& arguments) {
  if (isatty(STDIN_FILENO) != 0 && !arguments.Has("yes")) {
    return Fail(Status(StatusCode::kInvalidArgument, Cat({"forgetting ", Printable(arguments.At(0)),
                                                          " cannot be undone: say --yes"})));
  }
  if (context.has_log()) {  // a mistyped log is noticed while nothing is done
    auto reader = context.OpenLogReader();
    if (!reader.ok()) return Fail(reader.status());
  }
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  auto report = store->Forget(arguments.At(0));
  if (!report.ok()) return Fail(report.status());
  Result<bool> logged = false;
  if (context.has_log() && !report->case_id.empty()) logged = context.LogWhatWaits(*store);
  SayForgotten(context, arguments.At(0), *report, logged.ok() && *logged);
  return Fail(logged.status(), "the decision log");
}

constexpr std::string_view kDone = "0   done";

Command SetCommand() {
  Command command;
  command.name = "user set";
  command.brief = "choose settings or give attributes";
  command.synopsis = "USER NAME=VALUE...";
  command.description =
      "Stores what a user chose or what the operator gives them; all of it or nothing. Names are "
      "settings and attributes of the catalog: calls_enabled, allow_followed, verified, ... The "
      "user becomes known.";
  command.examples = "ringfence --db world.db user set bob allow_everyone=true calls_enabled=true";
  command.exits = kDone;
  command.least = 2;
  command.most = kAnyNumber;
  command.run = RunSet;
  return command;
}

Command UnsetCommand() {
  Command command;
  command.name = "user unset";
  command.brief = "take choices back: the policy's defaults apply again";
  command.synopsis = "USER NAME...";
  command.description =
      "Removes what was stored, all of it or nothing. From then on the user follows the policy's "
      "default, also when that changes.";
  command.examples = "ringfence --db world.db user unset bob allow_everyone";
  command.exits = kDone;
  command.least = 2;
  command.most = kAnyNumber;
  command.run = RunUnset;
  return command;
}

Command ShowCommand() {
  Command command;
  command.name = "user show";
  command.brief = "a user's settings, each with its source";
  command.synopsis = "USER [--policy FILE|NAME]";
  command.description =
      "Prints every setting and attribute with its value and whether the value was chosen (stored) "
      "or is the default: that of the policy in force, or of --policy, else the catalog's.";
  command.examples = "ringfence --db world.db user show bob";
  command.exits = kDone;
  command.least = 1;
  command.most = 1;
  command.run = RunShow;
  return command;
}

Command ForgetCommand() {
  Command command;
  command.name = "user forget";
  command.brief = "remove everything held about a user";
  command.synopsis = "USER [--yes]";
  command.description =
      "Removes the user's settings, attributes, every relation they stand in, as callee and as "
      "caller, and everything of contact sync, and says whether the deleted bytes have left the "
      "files too (purged). They cannot "
      "while another process keeps an old state of the database open; `ringfence doctor --purge` "
      "tries again. A forgotten user is unknown from then on.\n"
      "\n"
      "Where a decision log belongs to the database, the seed goes by which it named the user: "
      "nobody can find or open their decisions any more. An ERASURE entry under a random case id "
      "says so in the log. With --log it is written at once; without, or while another process has "
      "the log open, it waits in the database.\n"
      "\n"
      "The command asks no question; on a terminal it wants --yes.";
  command.options = {{"yes", "", "Yes, forget the user."}};
  command.examples = "ringfence --db world.db user forget carol --yes";
  command.exits = "0   nothing is held about the user any more (purged or not: see the output)";
  command.least = 1;
  command.most = 1;
  command.run = RunForget;
  return command;
}

Command ExportCommandOfUser() {
  Command command;
  command.name = "user export";
  command.brief = "everything held about a user, as JSON";
  command.synopsis = "USER";
  command.description =
      "Prints what the database holds about one person: what they chose or were given, every "
      "relation they stand in, on either side, their list and quiet times, others' lists and "
      "groups that name them, consent they gave and were given, knocks that wait for them, and of "
      "contact sync their book, their verified identifiers and what is left of their evaluations "
      "(for these it needs --keys; the entries themselves nobody can read). Earlier calls, which "
      "are times that are forgotten by themselves, are counted for each pair by `attempt show`. "
      "With --json on one line.";
  command.examples = "ringfence --db world.db user export carol > carol.json";
  command.exits = kDone;
  command.least = 1;
  command.most = 1;
  command.run = RunExport;
  return command;
}

}  // namespace

std::vector<Command> UserCommands() {
  return {SetCommand(), UnsetCommand(), ShowCommand(), ForgetCommand(), ExportCommandOfUser()};
}

}  // namespace ringfence::cli
