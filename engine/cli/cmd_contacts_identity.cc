// `ringfence contacts verify|unverify|identifiers|suppress|unsuppress|canonical`: who has which
// number or address, and who objects. What is typed here is never printed again, but by canonical.
#include "cli/command.h"
#include "cli/contact_input.h"
#include "cli/json_out.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

const OptionSpec kRegionOption = {
    "region", "CC",
    "The region that national numbers are read with: two capitals, as in DE. Without it a number "
    "needs its country code."};
constexpr std::string_view kDone = "0   done";

Result<OwnIdentifier> IdentifierAt(const Arguments& arguments, size_t index) {
  auto region = RegionOf(arguments);
  if (!region.ok()) return region.status();
  return ReadIdentifier(arguments.At(index), *region);
}

/// Reads the identifier, opens contact sync, writes.
template <class Write>
int WriteIdentifier(Context& context, const Arguments& arguments, size_t index,
                    std::string_view done, const Write& write) {
  auto identifier = IdentifierAt(arguments, index);
  if (!identifier.ok()) return Fail(identifier.status());
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  return SayRevision(context, write(*contacts, identifier->view()), done);
}

int RunVerify(Context& context, const Arguments& arguments) {
  return WriteIdentifier(context, arguments, 1, Cat({Printable(arguments.At(0)), ": verified"}),
                         [&](Contacts& contacts, const CanonicalIdentifier& identifier) {
                           return contacts.AddIdentifier(arguments.At(0), identifier);
                         });
}

int RunUnverify(Context& context, const Arguments& arguments) {
  return WriteIdentifier(context, arguments, 1,
                         Cat({Printable(arguments.At(0)), ": no longer verified"}),
                         [&](Contacts& contacts, const CanonicalIdentifier& identifier) {
                           return contacts.RemoveIdentifier(arguments.At(0), identifier);
                         });
}

int RunSuppress(Context& context, const Arguments& arguments) {
  return WriteIdentifier(context, arguments, 0, "suppressed: it matches in no book",
                         [](Contacts& contacts, const CanonicalIdentifier& identifier) {
                           return contacts.Suppress(identifier);
                         });
}

int RunUnsuppress(Context& context, const Arguments& arguments) {
  return WriteIdentifier(context, arguments, 0, "no longer suppressed",
                         [](Contacts& contacts, const CanonicalIdentifier& identifier) {
                           return contacts.Unsuppress(identifier);
                         });
}

int RunIdentifiers(Context& context, const Arguments& arguments) {
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadOnly);
  if (!contacts.ok()) return Fail(contacts.status());
  auto identifiers = contacts->Identifiers(arguments.At(0));
  if (!identifiers.ok()) return Fail(identifiers.status());
  if (identifiers->empty() && !context.json()) {
    context.out().Print(Cat({Printable(arguments.At(0)), ": no verified identifiers\n"}));
  }
  for (const VerifiedIdentifier& one : *identifiers) {
    if (context.json()) {
      JsonOut json;
      json.Object();
      WriteVerifiedIdentifier(json, one);
      json.EndObject();
      context.out().Print(json.Line());
      continue;
    }
    std::string epochs;
    for (const int64_t epoch : one.epochs) {
      epochs += Cat({epochs.empty() ? "" : ", ", std::to_string(epoch)});
    }
    context.out().Print(
        Cat({Pad(ToString(one.kind), 7), "verified ", TimeText(one.verified_at_s), "  expires ",
             TimeText(one.expires_at_s), "  epochs ", epochs.empty() ? "none" : epochs,
             one.moved_at_s == 0 ? std::string() : Cat({"  taken over ", TimeText(one.moved_at_s)}),
             one.suppressed ? "  suppressed" : "", "\n"}));
  }
  return kExitGood;
}

int RunCanonical(Context& context, const Arguments& arguments) {
  auto identifier = IdentifierAt(arguments, 0);
  if (!identifier.ok()) return Fail(identifier.status());
  const CanonicalIdentifier view = identifier->view();
  if (context.json()) {
    JsonOut json;
    json.Object().Key("kind").Text(ToString(view.kind)).Key("canonical").Text(view.bytes);
    json.EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(Cat({Pad(ToString(view.kind), 7), Printable(view.bytes), "\n"}));
  }
  return kExitGood;
}

Command OfUser(std::string_view name, std::string_view brief, std::string_view description,
               std::string_view examples, int (*run)(Context&, const Arguments&)) {
  Command command;
  command.name = name;
  command.brief = brief;
  command.synopsis = "USER IDENTIFIER [--region CC]";
  command.description = description;
  command.options = {kRegionOption};
  command.examples = examples;
  command.exits = kDone;
  command.least = 2;
  command.most = 2;
  command.run = run;
  return command;
}

Command OfIdentifier(std::string_view name, std::string_view brief, std::string_view description,
                     std::string_view examples, int (*run)(Context&, const Arguments&)) {
  Command command = OfUser(name, brief, description, examples, run);
  command.synopsis = "IDENTIFIER [--region CC]";
  command.least = 1;
  command.most = 1;
  return command;
}

Command IdentifiersCommand() {
  Command command = OfUser(
      "contacts identifiers", "an account's verified identifiers",
      "Lists kind, times and epochs of a user's verified identifiers. One whose epochs are "
      "\"none\" "
      "has outlived them and matches nobody until it is verified again. Their values are not "
      "stored and cannot be shown.",
      "ringfence --db world.db --keys contacts.keys contacts identifiers alice", RunIdentifiers);
  command.synopsis = "USER";
  command.options.clear();
  command.least = 1;
  command.most = 1;
  return command;
}

}  // namespace

void WriteVerifiedIdentifier(JsonOut& json, const VerifiedIdentifier& identifier) {
  json.Key("kind").Text(ToString(identifier.kind));
  json.Key("verified_at").Text(TimeText(identifier.verified_at_s));
  json.Key("expires_at").Text(TimeText(identifier.expires_at_s));
  json.Key("taken_over_at");
  json.TextOrNull(identifier.moved_at_s == 0 ? "" : TimeText(identifier.moved_at_s));
  json.Key("epochs").Array();
  for (const int64_t epoch : identifier.epochs) json.Signed(epoch);
  json.EndArray().Key("suppressed").Bool(identifier.suppressed);
}

std::vector<Command> ContactIdentityCommands() {
  return {
      OfUser("contacts verify", "an account has shown that an identifier is its own",
             "Stores that a number or an e-mail address belongs to a user: as a token, sealed, not "
             "in clear. Callees who have it in their address book can let the user ring. An "
             "identifier that another user had leaves that user, and counts as stale until a "
             "callee syncs again. At most 8, of them 5 telephone numbers; a telephone number must "
             "be verified again after 12 months, an address after 24.\n"
             "\n"
             "IDENTIFIER is a number in any way of writing or an address; \"-\" reads it from "
             "standard input, so that it stands in no shell history.",
             "ringfence --db world.db --keys contacts.keys contacts verify alice +14155550123\n"
             "echo alice@example.com | ringfence --keys contacts.keys contacts verify alice -",
             RunVerify),
      OfUser("contacts unverify", "an account no longer has an identifier",
             "Removes an identifier from a user. Who verifies it next counts as stale until a "
             "callee syncs again.",
             "ringfence --db world.db --keys contacts.keys contacts unverify alice +14155550123",
             RunUnverify),
      IdentifiersCommand(),
      OfIdentifier("contacts suppress", "somebody objects: an identifier never matches",
                   "Stores an objection, of a user or of somebody who is none, as a keyed hash: "
                   "the identifier matches in no book from now on, whoever has it.",
                   "ringfence --db world.db --keys contacts.keys contacts suppress +14155550123",
                   RunSuppress),
      OfIdentifier("contacts unsuppress", "take an objection back",
                   "Removes an objection: the identifier matches again in the books that have it.",
                   "ringfence --db world.db --keys contacts.keys contacts unsuppress +14155550123",
                   RunUnsuppress),
      OfIdentifier("contacts canonical", "what a number or address is read as",
                   "Prints the canonical form (cpn1) of one identifier, or why there is none. "
                   "Needs neither database nor keys.",
                   "ringfence contacts canonical '(415) 555-0123' --region US", RunCanonical)};
}

}  // namespace ringfence::cli
