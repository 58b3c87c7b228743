// SPDX-License-Identifier: Apache-2.0
// What a practice is told that connects its Best Practice. Facts: best-practice sheet §1 and §6,
// dermengine sheet §4 and §6.
#include "connector/guide.h"
#include "vendors/best_practice/connector/best_practice.h"

namespace pons::best_practice {
namespace {

constexpr std::string_view kBefore[] = {
    "Best Practice Premier on a computer where you may open Setup > Configuration.",
    "The Database browser password. It belongs to the database, not to a person.",
    "The name or address of the server that runs Best Practice, and the port of its database.",
    "A way from Pons to that port: the same network, or a private tunnel. Never open the database "
    "to the internet.",
};

constexpr GuideStep kSteps[] = {
    {.title = "Find the server's name",
     .text = "In Best Practice on the server, open the database page. It shows the server's name. "
             "The database's instance is called BPSINSTANCE; where no port is given, Pons asks "
             "the server for it.",
     .where = "Setup > Configuration > Database"},
    {.title = "Set the Database browser password",
     .text = "On the same page, set the Database browser password or ask whoever set it. Changing "
             "it cuts off other programs that use it, so ask first.",
     .where = "Setup > Configuration > Database > Database browser"},
    {.title = "Use a dedicated user if you can",
     .text = "The user is bpsrawdata unless your IT person made one that only Pons uses, with the "
             "right to read, and to run the BP_ procedures where apps may write."},
    {.title = "Let reports in (only where apps send reports)",
     .text = "Tick the import on one computer, and add a folder to the report file search paths. "
             "Give the same folder here as the server of Pons sees it. Best Practice looks every "
             "five minutes and deletes each file once it is imported.",
     .where = "Setup > Configuration > Results import"},
};

constexpr SettingWords kSettings[] = {
    {.key = "server", .label = "Server", .usual = true},
    {.key = "port", .label = "Port", .usual = true},
    {.key = "password", .label = "Database browser password", .usual = true},
    {.key = "user", .label = "Database user"},
    {.key = "database", .label = "Database"},
    {.key = "encryption", .label = "Encryption", .choices = "request require off"},
    {.key = "connect_timeout_ms", .label = "Longest sign-in, in milliseconds"},
    {.key = "visit_poll_interval_ms", .label = "Look for visits every, in milliseconds"},
    {.key = "other_poll_interval_ms", .label = "Look for other changes every, in milliseconds"},
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
};

}  // namespace

const Guide* BestPracticeConnector::guide() const { return &kGuide; }

}  // namespace pons::best_practice
