// SPDX-License-Identifier: Apache-2.0
// Mails against a mail server that speaks SMTP over a real socket and keeps what it was given.
#include "notify/smtp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "net/tcp.h"

namespace pons::notify {
namespace {

using std::chrono::milliseconds;

struct Received {
  std::string from, to, data;
};

// One connection at a time. Answers `refuse` (a whole line) to the command it names, `times` times.
class SmallMailServer {
 public:
  explicit SmallMailServer(std::string credentials = {}) : credentials_(std::move(credentials)) {
    listener_ = net::TcpListener::Listen("127.0.0.1", 0).value();
    thread_ = std::thread([this] { Loop(); });
  }
  ~SmallMailServer() {
    cancel_.Cancel();
    thread_.join();
  }

  void Refuse(std::string command, std::string answer, int times) {
    const std::lock_guard lock(mutex_);
    refused_ = std::move(command);
    refusal_ = std::move(answer);
    times_ = times;
  }
  std::vector<Received> WaitFor(std::size_t mails) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(20), [&] { return mails_.size() >= mails; });
    return mails_;
  }
  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(listener_->port()); }

 private:
  void Loop() {
    while (!cancel_.cancelled()) {
      auto stream = listener_->Accept(cancel_);
      if (stream) Serve(**stream);
    }
  }

  bool Line(net::TcpStream& stream, std::string& line) {
    while (true) {
      const auto end = buffer_.find("\r\n");
      if (end != std::string::npos) {
        line = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return true;
      }
      auto read = stream.Read(4096, std::chrono::seconds(5), cancel_);
      if (!read || !*read || (*read)->empty()) return false;
      buffer_ += **read;
    }
  }
  void Say(net::TcpStream& stream, const std::string& answer) {
    (void)stream.Write(answer + "\r\n", std::chrono::seconds(5), cancel_);
  }

  // The refusal planned for this command; empty: none.
  std::string Planned(const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (times_ == 0 || !line.starts_with(refused_)) return {};
    --times_;
    return refusal_;
  }

  void Serve(net::TcpStream& stream) {
    buffer_.clear();
    Received mail;
    Say(stream, "220 small.test");
    std::string line;
    while (Line(stream, line)) {
      if (const auto no = Planned(line); !no.empty()) {
        Say(stream, no);
      } else if (line.starts_with("EHLO")) {
        Say(stream, credentials_.empty() ? "250 small.test" : "250-small.test\r\n250 AUTH PLAIN");
      } else if (line.starts_with("AUTH PLAIN")) {
        if (line == "AUTH PLAIN") {
          Say(stream, "334 ");
          if (!Line(stream, line)) return;
          line = "AUTH PLAIN " + line;
        }
        Say(stream, line == "AUTH PLAIN " + crypto::Base64(credentials_) ? "235 in" : "535 no");
      } else if (line.starts_with("MAIL FROM:")) {
        mail.from = line.substr(10);
        Say(stream, "250 ok");
      } else if (line.starts_with("RCPT TO:")) {
        mail.to = line.substr(8);
        Say(stream, "250 ok");
      } else if (line == "DATA") {
        Say(stream, "354 go on");
        while (Line(stream, line) && line != ".") mail.data += line + "\r\n";
        {
          const std::lock_guard lock(mutex_);
          mails_.push_back(mail);
        }
        arrived_.notify_all();
        Say(stream, "250 kept");
      } else if (line == "QUIT") {
        Say(stream, "221 bye");
        return;
      } else {
        Say(stream, "502 what?");
      }
    }
  }

  std::string credentials_;  // "\0user\0password"; empty: none asked
  std::unique_ptr<net::TcpListener> listener_;
  CancelToken cancel_;
  std::string buffer_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::string refused_, refusal_;
  int times_ = 0;
  std::vector<Received> mails_;
  std::thread thread_;
};

std::string BodyOf(const std::string& data) {
  std::string packed;
  for (const char c : data.substr(data.find("\r\n\r\n") + 4)) {
    if (c != '\r' && c != '\n') packed += c;
  }
  return crypto::FromBase64(packed).value_or("not Base64");
}

class SmtpTest : public testing::Test {
 protected:
  SmtpTest() : clock_(ParseInstant("2026-03-09T04:05:06Z").value()), random_(1) {
    crypto::InitCrypto();
  }
  SmtpSettings SettingsFor(const SmallMailServer& server) {
    SmtpSettings settings;
    settings.url = server.url();
    settings.from = "Pons <pons@example.org>";
    settings.require_tls = false;
    settings.timeout = std::chrono::seconds(5);
    return settings;
  }
  Result<void> Send(const SmtpSettings& settings, const Message& message) {
    return SendMail(settings, message, clock_.Now(), random_);
  }

  FakeClock clock_;
  SeededRandom random_;
  MemoryLogger log_;
  const Message mail_{"ana@example.org", "Pons: Best Practice refused the password",
                      "Best Practice – Müller & Söhne – refused the password.\n.\nNext step."};
};

TEST_F(SmtpTest, AMailArrivesAsItWasWritten) {
  SmallMailServer server;
  const auto sent = Send(SettingsFor(server), mail_);
  ASSERT_TRUE(sent) << sent.error().summary;
  const auto mails = server.WaitFor(1);
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_TRUE(mails[0].from.starts_with("<pons@example.org>")) << mails[0].from;
  EXPECT_EQ(mails[0].to, "<ana@example.org>");
  EXPECT_EQ(BodyOf(mails[0].data), mail_.text);
  EXPECT_NE(mails[0].data.find("Date: Mon, 09 Mar 2026 04:05:06 +0000\r\n"), std::string::npos);
  EXPECT_NE(mails[0].data.find("From: Pons <pons@example.org>\r\n"), std::string::npos);
  EXPECT_NE(mails[0].data.find("Auto-Submitted: auto-generated\r\n"), std::string::npos);
}

TEST_F(SmtpTest, NothingInASubjectBeginsAHeaderOfItsOwn) {
  SmtpSettings settings;
  settings.from = "pons@example.org";
  Message mail = mail_;
  mail.subject = "Hello\r\nBcc: everybody@example.org\r\n\r\nbody";
  const auto text = WriteMessage(settings, mail, clock_.Now(), random_);
  EXPECT_EQ(text.find("\nBcc:"), std::string::npos) << text;
  mail.subject = "Größere Änderung: ein Name, der so lang ist, dass er nicht in ein Wort passt";
  const auto encoded = WriteMessage(settings, mail, clock_.Now(), random_);
  for (std::size_t at = 0; at < encoded.size();) {
    const auto end = encoded.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 78u) << encoded.substr(at, end - at);
    at = end + 2;
  }
  EXPECT_TRUE(std::all_of(encoded.begin(), encoded.end(),
                          [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_F(SmtpTest, RefusalsAreNamedByWhatMustHappenNext) {
  SmallMailServer server;
  server.Refuse("RCPT", "550 no such person", 1);
  auto sent = Send(SettingsFor(server), mail_);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().fault, Fault::kRejected) << sent.error().summary;
  server.Refuse("RCPT", "451 come back later", 1);
  sent = Send(SettingsFor(server), mail_);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().fault, Fault::kUnavailable) << sent.error().summary;
  Message mail = mail_;
  mail.to = "no address";
  sent = Send(SettingsFor(server), mail);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().fault, Fault::kMisconfigured);
  EXPECT_TRUE(server.WaitFor(0).empty());
}

TEST_F(SmtpTest, SignsInWhereTheServerAsksAndNeverWithoutTlsWhereThatIsRequired) {
  const std::string credentials("\0pons\0s3cret", 12);
  SmallMailServer server(credentials);
  auto settings = SettingsFor(server);
  settings.user = "pons";
  settings.password = Sensitive<std::string>("s3cret");
  const auto sent = Send(settings, mail_);
  ASSERT_TRUE(sent) << sent.error().summary;
  settings.password = Sensitive<std::string>("wrong");
  auto refused = Send(settings, mail_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kUnauthenticated) << refused.error().summary;
  EXPECT_EQ(refused.error().summary.find("wrong"), std::string::npos);
  settings.require_tls = true;
  refused = Send(settings, mail_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kMisconfigured) << refused.error().summary;
  EXPECT_EQ(server.WaitFor(1).size(), 1u);
}

TEST_F(SmtpTest, TheQueueTriesAgainWhatMayPassAndGivesUpWhatWillNot) {
  SmallMailServer server;
  MailerOptions options;
  options.pauses = {milliseconds(5), milliseconds(5)};
  const auto mailer = Mailer::Start(SettingsFor(server), clock_, random_, log_, options);
  server.Refuse("MAIL", "451 come back later", 2);
  EXPECT_TRUE(mailer->Queue(mail_));
  ASSERT_EQ(server.WaitFor(1).size(), 1u);
  server.Refuse("MAIL", "550 never", 1);
  Message second = mail_;
  second.to = "ben@example.org";
  EXPECT_TRUE(mailer->Queue(second));
  EXPECT_TRUE(mailer->Queue(mail_));
  const auto mails = server.WaitFor(2);
  ASSERT_EQ(mails.size(), 2u);
  EXPECT_EQ(mails[1].to, "<ana@example.org>");
  EXPECT_EQ(mailer->given_up(), 1);
}

TEST_F(SmtpTest, SettingsThatCannotBeRightAreNamed) {
  SmtpSettings settings;
  settings.url = "mail.example.org";
  settings.from = "pons@example.org";
  EXPECT_EQ(CheckSmtp(settings).error().fault, Fault::kMisconfigured);
  settings.url = "smtps://mail.example.org:465";
  EXPECT_TRUE(CheckSmtp(settings));
  settings.from = "Pons";
  EXPECT_EQ(CheckSmtp(settings).error().fault, Fault::kMisconfigured);
}

}  // namespace
}  // namespace pons::notify
