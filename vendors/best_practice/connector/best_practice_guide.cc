// SPDX-License-Identifier: Apache-2.0
// What a practice is told that connects its Best Practice. Facts: best-practice sheet §1 and §6,
// dermengine sheet §4 and §6,
// halo-connect sheet §9.
#include "connector/guide.h"
#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/best_practice/connector/best_practice_way.h"

namespace pons::best_practice {
namespace {

constexpr std::string_view kBefore[] = {
    "Best Practice Premier on a computer where you may open Setup > Configuration.",
};

constexpr std::string_view kBeforeOdbc[] = {
    "The Database browser password. It belongs to the database, not to a person.",
    "The name or address of the server that runs Best Practice, and the port of its database.",
    "A way from Pons to that port: the same network, or a private tunnel. Never open the database "
    "to the internet.",
};

constexpr std::string_view kBeforeHalo[] = {
    "A Best Practice user with the Configuration permission.",
    "Best Practice with its recent updates: Orchid SP2 (June 2024) and before can refuse the "
    "pairing.",
    "Clocks of the server and the workstations that agree within a minute.",
};

constexpr GuideWay kWays[] = {
    {.value = kOdbcWay,
     .label = "Direct connection",
     .text = "Pons runs in the practice's network, or has a private tunnel to it.",
     .before = kBeforeOdbc},
    {.value = kHaloWay,
     .label = "Halo Connect",
     .text = "Pons runs elsewhere. Best Practice's own relay carries every question; it charges "
             "for them, so Pons asks less often.",
     .before = kBeforeHalo},
};

constexpr GuideStep kSteps[] = {
    {.title = "Find the server's name",
     .text = "In Best Practice on the server, open the database page. It shows the server's name. "
             "The database's instance is called BPSINSTANCE; where no port is given, Pons asks "
             "the server for it.",
     .where = "Setup > Configuration > Database",
     .way = kOdbcWay},
    {.title = "Set the Database browser password",
     .text = "On the same page, set the Database browser password or ask whoever set it. Changing "
             "it cuts off other programs that use it, so ask first.",
     .where = "Setup > Configuration > Database > Database browser",
     .way = kOdbcWay},
    {.title = "Use a dedicated user if you can",
     .text = "The user is bpsrawdata unless your IT person made one that only Pons uses, with the "
             "right to read, and to run the BP_ procedures where apps may write.",
     .way = kOdbcWay},
    {.title = "Let Pons in",
     .text = "Open the third-party integrations, tick Pons (via Halo Connect), confirm with Yes, "
             "and save.",
     .where = "Setup > Configuration > Database > Setup third-party integrations",
     .way = kHaloWay},
    {.title = "Make a pairing code",
     .text = "Select the row of Pons and choose Generate Pairing Code. A window shows the Site ID "
             "and the pairing code: enter both here. The code is used once; if anything goes "
             "wrong, make a new one.",
     .where = "Setup > Configuration > Database > Setup third-party integrations",
     .way = kHaloWay},
    {.title = "Say when you are open",
     .text = "Halo Connect charges for each question. While the practice is open Pons looks for "
             "visits every few seconds, and rarely while it is closed.",
     .way = kHaloWay},
    {.title = "Let reports in (only where apps send reports)",
     .text = "Tick the import on one computer, and add a folder to the report file search paths. "
             "Give the same folder here as the server of Pons sees it. Best Practice looks every "
             "five minutes and deletes each file once it is imported.",
     .where = "Setup > Configuration > Results import",
     .way = kOdbcWay},
    {.title = "Let reports in (only where apps send reports)",
     .text = "Halo Connect carries no files. The folder that Best Practice imports from is in "
             "your own network: give it here only if the server of Pons can reach it, by a tunnel "
             "or a shared folder. Otherwise reports need the SQL statement for documents that "
             "Best Practice gives its partners; without either, apps cannot send documents.",
     .where = "Setup > Configuration > Results import",
     .way = kHaloWay},
};

constexpr SettingWords kSettings[] = {
    {.key = "transport", .label = "Way to the database", .choices = "odbc halo", .usual = true},
    {.key = "server", .label = "Server", .usual = true, .way = kOdbcWay},
    {.key = "port", .label = "Port", .usual = true, .way = kOdbcWay},
    {.key = "password", .label = "Database browser password", .usual = true, .way = kOdbcWay},
    {.key = "halo_site_id", .label = "Site ID", .usual = true, .way = kHaloWay},
    {.key = "halo_pairing_code", .label = "Pairing code", .usual = true, .way = kHaloWay},
    {.key = "opening_hours", .label = "Opening hours", .usual = true, .way = kHaloWay},
    {.key = "halo_guid", .label = "Number at Halo Connect", .way = kHaloWay},
    {.key = "halo_visit_seconds", .label = "Look for visits every, in seconds", .way = kHaloWay},
    {.key = "halo_other_seconds",
     .label = "Look for other changes every, in seconds",
     .way = kHaloWay},
    {.key = "halo_list_seconds", .label = "Read lists every, in seconds", .way = kHaloWay},
    {.key = "halo_closed_seconds",
     .label = "While closed, look every, in seconds",
     .way = kHaloWay},
    {.key = "halo_watch",
     .label = "Let Halo tell of changes",
     .choices = "on off",
     .way = kHaloWay},
    {.key = "user", .label = "Database user", .way = kOdbcWay},
    {.key = "database", .label = "Database", .way = kOdbcWay},
    {.key = "encryption", .label = "Encryption", .choices = "request require off", .way = kOdbcWay},
    {.key = "connect_timeout_ms", .label = "Longest sign-in, in milliseconds", .way = kOdbcWay},
    {.key = "visit_poll_interval_ms",
     .label = "Look for visits every, in milliseconds",
     .way = kOdbcWay},
    {.key = "other_poll_interval_ms",
     .label = "Look for other changes every, in milliseconds",
     .way = kOdbcWay},
    {.key = "patient_reference",
     .label = "Reference on new patients",
     .choices = "external_id none"},
    {.key = "appointment_reference",
     .label = "Reference on booked appointments",
     .choices = "reason none"},
    {.key = "login_user_id", .label = "User who is shown as having booked"},
    {.key = "report_folder", .label = "Report folder"},
    {.key = "report_extension", .label = "Report files end with"},
    {.key = "report_prefix", .label = "Report files begin with"},
    {.key = "sending_facility", .label = "Sender of reports"},
    {.key = "hpio", .label = "The practice's HPI-O"},
    {.key = "report_version", .label = "HL7 version of reports", .choices = "2.4-AU 2.4 2.3.1"},
    {.key = "report_ack", .label = "Acknowledgements asked for", .choices = "AL/AL AL/NE NE/NE"},
    {.key = "report_line_end", .label = "Line end of reports", .choices = "CR CRLF"},
    {.key = "report_pdf_casing",
     .label = "Spelling of the PDF's type",
     .choices = "application Application"},
    {.key = "report_text_display", .label = "Title as plain text too", .choices = "on off"},
    {.key = "report_provider_number", .label = "Carry provider numbers", .choices = "on off"},
    {.key = "report_doctor_in_pv1", .label = "Doctor in PV1-9 too", .choices = "on off"},
    {.key = "report_character_set",
     .label = "Character set of reports",
     .choices = "ASCII 8859/1 UTF-8"},
    {.key = "ack_folder", .label = "Acknowledgement folder"},
    {.key = "import_cycle_minutes", .label = "Results import runs every, in minutes"},
    {.key = "document_command", .label = "SQL statement for documents"},
    {.key = "document_read_command", .label = "SQL statement that reads documents"},
};

constexpr Guide kGuide = {
    .standing = "draft",
    .before = kBefore,
    .steps = kSteps,
    .settings = kSettings,
    .refused =
        "It is the Database browser password (Setup > Configuration > Database), not your "
        "own.",
    .way_setting = "transport",
    .ways = kWays,
};

}  // namespace

const Guide* BestPracticeConnector::guide() const { return &kGuide; }

}  // namespace pons::best_practice
