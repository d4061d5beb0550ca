// `ringfence list` and `ringfence group`: users' own lists, and the groups they may name.
#include <ringfence/lists.h>

#include "cli/command.h"
#include "cli/lines.h"
#include "cli/list_json.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

Status Bad(std::string message) { return Status(StatusCode::kInvalidArgument, std::move(message)); }

int RunShow(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto entries = Lists(*store).Show(arguments.At(0));
  if (!entries.ok()) return Fail(entries.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("user").Text(arguments.At(0)).Key("list");
    WriteList(*entries, &json);
    json.EndObject();
    context.out().Print(json.Line());
    return kExitGood;
  }
  for (const ListEntry& entry : *entries) {
    context.out().Data(Cat({ToString(entry.action), " ", ListSubject(entry), "\n"}));
  }
  return kExitGood;
}

/// Counted from 1; no option: no value.
Result<std::optional<size_t>> Position(const Arguments& arguments) {
  if (!arguments.Has("at")) return std::optional<size_t>();
  const std::string_view text = arguments.Get("at");
  const std::optional<uint64_t> position = WholeNumber(text);
  if (!position || *position == 0) {
    return Bad(Cat({"--at takes a position from 1, not '", Printable(text), "'"}));
  }
  return std::optional<size_t>(*position - 1);
}

int RunAdd(Context& context, const Arguments& arguments) {
  auto position = Position(arguments);
  if (!position.ok()) return Fail(position.status());
  auto entry = ParseListEntry(arguments.At(1), arguments.At(2));
  if (!entry.ok()) return Fail(entry.status());
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  return SayRevision(context, Lists(*store).Add(arguments.At(0), *entry, *position),
                     Cat({Printable(arguments.At(0)), ": ", ToString(entry->action), " ",
                          Printable(ListSubject(*entry))}));
}

int RunRemove(Context& context, const Arguments& arguments) {
  // Which action the entry has does not matter.
  auto entry = ParseListEntry("never", arguments.At(1));
  if (!entry.ok()) return Fail(entry.status());
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  return SayRevision(
      context, Lists(*store).Remove(arguments.At(0), entry->kind, entry->subject),
      Cat({Printable(arguments.At(0)), ": no longer listed: ", Printable(ListSubject(*entry))}));
}

/// "ACTION SUBJECT" a line, as `list show` prints it.
Result<std::vector<ListEntry>> ReadEntries(const std::string& path) {
  auto lines = LineReader::Open(path);
  if (!lines.ok()) return lines.status();
  std::vector<ListEntry> entries;
  // What a list can hold, and as much again of what says something twice.
  constexpr size_t kMost = 2 * (kMaxListPersons + kMaxListGroups + kMaxListDomains);
  for (;;) {
    const LineReader::Got got = lines->Next();
    if (got == LineReader::Got::kEnd) return entries;
    if (got == LineReader::Got::kFailed) return lines->status();
    const std::string place = Cat({lines->Name(), ":", std::to_string(lines->number()), ": "});
    if (got == LineReader::Got::kTooLong) {
      return Status(StatusCode::kLimit, place + "the line is too long");
    }
    if (lines->line().empty()) continue;
    const size_t space = lines->line().find(' ');
    if (space == std::string_view::npos) {
      return Bad(place + "expected ACTION SUBJECT, \"never person:mallory\"");
    }
    auto entry = ParseListEntry(lines->line().substr(0, space), lines->line().substr(space + 1));
    if (!entry.ok()) return Status(entry.status().code(), place + entry.status().message());
    if (entries.size() == kMost) return Status(StatusCode::kLimit, place + "too many entries");
    entries.push_back(*std::move(entry));
  }
}

int RunReplace(Context& context, const Arguments& arguments) {
  auto entries = ReadEntries(std::string(arguments.At(1)));
  if (!entries.ok()) return Fail(entries.status());
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  return SayRevision(context, Lists(*store).Replace(arguments.At(0), *entries),
                     Cat({Printable(arguments.At(0)), ": a list of ",
                          Count(entries->size(), "entry", "entries")}));
}

std::vector<std::string_view> UsersFrom(const Arguments& arguments) {
  return {arguments.positional().begin() + 1, arguments.positional().end()};
}

int RunGroupAdd(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  const std::vector<std::string_view> users = UsersFrom(arguments);
  return SayRevision(
      context, Lists(*store).AddToGroup(arguments.At(0), users),
      Cat({Printable(arguments.At(0)), ": added ", Count(users.size(), "user", "users")}));
}

int RunGroupRemove(Context& context, const Arguments& arguments) {
  const std::vector<std::string_view> users = UsersFrom(arguments);
  if (users.empty() == !arguments.Has("all")) {
    return Fail(Bad("name the users to remove, or say --all to remove the group"));
  }
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  Lists lists(*store);
  if (users.empty()) {
    return SayRevision(context, lists.RemoveGroup(arguments.At(0)),
                       Cat({Printable(arguments.At(0)), ": the group is removed"}));
  }
  return SayRevision(
      context, lists.RemoveFromGroup(arguments.At(0), users),
      Cat({Printable(arguments.At(0)), ": removed ", Count(users.size(), "user", "users")}));
}

int RunGroupShow(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  const bool all = arguments.positional().empty();
  const Lists lists(*store);
  auto names = all ? lists.Groups() : lists.ShowGroup(arguments.At(0));
  if (!names.ok()) return Fail(names.status());
  if (context.json()) {
    JsonOut json;
    json.Object();
    if (!all) json.Key("group").Text(arguments.At(0));
    json.Key(all ? "groups" : "users").Array();
    for (const std::string& name : *names) json.Text(name);
    json.EndArray().EndObject();
    context.out().Print(json.Line());
    return kExitGood;
  }
  for (const std::string& name : *names) context.out().Data(name + "\n");
  return kExitGood;
}

constexpr std::string_view kDone = "0   done";

constexpr std::string_view kSubjects =
    "SUBJECT is person:ID, group:NAME (see `ringfence group`), domain:NAME, or one of\n"
    "  everyone anonymous unknown followed followers friends favorites contacts\n"
    "  verified bots subscription:none subscription:to subscription:from\n"
    "  subscription:both\n"
    "\n"
    "A domain is a name, '*.' before a name (any name below it) or '*'; it is compared with what "
    "follows the last '@' of the caller's id (of a Matrix id @user:server, the first ':'), "
    "exactly, as ids are: lower and upper case differ.";

}  // namespace

std::vector<Command> ListCommands() {
  static const std::string add_text =
      Cat({"Puts one entry into the user's own list: ACTION is always, never, silent or bypass. "
           "The list is asked from its first entry on, and the first that matches a caller is the "
           "value of callee.list(caller); what comes of it the policy says, whose floor no list "
           "lifts. A subject has one entry: said again, it takes the place of what was said. "
           "Without --at the entry goes before the first one about more (persons, groups, domains, "
           "*. domains, *, predicates, everyone).\n\n",
           kSubjects});
  Command show;
  show.name = "list show";
  show.brief = "a user's own list, in order";
  show.synopsis = "USER";
  show.description =
      "Prints the user's entries, ACTION SUBJECT a line, in the order in which they are asked. "
      "`ringfence list replace` takes what is printed.";
  show.examples = "ringfence --db world.db list show bob";
  show.exits = kDone;
  show.least = show.most = 1;
  show.run = RunShow;

  Command add;
  add.name = "list add";
  add.brief = "say of a person, group, domain or kind of caller who may call";
  add.synopsis = "USER ACTION SUBJECT [--at N]";
  add.description = add_text;
  add.options = {{"at", "N", "The entry's place in the list, from 1."}};
  add.examples =
      "ringfence --db world.db list add bob never person:mallory\n"
      "ringfence --db world.db list add bob always group:family\n"
      "ringfence --db world.db list add bob never 'domain:*.spam.example'\n"
      "ringfence --db world.db list add bob silent unknown";
  add.exits = kDone;
  add.least = add.most = 3;
  add.run = RunAdd;

  Command remove;
  remove.name = "list remove";
  remove.brief = "take an entry back";
  remove.synopsis = "USER SUBJECT";
  remove.description = "Removes the entry about that subject, whatever its action.";
  remove.examples = "ringfence --db world.db list remove bob person:mallory";
  remove.exits = kDone;
  remove.least = remove.most = 2;
  remove.run = RunRemove;

  Command replace;
  replace.name = "list replace";
  replace.brief = "set a user's whole list from a file, all or nothing";
  replace.synopsis = "USER FILE";
  replace.description =
      "Reads ACTION SUBJECT a line, as `ringfence list show` prints it, and makes that the list; "
      "an "
      "empty file removes it. FILE - is standard input. Of several entries about one subject the "
      "first stays, which alone could match. At most 1,000 persons, 20 groups and 100 domains.";
  replace.examples =
      "ringfence --db world.db list show bob | ringfence --db copy.db list replace bob -";
  replace.exits = kDone;
  replace.least = replace.most = 2;
  replace.run = RunReplace;
  return {show, add, remove, replace};
}

std::vector<Command> GroupCommands() {
  Command show;
  show.name = "group show";
  show.brief = "a group's members, or all groups";
  show.synopsis = "[GROUP]";
  show.description = "Prints the members of one group, or the names of all, one a line.";
  show.examples = "ringfence --db world.db group show family";
  show.exits = kDone;
  show.most = 1;
  show.run = RunGroupShow;

  Command add;
  add.name = "group add";
  add.brief = "put users into a group that lists may name";
  add.synopsis = "GROUP USER...";
  add.description =
      "Makes the users members, all or nothing, and the group if there is none. Groups are the "
      "operator's: a department, a chat, a roster group. A user's list names one as group:NAME.";
  add.examples = "ringfence --db world.db group add family alice carol";
  add.exits = kDone;
  add.least = 2;
  add.most = kAnyNumber;
  add.run = RunGroupAdd;

  Command remove;
  remove.name = "group remove";
  remove.brief = "take users out of a group, or remove it";
  remove.synopsis = "GROUP USER...\nGROUP --all";
  remove.description =
      "Ends the membership of the users, all or nothing; with --all removes the group. Entries of "
      "lists about it stay, and match nobody until a group of that name is made again.";
  remove.options = {{"all", "", "Remove the group and all memberships."}};
  remove.examples = "ringfence --db world.db group remove family carol";
  remove.exits = kDone;
  remove.least = 1;
  remove.most = kAnyNumber;
  remove.run = RunGroupRemove;
  return {show, add, remove};
}

}  // namespace ringfence::cli
