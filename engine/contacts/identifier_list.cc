// identifier_list: to come.
#include "contacts/identifier_list.h"
