// `ringfence relate`, `unrelate`, `relations`: who stands how to whom.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

int RunRelate(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  const bool has_value = arguments.positional().size() > 3;
  const std::string_view value = has_value ? arguments.At(3) : std::string_view("true");
  auto revision = store->Relate(arguments.At(0), arguments.At(1), arguments.At(2), value);
  return SayRevision(context, revision,
                     Cat({Printable(arguments.At(0)), " ", Printable(arguments.At(1)), " ",
                          Printable(arguments.At(2)), has_value ? " " : "",
                          has_value ? Printable(value) : std::string()}));
}

int RunUnrelate(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  auto revision = store->Unrelate(arguments.At(0), arguments.At(1), arguments.At(2));
  return SayRevision(context, revision,
                     Cat({"no longer: ", Printable(arguments.At(0)), " ",
                          Printable(arguments.At(1)), " ", Printable(arguments.At(2))}));
}

int RunRelations(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto known = store->ShowUser(arguments.At(0));
  if (!known.ok()) return Fail(known.status());
  auto relations = store->Relations(arguments.At(0));
  if (!relations.ok()) return Fail(relations.status());
  for (const RelationInfo& relation : *relations) {
    if (context.json()) {
      JsonOut json;
      json.Object().Key("subject").Text(relation.subject).Key("relation").Text(relation.relation);
      json.Key("object").Text(relation.object).Key("value").Text(relation.value).EndObject();
      context.out().Print(json.Line());
      continue;
    }
    const bool flag = relation.value == "true";
    context.out().Print(
        Cat({Printable(relation.subject), " ", relation.relation, " ", Printable(relation.object),
             flag ? "" : " ", flag ? std::string_view() : relation.value, "\n"}));
  }
  return kExitGood;
}

}  // namespace

std::vector<Command> RelationCommands() {
  Command relate;
  relate.name = "relate";
  relate.brief = "store that one user follows, blocks, ... another";
  relate.synopsis = "SUBJECT RELATION OBJECT [VALUE]";
  relate.description =
      "Stores `SUBJECT RELATION OBJECT`: bob follows alice, bob blocks mallory. Both users become "
      "known. VALUE is for relations with a choice. When the command returns, the relation is on "
      "disk, and every process decides by it from its next read on.";
  relate.examples =
      "ringfence --db world.db relate bob follows alice\n"
      "ringfence --db world.db relate bob blocks mallory";
  relate.exits = "0   done";
  relate.least = 3;
  relate.most = 4;
  relate.run = RunRelate;

  Command unrelate = relate;
  unrelate.name = "unrelate";
  unrelate.brief = "store that a relation ended";
  unrelate.synopsis = "SUBJECT RELATION OBJECT";
  unrelate.description = "Removes `SUBJECT RELATION OBJECT`, if it is stored.";
  unrelate.examples = "ringfence --db world.db unrelate bob follows alice";
  unrelate.most = 3;
  unrelate.run = RunUnrelate;

  Command relations;
  relations.name = "relations";
  relations.brief = "the relations a user stands in, on either side";
  relations.synopsis = "USER";
  relations.description = "Prints one relation a line: subject, relation, object.";
  relations.examples = "ringfence --db world.db relations bob";
  relations.exits = "0   done";
  relations.least = 1;
  relations.most = 1;
  relations.run = RunRelations;
  return {relate, unrelate, relations};
}

}  // namespace ringfence::cli
