//! Verification of what a load form loads (chapter 08 §4).

use wat_verify::{Rejection, check_address, check_sha256, check_signature};

use crate::db::{Db, LoadFailure, SourceFile};
use crate::forms::{ast, forms};
use crate::loads::{Check, Payload, file_loads, load_results, payload_text};

/// Why a source is not used.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Refusal {
    /// The n-th payload cannot be read.
    Payload(u32, LoadFailure),
    /// The n-th payload is not text of this shape.
    Encoding(u32, &'static str),
    /// The digest of the bytes is another one.
    Digest(String),
    /// The address of the unit is another one.
    Address(String),
    /// The signature is not one of this key over this unit.
    Signature,
    /// The unit does not read, so nothing can be verified.
    Unread,
}

/// May what the n-th load of a source loads be used? A load that verifies nothing, or finds nothing, refuses nothing.
#[salsa::tracked(returns(clone))]
pub(crate) fn verdict(db: &dyn Db, file: SourceFile, load: u32) -> Result<(), Refusal> {
    let Some(check) = file_loads(db, file)
        .get(load as usize)
        .and_then(|load| load.check.as_ref())
    else {
        return Ok(());
    };
    let Some(Ok(target)) = load_results(db, file).get(load as usize) else {
        return Ok(());
    };
    let payload = |at: u32, payload: &Payload| {
        payload_text(db, file, payload).map_err(|failure| Refusal::Payload(at, failure))
    };
    match check {
        Check::Sha256(digest) => {
            let digest = payload(0, digest)?;
            check_sha256(&target.text(db).to_bytes(), &digest).map_err(|rejection| {
                refused(rejection, |found| {
                    Refusal::Digest(found.unwrap_or_default())
                })
            })
        }
        Check::Address(address) => {
            let address = payload(0, address)?;
            check_address(&unit(db, *target)?, &address).map_err(|rejection| {
                refused(rejection, |found| {
                    Refusal::Address(found.unwrap_or_default())
                })
            })
        }
        Check::Signature(signature, key) => {
            let (signature, key) = (payload(0, signature)?, payload(1, key)?);
            check_signature(&unit(db, *target)?, &signature, &key)
                .map_err(|rejection| refused(rejection, |_| Refusal::Signature))
        }
    }
}

fn refused(rejection: Rejection, mismatch: impl FnOnce(Option<String>) -> Refusal) -> Refusal {
    match rejection {
        Rejection::Encoding(expected) => Refusal::Encoding(0, expected),
        Rejection::KeyEncoding(expected) => Refusal::Encoding(1, expected),
        Rejection::Mismatch(found) => mismatch(found),
    }
}

/// The canonical bytes of a unit.
fn unit(db: &dyn Db, file: SourceFile) -> Result<Vec<u8>, Refusal> {
    let cut = forms(db, file);
    let asts: Vec<_> = cut
        .placed
        .iter()
        .map(|placed| &**ast(db, placed.form))
        .filter(|ast| !ast.is_empty())
        .collect();
    let broken = |error: &wat_syntax::SyntaxError| error.severity == wat_syntax::Severity::Error;
    match cut.errors.iter().any(broken) {
        true => Err(Refusal::Unread),
        false => wat_syntax::program_bytes(&asts).ok_or(Refusal::Unread),
    }
}
