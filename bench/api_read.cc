// SPDX-License-Identifier: Apache-2.0
// How fast is one patient read, with everything on: token, visibility, audit trail? Compared with
// nginx giving out the same bytes as a file, by the same load generator (wrk) on the same cores,
// in alternating rounds so that a noisy machine is noisy for both.
//
// nginx runs with one worker a core, sendfile, unlimited keep-alive and its access log OFF, while
// Pons writes an audit line for each answer: the comparison favours nginx.
//
// A second figure is taken while a writer commits 20 times a second to the same store, which makes
// every remembered record stale each time: what a busy practice leaves of the first figure.
//
//   bench-api-read [rounds [seconds]]
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/api.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/encode.h"
#include "json/value.h"
#include "json/writer.h"
#include "net/http.h"
#include "net/url.h"

namespace pons {
namespace {

constexpr int kPatients = 5000;
constexpr double kTarget = 0.6;
constexpr char kSecret[] = "a secret for the bench only";

class NoIds final : public fhir::IdResolver {
 public:
  std::string Resolve(const model::VendorRef&) const override { return {}; }
};

model::Patient BelievablePatient(int n) {
  model::Patient patient;
  model::HumanName name;
  name.prefix = "Ms";
  name.given = "Mai";
  name.family = "Nguyen" + std::to_string(n);
  patient.names.push_back(name);
  patient.gender = model::Gender::kFemale;
  patient.birth_date = Date(std::chrono::year(1940 + n % 80), std::chrono::month(7),
                            std::chrono::day(static_cast<unsigned>(n % 28 + 1)));
  patient.telecoms = {{"phone", "0491 570 156", "mobile"}, {"email", "mai@example.com", "home"}};
  model::Address address;
  address.use = "home";
  address.line = {std::to_string(n % 200 + 1) + " Creek Street"};
  address.city = "Hobart";
  address.postal_code = "7000";
  address.country = "AU";
  patient.addresses.push_back(address);
  model::Identifier medicare;
  medicare.system = "http://ns.electronichealth.net.au/id/medicare-number";
  medicare.value = "32788511952";
  medicare.type_system = "http://terminology.hl7.org/CodeSystem/v2-0203";
  medicare.type_code = "MC";
  patient.identifiers.push_back(medicare);
  return patient;
}

store::RecordWrite RecordOf(int n, const PracticeZone& zone, store::ConnectionKey connection) {
  const NoIds ids;
  store::RecordWrite write;
  write.stream = model::Stream::kPatients;
  write.id = ResourceId("patient-" + std::to_string(n));
  const std::string vendor_id = std::to_string(n);
  auto encoded = fhir::Encode(BelievablePatient(n),
                              {.id = write.id.value,
                               .vendor_id = vendor_id,
                               .identifier_base = "https://pons.health/connections/con-1",
                               .practice_name = "Riverside",
                               .source = "https://pons.health/connections/con-1#PATIENTS",
                               .zone = zone,
                               .ids = ids});
  write.body = {std::move(encoded.head), std::move(encoded.tail)};
  write.source.connection = connection;
  write.source.vendor_id = vendor_id;
  return write;
}

// Changes one record after another until it is destroyed.
class Writer {
 public:
  Writer(store::Store& store, int per_second)
      : thread_([this, &store, per_second] {
          const auto zone = PracticeZone::Named("Australia/Hobart");
          for (int n = 0; !stop_.WaitFor(milliseconds(1000 / per_second)); ++n) {
            const auto written = store.Write([&](store::Transaction& tx) -> Result<void> {
              tx.PutRecord(RecordOf(n % 1000, *zone, 1));
              return Ok();
            });
            if (written) ++commits_;
          }
        }) {}
  ~Writer() {
    stop_.Cancel();
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  int commits() const { return commits_; }

 private:
  CancelToken stop_;
  std::atomic<int> commits_{0};
  std::thread thread_;
};

Result<void> Seed(store::Store& store) {
  PONS_ASSIGN(const auto zone, PracticeZone::Named("Australia/Hobart"));
  return store.Write([&](store::Transaction& tx) -> Result<void> {
    tx.Insert(store::Organization{OrganizationId("org-1"), "Riverside", {}});
    store::Connection connection;
    connection.id = ConnectionId("con-1");
    connection.organization = OrganizationId("org-1");
    connection.vendor = "memory";
    connection.time_zone = "Australia/Hobart";
    const auto connection_key = tx.Insert(connection);
    store::App app;
    app.id = AppId("bench");
    app.secret_hash = crypto::HashPassword(Sensitive<std::string>(kSecret));
    const auto app_key = tx.Insert(app);
    store::Grant grant;
    grant.id = GrantId("grant-1");
    grant.organization = OrganizationId("org-1");
    grant.connection = connection_key;
    grant.app = app_key;
    const auto grant_key = tx.Insert(grant);
    for (int n = 0; n < kPatients; ++n) {
      const auto write = RecordOf(n, zone, connection_key);
      tx.PutRecord(write);
      tx.Show(grant_key, store::KeyOf(write.id.value), "main");
    }
    return Ok();
  });
}

// A child process that ends with this object.
class Child {
 public:
  explicit Child(std::vector<std::string> command) {
    pid_ = fork();
    if (pid_ == 0) {
      std::vector<char*> arguments;
      for (auto& part : command) arguments.push_back(part.data());
      arguments.push_back(nullptr);
      const int null = open("/dev/null", O_WRONLY);
      dup2(null, 2);
      execvp(arguments[0], arguments.data());
      _exit(127);
    }
  }
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_ = -1;
};

std::string NginxConfig(const std::string& folder, int port) {
  return "daemon off;\nworker_processes auto;\nerror_log /dev/null;\npid " + folder +
         "/nginx.pid;\n" + (getuid() == 0 ? "user root;\n" : "") +
         "events { worker_connections 1024; }\n"
         "http {\n  access_log off;\n  sendfile on;\n  tcp_nodelay on;\n"
         "  keepalive_requests 1000000000;\n  keepalive_timeout 600;\n"
         "  default_type application/fhir+json;\n"
         "  client_body_temp_path " +
         folder + "/t1;\n  proxy_temp_path " + folder + "/t2;\n  fastcgi_temp_path " + folder +
         "/t3;\n  uwsgi_temp_path " + folder + "/t4;\n  scgi_temp_path " + folder +
         "/t5;\n"
         "  server { listen 127.0.0.1:" +
         std::to_string(port) + "; root " + folder + "/root; }\n}\n";
}

int FreePort(Logger& log) {
  auto server = net::StartHttpServer(
      {.threads = 1}, [](const net::ServerRequest&, const net::Responder&) {}, log);
  return server ? (*server)->port() : 0;
}

struct Round {
  double requests_per_s = 0;
  double p99_ms = 0;
  long errors = 0;
};

double Milliseconds(std::string_view text) {
  const double n = std::strtod(std::string(text).c_str(), nullptr);
  if (text.ends_with("us")) return n / 1000;
  if (text.ends_with("ms")) return n;
  return n * 1000;
}

Round Load(const std::string& url, const std::string& token, int seconds) {
  const std::string command = "wrk -t1 -c64 --latency -d" + std::to_string(seconds) +
                              "s -H 'Authorization: Bearer " + token + "' '" + url + "' 2>&1";
  Round round;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return round;
  char line[512];
  while (fgets(line, sizeof line, pipe) != nullptr) {
    const std::string_view text = Trim(line);
    if (text.starts_with("Requests/sec:")) {
      round.requests_per_s = std::strtod(line + 13, nullptr);
    } else if (text.starts_with("99%")) {
      round.p99_ms = Milliseconds(Trim(text.substr(3)));
    } else if (text.starts_with("Non-2xx")) {
      round.errors +=
          std::strtol(std::string(text.substr(text.rfind(' ') + 1)).c_str(), nullptr, 10);
    }
  }
  pclose(pipe);
  return round;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string Number(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

struct Figures {
  std::vector<double> pons, nginx, ratios, p99, written_ratios, written_p99;
  long errors = 0;
};

int Print(const Figures& figures, std::size_t bytes, std::int64_t entries) {
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Member("bench", "api-read");
  w.Key("figures");
  w.BeginObject();
  const double ratio = Median(figures.ratios);
  w.Key("ratio_to_nginx");
  w.Raw(Number(ratio, 3));
  w.Key("pons_requests_per_s");
  w.Raw(Number(Median(figures.pons), 0));
  w.Key("nginx_requests_per_s");
  w.Raw(Number(Median(figures.nginx), 0));
  w.Key("pons_p99_ms");
  w.Raw(Number(Median(figures.p99), 2));
  w.Key("ratio_to_nginx_at_20_commits_per_s");
  w.Raw(Number(Median(figures.written_ratios), 3));
  w.Key("pons_p99_ms_at_20_commits_per_s");
  w.Raw(Number(Median(figures.written_p99), 2));
  w.Member("body_bytes", static_cast<std::int64_t>(bytes));
  w.Member("patients", kPatients);
  w.Member("rounds", static_cast<std::int64_t>(figures.ratios.size()));
  w.Member("audit_entries", entries);
  w.Member("failed_requests", static_cast<std::int64_t>(figures.errors));
  w.EndObject();
  w.Key("targets");
  w.BeginObject();
  w.Key("ratio_to_nginx");
  w.Raw(Number(kTarget, 1));
  w.EndObject();
  w.EndObject();
  std::cout << out << "\n";
  return ratio >= kTarget && figures.errors == 0 ? 0 : 1;
}

class Bench {
 public:
  Bench(std::string folder, int rounds, int seconds)
      : folder_(std::move(folder)), rounds_(rounds), seconds_(seconds) {}

  Result<int> Run() {
    PONS_TRY(StartPons());
    PONS_ASSIGN(const std::string token, Token());
    const std::string path = "/fhir/R4/Patient/patient-4711";
    const std::string pons = pons_ + path;
    PONS_ASSIGN(const std::string body, Get(pons, token));
    std::filesystem::create_directories(folder_ + "/root/fhir/R4/Patient");
    std::ofstream(folder_ + "/root" + path, std::ios::binary) << body;
    const int port = FreePort(*log_);
    std::ofstream(folder_ + "/nginx.conf") << NginxConfig(folder_, port);
    const Child nginx({"nginx", "-c", folder_ + "/nginx.conf", "-p", folder_});
    const std::string file = "http://127.0.0.1:" + std::to_string(port) + path;
    PONS_TRY(AwaitSameBytes(file, token, body));

    Figures figures;
    Load(pons, token, 1);  // warms both up
    Load(file, token, 1);
    double sent = 0;
    for (int i = 0; i < rounds_; ++i) {
      const Round ours = Load(pons, token, seconds_);
      const Round theirs = Load(file, token, seconds_);
      Round written;
      {
        const Writer writer(*store_, 20);
        written = Load(pons, token, seconds_);
        if (writer.commits() == 0) return MakeError(Fault::kInternal, "Nothing was committed.");
      }
      figures.written_ratios.push_back(written.requests_per_s /
                                       std::max(1.0, theirs.requests_per_s));
      figures.written_p99.push_back(written.p99_ms);
      figures.errors += written.errors;
      sent += written.requests_per_s * seconds_;
      if (ours.requests_per_s <= 0 || theirs.requests_per_s <= 0) {
        return MakeError(Fault::kUnavailable, "wrk gave no figure: is it installed?");
      }
      std::cerr << "round " << i + 1 << ": pons " << Number(ours.requests_per_s, 0) << "/s, nginx "
                << Number(theirs.requests_per_s, 0) << "/s, pons while written to "
                << Number(written.requests_per_s, 0) << "/s\n";
      figures.pons.push_back(ours.requests_per_s);
      figures.nginx.push_back(theirs.requests_per_s);
      figures.ratios.push_back(ours.requests_per_s / theirs.requests_per_s);
      figures.p99.push_back(ours.p99_ms);
      figures.errors += ours.errors;
      sent += ours.requests_per_s * seconds_;
    }
    api_->Drain();
    server_.reset();
    api_.reset();
    PONS_ASSIGN(const auto audit, api::VerifyAuditTrail(folder_ + "/audit"));
    if (static_cast<double>(audit.entries) < sent * 0.98) {
      return MakeError(Fault::kInternal, "There are fewer audit entries than answers.");
    }
    return Print(figures, body.size(), audit.entries);
  }

 private:
  Result<void> StartPons() {
    PONS_ASSIGN(store_, store::Store::Open({.path = folder_ + "/data"}, SystemClock(),
                                           SystemRandom(), *log_));
    PONS_TRY(Seed(*store_));
    net::CurlSettings curl;
    curl.policy = net::AddressPolicy::kAnyForDevelopment;
    client_ = net::MakeCurlTransport(curl);
    api::ApiOptions options;
    options.audit_folder = folder_ + "/audit";
    options.requests_per_second = 1'000'000;
    options.request_burst = 1'000'000;
    options.token_lifetime = std::chrono::seconds(3600);
    PONS_ASSIGN(api_, api::Api::Create(options, {.store = *store_,
                                                 .webhook_transport = *client_,
                                                 .clock = SystemClock(),
                                                 .random = SystemRandom(),
                                                 .log = *log_}));
    net::ServerOptions server;
    api_->Configure(server);
    PONS_ASSIGN(server_, net::StartHttpServer(
                             server,
                             [this](const net::ServerRequest& request, net::Responder respond) {
                               api_->Handle(request, std::move(respond));
                             },
                             *log_));
    pons_ = "http://127.0.0.1:" + std::to_string(server_->port());
    return Ok();
  }

  Result<std::string> Token() {
    net::HttpRequest request;
    request.method = "POST";
    request.url = pons_ + "/oauth/token";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = net::WriteForm(
        {{"grant_type", "client_credentials"}, {"client_id", "bench"}, {"client_secret", kSecret}});
    PONS_ASSIGN(const auto response, client_->Send(request, CancelToken()));
    PONS_ASSIGN(const auto body, json::Parse(response.body));
    return std::string(body.Text("access_token"));
  }

  Result<std::string> Get(const std::string& url, const std::string& token) {
    net::HttpRequest request;
    request.url = url;
    request.headers = {{"Authorization", "Bearer " + token}};
    PONS_ASSIGN(auto response, client_->Send(request, CancelToken()));
    if (response.status != 200) {
      return MakeError(Fault::kProtocol, url + " answered " + std::to_string(response.status));
    }
    return std::move(response.body);
  }

  Result<void> AwaitSameBytes(const std::string& url, const std::string& token,
                              const std::string& body) {
    for (int attempt = 0; attempt < 50; ++attempt) {
      const auto got = Get(url, token);
      if (got && *got == body) return Ok();
      SystemClock().SleepUntil(SystemClock().Now() + milliseconds(100), CancelToken());
    }
    return MakeError(Fault::kUnavailable, "nginx does not serve the file: is it installed?");
  }

  const std::string folder_;
  const int rounds_;
  const int seconds_;
  std::unique_ptr<Logger> log_ = StderrLogger(LogLevel::kWarn);
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<net::HttpTransport> client_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<net::HttpServer> server_;
  std::string pons_;
};

int Main(int argc, char** argv) {
  crypto::InitCrypto();
  char name[] = "/tmp/pons-bench-XXXXXX";
  const std::string folder = mkdtemp(name);
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const int seconds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 3;
  const auto result = Bench(folder, rounds, seconds).Run();
  std::filesystem::remove_all(folder);
  if (!result) {
    std::cerr << "bench-api-read: " << result.error().summary << "\n";
    return 2;
  }
  return *result;
}

}  // namespace
}  // namespace pons

int main(int argc, char** argv) { return pons::Main(argc, argv); }
