use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::{LIMITS, Level, Policies, SessionPolicy, make};
use crate::grant::{Grant, Mode, Pattern};
use crate::model::{Pack, Permission};

fn permissions() -> &'static [Permission] {
    static ALL: std::sync::OnceLock<Vec<Permission>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| Pack::bundled().permissions().unwrap())
}

fn grant(mode: Mode, layers: &[&[&str]]) -> Grant {
    let layer = |texts: &&[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    Grant::new(mode, layers.iter().map(layer).collect())
}

fn policy(mode: Mode, layers: &[&[&str]]) -> SessionPolicy {
    make(&grant(mode, layers), LIMITS[0]).unwrap()
}

/// Whether a policy lets an action through, as IAM decides it.
struct Judge(Vec<(bool, Vec<Pattern>)>);

impl Judge {
    fn of(policy: &SessionPolicy) -> Self {
        let document: Value = serde_json::from_str(&policy.text).unwrap();
        assert_eq!(document["Version"], "2012-10-17");
        let statements = document["Statement"].as_array().unwrap().iter().map(|statement| {
            assert_eq!(statement["Resource"], "*");
            let allows = match statement["Effect"].as_str().unwrap() {
                "Allow" => true,
                "Deny" => false,
                other => panic!("{other}"),
            };
            let patterns = match &statement["Action"] {
                Value::String(all) if all == "*" => vec!["*:*".parse().unwrap()],
                Value::Array(list) => list
                    .iter()
                    .map(|pattern| {
                        let pattern = pattern.as_str().unwrap();
                        assert!(!pattern.starts_with('*'), "IAM wants the service written out: {pattern}");
                        pattern.parse().unwrap()
                    })
                    .collect(),
                other => panic!("{other}"),
            };
            (allows, patterns)
        });
        Self(statements.collect())
    }

    fn allows(&self, action: &str) -> bool {
        let says = |wanted: bool| {
            let mut statements = self.0.iter().filter(|(allows, _)| *allows == wanted);
            statements.any(|(_, patterns)| patterns.iter().any(|pattern| pattern.matches(action)))
        };
        says(true) && !says(false)
    }
}

/// The policy allows all that the grant allows, and, if it did not have to fall back, no more.
fn check(grant: &Grant, policy: &SessionPolicy, limit: usize) {
    assert!(policy.text.len() <= limit, "{} characters", policy.text.len());
    let judge = Judge::of(policy);
    let (allowed, refused): (Vec<_>, Vec<_>) = permissions().iter().partition(|one| grant.allows(one));
    let allowed: BTreeSet<&str> = allowed.iter().map(|one| &*one.action).collect();
    for action in &allowed {
        assert!(judge.allows(action), "{action} is granted, and {} does not allow it", policy.text);
    }
    let beyond = refused.iter().map(|one| &*one.action).filter(|action| !allowed.contains(action));
    let beyond = beyond.filter(|action| judge.allows(action)).count();
    match policy.level {
        Level::Exact | Level::Patterns => assert_eq!(beyond, 0, "{}", policy.text),
        Level::Broader | Level::AllBut => {
            assert_ne!(beyond, 0, "it need not have fallen back: {}", policy.text)
        }
    }
}

#[test]
fn a_small_grant_is_written_out() {
    let layers: [&[&str]; 2] = [&["ec2:DescribeRegion*", "sts:GetCaller*", "account:ListRegions"], &["*:*"]];
    let policy = policy(Mode::ReadOnly, &layers);
    assert_eq!(policy.level, Level::Exact);
    assert_eq!(
        &*policy.text,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["account:ListRegions","ec2:DescribeRegions","sts:GetCallerIdentity"],"Resource":"*"}]}"#
    );
}

#[test]
fn all_reads_of_ec2_are_patterns_that_match_no_change_and_no_secret() {
    let grant = grant(Mode::ReadOnly, &[&["ec2:*"]]);
    let policy = make(&grant, LIMITS[0]).unwrap();
    assert_eq!(policy.level, Level::Patterns, "{}", policy.text);
    check(&grant, &policy, LIMITS[0]);
    let judge = Judge::of(&policy);
    for refused in ["ec2:RunInstances", "ec2:GetPasswordData", "ec2:CreateTags", "s3:ListAllMyBuckets"] {
        assert!(!judge.allows(refused), "{refused}: {}", policy.text);
    }
}

#[test]
fn permissions_without_an_operation_pass_by_their_exact_names_alone() {
    let named = policy(
        Mode::ReadOnly,
        &[&["s3:GetObject", "s3:GetObjectVersion"], &["S3:getobjectversion", "s3:GetObject"]],
    );
    assert!(Judge::of(&named).allows("s3:GetObjectVersion"), "{}", named.text);
    let hinted = policy(
        Mode::ReadOnly,
        &[&["s3:GetObject", "s3:GetObjectVersion"], &["s3:GetObject*", "s3:GetObject"]],
    );
    assert!(!Judge::of(&hinted).allows("s3:GetObjectVersion"), "{}", hinted.text);
}

#[test]
fn no_grant_becomes_no_policy_at_all() {
    let nothing = policy(Mode::ReadWrite, &[]);
    assert_eq!(
        &*nothing.text,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#
    );
    for (mode, layers) in [
        (Mode::ReadOnly, &["*:*"] as &[&str]),
        (Mode::ReadWrite, &["*:*"]),
        (
            Mode::ReadOnly,
            &["ec2:*", "s3:*", "rds:*", "lambda:*", "iam:*", "ecs:*", "eks:*", "kms:*", "logs:*"],
        ),
    ] {
        for limit in LIMITS {
            let grant = grant(mode, &[layers]);
            let policy = make(&grant, *limit).unwrap();
            check(&grant, &policy, *limit);
        }
    }
}

#[test]
fn what_has_to_give_way_gives_away_harmless_reads_first() {
    let wide = ["ec2:*", "s3:*", "rds:*", "lambda:*", "iam:*", "ecs:*", "eks:*", "kms:*", "logs:*"];
    let policy = policy(Mode::ReadOnly, &[&wide]);
    assert_eq!(policy.level, Level::Broader);
    let judge = Judge::of(&policy);
    for worst in
        ["iam:CreateUser", "kms:Decrypt", "ec2:RunInstances", "lambda:InvokeFunction", "s3:PutObject"]
    {
        assert!(!judge.allows(worst), "{worst}: {}", policy.text);
    }
}

#[tokio::test]
async fn what_aws_finds_too_large_is_shortened_once_for_all() {
    let policies = Policies::default();
    let grant = std::sync::Arc::new(grant(Mode::ReadOnly, &[&["ec2:*", "s3:*"]]));
    let ladder = policies.of(&grant);
    let first = ladder.policy().await.unwrap();
    assert!(ladder.step_down(&first).await);
    let second = policies.of(&grant).policy().await.unwrap();
    assert!(second.text.len() < first.text.len());
    check(&grant, &second, LIMITS[1]);
    assert!(ladder.step_down(&first).await, "another session was too large as well");
    assert_eq!(ladder.policy().await.unwrap(), second);
    let mut last = second;
    while ladder.step_down(&last).await {
        last = ladder.policy().await.unwrap();
    }
    check(&grant, &last, *LIMITS.last().unwrap());
}

/// Patterns as people write them: a service, and the beginning or the whole of one of its actions.
fn patterns() -> impl Strategy<Value = Vec<Pattern>> {
    let pattern =
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..6).prop_map(|(which, cut, kind)| {
            let action = &which.get(permissions()).action;
            let colon = action.find(':').unwrap() + 1;
            let cut = colon + cut.index(action.len() - colon);
            let text = match kind {
                0 => "*:*".to_owned(),
                1 => format!("*:{}*", &action[colon..cut]),
                2 => action.to_string(),
                3 => format!("{}*", &action[..colon]),
                4 => format!("{}?{}", &action[..cut], &action[cut + 1..]),
                _ => format!("{}*", &action[..cut]),
            };
            text.parse().unwrap()
        });
    prop::collection::vec(pattern, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_policy_allows_what_its_grant_allows(
        layers in prop::collection::vec(patterns(), 1..3),
        writes in any::<bool>(),
        limit in 0..LIMITS.len(),
    ) {
        let mode = if writes { Mode::ReadWrite } else { Mode::ReadOnly };
        let grant = Grant::new(mode, layers);
        let policy = make(&grant, LIMITS[limit]).unwrap();
        check(&grant, &policy, LIMITS[limit]);
        prop_assert_eq!(make(&grant, LIMITS[limit]).unwrap(), policy);
    }
}
