// Whether the bytes of a row are what its kind says, for who examines a store.
#include "derived/whole.h"

#include "derived/consent.h"
#include "derived/list_rows.h"
#include "derived/quiet_rows.h"
#include "derived/schedule.h"

namespace ringfence {

bool IsWholeRow(RowKind kind, std::span<const uint8_t> bytes) {
  switch (kind) {
    case RowKind::kListPerson: {
      PersonItem item;
      return UnpackPerson(bytes, &item);
    }
    case RowKind::kListOther: {
      OtherItems items(bytes);
      OtherItem item;
      while (items.Next(&item)) {
      }
      return !items.damaged();
    }
    case RowKind::kQuiet: {
      QuietRow row;
      return UnpackQuiet(bytes, &row);
    }
    case RowKind::kSchedule: {
      ScheduleView view;
      return ViewSchedule(bytes, &view);
    }
    default:
      return IsWholeConsent(kind, bytes);
  }
}

}  // namespace ringfence
