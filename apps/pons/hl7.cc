// SPDX-License-Identifier: Apache-2.0
// pons hl7: looks at HL7 v2 messages, sends them and takes them, by MLLP. For setting up a
// practice's messaging and finding out why a message is not taken.
//
// `check` shows what is in a file because somebody asked for the file's content; nothing of a
// message is logged.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/log.h"
#include "commands.h"
#include "hl7/au_rules.h"
#include "hl7/charset.h"
#include "hl7/describe.h"
#include "hl7/message.h"
#include "hl7/mllp_listener.h"
#include "hl7/mllp_sender.h"
#include "net/folder.h"

namespace pons {
namespace {

Result<std::string> ReadWhole(const std::string& path) {
  if (path == "-") return std::string((std::istreambuf_iterator<char>(std::cin)), {});
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    return MakeError(Fault::kNotFound, path + " cannot be read");
  }
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

Result<std::vector<std::string>> MessagesOf(const std::string& path) {
  PONS_ASSIGN(const auto text, ReadWhole(path));
  std::vector<std::string> messages;
  for (const auto one : hl7::SplitMessages(text)) messages.emplace_back(one);
  if (messages.empty()) {
    return MakeError(Fault::kProtocol, path + " holds no HL7 message: no line begins with MSH");
  }
  return messages;
}

// ---- check

std::size_t WidthOf(const std::vector<hl7::DescribedField>& rows,
                    std::string hl7::DescribedField::*part) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, (row.*part).size());
  return width;
}

// True where the message is after the rules.
Result<bool> CheckOne(const std::string& raw) {
  PONS_ASSIGN(auto message, hl7::Parse(raw));
  const auto findings = hl7::BreaksOfAustralianRules(message, raw);
  hl7::DecodeCharacterSet(message);
  const auto rows = hl7::Describe(message);
  const int paths = static_cast<int>(WidthOf(rows, &hl7::DescribedField::path));
  const int names = static_cast<int>(WidthOf(rows, &hl7::DescribedField::name));
  for (const auto& row : rows) {
    std::printf("%-*s  %-*s  %s\n", paths, row.path.c_str(), names, row.name.c_str(),
                row.value.c_str());
  }
  std::printf("\n");
  if (findings.empty()) {
    std::printf("Nothing breaks the Australian rules.\n");
    return true;
  }
  std::printf("Breaks the Australian rules:\n");
  for (const auto& finding : findings) {
    std::printf("  %-10s  %s\n", finding.path.c_str(), finding.text.c_str());
  }
  return false;
}

ExitCode Check(const std::string& path) {
  const auto messages = MessagesOf(path);
  if (!messages) return Report(messages.error());
  auto exit_code = ExitCode::kOk;
  for (std::size_t i = 0; i < messages->size(); ++i) {
    if (messages->size() > 1) std::printf("%sMessage %zu\n\n", i > 0 ? "\n" : "", i + 1);
    const auto right = CheckOne((*messages)[i]);
    if (!right) return Report(WithContext(right.error(), "message " + std::to_string(i + 1)));
    if (!*right) exit_code = ExitCode::kAttention;
  }
  return exit_code;
}

// ---- send

struct SendOptions {
  std::string to;
  std::string path;
  int timeout_seconds = 30;
  int tries = 2;
  bool tls = false;
  std::string ca_file;
};

Result<hl7::MllpSenderSettings> SettingsFor(const SendOptions& given) {
  hl7::MllpSenderSettings settings;
  const auto colon = given.to.rfind(':');
  settings.host = given.to.substr(0, colon);
  if (settings.host.starts_with('[') && settings.host.ends_with(']')) {
    settings.host = settings.host.substr(1, settings.host.size() - 2);
  }
  const std::string port = colon == std::string::npos ? "" : given.to.substr(colon + 1);
  const auto* const end = port.data() + port.size();
  const auto read = std::from_chars(port.data(), end, settings.port);
  if (settings.host.empty() || read.ec != std::errc() || read.ptr != end || settings.port == 0) {
    return MakeError(Fault::kMisconfigured, "\"" + given.to + "\" is not HOST:PORT");
  }
  settings.answer_timeout = std::chrono::seconds(given.timeout_seconds);
  settings.tries = given.tries;
  if (given.tls || !given.ca_file.empty()) {
    PONS_ASSIGN(settings.tls, net::LoadClientTls(given.ca_file));
  }
  return settings;
}

// Segments end with CR on the wire, whatever the file has.
std::string WithReturns(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i > 0 && text[i - 1] == '\r') continue;
    out += text[i] == '\n' ? '\r' : text[i];
  }
  return out;
}

ExitCode Send(const SendOptions& given) {
  const auto settings = SettingsFor(given);
  if (!settings) return Report(settings.error());
  const auto messages = MessagesOf(given.path);
  if (!messages) return Report(messages.error());
  hl7::MllpSender sender(*settings);
  const CancelToken never;  // Ctrl+C ends the program
  auto exit_code = ExitCode::kOk;
  for (const auto& message : *messages) {
    const auto answer = sender.Send(WithReturns(message), never);
    if (!answer) {
      auto error = answer.error();
      if (error.effect == Effect::kUnknown) {
        error.summary += "; the message may have arrived all the same";
      }
      return Report(error);
    }
    std::printf("%s  %s%s%s\n", answer->code.c_str(), answer->control_id.c_str(),
                answer->text.empty() ? "" : "  ", answer->text.c_str());
    if (answer->verdict != hl7::Verdict::kAccepted) exit_code = ExitCode::kFailed;
  }
  return exit_code;
}

// ---- listen

struct ListenOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 2575;
  std::string folder;
  std::string certificate_file;
  std::string key_file;
};

// Keeps each message as a file of its own. The file's name is made of the sender, the control id
// and the body, so a message that is sent again is seen to be there already, even after a restart.
class Inbox {
 public:
  Inbox(std::unique_ptr<net::Folder> folder, Logger& log) : folder_(std::move(folder)), log_(log) {}

  // Errors: the folder cannot be used.
  Result<void> Open() {
    PONS_TRY(folder_->Check());
    PONS_ASSIGN(const auto entries, folder_->List());
    for (const auto& entry : entries) senders_.insert(entry.name.substr(0, kSenderDigits));
    return Ok();
  }

  hl7::Handled Keep(const hl7::Message& message, std::string_view bytes) {
    const auto key = hl7::KeyOf(message);
    const auto sender = key.SenderHash().substr(0, kSenderDigits);
    const auto name = sender + "-" + key.body_hash.substr(0, 16) + ".hl7";
    const std::lock_guard lock(mutex_);
    const auto there = folder_->Has(name);
    if (there && *there) {
      log_.Info("hl7: sent again; it is kept already", {{"file", name}});
      return {};
    }
    if (senders_.contains(sender)) {
      log_.Warn("hl7: a control id was used again for another message; both are kept",
                {{"file", name}});
    }
    if (const auto put = folder_->Put(name, bytes); !put) {
      log_.Error("hl7: a message could not be kept", {{"why", put.error().summary}});
      return {hl7::Verdict::kError,
              {hl7::AckError::kApplication, "the message could not be kept", "", 1, 0}};
    }
    senders_.insert(sender);
    log_.Info("hl7: kept", {{"file", name}, {"bytes", bytes.size()}});
    return {};
  }

 private:
  static constexpr std::size_t kSenderDigits = 16;

  std::mutex mutex_;
  std::unique_ptr<net::Folder> folder_;
  Logger& log_;
  std::set<std::string> senders_;
};

ExitCode Listen(const ListenOptions& given) {
  BlockStopSignals();
  const auto log = StderrLogger(LogLevel::kInfo);
  std::error_code ignored;
  std::filesystem::create_directories(given.folder, ignored);
  Inbox inbox(net::MakeFolder(given.folder), *log);
  if (const auto open = inbox.Open(); !open) return Report(open.error());
  hl7::MllpListenerSettings settings;
  settings.address = given.address;
  settings.port = given.port;
  if (!given.certificate_file.empty()) {
    auto tls = net::LoadServerTls(given.certificate_file, given.key_file);
    if (!tls) return Report(tls.error());
    settings.tls = *std::move(tls);
  }
  const auto listener = hl7::MllpListener::Start(
      settings,
      [&](const hl7::Message& message, std::string_view bytes) {
        return inbox.Keep(message, bytes);
      },
      SystemClock(), *log);
  if (!listener) return Report(listener.error());
  std::printf("listening on %s:%u\n", given.address.c_str(),
              static_cast<unsigned>((*listener)->port()));
  std::fflush(stdout);
  WaitForStopSignal();
  return ExitCode::kOk;
}

}  // namespace

void AddHl7(CLI::App& app, ExitCode& exit_code) {
  auto* hl7 = app.add_subcommand("hl7", "Look at HL7 v2 messages, send them and take them (MLLP)");
  hl7->require_subcommand(1);

  auto* check = hl7->add_subcommand(
      "check", "Show a message field by field, and what breaks the Australian rules");
  const auto path = std::make_shared<std::string>();
  check->add_option("file", *path, "File with one or more messages; - for standard input")
      ->required();
  check->footer("Example: pons hl7 check report.hl7");
  check->callback([path, &exit_code] { exit_code = Check(*path); });

  auto* send = hl7->add_subcommand("send", "Send the messages of a file and show the answers");
  const auto sending = std::make_shared<SendOptions>();
  send->add_option("to", sending->to, "HOST:PORT of the receiver")->required();
  send->add_option("file", sending->path, "File with one or more messages; - for standard input")
      ->required();
  send->add_option("--timeout", sending->timeout_seconds, "Seconds to wait for each answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  send->add_option("--tries", sending->tries, "How often a message without an answer is sent")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  send->add_flag("--tls", sending->tls, "By TLS; the receiver's certificate is checked");
  send->add_option("--ca-file", sending->ca_file,
                   "PEM file of the certificates to trust instead of the system's; means --tls");
  send->footer("Example: pons hl7 send 10.0.0.5:2575 report.hl7");
  send->callback([sending, &exit_code] { exit_code = Send(*sending); });

  auto* listen = hl7->add_subcommand(
      "listen", "Take messages and keep each as a file, safely before it is acknowledged");
  const auto listening = std::make_shared<ListenOptions>();
  listen->add_option("--folder", listening->folder, "Where to keep them; made if it is not there")
      ->required();
  listen->add_option("--port", listening->port, "Port to listen on; 0: any free one")
      ->capture_default_str();
  listen->add_option("--address", listening->address, "Address of this machine to listen on")
      ->capture_default_str();
  auto* const certificate =
      listen->add_option("--tls-certificate", listening->certificate_file,
                         "PEM file of the certificate; then only TLS is spoken");
  auto* const key = listen->add_option("--tls-key", listening->key_file, "PEM file of its key");
  certificate->needs(key);
  key->needs(certificate);
  listen->footer("Example: pons hl7 listen --port 2575 --folder /var/spool/pons/hl7");
  listen->callback([listening, &exit_code] { exit_code = Listen(*listening); });
}

}  // namespace pons
