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
    {.key = "documents",
     .help = "Whether documents may be sent to the practice: yes or no.",
     .required = false,
     .fallback = "yes"},
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

constexpr model::CommandKind kCommands[] = {
    model::CommandKind::kCreatePatient,     model::CommandKind::kUpdatePatient,
    model::CommandKind::kBookAppointment,   model::CommandKind::kMoveAppointment,
    model::CommandKind::kCancelAppointment, model::CommandKind::kSetAppointmentStatus,
    model::CommandKind::kAttachDocument,
};

constexpr model::ClinicalKind kClinical[] = {model::ClinicalKind::kConditions};

const Descriptor kDescriptor = {
    .id = "memory",
    .name = "Memory",
    .region = "AU",
    .settings = kSettings,
    .hosts = {},
    .can = {.streams = kStreams,
            .reads_records = true,
            .tells_clock = true,
            .rate_limit = {kRequestsPerSecond, 1s},
            .reads_slots = true,
            .commands = kCommands,
            .settling = 2s,
            .max_document_bytes = kMaxDocumentBytes,
            .clinical = kClinical},
};

}  // namespace

const Descriptor& MemoryConnector::descriptor() const { return kDescriptor; }

Result<void> MemoryConnector::Check(const Settings& settings) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  if (Trim(complete.Text("practice")).empty()) {
    return MakeError(Fault::kMisconfigured, "setting \"practice\" is empty: name the practice");
  }
  const auto documents = complete.Text("documents");
  if (documents != "yes" && documents != "no") {
    return MakeError(Fault::kMisconfigured, "setting \"documents\" is neither yes nor no");
  }
  return Ok();
}

Result<void> MemoryConnector::Supports(const Settings& settings, model::CommandKind kind) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  if (kind == model::CommandKind::kAttachDocument && complete.Text("documents") == "no") {
    return MakeError(Fault::kUnsupported,
                     "documents are not sent: set the setting \"documents\" to yes");
  }
  return Connector::Supports(settings, kind);
}

Result<std::unique_ptr<Session>> MemoryConnector::Open(const Settings& settings,
                                                       const SessionContext& context) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  return std::unique_ptr<Session>(std::make_unique<MemorySession>(world_, complete, context));
}

}  // namespace pons::memory
