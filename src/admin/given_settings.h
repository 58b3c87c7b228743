// SPDX-License-Identifier: Apache-2.0
// Settings that somebody gives a connection: judged, exchanged with the vendor where some of them
// are used up by that (Connector::Pair), and tried. The one place where it happens, for the command
// line and the portal alike.
//
// A setting that is learned is never taken from outside: whoever knows another practice's could
// read that practice through this server's own key. What is given once is handed to the vendor and
// is gone: not stored, not logged, not in the audit trail.
//
// Errors: kMisconfigured naming the setting; kRejected where the vendor refuses what is given once
// (nothing is to be kept then); those of Connector::Pair.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/command.h"
#include "connector/connector.h"
#include "store/entities.h"

namespace pons::admin {

struct GivenSettings {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Pairs plain;
  Pairs secret;
};

struct TakenSettings {
  Settings settings;  // complete, and what is to be stored
  bool paired = false;
  std::optional<ProbeReport> report;  // where it was tried and answers
  // It is paired, which cannot be done again with the same code, but the practice could not be
  // tried for a reason that passes: to be stored all the same, and shown.
  std::optional<Error> passing;
  // It was tried and does not work: not to be stored.
  std::optional<Error> failed;
  // What the vendor counted on the way, for who has no connection yet to count it for.
  std::map<std::string, std::uint64_t> counted;
};

// The key of what is given once, where a value of such is given; empty: none is.
std::string OnceGiven(const Connector& connector, const GivenSettings& given);

// The key that cannot be given as it is: one that is learned, or one that names another practice
// while nothing is given once with it. Empty: none.
std::string RefusedKey(const Connector& connector, const Settings* old, const GivenSettings& given);

// What is stored with what is given in its place; not judged yet. `old` is null for a connection
// that is new.
Result<Settings> MergeSettings(const Connector& connector, const Settings* old,
                               const GivenSettings& given);

// `connection` is as it is to be, but for its settings. Without `probe` it is not tried.
Result<TakenSettings> TakeSettings(AdminContext& context, const Connector& connector,
                                   const store::Connection& connection, const Settings* old,
                                   const GivenSettings& given, bool probe);

// Whether a connection that goes from `old` to `fresh` leaves something behind at the vendor: it is
// reached another way, or what was learned is another.
bool MovesAway(const Connector& connector, const Settings& old, const Settings& fresh);

}  // namespace pons::admin
