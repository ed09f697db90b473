//! Sweeps over targets that the test answers for.

use std::cell::Cell;

use futures::executor::block_on;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{
    sweep::{Place, ask_all},
    *,
};
use crate::{Content, Tags, aws};

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Server {
    id: String,
    state: &'static str,
    cores: u32,
    tags: Tags,
}

impl Row for Server {
    const DEFAULT_FIELDS: &'static [&'static str] = &["id", "state"];
}

fn server(id: &str, state: &'static str, cores: u32, team: &str) -> Server {
    let tags = Tags([("team".to_owned(), team.to_owned())].into());
    Server { id: id.to_owned(), state, cores, tags }
}

type Answer<R> = Result<Rows<R>, aws::Error>;

/// Two accounts in two regions each: five servers, of which one region fails.
fn answers() -> Vec<(Place, Answer<Server>)> {
    let denied = aws::ServiceError::new("UnauthorizedOperation", "You may not.", 403);
    vec![
        (
            at("production", "eu-west-1"),
            Ok(vec![server("a", "running", 8, "web"), server("b", "stopped", 2, "web")].into()),
        ),
        (at("production", "us-east-1"), Ok(vec![server("c", "running", 16, "data")].into())),
        (at("staging", "eu-west-1"), Err(aws::Error::Service(denied))),
        (
            at("staging", "us-east-1"),
            Ok(vec![server("d", "running", 2, "web"), server("e", "running", 2, "")].into()),
        ),
    ]
}

fn at(account: &str, region: &str) -> Place {
    let id = if account == "production" { "111111111111" } else { "222222222222" };
    Place { account: account.to_owned(), id: id.to_owned(), region: Some(region.to_owned()) }
}

fn table<R: Row>(query: &ListQuery, answers: Vec<(Place, Answer<R>)>) -> Result<Table<R>, ToolError> {
    let plan = Plan::new(query, &Columns::of::<R>())?;
    block_on(ask_all(Gather::new(&plan), columns::members::<R>, query, Vec::new(), answers, async |answer| {
        answer
    }))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn cells<R>(table: &Table<R>) -> Value {
    json!(table.rows())
}

#[test]
fn rows_of_all_targets_stand_beside_the_failures() {
    let table = table(&ListQuery::default(), answers()).expect("three answered");
    assert_eq!(table.columns(), ["account", "region", "id", "state"]);
    assert_eq!(
        cells(&table),
        json!([
            ["production", "eu-west-1", "a", "running"],
            ["production", "eu-west-1", "b", "stopped"],
            ["production", "us-east-1", "c", "running"],
            ["staging", "us-east-1", "d", "running"],
            ["staging", "us-east-1", "e", "running"],
        ])
    );
    assert_eq!((table.row_count(), table.truncated()), (5, false));
    insta::assert_snapshot!(json!(table.coverage()), @r#"{"ok":3,"denied":[{"code":"UnauthorizedOperation","message":"You may not.","advice":"let the account's role do this, or leave the account out","count":1,"targets":["staging/eu-west-1"]}]}"#);
    assert_eq!(
        table.summary(),
        "5 rows from 2 accounts in 2 regions\n1 failed: staging/eu-west-1 UnauthorizedOperation"
    );
}

#[test]
fn structured_output_is_the_table_and_text_the_summary() {
    let query = ListQuery { limit: Some(1), ..ListQuery::default() };
    let outcome = table(&query, answers()).and_then(Table::into_outcome).expect("three answered");
    let Outcome::Complete(output) = outcome else { panic!("no question was asked") };
    let [Content::Text(text)] = output.content() else { panic!("one text, not {:?}", output.content()) };
    insta::assert_snapshot!(text, @"
    1 of 5 rows from 2 accounts in 2 regions; more with cursor r0:1:4, SQL over all with result_query
    1 failed: staging/eu-west-1 UnauthorizedOperation
    ");
    insta::assert_snapshot!(output.structured().unwrap_or_default(), @r#"{"summary":{"rows":5,"by":{"account":{"production":3,"staging":2},"region":{"us-east-1":3,"eu-west-1":2},"state":{"running":4,"stopped":1}}},"columns":["account","region","id","state"],"rows":[["production","eu-west-1","a","running"]],"cursor":"r0:1:4","truncated":true,"coverage":{"ok":3,"denied":[{"code":"UnauthorizedOperation","message":"You may not.","advice":"let the account's role do this, or leave the account out","count":1,"targets":["staging/eu-west-1"]}]}}"#);
}

#[test]
fn filter_fields_and_limit_shape_the_answer() {
    let query = ListQuery {
        filter: Some("state == 'running' && cores > `1`".to_owned()),
        fields: words(&["region", "tags.team", "cores", "account_id"]),
        limit: Some(3),
        ..ListQuery::default()
    };
    let table = table(&query, answers()).expect("three answered");
    assert_eq!(table.columns(), ["account", "region", "tags.team", "cores", "account_id"]);
    assert_eq!(
        cells(&table),
        json!([
            ["production", "eu-west-1", "web", 8, "111111111111"],
            ["production", "us-east-1", "data", 16, "111111111111"],
            ["staging", "us-east-1", "web", 2, "222222222222"],
        ])
    );
    assert_eq!((table.row_count(), table.truncated()), (4, true));
}

#[test]
fn a_limit_of_none_only_counts() {
    let query = ListQuery { limit: Some(0), ..ListQuery::default() };
    let table = table(&query, answers()).expect("three answered");
    assert_eq!((table.rows().len(), table.row_count(), table.truncated()), (0, 5, true));
}

#[test]
fn groups_are_counted_over_all_rows_and_the_largest_come_first() {
    let group = |columns: &[&str], limit| {
        let query = ListQuery {
            group_by: words(columns),
            fields: words(&["ignored"]),
            limit: Some(limit),
            ..ListQuery::default()
        };
        table(&query, answers()).expect("three answered")
    };
    let by_state = group(&["account", "state"], 100);
    assert_eq!(by_state.columns(), ["account", "state", "count"]);
    assert_eq!(
        cells(&by_state),
        json!([["production", "running", 2], ["staging", "running", 2], ["production", "stopped", 1]])
    );
    assert_eq!(by_state.row_count(), 3);

    let by_team = group(&["tags.team"], 2);
    assert_eq!(cells(&by_team), json!([["web", 3], ["", 1]]));
    assert_eq!((by_team.row_count(), by_team.truncated()), (3, true));
    insta::assert_snapshot!(by_team.summary(), @"
    2 of 3 groups of 5 rows from 2 accounts in 2 regions; more with cursor r0:2, SQL over all with result_query
    1 failed: staging/eu-west-1 UnauthorizedOperation
    ");

    assert_eq!(cells(&group(&["cores"], 100)), json!([[2, 3], [8, 1], [16, 1]]));
}

#[test]
fn numbers_are_added_up_per_group_or_over_all_rows() {
    let sum = |group_by: &[&str], sum: &[&str]| {
        let query = ListQuery { group_by: words(group_by), sum: words(sum), ..ListQuery::default() };
        table(&query, answers()).expect("three answered")
    };
    let by_account = sum(&["account"], &["cores"]);
    assert_eq!(by_account.columns(), ["account", "count", "sum_cores"]);
    assert_eq!(cells(&by_account), json!([["production", 3, 26], ["staging", 2, 4]]));
    let by_state = sum(&["state"], &["cores"]);
    assert_eq!(cells(&by_state), json!([["running", 4, 28], ["stopped", 1, 2]]));
    let all = sum(&[], &["cores"]);
    assert_eq!(
        (all.columns(), cells(&all)),
        (&["count", "sum_cores"].map(str::to_owned)[..], json!([[5, 30]]))
    );
}

#[test]
fn words_that_do_not_fit_are_refused_before_anything_is_asked() {
    let refused = |query: ListQuery| {
        let sweep =
            sweep(&query, async |_| -> Answer<Server> { panic!("asked although the query does not fit") });
        block_on(sweep).expect_err("refused").to_string()
    };
    let errors = [
        refused(ListQuery { fields: words(&["sate"]), ..ListQuery::default() }),
        refused(ListQuery { fields: words(&["state.name"]), ..ListQuery::default() }),
        refused(ListQuery { group_by: words(&["team"]), ..ListQuery::default() }),
        refused(ListQuery { filter: Some("sate == 'running'".to_owned()), ..ListQuery::default() }),
        refused(ListQuery { sum: words(&["core"]), ..ListQuery::default() }),
        refused(ListQuery { sum: words(&["state"]), ..ListQuery::default() }),
        refused(ListQuery { sum: words(&["tags.team"]), ..ListQuery::default() }),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    `fields`: unknown column `sate`; did you mean `state`?
    `fields`: column `state` has no members, so no `state.name`
    `group_by`: unknown column `team`; known: account, account_id, region, id, state, cores, tags
    `filter`: at column 1: unknown column `sate`; did you mean `state`? (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
    `sum`: unknown column `core`; did you mean `cores`?
    `sum`: `state` holds no numbers; columns that do: cores
    `sum`: `tags.team` holds no numbers; columns that do: cores
    "#);
}

#[test]
fn what_aws_or_the_host_cut_is_said() {
    let mut rows = Rows::from(vec![server("a", "running", 8, "web")]);
    rows.truncate();
    let table =
        table(&ListQuery::default(), vec![(at("production", "eu-west-1"), Ok(rows))]).expect("answered");
    assert!(table.truncated());
    insta::assert_snapshot!(table.summary(), @"1 row from 1 account in 1 region; AWS has more than was read");
}

#[test]
fn a_part_that_failed_stands_beside_its_rows() {
    let mut rows = Rows::from(vec![server("a", "running", 8, "web")]);
    rows.fail(aws::Error::Timeout("no answer within 10 s".to_owned()).context("server b"));
    let table =
        table(&ListQuery::default(), vec![(at("production", "eu-west-1"), Ok(rows))]).expect("answered");
    let coverage = table.coverage().expect("somebody was asked");
    assert_eq!((table.row_count(), coverage.ok, coverage.failed.len()), (1, 0, 1));
    assert_eq!(coverage.failed[0].message, "server b: no answer within 10 s");
}

#[test]
fn where_nothing_answered_the_tool_fails_with_each_reason_once() {
    let denied = || Err(aws::Error::Denied("grant ec2:DescribeInstances".to_owned()));
    let places = || ["eu-west-1", "us-east-1"].map(|region| at("production", region));
    let refused = places().map(|place| (place, denied()));
    let error = table::<Server>(&ListQuery::default(), refused.into()).expect_err("nothing answered");
    assert_eq!(
        error,
        ToolError::Denied(
            "nothing answered; denied in production/eu-west-1, production/us-east-1: grant ec2:DescribeInstances"
                .to_owned()
        )
    );

    let mut mixed: Vec<_> = places().map(|place| (place, denied())).into();
    mixed.push((
        at("staging", "eu-west-1"),
        Err(aws::Error::Credentials("the role may not be assumed".to_owned())),
    ));
    let error = table::<Server>(&ListQuery::default(), mixed).expect_err("nothing answered");
    assert!(matches!(&error, ToolError::Failed(_)), "{error:?}");
    insta::assert_snapshot!(error, @"nothing answered; credentials in staging/eu-west-1: the role may not be assumed; denied in production/eu-west-1, production/us-east-1: grant ec2:DescribeInstances");
}

#[test]
fn no_target_at_all_is_an_empty_table() {
    let table = table::<Server>(&ListQuery::default(), Vec::new()).expect("nothing failed");
    assert_eq!((table.summary(), table.row_count()), ("0 rows", 0));
}

#[derive(Debug, Serialize, JsonSchema)]
struct Bucket {
    name: &'static str,
    region: Option<&'static str>,
}

impl Row for Bucket {
    const REGIONS: Regions = Regions::Kept;
}

#[derive(Serialize, JsonSchema)]
struct User {
    name: &'static str,
}

impl Row for User {
    const REGIONS: Regions = Regions::None;
}

fn account(name: &str) -> Place {
    Place { account: name.to_owned(), id: "111111111111".to_owned(), region: None }
}

#[test]
fn rows_of_an_account_say_themselves_where_they_are() {
    let buckets = |regions: &[&str]| {
        let rows = vec![
            Bucket { name: "a", region: Some("eu-west-1") },
            Bucket { name: "b", region: Some("us-east-1") },
            Bucket { name: "c", region: None },
        ];
        let query = ListQuery { regions: words(regions), ..ListQuery::default() };
        table(&query, vec![(account("production"), Ok(rows.into()))]).expect("answered")
    };
    let all = buckets(&[]);
    assert_eq!(all.columns(), ["account", "region", "name"]);
    assert_eq!(
        cells(&all),
        json!([
            ["production", "eu-west-1", "a"],
            ["production", "us-east-1", "b"],
            ["production", null, "c"]
        ])
    );
    assert_eq!(cells(&buckets(&["all"])), cells(&all));
    assert_eq!(
        cells(&buckets(&["eu-west-1"])),
        json!([["production", "eu-west-1", "a"], ["production", null, "c"]])
    );

    let query = ListQuery { regions: words(&["eu-west-1"]), ..ListQuery::default() };
    let users = table(&query, vec![(account("production"), Ok(vec![User { name: "root" }].into()))])
        .expect("answered");
    assert_eq!(cells(&users), json!([["production", "global", "root"]]));
    assert_eq!(users.summary(), "1 row from 1 account");
}

#[test]
fn all_targets_are_asked_at_once() {
    let (in_flight, most) = (Cell::new(0), Cell::new(0));
    let query = ListQuery::default();
    let plan = Plan::new(&query, &Columns::of::<Server>()).expect("the default fits");
    let asked = answers().into_iter().collect();
    let table = block_on(ask_all(
        Gather::new(&plan),
        columns::members::<Server>,
        &query,
        Vec::new(),
        asked,
        async |answer| {
            in_flight.set(in_flight.get() + 1);
            most.set(most.get().max(in_flight.get()));
            let mut polled = false;
            std::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                if std::mem::replace(&mut polled, true) {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
            .await;
            in_flight.set(in_flight.get() - 1);
            answer
        },
    ));
    assert_eq!(table.map(|table| table.row_count()), Ok(5));
    assert_eq!(most.get(), 4);
}

#[test]
fn the_schema_names_the_columns() {
    let mut schema = crate::schema::of_input::<ListQuery>();
    Table::<Server>::complete_input_schema(&mut schema);
    insta::assert_snapshot!(schema, @r#"{"type":"object","properties":{"accounts":{"type":"array","items":{"type":"string"},"description":"Names, ids, env:prod, tag:team=payments; default: all"},"regions":{"type":"array","items":{"type":"string"},"description":"Default: as configured; all: every enabled one"},"filter":{"type":"string","description":"JMESPath on a row, e.g. contains(account, 'prod')"},"fields":{"type":"array","items":{"type":"string"},"description":"Default: account, region, id, state; more: account_id, cores, tags[.<key>]"},"group_by":{"type":"array","items":{"type":"string"},"description":"Count rows by these columns"},"sum":{"type":"array","items":{"type":"string"},"description":"Add up numeric columns, per group"},"limit":{"type":"integer","description":"At most so many rows; default: what a short answer holds"},"cursor":{"type":"string","description":"Of an earlier answer: goes on there"}},"additionalProperties":false}"#);
}

#[test]
fn a_table_without_numbers_has_nothing_to_add_up() {
    let mut schema = crate::schema::of_input::<ListQuery>();
    Table::<Bucket>::complete_input_schema(&mut schema);
    let known: Vec<&String> = schema["properties"].as_object().expect("properties").keys().collect();
    assert_eq!(known, ["accounts", "regions", "filter", "fields", "group_by", "limit", "cursor"]);
    let query = ListQuery { sum: vec!["name".to_owned()], ..ListQuery::default() };
    let error = table::<Bucket>(&query, Vec::new()).expect_err("refused");
    assert_eq!(error.to_string(), "`sum`: `name` holds no numbers, and no other column does");
}

#[test]
fn a_filter_is_told_what_needs_no_comparison() {
    #[derive(Serialize, JsonSchema)]
    struct Port {
        name: String,
        open: bool,
        watched: Option<bool>,
        number: u16,
    }
    impl Row for Port {}
    assert_eq!(
        Columns::of::<Port>().filter_help(),
        "JMESPath on a row, e.g. contains(name, 'prod'); booleans: open, watched"
    );
}

#[test]
fn a_tool_takes_regions_for_what_they_do() {
    #[derive(Serialize, JsonSchema)]
    struct Member {
        id: u32,
    }
    impl Row for Member {
        const FROM_TARGETS: bool = false;
    }
    fn regions<R: Row>() -> Option<Value> {
        let mut schema = crate::schema::of_input::<ListQuery>();
        Table::<R>::complete_input_schema(&mut schema);
        schema["properties"].get("regions").map(|word| word["description"].clone())
    }
    assert_eq!(regions::<Server>(), Some(json!("Default: as configured; all: every enabled one")));
    assert_eq!(regions::<Bucket>(), Some(json!("Only rows of these; default: all")));
    assert_eq!(regions::<Member>(), None);
}

#[test]
fn a_word_that_does_nothing_in_a_tool_is_refused() {
    /// Lists nothing.
    #[crate::tool(read_only)]
    async fn user_list(query: ListQuery) -> Result<Table<User>, ToolError> {
        Table::new(&query, Vec::new())
    }
    let error = block_on(crate::run::<user_list>(r#"{"regions": ["eu-west-1"]}"#)).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "`regions`: unknown argument; known: accounts, filter, fields, group_by, limit, cursor"
    );
}

#[test]
#[should_panic(expected = "`colour` in DEFAULT_FIELDS is no member of `Wrong`")]
fn default_fields_that_are_no_members_are_refused_at_load() {
    #[derive(Serialize, JsonSchema)]
    struct Wrong {
        id: u32,
    }
    impl Row for Wrong {
        const DEFAULT_FIELDS: &'static [&'static str] = &["colour"];
    }
    Columns::of::<Wrong>();
}

/// So many servers in each of three regions.
fn many(count: u32) -> Vec<(Place, Answer<Server>)> {
    let servers = |region: u32| {
        let server = |number| {
            let state = if number % 4 == 0 { "stopped" } else { "running" };
            server(&format!("i-{region}-{number:05}"), state, number % 3, "web")
        };
        (0..count).map(server).collect::<Vec<_>>()
    };
    let regions = ["eu-west-1", "us-east-1", "us-west-2"];
    (0..).zip(regions).map(|(index, region)| (at("production", region), Ok(servers(index).into()))).collect()
}

#[test]
fn a_large_table_is_shown_in_part_and_goes_on_at_its_cursor() {
    let query = ListQuery::default();
    let first = table(&query, many(4_000)).expect("answered");
    let shown = first.rows().len();
    assert!((50..2_000).contains(&shown), "{shown} rows");
    assert_eq!((first.row_count(), first.truncated()), (12_000, true));
    let outcome = first.clone().into_outcome().expect("an answer");
    let Outcome::Complete(output) = outcome else { panic!("no question was asked") };
    assert!(output.structured().unwrap_or_default().len() < 16_000);
    assert!(output.structured().unwrap_or_default().contains(r#""by":{"region":{"#));

    let mut ids: Vec<String> = Vec::new();
    let mut page = first;
    loop {
        let id = page.columns().iter().position(|name| name == "id").expect("a column");
        ids.extend(page.rows().iter().map(|row| row[id].as_str().unwrap_or_default().to_owned()));
        let Some(cursor) = page.cursor() else { break };
        let query = ListQuery { cursor: Some(cursor.to_owned()), limit: Some(1_000), ..ListQuery::default() };
        page =
            block_on(sweep(&query, async |_| -> Answer<Server> { panic!("asked for a page that is kept") }))
                .expect("kept");
    }
    assert_eq!(ids.len(), 12_000);
    assert!(ids.is_sorted(), "in the order of the targets");
}

#[test]
fn columns_that_are_not_shown_are_kept_beside() {
    let query =
        ListQuery { fields: words(&["tags.team", "id", "id"]), limit: Some(1), ..ListQuery::default() };
    let table = table(&query, answers()).expect("three answered");
    assert_eq!(table.columns(), ["account", "region", "tags.team", "id"]);
    let cursor: Cursor = table.cursor().expect("more").parse().expect("a cursor");
    assert_eq!((cursor.offset, cursor.shown), (1, Some(4)));
    let whole = results::read(&Cursor::new(cursor.handle), 1, 10_000).expect("kept");
    assert_eq!(
        whole.columns,
        ["account", "region", "tags.team", "id", "account_id", "state", "cores", "tags"]
    );
    assert_eq!(
        json!(whole.rows[0]),
        json!(["production", "eu-west-1", "web", "a", "111111111111", "running", 8, { "team": "web" }])
    );
}

#[test]
fn a_cursor_that_is_none_says_what_to_do() {
    for cursor in ["r999:5", "nonsense"] {
        let query = ListQuery { cursor: Some(cursor.to_owned()), ..ListQuery::default() };
        let error = Table::<Server>::new(&query, Vec::new()).expect_err("refused");
        assert!(matches!(&error, ToolError::InvalidArguments(text) if text.contains("cursor")), "{error}");
    }
}

#[test]
fn columns_that_say_nothing_are_left_out() {
    let rows = vec![Bucket { name: "a", region: None }, Bucket { name: "b", region: None }];
    let table =
        table(&ListQuery::default(), vec![(account("production"), Ok(rows.into()))]).expect("answered");
    assert_eq!(table.columns(), ["account", "name"]);
    assert_eq!(cells(&table), json!([["production", "a"], ["production", "b"]]));
}
