// SPDX-License-Identifier: Apache-2.0
// How a connection is doing, in the words of whoever runs the practice.
#include "portal/practice_parts.h"

namespace pons::portal {
namespace {

using store::ReadState;

// A short break mends itself before anybody has read about it.
constexpr std::chrono::minutes kBreakIsNews{2};

std::string Dotted(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) {
    text += '.';
  }
  return text;
}

// True once locations, practitioners and appointment types have been read to the end.
Result<bool> DirectoryRead(store::Reader& reader, store::ConnectionKey connection) {
  for (const auto stream : {model::Stream::kLocations, model::Stream::kPractitioners,
                            model::Stream::kHealthcareServices}) {
    PONS_ASSIGN(const auto state, reader.Stream(connection, stream));
    if (!state.first_sweep_done) return false;
  }
  return true;
}

}  // namespace

std::string FaultWords(const PortalContext& context, const store::Connection& connection,
                       std::string_view fault, std::string_view said) {
  const std::string vendor = VendorName(context, connection);
  const auto* connector = VendorOf(context, connection);
  const auto* guide = connector == nullptr ? nullptr : connector->guide();
  if (fault == FaultName(Fault::kUnauthenticated)) {
    return vendor + " refused the user or the password. " +
           (guide != nullptr && !guide->refused.empty() ? std::string(guide->refused) + " "
                                                        : std::string()) +
           "Type it again: Pons does not try a refused password twice, because that locks "
           "accounts.";
  }
  const std::string own = Dotted(std::string(said));
  if (fault == FaultName(Fault::kForbidden)) {
    return vendor + " lets Pons in but refuses a right. " + own;
  }
  if (fault == FaultName(Fault::kUnavailable)) {
    return vendor + " cannot be reached. " + own + " Pons tries again by itself.";
  }
  if (fault == FaultName(Fault::kRateLimited)) {
    return vendor + " asks Pons to slow down; it goes on by itself.";
  }
  return own;
}

Result<ConnectionStatus> StatusOf(PortalContext& context, store::Reader& reader,
                                  const store::Connection& connection) {
  ConnectionStatus status;
  PONS_ASSIGN(status.read, admin::HealthOf(context.admin, reader, connection));
  PONS_ASSIGN(status.write, reader.HealthOfWrites(connection.key));
  PONS_ASSIGN(const bool directory, DirectoryRead(reader, connection.key));
  const auto& read = status.read;
  if (read.since > Instant{}) status.since = read.since;
  if (!read.fault.empty()) {
    status.cause = FaultWords(context, connection, read.fault, read.cause);
  } else {
    status.cause = Dotted(read.cause);
  }
  switch (read.state) {
    case ReadState::kPaused:
      status.state = "paused";
      status.cause = "Nothing is read and nothing is sent until somebody resumes it.";
      return status;
    case ReadState::kAttention:
      status.state = "attention";
      return status;
    case ReadState::kNew:
      status.state = "pending";
      if (status.cause.empty()) status.cause = "Pons is about to sign in for the first time.";
      return status;
    case ReadState::kRetrying: {
      const bool long_since = context.clock.Now() - read.since > kBreakIsNews;
      if (!read.last_success) {
        status.state = long_since ? "attention" : "connecting";
      } else {
        status.state = long_since ? "attention" : "active";
      }
      return status;
    }
    case ReadState::kActive:
      break;
  }
  status.state = directory ? "active" : "connecting";
  if (!directory) {
    status.cause = "Pons reads the practice's locations, practitioners and appointment types.";
  }
  if (status.write.state == ReadState::kAttention) {
    status.state = "attention";
    status.cause = Dotted(status.write.cause);
    status.since = status.write.since;
  }
  return status;
}

}  // namespace pons::portal
