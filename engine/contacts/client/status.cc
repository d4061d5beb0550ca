// What each status of the client library says: fixed sentences, so that no input can be in them.
#include <ringfence/contacts_client.h>

extern "C" const char* rf_contact_status_text(rf_contact_status status) {
  switch (status) {
    case RF_CONTACT_OK:
      return "no failure";
    case RF_CONTACT_EMPTY:
      return "nothing but spaces";
    case RF_CONTACT_TOO_LONG:
      return "too long: a number has at most 64 bytes, an address 254, its local part 64";
    case RF_CONTACT_NOT_TEXT:
      return "not UTF-8, or with a NUL";
    case RF_CONTACT_NEEDS_REGION:
      return "a national number, and no region is known";
    case RF_CONTACT_UNKNOWN_REGION:
      return "the region is not a country code of two capitals, as \"DE\", or \"ZZ\"";
    case RF_CONTACT_NOT_A_NUMBER:
      return "no telephone number can be read";
    case RF_CONTACT_NOT_POSSIBLE:
      return "too short or too long for its country, or a short number";
    case RF_CONTACT_EXTENSION:
      return "a number with an extension";
    case RF_CONTACT_LETTERS:
      return "a number with letters";
    case RF_CONTACT_AMBIGUOUS:
      return "a number that reads two ways: write it with '+' and the country's code";
    case RF_CONTACT_NOT_AN_ADDRESS:
      return "not an e-mail address of the form NAME@HOST";
    case RF_CONTACT_BAD_DOMAIN:
      return "what follows the '@' is not the name of a host";
    case RF_CONTACT_BAD_ARGUMENT:
      return "a wrong argument of the calling program";
    case RF_CONTACT_BAD_ELEMENT:
      return "the server sent no valid group element";
    case RF_CONTACT_BAD_PROOF:
      return "the server did not use the key it announced";
    case RF_CONTACT_NO_MEMORY:
      return "no memory";
    case RF_CONTACT_STATUS_COUNT:
      break;
  }
  return "an unknown status";
}
