//! Whether everybody can read or write a bucket.
//!
//! Its policy or its ACL may open it; the public access blocks of the bucket and of the account take effect over
//! both. What cannot be read leaves the question open, unless the rest decides it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::{accounts::Account, aws};

use crate::{
    buckets::Located,
    settings::{is_not_set_up, read},
};

/// The four switches of a public access block. Where there is none, all are off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Block {
    block_public_acls: bool,
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

const BLOCK: &str = "PublicAccessBlockConfiguration.{
    block_public_acls: BlockPublicAcls || `false`, ignore_public_acls: IgnorePublicAcls || `false`,
    block_public_policy: BlockPublicPolicy || `false`,
    restrict_public_buckets: RestrictPublicBuckets || `false`
}";

/// The public access block of an account. The organisation's is in it.
pub(crate) async fn of_account(account: &Account) -> Result<Block, aws::Error> {
    let input = json!({ "AccountId": account.id });
    let call = aws::call::<Option<Block>>(&account.target(), "s3control", "GetPublicAccessBlock", input);
    match call.select(BLOCK).await {
        Ok(response) => Ok(response.output.unwrap_or_default()),
        Err(error) if is_not_set_up(&error) => Ok(Block::default()),
        Err(error) => Err(error),
    }
}

/// The public access block of a bucket.
pub(crate) async fn of_bucket(bucket: &Located) -> Result<Block, aws::Error> {
    Ok(read(bucket, "GetPublicAccessBlock", BLOCK).await?.unwrap_or_default())
}

/// Whether the policy opens the bucket; `None` where there is no policy.
pub(crate) async fn by_policy(bucket: &Located) -> Result<Option<bool>, aws::Error> {
    read(bucket, "GetBucketPolicyStatus", "PolicyStatus.IsPublic || `false`").await
}

/// Whom an ACL lets in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acl {
    owner: Option<String>,
    grants: Vec<AclGrant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AclGrant {
    /// The URI of a group, or the id or address of an account.
    to: Option<String>,
    permission: Option<String>,
}

const ACL: &str = "{owner: Owner.ID, grants: Grants[].{
    to: Grantee.URI || Grantee.ID || Grantee.EmailAddress, permission: Permission
} || `[]`}";

/// The bucket's ACL.
pub(crate) async fn acl(bucket: &Located) -> Result<Acl, aws::Error> {
    let acl = read(bucket, "GetBucketAcl", ACL).await?;
    Ok(acl.unwrap_or(Acl { owner: None, grants: Vec::new() }))
}

impl Acl {
    /// Whether everybody is let in, or everybody with an AWS account of whatever company.
    pub(crate) fn is_public(&self) -> bool {
        const GROUPS: [&str; 2] = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];
        let to_all = |grant: &AclGrant| {
            grant.to.as_deref().is_some_and(|to| GROUPS.iter().any(|group| to.ends_with(group)))
        };
        self.grants.iter().any(to_all)
    }

    /// The grants to others than the owner.
    pub(crate) fn others(self) -> Vec<AclGrant> {
        let Self { owner, grants } = self;
        grants.into_iter().filter(|grant| owner.is_none() || grant.to != owner).collect()
    }
}

/// The public access blocks that a bucket is under; `None` for one that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    pub(crate) account: Option<Block>,
    pub(crate) bucket: Option<Block>,
}

impl Blocks {
    /// Whether a switch is on, by the account or by the bucket; `None`: not known.
    fn on(self, switch: impl Fn(Block) -> bool) -> Option<bool> {
        any([self.account.map(&switch), self.bucket.map(&switch)])
    }

    /// Whether an ACL that lets everybody in has no effect.
    pub(crate) fn ignores_acls(self) -> Option<bool> {
        self.on(|block| block.ignore_public_acls)
    }

    /// Whether a policy that lets everybody in has no effect.
    pub(crate) fn restricts_policies(self) -> Option<bool> {
        self.on(|block| block.restrict_public_buckets)
    }

    /// Whether all four switches are on.
    pub(crate) fn all(self) -> Option<bool> {
        let switches = [
            self.on(|block| block.block_public_acls),
            self.ignores_acls(),
            self.on(|block| block.block_public_policy),
            self.restricts_policies(),
        ];
        any(switches.map(|on| on.map(|on| !on))).map(|one_is_off| !one_is_off)
    }

    /// Whether a bucket is public, whose policy and ACL open it or not; `None` is what is not known.
    pub(crate) fn leave_public(self, policy: Option<bool>, acl: Option<bool>) -> Option<bool> {
        any([opens(policy, self.restricts_policies()), opens(acl, self.ignores_acls())])
    }
}

/// Whether what lets everybody in has effect.
fn opens(public: Option<bool>, blocked: Option<bool>) -> Option<bool> {
    match (public, blocked) {
        (Some(false), _) | (_, Some(true)) => Some(false),
        (Some(true), Some(false)) => Some(true),
        _ => None,
    }
}

/// Whether one holds: as soon as one is known to, what is not known of the others does not matter.
fn any<const N: usize>(known: [Option<bool>; N]) -> Option<bool> {
    if known.contains(&Some(true)) {
        return Some(true);
    }
    (!known.contains(&None)).then_some(false)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const OFF: Option<Block> = Some(Block {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    });
    const ON: Option<Block> = Some(Block {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    });

    fn selected<T: serde::de::DeserializeOwned>(expression: &str, output: Value) -> T {
        let selected = jmespath::compile(expression).and_then(|select| select.search(output));
        let selected = serde_json::to_string(&selected.expect("the expression fits")).expect("JSON");
        serde_json::from_str(&selected).expect("what the expression makes")
    }

    #[test]
    fn policy_and_acl_open_a_bucket_unless_a_block_is_over_them() {
        let (yes, no, unknown) = (Some(true), Some(false), None);
        let ignores = Some(Block { ignore_public_acls: true, ..Block::default() });
        let restricts = Some(Block { restrict_public_buckets: true, ..Block::default() });
        for (account, bucket, policy, acl, expected) in [
            (OFF, OFF, no, no, no),
            (OFF, OFF, yes, no, yes),
            (OFF, OFF, no, yes, yes),
            (ON, OFF, yes, yes, no),
            (OFF, ON, yes, yes, no),
            (OFF, restricts, yes, no, no),
            (OFF, restricts, no, yes, yes),
            (ignores, OFF, no, yes, no),
            (ignores, restricts, yes, yes, no),
            // What could not be read.
            (unknown_block(), OFF, no, no, no),
            (unknown_block(), OFF, yes, no, unknown),
            (unknown_block(), ON, yes, yes, no),
            (OFF, unknown_block(), yes, no, unknown),
            (OFF, OFF, unknown, no, unknown),
            (OFF, OFF, unknown, yes, yes),
            (ON, OFF, unknown, unknown, no),
        ] {
            let blocks = Blocks { account, bucket };
            assert_eq!(blocks.leave_public(policy, acl), expected, "{blocks:?}, {policy:?}, {acl:?}");
        }
    }

    fn unknown_block() -> Option<Block> {
        None
    }

    #[test]
    fn all_is_blocked_where_account_and_bucket_together_have_all_switches_on() {
        let acls = Some(Block { block_public_acls: true, ignore_public_acls: true, ..Block::default() });
        let policies =
            Some(Block { block_public_policy: true, restrict_public_buckets: true, ..Block::default() });
        let all = |account, bucket| Blocks { account, bucket }.all();
        assert_eq!(all(ON, OFF), Some(true));
        assert_eq!(all(OFF, ON), Some(true));
        assert_eq!(all(acls, policies), Some(true));
        assert_eq!(all(acls, OFF), Some(false));
        assert_eq!(all(OFF, OFF), Some(false));
        assert_eq!(all(None, ON), Some(true));
        assert_eq!(all(None, acls), None);
    }

    #[test]
    fn a_block_reads_as_its_switches() {
        let output = json!({ "PublicAccessBlockConfiguration": { "IgnorePublicAcls": true } });
        let block: Option<Block> = selected(BLOCK, output);
        assert_eq!(block, Some(Block { ignore_public_acls: true, ..Block::default() }));
        assert_eq!(selected::<Option<Block>>(BLOCK, json!({})), None);
    }

    #[test]
    fn an_acl_is_public_by_its_groups_and_tells_of_others_than_the_owner() {
        let owner =
            json!({ "Grantee": { "ID": "me", "Type": "CanonicalUser" }, "Permission": "FULL_CONTROL" });
        let group = |name: &str| {
            let uri = format!("http://acs.amazonaws.com/groups/{name}");
            json!({ "Grantee": { "URI": uri, "Type": "Group" }, "Permission": "READ" })
        };
        let acl = |grants: Value| selected::<Acl>(ACL, json!({ "Owner": { "ID": "me" }, "Grants": grants }));
        assert!(acl(json!([owner, group("global/AllUsers")])).is_public());
        assert!(acl(json!([group("global/AuthenticatedUsers")])).is_public());
        assert!(!acl(json!([owner, group("s3/LogDelivery")])).is_public());
        assert!(!selected::<Acl>(ACL, json!({})).is_public());
        let others = acl(json!([owner, group("s3/LogDelivery")])).others();
        assert_eq!(others.len(), 1);
        assert_eq!(others[0].to.as_deref(), Some("http://acs.amazonaws.com/groups/s3/LogDelivery"));
    }
}
