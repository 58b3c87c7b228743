// SPDX-License-Identifier: Apache-2.0
#include "notify/smtp.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "base/time.h"
#include "crypto/crypto.h"

namespace pons::notify {
namespace {

// "Pons <pons@example.org>": the part that servers see.
std::string AddressOf(std::string_view mailbox) {
  const auto open = mailbox.rfind('<');
  if (open == std::string_view::npos) return std::string(Trim(mailbox));
  const auto close = mailbox.find('>', open);
  if (close == std::string_view::npos) return {};
  return std::string(Trim(mailbox.substr(open + 1, close - open - 1)));
}

std::string NameOf(std::string_view mailbox) {
  const auto open = mailbox.rfind('<');
  return open == std::string_view::npos ? std::string()
                                        : std::string(Trim(mailbox.substr(0, open)));
}

bool LooksLikeAddress(std::string_view address) {
  const auto at = address.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == address.size()) return false;
  return std::all_of(address.begin(), address.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '<' && c != '>' && c != 0x7f;
  });
}

// Nothing that could begin a header of its own.
std::string OneLine(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return out;
}

// RFC 2047 where it is needed, in words of at most 75 characters that end between characters.
std::string Encoded(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (plain && text.size() <= 60) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + 42, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + crypto::Base64(text.substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

std::string Mailbox(std::string_view mailbox) {
  const std::string address = OneLine(AddressOf(mailbox));
  const std::string name = OneLine(NameOf(mailbox));
  return name.empty() ? address : Encoded(name) + " <" + address + ">";
}

// "Mon, 09 Mar 2026 04:05:06 +0000"
std::string MailDate(Instant now) {
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const Date date{day};
  const std::string iso = FormatInstant(now);
  return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " + iso.substr(8, 2) +
         " " + std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + " " +
         iso.substr(0, 4) + " " + iso.substr(11, 8) + " +0000";
}

// libcurl asks for the message piece by piece.
struct Upload {
  std::string_view rest;
};
std::size_t ReadUpload(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& upload = *static_cast<Upload*>(user);
  const std::size_t n = std::min(size * count, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), n);
  upload.rest.remove_prefix(n);
  return n;
}

Error ErrorOf(CURLcode code, long answer) {
  const std::string said = answer > 0 ? " (it answered " + std::to_string(answer) + ")" : "";
  if (code == CURLE_LOGIN_DENIED) {
    return MakeError(Fault::kUnauthenticated,
                     "the mail server refused the user or the password; set --smtp-user and "
                     "PONS_SMTP_PASSWORD" +
                         said);
  }
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
    return MakeError(Fault::kMisconfigured,
                     "the mail server's certificate is not believed; name its authority with "
                     "--smtp-ca-file");
  }
  if (code == CURLE_USE_SSL_FAILED) {
    return MakeError(Fault::kMisconfigured,
                     "the mail server does not offer TLS; use one that does (smtps://…:465)");
  }
  if (answer >= 500 && answer < 600) {
    return MakeError(Fault::kRejected, "the mail server refused the message" + said);
  }
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT) {
    return MakeError(Fault::kMisconfigured, "the mail server's address is smtp:// or smtps://");
  }
  return MakeError(Fault::kUnavailable, "the mail server cannot be reached or is not well" + said +
                                            ": " + curl_easy_strerror(code));
}

}  // namespace

Result<void> CheckSmtp(const SmtpSettings& settings) {
  if (!settings.url.starts_with("smtp://") && !settings.url.starts_with("smtps://")) {
    return MakeError(Fault::kMisconfigured, "--smtp wants smtp://HOST:PORT or smtps://HOST:PORT");
  }
  if (!LooksLikeAddress(AddressOf(settings.from))) {
    return MakeError(Fault::kMisconfigured,
                     "--smtp-from wants the address that mails come from, for instance "
                     "\"Pons <pons@example.org>\"");
  }
  return Ok();
}

std::string WriteMessage(const SmtpSettings& settings, const Message& message, Instant now,
                         Random& random) {
  const std::string from = AddressOf(settings.from);
  const auto at = from.rfind('@');
  const std::string host = at == std::string::npos ? "pons.invalid" : from.substr(at + 1);
  std::string out = "Date: " + MailDate(now) + "\r\n";
  out += "From: " + Mailbox(settings.from) + "\r\n";
  out += "To: " + OneLine(message.to) + "\r\n";
  out += "Subject: " + Encoded(OneLine(message.subject)) + "\r\n";
  out += "Message-ID: <" + NewId("mail", random) + "@" + host + ">\r\n";
  // No answer of a machine to a machine.
  out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::string body = crypto::Base64(message.text);
  for (std::size_t i = 0; i < body.size(); i += 76) out += body.substr(i, 76) + "\r\n";
  return out;
}

Result<void> SendMail(const SmtpSettings& settings, const Message& message, Instant now,
                      Random& random) {
  PONS_TRY(CheckSmtp(settings));
  if (!LooksLikeAddress(message.to)) {
    return MakeError(Fault::kMisconfigured, "this is no address that mail can be sent to");
  }
  const std::string text = WriteMessage(settings, message, now, random);
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (curl == nullptr) return MakeError(Fault::kInternal, "libcurl cannot be started");
  CURL* const c = curl.get();
  Upload upload{text};
  const std::string from = "<" + AddressOf(settings.from) + ">";
  const std::string to = "<" + message.to + ">";
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> recipients(
      curl_slist_append(nullptr, to.c_str()), curl_slist_free_all);
  curl_easy_setopt(c, CURLOPT_URL, settings.url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout.count()));
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.timeout.count()));
  curl_easy_setopt(c, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(c, CURLOPT_USE_SSL,
                   static_cast<long>(settings.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!settings.ca_file.empty()) curl_easy_setopt(c, CURLOPT_CAINFO, settings.ca_file.c_str());
  if (!settings.user.empty()) {
    curl_easy_setopt(c, CURLOPT_USERNAME, settings.user.c_str());
    curl_easy_setopt(c, CURLOPT_PASSWORD, settings.password.Reveal().c_str());
  }
  curl_easy_setopt(c, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(c, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(c, CURLOPT_READFUNCTION, ReadUpload);
  curl_easy_setopt(c, CURLOPT_READDATA, &upload);
  const CURLcode code = curl_easy_perform(c);
  if (code == CURLE_OK) return Ok();
  long answer = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
  return ErrorOf(code, answer);
}

}  // namespace pons::notify
