// SPDX-License-Identifier: Apache-2.0
// What is written, before it is: statements, forms, names of files, settings.
#include <gtest/gtest.h>

#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/best_practice/connector/best_practice_desk.h"
#include "vendors/best_practice/connector/best_practice_patient_form.h"
#include "vendors/best_practice/connector/best_practice_procedures.h"
#include "vendors/best_practice/connector/best_practice_reports.h"

namespace pons::best_practice {
namespace {

using net::SqlNull;
using net::SqlValue;
using std::chrono::hours;
using std::chrono::minutes;

Codes SomeCodes() {
  Codes codes;
  // As one of the two files of best-practice sheet §2 has them; the other has them swapped.
  codes.sex.Put(1, "Female");
  codes.sex.Put(2, "Male");
  codes.titles.Put(2, "Mrs.");
  codes.titles.Put(7, "Dr");
  return codes;
}

model::Patient Person() {
  model::Patient person;
  model::HumanName name;
  name.prefix = "Mrs";
  name.given = "Ada";
  name.middle = "May";
  name.family = "Sample";
  person.names.push_back(name);
  person.birth_date = ParseDate("1980-02-29");
  person.gender = model::Gender::kFemale;
  person.telecoms = {{"phone", "0400 000 000", "mobile"},
                     {"phone", "02 5550 0000", "home"},
                     {"email", "ada@example.com", ""}};
  model::Address home;
  home.line = {"1 Wharf St", "Unit 2"};
  home.city = "SYDNEY";
  home.state = "NSW";
  home.postal_code = "2000";
  person.addresses.push_back(home);
  model::Identifier medicare;
  medicare.system = "http://ns.electronichealth.net.au/id/medicare-number";
  medicare.value = "39501234911";
  medicare.period_end = "2028-05";
  person.identifiers.push_back(medicare);
  return person;
}

TEST(BestPracticeCalls, AreBatchesThatBringTheResultBack) {
  const auto statement = CancelAppointment(17, 3).ForResult();
  EXPECT_EQ(statement.text,
            "DECLARE @result INT; EXEC @result = BP_CancelAppointment @aptid=?, @loginid=?; "
            "SELECT @result AS RESULT");
  EXPECT_EQ(statement.parameters, (std::vector<SqlValue>{std::int64_t{17}, std::int64_t{3}}));

  const auto day = *ParseDate("2026-05-04");
  const auto free = FreeAppointments(4, day).ForRows({});
  EXPECT_EQ(free.text, "EXEC BP_GetFreeAppointments @userid=?, @aptdate=?");
  EXPECT_EQ(free.parameters[1], SqlValue(std::string("20260504")))
      << "text: the same day in every language of the server";

  NewAppointment made;
  made.start = LocalTime::At(day, hours(8) + minutes(15));
  made.length = minutes(15);
  made.type = 2;
  made.user = 4;
  made.patient = 41;
  made.reason = "mole (ref ABCDEFGHJK)";
  const auto add = AddAppointment(made).ForResult();
  EXPECT_EQ(add.text,
            "DECLARE @result INT; EXEC @result = BP_AddAppointmentEx @aptdate=?, @apttime=?, "
            "@appointmenttype=?, @aptlen=?, @practitionerid=?, @patientid=?, @reason=?; "
            "SELECT @result AS RESULT");
  EXPECT_EQ(add.parameters[1], SqlValue(std::int64_t{29700}));
  EXPECT_EQ(add.parameters[3], SqlValue(std::int64_t{900}));
}

TEST(BestPracticeCalls, AddPatientNamesAllTwentyEight) {
  const auto form = FormOf(Person(), SomeCodes());
  ASSERT_TRUE(form) << form.error().summary;
  const auto add = AddPatient(*form).ForResult();
  EXPECT_EQ(add.parameters.size(), 28u);
  EXPECT_NE(add.text.find("EXEC @result = BP_AddPatient @titlecode=?, @firstname=?, @middlename=?, "
                          "@surname=?, @preferredname=?, @address1=?, @address2=?, @city=?, "
                          "@postcode=?, @postaladdress=?, @postalcity=?, @postalpostcode=?, "
                          "@dob=?, @sexcode=?, @homephone=?, @workphone=?, @mobilephone=?, "
                          "@medicareno=?, @medicarelineno=?, @medicareexpiry=?, @pensioncode=?, "
                          "@pensionno=?, @pensionexpiry=?, @dvacode=?, @dvano=?, @recordno=?, "
                          "@externalid=?, @email=?; SELECT"),
            std::string::npos)
      << add.text;
  EXPECT_EQ(add.parameters[12], SqlValue(std::string("19800229")));
  EXPECT_EQ(add.parameters[22], SqlValue(SqlNull{})) << "no expiry is null, not a date";
  EXPECT_EQ(UpdatePatient(5, *form).ForResult().parameters.size(), 29u);
}

TEST(BestPracticeForm, SaysWhatThePatientSays) {
  const auto form = FormOf(Person(), SomeCodes());
  ASSERT_TRUE(form) << form.error().summary;
  EXPECT_EQ(form->title_code, 2) << "Mrs is Mrs. in this practice's table";
  EXPECT_EQ(form->sex_code, 1);
  EXPECT_EQ(form->surname, "Sample");
  EXPECT_EQ(form->middle_name, "May");
  EXPECT_EQ(form->address2, "Unit 2");
  EXPECT_EQ(form->mobile_phone, "0400 000 000");
  EXPECT_EQ(form->home_phone, "02 5550 0000");
  EXPECT_EQ(form->medicare, "3950123491");
  EXPECT_EQ(form->medicare_line, "1");
  EXPECT_EQ(form->medicare_expiry, "05/2028");
  EXPECT_EQ(form->email, "ada@example.com");
  EXPECT_EQ(form->external_id, "");
}

TEST(BestPracticeForm, SexComesFromThePracticesOwnTable) {
  Codes swapped;
  swapped.sex.Put(1, "Male");
  swapped.sex.Put(2, "Female");
  EXPECT_EQ(FormOf(Person(), swapped)->sex_code, 2);
  Codes none;
  const auto refused = FormOf(Person(), none);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().summary.find("gender"), std::string::npos);
}

TEST(BestPracticeForm, LengthsAreCountedInCharacters) {
  auto person = Person();
  person.names[0].family = "";
  for (int i = 0; i < 40; ++i) person.names[0].family += "é";
  EXPECT_TRUE(FormOf(person, SomeCodes()));
  person.names[0].family += "é";
  const auto refused = FormOf(person, SomeCodes());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kRejected);
  EXPECT_EQ(refused.error().vendor_code, "too-long");
  EXPECT_EQ(refused.error().summary,
            "the patient's family name has 41 characters, and Best Practice has room for 40");
}

TEST(BestPracticeForm, LongPhoneNumbersLoseTheirBlanksFirst) {
  auto person = Person();
  person.telecoms = {{"phone", "+61 400 000 000", ""}};
  const auto form = FormOf(person, SomeCodes());
  ASSERT_TRUE(form) << form.error().summary;
  EXPECT_EQ(form->mobile_phone, "+61400000000");
}

TEST(BestPracticeForm, MergingLeavesAloneWhatIsNotServed) {
  const auto held = Person();
  auto row = *FormOf(held, SomeCodes());
  row.title_code = 99;  // a title that the table no longer has
  row.pension = "123456789A";
  row.record_number = "R7";
  row.postal_address = "PO Box 1";
  const auto same = Merge(row, held, held, SomeCodes());
  ASSERT_TRUE(same);
  EXPECT_EQ(same->changes.count(), 0);
  EXPECT_EQ(same->form, row);

  auto wanted = held;
  wanted.names[0].given = "Adah";
  wanted.names[0].middle = "";
  wanted.gender = model::Gender::kUnknown;
  wanted.birth_date.reset();
  const auto merged = Merge(row, held, wanted, SomeCodes());
  ASSERT_TRUE(merged);
  auto expected = row;
  expected.first_name = "Adah";
  EXPECT_EQ(merged->form, expected) << "what is not said is no change";

  wanted = held;
  wanted.telecoms.clear();
  wanted.identifiers.clear();
  const auto cleared = Merge(row, held, wanted, SomeCodes());
  ASSERT_TRUE(cleared);
  EXPECT_EQ(cleared->form.mobile_phone, "");
  EXPECT_EQ(cleared->form.medicare, "");
  EXPECT_EQ(cleared->form.email, "");
  EXPECT_EQ(cleared->changes.count(), 3);
  EXPECT_FALSE(cleared->changes.person);

  // A number without the right shape is not served, so its absence is no wish to remove it.
  auto without = held;
  without.identifiers.clear();
  row.medicare = "12";
  const auto kept = Merge(row, without, without, SomeCodes());
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->form.medicare, "12");
}

TEST(BestPracticeReferences, AreLeftAndTakenOffAgain) {
  EXPECT_EQ(ReferenceMark("ABCDEFGHJK"), "(ref ABCDEFGHJK)");
  EXPECT_EQ(WithoutReference("mole (ref ABCDEFGHJK)"), "mole");
  EXPECT_EQ(WithoutReference("(ref ABCDEFGH12)"), "");
  for (const auto* theirs : {"mole (ref abcdefghjk)", "mole (ref ABC)", "(ref ABCDEFGHJK) mole",
                             "mole (REF ABCDEFGHJK)", "", ")"}) {
    EXPECT_EQ(WithoutReference(theirs), theirs);
  }
}

TEST(BestPracticeTimes, NothingMadeSinceIsMissedWhenTheClocksGoBack) {
  const auto zone = *PracticeZone::Named("Australia/Sydney");
  const auto noon = *ParseInstant("2026-05-04T02:00:00Z");
  EXPECT_EQ(MadeSince(noon, noon + minutes(1), zone).reading,
            zone.ToLocal(noon - kClockSlack).reading);
  // 2026-04-05 at 3:00 the clocks show 2:00 again. Sent at 2:50, made at 2:05 the second time.
  const auto sent = *ParseInstant("2026-04-04T15:50:00Z");
  const auto made = *ParseInstant("2026-04-04T16:05:00Z");
  EXPECT_GT(zone.ToLocal(sent).reading, zone.ToLocal(made).reading);
  EXPECT_LE(MadeSince(sent, made + minutes(5), zone).reading, zone.ToLocal(made).reading);
}

TEST(BestPracticeTimes, OverlapIsOfTheInsideOnly) {
  const auto at = [](int hour, int minute) {
    return LocalTime::At(*ParseDate("2026-05-04"), hours(hour) + minutes(minute));
  };
  DiaryRow other;
  other.start = at(9, 0);
  other.length = minutes(30);
  EXPECT_TRUE(Overlap(at(9, 15), at(9, 30), other));
  EXPECT_TRUE(Overlap(at(8, 45), at(9, 15), other));
  EXPECT_FALSE(Overlap(at(8, 45), at(9, 0), other));
  EXPECT_FALSE(Overlap(at(9, 30), at(9, 45), other));
  other.length = minutes(0);
  EXPECT_TRUE(Overlap(at(9, 0), at(9, 15), other));
}

TEST(BestPracticeReportFiles, AreNamedByCommandAndNumberedByDocument) {
  WriteSettings settings;
  settings.report_prefix = "Pons";
  settings.report_extension = "HL7";
  EXPECT_EQ(ReportFileName(settings, "ABCDEFGH12"), "pons_abcdefgh12.hl7");
  model::AttachDocument first, second;
  first.document_id = "doc1";
  second.document_id = "doc2";
  EXPECT_EQ(ReportNumber(first), ReportNumber(first));
  EXPECT_LE(ReportNumber(first).size(), 20u);
  EXPECT_NE(ReportNumber(first), ReportNumber(second));
  second.replaces = "doc1";
  EXPECT_EQ(ReportNumber(first), ReportNumber(second));
}

TEST(BestPracticeReportFiles, FoldersAreComparedByTheirLastName) {
  EXPECT_TRUE(MayBeSameFolder("C:\\Reports\\Pons\\", "/mnt/bp/pons"));
  EXPECT_TRUE(MayBeSameFolder("\\\\SERVER\\pons", "/mnt/pons/"));
  EXPECT_FALSE(MayBeSameFolder("C:\\Reports", "/mnt/pons"));
  EXPECT_FALSE(MayBeSameFolder("C:\\", "/"));
}

TEST(BestPracticeReportFiles, AcknowledgementsAreReadByTheirControlId) {
  const std::string start = "MSH|^~\\&|BPS||||2026||ACK^R01|9|P|2.4";
  const std::string ack = start + "\rMSA|AR|ABC|why\r";
  EXPECT_EQ(AcknowledgementOf(ack, "ABC"), "AR");
  EXPECT_EQ(AcknowledgementOf(ack, "AB"), "");
  EXPECT_EQ(AcknowledgementOf(ack, ""), "");
  EXPECT_EQ(AcknowledgementOf(start + "\r\nMSA|AA|ABC\r\n", "ABC"), "AA");
  EXPECT_EQ(AcknowledgementOf("\xEF\xBB\xBF" + start + "\nMSA|AA|ABC", "ABC"), "AA");
  EXPECT_EQ(AcknowledgementOf("MSH|#~\\&|BPS\rMSA|AE|A\rMSH|^~\\&|BPS\rMSA|CE|ABC", "ABC"), "CE");
  for (const auto* nothing : {"MSA|CA|ABC\r", "MSA|OK|ABC\r", "MSA|AA|X^ABC\r", "NTE|AA|ABC\r"}) {
    EXPECT_EQ(AcknowledgementOf(start + "\r" + nothing, "ABC"), "") << nothing;
  }
  EXPECT_EQ(AcknowledgementOf("MSA|AA|ABC\r", "ABC"), "") << "no message";
  EXPECT_EQ(AcknowledgementOf("", "ABC"), "");
}

TEST(BestPracticeDocumentCommand, BindsWhatItNames) {
  const std::map<std::string, SqlValue, std::less<>> values = {
      {"patient_id", std::int64_t{4}}, {"title", std::string("'; DROP TABLE x --")}};
  const auto filled = FillDocumentCommand("EXEC X @t={title}, @p={patient_id}, @u={title}", values);
  ASSERT_TRUE(filled) << filled.error().summary;
  EXPECT_EQ(filled->text, "EXEC X @t=?, @p=?, @u=?");
  EXPECT_EQ(filled->parameters.size(), 3u);
  for (const auto* wrong : {"EXEC X {no_such}", "EXEC X {title", "EXEC X ?", "EXEC X {}"}) {
    const auto refused = FillDocumentCommand(wrong, values);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().fault, Fault::kMisconfigured);
  }
}

TEST(BestPracticeWriteSettings, WrongOnesAreNamed) {
  const BestPracticeConnector connector;
  Settings good;
  good.Set("server", "bpserver");
  good.SetSecret("password", "not a real one");
  EXPECT_TRUE(connector.Check(good));
  const std::pair<const char*, const char*> wrong[] = {
      {"patient_reference", "recordno"},
      {"appointment_reference", "yes"},
      {"login_user_id", "Sam"},
      {"login_user_id", "0"},
      {"report_prefix", "../x"},
      {"report_extension", "tmp"},
      {"report_extension", "a/b"},
      {"hpio", "8003610000000000"},
      {"report_version", "3.0"},
      {"report_ack", "yes"},
      {"report_line_end", "LF"},
      {"report_character_set", "EBCDIC"},
      {"import_cycle_minutes", "0"},
      {"report_provider_number", "maybe"},
      {"document_command", "EXEC X {who}"},
      {"document_command", "EXEC X"},
  };
  for (const auto& [key, value] : wrong) {
    auto settings = good;
    settings.Set(key, value);
    const auto checked = connector.Check(settings);
    ASSERT_FALSE(checked) << key << " = " << value;
    EXPECT_EQ(checked.error().fault, Fault::kMisconfigured);
    EXPECT_NE(checked.error().summary.find(key), std::string::npos) << checked.error().summary;
  }
}

}  // namespace
}  // namespace pons::best_practice
