// phone
#include <ringfence/contacts_client.h>
