// SPDX-License-Identifier: Apache-2.0
// Our sender and our listener over real sockets, and each against a peer that misbehaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "base/clock_fake.h"
#include "hl7/mllp_listener.h"
#include "hl7/mllp_sender.h"
#include "net/tcp.h"

namespace pons::hl7 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

std::string MessageNumbered(const std::string& id, const std::string& rest = "PID|1||41\r") {
  return "MSH|^~\\&|LAB|NORTH|PONS|CLINIC|20260504||ORU^R01^ORU_R01|" + id + "|P|2.4\r" + rest;
}

// MemoryLogger for several threads.
class SharedLogger final : public Logger {
 public:
  void Write(LogLevel level, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_.Write(level, line);
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return lines_.text();
  }

 private:
  mutable std::mutex mutex_;
  MemoryLogger lines_;
};

// A listener that keeps what it handled, and a plain connection to it.
class ListenerTest : public testing::Test {
 protected:
  void Start(MllpListenerSettings settings = {}) {
    settings.port = 0;
    auto started = MllpListener::Start(
        settings,
        [this](const Message& message, std::string_view bytes) {
          const std::lock_guard lock(mutex_);
          ids_.emplace_back(Get(message, "MSH-10"));
          bytes_ += bytes.size();
          return answer_;
        },
        clock_, log_);
    ASSERT_TRUE(started.has_value());
    listener_ = *std::move(started);
    stream_ = Connect();
  }
  std::unique_ptr<net::TcpStream> Connect() {
    auto stream = net::ConnectTcp("127.0.0.1", listener_->port(), seconds(5), never_);
    EXPECT_TRUE(stream.has_value());
    return *std::move(stream);
  }
  void Write(std::string_view bytes) {
    ASSERT_TRUE(stream_->Write(bytes, seconds(20), never_).has_value());
  }
  // The next answer; nothing when the listener closed instead.
  std::optional<Answer> NextAnswer() {
    while (true) {
      if (const auto frame = deframer_.Next()) {
        const auto message = Parse(frame->bytes);
        EXPECT_TRUE(message.has_value());
        const auto answer = ReadAnswer(*message);
        EXPECT_TRUE(answer.has_value());
        return *answer;
      }
      const auto bytes = stream_->Read(65536, seconds(20), never_);
      if (!bytes || !bytes->has_value() || (*bytes)->empty()) return std::nullopt;
      deframer_.Feed(**bytes);
    }
  }
  std::vector<std::string> ids() {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

  CancelToken never_;
  FakeClock clock_{*ParseInstant("2026-05-04T00:15:00Z")};
  SharedLogger log_;
  std::mutex mutex_;
  std::vector<std::string> ids_;
  std::size_t bytes_ = 0;
  Handled answer_;
  std::unique_ptr<MllpListener> listener_;
  std::unique_ptr<net::TcpStream> stream_;
  Deframer deframer_;
};

TEST_F(ListenerTest, EachMessageOfAConnectionIsHandledAndAnsweredOnce) {
  Start();
  constexpr int kMessages = 50;
  std::set<std::string> answered;
  for (int i = 0; i < kMessages; ++i) {
    Write(Framed(MessageNumbered("M" + std::to_string(i))));
    const auto answer = NextAnswer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->code, "AA");
    EXPECT_EQ(answer->control_id, "M" + std::to_string(i));
    answered.insert(answer->control_id);
  }
  EXPECT_EQ(answered.size(), static_cast<std::size_t>(kMessages));
  EXPECT_EQ(ids().size(), static_cast<std::size_t>(kMessages));
}

TEST_F(ListenerTest, SeveralFramesInOneReadAreAnsweredInOrder) {
  Start();
  std::string stream;
  for (const char* id : {"1", "2", "3", "4"}) stream += Framed(MessageNumbered(id));
  Write(stream);
  for (const char* id : {"1", "2", "3", "4"}) EXPECT_EQ(NextAnswer()->control_id, id);
  EXPECT_EQ(ids(), (std::vector<std::string>{"1", "2", "3", "4"}));
}

TEST_F(ListenerTest, SplitFramesAndGarbageBeforeThem) {
  Start();
  const auto frame = "GET / HTTP/1.1\r\n\r\n" + Framed(MessageNumbered("1"));
  for (const char byte : frame) Write(std::string_view(&byte, 1));
  EXPECT_EQ(NextAnswer()->control_id, "1");
}

TEST_F(ListenerTest, AFrameWithoutItsEndIsNotHandledAndAskedForAgain) {
  Start();
  Write("\x0B" + MessageNumbered("lost") + Framed(MessageNumbered("next")));
  const auto lost = NextAnswer();
  EXPECT_EQ(lost->code, "AE");
  EXPECT_EQ(lost->control_id, "lost");
  EXPECT_EQ(NextAnswer()->control_id, "next");
  EXPECT_EQ(ids(), std::vector<std::string>{"next"});
}

TEST_F(ListenerTest, AFrameThatStopsHalfWayEndsItsConnectionAlone) {
  MllpListenerSettings settings;
  settings.mid_frame_timeout = milliseconds(30);
  Start(settings);
  auto other = Connect();
  Write("\x0BMSH|^~\\&|LAB");
  EXPECT_FALSE(NextAnswer().has_value());
  // One that is idle between frames stays, however long: only half frames are timed.
  std::swap(stream_, other);
  Write(Framed(MessageNumbered("1")));
  EXPECT_EQ(NextAnswer()->control_id, "1");
  EXPECT_THAT(log_.text(), HasSubstr("not finished"));
}

TEST_F(ListenerTest, ClosedInTheMiddleOfAFrame) {
  Start();
  Write("\x0B" + MessageNumbered("half"));
  stream_ = Connect();
  Write(Framed(MessageNumbered("whole")));
  EXPECT_EQ(NextAnswer()->control_id, "whole");
  EXPECT_EQ(ids(), std::vector<std::string>{"whole"});
}

TEST_F(ListenerTest, SixteenMegabytes) {
  Start();
  const auto big = MessageNumbered("big", "OBX|1|ED|||^^^^" + std::string(16u << 20, 'Q') + "\r");
  Write(Framed(big));
  EXPECT_EQ(NextAnswer()->control_id, "big");
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(bytes_, big.size());
}

TEST_F(ListenerTest, TooLongIsRejectedAndTheNextOneTaken) {
  MllpListenerSettings settings;
  settings.most_bytes = 100'000;
  Start(settings);
  Write(Framed(MessageNumbered("big", "OBX|" + std::string(300'000, 'Q') + "\r")) +
        Framed(MessageNumbered("next")));
  const auto big = NextAnswer();
  EXPECT_EQ(big->code, "AR");
  EXPECT_EQ(big->control_id, "big");
  EXPECT_EQ(big->error, "104");
  EXPECT_EQ(NextAnswer()->control_id, "next");
}

TEST_F(ListenerTest, UnreadableWithAnMshIsRejected) {
  Start();
  Write(Framed(MessageNumbered("bad", MessageNumbered("second"))));
  const auto answer = NextAnswer();
  EXPECT_EQ(answer->code, "AR");
  EXPECT_EQ(answer->control_id, "bad");
  Write(Framed("MSH|^~\\&|LAB|N|||||ORU^R01||P|2.4\r"));
  EXPECT_EQ(NextAnswer()->error, "101");  // no MSH-10 to remember it by
  EXPECT_TRUE(ids().empty());
}

TEST_F(ListenerTest, WithoutAnMshTheConnectionIsClosed) {
  Start();
  Write(Framed("hello"));
  EXPECT_FALSE(NextAnswer().has_value());
}

TEST_F(ListenerTest, TheHandlersVerdictIsTheAnswer) {
  answer_ = {Verdict::kRejected, {AckError::kMessageType, "only results are taken", "MSH", 1, 9}};
  Start();
  Write(Framed(MessageNumbered("1")));
  const auto answer = NextAnswer();
  EXPECT_EQ(answer->code, "AR");
  EXPECT_EQ(answer->text, "only results are taken");
}

TEST_F(ListenerTest, CommitBlocksAreIgnored) {
  Start();
  Write("\x0B\x06\x1C\r" + Framed(MessageNumbered("1")));
  EXPECT_EQ(NextAnswer()->control_id, "1");
}

TEST_F(ListenerTest, ManySendersAtOnce) {
  Start();
  std::vector<std::thread> senders;
  std::atomic<int> accepted = 0;
  for (int i = 0; i < 8; ++i) {
    senders.emplace_back([&, i] {
      MllpSender sender({"127.0.0.1", listener_->port(), seconds(5), seconds(20), 1});
      for (int n = 0; n < 25; ++n) {
        const auto id = std::to_string(i) + "-" + std::to_string(n);
        const auto answer = sender.Send(MessageNumbered(id), never_);
        if (answer && answer->control_id == id) ++accepted;
      }
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(accepted, 200);
  const auto all = ids();
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 200u);
  EXPECT_EQ(all.size(), 200u);
}

TEST_F(ListenerTest, MoreConnectionsThanAllowedAreClosed) {
  MllpListenerSettings settings;
  settings.most_connections = 1;
  Start(settings);
  Write(Framed(MessageNumbered("1")));
  EXPECT_TRUE(NextAnswer().has_value());
  const auto first = std::move(stream_);
  stream_ = Connect();
  EXPECT_FALSE(NextAnswer().has_value());
}

TEST_F(ListenerTest, NothingOfAMessageIsLogged) {
  Start();
  Write(Framed(MessageNumbered("1", "PID|1||41||Nguyen^Mai\r" + MessageNumbered("2"))));
  EXPECT_EQ(NextAnswer()->code, "AR");
  EXPECT_THAT(log_.text(), HasSubstr("refused"));
  EXPECT_THAT(log_.text(), testing::Not(HasSubstr("Nguyen")));
}

// A receiver that plays what a test scripts: one function for each connection in turn.
class Receiver {
 public:
  using Play = std::function<void(net::TcpStream&, const std::string& first_frame)>;

  explicit Receiver(std::vector<Play> plays) : plays_(std::move(plays)) {
    listener_ = *net::TcpListener::Listen("127.0.0.1", 0);
    thread_ = std::thread([this] {
      for (const auto& play : plays_) {
        auto stream = listener_->Accept(stop_);
        if (!stream) return;
        Deframer deframer;
        std::optional<Deframer::Frame> frame;
        while (!(frame = deframer.Next())) {
          const auto bytes = (*stream)->Read(65536, seconds(20), stop_);
          if (!bytes || !bytes->has_value() || (*bytes)->empty()) return;
          deframer.Feed(**bytes);
        }
        seen_.push_back(frame->bytes);
        play(**stream, frame->bytes);
      }
    });
  }
  ~Receiver() {
    stop_.Cancel();
    thread_.join();
  }
  MllpSenderSettings settings(int tries = 2) const {
    return {"127.0.0.1", listener_->port(), seconds(5), milliseconds(200), tries};
  }
  // Ends the script; then what arrived may be looked at.
  std::vector<std::string> Finish() {
    stop_.Cancel();
    thread_.join();
    thread_ = std::thread([] {});
    return seen_;
  }

 private:
  std::vector<Play> plays_;
  CancelToken stop_;
  std::unique_ptr<net::TcpListener> listener_;
  std::vector<std::string> seen_;
  std::thread thread_;
};

std::string AckFor(const std::string& id, const char* code = "AA") {
  return Framed("MSH|^~\\&|||||||ACK|X|P|2.4\rMSA|" + std::string(code) + "|" + id + "|why not\r");
}

void Say(net::TcpStream& stream, std::string_view bytes) {
  const CancelToken never;
  (void)stream.Write(bytes, seconds(5), never);
}
// Until the sender closes.
void Linger(net::TcpStream& stream) {
  const CancelToken never;
  while (true) {
    const auto bytes = stream.Read(65536, seconds(20), never);
    if (!bytes || !bytes->has_value() || (*bytes)->empty()) return;
  }
}

const auto kSilence = [](net::TcpStream& stream, const std::string&) { Linger(stream); };
const auto kHangUp = [](net::TcpStream&, const std::string&) {};
const auto kAccept = [](net::TcpStream& stream, const std::string&) {
  Say(stream, AckFor("M1"));
  Linger(stream);
};

TEST(MllpSenderTest, RefusalsAreAnswers) {
  for (const char* code : {"AE", "AR", "CE", "CR"}) {
    Receiver receiver({[&](net::TcpStream& stream, const std::string&) {
      Say(stream, AckFor("M1", code));
      Linger(stream);
    }});
    const CancelToken never;
    const auto answer = MllpSender(receiver.settings()).Send(MessageNumbered("M1"), never);
    ASSERT_TRUE(answer.has_value());
    EXPECT_NE(answer->verdict, Verdict::kAccepted);
    EXPECT_EQ(answer->code, code);
    EXPECT_EQ(answer->text, "why not");
  }
}

TEST(MllpSenderTest, TheIdenticalMessageGoesOutAgainAfterSilenceAndAfterAHangUp) {
  Receiver receiver({kSilence, kHangUp, kAccept});
  const CancelToken never;
  const auto answer = MllpSender(receiver.settings(3)).Send(MessageNumbered("M1"), never);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->code, "AA");
  EXPECT_EQ(receiver.Finish(), std::vector<std::string>(3, MessageNumbered("M1")));
}

TEST(MllpSenderTest, NoAnswerMeansThatTheEffectIsUnknown) {
  Receiver receiver({kSilence, kHangUp});
  const CancelToken never;
  const auto answer = MllpSender(receiver.settings(2)).Send(MessageNumbered("M1"), never);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().fault, Fault::kUnavailable);
  EXPECT_EQ(answer.error().effect, Effect::kUnknown);
}

TEST(MllpSenderTest, NobodyThereMeansNoEffect) {
  MllpSenderSettings settings;
  {
    const auto listener = *net::TcpListener::Listen("127.0.0.1", 0);
    settings = {"127.0.0.1", listener->port(), seconds(5), milliseconds(200), 2};
  }
  const CancelToken never;
  const auto answer = MllpSender(settings).Send(MessageNumbered("M1"), never);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().fault, Fault::kUnavailable);
  EXPECT_EQ(answer.error().effect, Effect::kNone);
}

TEST(MllpSenderTest, AnswersToOtherMessagesArePassedOver) {
  Receiver receiver({[](net::TcpStream& stream, const std::string&) {
    Say(stream,
        AckFor("M0") + "noise" + "\x0B\x06\x1C\r" + Framed("no message") + AckFor("M1", "CA"));
    Linger(stream);
  }});
  const CancelToken never;
  const auto answer = MllpSender(receiver.settings(1)).Send(MessageNumbered("M1"), never);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->code, "CA");
  EXPECT_TRUE(answer->commit);
}

TEST(MllpSenderTest, AnAnswerThatIsNoneIsAProtocolError) {
  Receiver receiver({[](net::TcpStream& stream, const std::string&) {
    Say(stream, Framed("MSH|^~\\&|||||||ACK|X|P|2.4\rMSA|OK|M1\r"));
    Linger(stream);
  }});
  const CancelToken never;
  const auto answer = MllpSender(receiver.settings(1)).Send(MessageNumbered("M1"), never);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().fault, Fault::kProtocol);
  EXPECT_EQ(answer.error().effect, Effect::kUnknown);
}

TEST(MllpSenderTest, ARefusalBlockOfReleaseTwoLeadsToAnotherTry) {
  Receiver receiver({[](net::TcpStream& stream, const std::string&) {
                       Say(stream, "\x0B\x15\x1C\r");
                       Linger(stream);
                     },
                     kAccept});
  const CancelToken never;
  EXPECT_TRUE(MllpSender(receiver.settings(2)).Send(MessageNumbered("M1"), never).has_value());
}

TEST(MllpSenderTest, AKeptConnectionThatWasClosedMeanwhileIsReplaced) {
  Receiver receiver({[](net::TcpStream& stream, const std::string&) { Say(stream, AckFor("M1")); },
                     [](net::TcpStream& stream, const std::string&) {
                       Say(stream, AckFor("M2"));
                       Linger(stream);
                     }});
  const CancelToken never;
  MllpSender sender(receiver.settings(2));
  EXPECT_TRUE(sender.Send(MessageNumbered("M1"), never).has_value());
  EXPECT_TRUE(sender.Send(MessageNumbered("M2"), never).has_value());
}

TEST(MllpSenderTest, WhatIsNoMessageIsNotSent) {
  const CancelToken never;
  MllpSender sender({"127.0.0.1", 1, seconds(5), seconds(5), 1});
  for (const std::string bad : {"", "hello", "MSH|^~\\&|A\r"}) {
    EXPECT_EQ(sender.Send(bad, never).error().fault, Fault::kRejected);
  }
  const auto broken = sender.Send(MessageNumbered("M1", "OBX|\x1C\r"), never);
  EXPECT_EQ(broken.error().fault, Fault::kRejected);
  EXPECT_EQ(broken.error().effect, Effect::kNone);
}

TEST(MllpSenderTest, CancelEndsTheWait) {
  CancelToken cancel;
  Receiver receiver({[&](net::TcpStream& stream, const std::string&) {
    cancel.Cancel();
    Linger(stream);
  }});
  auto settings = receiver.settings(5);
  settings.answer_timeout = seconds(60);
  const auto answer = MllpSender(settings).Send(MessageNumbered("M1"), cancel);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().fault, Fault::kCancelled);
  EXPECT_EQ(answer.error().effect, Effect::kUnknown);
}

}  // namespace
}  // namespace pons::hl7
