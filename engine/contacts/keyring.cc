// keyring: to come.
#include "contacts/keyring.h"
