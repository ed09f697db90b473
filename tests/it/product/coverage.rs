//! One failure never hides the rest: every account and region that did not answer is named, with what to
//! do, beside the rows of all others.

use serde_json::{Value, json};
use tollgate_sim::{DemoOptions, DemoOrg, Effect, Fault};

use super::organisation::Organisation;
use super::session::Session;

const STAGING: &str = "333344445555";

/// The demo organisation, with the account `data` denied where asked for, and faults.
fn organisation(denied: bool, faults: Vec<Fault>) -> Organisation {
    let denied_account = denied.then(|| "data".to_owned());
    let options = DemoOptions { denied_account, ..DemoOptions::default() };
    let mut config = DemoOrg::load(&options).expect("the demo organisation is read").config;
    config.faults = faults;
    Organisation::simulated(config)
}

/// The answer to `ec2_list_instances`, all of it.
fn instances(organisation: &Organisation, more: &str) -> Value {
    let config = organisation.config(&[]) + more;
    let mut session = Session::start(organisation.command_with(&["serve"], &config));
    let asked = json!({ "fields": ["id"], "limit": 1000 });
    session.call("ec2_list_instances", &asked).expect("some accounts answer")
}

fn rows(answer: &Value) -> Vec<&Value> {
    answer["rows"].as_array().expect("rows").iter().collect()
}

/// The only gap of a kind.
fn gap<'a>(answer: &'a Value, kind: &str) -> &'a Value {
    match answer["coverage"][kind].as_array().map(Vec::as_slice) {
        Some([gap]) => gap,
        _ => panic!("one gap was expected in `{kind}`: {:#}", answer["coverage"]),
    }
}

#[test]
fn a_denied_account_a_throttled_one_and_a_region_out_of_order_are_named_beside_all_other_rows() {
    let unavailable = Effect::Error {
        status: 503,
        code: "Unavailable".to_owned(),
        message: "The server is overloaded and can't handle the request.".to_owned(),
    };
    let faults = vec![
        Fault::new(Effect::Throttle).account(STAGING).service("ec2"),
        Fault::new(unavailable).region("eu-west-1").service("ec2"),
    ];
    let whole = instances(&organisation(false, Vec::new()), "");
    assert_eq!(whole["coverage"], json!({ "ok": 10 }));
    let answer = instances(&organisation(true, faults), "");

    let missing = |row: &Value| row[0] == "data" || row[0] == "staging" || row[1] == "eu-west-1";
    let expected: Vec<&Value> = rows(&whole).into_iter().filter(|row| !missing(row)).collect();
    assert!(expected.len() > 10, "{whole:#}");
    assert_eq!(rows(&answer), expected, "in the same order");
    // Five accounts with two regions each.
    assert_eq!(answer["coverage"]["ok"], 10 - 2 - 2 - 2);

    let denied = gap(&answer, "denied");
    assert_eq!((&denied["code"], &denied["count"]), (&json!("credentials"), &json!(2)));
    assert_eq!(denied["targets"], json!(["data/us-east-1", "data/eu-central-1"]));
    let message = denied["message"].as_str().expect("a message");
    assert!(message.contains("arn:aws:iam::444455556666:role/TollgateReadOnly"), "{message}");
    assert!(message.contains("trust policy"), "what to do: {message}");

    let throttled = gap(&answer, "throttled");
    assert_eq!((&throttled["code"], &throttled["count"]), (&json!("throttled"), &json!(2)));
    assert_eq!(throttled["targets"], json!(["staging/us-east-1", "staging/eu-west-1"]));
    assert_eq!(throttled["advice"], "ask again in a minute, or for fewer targets at once");

    let failed = gap(&answer, "failed");
    assert_eq!((&failed["code"], &failed["count"]), (&json!("Unavailable"), &json!(2)));
    assert_eq!(failed["targets"], json!(["production/eu-west-1", "security/eu-west-1"]));
    assert_eq!(failed["advice"], "out of order there: ask again later, or leave these out");
    assert_eq!(answer["coverage"]["skipped"], Value::Null);
}

#[test]
fn what_has_not_answered_when_the_time_is_up_is_skipped_and_the_other_rows_came() {
    let hangs = vec![Fault::new(Effect::Hang).account(STAGING).operation("ec2", "DescribeInstances")];
    let answer = instances(&organisation(false, hangs), "[limits]\ndeadline_seconds = 4\n");
    let skipped = gap(&answer, "skipped");
    assert_eq!(skipped["targets"], json!(["staging/us-east-1", "staging/eu-west-1"]));
    assert_eq!((&skipped["code"], &skipped["count"]), (&json!("timeout"), &json!(2)));
    assert_eq!(skipped["advice"], "ask again for these alone, or for fewer targets at once");
    assert_eq!(answer["coverage"]["ok"], 8);
    assert_eq!(rows(&answer).len(), 34, "41 instances, 7 of them in staging");
}

#[test]
fn progress_counts_the_accounts_that_are_done() {
    let organisation = organisation(false, Vec::new());
    let mut session = Session::start(organisation.command(&["serve"]));
    let (_, progress) = session.watch("ec2_list_instances", &json!({}));
    let figures: Vec<(f64, f64)> = progress
        .iter()
        .map(|report| {
            (report["progress"].as_f64().expect("done"), report["total"].as_f64().expect("of how many"))
        })
        .collect();
    assert!(figures.is_sorted_by(|one, next| one.0 < next.0), "{progress:#?}");
    assert!(figures.iter().all(|(done, total)| *total == 5.0 && *done <= 5.0), "{progress:#?}");
    let told = progress.iter().filter_map(|report| report["message"].as_str());
    assert!(told.clone().next().is_some(), "{progress:#?}");
    for message in told {
        assert!(message.starts_with("accounts; ") && message.ends_with(" done"), "{message}");
    }
}
