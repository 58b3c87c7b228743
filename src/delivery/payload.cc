// SPDX-License-Identifier: Apache-2.0
#include "delivery/payload.h"

#include <algorithm>

#include "base/text.h"
#include "json/writer.h"
#include "model/records.h"

namespace pons::delivery {

std::string ChangeBody(const store::DeliveryRow& delivery) {
  const auto& change = delivery.change;
  std::string out;
  out.reserve(320);
  json::Writer w(out);
  w.BeginObject();
  w.Member("type", delivery.event_type);
  w.Member("timestamp", FormatInstant(change.at));
  w.Key("data");
  w.BeginObject();
  w.Member("resourceType", model::ResourceTypeOf(change.stream));
  w.Member("id", change.id.value);
  w.Member("versionId", std::to_string(change.version));
  w.Member("seq", change.seq);
  w.Member("organization", delivery.organization.value);
  w.Member("connection", delivery.connection.value);
  w.MemberIfAny("appLocation", change.app_location);
  w.EndObject();
  w.EndObject();
  return out;
}

std::string TestBody(const WebhookId& webhook, Instant at) {
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Member("type", kTestEvent);
  w.Member("timestamp", FormatInstant(at));
  w.Key("data");
  w.BeginObject();
  w.Member("webhook", webhook.value);
  w.EndObject();
  w.EndObject();
  return out;
}

std::vector<std::string> KnownEvents() {
  std::vector<std::string> events;
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    const auto type = AsciiLower(model::ResourceTypeOf(static_cast<model::Stream>(i)));
    for (const auto kind :
         {store::ChangeKind::kCreated, store::ChangeKind::kUpdated, store::ChangeKind::kDeleted}) {
      events.push_back(type + "." + std::string(store::ChangeKindName(kind)));
    }
  }
  return events;
}

bool IsKnownEvent(std::string_view event) {
  const auto events = KnownEvents();
  return std::ranges::find(events, event) != events.end();
}

}  // namespace pons::delivery
