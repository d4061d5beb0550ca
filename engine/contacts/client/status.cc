// status
#include <ringfence/contacts_client.h>
