//! The IAM actions of the pack, as a grant divides them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::cover::{Name, Piece, Trie};
use crate::grant::Grant;
use crate::model::{Access, Pack, Permission};

/// The permissions of all operations, sorted by action.
fn all() -> Result<&'static [Permission], &'static str> {
    static ALL: OnceLock<Result<Vec<Permission>, String>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut all = Pack::bundled().permissions()?;
        all.sort_by(|a, b| a.action.cmp(&b.action));
        Ok(all)
    });
    all.as_deref().map_err(String::as_str)
}

/// What a grant allows, and what it refuses.
#[derive(Debug)]
pub(super) struct Actions<'a> {
    /// By service, then by lower-case name: the name as AWS writes it, and the harm of letting it through, none if
    /// it is allowed.
    services: BTreeMap<&'a str, BTreeMap<String, (&'a str, u64)>>,
}

impl<'a> Actions<'a> {
    /// Divides all actions of the pack. An action that several operations need is allowed if one of them is. One that
    /// no operation has, such as `s3:GetObjectVersion`, is allowed where every layer names it without a wildcard.
    ///
    /// # Errors
    ///
    /// The pack is damaged.
    pub(super) fn of(grant: &'a Grant) -> Result<Self, &'static str> {
        let mut services: BTreeMap<&str, BTreeMap<String, (&str, u64)>> = BTreeMap::new();
        for permission in all()? {
            let Some((service, name)) = permission.action.split_once(':') else { continue };
            let harm = if grant.allows(permission) { 0 } else { harm(permission) };
            let names = services.entry(service).or_default();
            let known = names.entry(name.to_ascii_lowercase()).or_insert((name, harm));
            known.1 = if known.1.min(harm) == 0 { 0 } else { known.1.max(harm) };
        }
        for action in grant.named_by_all() {
            let Some((service, name)) = action.split_once(':') else { continue };
            if let Some(names) = services.get_mut(&*service.to_ascii_lowercase()) {
                names.entry(name.to_ascii_lowercase()).or_insert((name, 0));
            }
        }
        Ok(Self { services })
    }

    /// The allowed ones, to be covered by patterns that match no refused one.
    pub(super) fn allowed(&self) -> Vec<Trie<'a>> {
        self.tries(|harm| harm)
    }

    /// The refused ones, to be covered by patterns that match no allowed one.
    pub(super) fn refused(&self) -> Vec<Trie<'a>> {
        self.tries(|harm| u64::from(harm == 0))
    }

    /// The harm of all refused actions that a piece matches.
    pub(super) fn harm_of(&self, piece: &Piece<'_>) -> u64 {
        let beginning = piece.text.to_ascii_lowercase();
        let Some(names) = self.services.get(piece.service) else { return 0 };
        let names = names.range(beginning.clone()..);
        let matched = names.take_while(|(name, _)| match piece.star {
            true => name.starts_with(&beginning),
            false => **name == beginning,
        });
        matched.map(|(_, (_, harm))| harm).sum()
    }

    fn tries(&self, harm: impl Fn(u64) -> u64) -> Vec<Trie<'a>> {
        let tries = self.services.iter().map(|(service, names)| {
            let names = names.iter();
            let names =
                names.map(|(lower, (text, own))| Name { text, lower: lower.clone(), harm: harm(*own) });
            Trie::new(service, names.collect())
        });
        tries.collect()
    }
}

/// How bad it is to let a refused action through: so many harmless reads are as bad.
fn harm(permission: &Permission) -> u64 {
    match permission.access {
        _ if permission.sensitive.is_some() => 64,
        Access::PermissionsManagement => 32,
        Access::Write | Access::Unclassified => 8,
        Access::Tagging => 4,
        Access::List | Access::Read => 1,
    }
}
