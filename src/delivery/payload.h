// SPDX-License-Identifier: Apache-2.0
// What a webhook is told: which record changed and how, never what is in it. The app reads the
// record through the API with its own token, so a body that goes astray tells nothing about a
// person.
//
//   {"type":"encounter.created","timestamp":"2026-03-09T04:05:06.789Z",
//    "data":{"resourceType":"Encounter","id":"…","versionId":"1","seq":17,
//            "organization":"…","connection":"…","appLocation":"…"}}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "store/outbox.h"

namespace pons::delivery {

// The type of the message that a person sends to try a webhook.
inline constexpr std::string_view kTestEvent = "webhook.test";

// The body of one delivery. "appLocation" is left out where no location applies.
std::string ChangeBody(const store::DeliveryRow& delivery);

// The body of a test message.
std::string TestBody(const WebhookId& webhook, Instant at);

// "encounter.created", "patient.updated": every event that a webhook can ask for.
std::vector<std::string> KnownEvents();
bool IsKnownEvent(std::string_view event);

}  // namespace pons::delivery
