// `ringfence policy`: which policy is in force, which were, and changing it.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kNumberColumns = 6;
constexpr size_t kNameColumns = 20;

std::string RecordObject(const PolicyRecord& record, bool with_text) {
  JsonOut json;
  json.Object().Key("number").Signed(record.number).Key("name").Text(record.name);
  json.Key("digest").Text(record.digest).Key("note").Text(record.note);
  json.Key("activated_at").Text(TimeText(record.activated_at_s));
  json.Key("in_force").Bool(record.in_force);
  if (with_text) json.Key("text").Text(record.text);
  json.EndObject();
  return json.Line();
}

int SayInForce(Context& context, const Result<PolicyRecord>& record) {
  if (!record.ok()) return Fail(record.status());
  if (context.json()) {
    context.out().Print(RecordObject(*record, false));
  } else {
    context.out().Say(
        Cat({"policy ", PolicyLabel(record->name, record->digest), " is in force\n"}));
  }
  return kExitGood;
}

int RunActivate(Context& context, const Arguments& arguments) {
  auto text = ReadPolicyText(arguments.At(0));
  if (!text.ok()) return Fail(text.status());
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  return SayInForce(context,
                    store->ActivatePolicy(text->text, text->file_name, arguments.Get("note")));
}

int RunRollback(Context& context, const Arguments&) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  return SayInForce(context, store->RollbackPolicy());
}

/// The record that `policy show [NUMBER]` means.
Result<PolicyRecord> FindRecord(const Store& store, std::string_view number) {
  if (number.empty()) return store.PolicyInForce();
  auto history = store.PolicyHistory();
  if (!history.ok()) return history.status();
  for (PolicyRecord& record : *history) {
    if (std::to_string(record.number) == number) return std::move(record);
  }
  return Status(StatusCode::kNotFound,
                Cat({"no policy has number '", Printable(number), "'; see `policy history`"}));
}

int RunShow(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto record = FindRecord(*store, arguments.At(0));
  if (!record.ok()) return Fail(record.status());
  if (context.json()) {
    context.out().Print(RecordObject(*record, true));
    return kExitGood;
  }
  // Policies may have comments: the output can be edited and activated as it is.
  context.out().Say(
      Cat({"// ", Printable(record->name), ", number ", std::to_string(record->number), ", ",
           record->in_force ? "in force since " : "was activated ",
           TimeText(record->activated_at_s), "\n// ", record->digest, "\n"}));
  if (!record->note.empty()) context.out().Say(Cat({"// ", Printable(record->note), "\n"}));
  context.out().Print(PrintableJson(record->text));
  if (!record->text.ends_with('\n')) context.out().Print("\n");
  return kExitGood;
}

int RunHistory(Context& context, const Arguments&) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto history = store->PolicyHistory();
  if (!history.ok()) return Fail(history.status());
  for (const PolicyRecord& record : *history) {
    if (context.json()) {
      context.out().Print(RecordObject(record, false));
      continue;
    }
    const std::string line = Cat(
        {record.in_force ? "* " : "  ", Pad(std::to_string(record.number), kNumberColumns),
         TimeText(record.activated_at_s), "  ",
         Pad(PolicyLabel(record.name, record.digest), kNameColumns), "  ", Printable(record.note)});
    const std::string_view trimmed(line.data(), line.find_last_not_of(' ') + 1);
    context.out().Print(
        (record.in_force ? context.out().Styled(Style::kBold, trimmed) : std::string(trimmed)) +
        "\n");
  }
  return kExitGood;
}

Command Activate() {
  Command command;
  command.name = "policy activate";
  command.brief = "put a policy in force";
  command.synopsis = "FILE|NAME [--note TEXT]";
  command.description =
      "Compiles a policy (a file, if the argument contains a slash or ends in .json, else a "
      "shipped rule set) and puts it in force. Every process that uses the database takes it at "
      "its next decision. A policy that does not compile changes nothing.";
  command.options = {{"note", "TEXT", "Why: kept in the history."}};
  command.examples =
      "ringfence --db world.db policy activate x-2023 --note 'roll-out'\n"
      "ringfence --db world.db policy activate ./rules.json";
  command.exits = "0   the policy is in force";
  command.least = 1;
  command.most = 1;
  command.run = RunActivate;
  return command;
}

Command Show() {
  Command command;
  command.name = "policy show";
  command.brief = "print the policy in force, or an earlier one";
  command.synopsis = "[NUMBER]";
  command.description =
      "Prints the text of the policy in force, or of the one with that number in the history, "
      "after comment lines that say which it is (not with --quiet). The output is a policy file.";
  command.examples =
      "ringfence --db world.db policy show > rules.json\n"
      "ringfence --db world.db policy show 3";
  command.exits = "0   done";
  command.most = 1;
  command.run = RunShow;
  return command;
}

Command History() {
  Command command;
  command.name = "policy history";
  command.brief = "every policy that was in force, newest first";
  command.synopsis = "";
  command.description =
      "Prints number, time, name, digest and note of every activation; `*` marks the one in force.";
  command.examples = "ringfence --db world.db policy history";
  command.exits = "0   done";
  command.run = RunHistory;
  return command;
}

Command Rollback() {
  Command command;
  command.name = "policy rollback";
  command.brief = "put the policy before this one in force again";
  command.synopsis = "";
  command.description =
      "Activates again what was in force before the policy now in force. It is a new entry of the "
      "history; nothing is removed.";
  command.examples = "ringfence --db world.db policy rollback";
  command.exits = "0   the earlier policy is in force";
  command.run = RunRollback;
  return command;
}

}  // namespace

std::vector<Command> PolicyCommands() { return {Activate(), Show(), History(), Rollback()}; }

}  // namespace ringfence::cli
