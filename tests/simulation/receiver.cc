// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/receiver.h"

#include <charconv>

#include "json/value.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/world.h"

namespace pons::simulation {
namespace {

Told Parse(const net::HttpRequest& request) {
  Told told;
  told.app = request.url.substr(request.url.rfind('/') + 1);
  told.event_id = std::string(net::FindHeader(request.headers, "webhook-id"));
  const auto body = json::Parse(request.body);
  Hold(body.has_value(), "delivery: the body is no JSON");
  const auto* data = body->Find("data");
  Hold(data != nullptr, "delivery: the body has no data");
  told.type = body->Text("type");
  told.record = data->Text("id");
  const auto version = data->Text("versionId");
  std::from_chars(version.data(), version.data() + version.size(), told.version);
  told.seq = data->Integer("seq").value_or(0);
  Hold(!told.event_id.empty() && !told.record.empty() && told.version > 0 && told.seq > 0,
       "delivery: the body lacks what it should say");
  return told;
}

}  // namespace

Result<net::HttpResponse> Receiver::Send(const net::HttpRequest& request,
                                         const CancelToken& cancel) {
  auto told = Parse(request);
  if (request.body.find(kCanary) != std::string::npos) canaries_.insert(told.event_id);
  told.again = known_.contains(told.event_id);
  if (listener_) listener_(told);
  net::HttpResponse response;
  response.status = 200;
  if (trouble_ > 0 && dice_.OneIn(trouble_)) {
    switch (dice_.Below(4)) {
      case 0:
        return MakeError(Fault::kUnavailable, "the receiver cannot be reached");
      case 1:
        clock_.SleepUntil(clock_.Now() + request.timeout, cancel);
        return MakeError(Fault::kUnavailable, "the receiver says nothing");
      case 2:
        response.status = 500;
        return response;
      default: {
        // Received, and the answer lost.
        if (known_.insert(told.event_id).second) acknowledged_.push_back(told);
        auto error = MakeError(Fault::kUnavailable, "the answer was lost");
        error.effect = Effect::kUnknown;
        return error;
      }
    }
  }
  if (known_.insert(told.event_id).second) acknowledged_.push_back(told);
  return response;
}

}  // namespace pons::simulation
