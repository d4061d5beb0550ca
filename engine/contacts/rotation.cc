// rotation: to come.
#include "contacts/rotation.h"
