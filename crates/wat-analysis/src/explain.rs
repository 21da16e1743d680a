//! The pages of `wat explain`: what a code means, a failing example, the repaired one.
//!
//! They are written in `explain/*.md`, one file per hundred codes; the build embeds them as one table. An example of a
//! page is one fenced block or several that adjoin, `LANGUAGE fails` or `LANGUAGE fixed`: files (`file=NAME` unless it is
//! the program) and the commands to type. The tests run them; other blocks are illustrations.

use wat_syntax::Code;

/// A page as it is embedded.
pub(crate) struct Page {
    code: u16,
    text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/explain.rs"));

/// The page of a code in Markdown, under the heading `# WATnnnn name`; `None` for a number that no diagnostic has.
pub fn explanation(code: Code) -> Option<&'static str> {
    let at = PAGES.binary_search_by_key(&code.0, |page| page.code).ok()?;
    PAGES.get(at).map(|page| page.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{CODES, code_info};
    use wat_syntax::READER_CODES;

    #[test]
    fn every_code_has_a_page() {
        let codes = READER_CODES.iter().chain(CODES);
        let missing: Vec<_> = codes
            .filter(|info| explanation(info.code).is_none())
            .map(|info| info.code)
            .collect();
        assert_eq!(missing, []);
    }

    #[test]
    fn every_page_stands_under_the_name_of_its_code() {
        for page in PAGES {
            let name = code_info(Code(page.code)).map_or("no such code", |info| info.name);
            let heading = format!("# WAT{} {name}\n", page.code);
            assert!(page.text.starts_with(&heading), "{heading}");
        }
    }
}
