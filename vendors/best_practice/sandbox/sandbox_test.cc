// SPDX-License-Identifier: Apache-2.0
// The sandbox as its clients meet it: FreeTDS through ODBC over a real socket, plain and with TLS.
#include "vendors/best_practice/sandbox/sandbox.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "vendors/best_practice/sandbox/sandbox_test_kit.h"

namespace pons::best_practice::sandbox {
namespace {

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

TEST_F(SandboxTest, ATruncationLongerThanTheAnswerDoesNothing) {
  Start();
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  Call("POST", "/faults",
       Object({{"match", "VISITS"}, {"action", "truncate"}, {"amount", 1'000'000}}));
  EXPECT_TRUE(client.Run("SELECT TOP 1 VISITID FROM VISITS")) << client.message;
  EXPECT_TRUE(client.Run("SELECT INTERNALID FROM PATIENTS")) << client.message;
}

TEST_F(SandboxTest, RowsThatBpDoesNotMark) {
  Start();
  Client client;
  ASSERT_TRUE(client.Connect(sandbox_->wire_port()));
  Call("DELETE", "/clinic/locations/3");
  EXPECT_EQ(client.One("SELECT COUNT(*) FROM LOCATIONS WHERE LOCATIONID = 3"), "0");
  Call("POST", "/reset", Object({}));
  EXPECT_EQ(client.One("SELECT PRACTICENAME FROM PRACTICE"), "Empty practice");
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
