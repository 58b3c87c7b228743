// SPDX-License-Identifier: Apache-2.0
// FHIR searches from outside: any query string becomes a search or an error that blames the caller
// and does not repeat what was asked. Dates cover an interval that is not turned round. A search
// that was understood is understood again from the link that a page carries.
#include <string>

#include "api/search_params.h"
#include "fuzz.h"
#include "net/url.h"

namespace {

namespace api = pons::api;
namespace model = pons::model;
namespace net = pons::net;

constexpr model::Stream kStreams[] = {
    model::Stream::kLocations,          model::Stream::kPractitioners,
    model::Stream::kPractitionerRoles,  model::Stream::kPatients,
    model::Stream::kHealthcareServices, model::Stream::kAppointments,
    model::Stream::kEncounters};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto now = *pons::ParseInstant("2026-03-09T04:05:06Z");
  const auto stream = kStreams[data[0] % std::size(kStreams)];
  const auto text = pons::AsText(data + 1, size - 1);

  if (const auto moment = api::ParseMoment(text, now)) PONS_CHECK(moment->low <= moment->high);

  const auto fields = net::ParseForm(text);
  if (!fields) return 0;
  api::SearchContext context;
  context.base_url = "https://pons.example.org/fhir/R4";
  context.now = now;
  context.strict = (data[0] & 0x80) != 0;
  context.services = [](const std::optional<std::string>&, const std::string& code) {
    return code == "1" ? std::vector<pons::store::RefKey>{1} : std::vector<pons::store::RefKey>{};
  };
  const auto parsed = api::ParseSearch(stream, *fields, context);
  if (!parsed) {
    PONS_CHECK(parsed.error().fault == pons::Fault::kMisconfigured ||
               parsed.error().fault == pons::Fault::kUnsupported);
    return 0;
  }
  PONS_CHECK(parsed->query.stream == stream);
  PONS_CHECK(parsed->query.grants.empty());
  PONS_CHECK(parsed->query.limit <= api::kLargestPage);
  PONS_CHECK(parsed->query.clauses.size() <= fields->size());
  const auto again = api::ParseSearch(stream, parsed->used, context);
  PONS_CHECK(again.has_value());
  PONS_CHECK(again->query.clauses.size() == parsed->query.clauses.size());
  PONS_CHECK(again->query.limit == parsed->query.limit);
  return 0;
}
