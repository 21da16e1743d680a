//! Verification of what a load form loads (chapter 08 §4).

use std::sync::Arc;

use wat_verify::{Rejection, check_address, check_sha256, check_signature};

use crate::db::{Db, LoadFailure, Project, Require, SourceFile};
use crate::forms::{ast, forms};
use crate::loads::{Check, LoadSource, LoadSpec, Payload, file_loads, load_results, payload_text};
use crate::problem::Plain;

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
    /// The signature is one of a key that the project does not trust.
    Untrusted,
    /// The project requires a verification that this load does not ask for.
    Unverified(Require),
}

/// What the project wants of loaded files.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Policy {
    require: Plain<Require>,
    keys: Option<Arc<[Arc<str>]>>,
}

/// The policy of the project. Edits of other settings end here.
#[salsa::tracked(returns(ref))]
fn policy(db: &dyn Db) -> Policy {
    let options = Project::get(db).options(db);
    Policy {
        require: Plain(options.require),
        keys: options.trusted_keys.clone(),
    }
}

/// Does a load ask for what the project requires? Inline sources are part of what contains them.
fn suffices(db: &dyn Db, spec: &LoadSpec) -> Result<(), Refusal> {
    let Policy { require, keys } = policy(db);
    let require = require.0;
    let verified = match (require, &spec.check) {
        (Require::Nothing, _) | (Require::Digest, Some(_)) => true,
        (Require::Signature, Some(Check::Signature(..))) => keys.is_some(),
        _ => spec.source == LoadSource::Inline,
    };
    match verified {
        true => Ok(()),
        false => Err(Refusal::Unverified(require)),
    }
}

/// Is this one of the keys that the project trusts? Without a keyring all are as good.
pub(crate) fn is_trusted(db: &dyn Db, key: &str) -> bool {
    let keys = policy(db).keys.as_deref();
    keys.is_none_or(|keys| keys.iter().any(|trusted| **trusted == *key.trim_ascii()))
}

/// Does the project require that loads are verified?
pub(crate) fn is_required(db: &dyn Db) -> bool {
    policy(db).require.0 != Require::Nothing
}

/// May what the n-th load of a source loads be used? A load that finds nothing refuses nothing, and neither does one
/// that verifies nothing where the project allows it.
pub(crate) fn verdict(db: &dyn Db, file: SourceFile, load: u32) -> Result<(), Refusal> {
    match load_results(db, file).get(load as usize) {
        Some(found) if found.is_checked => verified(db, file, load),
        _ => Ok(()),
    }
}

#[salsa::tracked(returns(clone))]
fn verified(db: &dyn Db, file: SourceFile, load: u32) -> Result<(), Refusal> {
    let found = load_results(db, file).get(load as usize);
    let (Some(spec), Some(target)) = (
        file_loads(db, file).get(load as usize),
        found.and_then(|found| found.target.as_ref().ok()),
    ) else {
        return Ok(());
    };
    suffices(db, spec)?;
    let Some(check) = &spec.check else {
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
                .map_err(|rejection| refused(rejection, |_| Refusal::Signature))?;
            match is_trusted(db, &key) {
                true => Ok(()),
                false => Err(Refusal::Untrusted),
            }
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
