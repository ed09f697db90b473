use proptest::prelude::*;

use super::{Action, Grant, Mode, Pattern, Refusal};
use crate::model::{Access, Operation, Pack};

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn grant(mode: Mode, layers: &[&[&str]]) -> Grant {
    Grant::new(mode, layers.iter().map(|layer| patterns(layer)).collect())
}

fn operation(action: &str, access: Access, sensitive: Option<&str>) -> Operation {
    let mut operation: Operation = serde_json::from_value(serde_json::json!({
        "name": "Operation", "method": "POST", "uri": "/", "access": "list", "iam_action": action,
    }))
    .unwrap();
    operation.access = access;
    operation.sensitive = sensitive.map(Into::into);
    operation
}

#[test]
fn nothing_is_allowed_unless_granted() {
    let list = operation("ec2:DescribeInstances", Access::List, None);
    let action = || "ec2:DescribeInstances".to_owned();
    for grant in [
        Grant::nothing(),
        grant(Mode::ReadWrite, &[]),
        grant(Mode::ReadWrite, &[&[]]),
        grant(Mode::ReadWrite, &[&["ec2:Describe*"], &[]]),
        grant(Mode::ReadWrite, &[&["ec2:Describe*"], &["s3:*"]]),
        grant(Mode::ReadWrite, &[&["ec2:DescribeInstance"]]),
    ] {
        assert_eq!(grant.check(&list), Err(Refusal::NotGranted { action: action() }), "{grant:?}");
    }
    let unrequested = grant(Mode::ReadWrite, &[&["s3:*"], &["*:*"]]);
    assert_eq!(unrequested.check(&list), Err(Refusal::NotRequested { action: action() }));
}

#[test]
fn every_layer_must_allow() {
    let list = operation("ec2:DescribeInstances", Access::List, None);
    assert_eq!(grant(Mode::ReadOnly, &[&["ec2:Describe*"], &["ec2:*"]]).check(&list), Ok(()));
    assert_eq!(grant(Mode::ReadOnly, &[&["s3:*", "EC2:describeinstances"]]).check(&list), Ok(()));
}

#[test]
fn changes_need_the_mode() {
    use Access::{List, PermissionsManagement, Read, Tagging, Unclassified, Write};
    let (read_only, read_write) = (grant(Mode::ReadOnly, &[&["*:*"]]), grant(Mode::ReadWrite, &[&["*:*"]]));
    for access in [List, Read] {
        assert_eq!(read_only.check(&operation("s3:Any", access, None)), Ok(()));
    }
    for access in [Tagging, Write, PermissionsManagement, Unclassified] {
        let change = operation("s3:Any", access, None);
        let refusal = Refusal::WriteInReadOnly { action: "s3:Any".to_owned(), access };
        assert_eq!(read_only.check(&change), Err(refusal));
        assert_eq!(read_write.check(&change), Ok(()));
    }
}

#[test]
fn sensitive_operations_need_their_exact_name_in_every_layer() {
    let secret = operation("ssm:GetParameter", Access::Read, Some("returns secrets"));
    let refusal =
        Refusal::Sensitive { grant: "ssm:GetParameter".to_owned(), reason: "returns secrets".to_owned() };
    for layers in [
        &[&["ssm:*"] as &[&str]] as &[&[&str]],
        &[&["ssm:GetParameter"], &["ssm:GetParameter?", "*:*"]],
        &[&["ssm:Get*"], &["ssm:GetParameter"]],
        &[&["ssm:GetParameter*"], &["ssm:GetParameter"]],
    ] {
        for mode in [Mode::ReadOnly, Mode::ReadWrite] {
            assert_eq!(grant(mode, layers).check(&secret), Err(refusal.clone()), "{layers:?}");
        }
    }
    let named = grant(Mode::ReadOnly, &[&["ssm:*", "ssm:getparameter"], &["ssm:GetParameter"]]);
    assert_eq!(named.check(&secret), Ok(()));
    // A sensitive change needs both.
    let change = operation("ssm:GetParameter", Access::Write, Some("returns secrets"));
    assert!(matches!(named.check(&change), Err(Refusal::WriteInReadOnly { .. })));
}

#[test]
fn an_action_that_covers_harmless_operations_is_no_exact_name() {
    let mut keys = operation("apigateway:GET", Access::Read, Some("returns API keys"));
    keys.exact_grant = Some("apigateway:GetApiKeys".into());
    let umbrella = grant(Mode::ReadOnly, &[&["apigateway:GET"]]);
    let text = umbrella.check(&keys).unwrap_err().to_string();
    assert!(text.contains("exactly `apigateway:GetApiKeys`"), "{text}");
    assert_eq!(grant(Mode::ReadOnly, &[&["apigateway:GET", "apigateway:GetApiKeys"]]).check(&keys), Ok(()));
    let alone = grant(Mode::ReadOnly, &[&["apigateway:GetApiKeys"]]).check(&keys);
    assert_eq!(alone, Err(Refusal::NotGranted { action: "apigateway:GET".to_owned() }));
}

#[test]
fn answers_are_revealed_by_exact_name_in_every_layer() {
    let functions = operation("lambda:Operation", Access::List, None);
    let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<Action>>();
    let all = || grant(Mode::ReadOnly, &[&["*:*"]]);
    assert!(!all().reveals(&functions));
    assert!(!all().revealing(Vec::new()).reveals(&functions));
    assert!(!all().revealing(vec![names(&["lambda:Operation"]), names(&[])]).reveals(&functions));
    assert!(!all().revealing(vec![names(&["lambda:Operations", "s3:Operation"])]).reveals(&functions));
    let both = all().revealing(vec![names(&["LAMBDA:operation"]), names(&["s3:X", "lambda:Operation"])]);
    assert!(both.reveals(&functions));
    assert_ne!(both, all(), "what is revealed tells grants apart");
    // By its own name, whatever its permission is called.
    let mut buckets = operation("s3:ListAllMyBuckets", Access::List, None);
    buckets.name = "ListBuckets".into();
    assert!(all().revealing(vec![names(&["s3:ListBuckets"])]).reveals(&buckets));
    assert!(all().revealing(vec![vec![Action::of(&buckets)]]).reveals(&buckets));
    // What is granted by name for what it answers needs no more.
    assert!(all().reveals(&operation("kms:Decrypt", Access::Write, Some("returns plaintext"))));
    for text in ["lambda:List*", "lambda:?", "lambda", "*:ListFunctions", ""] {
        let error = text.parse::<Action>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{text}` names no single operation")), "{error}");
    }
}

#[test]
fn refusals_say_what_would_allow_it() {
    let text = |grant: Grant, operation: &Operation| grant.check(operation).unwrap_err().to_string();
    let start = operation("ec2:StartInstances", Access::Write, None);
    assert_eq!(
        text(grant(Mode::ReadOnly, &[&["s3:*"], &["*:*"]]), &start),
        "the plugin does not request `ec2:StartInstances`: its plugin.toml needs it in `request`"
    );
    assert_eq!(
        text(Grant::nothing(), &start),
        "`ec2:StartInstances` is not granted to the plugin: its `grant` in the configuration needs \
         `ec2:StartInstances`"
    );
    assert_eq!(
        text(grant(Mode::ReadOnly, &[&["ec2:*"]]), &start),
        "`ec2:StartInstances` changes resources: the plugin needs `mode = \"read-write\"` in the configuration"
    );
    let decrypt = operation("kms:Decrypt", Access::Write, Some("returns plaintext"));
    assert_eq!(
        text(grant(Mode::ReadWrite, &[&["kms:*"]]), &decrypt),
        "`kms:Decrypt` is sensitive (returns plaintext): request and `grant` both need exactly \
         `kms:Decrypt`, without a wildcard"
    );
}

#[test]
fn patterns_are_iams() {
    for text in ["ec2:DescribeInstances", "ec2:*", "*:*", "s3:Get?bject", "vpc-lattice:A-B", "*:Describe*"] {
        assert_eq!(text.parse::<Pattern>().unwrap().to_string(), text);
    }
    for text in
        ["", "*", "ec2", "ec2:", ":Describe*", "e*:Describe*", "ec2:Describe Instances", "ec2:a:b", "ec2:é"]
    {
        let error = text.parse::<Pattern>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{text}` is not an IAM action pattern: ")), "{error}");
    }
    assert!(serde_json::from_str::<Pattern>(r#""ec2""#).is_err());
    assert_eq!(serde_json::from_str::<Mode>(r#""read-write""#).unwrap(), Mode::ReadWrite);
}

#[test]
fn no_operation_of_aws_changes_or_leaks_by_wildcard_in_the_default_mode() {
    let everything = grant(Mode::default(), &[&["*:*"], &["*:*"]]);
    let anything = grant(Mode::ReadWrite, &[&["*:*"], &["*:*"]]);
    let pack = Pack::bundled();
    let (mut allowed, mut refused) = (0, 0);
    for name in pack.service_names() {
        let service = pack.service(name).unwrap();
        for operation in service.operations() {
            let label = format!("{name}.{}", operation.name);
            let exact = format!("{}", operation.iam_action);
            assert!(exact.parse::<Pattern>().unwrap().is_exactly(&exact), "{label}: {exact}");
            if everything.check(operation).is_ok() {
                allowed += 1;
                assert!(matches!(operation.access, Access::List | Access::Read), "{label}");
                assert!(operation.sensitive.is_none(), "{label}");
            } else {
                refused += 1;
            }
            assert_eq!(anything.check(operation).is_ok(), operation.sensitive.is_none(), "{label}");
            let named = grant(Mode::ReadWrite, &[&[&exact, operation.exact_grant()]]);
            assert_eq!(named.check(operation), Ok(()), "{label}");
        }
    }
    assert!(allowed > 7_000 && refused > 10_000, "{allowed} allowed, {refused} refused");
}

proptest! {
    #[test]
    fn a_pattern_fits_as_its_regular_meaning_says(pattern in "[ab]{0,2}:[abAB*?]{1,8}", text in "[ab]{0,2}:[abAB]{0,8}") {
        if let Ok(pattern) = pattern.parse::<Pattern>() {
            prop_assert_eq!(pattern.matches(&text), slowly(pattern.as_str().as_bytes(), text.as_bytes()));
            if pattern.is_exactly(&text) {
                prop_assert!(pattern.matches(&text));
            }
        }
    }

    #[test]
    fn an_action_fits_itself_and_what_wildcards_make_of_it(action in "[a-z0-9-]{1,12}:[A-Za-z0-9]{1,20}", at in 0_usize..20) {
        let pattern: Pattern = action.parse().unwrap();
        prop_assert!(pattern.matches(&action) && pattern.is_exactly(&action.to_uppercase()));
        let (service, name) = action.split_once(':').unwrap();
        let at = at % name.len();
        let question = format!("{service}:{}?{}", &name[..at], &name[at + 1..]);
        let star = format!("{service}:{}*", &name[..at]);
        for text in [question, star] {
            let pattern: Pattern = text.parse().unwrap();
            prop_assert!(pattern.matches(&action), "{}", text);
            prop_assert!(!pattern.is_exactly(&action));
        }
    }

    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        if let Ok(pattern) = text.parse::<Pattern>() {
            prop_assert_eq!(pattern.as_str(), text);
        }
    }

    #[test]
    fn a_layer_more_never_allows_more(
        first in prop::collection::vec("(ec2|s3|\\*):[A-Z*?]{1,3}", 0..3),
        second in prop::collection::vec("(ec2|s3|\\*):[A-Z*?]{1,3}", 0..3),
        action in "(ec2|s3):[A-Z]{1,3}",
        secret in any::<bool>(),
    ) {
        let parse = |layer: &[String]| layer.iter().map(|text| text.parse().unwrap()).collect::<Vec<Pattern>>();
        let operation = operation(&action, Access::Read, secret.then_some("a secret"));
        let one = Grant::new(Mode::ReadOnly, vec![parse(&first)]);
        let other = Grant::new(Mode::ReadOnly, vec![parse(&second)]);
        let both = Grant::new(Mode::ReadOnly, vec![parse(&first), parse(&second)]);
        let expected = one.check(&operation).is_ok() && other.check(&operation).is_ok();
        prop_assert_eq!(both.check(&operation).is_ok(), expected);
    }
}

/// The meaning of a pattern, written down as directly as it can be.
fn slowly(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], text) => text.is_empty(),
        ([b'*', rest @ ..], text) => (0..=text.len()).any(|taken| slowly(rest, &text[taken..])),
        ([_, ..], []) => false,
        ([b'?', rest @ ..], [_, others @ ..]) => slowly(rest, others),
        ([byte, rest @ ..], [other, others @ ..]) => byte.eq_ignore_ascii_case(other) && slowly(rest, others),
    }
}
