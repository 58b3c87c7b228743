// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/tds_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "vendors/best_practice/sandbox/tds_session.h"

namespace pons::best_practice::sandbox {

void Accounts::Set(const std::string& user, UserAccount account) {
  const std::lock_guard lock(mutex_);
  users_[AsciiLower(user)] = std::move(account);
}

std::optional<Rights> Accounts::Check(const std::string& user, const std::string& password) const {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(AsciiLower(user));
  if (found == users_.end() || found->second.password != password) return std::nullopt;
  return found->second.rights;
}

Rights Accounts::RightsOf(const std::string& user) const {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(AsciiLower(user));
  return found == users_.end() ? Rights{} : found->second.rights;
}

Result<void> Accounts::SetRights(const std::string& user, Rights rights) {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(AsciiLower(user));
  if (found == users_.end()) return MakeError(Fault::kNotFound, "no such user");
  found->second.rights = std::move(rights);
  return Ok();
}

Result<void> Accounts::SetPassword(const std::string& user, std::string password) {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(AsciiLower(user));
  if (found == users_.end()) return MakeError(Fault::kNotFound, "no such user");
  found->second.password = std::move(password);
  return Ok();
}

Result<std::unique_ptr<TdsServer>> TdsServer::Start(const TdsOptions& options,
                                                    const TdsShared& shared, Logger& log) {
  auto server = std::unique_ptr<TdsServer>(new TdsServer(options, shared, log));
  if (!options.certificate_file.empty()) {
    PONS_ASSIGN(server->tls_, MakeSslContext(options.certificate_file, options.key_file));
  }
  server->listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(server->listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(server->listener_, raw, sizeof address) != 0 ||
      ::listen(server->listener_, 128) != 0) {
    return MakeError(Fault::kMisconfigured,
                     "cannot listen on 127.0.0.1:" + std::to_string(options.port) +
                         "; give --wire-port 0 for any free port");
  }
  socklen_t size = sizeof address;
  ::getsockname(server->listener_, raw, &size);
  server->port_ = ntohs(address.sin_port);
  server->acceptor_ = std::thread([raw_server = server.get()] { raw_server->Accept(); });
  return server;
}

TdsServer::~TdsServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Client& client : clients_) client.stream->Shutdown();
  }
  stopped_.notify_all();
  if (listener_ >= 0) ::shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  if (listener_ >= 0) ::close(listener_);
  for (Client& client : clients_) client.thread.join();
}

std::size_t TdsServer::connections() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const Client& client : clients_) count += client.finished ? 0 : 1;
  return count;
}

void TdsServer::DropConnections() {
  const std::lock_guard lock(mutex_);
  for (Client& client : clients_) client.stream->Shutdown();
}

bool TdsServer::Pause(std::int64_t millis) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, milliseconds(millis), [this] { return stopping_; });
}

SSL_CTX* TdsServer::tls() {
  const std::lock_guard lock(tls_mutex_);
  if (!tls_) {
    auto made = MakeSslContext("", "");
    if (made) tls_ = std::move(*made);
  }
  return tls_.get();
}

// Clients that are gone are taken off the list; their threads have ended.
void TdsServer::Reap() {
  for (auto client = clients_.begin(); client != clients_.end();) {
    if (client->finished) {
      client->thread.join();
      client = clients_.erase(client);
    } else {
      ++client;
    }
  }
}

void TdsServer::Accept() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    if (socket < 0) continue;
    Reap();
    if (clients_.size() >= options_.max_connections) {
      ::close(socket);
      continue;
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Client& client = clients_.emplace_back();
    client.stream = std::make_unique<TdsStream>(socket);
    const int number = ++last_number_;
    client.thread = std::thread([this, &client, number] {
      Serve(*client.stream, number);
      const std::lock_guard finished(mutex_);
      client.finished = true;
    });
  }
}

void TdsServer::Serve(TdsStream& stream, int number) {
  TdsSession session(*this, stream, number);
  session.Run();
  stream.Shutdown();
}

}  // namespace pons::best_practice::sandbox
