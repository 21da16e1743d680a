//! The codes of the reader: one table.

use crate::diag::{Code, CodeInfo, Severity};

/// Not UTF-8.
pub const INVALID_UTF8: Code = Code(1001);
/// Non-ASCII outside strings and comments.
pub const NON_ASCII: Code = Code(1002);
/// Invisible or non-ASCII space.
pub const UNICODE_SPACE: Code = Code(1003);
/// Control character outside strings.
pub const CONTROL_CHARACTER: Code = Code(1004);
/// Character that no token may contain.
pub const ILLEGAL_CHARACTER: Code = Code(1005);
/// `#` other than `#{`.
pub const RESERVED_DISPATCH: Code = Code(1006);
/// No character type.
pub const CHARACTER_LITERAL: Code = Code(1007);
/// Arrow glued to its neighbours.
pub const MISSING_SPACE: Code = Code(1008);
/// Path without leading colon.
pub const COLON_IN_SYMBOL: Code = Code(1009);
/// Whitespace inside a keyword.
pub const KEYWORD_WHITESPACE: Code = Code(1010);
/// Colon on a type argument.
pub const KEYWORD_INNER_COLON: Code = Code(1011);
/// Bracket of a keyword never closes.
pub const KEYWORD_UNCLOSED_BRACKET: Code = Code(1012);
/// Extra `>`.
pub const KEYWORD_STRAY_BRACKET: Code = Code(1013);
/// `(` directly after a keyword.
pub const KEYWORD_GLUED_PAREN: Code = Code(1014);
/// Wrong colons or empty segment.
pub const KEYWORD_BAD_PATH: Code = Code(1015);
/// `:` alone.
pub const EMPTY_KEYWORD: Code = Code(1016);
/// Comma as tag separator.
pub const KEYWORD_COMMA: Code = Code(1017);
/// Brackets do not form a type.
pub const MALFORMED_TYPE_KEYWORD: Code = Code(1018);
/// Brackets of a keyword nest deeper than 64.
pub const KEYWORD_TOO_DEEP: Code = Code(1019);
/// Outside i64.
pub const INTEGER_OVERFLOW: Code = Code(1020);
/// Not a number.
pub const INVALID_NUMBER: Code = Code(1021);
/// Explicit plus.
pub const PLUS_SIGN: Code = Code(1022);
/// Rounds to infinity.
pub const FLOAT_OVERFLOW: Code = Code(1023);
/// Closing quote missing.
pub const UNTERMINATED_STRING: Code = Code(1024);
/// Backslash with an unknown character in a string.
pub const UNKNOWN_ESCAPE: Code = Code(1025);
/// Unicode escape without digits, out of range or a surrogate.
pub const INVALID_UNICODE_ESCAPE: Code = Code(1026);
/// Bidirectional control.
pub const BIDI_CONTROL: Code = Code(1027);
/// File larger than 512 MiB.
pub const FILE_TOO_LARGE: Code = Code(1028);
/// Delimiter without closer.
pub const UNCLOSED_DELIMITER: Code = Code(1030);
/// Closer without opener.
pub const UNEXPECTED_CLOSER: Code = Code(1031);
/// Closer of the wrong kind.
pub const MISMATCHED_CLOSER: Code = Code(1032);
/// Forms nest deeper than 1024.
pub const NESTING_TOO_DEEP: Code = Code(1033);
/// Prefix without operand.
pub const DANGLING_PREFIX: Code = Code(1034);
/// No nil literal.
pub const BARE_NIL: Code = Code(1035);
/// Key without value.
pub const ODD_MAP_LITERAL: Code = Code(1036);
/// Float without digit on one side of the point.
pub const LOOSE_FLOAT: Code = Code(1901);
/// Superfluous leading zero.
pub const LEADING_ZERO: Code = Code(1902);
/// Comma directly before a form in a template.
pub const COMMA_AS_UNQUOTE: Code = Code(1903);
/// Raw control character in a string.
pub const RAW_CONTROL_IN_STRING: Code = Code(1904);
/// Non-zero float literal rounds to zero.
pub const FLOAT_UNDERFLOW: Code = Code(1905);
/// Empty list used as the nil value.
pub const EMPTY_LIST_AS_NIL: Code = Code(1906);

const fn info(
    code: Code,
    severity: Severity,
    name: &'static str,
    summary: &'static str,
) -> CodeInfo {
    CodeInfo {
        code,
        name,
        severity,
        summary,
    }
}

/// Every code of the reader, in ascending order.
pub static READER_CODES: &[CodeInfo] = &[
    info(INVALID_UTF8, Severity::Error, "invalid-utf8", "not UTF-8"),
    info(
        NON_ASCII,
        Severity::Error,
        "non-ascii-character",
        "non-ASCII outside strings and comments",
    ),
    info(
        UNICODE_SPACE,
        Severity::Error,
        "unicode-space",
        "invisible or non-ASCII space",
    ),
    info(
        CONTROL_CHARACTER,
        Severity::Error,
        "control-character",
        "control character outside strings",
    ),
    info(
        ILLEGAL_CHARACTER,
        Severity::Error,
        "illegal-character",
        "character that no token may contain",
    ),
    info(
        RESERVED_DISPATCH,
        Severity::Error,
        "reserved-dispatch",
        "`#` other than `#{`",
    ),
    info(
        CHARACTER_LITERAL,
        Severity::Error,
        "character-literal",
        "no character type",
    ),
    info(
        MISSING_SPACE,
        Severity::Error,
        "missing-space",
        "arrow glued to its neighbours",
    ),
    info(
        COLON_IN_SYMBOL,
        Severity::Error,
        "colon-in-symbol",
        "path without leading colon",
    ),
    info(
        KEYWORD_WHITESPACE,
        Severity::Error,
        "keyword-whitespace",
        "whitespace inside a keyword",
    ),
    info(
        KEYWORD_INNER_COLON,
        Severity::Error,
        "keyword-inner-colon",
        "colon on a type argument",
    ),
    info(
        KEYWORD_UNCLOSED_BRACKET,
        Severity::Error,
        "keyword-unclosed-bracket",
        "bracket of a keyword never closes",
    ),
    info(
        KEYWORD_STRAY_BRACKET,
        Severity::Error,
        "keyword-stray-bracket",
        "extra `>`",
    ),
    info(
        KEYWORD_GLUED_PAREN,
        Severity::Error,
        "keyword-glued-paren",
        "`(` directly after a keyword",
    ),
    info(
        KEYWORD_BAD_PATH,
        Severity::Error,
        "keyword-bad-path",
        "wrong colons or empty segment",
    ),
    info(EMPTY_KEYWORD, Severity::Error, "empty-keyword", "`:` alone"),
    info(
        KEYWORD_COMMA,
        Severity::Error,
        "keyword-comma",
        "comma as tag separator",
    ),
    info(
        MALFORMED_TYPE_KEYWORD,
        Severity::Error,
        "malformed-type-keyword",
        "brackets do not form a type",
    ),
    info(
        KEYWORD_TOO_DEEP,
        Severity::Error,
        "keyword-too-deep",
        "brackets of a keyword nest deeper than 64",
    ),
    info(
        INTEGER_OVERFLOW,
        Severity::Error,
        "integer-literal-overflow",
        "outside i64",
    ),
    info(
        INVALID_NUMBER,
        Severity::Error,
        "invalid-number",
        "not a number",
    ),
    info(PLUS_SIGN, Severity::Error, "plus-sign", "explicit plus"),
    info(
        FLOAT_OVERFLOW,
        Severity::Error,
        "float-overflow",
        "rounds to infinity",
    ),
    info(
        UNTERMINATED_STRING,
        Severity::Error,
        "unterminated-string",
        "closing quote missing",
    ),
    info(
        UNKNOWN_ESCAPE,
        Severity::Error,
        "unknown-escape",
        "backslash with an unknown character in a string",
    ),
    info(
        INVALID_UNICODE_ESCAPE,
        Severity::Error,
        "invalid-unicode-escape",
        "unicode escape without digits, out of range or a surrogate",
    ),
    info(
        BIDI_CONTROL,
        Severity::Error,
        "bidi-control",
        "bidirectional control",
    ),
    info(
        FILE_TOO_LARGE,
        Severity::Error,
        "file-too-large",
        "file larger than 512 MiB",
    ),
    info(
        UNCLOSED_DELIMITER,
        Severity::Error,
        "unclosed-delimiter",
        "delimiter without closer",
    ),
    info(
        UNEXPECTED_CLOSER,
        Severity::Error,
        "unexpected-closer",
        "closer without opener",
    ),
    info(
        MISMATCHED_CLOSER,
        Severity::Error,
        "mismatched-closer",
        "closer of the wrong kind",
    ),
    info(
        NESTING_TOO_DEEP,
        Severity::Error,
        "nesting-too-deep",
        "forms nest deeper than 1024",
    ),
    info(
        DANGLING_PREFIX,
        Severity::Error,
        "dangling-prefix",
        "prefix without operand",
    ),
    info(BARE_NIL, Severity::Error, "bare-nil", "no nil literal"),
    info(
        ODD_MAP_LITERAL,
        Severity::Error,
        "odd-map-literal",
        "key without value",
    ),
    info(
        LOOSE_FLOAT,
        Severity::Warning,
        "loose-float",
        "float without digit on one side of the point",
    ),
    info(
        LEADING_ZERO,
        Severity::Warning,
        "leading-zero",
        "superfluous leading zero",
    ),
    info(
        COMMA_AS_UNQUOTE,
        Severity::Warning,
        "comma-as-unquote",
        "comma directly before a form in a template",
    ),
    info(
        RAW_CONTROL_IN_STRING,
        Severity::Warning,
        "raw-control-in-string",
        "raw control character in a string",
    ),
    info(
        FLOAT_UNDERFLOW,
        Severity::Warning,
        "float-underflow",
        "non-zero float literal rounds to zero",
    ),
    info(
        EMPTY_LIST_AS_NIL,
        Severity::Warning,
        "empty-list-as-nil",
        "empty list used as the nil value",
    ),
];
