//! Kinds of tokens and nodes.

/// Every kind of token and node of the tree.
#[allow(non_camel_case_types, clippy::upper_case_acronyms)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum SyntaxKind {
    /// A run of blanks, line terminators and commas.
    WHITESPACE,
    /// `;` up to the end of the line.
    COMMENT,
    /// U+FEFF at the start of a file.
    BOM,
    /// `#!` and the rest of the first line.
    SHEBANG,
    /// `(`
    L_PAREN,
    /// `[`
    L_BRACK,
    /// `{`
    L_BRACE,
    /// `#{`
    HASH_BRACE,
    /// `)`
    R_PAREN,
    /// `]`
    R_BRACK,
    /// `}`
    R_BRACE,
    /// `'`
    QUOTE,
    /// `` ` ``
    BACKTICK,
    /// `~`
    TILDE,
    /// `~@`
    TILDE_AT,
    /// An integer.
    INT,
    /// A floating-point number.
    FLOAT,
    /// `true` or `false`.
    BOOL,
    /// A string with its quotes.
    STRING,
    /// A keyword with its leading colon.
    KEYWORD,
    /// A symbol.
    SYMBOL,
    /// Something that is no token; acts as an atom.
    ERROR,
    /// A whole file.
    FILE,
    /// `( … )`
    LIST,
    /// `[ … ]`
    VECTOR,
    /// `{ … }`
    BRACE,
    /// `#{ … }`
    SET,
    /// A prefix and its operand.
    PREFIXED,
    /// The flat remains of a form that is nested too deeply.
    ERROR_NODE,
}

use SyntaxKind::*;

const ALL: [SyntaxKind; 29] = [
    WHITESPACE, COMMENT, BOM, SHEBANG, L_PAREN, L_BRACK, L_BRACE, HASH_BRACE, R_PAREN, R_BRACK,
    R_BRACE, QUOTE, BACKTICK, TILDE, TILDE_AT, INT, FLOAT, BOOL, STRING, KEYWORD, SYMBOL, ERROR,
    FILE, LIST, VECTOR, BRACE, SET, PREFIXED, ERROR_NODE,
];

impl SyntaxKind {
    /// True for the kinds of tokens that carry no meaning: blanks, comments, BOM and shebang.
    #[inline]
    pub fn is_trivia(self) -> bool {
        (self as u16) <= SHEBANG as u16
    }

    /// True for `(`, `[`, `{` and `#{`.
    #[inline]
    pub fn is_opener(self) -> bool {
        (L_PAREN as u16..=HASH_BRACE as u16).contains(&(self as u16))
    }

    /// True for `)`, `]` and `}`.
    #[inline]
    pub fn is_closer(self) -> bool {
        (R_PAREN as u16..=R_BRACE as u16).contains(&(self as u16))
    }

    /// True for the four prefixes.
    #[inline]
    pub fn is_prefix(self) -> bool {
        (QUOTE as u16..=TILDE_AT as u16).contains(&(self as u16))
    }

    /// True for the tokens that are a form of their own, the broken ones included.
    #[inline]
    pub fn is_atom(self) -> bool {
        (INT as u16..=ERROR as u16).contains(&(self as u16))
    }

    /// True for the kinds of nodes.
    #[inline]
    pub fn is_node(self) -> bool {
        self as u16 >= FILE as u16
    }

    /// The text that closes this opener, or this closer's own text.
    pub fn closer_text(self) -> &'static str {
        match self {
            L_PAREN | R_PAREN => ")",
            L_BRACK | R_BRACK => "]",
            _ => "}",
        }
    }

    /// The keyword that a prefix stands for (P2).
    pub fn prefix_head(self) -> Option<&'static str> {
        match self {
            QUOTE => Some(":wat::core::quote"),
            BACKTICK => Some(":wat::core::quasiquote"),
            TILDE => Some(":wat::core::unquote"),
            TILDE_AT => Some(":wat::core::unquote-splicing"),
            _ => None,
        }
    }

    /// The kind of node that this opener or prefix starts.
    pub(crate) fn node(self) -> SyntaxKind {
        match self {
            L_PAREN => LIST,
            L_BRACK => VECTOR,
            L_BRACE => BRACE,
            HASH_BRACE => SET,
            _ => PREFIXED,
        }
    }
}

/// The language of rowan's trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WatLanguage {}

impl rowan::Language for WatLanguage {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        ALL.get(raw.0 as usize).copied().unwrap_or(ERROR_NODE)
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the tree.
pub type SyntaxNode = rowan::SyntaxNode<WatLanguage>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<WatLanguage>;
/// A node or a token.
pub type SyntaxElement = rowan::SyntaxElement<WatLanguage>;
