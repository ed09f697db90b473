use futures::executor::block_on;
use serde_json::json;

use super::super::sweep::Place;
use super::*;
use crate::{Content, IntoOutput, Outcome};

type Answer = Result<Rows<Box<RawValue>>, aws::Error>;

fn rows(values: &Value) -> Answer {
    let values: Vec<Box<RawValue>> = serde_json::from_str(&values.to_string()).expect("a list");
    Ok(values.into())
}

/// Two regions: what the second has stands behind what the first has, whichever answers first.
fn instances() -> Vec<(&'static str, Answer)> {
    vec![
        (
            "eu-west-1",
            rows(&json!([
                { "InstanceId": "i-1", "State": { "Name": "running" }, "Cores": 8 },
                { "InstanceId": "i-2", "State": { "Name": "stopped" }, "PublicIp": "192.0.2.1" },
            ])),
        ),
        ("us-east-1", rows(&json!([{ "Spot": true, "InstanceId": "i-3", "State": { "Name": "running" } }]))),
    ]
}

fn table(
    query: &ListQuery,
    known: &[&str],
    answers: Vec<(&str, Answer)>,
) -> Result<Table<Box<RawValue>>, ToolError> {
    let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
    let sink = Unplanned::new(query, &known)?;
    let asked = answers.into_iter().map(|(region, answer)| {
        let region = (region != "global").then(|| region.to_owned());
        (Place { account: "production".to_owned(), id: "111111111111".to_owned(), region }, answer)
    });
    block_on(ask_all(sink, members, query, Vec::new(), asked.collect(), async |answer| answer))
}

fn shown(query: &ListQuery) -> Value {
    let table = table(query, &["Platform"], instances()).expect("answered");
    json!({ "columns": table.columns(), "rows": table.rows() })
}

#[test]
fn columns_are_those_of_all_rows() {
    insta::assert_snapshot!(shown(&ListQuery::default()), @r#"{"columns":["account","region","InstanceId","State","Cores","PublicIp","Spot"],"rows":[["production","eu-west-1","i-1",{"Name":"running"},8,null,null],["production","eu-west-1","i-2",{"Name":"stopped"},null,"192.0.2.1",null],["production","us-east-1","i-3",{"Name":"running"},null,null,true]]}"#);
}

#[test]
fn the_words_of_a_query_know_the_columns_that_came() {
    let query = ListQuery {
        filter: Some("State.Name == 'running' && !Platform".to_owned()),
        fields: vec!["InstanceId".to_owned(), "State.Name".to_owned()],
        ..ListQuery::default()
    };
    insta::assert_snapshot!(shown(&query), @r#"{"columns":["account","region","InstanceId","State.Name"],"rows":[["production","eu-west-1","i-1","running"],["production","us-east-1","i-3","running"]]}"#);
    let query = ListQuery { group_by: vec!["State.Name".to_owned()], ..ListQuery::default() };
    insta::assert_snapshot!(shown(&query), @r#"{"columns":["State.Name","count"],"rows":[["running",2],["stopped",1]]}"#);
    let query = ListQuery { limit: Some(1), ..ListQuery::default() };
    let table = table(&query, &[], instances()).expect("answered");
    assert_eq!((table.rows().len(), table.row_count(), table.truncated()), (1, 3, true));
    let rest = ListQuery { cursor: table.cursor().map(str::to_owned), ..ListQuery::default() };
    let rest =
        Table::<Box<RawValue>>::resume(rest.cursor.as_deref().unwrap_or_default(), None).expect("kept");
    assert_eq!(rest.rows().len(), 2);
}

#[test]
fn what_no_row_has_is_refused_with_what_they_have() {
    let refused = |query: ListQuery| table(&query, &[], instances()).expect_err("refused").to_string();
    let errors = [
        refused(ListQuery { fields: vec!["InstanceID".to_owned()], ..ListQuery::default() }),
        refused(ListQuery { filter: Some("Sate.Name".to_owned()), ..ListQuery::default() }),
        refused(ListQuery { filter: Some("State = 'x'".to_owned()), ..ListQuery::default() }),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    `fields`: unknown column `InstanceID`; did you mean `InstanceId`?
    `filter`: at column 1: unknown column `Sate`; did you mean `State`? (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
    `filter`: at column 7: '=' is not valid. Did you mean '=='? (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
    "#);
}

#[test]
fn nothing_found_is_an_empty_table_whatever_is_asked_of_it() {
    let query = ListQuery { filter: Some("Anything == 'x'".to_owned()), ..ListQuery::default() };
    let table = table(&query, &[], vec![("eu-west-1", rows(&json!([])))]).expect("answered");
    assert_eq!((table.row_count(), table.truncated()), (0, false));
    let outcome = table.into_outcome().expect("an answer");
    let Outcome::Complete(output) = outcome else { panic!("no question was asked") };
    assert_eq!(output.content(), [Content::Text("0 rows from 1 account in 1 region".into())]);
}

#[test]
fn what_is_no_object_stands_in_one_column() {
    let answers = vec![("eu-west-1", rows(&json!(["a", 1, ["b", null]])))];
    let table = table(&ListQuery::default(), &[], answers).expect("answered");
    assert_eq!(table.columns(), ["account", "region", "value"]);
    assert_eq!(
        json!(table.rows()),
        json!([
            ["production", "eu-west-1", "a"],
            ["production", "eu-west-1", 1],
            ["production", "eu-west-1", ["b", null]]
        ])
    );
}

#[test]
fn members_whose_names_are_taken_stand_beside_them() {
    let row =
        json!([{ "account": "x", "account_id": 1, "Region": "r", "name": "a", "Name": "b", "NAME": "c" }]);
    let query = ListQuery { filter: Some("Name_ == 'b'".to_owned()), ..ListQuery::default() };
    let table = table(&query, &[], vec![("eu-west-1", rows(&row))]).expect("answered");
    assert_eq!(
        table.columns(),
        ["account", "region", "account_", "account_id_", "Region_", "name", "Name_", "NAME__"]
    );
    assert_eq!(json!(table.rows()), json!([["production", "eu-west-1", "x", 1, "r", "a", "b", "c"]]));
}

#[test]
fn a_row_says_where_it_is_by_its_own_region() {
    let buckets = rows(&json!([
        { "name": "a", "region": "eu-west-1" },
        { "name": "b", "region": "us-east-1" },
        { "name": "c" },
    ]));
    let query = ListQuery { regions: vec!["eu-west-1".to_owned()], ..ListQuery::default() };
    let table = table(&query, &[], vec![("global", buckets)]).expect("answered");
    assert_eq!(json!(table.rows()), json!([["production", "eu-west-1", "a"], ["production", "global", "c"]]));
}

#[test]
fn more_rows_than_are_held_are_said_to_be_cut() {
    let large = json!({ "text": "x".repeat(1 << 20) });
    let answers = vec![("eu-west-1", rows(&json!(vec![large; 30])))];
    let query = ListQuery { fields: vec!["region".to_owned()], ..ListQuery::default() };
    let table = table(&query, &[], answers).expect("answered");
    assert_eq!((table.row_count(), table.truncated()), (23, true));
    assert!(table.summary().contains("more than 24 MiB of rows"), "{}", table.summary());
}

#[test]
fn a_row_that_is_alone_too_large_is_described_in_part() {
    let row =
        json!([{ "Name": "logs", "Objects": vec!["x".repeat(100); 1_000], "Prefix": "p".repeat(6_000) }]);
    let answers = || vec![("eu-west-1", rows(&row))];
    let short = table(&ListQuery::default(), &[], answers()).expect("answered");
    let cells = json!(short.rows()[0]);
    assert_eq!((&cells[2], &cells[3]), (&json!("logs"), &json!("(a list of 1000, 104 kB)")));
    assert_eq!(cells[4].as_str().map(str::len), Some(6_000), "the rest fits");
    assert!(short.truncated() && short.summary().contains("select parts of them"), "{}", short.summary());
    let query = ListQuery { limit: Some(1), ..ListQuery::default() };
    let whole = table(&query, &[], answers()).expect("answered");
    assert!(!whole.truncated() && whole.rows()[0][3].is_array(), "who names a limit wants the rows");
}

#[test]
fn numbers_are_added_up_and_nulls_are_columns_too() {
    let row = json!([{ "Size": 8, "Tag": null }, { "Size": 2, "Tag": null }, { "Tag": null }]);
    let query = ListQuery {
        sum: vec!["Size".to_owned()],
        filter: Some("Tag == `null`".to_owned()),
        ..ListQuery::default()
    };
    let table = table(&query, &[], vec![("eu-west-1", rows(&row))]).expect("answered");
    assert_eq!(
        (table.columns(), json!(table.rows())),
        (&["count", "sum_Size"].map(str::to_owned)[..], json!([[3, 10]]))
    );
}

#[test]
fn an_input_that_fits_nowhere_is_told_once_and_whole() {
    let invalid = || aws::Error::InvalidInput(format!("`Filters[0].Nam`: unknown {}", "x".repeat(400)));
    let answers = vec![("eu-west-1", Err(invalid())), ("us-east-1", Err(invalid()))];
    let error = table(&ListQuery::default(), &[], answers).expect_err("nothing answered");
    assert_eq!(error, ToolError::InvalidArguments(invalid().to_string()));
}

#[test]
fn answers_of_aws_decode_as_json_text() {
    let decoded: Vec<Box<RawValue>> = crate::aws::decode(r#"[{"a": 1.50}, null]"#).expect("a list");
    assert_eq!(decoded.iter().map(|value| value.get()).collect::<Vec<_>>(), [r#"{"a": 1.50}"#, "null"]);
    let whole: Box<RawValue> = crate::aws::decode(r#"{"a": 1.50}"#).expect("any JSON");
    assert_eq!(whole.get(), r#"{"a": 1.50}"#);
}
