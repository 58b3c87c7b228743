// SPDX-License-Identifier: Apache-2.0
// doctor: looks at everything that can be wrong from outside, and says in words what to do next.
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "admin/parts.h"
#include "api/audit_trail.h"
#include "crypto/certificate.h"
#include "net/http.h"
#include "sync/health.h"

namespace pons::admin {
namespace {

constexpr std::uintmax_t kDiskFailed = 200ull << 20;
constexpr std::uintmax_t kDiskAttention = 2ull << 30;
constexpr std::chrono::hours kCertificateAttention{24 * 21};

class Findings {
 public:
  void Ok(std::string check, std::string says) { Add(std::move(check), "ok", std::move(says), {}); }
  void Attention(std::string check, std::string says, std::string next) {
    ++attention_;
    Add(std::move(check), "attention", std::move(says), std::move(next));
  }
  void Failed(std::string check, std::string says, std::string next) {
    ++failed_;
    Add(std::move(check), "failed", std::move(says), std::move(next));
  }
  std::size_t attention() const { return attention_; }
  std::size_t failed() const { return failed_; }
  json::Array take() { return std::move(items_); }

 private:
  void Add(std::string check, std::string_view state, std::string says, std::string next) {
    json::Value item;
    item.Set("check", std::move(check));
    item.Set("state", state);
    item.Set("says", std::move(says));
    if (!next.empty()) item.Set("next", std::move(next));
    items_.push_back(std::move(item));
  }

  json::Array items_;
  std::size_t attention_ = 0;
  std::size_t failed_ = 0;
};

std::string Mebibytes(std::uintmax_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

void CheckFolder(const AdminContext& context, Findings& out) {
  const auto& folder = context.data_folder;
  if (folder.empty()) return;
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0) {
    out.Failed("data folder", folder + " cannot be looked at",
               "make it, owned by the user that runs pons serve");
    return;
  }
  if (info.st_uid != geteuid()) {
    out.Failed("data folder", folder + " belongs to another user",
               "chown -R \"$(id -un)\" " + folder);
  } else if ((info.st_mode & 0077) != 0) {
    out.Failed("data folder", "others on this machine may read " + folder,
               "chmod -R go= " + folder);
  } else {
    out.Ok("data folder", folder + " is for its owner alone");
  }
  const char* elsewhere = std::getenv("PONS_MASTER_KEY_FILE");
  const std::string key = elsewhere != nullptr ? elsewhere : folder + "/master.key";
  if (stat(key.c_str(), &info) == 0 && (info.st_mode & 0077) != 0) {
    out.Failed("master key", "others on this machine may read " + key, "chmod 600 " + key);
  }
}

void CheckDisk(const AdminContext& context, Findings& out) {
  if (context.data_folder.empty()) return;
  std::error_code code;
  const auto space = std::filesystem::space(context.data_folder, code);
  if (code) {
    out.Failed("disk", "the free space cannot be told: " + code.message(), "look at the disk");
    return;
  }
  const auto says = Mebibytes(space.available) + " free";
  if (space.available < kDiskFailed) {
    out.Failed("disk", says, "make room: nothing can be recorded when the disk is full");
  } else if (space.available < kDiskAttention) {
    out.Attention("disk", says, "make room soon");
  } else {
    out.Ok("disk", says);
  }
}

void CheckClock(const AdminContext& context, Findings& out) {
  if (context.clock.Now() < ParseInstant("2025-01-01T00:00:00Z").value()) {
    out.Failed("clock", "this machine's clock says " + FormatInstant(context.clock.Now()),
               "set it to network time: timedatectl set-ntp true");
    return;
  }
  timex state{};
  if (adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    out.Attention("clock", "this machine's clock is not kept by network time, or does not say so",
                  "timedatectl set-ntp true");
  } else {
    out.Ok("clock", "kept by network time");
  }
}

void CheckCertificates(const AdminContext& context, Findings& out) {
  for (const auto& path : context.certificate_files) {
    const std::string check = "certificate " + path;
    std::ifstream file(path, std::ios::binary);
    const std::string pem((std::istreambuf_iterator<char>(file)), {});
    const auto ends = crypto::CertificateEnds(pem);
    const auto now = context.clock.Now();
    if (!ends) {
      out.Failed(check, "cannot be read as a certificate", "give a PEM file that pons may read");
    } else if (*ends <= now) {
      out.Failed(check, "ran out " + Ago(*ends, now), "renew it and restart pons serve");
    } else if (*ends - now < kCertificateAttention) {
      out.Attention(check, "runs out " + Ago(*ends, now), "renew it and restart pons serve");
    } else {
      out.Ok(check, "runs out " + Ago(*ends, now));
    }
  }
}

void CheckApi(const AdminContext& context, Findings& out) {
  if (context.api_address.empty()) {
    out.Attention("server", "no server runs on this data folder", "pons serve");
    return;
  }
  const auto transport = net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  net::HttpRequest request;
  request.url = context.api_address + "/fhir/R4/metadata";
  request.timeout = milliseconds(5000);
  const auto answer = transport->Send(request, context.cancel);
  if (answer && answer->status == 200) {
    out.Ok("server", "answers at " + context.api_address);
  } else if (!answer && context.api_address.starts_with("https")) {
    // From this machine the name may lead elsewhere, or the certificate may be for another name.
    out.Attention("server",
                  "could not be asked at " + context.api_address + ": " + answer.error().summary,
                  "open " + context.api_address + "/fhir/R4/metadata from outside");
  } else {
    out.Failed("server",
               "does not answer at " + context.api_address +
                   (answer ? " (status " + std::to_string(answer->status) + ")" : ""),
               "look at its log");
  }
}

void CheckConnection(AdminContext& context, const store::Connection& connection, Findings& out) {
  const std::string check = "connection " + connection.name;
  if (connection.paused) {
    out.Ok(check, "paused; nothing is read from it");
    return;
  }
  const auto report = ProbeConnection(context, connection);
  if (!report) {
    const auto& error = report.error();
    out.Failed(check, error.summary,
               error.fault == Fault::kUnavailable
                   ? "see that the practice's server is on and this machine may reach it, then: "
                     "pons connection probe " +
                         connection.id.value
                   : "mend what it says, then: pons connection probe " + connection.id.value);
    return;
  }
  if (!report->missing_rights.empty()) {
    std::string rights;
    for (const auto& right : report->missing_rights) rights += (rights.empty() ? "" : ", ") + right;
    out.Failed(check, "signed in, but lacks: " + rights,
               "let the practice's administrator grant them");
    return;
  }
  if (const auto warning = sync::ClockWarning(report->clock_ahead); !warning.empty()) {
    out.Attention(check, warning, "set both clocks to network time");
    return;
  }
  out.Ok(check, report->practice_name.empty() ? "answers" : "answers: " + report->practice_name);
}

void CheckAudit(const AdminContext& context, Findings& out) {
  if (context.audit_folder.empty()) return;
  const auto summary = api::VerifyAuditTrail(context.audit_folder);
  if (summary) {
    out.Ok("audit trail", Count(static_cast<std::size_t>(summary->entries), "entry", "entries") +
                              ", the chain is whole");
  } else if (summary.error().fault == Fault::kNotFound) {
    out.Ok("audit trail", "nothing has been read yet");
  } else {
    out.Failed("audit trail", summary.error().summary,
               "keep these files and a backup from before, and find out who could write there");
  }
}

Result<void> CheckStored(AdminContext& context, Findings& out) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto webhooks, reader->Webhooks());
  for (const auto& webhook : webhooks) {
    if (webhook.state == store::WebhookState::kActive) continue;
    out.Failed("webhook " + webhook.id.value, "switched off: " + webhook.cause,
               "mend the receiver, then: pons webhook enable " + webhook.id.value);
  }
  PONS_ASSIGN(const auto rows, reader->Quarantined(std::nullopt));
  if (rows.empty()) {
    out.Ok("quarantine", "empty");
  } else {
    out.Attention("quarantine", Count(rows.size(), "row", "rows") + " could not be read",
                  "pons quarantine list");
  }
  return Ok();
}

Result<json::Value> Doctor(AdminContext& context, const json::Value&) {
  Findings out;
  CheckFolder(context, out);
  CheckDisk(context, out);
  CheckClock(context, out);
  CheckCertificates(context, out);
  CheckApi(context, out);
  PONS_ASSIGN(const auto names, LoadNames(context));
  for (const auto& connection : names.connections) {
    if (!IsRemoved(connection)) CheckConnection(context, connection, out);
  }
  PONS_TRY(CheckStored(context, out));
  CheckAudit(context, out);
  const auto failed = out.failed();
  const auto attention = out.attention();
  std::string message = "All is well.";
  if (failed > 0) {
    message = Count(failed, "thing is", "things are") + " broken" +
              (attention > 0 ? ", " + std::to_string(attention) + " to look at." : ".");
  } else if (attention > 0) {
    message = "Nothing is broken; " + Count(attention, "thing", "things") + " to look at.";
  }
  auto answer = ListAnswer(std::move(message), out.take());
  answer.Set("ok", failed == 0);
  answer.Set("failed", static_cast<std::int64_t>(failed));
  answer.Set("attention", static_cast<std::int64_t>(attention));
  return answer;
}

constexpr Column kColumns[] = {
    {"CHECK", "check"}, {"STATE", "state"}, {"SAYS", "says"}, {"NEXT", "next"}};

constexpr CommandSpec kCommands[] = {
    {"doctor",
     "Checks clock, disk, rights, certificates and each connection, and says what to do.",
     "pons doctor",
     {},
     kColumns,
     false,
     Doctor},
};

}  // namespace

std::span<const CommandSpec> DoctorCommands() { return kCommands; }

}  // namespace pons::admin
