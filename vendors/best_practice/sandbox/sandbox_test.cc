// SPDX-License-Identifier: Apache-2.0
// The sandbox as its clients meet it: FreeTDS through ODBC over a real socket, plain and with TLS.
#include "vendors/best_practice/sandbox/sandbox.h"

#include <gtest/gtest.h>
#include <sql.h>
#include <sqlext.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "net/http.h"

namespace pons::best_practice::sandbox {
namespace {

// A thin ODBC client of the test's own: text in, rows of text out.
class Client {
 public:
  Client() {
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_);
    SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3),
                  0);
    SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
  }
  ~Client() {
    if (statement_ != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, statement_);
    SQLDisconnect(connection_);
    SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    SQLFreeHandle(SQL_HANDLE_ENV, environment_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool Connect(int port, const std::string& encryption = "off",
               const std::string& password = "practice") {
    std::string text =
        "Driver=FreeTDS;Server=127.0.0.1;Port=" + std::to_string(port) +
        ";UID=bpsrawdata;PWD=" + password +
        ";Database=BPSPatients;TDS_Version=7.4;ClientCharset=UTF-8;Encryption=" + encryption;
    const auto code =
        SQLDriverConnect(connection_, nullptr, reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS,
                         nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
    if (!SQL_SUCCEEDED(code)) return Failed(SQL_HANDLE_DBC, connection_);
    SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement_);
    return true;
  }

  // Bound as text where `parameters` are given: through sp_prepare or sp_executesql.
  bool Run(const std::string& sql, std::vector<std::string> parameters = {}) {
    rows.clear();
    SQLFreeStmt(statement_, SQL_CLOSE);
    SQLFreeStmt(statement_, SQL_RESET_PARAMS);
    std::vector<SQLLEN> lengths(parameters.size(), SQL_NTS);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      SQLBindParameter(statement_, static_cast<SQLUSMALLINT>(i + 1), SQL_PARAM_INPUT, SQL_C_CHAR,
                       SQL_WVARCHAR, 200, 0, parameters[i].data(),
                       static_cast<SQLLEN>(parameters[i].size()), &lengths[i]);
    }
    std::string text = sql;
    const auto code = SQLExecDirect(statement_, reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS);
    if (!SQL_SUCCEEDED(code) && code != SQL_NO_DATA) return Failed(SQL_HANDLE_STMT, statement_);
    return Fetch();
  }

  std::string One(const std::string& sql, std::vector<std::string> parameters = {}) {
    EXPECT_TRUE(Run(sql, std::move(parameters))) << number << " " << message;
    return rows.empty() || rows[0].empty() ? "(none)" : rows[0][0];
  }

  bool Fetch() {
    SQLSMALLINT columns = 0;
    SQLNumResultCols(statement_, &columns);
    if (columns == 0) return true;
    SQLRETURN code = SQL_SUCCESS;
    while (SQL_SUCCEEDED(code = SQLFetch(statement_))) {
      std::vector<std::string> row;
      for (SQLSMALLINT i = 1; i <= columns; ++i) {
        char buffer[1000];
        SQLLEN length = 0;
        SQLGetData(statement_, static_cast<SQLUSMALLINT>(i), SQL_C_CHAR, buffer, sizeof buffer,
                   &length);
        row.push_back(length == SQL_NULL_DATA ? "NULL" : buffer);
      }
      rows.push_back(std::move(row));
    }
    return code == SQL_NO_DATA || Failed(SQL_HANDLE_STMT, statement_);
  }

  std::vector<std::vector<std::string>> rows;
  int number = 0;
  std::string message;

 private:
  bool Failed(SQLSMALLINT kind, SQLHANDLE handle) {
    SQLCHAR state[6], text[500];
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    if (SQL_SUCCEEDED(SQLGetDiagRec(kind, handle, 1, state, &native, text, sizeof text, &length))) {
      number = native;
      message = reinterpret_cast<char*>(text);
    }
    return false;
  }

  SQLHENV environment_ = nullptr;
  SQLHDBC connection_ = nullptr;
  SQLHSTMT statement_ = nullptr;
};

class SandboxTest : public ::testing::Test {
 protected:
  void Start(SandboxOptions options = {}) {
    options.fill.patients = options.fill.patients == 2000 ? 60 : options.fill.patients;
    options.fill.appointments = std::min<std::int64_t>(options.fill.appointments, 200);
    auto started = Sandbox::Start(options, log_);
    ASSERT_TRUE(started) << started.error().summary;
    sandbox_ = std::move(*started);
  }
  json::Value Call(const std::string& method, const std::string& path,
                   const json::Value& body = {}) {
    net::HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(sandbox_->control_port()) + path;
    if (!body.is_null()) request.body = json::Write(body);
    auto response = http_->Send(request, cancel_);
    EXPECT_TRUE(response);
    if (!response) return {};
    status_ = response->status;
    auto parsed = json::Parse(response->body);
    return parsed ? *parsed : json::Value();
  }
  json::Value Object(json::Object members) { return json::Value(std::move(members)); }

  MemoryLogger log_;
  CancelToken cancel_;
  std::unique_ptr<net::HttpTransport> http_ =
      net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  std::unique_ptr<Sandbox> sandbox_;
  int status_ = 0;
};

TEST_F(SandboxTest, AnswersPlainAndEncryptedClients) {
  Start();
  for (const char* encryption : {"off", "request", "require"}) {
    Client client;
    ASSERT_TRUE(client.Connect(sandbox_->wire_port(), encryption)) << encryption << client.message;
    EXPECT_EQ(client.One("SELECT COUNT(*) FROM PATIENTS WITH (NOLOCK)"), "60") << encryption;
  }
}

TEST_F(SandboxTest, RequiredEncryptionTurnsAPlainClientAway) {
  SandboxOptions options;
  options.wire.encryption = Encryption::kRequired;
  Start(options);
  Client plain, encrypted;
  EXPECT_FALSE(plain.Connect(sandbox_->wire_port(), "off"));
  EXPECT_TRUE(encrypted.Connect(sandbox_->wire_port(), "require")) << encrypted.message;
}

TEST_F(SandboxTest, WrongPasswordAndMissingRight) {
  Start();
  Client wrong;
  EXPECT_FALSE(wrong.Connect(sandbox_->wire_port(), "off", "guess"));
  EXPECT_EQ(wrong.number, 18456);
  Call("POST", "/rights", Object({{"object", "VISITS"}, {"select", false}}));
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  EXPECT_FALSE(client.Run("SELECT TOP 1 VISITID FROM VISITS"));
  EXPECT_EQ(client.number, 229);
  EXPECT_NE(client.message.find("'VISITS'"), std::string::npos);
  EXPECT_EQ(client.One("SELECT HAS_PERMS_BY_NAME('dbo.VISITS', 'OBJECT', 'SELECT')"), "0");
  EXPECT_FALSE(client.Run("UPDATE PATIENTS SET CITY = 'x'"));
  EXPECT_EQ(client.number, 229) << "integrators may only read";
  Call("POST", "/rights", Object({{"object", "VISITS"}, {"select", true}}));
  EXPECT_TRUE(client.Run("SELECT TOP 1 VISITID FROM VISITS"));
}

TEST_F(SandboxTest, TypesAndParametersThroughTheDriver) {
  Start();
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port(), "require"));
  Call("PATCH", "/clinic/patients/1",
       Object({{"family", "Nguyễn"}, {"given", "陈伟"}, {"birth_date", "1984-07-02"}}));
  ASSERT_TRUE(client.Run(
      "SELECT SURNAME, FIRSTNAME, DOB, DATEOFDEATH, SEXCODE FROM PATIENTS WHERE INTERNALID = ?",
      {"1"}))
      << client.message;
  ASSERT_EQ(client.rows.size(), 1u);
  EXPECT_EQ(client.rows[0][0], "Nguyễn" + std::string(34, ' ')) << "CHAR(40) is padded";
  EXPECT_EQ(client.rows[0][1].substr(0, 6), "陈伟");
  EXPECT_EQ(client.rows[0][2], "1984-07-02 00:00:00.000");
  EXPECT_EQ(client.rows[0][3], "NULL");
  EXPECT_EQ(client.One("SELECT INTERNALID FROM PATIENTS WHERE SURNAME = ? AND DOB = ?",
                       {"nguyễn  ", "1984-07-02"}),
            "1");
  EXPECT_EQ(
      client.One(
          "SELECT RTRIM(FIRSTNAME) + ' ' + RTRIM(SURNAME) FROM PATIENTS WHERE INTERNALID = 1"),
      "陈伟 Nguyễn");
  EXPECT_EQ(client.One("SELECT CONVERT(varchar(10), DOB, 103) FROM PATIENTS WHERE INTERNALID = 1"),
            "02/07/1984");
  const std::string east = client.One("SELECT DATEDIFF(minute, SYSUTCDATETIME(), SYSDATETIME())");
  EXPECT_TRUE(east == "600" || east == "660") << "Sydney: " << east;
  EXPECT_EQ(client.One("SELECT SERVERPROPERTY('InstanceName')"), "BPSINSTANCE");
}

TEST_F(SandboxTest, WatermarkFindsEveryChangeOnce) {
  Start();
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  for (int i = 0; i < 20; ++i) {
    Call("PATCH", "/clinic/patients/2",
         Object({{"mobile_phone", "0491 570 0" + std::to_string(10 + i)}}));
    const std::string changed = client.One("SELECT UPDATED FROM PATIENTS WHERE INTERNALID = 2");
    EXPECT_EQ(client.One("SELECT COUNT(*) FROM PATIENTS WHERE INTERNALID = 2 AND UPDATED >= ?",
                         {changed}),
              "1")
        << changed;
    EXPECT_EQ(
        client.One("SELECT COUNT(*) FROM PATIENTS WHERE INTERNALID = 2 AND UPDATED > ?", {changed}),
        "0")
        << changed;
  }
}

TEST_F(SandboxTest, ProceduresReadAndWrite) {
  Start();
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  ASSERT_TRUE(client.Run("EXEC BP_GetPracticeLocations")) << client.message;
  EXPECT_EQ(client.rows.size(), 3u);
  ASSERT_TRUE(client.Run("EXEC BP_GetPatientByInternalID @PatientID = 3"));
  EXPECT_EQ(client.rows.at(0).at(0), "3");
  const std::string id = client.One(
      "DECLARE @id INT; EXEC @id = BP_AddAppointmentEx @aptdate = '2031-05-05', @apttime = 29700, "
      "@appointmenttype = 1, "
      "@aptlen = 900, @practitionerid = 1, @patientid = 3, @reason = 'Mole'; SELECT @id AS "
      "AppointmentId");
  EXPECT_EQ(client.One("SELECT INTERNALID FROM APPOINTMENTS WHERE RECORDID = " + id +
                       " AND APPOINTMENTDATE = '20310505'"),
            "3");
  EXPECT_EQ(client.One(
                "DECLARE @b INT EXEC @b = BP_IsAppointmentBooked 1, '2031-05-05', 29700 SELECT @b"),
            "1");
  ASSERT_TRUE(client.Run("EXEC BP_GetFreeAppointments @userid = 1, @aptdate = '2031-05-05'"))
      << client.message;
  for (const auto& row : client.rows) EXPECT_NE(row[0], "29700");
  EXPECT_FALSE(client.rows.empty());
  EXPECT_FALSE(client.Run("EXEC BP_Nothing"));
  EXPECT_EQ(client.number, 2812);
  EXPECT_FALSE(client.Run("EXEC BP_IsAppointmentBooked 1"));
  EXPECT_EQ(client.number, 201);
  EXPECT_EQ(
      client.One(
          "SELECT COUNT(*) FROM sys.parameters WHERE object_id = OBJECT_ID('dbo.BP_AddPatient')"),
      "34");
}

TEST_F(SandboxTest, AVisitStartsAndIsSeenAtOnce) {
  Start();
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  const std::string before = client.One("SELECT ISNULL(MAX(VISITID), 0) FROM VISITS");
  const json::Value visit =
      Call("POST", "/clinic/visits", Object({{"patient", "5"}, {"practitioner", "2"}}));
  EXPECT_EQ(status_, 200);
  ASSERT_TRUE(client.Run(
      "SELECT VISITID, INTERNALID, USERID, ENDTIME FROM VISITS WHERE VISITID > " + before));
  ASSERT_EQ(client.rows.size(), 1u);
  EXPECT_EQ(client.rows[0],
            (std::vector<std::string>{std::string(visit.Text("id")), "5", "2", "0"}));
  Call("PATCH", "/clinic/visits/" + std::string(visit.Text("id")), Object({{"finish", true}}));
  EXPECT_EQ(client.One("SELECT COUNT(*) FROM VISITS WHERE VISITID > " + before +
                       " AND UPDATED IS NOT NULL"),
            "1");
}

TEST_F(SandboxTest, PlannedFaultsHappenAsOftenAsPlanned) {
  Start();
  const int port = sandbox_->wire_port();
  const auto plan = [&](const char* action, std::int64_t amount) {
    Call("POST", "/faults",
         Object({{"match", "VISITS"}, {"action", action}, {"amount", amount}, {"times", 1}}));
  };
  Client client;
  ASSERT_TRUE(client.Connect(port));
  plan("error", 1205);
  EXPECT_TRUE(client.Run("SELECT TOP 1 INTERNALID FROM PATIENTS")) << "another table";
  EXPECT_FALSE(client.Run("SELECT TOP 1 VISITID FROM VISITS"));
  EXPECT_EQ(client.number, 1205);
  EXPECT_TRUE(client.Run("SELECT TOP 1 VISITID FROM VISITS"));
  for (const char* action : {"drop_before_effect", "garbage", "truncate"}) {
    Client other;
    ASSERT_TRUE(other.Connect(port));
    plan(action, 40);
    EXPECT_FALSE(other.Run("SELECT VISITID FROM VISITS")) << action;
  }
  Call("POST", "/faults", Object({{"action", "refuse_login"}}));
  Client refused, let_in;
  EXPECT_FALSE(refused.Connect(port));
  EXPECT_TRUE(let_in.Connect(port));
  Call("POST", "/faults", Object({{"action", "explode"}}));
  EXPECT_EQ(status_, 400);
}

TEST_F(SandboxTest, DropAfterEffectHasItsEffectOnce) {
  Start();
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  Call("POST", "/faults",
       Object({{"match", "BP_AddAppointment"}, {"action", "drop_after_effect"}}));
  EXPECT_FALSE(client.Run("EXEC BP_AddAppointment '2031-06-06', 36000, 900, 1, 4"));
  Client again;
  ASSERT_TRUE(again.Connect(sandbox_->wire_port()));
  EXPECT_EQ(again.One("SELECT COUNT(*) FROM APPOINTMENTS WHERE APPOINTMENTDATE = '2031-06-06'"),
            "1");
  const json::Value journal = Call("GET", "/journal");
  int writes = 0;
  for (const json::Value& entry : *journal.Find("entries")->array()) {
    if (entry.Text("effect") == "write") ++writes;
  }
  EXPECT_EQ(writes, 1);
}

TEST_F(SandboxTest, ClockIsItsOwn) {
  Start();
  Call("POST", "/clock", Object({{"now", "2026-10-04T01:59:00"}}));
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  EXPECT_EQ(client.One("SELECT CONVERT(varchar(16), GETDATE(), 120)"), "2026-10-04 01:59");
  EXPECT_EQ(Call("GET", "/state").Text("today"), "2026-10-04");
  // Two minutes on, the clocks of Sydney have gone forward.
  const auto offset = Call("GET", "/clock").Integer("offset_ms");
  Call("POST", "/clock", Object({{"offset_ms", *offset + 120'000}}));
  EXPECT_EQ(client.One("SELECT CONVERT(varchar(16), GETDATE(), 120)"), "2026-10-04 03:01");
}

TEST_F(SandboxTest, ATransactionIsRolledBackWithItsClient) {
  SandboxOptions options;
  options.rights.write_tables = true;
  Start(options);
  {
    Client client;
    ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
    ASSERT_TRUE(client.Run("BEGIN TRAN UPDATE PATIENTS SET CITY = 'Nowhere' WHERE INTERNALID = 1"));
    EXPECT_EQ(client.One("SELECT RTRIM(CITY) FROM PATIENTS WHERE INTERNALID = 1"), "Nowhere");
    Client other;
    ASSERT_TRUE(other.Connect(sandbox_->wire_port()));
    EXPECT_NE(other.One("SELECT RTRIM(CITY) FROM PATIENTS WHERE INTERNALID = 1"), "Nowhere");
  }
  Client after;
  ASSERT_TRUE(after.Connect(sandbox_->wire_port()));
  EXPECT_NE(after.One("SELECT RTRIM(CITY) FROM PATIENTS WHERE INTERNALID = 1"), "Nowhere");
  EXPECT_TRUE(after.Run("UPDATE PATIENTS SET CITY = 'Somewhere' WHERE INTERNALID = 1"))
      << "the writer is free again";
}

TEST_F(SandboxTest, BadRowsCanBeMade) {
  Start();
  Call("POST", "/clinic/raw",
       Object(
           {{"table", "PATIENTS"}, {"key", "7"}, {"column", "SURNAME"}, {"value", json::Value()}}));
  Call("POST", "/clinic/raw",
       Object({{"table", "PATIENTS"}, {"key", 8}, {"column", "DOB"}, {"value", "1900-01-01"}}));
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  EXPECT_EQ(client.One("SELECT SURNAME FROM PATIENTS WHERE INTERNALID = 7"), "NULL");
  EXPECT_EQ(client.One("SELECT DOB FROM PATIENTS WHERE INTERNALID = 8"), "1900-01-01 00:00:00.000");
  Call("POST", "/clinic/raw",
       Object({{"table", "PATIENTS"}, {"key", 8}, {"column", "NOTHING"}, {"value", 1}}));
  EXPECT_EQ(status_, 400);
}

TEST_F(SandboxTest, LoadsAuCorePatients) {
  const char* data = std::getenv("PONS_SHARED_DATA");
  const std::string folder =
      std::string(data != nullptr ? data : PONS_SOURCE_DIR "/../shared/data") + "/au-core";
  if (::access((folder + "/Patient.ndjson").c_str(), R_OK) != 0)
    GTEST_SKIP() << "no test data in " << folder;
  Start();
  Call("POST", "/reset", Object({}));
  const json::Value loaded = Call("POST", "/load", Object({{"fhir_folder", folder}}));
  EXPECT_EQ(loaded.Integer("loaded"), 59);
  const std::string id(loaded.Find("ids")->Text("archibald-dante"));
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  ASSERT_TRUE(client.Run(
      "SELECT RTRIM(SURNAME), RTRIM(MEDICARENO), MEDICARELINENO, IHI, ETHNICCODE, SEXCODE FROM "
      "PATIENTS WHERE INTERNALID = " +
      id));
  EXPECT_EQ(client.rows.at(0), (std::vector<std::string>{"ARCHIBALD", "4951651671", "1",
                                                         "8003608000311670", "999", "2"}));
}

}  // namespace
}  // namespace pons::best_practice::sandbox
