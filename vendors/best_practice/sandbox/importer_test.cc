// SPDX-License-Identifier: Apache-2.0
// The results importer as a sender of reports meets it: files in a folder, rows in Bp's tables over
// ODBC, and the document back over the control port.
#include "vendors/best_practice/sandbox/importer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "vendors/best_practice/sandbox/documents.h"
#include "vendors/best_practice/sandbox/hl7_reading.h"
#include "vendors/best_practice/sandbox/sandbox_test_kit.h"

namespace pons::best_practice::sandbox {
namespace {

namespace fs = std::filesystem;

// "%PDF-1.4\n%\xFF\x00\r\n" and an end: bytes that no text survives.
constexpr const char* kPdfBase64 = "JVBERi0xLjQKJf8ADQolJUVPRg==";
const std::string kPdf("%PDF-1.4\n%\xFF\x00\r\n%%EOF", 19);

struct Sent {
  std::string family = "SAMPLE", given = "ADA", birth_date = "19800229";
  std::string reference = "R0001", control_id = "PS-0001", facility = "PONS";
  std::string doctor = "^TESTER^SAM^^^DR", title = "Dermatology timeline report";
  std::string data = std::string("^application^pdf^Base64^") + kPdfBase64;
  std::string end = "\r";

  std::string Text() const {
    return "MSH|^~\\&|PRACSYNC|" + facility +
           "^1.2.36.1.2001.1003.0.8003621000000011^ISO|BPS|BANKSIA|20260504101500+1000||"
           "ORU^R01^ORU_R01|" +
           control_id +
           "|P|2.4^AUS&Australia&ISO3166_1^HL7AU-OO-201701&&L|||AL|AL|AUS|ASCII|en^English^ISO639" +
           end + "PID|1||41^^^BANKSIA^MR~39501234911^^^AUSHIC^MC||" + family + "^" + given +
           "^^^MS^^L||" + birth_date +
           "|F|||1 Wharf St^^SYDNEY^NSW^2000^AUS^H||^PRN^CP^^^^0400000000" + end +
           "PV1|1|O|||||||" + doctor + end + "ORC|RE||" + reference +
           "^PRACSYNC^pracsync.example^DNS||CM" + end + "OBR|1||" + reference +
           "^PRACSYNC^pracsync.example^DNS|11488-4^" + title +
           "^LN|||20260504100000+1000|||||||||" + doctor + "||||||20260504101500+1000||PHY|F" +
           end + "OBX|1|NM|14749-6^Glucose^LN||5.6|mmol/L|3.9-5.8||||F" + end +
           "OBX|2|ED|PDF^Display format in PDF^AUSPDI||" + data + "||||||F|||20260504101500+1000" +
           end;
  }
};

class ImporterTest : public SandboxTest {
 protected:
  void SetUp() override {
    Start();
    folder_ = sandbox_->report_folder();
    ASSERT_TRUE(client_.Connect(sandbox_->wire_port()));
    Call("PATCH", "/clinic/patients/7",
         Object({{"family", "Sample"}, {"given", "Ada"}, {"birth_date", "1980-02-29"}}));
    number_ = client_.One("SELECT PROVIDERNUMBER FROM PROVIDER_LOCATION WHERE USERID = 2");
    doctor_ = number_ + "^NOBODY^AT ALL^^^DR^^^AUSHICPR^L^^^UPIN";
  }
  void Put(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
  }
  json::Value Run() { return Call("POST", "/clinic/importer", Object({{"run_now", true}})); }
  json::Value OneReport(const std::string& query = "") {
    const json::Value reports = Call("GET", "/clinic/reports" + query);
    const json::Array& rows = *reports.Find("reports")->array();
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? json::Value(json::Object{}) : rows[0];
  }
  std::string Bytes(const std::string& path) {
    net::HttpRequest request;
    request.method = "GET";
    request.url = "http://127.0.0.1:" + std::to_string(sandbox_->control_port()) + path;
    auto response = http_->Send(request, cancel_);
    EXPECT_TRUE(response);
    if (!response) return {};
    status_ = response->status;
    type_ = net::FindHeader(response->headers, "Content-Type");
    return response->body;
  }

  Client client_;
  std::string folder_, number_, doctor_, type_;
};

TEST_F(ImporterTest, AReportReachesItsDoctorWhole) {
  EXPECT_NE(sandbox_->ReadyLine().find(" reports=" + folder_), std::string::npos);
  EXPECT_EQ(client_.One("SELECT REPORTPATH FROM REPORTPATHS WHERE RECORDSTATUS = 1"), folder_);
  Sent sent;
  sent.doctor = doctor_;
  Put("pons_1.hl7", sent.Text());
  const json::Value state = Run();
  EXPECT_TRUE(state.Find("files")->array()->empty()) << "an imported file is deleted";
  const json::Value report = OneReport();
  EXPECT_EQ(report.Text("state"), "unchecked");
  EXPECT_EQ(report.Text("patient"), "7");
  EXPECT_EQ(report.Text("addressed_to"), "DR AT ALL NOBODY");
  EXPECT_FALSE(report.Text("allocated_to").empty()) << "found by the provider number";
  EXPECT_EQ(report.Text("provider_number"), number_);
  EXPECT_EQ(report.Text("title"), "Dermatology timeline report");
  EXPECT_EQ(report.Text("report_id"), "R0001");
  EXPECT_EQ(report.Text("control_id"), "PS-0001");
  EXPECT_EQ(report.Text("content_type"), "application/pdf");
  EXPECT_EQ(report.Text("sha256"), Sha256Hex(kPdf));
  EXPECT_EQ(Bytes("/clinic/reports/" + std::string(report.Text("id")) + "/document"), kPdf);
  EXPECT_EQ(type_, "application/pdf");
  ASSERT_TRUE(client_.Run(
      "SELECT RTRIM(SURNAME), RTRIM(FIRSTNAME), DOB, RTRIM(MEDICARENO), MEDICARELINENO, "
      "RTRIM(PROVIDERREFERENCE), HPIO, RTRIM(MOBILEPHONE), COMPLETIONFLAG, REPORTTIME FROM "
      "INCOMINGREPORTS"));
  EXPECT_EQ(client_.rows.at(0),
            (std::vector<std::string>{"SAMPLE", "ADA", "1980-02-29 00:00:00.000", "3950123491", "1",
                                      "R0001", "8003621000000011", "0400000000", "1", "36900"}));
  ASSERT_TRUE(client_.Run("SELECT RTRIM(FILENAME), PROCESSCODE, REPORTCOUNT FROM LogResultFiles"));
  EXPECT_EQ(client_.rows.at(0), (std::vector<std::string>{"pons_1.hl7", "1", "1"}));
  ASSERT_TRUE(
      client_.Run("SELECT RTRIM(RESULTNAME), RTRIM(RESULTVALUE), RTRIM(LOINCCODE) FROM "
                  "INCOMINGVALUES"));
  EXPECT_EQ(client_.rows.at(0), (std::vector<std::string>{"Glucose", "5.6", "14749-6"}));
  EXPECT_EQ(client_.One("SELECT RTRIM(PROVIDERREFERENCE) FROM LogReports"), "R0001");
}

TEST_F(ImporterTest, LineEndsAndSenderHabits) {
  for (const char* end : {"\r", "\n", "\r\n"}) {
    for (const char* type :
         {"^application^pdf^Base64^", "^Application^PDF^base64^", "PONS^APPLICATION^pdf^BASE64^"}) {
      Sent sent;
      sent.end = end;
      sent.data = type + std::string(kPdfBase64);
      Put("a.HL7", sent.Text());
      Run();
      const json::Value report = OneReport();
      EXPECT_EQ(report.Text("sha256"), Sha256Hex(kPdf)) << type;
      EXPECT_EQ(report.Text("content_type"), "application/pdf") << type;
    }
  }
}

TEST_F(ImporterTest, AResentReportTakesTheEarlierOnesPlace) {
  Sent sent;
  Put("a.hl7", sent.Text());
  Run();
  const std::string id(OneReport().Text("id"));
  sent.title = "Corrected";
  Put("b.hl7", sent.Text());
  Run();
  EXPECT_EQ(OneReport().Text("id"), id);
  EXPECT_EQ(OneReport().Text("title"), "Corrected");
  sent.facility = "ANOTHER";
  Put("c.hl7", sent.Text());
  Run();
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM INCOMINGREPORTS"), "2") << "another sender's number";
}

TEST_F(ImporterTest, WhatMatchesNobodyIsLeftToStaff) {
  Sent sent;
  sent.doctor = doctor_;
  sent.birth_date = "19800228";
  Put("a.hl7", sent.Text());
  Run();
  const json::Value report = OneReport();
  EXPECT_EQ(report.Text("state"), "incoming");
  EXPECT_TRUE(report.Find("patient")->is_null());
  EXPECT_EQ(report.Text("patient_name"), "ADA SAMPLE");
  const std::string path = "/clinic/reports/" + std::string(report.Text("id"));
  Call("PATCH", path, Object({{"checked", true}}));
  EXPECT_EQ(status_, 409) << "nobody's record to file it in";
  Call("PATCH", path, Object({{"patient", "7"}}));
  EXPECT_EQ(OneReport("?patient=7").Text("state"), "unchecked");
  Call("PATCH", path, Object({{"checked", true}}));
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM INCOMINGREPORTS"), "0");
  EXPECT_EQ(client_.One("SELECT RTRIM(TestName) FROM BPS_Investigations WHERE InternalID = 7 "
                        "AND ReportID < 1000000"),
            "Dermatology timeline report");
  EXPECT_EQ(Bytes(path + "/document"), kPdf) << "the document stays with the record";
}

TEST_F(ImporterTest, WhatDoesNotFitIsCut) {
  Sent sent;
  sent.family = std::string(31, 'S');
  sent.reference = "R12345678901234567890";
  Call("PATCH", "/clinic/patients/7", Object({{"family", sent.family}}));
  Put("a.hl7", sent.Text());
  Run();
  const json::Value report = OneReport();
  EXPECT_EQ(report.Text("report_id"), "R1234567890123456789");
  EXPECT_EQ(report.Text("state"), "incoming") << "a name that was cut matches nobody";
}

TEST_F(ImporterTest, EscapesAndLettersOfTheWorld) {
  Sent sent;
  sent.family = "O\\T\\Neil\\F\\\\S\\\\R\\\\E\\";
  sent.given = "Zo\\XC3AB\\";
  sent.data = "^TEXT^plain^A^caf\xE9";
  Put("a.hl7", sent.Text());
  Run();
  const json::Value report = OneReport();
  EXPECT_EQ(report.Text("patient_name"), "Zo\xC3\xAB O&Neil|^~\\");
  EXPECT_EQ(Bytes("/clinic/reports/" + std::string(report.Text("id")) + "/document"),
            "caf\xC3\xA9");
}

TEST_F(ImporterTest, UnreadableFilesStayAndAreLoggedOnce) {
  Sent sent;
  sent.data = "^application^pdf^Base64^JVBERi0xLjQ";
  Put("cut.hl7", sent.Text());
  Put("empty.hl7", "");
  Put("words.oru", "this is not HL7");
  Put("half.hl7", "MSH|^~\\&|PONS|PONS|||20260504||ORU^R01|1|P|2.4\rPID|1||||SAMPLE^ADA\r");
  Put("waiting.hl7.tmp", sent.Text());
  Put("letter.docx", "x");
  for (int i = 0; i < 3; ++i) Run();
  EXPECT_EQ(Run().Find("files")->array()->size(), 6u);
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM LogResultFiles WHERE PROCESSCODE = 2"), "4");
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM INCOMINGREPORTS"), "0");
  Put("cut.hl7", Sent().Text());
  Run();
  EXPECT_EQ(OneReport().Text("report_id"), "R0001") << "a file that was mended is taken";
}

TEST_F(ImporterTest, ItRunsByItselfAndCanBeStopped) {
  Call("POST", "/clinic/importer", Object({{"interval_ms", 100}}));
  EXPECT_EQ(status_, 200);
  Put("a.hl7", Sent().Text());
  const auto waited = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (fs::exists(folder_ + "/a.hl7") && std::chrono::steady_clock::now() < waited) {
    Call("GET", "/clinic/importer");
  }
  EXPECT_FALSE(fs::exists(folder_ + "/a.hl7"));
  const json::Value stopped = Call("POST", "/clinic/importer", Object({{"running", false}}));
  EXPECT_TRUE(stopped.Find("next_run_ms")->is_null());
  Put("b.hl7", Sent().Text());
  const auto since = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  while (std::chrono::steady_clock::now() < since) {
    EXPECT_TRUE(Call("GET", "/clinic/importer").Find("next_run_ms")->is_null());
  }
  EXPECT_TRUE(fs::exists(folder_ + "/b.hl7"));
  Run();
  EXPECT_FALSE(fs::exists(folder_ + "/b.hl7")) << "Refresh works while it is stopped";
  Call("POST", "/clinic/importer", Object({{"interval_ms", 5}}));
  EXPECT_EQ(status_, 400);
}

TEST_F(ImporterTest, AFolderThatIsGoneIsTold) {
  fs::rename(folder_, folder_ + "-away");
  const json::Value gone = Run();
  EXPECT_NE(gone.Text("error").find("cannot be listed"), std::string::npos);
  EXPECT_EQ(client_.One("SELECT INVALIDACCESSATTEMPTS FROM REPORTPATHS"), "1");
  fs::rename(folder_ + "-away", folder_);
  EXPECT_TRUE(Run().Find("error")->is_null());
}

TEST_F(ImporterTest, AcknowledgesWhereItIsSetUp) {
  const std::string answers = folder_ + "/answers";
  fs::create_directory(answers);
  Call("POST", "/clinic/importer",
       Object({{"acknowledge", Object({{"facility", "PONS"}, {"folder", answers}})}}));
  Put("a.hl7", Sent().Text());
  Run();
  std::ifstream in(answers + "/a.ack", std::ios::binary);
  const std::string answer((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_TRUE(answer.starts_with("MSH|^~\\&|BPS|")) << answer;
  EXPECT_NE(answer.find("\rMSA|AA|PS-0001\r"), std::string::npos) << answer;
  Sent other;
  other.facility = "OTHERS";
  Put("b.hl7", other.Text());
  Run();
  EXPECT_FALSE(fs::exists(answers + "/b.ack"));
}

TEST_F(ImporterTest, ResetKeepsTheSetUp) {
  Put("a.hl7", Sent().Text());
  Run();
  Call("POST", "/reset", Object({}));
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM INCOMINGREPORTS"), "0");
  EXPECT_EQ(client_.One("SELECT REPORTPATH FROM REPORTPATHS"), folder_);
  EXPECT_EQ(client_.One("SELECT COUNT(*) FROM REPORTEXTENSIONS WHERE EXTENSION = '.hl7'"), "1");
}

TEST_F(ImporterTest, ADocumentIntoThePatientsImages) {
  const std::string add =
      "DECLARE @id INT; EXEC @id = SANDBOX_AddDocument @InternalID = ?, @Title = ?, @ContentType = "
      "?, @Content = ?, @UserID = ?, @DocumentDate = ?; SELECT @id AS DocumentId";
  const auto call = [&](const char* patient, const std::string& content) {
    return client_.One(add, {patient, "Timeline", "application/pdf", content, "2", "2026-05-04"});
  };
  const std::string id = call("7", kPdfBase64);
  EXPECT_EQ(Bytes("/clinic/images/" + id + "/document"), kPdf);
  EXPECT_EQ(type_, "application/pdf");
  const json::Value images = Call("GET", "/clinic/images?patient=7");
  const json::Value& image = (*images.Find("images")->array()).at(0);
  EXPECT_EQ(image.Text("title"), "Timeline");
  EXPECT_EQ(image.Text("date"), "2026-05-04");
  EXPECT_EQ(image.Text("sha256"), Sha256Hex(kPdf));
  EXPECT_EQ(client_.One("SELECT RTRIM(Subject) FROM BPS_ClinicalImages WHERE DocumentID = " + id),
            "Timeline");
  EXPECT_EQ(call("99999", kPdfBase64), "0");
  EXPECT_FALSE(client_.Run(add, {"7", "Timeline", "application/pdf", "?", "2", "2026-05-04"}));
  EXPECT_EQ(client_.number, 50000);
  EXPECT_EQ(client_.One("DECLARE @id INT; EXEC @id = SANDBOX_AddDocument 7, 'Photo', 'image/png', "
                        "0x89504E470D0A1A0A; SELECT @id"),
            std::to_string(std::stoi(id) + 1));
  EXPECT_EQ(Bytes("/clinic/images/" + std::to_string(std::stoi(id) + 1) + "/document"),
            "\x89PNG\r\n\x1A\n");
}

TEST_F(ImporterTest, LargeDocumentsBothWays) {
  std::string base64;
  while (base64.size() < 7'000'000) base64 += "JVBERi0xLjQK/+8A";
  const std::string bytes = *DecodeBase64(base64);
  const std::string id = client_.One(
      "DECLARE @id INT; EXEC @id = SANDBOX_AddDocument @InternalID = ?, @Title = ?, @ContentType = "
      "?, @Content = ?; SELECT @id AS DocumentId",
      {"7", "Large", "application/pdf", base64});
  EXPECT_EQ(Sha256Hex(Bytes("/clinic/images/" + id + "/document")), Sha256Hex(bytes));
  Sent sent;
  sent.data = "^application^pdf^Base64^" + base64;
  Put("large.hl7", sent.Text());
  Run();
  EXPECT_EQ(OneReport().Text("sha256"), Sha256Hex(bytes));
  EXPECT_EQ(OneReport().Integer("bytes"), static_cast<std::int64_t>(bytes.size()));
}

TEST(ResultFile, Base64IsWholeOrNothing) {
  EXPECT_EQ(*DecodeBase64("QUJD"), "ABC");
  EXPECT_EQ(*DecodeBase64("QQ=="), "A");
  EXPECT_EQ(*DecodeBase64("QUJD\r\nREU="), "ABCDE");
  for (const char* bad : {"QUJ", "Q=JD", "QUJD!", "====", "A==="})
    EXPECT_FALSE(DecodeBase64(bad)) << bad;
}

TEST(ResultFile, SeveralReportsAndMessages) {
  Sent one, two;
  two.reference = "R0002";
  const auto messages = ReadResultFile(
      "\xEF\xBB\xBF"
      "FHS|^~\\&\r" +
      one.Text() + "\x0B" + two.Text() +
      "OBR|2||R0003|X^Letter\rOBX|1|FT|TXT^D^AUSPDI||a\\.br\\b\r");
  ASSERT_TRUE(messages) << messages.error().summary;
  ASSERT_EQ(messages->size(), 2u);
  ASSERT_EQ((*messages)[1].reports.size(), 2u);
  EXPECT_EQ((*messages)[1].reports[1].report_id, "R0003");
  EXPECT_EQ((*messages)[1].reports[1].family, "SAMPLE") << "the patient stands for all";
  EXPECT_EQ((*messages)[1].reports[1].text, "a\nb");
  EXPECT_EQ((*messages)[0].control_id, "PS-0001");
}

}  // namespace
}  // namespace pons::best_practice::sandbox
