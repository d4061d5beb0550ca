// quota: to come.
#include "contacts/quota.h"
