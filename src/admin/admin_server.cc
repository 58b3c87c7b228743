// SPDX-License-Identifier: Apache-2.0
#include "admin/admin_server.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "crypto/crypto.h"
#include "net/http.h"
#include "net/http_server.h"
#include "net/http_wire.h"

namespace pons::admin {
namespace {

constexpr std::string_view kTokenFile = "/admin.token";
constexpr std::string_view kAddressFile = "/admin.addr";
constexpr std::string_view kPrefix = "/commands/";
constexpr std::string_view kJsonType = "application/json; charset=utf-8";
constexpr std::chrono::minutes kLongestCommand{5};

std::string PathOf(const std::string& folder, std::string_view file) {
  return folder + std::string(file);
}

// Written beside and renamed: a reader finds nothing or all of it.
Result<void> WritePrivate(const std::string& path, std::string_view text) {
  const std::string part = path + ".new";
  unlink(part.c_str());
  const int file = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) close(file);
  if (!written || rename(part.c_str(), path.c_str()) != 0) {
    return MakeError(Fault::kMisconfigured, path + " cannot be written");
  }
  return Ok();
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return std::string(Trim(text));
}

net::ServerResponse ErrorResponse(const Error& error) {
  json::Value body;
  body.Set("fault", FaultName(error.fault));
  body.Set("summary", error.summary);
  if (!error.vendor_code.empty()) body.Set("vendor_code", error.vendor_code);
  return {net::StatusOf(error.fault),
          {{"Content-Type", std::string(kJsonType)}},
          json::Write(body),
          {}};
}

Error ErrorFrom(const json::Value& body) {
  Error error = MakeError(Fault::kInternal, std::string(body.Text("summary")));
  for (int i = 0; i <= static_cast<int>(Fault::kInternal); ++i) {
    if (FaultName(static_cast<Fault>(i)) == body.Text("fault")) error.fault = static_cast<Fault>(i);
  }
  error.vendor_code = body.Text("vendor_code");
  return error;
}

// "connection.list" is the command "connection list".
std::string CommandFrom(std::string_view path) {
  std::string name(path.substr(kPrefix.size()));
  std::replace(name.begin(), name.end(), '.', ' ');
  return name;
}

class Server final : public AdminServer {
 public:
  explicit Server(AdminContext& context) : context_(context) {}

  ~Server() override {
    unlink(PathOf(context_.data_folder, kAddressFile).c_str());
    unlink(PathOf(context_.data_folder, kTokenFile).c_str());
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    http_.reset();
  }

  Result<void> Start() {
    std::string bytes(32, '\0');
    context_.random.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    token_ = "Bearer " + crypto::Base64Url(bytes);
    net::ServerOptions options;
    options.threads = 1;
    PONS_ASSIGN(http_, net::StartHttpServer(
                           options,
                           [this](const net::ServerRequest& request, net::Responder respond) {
                             Take(request, std::move(respond));
                           },
                           context_.log));
    thread_ = std::thread([this] { Loop(); });
    PONS_TRY(WritePrivate(PathOf(context_.data_folder, kTokenFile), token_.substr(7)));
    return WritePrivate(PathOf(context_.data_folder, kAddressFile), address());
  }

  std::string address() const override { return "127.0.0.1:" + std::to_string(http_->port()); }

 private:
  struct Job {
    std::string command;
    std::string body;
    net::Responder respond;
  };

  void Take(const net::ServerRequest& request, net::Responder respond) {
    if (!crypto::EqualInConstantTime(net::FindHeader(request.headers, "Authorization"), token_)) {
      respond(ErrorResponse(MakeError(Fault::kUnauthenticated, "the admin token is wrong")));
      return;
    }
    if (request.method != "POST" || !request.path.starts_with(kPrefix)) {
      respond(ErrorResponse(MakeError(Fault::kNotFound, "POST /commands/NAME")));
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({CommandFrom(request.path), request.body, std::move(respond)});
    }
    wake_.notify_one();
  }

  void Loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job.respond(Run(job));
      lock.lock();
    }
  }

  net::ServerResponse Run(const Job& job) {
    json::Value arguments;
    if (!job.body.empty()) {
      auto parsed = json::Parse(job.body);
      if (!parsed) return ErrorResponse(parsed.error());
      arguments = std::move(parsed).value();
    }
    const auto answer = RunAdminCommand(context_, job.command, arguments);
    if (!answer) return ErrorResponse(answer.error());
    return {200, {{"Content-Type", std::string(kJsonType)}}, json::Write(*answer), {}};
  }

  AdminContext& context_;
  std::string token_;  // with "Bearer " in front
  std::unique_ptr<net::HttpServer> http_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<AdminServer>> StartAdminServer(AdminContext& context) {
  auto server = std::make_unique<Server>(context);
  PONS_TRY(server->Start());
  return std::unique_ptr<AdminServer>(std::move(server));
}

Result<std::optional<json::Value>> AskServer(const std::string& data_folder,
                                             std::string_view command, const json::Value& arguments,
                                             const CancelToken& cancel) {
  const std::optional<json::Value> none;
  const auto address = ReadAll(PathOf(data_folder, kAddressFile));
  const auto token = ReadAll(PathOf(data_folder, kTokenFile));
  if (address.empty() || token.empty()) return none;
  net::HttpRequest request;
  request.method = "POST";
  std::string name(command);
  std::replace(name.begin(), name.end(), ' ', '.');
  request.url = "http://" + address + std::string(kPrefix) + name;
  request.headers = {{"Authorization", "Bearer " + token},
                     {"Content-Type", std::string(kJsonType)}};
  request.body = json::Write(arguments.is_null() ? json::Value(json::Object{}) : arguments);
  request.timeout = kLongestCommand;
  request.max_response_bytes = 64u << 20;
  const auto transport = net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  const auto answer = transport->Send(request, cancel);
  // The files of a server that was killed stay behind; whoever listens there now is another
  // program.
  if (!answer && answer.error().effect == Effect::kNone) return none;
  if (!answer) return WithContext(answer.error(), "the running server did not answer");
  if (answer->status == 401) return none;
  auto body = json::Parse(answer->body);
  if (!body || !body->is_object()) return none;
  if (answer->status != 200) return ErrorFrom(*body);
  return std::optional<json::Value>(std::move(body).value());
}

}  // namespace pons::admin
