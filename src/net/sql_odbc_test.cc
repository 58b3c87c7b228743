// SPDX-License-Identifier: Apache-2.0
// The transport against servers that are absent, closed or silent, over real sockets. What needs a
// server that speaks TDS is tested beside the connectors, against their sandboxes.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "net/sql.h"
#include "net/sql_odbc_fault.h"

namespace pons::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Accepts through the kernel's backlog and never says a word.
class SilentServer {
 public:
  SilentServer() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    socklen_t size = sizeof at;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  ~SilentServer() { close(socket_); }
  int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

std::unique_ptr<SqlTransport> Transport(const std::string& server, int port) {
  return MakeOdbcTransport({.connection_string_without_secret =
                                "Driver=FreeTDS;Server=" + server + ";Port=" +
                                std::to_string(port) + ";UID=reader;Database=d;TDS_Version=7.4",
                            .password = "not a real one"});
}

Result<void> Ask(SqlTransport& transport, milliseconds timeout, const CancelToken& cancel) {
  return transport.Query(
      {.text = "SELECT 1", .timeout = timeout}, nullptr, [](SqlRow) { return true; }, cancel);
}

TEST(SqlOdbc, NothingListeningIsUnavailable) {
  int port = 0;
  {
    const SilentServer gone;
    port = gone.port();
  }
  const CancelToken cancel;
  const auto transport = Transport("127.0.0.1", port);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto result = Ask(*transport, milliseconds(5000), cancel);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::kUnavailable) << result.error().summary;
  }
}

TEST(SqlOdbc, UnknownServerIsNotTakenForABadPassword) {
  const CancelToken cancel;
  const auto result = Ask(*Transport("no-such-host.invalid", 1433), milliseconds(10000), cancel);
  ASSERT_FALSE(result);
  // A resolver that answers says kMisconfigured; one that is away says kUnavailable.
  EXPECT_TRUE(result.error().fault == Fault::kMisconfigured ||
              result.error().fault == Fault::kUnavailable)
      << FaultName(result.error().fault) << ": " << result.error().summary;
}

TEST(SqlOdbc, ServerThatSaysNothingIsGivenUpAtTheDeadline) {
  const SilentServer silent;
  const CancelToken cancel;
  const auto transport = Transport("127.0.0.1", silent.port());
  const auto start = steady_clock::now();
  const auto result = Ask(*transport, milliseconds(300), cancel);
  const auto took = steady_clock::now() - start;
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::kUnavailable);
  EXPECT_EQ(result.error().effect, Effect::kNone) << "it never got as far as the statement";
  EXPECT_GE(took, milliseconds(250));
  EXPECT_LT(took, milliseconds(1000));
}

TEST(SqlOdbc, CancelReturnsAtOnce) {
  const SilentServer silent;
  CancelToken cancel;
  const auto transport = Transport("127.0.0.1", silent.port());
  std::thread canceller([&] {
    const CancelToken never;
    never.WaitFor(milliseconds(100));
    cancel.Cancel();
  });
  const auto start = steady_clock::now();
  const auto result = Ask(*transport, milliseconds(10000), cancel);
  const auto took = steady_clock::now() - start;
  canceller.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::kCancelled);
  EXPECT_LT(took, milliseconds(400));
}

TEST(SqlOdbc, OneSilentServerHoldsUpNobodyElse) {
  const SilentServer silent;
  const CancelToken cancel;
  const auto stuck = Transport("127.0.0.1", silent.port());
  EXPECT_FALSE(Ask(*stuck, milliseconds(100), cancel));  // its thread is still in the driver
  int port = 0;
  {
    const SilentServer gone;
    port = gone.port();
  }
  const auto start = steady_clock::now();
  EXPECT_FALSE(Ask(*Transport("127.0.0.1", port), milliseconds(5000), cancel));
  EXPECT_LT(steady_clock::now() - start, milliseconds(1000));
}

struct FaultCase {
  const char* name;
  std::vector<OdbcDiagnostic> said;
  OdbcStep step;
  Fault fault;
  Effect effect = Effect::kNone;
};

TEST(SqlOdbcFault, EachRefusalHasItsReaction) {
  const FaultCase cases[] = {
      {"wrong password",
       {{"42000", 18456, "Login failed for user 'x'."}, {"08001", 20002, ""}},
       OdbcStep::kConnect,
       Fault::kUnauthenticated},
      {"wrong password, by state", {{"28000", 0, ""}}, OdbcStep::kConnect, Fault::kUnauthenticated},
      {"no such database", {{"42000", 4060, ""}}, OdbcStep::kConnect, Fault::kMisconfigured},
      {"unreachable", {{"08001", 20009, ""}}, OdbcStep::kConnect, Fault::kUnavailable},
      {"no driver", {{"IM002", 0, ""}}, OdbcStep::kConnect, Fault::kMisconfigured},
      {"missing right", {{"42000", 229, ""}}, OdbcStep::kExecute, Fault::kForbidden},
      {"no table", {{"42S02", 208, ""}}, OdbcStep::kExecute, Fault::kRejected},
      {"no column", {{"42S22", 207, ""}}, OdbcStep::kExecute, Fault::kRejected},
      {"deadlock", {{"40001", 1205, ""}}, OdbcStep::kFetch, Fault::kUnavailable, Effect::kUnknown},
      {"too slow",
       {{"HYT00", 20003, ""}},
       OdbcStep::kExecute,
       Fault::kUnavailable,
       Effect::kUnknown},
      {"cut while answering",
       {{"08S01", 20004, ""}},
       OdbcStep::kExecute,
       Fault::kUnavailable,
       Effect::kUnknown},
      {"cut",
       {{"HY000", 50000, ""}, {"08S01", 0, ""}},
       OdbcStep::kFetch,
       Fault::kUnavailable,
       Effect::kUnknown},
      {"unreadable", {{"22018", 0, ""}}, OdbcStep::kFetch, Fault::kProtocol, Effect::kUnknown},
      {"refused after rows",
       {{"42000", 50000, ""}},
       OdbcStep::kFetch,
       Fault::kRejected,
       Effect::kUnknown},
      {"a rule of theirs", {{"42000", 50000, ""}}, OdbcStep::kExecute, Fault::kRejected},
  };
  for (const auto& one : cases) {
    const auto error = OdbcFault(one.said, one.step);
    EXPECT_EQ(error.fault, one.fault) << one.name;
    EXPECT_EQ(error.effect, one.effect) << one.name;
  }
}

TEST(SqlOdbcFault, TellsOfASignAndNotOfTheText) {
  const OdbcDiagnostic away[] = {{"42000", 50000, "Dr Sample is AWAY on that date"}};
  const auto error = OdbcFault(away, OdbcStep::kExecute, "away");
  EXPECT_TRUE(SqlRefusalSays(error, "away"));
  EXPECT_EQ(error.summary.find("Sample"), std::string::npos);
  EXPECT_FALSE(SqlRefusalSays(OdbcFault(away, OdbcStep::kExecute, "closed"), "closed"));
  EXPECT_FALSE(SqlRefusalSays(OdbcFault(away, OdbcStep::kExecute), "away"));
  const OdbcDiagnostic cut[] = {{"08S01", 20004, "the server went away"}};
  EXPECT_FALSE(SqlRefusalSays(OdbcFault(cut, OdbcStep::kExecute, "away"), "away"));
}

TEST(SqlOdbcFault, NamesTheObjectAndQuotesNothingElse) {
  const OdbcDiagnostic denied[] = {
      {"42000", 229,
       "The SELECT permission was denied on the object 'PATIENTS', database 'B', schema 'dbo'."}};
  const auto error = OdbcFault(denied, OdbcStep::kExecute);
  EXPECT_EQ(error.summary, "the database user lacks a right on PATIENTS");
  EXPECT_EQ(error.vendor_code, "229");

  const OdbcDiagnostic odd[] = {{"42000", 229, "denied on the object 'Ms Ada <Sample>', oh"}};
  EXPECT_EQ(OdbcFault(odd, OdbcStep::kExecute).summary, "the database user lacks a right");
  const OdbcDiagnostic data[] = {{"22018", 245, "Conversion failed for value 'Ada Sample'."}};
  EXPECT_EQ(OdbcFault(data, OdbcStep::kExecute).summary.find("Ada"), std::string::npos);
}

}  // namespace
}  // namespace pons::net
