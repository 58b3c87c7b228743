// SPDX-License-Identifier: Apache-2.0
// The wire: a TDS 7.4 server for clients of Best Practice's SQL Server. One thread a connection, at
// most `max_connections`; a client over the bound is turned away by closing.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "sandboxkit/faults.h"
#include "sandboxkit/journal.h"
#include "vendors/best_practice/sandbox/database.h"
#include "vendors/best_practice/sandbox/engine.h"
#include "vendors/best_practice/sandbox/tds_stream.h"

namespace pons::best_practice::sandbox {

enum class Encryption : std::uint8_t {
  kOff,       // "not supported": a client that insists goes away
  kOn,        // as the client likes: all, the login only, or nothing
  kRequired,  // all, whatever the client asks for
};

struct UserAccount {
  std::string password;
  Rights rights;
};

// Logins, changeable while clients are connected. Threads: any.
class Accounts {
 public:
  void Set(const std::string& user, UserAccount account);
  // Nullopt where there is none; the wire does not say which of user and password was wrong.
  std::optional<Rights> Check(const std::string& user, const std::string& password) const;
  // Rights as they are at this moment.
  Rights RightsOf(const std::string& user) const;
  Result<void> SetRights(const std::string& user, Rights rights);
  Result<void> SetPassword(const std::string& user, std::string password);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, UserAccount> users_;  // by lower-case name
};

struct TdsOptions {
  std::uint16_t port = 0;
  Encryption encryption = Encryption::kOn;
  std::string certificate_file;
  std::string key_file;
  std::size_t max_connections = 256;
};

// What every session shares. All of it outlives the server.
struct TdsShared {
  Database& database;
  const ProcedureTable& procedures;
  CompiledBatches& compiled;
  Accounts& accounts;
  sandboxkit::FaultPlan& faults;
  sandboxkit::Journal& journal;
};

class TdsServer {
 public:
  // Listens on 127.0.0.1 at once. Error: kMisconfigured.
  static Result<std::unique_ptr<TdsServer>> Start(const TdsOptions& options,
                                                  const TdsShared& shared, Logger& log);
  ~TdsServer();
  TdsServer(const TdsServer&) = delete;
  TdsServer& operator=(const TdsServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::size_t connections() const;
  // Closes every client's connection, as a restarted server would.
  void DropConnections();

  // For sessions: waits, unless the server stops first (then false).
  bool Pause(std::int64_t millis);
  // The TLS context, made when first needed.
  SSL_CTX* tls();
  const TdsOptions& options() const { return options_; }
  const TdsShared& shared() const { return shared_; }
  Logger& log() { return log_; }

 private:
  TdsServer(const TdsOptions& options, const TdsShared& shared, Logger& log)
      : options_(options), shared_(shared), log_(log) {}
  void Accept();
  void Serve(TdsStream& stream, int number);
  void Reap();

  struct Client {
    std::unique_ptr<TdsStream> stream;
    std::thread thread;
    bool finished = false;
  };

  TdsOptions options_;
  TdsShared shared_;
  Logger& log_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread acceptor_;

  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::list<Client> clients_;
  int last_number_ = 50;

  std::mutex tls_mutex_;
  SslContext tls_;
};

}  // namespace pons::best_practice::sandbox
