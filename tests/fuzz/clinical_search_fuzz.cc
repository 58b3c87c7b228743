// SPDX-License-Identifier: Apache-2.0
// Searches for clinical data from outside: any query becomes a search of one patient or an error
// that blames the caller; what was understood is understood again from the link of a page; any id
// is taken for none or for one of a patient.
#include "api/clinical_match.h"
#include "fuzz.h"
#include "net/url.h"
#include "sync/identity_map.h"

namespace {
namespace api = pons::api;
namespace model = pons::model;
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto now = *pons::ParseInstant("2026-03-09T04:05:06Z");
  const auto types = api::LiveTypes();
  const auto& type = types[data[0] % types.size()];
  const auto text = pons::AsText(data + 1, size - 1);
  if (const auto id = pons::sync::ReadClinicalId(text)) {
    PONS_CHECK(!id->patient.empty() && text.starts_with(id->patient));
  }
  const auto fields = pons::net::ParseForm(text);
  if (!fields) return 0;
  constexpr std::string_view kBase = "https://pons.example.org/fhir/R4";
  const bool strict = (data[0] & 0x80) != 0;
  const auto search = api::ParseLiveSearch(type, *fields, kBase, now, strict);
  if (!search) {
    PONS_CHECK(search.error().fault == pons::Fault::kMisconfigured ||
               search.error().fault == pons::Fault::kUnsupported);
    return 0;
  }
  PONS_CHECK(!search->patient.empty() && search->patient.size() <= 64);
  PONS_CHECK(search->count <= 1000);
  const auto again = api::ParseLiveSearch(type, search->used, kBase, now, true);
  PONS_CHECK(again.has_value());
  PONS_CHECK(again->patient == search->patient);
  PONS_CHECK(again->clauses.size() == search->clauses.size());
  PONS_CHECK(api::KindsFor(type, *search).size() <= type.kinds.size());

  model::Observation pressure;
  pressure.category = "vital-signs";
  pressure.code = {"http://loinc.org", "85354-9", "Blood pressure"};
  pressure.effective = "2026-03-01T09:30:00+11:00";
  model::Condition condition;
  condition.code.display = "Asthma";
  condition.onset = "2011-04";
  for (const auto& item :
       {model::ClinicalItem{"1", pressure}, model::ClinicalItem{"2", condition}}) {
    const bool fits = api::Matches(item, *search, now);
    PONS_CHECK(fits || !search->clauses.empty());
  }
  return 0;
}
