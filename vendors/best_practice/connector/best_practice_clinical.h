// SPDX-License-Identifier: Apache-2.0
// Clinical data of one patient, read from the BPS_ views when it is asked for: best-practice sheet
// §2 (codes), §3 (views). Every statement changes nothing, has a fixed list of columns, and leaves
// the views' image and report columns alone. Reading a document's bytes is a statement of the
// practice's own (setting document_read_command), for none is public (sheet §5 "Documents").
//
// Threads: one at a time, as the session it belongs to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"
#include "net/sql.h"

namespace pons::best_practice {

class BestPracticeSession;

// What is read at once, of one kind; practices hold a few dozen.
constexpr std::size_t kMostClinicalRows = 1000;

class ClinicalShelf final : public ClinicalReader {
 public:
  ClinicalShelf(BestPracticeSession& session, std::string document_read_command)
      : session_(session), document_read_command_(std::move(document_read_command)) {}

  Result<ClinicalAnswer> ReadClinical(const ClinicalQuery& query) override;
  Result<ClinicalContent> ReadContent(std::string_view patient, std::string_view item,
                                      Instant deadline) override;

 private:
  struct Reading {
    std::int64_t patient = 0;
    Instant deadline{};
    ClinicalAnswer answer;
    std::size_t rows = 0;
  };
  Result<void> Conditions(Reading& reading);
  Result<void> Medications(Reading& reading);
  Result<void> Allergies(Reading& reading);
  Result<void> VitalSigns(Reading& reading);
  Result<void> SocialHistory(Reading& reading);
  Result<void> FamilyHistory(Reading& reading);
  Result<void> Documents(Reading& reading);
  Result<void> Ask(Reading& reading, net::SqlStatement statement, std::string_view view,
                   const std::function<void(net::SqlRow)>& row);
  Result<bool> IsThere(std::int64_t patient, Instant deadline);

  BestPracticeSession& session_;
  std::string document_read_command_;
};

}  // namespace pons::best_practice
