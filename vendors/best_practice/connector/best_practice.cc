// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice.h"

#include <array>

#include "base/text.h"
#include "net/folder.h"
#include "net/sql.h"
#include "vendors/best_practice/connector/best_practice_session.h"
#include "vendors/best_practice/connector/best_practice_way.h"
#include "vendors/best_practice/connector/best_practice_write_settings.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using namespace std::chrono_literals;

constexpr SettingSpec kSettings[] = {
    {.key = "transport",
     .help = "The way to the database: odbc (straight to the server) or halo (Halo Connect).",
     .required = false,
     .fallback = "odbc"},
    {.key = "server",
     .help = "For odbc: the database server's name or address; NAME\\BPSINSTANCE where no port is "
             "given.",
     .required = false},
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
     .help = "For odbc: the Database browser password: Setup > Configuration > Database > Database "
             "browser.",
     .required = false,
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
    {.key = "halo_site_id",
     .help =
         "For halo: the practice's Bp Site ID, which Best Practice shows with the pairing code.",
     .required = false,
     .binds = true},
    {.key = "halo_pairing_code",
     .help = "For halo: the pairing code that Best Practice makes. It is used once.",
     .required = false,
     .secret = true,
     .once = true},
    {.key = "halo_guid",
     .help = "For halo: the practice's number at Halo Connect, learned by pairing.",
     .required = false,
     .learned = true},
    {.key = "halo_visit_seconds",
     .help = "For halo: how often to look for visits that have started while the practice is open. "
             "0: only when Halo says that something has changed.",
     .required = false,
     .fallback = "20"},
    {.key = "halo_other_seconds",
     .help = "For halo: how often to look for changes of patients and appointments while the "
             "practice is open, where Halo says of none.",
     .required = false,
     .fallback = "300"},
    {.key = "halo_list_seconds",
     .help = "For halo: how often to read users, locations and appointment types again.",
     .required = false,
     .fallback = "3600"},
    {.key = "halo_closed_seconds",
     .help = "For halo: how often to look at all while the practice is closed, where Halo says of "
             "no change.",
     .required = false,
     .fallback = "1800"},
    {.key = "halo_watch",
     .help = "For halo: whether a query that Halo runs every minute tells of changes: on or off.",
     .required = false,
     .fallback = "on"},
    {.key = "opening_hours",
     .help = "For halo: when the practice is open, on its own clock. Empty: always.",
     .required = false,
     .fallback = "Mon-Fri 08:00-18:00, Sat 08:00-12:00"},
    {.key = "patient_reference",
     .help =
         "Where Pons leaves its reference on patients that apps add: external_id, or none where "
         "the practice uses that field itself.",
     .required = false,
     .fallback = "external_id"},
    {.key = "appointment_reference",
     .help = "Where Pons leaves its reference on appointments that apps book: at the end of their "
             "reason, or none.",
     .required = false,
     .fallback = "reason"},
    {.key = "login_user_id",
     .help = "The number of the Best Practice user who is shown as having booked. Empty: nobody.",
     .required = false},
    {.key = "report_folder",
     .help =
         "The folder that Best Practice's results import watches, as this machine sees it; apps' "
         "documents are put there. Empty: none.",
     .required = false},
    {.key = "report_extension",
     .help = "How the names of report files end.",
     .required = false,
     .fallback = "hl7"},
    {.key = "report_prefix",
     .help = "How the names of report files begin.",
     .required = false,
     .fallback = "pons"},
    {.key = "sending_facility",
     .help = "The sender that reports name. Empty: the practice's name.",
     .required = false},
    {.key = "hpio",
     .help = "The practice's HPI-O, named in reports. Empty: none.",
     .required = false},
    {.key = "report_version",
     .help = "The version that reports say they have: 2.4-AU, 2.4 or 2.3.1.",
     .required = false,
     .fallback = "2.4-AU"},
    {.key = "report_ack",
     .help = "Which acknowledgements reports ask for: AL/AL, AL/NE or NE/NE.",
     .required = false,
     .fallback = "AL/AL"},
    {.key = "report_line_end",
     .help = "What ends a segment of a report: CR or CRLF.",
     .required = false,
     .fallback = "CR"},
    {.key = "report_pdf_casing",
     .help = "How reports spell the PDF's type: application or Application.",
     .required = false,
     .fallback = "application"},
    {.key = "report_text_display",
     .help = "Whether reports also carry their title as plain text: on or off.",
     .required = false,
     .fallback = "off"},
    {.key = "report_provider_number",
     .help = "Whether reports carry the doctor's provider number: on or off.",
     .required = false,
     .fallback = "on"},
    {.key = "report_doctor_in_pv1",
     .help = "Whether reports name the doctor in PV1-9 too: on or off.",
     .required = false,
     .fallback = "on"},
    {.key = "report_character_set",
     .help = "The character set of reports: ASCII, 8859/1 or UTF-8.",
     .required = false,
     .fallback = "ASCII"},
    {.key = "ack_folder",
     .help = "The folder where Best Practice puts its acknowledgements of reports. Empty: none.",
     .required = false},
    {.key = "import_cycle_minutes",
     .help =
         "How often Best Practice imports; a report that waits three times as long is reported.",
     .required = false,
     .fallback = "5"},
    {.key = "document_command",
     .help =
         "Instead of a report folder: the SQL statement that adds a document, with {patient_id}, "
         "{user_id}, {title}, {content} (Base64), {content_hex}, {date} and others in its "
         "place. Empty: off.",
     .required = false},
    {.key = "document_read_command",
     .help = "The SQL statement that gives a document's bytes, as Base64 or hexadecimal in its "
             "first cell, with {patient_id}, {document_id} and {kind} in its place. Empty: "
             "documents are listed and not read.",
     .required = false},
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

constexpr model::CommandKind kCommands[] = {
    model::CommandKind::kCreatePatient,     model::CommandKind::kUpdatePatient,
    model::CommandKind::kBookAppointment,   model::CommandKind::kMoveAppointment,
    model::CommandKind::kCancelAppointment, model::CommandKind::kSetAppointmentStatus,
    model::CommandKind::kAttachDocument,
};

constexpr model::ClinicalKind kClinical[] = {
    model::ClinicalKind::kConditions,    model::ClinicalKind::kMedications,
    model::ClinicalKind::kAllergies,     model::ClinicalKind::kVitalSigns,
    model::ClinicalKind::kSocialHistory, model::ClinicalKind::kFamilyHistory,
    model::ClinicalKind::kDocuments,
};

Error Wrong(std::string_view key, std::string_view why) {
  return MakeError(Fault::kMisconfigured,
                   "setting \"" + std::string(key) + "\" " + std::string(why));
}

std::string HostOf(std::string_view url) {
  if (const auto at = url.find("://"); at != std::string_view::npos) url.remove_prefix(at + 3);
  return std::string(url.substr(0, url.find_first_of("/:")));
}

// These would end a value in a connection string.
bool FitsConnectionString(std::string_view text) {
  return text.find_first_of(";{}=\r\n") == std::string_view::npos;
}

Result<void> CheckServer(const Settings& settings) {
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
  const auto timeout = settings.Integer("connect_timeout_ms");
  if (!timeout || *timeout < 100 || *timeout > 3'600'000) {
    return Wrong("connect_timeout_ms", "is not between 100 and 3600000");
  }
  return Ok();
}

}  // namespace

BestPracticeConnector::BestPracticeConnector()
    : BestPracticeConnector(std::unique_ptr<const halo_connect::Access>()) {}

BestPracticeConnector::BestPracticeConnector(const halo_connect::Access& halo)
    : BestPracticeConnector(std::make_unique<const halo_connect::Access>(halo)) {}

BestPracticeConnector::~BestPracticeConnector() = default;

BestPracticeConnector::BestPracticeConnector(std::unique_ptr<const halo_connect::Access> halo)
    : halo_(std::move(halo)), hosts_{"{server}"} {
  if (halo_) {
    halo_host_ = HostOf(halo_->url);
    hosts_.push_back(halo_host_);
  }
  descriptor_ = {.id = "best_practice",
                 .name = "Best Practice",
                 .region = "AU",
                 .settings = kSettings,
                 .hosts = hosts_,
                 .can = {.streams = kStreams,
                         .reads_records = true,
                         .tells_clock = true,
                         .reads_slots = true,
                         .commands = kCommands,
                         .max_document_bytes = kMostDocumentBytes,
                         .clinical = kClinical}};
}

Result<void> BestPracticeConnector::CheckWhole(const Settings& settings) const {
  PONS_ASSIGN(const auto way, ReadWay(settings));
  if (way.halo) {
    const auto available = WayAvailable(kHaloWay);
    if (!available) return Wrong("transport", "is halo: " + available.error().summary);
    const auto* code = settings.Secret(kCodeSetting);
    if (way.site.guid.empty() && (code == nullptr || Trim(code->Reveal()).empty())) {
      return Wrong(kCodeSetting,
                   "is empty: Best Practice makes one under Setup > Configuration > Database > "
                   "Setup third-party integrations");
    }
  } else {
    PONS_TRY(CheckServer(settings));
  }
  const auto write = ReadWriteSettings(settings);
  if (!write) return write.error();
  return Ok();
}

std::chrono::milliseconds BestPracticeConnector::PollInterval(const Settings& settings,
                                                              Stream stream) const {
  const auto completed = CompleteSettings(settings, kSettings);
  const auto way = completed ? ReadWay(*completed) : Result<Way>(completed.error());
  return way ? IntervalOf(*way, called(), stream) : Connector::PollInterval(settings, stream);
}

Result<void> BestPracticeConnector::Check(const Settings& settings) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  return CheckWhole(complete);
}

std::unique_ptr<net::SqlTransport> BestPracticeConnector::MakeSql(
    const Settings& settings, const SessionContext& context) const {
  const auto completed = CompleteSettings(settings, kSettings);
  if (!completed || !CheckWhole(*completed)) return nullptr;
  const Settings& s = *completed;
  const auto way = ReadWay(s);
  if (way->halo) {
    if (way->site.guid.empty()) return nullptr;
    return halo_connect::MakeHaloTransport(*halo_, way->site, context);
  }
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

std::unique_ptr<net::Folder> BestPracticeConnector::MakeFolder(const Settings& settings) const {
  const auto folder = Trim(settings.Text("report_folder"));
  return folder.empty() ? nullptr : net::MakeFolder(std::string(folder));
}

Result<void> BestPracticeConnector::Supports(const Settings& settings,
                                             model::CommandKind kind) const {
  PONS_TRY(Connector::Supports(settings, kind));
  if (kind != model::CommandKind::kAttachDocument) return Ok();
  for (const auto key : {"report_folder", "document_command"}) {
    if (!Trim(settings.Text(key)).empty()) return Ok();
  }
  return MakeError(Fault::kUnsupported,
                   "This connection takes no documents: set report_folder to the folder that Best "
                   "Practice's results import watches.");
}

Result<std::unique_ptr<Session>> BestPracticeConnector::Open(const Settings& settings,
                                                             const SessionContext& context) const {
  PONS_ASSIGN(const Settings complete, CompleteSettings(settings, kSettings));
  PONS_TRY(CheckWhole(complete));
  PONS_ASSIGN(auto write, ReadWriteSettings(complete));
  PONS_ASSIGN(const auto way, ReadWay(complete));
  if (way.halo && way.site.guid.empty()) {
    return MakeError(Fault::kMisconfigured,
                     "the practice has not been paired with Halo Connect yet: give a pairing code");
  }
  if (context.sql == nullptr) {
    return MakeError(Fault::kInternal, "a Best Practice session needs an SQL transport");
  }
  std::optional<Relay> relay;
  if (way.halo) relay = Relay{*halo_, way};
  return std::unique_ptr<Session>(
      std::make_unique<BestPracticeSession>(context, std::move(write), std::move(relay)));
}

}  // namespace pons::best_practice
