use super::*;

fn details(nodes: usize) -> Details {
    let place = Place {
        account: "production".to_owned(),
        id: "111111111111".to_owned(),
        region: Some("eu-west-1".to_owned()),
    };
    let nodes: Vec<Value> = (0..nodes).map(|number| json!({ "name": format!("node-{number:04}") })).collect();
    let thing = json!({ "name": "main", "nodes": nodes, "zones": ["a", "b"], "none": null, "empty": [],
        "network": { "vpc": "vpc-1", "subnet": null, "groups": [] } });
    let failure = aws::Error::Timeout("no answer within 10 s".to_owned());
    let failures = [Failure::of_call("staging/eu-west-1".to_owned(), &failure)];
    let matches = vec![place.around(&thing).expect("an object")];
    Details { matches, truncated: false, coverage: Coverage::new(7, &failures) }
}

fn structured(details: Details) -> (String, Value) {
    let Ok(Outcome::Complete(output)) = details.into_outcome() else { panic!("no output") };
    let structured = output.structured.expect("structured");
    (format!("{:?}", output.content), serde_json::from_str(&structured).expect("JSON"))
}

#[test]
fn the_place_stands_in_front_and_nothing_empty_is_told() {
    let (text, structured) = structured(details(2));
    insta::assert_snapshot!(structured.to_string(), @r#"{"matches":[{"account":"production","account_id":"111111111111","region":"eu-west-1","name":"main","nodes":[{"name":"node-0000"},{"name":"node-0001"}],"zones":["a","b"],"network":{"vpc":"vpc-1"}}],"coverage":{"ok":7,"failed":[{"code":"timeout","message":"no answer within 10 s","advice":"out of order there: ask again later, or leave these out","count":1,"targets":["staging/eu-west-1"]}]}}"#);
    assert!(text.contains("1 found: production/eu-west-1"), "{text}");
}

#[test]
fn lists_that_are_too_long_are_cut_and_kept_whole() {
    let (text, structured) = structured(details(2000));
    assert!(structured.to_string().len() < 15_000, "{}", structured.to_string().len());
    let shown = structured["matches"][0]["nodes"].as_array().expect("a list").len();
    assert!((100..2000).contains(&shown), "{shown}");
    assert_eq!(structured["shortened"], json!({ "matches[0].nodes": 2000 }));
    assert_eq!(structured["matches"][0]["zones"], json!(["a", "b"]));
    let cursor = structured["cursor"].as_str().expect("a cursor");
    assert!(text.contains(cursor), "{text}");
    let cursor: crate::results::Cursor = cursor.parse().expect("a cursor");
    let page = crate::results::read(&cursor.at(1999), 10, 1000);
    assert_eq!(
        page.expect("kept").rows,
        [[json!("matches[0].nodes"), json!({ "name": "node-1999" })].to_vec()]
    );
}

#[test]
fn what_aws_has_more_of_is_told() {
    let place = |account: &str| Place { account: account.to_owned(), id: "1".to_owned(), region: None };
    let asked = vec![(place("production"), true), (place("staging"), false)];
    let ask = async |cut| {
        let mut rows = Rows::from(vec![json!({ "name": "main" })]);
        if cut {
            rows.truncate();
        }
        Ok(rows)
    };
    let found = futures::executor::block_on(ask_all("cluster main", Vec::new(), asked, ask)).expect("found");
    assert!(found.truncated() && found.coverage().is_complete());
    let (text, structured) = structured(found);
    assert_eq!(
        (structured["truncated"].clone(), structured["matches"][1]["name"].clone()),
        (json!(true), json!("main"))
    );
    assert!(text.contains("2 found: production, staging; AWS has more than was read"), "{text}");
}

#[test]
fn what_nobody_has_says_who_was_asked() {
    let failure = aws::Error::Timeout("no answer within 10 s".to_owned());
    let failures = [Failure::of_call("staging/eu-west-1".to_owned(), &failure)];
    let texts = [
        not_found("VPC vpc-1", 8, false, &[]),
        not_found("VPC vpc-1", 8, true, &[]),
        not_found("VPC vpc-1", 7, false, &failures),
        not_found("VPC vpc-1", 0, false, &failures),
    ];
    insta::assert_snapshot!(texts.map(|error| error.to_string()).join("\n"), @"
    no VPC vpc-1 in the 8 places that were asked; check the name, or name more `accounts` or `regions`
    no VPC vpc-1 in the 8 places that were asked, of which AWS has more than was read; check the name, or name more `accounts` or `regions`
    no VPC vpc-1 in the 7 places that were asked, and 1 did not answer: staging/eu-west-1 timeout
    nothing answered; timeout in staging/eu-west-1: no answer within 10 s
    ");
}

#[test]
fn an_arn_says_where_unless_the_call_does() {
    let arn = crate::Arn::parse("arn:aws:rds:eu-west-1:222233334444:db:orders").expect("an ARN");
    let (account, region) = (vec!["222233334444".to_owned()], vec!["eu-west-1".to_owned()]);
    let anywhere = Scope::default().at(&arn);
    assert_eq!((&anywhere.accounts, &anywhere.regions), (&account, &region));
    let staging = Scope { accounts: vec!["staging".to_owned()], regions: Vec::new() };
    assert_eq!(staging.at(&arn), Scope { accounts: staging.accounts.clone(), regions: region });
    let bucket = crate::Arn::parse("arn:aws:s3:::logs").expect("an ARN");
    assert_eq!(Scope::default().at(&bucket), Scope::default());
}
