// SPDX-License-Identifier: Apache-2.0
#include "portal/audit_words.h"

#include <algorithm>

#include "base/text.h"

namespace pons::portal {
namespace {

constexpr AuditWords kWords[] = {
    // ---- pages and their buttons
    {"portal", "POST /account/second_factor", "Began to set up a second factor"},
    {"portal", "POST /account/second_factor/confirm", "Confirmed a second factor"},
    {"portal", "GET /apps", "Looked at the list of apps"},
    {"portal", "POST /apps", "Set up an app"},
    {"portal", "GET /apps/{app}", "Looked at an app"},
    {"portal", "PATCH /apps/{app}", "Changed an app"},
    {"portal", "DELETE /apps/{app}", "Removed an app"},
    {"portal", "POST /apps/{app}/secrets", "Made a new secret for an app"},
    {"portal", "DELETE /apps/{app}/secrets/{n}", "Ended an old secret of an app"},
    {"portal", "GET /apps/{app}/usage", "Looked at an app's usage"},
    {"portal", "GET /apps/{app}/requests", "Looked at what an app asked"},
    {"portal", "GET /apps/{app}/locations", "Looked at an app's locations"},
    {"portal", "PUT /apps/{app}/locations", "Listed an app's locations"},
    {"portal", "GET /apps/{app}/webhooks", "Looked at an app's webhooks"},
    {"portal", "POST /apps/{app}/webhooks", "Set up a webhook"},
    {"portal", "PATCH /webhooks/{webhook}", "Changed a webhook"},
    {"portal", "DELETE /webhooks/{webhook}", "Deleted a webhook"},
    {"portal", "POST /webhooks/{webhook}/test", "Sent a test message to a webhook"},
    {"portal", "POST /webhooks/{webhook}/secret", "Made a new signing secret for a webhook"},
    {"portal", "GET /webhooks/{webhook}/deliveries", "Looked at what a webhook was sent"},
    {"portal", "GET /webhooks/{webhook}/deliveries/{delivery}", "Looked at one delivery"},
    {"portal", "POST /webhooks/{webhook}/replay", "Sent messages to a webhook again"},
    {"portal", "GET /sandboxes", "Looked at the sandboxes"},
    {"portal", "POST /sandboxes", "Started a sandbox practice"},
    {"portal", "POST /sandboxes/{sandbox}/actions", "Let something happen in a sandbox"},
    {"portal", "DELETE /sandboxes/{sandbox}", "Ended a sandbox"},
    {"portal", "GET /operator/overview", "Looked at the server's overview"},
    {"portal", "GET /operator/quarantine", "Looked at entries that could not be read"},
    {"portal", "GET /operator/commands", "Looked at the requests of apps"},
    {"portal", "GET /operator/commands/{command}", "Looked at one request of an app"},
    {"portal", "POST /operator/commands/{command}/resolve",
     "Said whether a request in doubt took effect"},
    {"portal", "POST /operator/commands/{command}/retry", "Tried a waiting request again"},
    {"portal", "GET /operator/logs", "Looked at the server's log"},
    {"portal", "POST /operator/backup", "Started a backup"},
    {"portal", "GET /operator/backups", "Looked at the backups"},
    {"portal", "GET /operator/users", "Looked at the list of accounts"},
    {"portal", "POST /operator/users", "Invited somebody to this server"},
    {"portal", "PATCH /operator/users/{user}", "Changed an account's rights"},
    {"portal", "GET /operator/audit", "Looked at the audit trail of everything"},
    {"portal", "GET /operator/audit/verify", "Checked that the audit trail is whole"},
    {"portal", "POST /organizations", "Set up an organization"},
    {"portal", "GET /organizations/{org}", "Looked at the overview"},
    {"portal", "PATCH /organizations/{org}", "Renamed the organization"},
    {"portal", "GET /organizations/{org}/members", "Looked at the members"},
    {"portal", "POST /organizations/{org}/members", "Invited a member"},
    {"portal", "PATCH /organizations/{org}/members/{user}", "Changed a member's role"},
    {"portal", "DELETE /organizations/{org}/members/{user}", "Removed a member"},
    {"portal", "GET /organizations/{org}/audit", "Looked at the audit trail"},
    {"portal", "GET /organizations/{org}/connections", "Looked at the connections"},
    {"portal", "POST /organizations/{org}/connections", "Connected the practice's system"},
    {"portal", "POST /organizations/{org}/connections/test", "Tried the settings of a connection"},
    {"portal", "GET /organizations/{org}/grants", "Looked at what is shared with whom"},
    {"portal", "POST /organizations/{org}/grants", "Began to share with an app"},
    {"portal", "POST /organizations/{org}/grants/preview", "Previewed what would be shared"},
    {"portal", "GET /organizations/{org}/apps", "Looked at the apps to share with"},
    {"portal", "GET /organizations/{org}/patients", "Looked for patients"},
    {"portal", "GET /connections/{connection}", "Looked at a connection"},
    {"portal", "PATCH /connections/{connection}", "Changed a connection"},
    {"portal", "DELETE /connections/{connection}", "Disconnected the practice's system"},
    {"portal", "POST /connections/{connection}/test", "Tried a connection"},
    {"portal", "GET /connections/{connection}/activity", "Looked at a connection's activity"},
    {"portal", "GET /connections/{connection}/directory",
     "Looked at the practice's practitioners, types and locations"},
    {"portal", "GET /connections/{connection}/quarantine",
     "Looked at entries that could not be read"},
    {"portal", "GET /connections/{connection}/commands", "Looked at the requests of apps"},
    {"portal", "GET /connections/{connection}/keys", "Looked at a connection's keys"},
    {"portal", "POST /connections/{connection}/keys", "Made a key for a connection"},
    {"portal", "DELETE /connections/{connection}/keys/{n}", "Ended a key of a connection"},
    {"portal", "GET /grants/{grant}", "Looked at what an app is shown"},
    {"portal", "PATCH /grants/{grant}", "Changed what an app is shown"},
    {"portal", "DELETE /grants/{grant}", "Stopped sharing with an app"},
    {"portal", "POST /grants/{grant}/preview", "Previewed what would be shared"},
    {"portal", "GET /patients/{patient}", "Looked at a patient"},

    // ---- what was set up, here or on the command line
    {"settings", "org add", "Set up an organization"},
    {"settings", "org rename", "Renamed the organization"},
    {"settings", "connection add", "Connected the practice's system"},
    {"settings", "connection edit", "Changed a connection"},
    {"settings", "connection pause", "Paused a connection"},
    {"settings", "connection resume", "Resumed a connection"},
    {"settings", "connection remove", "Disconnected the practice's system"},
    {"settings", "connection key add", "Made a key for a connection"},
    {"settings", "connection key remove", "Ended a key of a connection"},
    {"settings", "app add", "Set up an app"},
    {"settings", "app rotate-secret", "Made a new secret for an app"},
    {"settings", "app disable", "Shut an app out"},
    {"settings", "app enable", "Let an app in again"},
    {"settings", "grant add", "Began to share with an app"},
    {"settings", "grant edit", "Changed what an app is shown"},
    {"settings", "grant revoke", "Stopped sharing with an app"},
    {"settings", "duplicate settle", "Said whether two records are one person"},
    {"settings", "webhook add", "Set up a webhook"},
    {"settings", "webhook edit", "Changed a webhook"},
    {"settings", "webhook enable", "Switched a webhook on"},
    {"settings", "webhook disable", "Switched a webhook off"},
    {"settings", "webhook delete", "Deleted a webhook"},
    {"settings", "webhook rotate-secret", "Made a new signing secret for a webhook"},
    {"settings", "webhook replay", "Sent messages to a webhook again"},
    {"settings", "command resolve", "Said whether a request in doubt took effect"},
    {"settings", "command retry", "Tried a waiting request again"},
    {"settings", "backup make", "Made a backup"},
    {"settings", "key rotate", "Changed the master key"},

    // ---- accounts
    {"account", "first-link-made", "Made the link for the first account"},
    {"account", "first-operator-made", "Made the first account"},
    {"account", "invited", "Invited somebody"},
    {"account", "invitation-accepted", "Accepted an invitation"},
    {"account", "invitation-withdrawn", "Took an invitation back"},
    {"account", "member-added", "Added a member"},
    {"account", "member-removed", "Removed a member"},
    {"account", "role-changed", "Changed a member's role"},
    {"account", "user-added", "Added an account"},
    {"account", "user-disabled", "Switched an account off"},
    {"account", "user-enabled", "Switched an account on"},
    {"account", "user-rights-changed", "Changed an account's rights"},
    {"account", "app-owner-set", "Said whose app it is"},
    {"account", "sign-in", "Signed in"},
    {"account", "sign-in-refused", "Could not sign in: wrong e-mail or password"},
    {"account", "password-accepted", "Gave the right password; the code was still due"},
    {"account", "password-refused", "Gave a wrong password"},
    {"account", "password-changed", "Changed the password"},
    {"account", "password-reset-asked", "Asked for a new password"},
    {"account", "password-reset", "Set a new password by a link"},
    {"account", "name-changed", "Changed the account's name or language"},
    {"account", "second-factor-begun", "Began to set up a second factor"},
    {"account", "second-factor-set", "Set up a second factor"},
    {"account", "second-factor-refused", "Gave a wrong code"},
    {"account", "second-factor-removed", "Took the second factor away"},
    {"account", "second-factor-reset", "Took somebody's second factor away"},
    {"account", "sign-in-with-recovery-code", "Signed in with a recovery code"},
    {"account", "recovery-codes-renewed", "Made new recovery codes"},
    {"account", "sign-out", "Signed out"},
    {"account", "session-ended", "Ended one of their sessions"},
    {"account", "all-sessions-ended", "Signed out everywhere"},

    // ---- what apps and programs did, and what was given out of a page; by kind of record
    {"search", "Patient", "Looked for patients"},
    {"search", "Appointment", "Looked for appointments"},
    {"search", "Encounter", "Looked for visits"},
    {"search", "Practitioner", "Looked for practitioners"},
    {"search", "Location", "Looked for locations"},
    {"search", "HealthcareService", "Looked for appointment types"},
    {"search", "DocumentReference", "Looked for documents"},
    {"search", "Task", "Looked at its requests"},
    {"search", "", "Looked for records"},
    {"read", "Patient", "Looked at a patient"},
    {"read", "Appointment", "Looked at an appointment"},
    {"read", "Encounter", "Looked at a visit"},
    {"read", "DocumentReference", "Looked at a document"},
    {"read", "Binary", "Opened a document"},
    {"read", "Task", "Looked at a request"},
    {"read", "", "Looked at a record"},
    {"vread", "", "Looked at one version of a record"},
    {"create", "", "Sent something new"},
    {"update", "", "Changed a record"},
    {"patch", "", "Changed a record"},
    {"match", "", "Asked who a person is"},
    {"timeline-report", "", "Had a report drawn"},
    {"write", "", "Asked to change something"},
    {"changes", "", "Followed what changed"},
    {"token", "", "Signed in as an app"},
    {"webhooks", "", "Managed its webhooks"},
    {"locations", "", "Listed or looked at its locations"},
    {"user-links", "", "Linked its users to practitioners, or looked at the links"},
    {"read", "Practitioner", "Looked at a practitioner"},
    {"search", "Condition", "Looked for past history"},
    {"agent", "", "An agent asked which connection it belongs to"},
    {"nudge", "", "A browser extension said that something changed"},
};

std::string LowerFirst(std::string_view words) {
  std::string text(words);
  if (!text.empty()) text[0] = AsciiLower(text.substr(0, 1))[0];
  return text;
}

}  // namespace

std::span<const AuditWords> AuditWordsTable() { return kWords; }

std::string_view WordsOf(std::string_view operation, std::string_view type) {
  if (operation == "portal-refused") operation = "portal";
  std::string_view any;
  for (const auto& row : kWords) {
    if (row.operation != operation) continue;
    if (row.type == type) return row.words;
    if (row.type.empty()) any = row.words;
  }
  return any;
}

std::string AuditText(const json::Value& entry, std::string_view object) {
  const auto operation = entry.Text("operation");
  const auto type = entry.Text("type");
  const auto found = WordsOf(operation, type);
  // What nobody has put into words yet is shown as it is, rather than not at all.
  std::string text(found.empty() ? type.empty() ? operation : type : found);
  const auto status = entry.Integer("status").value_or(0);
  if (operation == "portal-refused" || status == 401 || status == 403 || status == 404) {
    const bool its_own_words = operation == "account";
    if (!its_own_words) text = "Not allowed: " + LowerFirst(text);
  } else if (status >= 400) {
    text = "Failed: " + LowerFirst(text);
  }
  if (operation == "search" && status < 400) {
    text += ": " + std::to_string(entry.Integer("count").value_or(0)) + " shown";
  } else if (!object.empty()) {
    text += ": " + std::string(object);
  }
  return text;
}

}  // namespace pons::portal
