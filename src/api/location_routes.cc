// SPDX-License-Identifier: Apache-2.0
// PUT /api/locations [{"id","name"}]: an app lists the places that it works at, so that whoever
// grants it something maps a practice's locations to a list and not to words. GET gives it back.
#include "api/app_locations.h"
#include "api/service.h"
#include "json/value.h"

namespace pons::api {
namespace {

void Answer(Service& service, Call& call, const std::vector<store::AppLocation>& locations) {
  call.count = static_cast<std::int64_t>(locations.size());
  auto response = JsonAnswer(200, kJson, json::Write(AppLocationsJson(locations)));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

Result<std::vector<store::AppLocation>> List(Service& service, const Call& call) {
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  return reader->AppLocations(call.session->app->app.key);
}

Result<std::vector<store::AppLocation>> Put(Service& service, const Call& call) {
  auto body = json::Parse(call.request.body, {.max_depth = 4, .max_bytes = 256u << 10});
  if (!body) return MakeError(Fault::kMisconfigured, "The body must be a JSON list.");
  PONS_ASSIGN(const auto locations, ReadAppLocations(*body));
  PONS_TRY(service.deps.store.Write([&](store::Transaction& tx) {
    tx.SaveAppLocations(call.session->app->app.key, locations);
    return Ok();
  }));
  return List(service, call);
}

}  // namespace

void HandleLocations(Service& service, Call&& call) {
  call.operation = "locations";
  call.type = "Location";
  const bool puts = call.request.method == "PUT";
  if (!puts && !RequireMethod(service, call, "GET", "GET, PUT")) return;
  service.LaterOn(service.write_pool, std::make_shared<Call>(std::move(call)),
                  [&service, puts](Call& later) {
                    if (!Authenticate(service, later)) return;
                    const auto locations = puts ? Put(service, later) : List(service, later);
                    if (!locations) return Fail(service, later, locations.error());
                    Answer(service, later, *locations);
                  });
}

}  // namespace pons::api
