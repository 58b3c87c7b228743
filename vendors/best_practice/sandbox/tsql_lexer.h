// SPDX-License-Identifier: Apache-2.0
// T-SQL text to tokens: comments gone, strings and bracketed names unescaped. Survives any bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vendors/best_practice/sandbox/sql_types.h"

namespace pons::best_practice::sandbox {

enum class TokenKind : std::uint8_t {
  kWord,            // SELECT, SURNAME
  kName,            // [SURNAME] or "SURNAME", never a keyword
  kString,          // 'text' or N'text'
  kNumber,          // 12, 1.5
  kBinary,          // 0x0AFF, the digits
  kVariable,        // @name, the @ included
  kSystemVariable,  // @@ROWCOUNT, the @@ included
  kSymbol,          // one of ( ) , ; . * + - / % = < > <= >= <> != & | ~ ^ :: += …
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;

  bool IsWord(std::string_view word) const;  // case ignored
  bool IsSymbol(std::string_view symbol) const {
    return kind == TokenKind::kSymbol && text == symbol;
  }
};

// Ends with a kEnd token. Errors: 105 for an open quote, 113 for an open comment, 102 for a byte
// that begins nothing in T-SQL.
std::optional<SqlError> Tokenize(std::string_view sql, std::vector<Token>& tokens);

}  // namespace pons::best_practice::sandbox
