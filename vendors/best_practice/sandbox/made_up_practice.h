// SPDX-License-Identifier: Apache-2.0
// A believable Australian practice that nobody knows: locations, practitioners, appointment types,
// patients with families and past history, and a diary around today. The same options always give
// the same practice, on every machine; only the options decide.
//
// Names come from the communities that a city practice sees; postcodes and area codes belong to
// their suburbs; Medicare, IHI, HPI-I, HPI-O and provider numbers pass their checks; mobile numbers
// are of the range kept for fiction and e-mail addresses of domains that reach nobody. Nobody in it
// exists: a number that passes its check may still have been issued, so none of it may be sent to a
// government service.
//
// Streams: patients and appointments are told one by one, and what is remembered is an id and a
// weight per patient. Threads: any; nothing is shared.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "sandboxkit/clinic.h"

namespace pons::best_practice::sandbox {

struct MadeUpOptions {
  std::int64_t patients = 2000;
  std::int64_t appointments = 4000;
  std::uint64_t seed = 7;
  Date today{};                 // the practice's day; the diary lies around it
  int now_seconds = 10 * 3600;  // since local midnight: how far today's diary has got
  std::string name = "Banksia Street Medical and Skin Clinic";
};

// Every function of `sink` is called on the caller's thread: practice once, then locations,
// practitioners, appointment types, patients, appointments. Ids of all but patients are 1, 2, 3, …
// in the order told; a patient's is what sink.patient answers. Appointments of one practitioner
// never overlap. Requires: today is a real date; patients > 0 where appointments > 0.
void MakeUpPractice(const MadeUpOptions& options, const sandboxkit::ClinicSink& sink);

}  // namespace pons::best_practice::sandbox
