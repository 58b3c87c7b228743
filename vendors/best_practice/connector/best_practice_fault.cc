// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_fault.h"

namespace pons::best_practice {
namespace {

std::string Step(const Error& error) {
  const std::string& code = error.vendor_code;
  switch (error.fault) {
    case Fault::kUnauthenticated:
      return "Best Practice refused the password. It is the Database browser password (Setup > "
             "Configuration > Database > Database browser), not your own";
    case Fault::kForbidden:
      return error.summary +
             "; ask Best Practice support to give the Database browser user this right";
    case Fault::kMisconfigured:
      if (code == "4060" || code == "4064") {
        return "the server has no database of this name that the user may open; the live one is "
               "BPSPatients, the training copy BPSSamples";
      }
      return error.summary + "; the server's name is shown in Setup > Configuration > Database";
    case Fault::kUnavailable:
      return error.summary +
             "; check that the Best Practice server is on and that its port is reachable from here";
    case Fault::kProtocol:
      return error.summary + "; please report this with the version of Best Practice";
    case Fault::kNotFound:
    case Fault::kConflict:
    case Fault::kRejected:
    case Fault::kUnsupported:
    case Fault::kRateLimited:
    case Fault::kCursorExpired:
    case Fault::kCancelled:
    case Fault::kInternal:
      return error.summary;
  }
  return error.summary;
}

// Best Practice decides what a product that comes through Halo may read (halo-connect sheet §1).
std::string RelayedStep(const Error& error) {
  const bool right = error.fault == Fault::kForbidden && error.vendor_code == "229";
  if (right) return error.summary + "; ask Best Practice whether Pons may have this right";
  if (error.fault == Fault::kProtocol) return Step(error);
  return error.summary;
}

// Names the schema does not have: the practice runs a version that nobody has read yet.
bool SchemaDiffers(const Error& error) {
  return error.fault == Fault::kRejected &&
         (error.vendor_code == "207" || error.vendor_code == "208" || error.vendor_code == "2812");
}

}  // namespace

Error Explained(Error error, std::string_view operation, bool relayed) {
  if (SchemaDiffers(error)) {
    error.fault = Fault::kProtocol;
    error.summary =
        "this version of Best Practice lacks a table, column or procedure that Pons uses";
  }
  error.summary = std::string(operation) + ": " + (relayed ? RelayedStep(error) : Step(error));
  return error;
}

std::string MissingRight(std::string_view table) { return "read " + std::string(table); }

}  // namespace pons::best_practice
