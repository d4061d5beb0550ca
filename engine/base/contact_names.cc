// Names of the enumerations of <ringfence/contacts.h>. At the bottom, so that every folder and a
// library built without contact sync have them.
#include <ringfence/contacts.h>

#include <array>

namespace ringfence {

std::string_view ToString(IdentifierKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"none", "tel", "email", "handle"};
  const auto index = static_cast<size_t>(kind);
  return kNames[index < kNames.size() ? index : 0];
}

std::string_view ToString(EpochState state) {
  constexpr std::array<std::string_view, 4> kNames = {"next", "current", "previous", "retired"};
  return kNames[static_cast<size_t>(state)];
}

}  // namespace ringfence
