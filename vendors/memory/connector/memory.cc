// SPDX-License-Identifier: Apache-2.0
#include "vendors/memory/connector/memory.h"

#include "base/text.h"
#include "vendors/memory/connector/memory_session.h"

namespace pons::memory {
namespace {

using model::Stream;
using namespace std::chrono_literals;

constexpr SettingSpec kSettings[] = {
    {.key = "practice", .help = "The practice's name in this process's memory."},
    {.key = "user_name",
     .help = "The user that Pons signs in as. Never someone's own sign-in.",
     .required = false,
     .fallback = "pons"},
    {.key = "password", .help = "That user's password.", .secret = true},
};

constexpr StreamSupport kStreams[] = {
    {Stream::kLocations, DeltaStyle::kSweepOnly, DeletionStyle::kBySweep, 60s},
    {Stream::kPractitioners, DeltaStyle::kSweepOnly, DeletionStyle::kBySweep, 60s},
    {Stream::kPractitionerRoles, DeltaStyle::kSweepOnly, DeletionStyle::kBySweep, 60s},
    {Stream::kHealthcareServices, DeltaStyle::kModifiedSince, DeletionStyle::kBySweep, 60s},
    {Stream::kPatients, DeltaStyle::kFeed, DeletionStyle::kReported, 5s},
    {Stream::kConditions, DeltaStyle::kFeed, DeletionStyle::kReported, 5s},
    {Stream::kAppointments, DeltaStyle::kModifiedSince, DeletionStyle::kReported, 5s},
    {Stream::kEncounters, DeltaStyle::kFeed, DeletionStyle::kReported, 500ms},
};

const Descriptor kDescriptor = {
    .id = "memory",
    .name = "Memory",
    .region = "AU",
    .settings = kSettings,
    .hosts = {},
    .can = {.streams = kStreams,
            .reads_records = true,
            .tells_clock = true,
            .rate_limit = {kRequestsPerSecond, 1s}},
};

}  // namespace

const Descriptor& MemoryConnector::descriptor() const { return kDescriptor; }

Result<void> MemoryConnector::Check(const Settings& settings) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  if (Trim(complete.Text("practice")).empty()) {
    return MakeError(Fault::kMisconfigured, "setting \"practice\" is empty: name the practice");
  }
  return Ok();
}

Result<std::unique_ptr<Session>> MemoryConnector::Open(const Settings& settings,
                                                       const SessionContext& context) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  return std::unique_ptr<Session>(std::make_unique<MemorySession>(world_, complete, context));
}

}  // namespace pons::memory
