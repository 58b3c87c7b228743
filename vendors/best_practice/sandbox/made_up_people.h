// SPDX-License-Identifier: Apache-2.0
// Households of made-up patients: who lives together shares an address, a home phone and, mostly, a
// Medicare card with a line each. Household number `n` of a seed is always the same people.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "sandboxkit/clinic.h"

namespace pons::best_practice::sandbox::made_up {

struct Person {
  sandboxkit::ClinicPatient patient;
  int age = 0;
  bool alive = true;
};

// One to six people. `first_number` is the practice's running number of the first of them; record
// numbers and health numbers follow from it. Requires: today is a real date.
std::vector<Person> MakeUpHousehold(std::uint64_t seed, std::int64_t n, std::int64_t first_number,
                                    Date today);

}  // namespace pons::best_practice::sandbox::made_up
