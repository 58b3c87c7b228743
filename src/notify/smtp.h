// SPDX-License-Identifier: Apache-2.0
// Mail out of Pons: one message through an SMTP server, and a queue that sends in the background.
//
// Messages are plain text in UTF-8 and hold no patient data; that is for who writes them to see to.
//
// Threads: SendMail may be called from any; a Mailer's members too.
// Errors of SendMail: kMisconfigured (settings or an address that cannot be right, a certificate
// that is not believed), kUnauthenticated (the server refused user or password), kRejected (it
// refused the message for good), kUnavailable (not reachable, or told us to come back later).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/sensitive.h"

namespace pons::notify {

struct SmtpSettings {
  std::string url;   // "smtp://mail.example.org:587", "smtps://mail.example.org:465"
  std::string from;  // "Pons <pons@example.org>" or the address alone
  std::string user = {};
  Sensitive<std::string> password = {};
  // smtp:// is turned into TLS before anything is said (STARTTLS); off only for this machine.
  bool require_tls = true;
  std::string ca_file = {};  // PEM; empty: the system's
  std::chrono::milliseconds timeout{20'000};
};

// Says by itself what is wrong. kMisconfigured.
Result<void> CheckSmtp(const SmtpSettings& settings);

struct Message {
  std::string to;
  std::string subject;
  std::string text;
};

// As it goes over the wire, CRLF line ends. A line break in `to` or `subject` becomes a blank.
std::string WriteMessage(const SmtpSettings& settings, const Message& message, Instant now,
                         Random& random);

Result<void> SendMail(const SmtpSettings& settings, const Message& message, Instant now,
                      Random& random);

struct MailerOptions {
  std::size_t most_waiting = 500;
  // After a failure that may pass; tried once more after each, then given up.
  std::vector<std::chrono::milliseconds> pauses = {std::chrono::seconds(5), std::chrono::minutes(1),
                                                   std::chrono::minutes(10)};
};

class Mailer {
 public:
  // All passed in outlives it.
  static std::unique_ptr<Mailer> Start(SmtpSettings settings, Clock& clock, Random& random,
                                       Logger& log, MailerOptions options = {});
  virtual ~Mailer() = default;  // what still waits is let go

  // At once; false where too many wait.
  virtual bool Queue(Message message) = 0;
  virtual std::int64_t sent() const = 0;
  virtual std::int64_t given_up() const = 0;
};

}  // namespace pons::notify
