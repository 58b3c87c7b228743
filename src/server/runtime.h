// SPDX-License-Identifier: Apache-2.0
// One running Pons: store, engine, deliveries and the API, wired together and taken down in order.
//
// Threads: Start and Stop from one thread; the accessors from any while it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "admin/command.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "connector/registry.h"
#include "grants/grant_book.h"
#include "store/store.h"
#include "sync/engine.h"

namespace pons::commands {
class CommandEngine;
}

namespace pons::server {

struct RuntimeOptions {
  std::string data_folder;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string public_url = {};
  std::string tls_certificate_file = {};
  std::string tls_key_file = {};
  // Webhooks may go to this machine itself. For development and demos only.
  bool development = false;
  sync::EngineOptions engine = {};
};

class Runtime {
 public:
  // Everything passed in outlives the runtime. Errors: those of the store and of the server, with
  // the next step.
  static Result<std::unique_ptr<Runtime>> Start(const RuntimeOptions& options,
                                                const Registry& registry, Clock& clock,
                                                Random& random, Logger& log);
  virtual ~Runtime() = default;  // stops

  virtual std::uint16_t port() const = 0;
  virtual std::string url() const = 0;  // "http://127.0.0.1:8080"
  virtual store::Store& store() = 0;
  virtual grants::GrantBook& book() = 0;
  virtual sync::SyncEngine& engine() = 0;
  virtual commands::CommandEngine& commands() = 0;
  // What the operator's commands work on.
  virtual admin::AdminContext& admin() = 0;
};

}  // namespace pons::server
