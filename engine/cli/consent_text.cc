// How the answer to a caller who asks for consent is printed.
#include "cli/consent_text.h"

#include <string>

#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {

void PrintAskAnswer(Context& context, bool accepted, int64_t retry_after_s) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("accepted").Bool(accepted);
    json.Key("retry_after_s").Signed(retry_after_s).EndObject();
    context.out().Print(json.Line());
    return;
  }
  const std::string next = retry_after_s == 0
                               ? std::string("at once")
                               : Cat({"after ", std::to_string(retry_after_s), " s"});
  context.out().Print(Cat({accepted ? "accepted" : "too soon", "; may ask again ", next, "\n"}));
}

}  // namespace ringfence::cli
