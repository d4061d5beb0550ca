// email
#include <ringfence/contacts_client.h>
