// SPDX-License-Identifier: Apache-2.0
// Deliveries: what each webhook still has to be told, and what became of what it was told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "store/records.h"

namespace pons::store {

enum class DeliveryState : std::uint8_t { kQueued, kDelivered, kFailed };

struct DeliveryRow {
  std::int64_t id = 0;  // rises; also the order within a record
  WebhookKey webhook = 0;
  std::string event_id;    // the webhook-id header: stable over retries
  std::string event_type;  // "encounter.created"
  LoggedChange change;
  OrganizationId organization;
  ConnectionId connection;
  DeliveryState state = DeliveryState::kQueued;
  int attempts = 0;
  Instant due{};
  int last_status = 0;     // HTTP status of the last attempt; 0: none came
  std::string last_error;  // ours, for a person
  std::optional<Instant> delivered;
};

// What an attempt led to.
struct DeliveryUpdate {
  std::int64_t id = 0;
  DeliveryState state = DeliveryState::kQueued;
  int attempts = 0;
  Instant due{};
  int last_status = 0;
  std::string last_error = {};
};

}  // namespace pons::store
