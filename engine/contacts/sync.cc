// sync: to come.
#include "contacts/sync.h"
