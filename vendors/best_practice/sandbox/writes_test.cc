// SPDX-License-Identifier: Apache-2.0
// The writing procedures as a client meets them: RETURN values through batches with parameters,
// refusals, SQL Server's errors, and what the journal says of each.
#include <thread>

#include "vendors/best_practice/sandbox/sandbox_test_kit.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr const char* kBook =
    "DECLARE @id INT; EXEC @id = BP_AddAppointmentEx @aptdate = ?, @apttime = ?, "
    "@appointmenttype = ?, @aptlen = ?, @practitionerid = ?, @patientid = ?, @reason = ?; "
    "SELECT @id AS AppointmentId";

class WritesTest : public SandboxTest {
 protected:
  void SetUp() override {
    Start();
    ASSERT_TRUE(client_.Connect(sandbox_->wire_port())) << client_.message;
  }
  std::string Book(const std::string& day, const std::string& time, const std::string& patient,
                   const std::string& length = "900") {
    return client_.One(kBook, {day, time, "1", length, "2", patient, "Mole (ref ABCDEFGHJK)"});
  }
  std::string AddPatient(const std::string& surname, const std::string& given) {
    std::string sql = "DECLARE @id INT; EXEC @id = BP_AddPatient";
    std::vector<std::string> values{"3",      given,  "",           surname, "", "1 Wharf St", "",
                                    "Sydney", "2000", "",           "",      "", "1980-02-29", "1",
                                    "",       "",     "0400000000", "",      "", "",           "0"};
    for (std::size_t i = 0; i < values.size(); ++i) sql += i == 0 ? " ?" : ", ?";
    sql += ", '', NULL, 0, '', '', 'EXT1', 'ada@example.test'; SELECT @id AS PatientId";
    return client_.One(sql, values);
  }
  json::Value LastCall(const std::string& procedure) {
    const json::Value journal = Call("GET", "/journal");
    json::Value last;
    for (const json::Value& entry : *journal.Find("entries")->array()) {
      if (entry.Text("procedure") == procedure) last = entry;
    }
    return last;
  }

  Client client_;
};

TEST_F(WritesTest, ABookingReturnsItsRecord) {
  const std::string id = Book("2031-05-05", "29700", "3");
  ASSERT_TRUE(
      client_.Run("SELECT INTERNALID, USERID, APPOINTMENTTIME, APPOINTMENTLENGTH, "
                  "APPOINTMENTCODE, RTRIM(REASON), RECORDSTATUS FROM APPOINTMENTS WHERE "
                  "RECORDID = ?",
                  {id}));
  EXPECT_EQ(client_.rows.at(0), (std::vector<std::string>{"3", "2", "29700", "900", "1",
                                                          "Mole (ref ABCDEFGHJK)", "1"}));
  const json::Value entry = LastCall("BP_AddAppointmentEx");
  EXPECT_EQ(entry.Text("effect"), "write");
  EXPECT_EQ(std::to_string(entry.Integer("result").value_or(0)), id);
  // Nothing guards a time against a second booking.
  EXPECT_NE(Book("2031-05-05", "29700", "4"), id);
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM APPOINTMENTS WHERE APPOINTMENTDATE = '20310505'"),
            "2");
}

TEST_F(WritesTest, ARefusalReturnsZeroAndChangesNothing) {
  Call("DELETE", "/clinic/patients/5");
  EXPECT_EQ(Book("2031-05-05", "29700", "5"), "0") << "a deleted patient";
  EXPECT_EQ(LastCall("BP_AddAppointmentEx").Text("effect"), "none");
  EXPECT_EQ(LastCall("BP_AddAppointmentEx").Integer("result"), 0);
  EXPECT_EQ(Book("2031-05-05", "29700", "999999"), "0");
  EXPECT_EQ(client_.One("DECLARE @r INT EXEC @r = BP_UpdatePatientEmail 5, 'x@example.test' "
                        "SELECT @r"),
            "0");
  EXPECT_EQ(client_.One("DECLARE @r INT EXEC @r = BP_CancelAppointment 999999 SELECT @r"), "0");
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM APPOINTMENTS WHERE APPOINTMENTDATE = '20310505'"),
            "0");
}

TEST_F(WritesTest, ErrorsAreSqlServers) {
  const struct {
    const char* sql;
    int number;
  } cases[] = {
      {"EXEC BP_ArriveAppointment @aptid = 1, @colour = 2", 8144},
      {"EXEC BP_ArriveAppointment @appointment = 1", 8145},
      {"EXEC BP_MoveAppointment @aptid = 1", 201},
      {"EXEC BP_CancelAppointment @aptid = 1, @aptid = 1", 8143},
      {"EXEC BP_CancelAppointment @aptid = 1, 1", 119},
      {"EXEC BP_ArriveAppointment @aptid = 'soon'", 8114},
      {"EXEC BP_IsAppointmentBooked 1, '2031-02-30', 29700", 8114},
      {"EXEC BP_NoSuchThing 1", 2812},
  };
  for (const auto& expected : cases) {
    EXPECT_FALSE(client_.Run(expected.sql)) << expected.sql;
    EXPECT_EQ(client_.number, expected.number) << expected.sql << ": " << client_.message;
  }
}

TEST_F(WritesTest, PatientsAreAddedWithoutLookingForTheSame) {
  const std::string first = AddPatient("Sample", "Ada"), second = AddPatient("Sample", "Ada");
  EXPECT_NE(first, "0");
  EXPECT_NE(first, second) << "BP_AddPatient does not look for duplicates";
  ASSERT_TRUE(
      client_.Run("SELECT RTRIM(P.SURNAME), RTRIM(P.EXTERNALID), E.EMAIL FROM PATIENTS P "
                  "JOIN EMAIL E ON E.INTERNALID = P.INTERNALID WHERE P.INTERNALID = ?",
                  {first}));
  EXPECT_EQ(client_.rows.at(0), (std::vector<std::string>{"Sample", "EXT1", "ada@example.test"}));
  EXPECT_EQ(std::to_string(LastCall("BP_AddPatient").Integer("result").value_or(0)), second);
  ASSERT_TRUE(client_.Run("EXEC BP_GetPatientByPartSurnameDOB 'sam', '19800229'"));
  EXPECT_EQ(client_.rows.size(), 2u);
}

TEST_F(WritesTest, ParametersAreCutAndColumnsAreNot) {
  const std::string id = AddPatient(std::string(60, 'x'), "Ada");
  EXPECT_EQ(client_.One("SELECT LEN(SURNAME) FROM PATIENTS WHERE INTERNALID = ?", {id}), "40");
  SandboxOptions options;
  options.rights.write_tables = true;
  Start(options);
  Client writer;
  ASSERT_TRUE(writer.Connect(sandbox_->wire_port()));
  EXPECT_FALSE(writer.Run("UPDATE PATIENTS SET POSTCODE = '20000' WHERE INTERNALID = 1"));
  EXPECT_EQ(writer.number, 8152) << writer.message;
  EXPECT_TRUE(writer.Run("UPDATE PATIENTS SET POSTCODE = '2000  ' WHERE INTERNALID = 1"));
}

TEST_F(WritesTest, AnAppointmentsLife) {
  const std::string id = Book("2031-05-05", "29700", "3", "1800");
  const auto booked = [&](const char* time) {
    return client_.One("DECLARE @b INT; EXEC @b = BP_IsAppointmentBooked ?, ?, ?; SELECT @b",
                       {"2", "2031-05-05", time});
  };
  const auto column = [&](const char* name) {
    return client_.One(std::string("SELECT ") + name + " FROM APPOINTMENTS WHERE RECORDID = " + id);
  };
  EXPECT_EQ(booked("29700"), "1");
  EXPECT_EQ(booked("30600"), "1") << "its second slot";
  EXPECT_EQ(booked("31500"), "0");
  ASSERT_TRUE(client_.Run("EXEC BP_ArriveAppointment @aptid = ?", {id})) << client_.message;
  EXPECT_EQ(column("APPOINTMENTCODE"), "2");
  EXPECT_NE(column("ARRIVALTIME"), "0");
  EXPECT_EQ(booked("29700"), "0") << "only Booked is looked at";
  ASSERT_TRUE(client_.Run("EXEC BP_UnarriveAppointment @aptid = ?", {id}));
  EXPECT_EQ(column("APPOINTMENTCODE"), "1");
  ASSERT_TRUE(
      client_.Run("EXEC BP_MoveAppointment @aptid = ?, @aptdate = ?, @apttime = ?, "
                  "@practitionerid = ?, @locationid = ?",
                  {id, "2031-05-06", "36000", "3", "0"}));
  EXPECT_EQ(column("APPOINTMENTTIME"), "36000");
  EXPECT_EQ(column("USERID"), "3");
  EXPECT_NE(column("LOCATIONID"), "0");
  ASSERT_TRUE(client_.Run("EXEC BP_UpdateAppointment ?, ?, ?, ?", {id, "2", "900", "Longer"}));
  EXPECT_EQ(column("RTRIM(REASON)"), "Longer");
  EXPECT_EQ(client_.One("DECLARE @r INT EXEC @r = BP_ConfirmAppointment " + id + " SELECT @r"),
            "1");
  EXPECT_EQ(column("ATTENDANCECONFIRMED"), "1");
  EXPECT_EQ(client_.One("DECLARE @r INT EXEC @r = BP_CancelAppointment " + id + " SELECT @r"), "1");
  EXPECT_EQ(column("RECORDSTATUS"), "4");
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM CANCELLEDAPPOINTMENTS WHERE APPOINTMENTID = " + id),
            "1");
  ASSERT_TRUE(client_.Run("EXEC BP_ArriveAppointment @aptid = ?", {id}));
  EXPECT_EQ(column("APPOINTMENTCODE"), "1") << "a cancelled one is not changed";
  EXPECT_EQ(LastCall("BP_ArriveAppointment").Text("effect"), "none");
}

TEST_F(WritesTest, OtherWrites) {
  const auto number = [&](const std::string& call) {
    return client_.One("DECLARE @r INT EXEC @r = " + call + " SELECT @r");
  };
  EXPECT_EQ(number("BP_SetNextOfKin 3, 2, 'Sample', 'Bea', '1 Wharf St', 'Sydney', '2000', "
                   "'0400000001', 'Mother', ''"),
            "1");
  EXPECT_EQ(client_.One("SELECT RTRIM(C.FIRSTNAME) FROM PATIENTS P JOIN CONTACTPERSONS C ON "
                        "C.RECORDID = P.NEXTOFKINID WHERE P.INTERNALID = 3"),
            "Bea");
  EXPECT_NE(number("BP_AddMessage 2, 'Report', 'A report has arrived', 3"), "0");
  EXPECT_EQ(number("BP_AddMessage 999, 'Report', 'A report has arrived'"), "0");
  const std::string visit = number("BP_AddClinicalNote 3, 'Seen by app', 1");
  EXPECT_EQ(client_.One("SELECT VisitType FROM BPS_Visits WHERE VisitID = " + visit).substr(0, 9),
            "Non Visit");
  EXPECT_EQ(number("BP_UpdatePatientHealthFund 3, 'HF1', 'Fund', 7, NULL"), "1");
}

TEST_F(WritesTest, FreeTimesHonourSessionsBookingsAndDaysAway) {
  const auto free = [&](const std::string& user, const std::string& day) {
    return client_.Run("EXEC BP_GetFreeAppointments @userid = ?, @aptdate = ?", {user, day});
  };
  ASSERT_TRUE(free("1", "2031-05-05")) << client_.message;  // a Monday
  const std::size_t before = client_.rows.size();
  ASSERT_GT(before, 20u);
  EXPECT_EQ(client_.rows[0][0], "28800");
  const json::Value listed = Call("GET", "/clinic/free?practitioner=1&date=2031-05-05");
  EXPECT_EQ(listed.Find("slots")->array()->size(), before);
  EXPECT_EQ((*listed.Find("slots")->array())[0].Text("time"), "08:00");
  client_.One(kBook, {"2031-05-05", "28800", "1", "1800", "1", "3", ""});
  ASSERT_TRUE(free("1", "2031-05-05"));
  EXPECT_EQ(client_.rows.size(), before - 2);
  const json::Value away = Call("POST", "/clinic/away",
                                Object({{"practitioner", "1"},
                                        {"from", "2031-05-05"},
                                        {"to", "2031-05-06"},
                                        {"reason", "Conference"}}));
  EXPECT_EQ(status_, 200);
  EXPECT_FALSE(free("1", "2031-05-05"));
  EXPECT_NE(client_.message.find("away on 2031-05-05"), std::string::npos) << client_.message;
  Call("GET", "/clinic/free?practitioner=1&date=2031-05-05");
  EXPECT_EQ(status_, 409);
  Call("DELETE", "/clinic/away/" + std::string(away.Text("id")));
  EXPECT_TRUE(free("1", "2031-05-05"));
}

TEST_F(WritesTest, ReceptionistsBookATimeOnce) {
  const auto book = [&](bool force) {
    Call("POST", "/clinic/appointments",
         Object({{"patient", "3"},
                 {"practitioner", "1"},
                 {"type", "1"},
                 {"date", "2031-05-05"},
                 {"time", "09:00"},
                 {"force", force}}));
    return status_;
  };
  EXPECT_EQ(book(false), 200);
  EXPECT_EQ(book(false), 409);
  EXPECT_EQ(book(true), 200);
  // Many at once, from both sides of the counter: staff never come second without being told.
  std::atomic<int> booked = 0;
  std::vector<std::thread> staff;
  for (int i = 0; i < 4; ++i) {
    staff.emplace_back([&] {
      net::HttpRequest request;
      request.method = "POST";
      request.url =
          "http://127.0.0.1:" + std::to_string(sandbox_->control_port()) + "/clinic/appointments";
      request.body = json::Write(Object(
          {{"patient", "4"}, {"practitioner", "1"}, {"date", "2031-05-05"}, {"time", "10:00"}}));
      auto transport = net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
      CancelToken cancel;
      const auto response = transport->Send(request, cancel);
      if (response && response->status == 200) ++booked;
    });
  }
  for (std::thread& one : staff) one.join();
  EXPECT_EQ(booked, 1);
}

TEST_F(WritesTest, FaultsOfAProcedureMeetOnlyItsCalls) {
  Call("POST", "/faults",
       Object({{"match", "BP_AddAppointmentEx"}, {"action", "drop_before_effect"}}));
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM sys.parameters WHERE object_id = "
                        "OBJECT_ID('dbo.BP_AddAppointmentEx') AND name = '@videourl'"),
            "1")
      << "asking after a procedure is not calling it";
  EXPECT_FALSE(client_.Run(kBook, {"2031-05-05", "29700", "1", "900", "2", "3", ""}));
  const json::Value dropped = LastCall("BP_AddAppointmentEx");
  EXPECT_EQ(dropped.Text("fault"), "drop_before_effect");
  EXPECT_EQ(dropped.Text("effect"), "none");

  Call("POST", "/faults",
       Object({{"procedure", "BP_AddPatient"}, {"action", "delay_after_effect"}, {"amount", 300}}));
  Client again;
  ASSERT_TRUE(again.Connect(sandbox_->wire_port()));
  EXPECT_EQ(again.One("DECLARE @r INT EXEC @r = BP_UpdatePatientEmail 3, 'y@example.test' "
                      "SELECT @r"),
            "1");
  std::thread slow([&] {
    Client other;
    ASSERT_TRUE(other.Connect(sandbox_->wire_port()));
    std::string sql = "EXEC BP_AddPatient 0";
    for (const char* value : {"'Ada'", "''", "'Late'",       "''",   "''", "''", "''", "''", "''",
                              "''",    "''", "'1980-02-29'", "1",    "''", "''", "''", "''", "''",
                              "''",    "0",  "''",           "NULL", "0",  "''", "''", "''", "''"})
      sql += std::string(", ") + value;
    EXPECT_TRUE(other.Run(sql)) << other.message;
  });
  slow.join();
  const json::Value delayed = LastCall("BP_AddPatient");
  EXPECT_EQ(delayed.Text("fault"), "delay_after_effect");
  EXPECT_EQ(delayed.Text("effect"), "write");
  EXPECT_GE(delayed.Integer("micros").value_or(0), 300'000);
}

}  // namespace
}  // namespace pons::best_practice::sandbox
