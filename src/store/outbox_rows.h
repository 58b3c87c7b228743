// SPDX-License-Identifier: Apache-2.0
// Rows of the change log and of the outbox, as the reader's parts share them.
#pragma once

#include <optional>

#include "store/outbox.h"
#include "store/sqlite_db.h"

namespace pons::store {

std::optional<Instant> InstantOrNull(const Use& use, int column);

// From the first column on: seq, grant, stream, record's id, version, kind, at, app location.
LoggedChange ChangeAt(const Use& use);

// Ends after its joins; d is the delivery, c its change, r the record, k the connection.
extern const char kDeliverySelect[];
DeliveryRow DeliveryAt(const Use& use);

}  // namespace pons::store
