//! Which accounts a caller or a call may touch.

use std::collections::BTreeSet;

use super::id::AccountId;

/// The accounts that may be touched. What is out of reach is as if it did not exist.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Every enabled account.
    All,
    /// These alone.
    Only(BTreeSet<AccountId>),
}

impl Reach {
    /// Whether an account may be touched.
    #[must_use]
    pub fn allows(&self, account: &AccountId) -> bool {
        match self {
            Self::All => true,
            Self::Only(accounts) => accounts.contains(account),
        }
    }

    /// What both allow.
    #[must_use]
    pub fn narrowed(&self, to: &Self) -> Self {
        match (self, to) {
            (Self::All, other) | (other, Self::All) => other.clone(),
            (Self::Only(left), Self::Only(right)) => Self::Only(left & right),
        }
    }
}

impl FromIterator<AccountId> for Reach {
    fn from_iter<I: IntoIterator<Item = AccountId>>(accounts: I) -> Self {
        Self::Only(accounts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_never_widens() {
        let [one, two, three] =
            ["111111111111", "222222222222", "333333333333"].map(|id| id.parse().unwrap());
        let left: Reach = [one, two].into_iter().collect();
        let right: Reach = [two, three].into_iter().collect();
        assert_eq!(left.narrowed(&right), [two].into_iter().collect());
        assert_eq!(left.narrowed(&Reach::All), left);
        assert_eq!(Reach::All.narrowed(&left), left);
        assert!(!left.narrowed(&right).allows(&one));
    }
}
