// SPDX-License-Identifier: Apache-2.0
// One running Pons: store, engine, deliveries and the API, wired together and taken down in order.
//
// Threads: Start and Stop from one thread; the accessors from any while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/command.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/sensitive.h"
#include "connector/registry.h"
#include "grants/grant_book.h"
#include "store/store.h"
#include "sync/engine.h"

namespace pons::commands {
class CommandEngine;
}
namespace pons::accounts {
class Accounts;
}
namespace pons::portal {
struct PortalContext;
}

namespace pons::server {

// Where mails to people go out: notices, invitations, forgotten passwords.
struct MailOptions {
  std::string url = {};   // "smtps://mail.example.org:465"; empty: no mail, links are shown instead
  std::string from = {};  // "Pons <pons@example.org>"
  std::string user = {};
  Sensitive<std::string> password = {};
  std::string ca_file = {};
  bool without_tls = false;  // for a mail server on this machine
};

struct RuntimeOptions {
  std::string data_folder;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string public_url = {};
  std::string tls_certificate_file = {};
  std::string tls_key_file = {};
  // Addresses or ranges of proxies that are believed about whom they ask for: "10.0.0.0/8".
  std::vector<std::string> trusted_proxies = {};
  // Webhooks may go to this machine itself. For development and demos only.
  // The portal's second factors are waived then, and its cookies may travel over plain HTTP.
  bool development = false;
  bool portal = true;  // false: programs only, no pages
  bool demo = false;   // pages say that what they show is made up
  // Origins that the portal's pages may show in a frame: the demo's tour.
  std::vector<std::string> portal_frames = {};
  // The program that developers' sandboxes are started with; empty: none are.
  std::string sandbox_program = {};
  MailOptions mail = {};
  // How often connections are looked at for what their admins must be told; 0: never by itself.
  std::chrono::milliseconds watch_every{30'000};
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
  virtual accounts::Accounts& accounts() = 0;
  // Null where the portal is off.
  virtual portal::PortalContext* portal() = 0;
  // The one-time link under which the first operator makes an account; empty where there is one
  // already. Each call makes a new link and ends the one before.
  virtual Result<std::optional<std::string>> FirstStartLink() = 0;
};

}  // namespace pons::server
