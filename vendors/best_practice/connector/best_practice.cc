// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice.h"

#include <array>

#include "base/text.h"
#include "net/sql.h"
#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using namespace std::chrono_literals;

constexpr SettingSpec kSettings[] = {
    {.key = "server",
     .help = "The database server's name or address; NAME\\BPSINSTANCE where no port is given."},
    {.key = "port",
     .help = "The TCP port of the database server. Empty: asked of the server's SQL Browser, by "
             "the instance's name.",
     .required = false},
    {.key = "database",
     .help = "The patients database: BPSPatients, or BPSSamples for the training copy.",
     .required = false,
     .fallback = "BPSPatients"},
    {.key = "user",
     .help = "The database user of the Database browser.",
     .required = false,
     .fallback = "bpsrawdata"},
    {.key = "password",
     .help = "The Database browser password: Setup > Configuration > Database > Database browser.",
     .secret = true},
    {.key = "encryption",
     .help = "TLS to the database server: require, request (where the server can) or off.",
     .required = false,
     .fallback = "request"},
    {.key = "connect_timeout_ms",
     .help = "How long signing in to the database may take.",
     .required = false,
     .fallback = "5000"},
    {.key = "visit_poll_interval_ms",
     .help = "How often to look for visits that have started.",
     .required = false,
     .fallback = "500"},
    {.key = "other_poll_interval_ms",
     .help = "How often to look for changes of patients and appointments.",
     .required = false,
     .fallback = "5000"},
};

constexpr StreamSupport kStreams[] = {
    {Stream::kLocations, DeltaStyle::kSweepOnly, DeletionStyle::kBySweep, 60s},
    {Stream::kPractitioners, DeltaStyle::kSweepOnly, DeletionStyle::kBySweep, 60s},
    {Stream::kPractitionerRoles, DeltaStyle::kSweepOnly, DeletionStyle::kBySweep, 60s},
    {Stream::kHealthcareServices, DeltaStyle::kSweepOnly, DeletionStyle::kBySweep, 60s},
    {Stream::kPatients, DeltaStyle::kModifiedSince, DeletionStyle::kReported, 5s},
    {Stream::kAppointments, DeltaStyle::kModifiedSince, DeletionStyle::kReported, 5s},
    {Stream::kEncounters, DeltaStyle::kModifiedSince, DeletionStyle::kReported, 500ms},
};

constexpr std::string_view kHosts[] = {"{server}"};

const Descriptor kDescriptor = {
    .id = "best_practice",
    .name = "Best Practice",
    .region = "AU",
    .settings = kSettings,
    .hosts = kHosts,
    .can = {.streams = kStreams, .reads_records = true, .tells_clock = true},
};

Error Wrong(std::string_view key, std::string_view why) {
  return MakeError(Fault::kMisconfigured,
                   "setting \"" + std::string(key) + "\" " + std::string(why));
}

// These would end a value in a connection string.
bool FitsConnectionString(std::string_view text) {
  return text.find_first_of(";{}=\r\n") == std::string_view::npos;
}

Result<void> CheckWhole(const Settings& settings) {
  for (const auto key : {"server", "database", "user"}) {
    const auto text = Trim(settings.Text(key));
    if (text.empty()) return Wrong(key, "is empty");
    if (!FitsConnectionString(text)) return Wrong(key, "holds one of ; { } = which no name has");
  }
  const auto* password = settings.Secret("password");
  if (password == nullptr || password->Reveal().empty()) return Wrong("password", "is empty");
  if (!Trim(settings.Text("port")).empty()) {
    const auto port = settings.Integer("port");
    if (!port || *port < 1 || *port > 65535) return Wrong("port", "is no port number (1 to 65535)");
  }
  const auto encryption = settings.Text("encryption");
  if (encryption != "require" && encryption != "request" && encryption != "off") {
    return Wrong("encryption", "is none of require, request, off");
  }
  const std::pair<std::string_view, std::int64_t> times[] = {{"connect_timeout_ms", 100},
                                                             {"visit_poll_interval_ms", 100},
                                                             {"other_poll_interval_ms", 500}};
  for (const auto& [key, least] : times) {
    const auto value = settings.Integer(key);
    if (!value || *value < least || *value > 3'600'000) {
      return Wrong(key, "is not between " + std::to_string(least) + " and 3600000");
    }
  }
  return Ok();
}

}  // namespace

const Descriptor& BestPracticeConnector::descriptor() const { return kDescriptor; }

Result<void> BestPracticeConnector::Check(const Settings& settings) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  return CheckWhole(complete);
}

std::unique_ptr<net::SqlTransport> BestPracticeConnector::MakeSql(const Settings& settings) const {
  const auto completed = CompleteSettings(settings, kSettings);
  if (!completed || !CheckWhole(*completed)) return nullptr;
  const Settings& s = *completed;
  const std::string port(Trim(s.Text("port")));
  std::string server(Trim(s.Text("server")));
  // A port says where the instance listens; its name is then of no use.
  if (!port.empty()) server = server.substr(0, server.find('\\'));

  net::OdbcSettings odbc;
  odbc.connection_string_without_secret =
      "Driver=FreeTDS;TDS_Version=7.4;ClientCharset=UTF-8;APP=Pons;Server=" + server +
      (port.empty() ? "" : ";Port=" + port) + ";Database=" + std::string(Trim(s.Text("database"))) +
      ";UID=" + std::string(Trim(s.Text("user"))) +
      ";Encryption=" + std::string(s.Text("encryption"));
  odbc.password = s.Secret("password")->Reveal();
  odbc.connect_timeout = milliseconds(s.Integer("connect_timeout_ms").value_or(5000));
  return net::MakeOdbcTransport(std::move(odbc));
}

Result<std::unique_ptr<Session>> BestPracticeConnector::Open(const Settings& settings,
                                                             const SessionContext& context) const {
  PONS_TRY(Check(settings));
  if (context.sql == nullptr) {
    return MakeError(Fault::kInternal, "a Best Practice session needs an SQL transport");
  }
  return std::unique_ptr<Session>(std::make_unique<BestPracticeSession>(context));
}

}  // namespace pons::best_practice
