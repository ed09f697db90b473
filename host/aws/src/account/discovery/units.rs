//! The tree of organizational units.

use std::collections::HashMap;

use super::error::DiscoveryError;
use super::rule::Rule;
use crate::account::id::AccountId;
use crate::account::nearest::nearest;

/// A unit of the tree, or its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(usize);

/// The organizational units, and which account is in which.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    units: Vec<Unit>,
    members: HashMap<AccountId, Place>,
}

#[derive(Clone, Debug)]
struct Unit {
    id: String,
    name: String,
    /// None for a root.
    parent: Option<Place>,
}

impl Units {
    /// Adds a root, or a unit below another one, unless it is there already.
    pub(crate) fn add(&mut self, parent: Option<Place>, id: String, name: String) -> Option<Place> {
        if self.units.iter().any(|unit| unit.id == id) {
            return None;
        }
        self.units.push(Unit { id, name, parent });
        Some(Place(self.units.len() - 1))
    }

    /// Puts an account into a unit.
    pub(crate) fn put(&mut self, account: AccountId, place: Place) {
        self.members.insert(account, place);
    }

    /// The id of a unit, as AWS has it.
    pub(crate) fn id(&self, place: Place) -> &str {
        self.units.get(place.0).map_or("", |unit| &unit.id)
    }

    /// The unit that an account is in, where that is known.
    pub(super) fn place(&self, account: AccountId) -> Option<Place> {
        self.members.get(&account).copied()
    }

    /// The unit itself, and those above it up to the root.
    fn chain(&self, place: Place) -> impl Iterator<Item = &Unit> {
        std::iter::successors(self.units.get(place.0), |unit| self.units.get(unit.parent?.0))
    }

    /// Whether it is the unit of an id, or below it.
    pub(super) fn is_within(&self, place: Place, id: &str) -> bool {
        self.chain(place).any(|unit| unit.id == id)
    }

    /// The names from below the root to the unit.
    fn path(&self, place: Place) -> Vec<&str> {
        let below_root = self.chain(place).filter(|unit| unit.parent.is_some());
        let mut path: Vec<&str> = below_root.map(|unit| unit.name.as_str()).collect();
        path.reverse();
        path
    }

    /// Whether it is the unit of a path, or below it.
    pub(super) fn is_below(&self, place: Place, path: &[String]) -> bool {
        let own = self.path(place);
        own.len() >= path.len() && own.iter().zip(path).all(|(own, name)| own == name)
    }

    /// Whether there are the units that rules name: a rule that is misspelt must not be one that fits nothing.
    pub(crate) fn check(&self, key: &'static str, rules: &[Rule]) -> Result<(), DiscoveryError> {
        let places = || (0..self.units.len()).map(Place);
        for rule in rules {
            let known: Vec<String> = match rule {
                Rule::Unit(_) => places().map(|place| self.id(place).to_owned()).collect(),
                Rule::Path(_) => places().map(|place| format!("ou:{}", self.path(place).join("/"))).collect(),
                _ => continue,
            };
            let text = rule.to_string();
            if !known.contains(&text) {
                let known = known.into_iter().filter(|known| known != "ou:");
                let nearest = nearest(&text, known.map(|known| (known.clone(), known)));
                return Err(DiscoveryError::UnknownUnit { key, rule: text, nearest });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root with `Workloads`, and `Production` below it.
    fn units() -> (Units, [Place; 3]) {
        let mut units = Units::default();
        let mut add = |parent, id: &str, name: &str| units.add(parent, id.to_owned(), name.to_owned());
        let root = add(None, "r-ab12", "Root").unwrap();
        let workloads = add(Some(root), "ou-ab12-11111111", "Workloads").unwrap();
        let production = add(Some(workloads), "ou-ab12-22222222", "Production").unwrap();
        assert!(add(Some(production), "ou-ab12-11111111", "Workloads").is_none(), "no circles");
        (units, [root, workloads, production])
    }

    #[test]
    fn a_unit_holds_all_below_it() {
        let (units, [root, workloads, production]) = units();
        let within = |id: &str| [root, workloads, production].map(|place| units.is_within(place, id));
        assert_eq!(within("r-ab12"), [true, true, true]);
        assert_eq!(within("ou-ab12-11111111"), [false, true, true]);
        assert_eq!(within("ou-ab12-22222222"), [false, false, true]);
        let below = |path: &str| {
            let path: Vec<String> = path.split('/').map(str::to_owned).collect();
            [root, workloads, production].map(|place| units.is_below(place, &path))
        };
        assert_eq!(below("Workloads"), [false, true, true]);
        assert_eq!(below("Workloads/Production"), [false, false, true]);
        assert_eq!(below("Production"), [false, false, false], "paths begin below the root");
    }

    #[test]
    fn a_unit_that_is_not_there_is_told_with_the_nearest() {
        let (units, _) = units();
        let check = |text: &str| units.check("exclude", &[text.parse().unwrap()]);
        for known in ["ou:Workloads", "ou:Workloads/Production", "ou-ab12-22222222", "r-ab12", "tag:a=b"] {
            check(known).unwrap();
        }
        assert_eq!(
            check("ou:Workloads/Prodction").unwrap_err().to_string(),
            "discovery.organizations.exclude: the organisation has no unit \"ou:Workloads/Prodction\"; the nearest known: \
             \"ou:Workloads/Production\", \"ou:Workloads\""
        );
        let error = check("ou-ab12-22222223").unwrap_err().to_string();
        assert!(error.contains("nearest known: \"ou-ab12-22222222\""), "{error}");
    }
}
