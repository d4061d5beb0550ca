// batch
#include <ringfence/contacts_client.h>
