// SPDX-License-Identifier: Apache-2.0
// Uploads, and the bytes of documents: the parts of Transaction and Reader that are about them.
#include "crypto/crypto.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"

namespace pons::store {

void SqliteTransaction::KeepBinary(const BinaryRow& binary) {
  const std::string hash = crypto::Sha256(*binary.bytes);
  db_.Prepared(
         "INSERT INTO binary(id, app_key, content_type, sha256, expires, bytes) "
         "VALUES(?,?,?,?,?,?)")
      .Bind(binary.id)
      .Bind(binary.app)
      .Bind(binary.content_type)
      .Blob(hash)
      .Bind(ToMillis(binary.expires))
      .Blob(*binary.bytes)
      .Run();
}

Result<std::optional<BinaryRow>> SqliteReader::Binary(AppKey app, std::string_view id,
                                                      Instant now) {
  std::optional<BinaryRow> found;
  {
    auto use = db_->Prepared(
        "SELECT id, content_type, bytes, expires FROM binary"
        " WHERE id = ? AND app_key = ? AND expires >= ?");
    use.Bind(id).Bind(app).Bind(ToMillis(now));
    if (use.Step()) {
      found =
          BinaryRow{std::string(use.Text(0)), app, std::string(use.Text(1)),
                    std::make_shared<const std::string>(use.Text(2)), FromMillis(use.Integer(3))};
    }
  }
  return Done(std::move(found));
}

Result<std::shared_ptr<const std::string>> SqliteReader::ContentOf(std::string_view document_id) {
  std::shared_ptr<const std::string> content;
  {
    auto use = db_->Prepared("SELECT content FROM document WHERE document_id = ?");
    use.Bind(document_id);
    if (use.Step()) content = std::make_shared<const std::string>(use.Text(0));
  }
  return Done(std::move(content));
}

}  // namespace pons::store
