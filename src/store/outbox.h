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

// Attempts at one delivery that are kept: twice the schedule, for one that was sent again.
inline constexpr std::int64_t kMostAttemptsKept = 20;

// What was sent in an attempt, and what the receiver said. Messages name records and hold nothing
// of them, so neither side of it is a patient's.
struct DeliveryAnswer {
  Instant at{};
  std::chrono::milliseconds took{0};
  std::string request_headers;   // "name: value" lines
  std::string response_headers;  // the same; empty where no answer came
  std::string excerpt;           // of the answer's body, valid UTF-8
  // As of the delivery after that attempt: written from there, not from here.
  int status = 0;
  std::string error = {};
};

// Which deliveries of a webhook: the newest of those below `before`.
struct DeliveryFilter {
  WebhookKey webhook = 0;
  std::optional<DeliveryState> state = {};
  std::int64_t before = 0;  // 0: from the newest
  std::uint32_t limit = 50;
};

// How a webhook's queue stands.
struct OutboxTally {
  WebhookKey webhook = 0;
  std::int64_t queued = 0;
  std::int64_t failed = 0;
  std::optional<Instant> oldest;  // change that still waits
};

// What an attempt led to.
struct DeliveryUpdate {
  std::int64_t id = 0;
  DeliveryState state = DeliveryState::kQueued;
  int attempts = 0;
  Instant due{};
  int last_status = 0;
  std::string last_error = {};
  std::optional<DeliveryAnswer> answer = {};  // of the attempt; kept beside those before
};

}  // namespace pons::store
