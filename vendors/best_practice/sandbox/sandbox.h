// SPDX-License-Identifier: Apache-2.0
// A whole Best Practice site on this machine: database, wire, control port and page. Tests may run
// it inside their own process; pons-sandbox runs it as a program. Threads: any, once started.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "sandboxkit/practice.h"
#include "vendors/best_practice/sandbox/clinic_store.h"
#include "vendors/best_practice/sandbox/importer.h"
#include "vendors/best_practice/sandbox/integrations.h"
#include "vendors/best_practice/sandbox/tds_server.h"

namespace pons::best_practice::sandbox {

struct SandboxOptions {
  FillOptions fill;
  std::string load_fhir;  // folder with Patient.ndjson or .ndjson.gz; empty: made up
  std::string database;   // as Database::Options::file
  std::string zone = "Australia/Sydney";
  TdsOptions wire;
  std::uint16_t control_port = 0;
  std::string framed_by;  // origin that may show the page in a frame; empty: none
  Importer::Options reports;
  std::string user = "bpsrawdata";
  std::string password = "practice";
  Rights rights;  // of that user
  // Where the clinic stands behind Halo Connect: its Bp Site ID, and what Halo's sandbox adds to
  // the control port. Empty: neither is there.
  std::string site_id;
  std::function<std::optional<Result<json::Value>>(const sandboxkit::ControlCall&)> further;
};

class Sandbox {
 public:
  // Ready to be used when it returns.
  static Result<std::unique_ptr<Sandbox>> Start(const SandboxOptions& options, Logger& log);
  virtual ~Sandbox() = default;

  virtual std::uint16_t wire_port() const = 0;
  virtual std::uint16_t control_port() const = 0;
  // The folder that results are imported from.
  virtual const std::string& report_folder() const = 0;
  // "ready wire=tds://127.0.0.1:… control=http://… page=http://…/ reports=/…"
  virtual std::string ReadyLine() const = 0;

  // For Halo's sandbox, which asks the same database by another road.
  virtual const TdsShared& shared() const = 0;
  virtual const std::string& user() const = 0;
  virtual Integrations& integrations() = 0;
};

}  // namespace pons::best_practice::sandbox
