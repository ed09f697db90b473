use tollgate_sdk::describe;

use super::*;

fn selected<T: serde::de::DeserializeOwned>(select: &str, output: &Value) -> T {
    let selected =
        jmespath::compile(select).and_then(|select| select.search(output)).expect("the expression fits");
    let selected = serde_json::to_string(&selected).expect("JSON");
    serde_json::from_str(&selected).expect("what the expression makes")
}

/// What is told of the one database in an answer.
fn told(select: &str, output: &Value) -> Value {
    let [database]: [Selected; 1] = selected(select, output);
    serde_json::to_value(Database::from(database)).expect("JSON")
}

#[test]
fn an_id_may_be_of_either_kind_and_an_arn_says_which() {
    assert_eq!(Wanted::parse("orders"), Ok(Wanted { id: "orders".to_owned(), kinds: vec![], arn: None }));
    let cluster = Wanted::parse("arn:aws:rds:eu-west-1:222233334444:cluster:ledger").expect("an ARN");
    assert_eq!((cluster.id.as_str(), &cluster.kinds[..]), ("ledger", &[Kind::Cluster][..]));
    let scope = Scope::default().at(&cluster.arn.expect("is one"));
    assert_eq!(scope.regions, ["eu-west-1"]);
    let instance = Wanted::parse("arn:aws-cn:rds:cn-north-1:222233334444:db:orders").expect("an ARN");
    assert_eq!((instance.id.as_str(), &instance.kinds[..]), ("orders", &[Kind::Instance][..]));
}

#[test]
fn arns_of_other_things_are_refused() {
    for arn in ["arn:aws:rds:eu-west-1:222233334444:snapshot:s", "arn:aws:s3:::logs", "arn:aws:rds"] {
        let error = Wanted::parse(arn).expect_err(arn).to_string();
        assert!(error.starts_with("`database`: expected an id, ") && error.ends_with(arn), "{error}");
    }
}

#[test]
fn an_instance_is_told_with_its_surroundings() {
    let output = json!({ "DBInstances": [{
        "DBInstanceIdentifier": "orders", "DBInstanceArn": "arn:aws:rds:eu-west-1:222233334444:db:orders",
        "Engine": "postgres", "EngineVersion": "17.6", "DBInstanceStatus": "available",
        "AllocatedStorage": 200,
        "Endpoint": { "Address": "orders.example", "Port": 5432 },
        "DBSubnetGroup": { "VpcId": "vpc-1", "DBSubnetGroupName": "private", "Subnets": [
            { "SubnetIdentifier": "subnet-1", "SubnetAvailabilityZone": { "Name": "eu-west-1a" } },
        ] },
        "VpcSecurityGroups": [{ "VpcSecurityGroupId": "sg-1", "Status": "active" }],
        "DBParameterGroups": [{ "DBParameterGroupName": "orders-17",
        "ParameterApplyStatus": "pending-reboot" }],
        "PendingModifiedValues": { "DBInstanceClass": "db.m8g.large" },
        "ReadReplicaDBInstanceIdentifiers": ["orders-reports"],
        "EnabledCloudwatchLogsExports": ["postgresql"],
        "MasterUserSecret": { "SecretArn": "arn:aws:secretsmanager:eu-west-1:222233334444:secret:rds!db-1" },
        "TagList": [{ "Key": "team", "Value": "payments" }],
    }] });
    let told = told(select::INSTANCE, &output);
    let names = ["endpoint", "size_gib", "subnets", "security_groups", "parameter_groups", "pending_changes"];
    insta::assert_snapshot!(names.map(|name| format!("{name}: {}", told[name])).join("\n"), @r#"
    endpoint: "orders.example:5432"
    size_gib: 200
    subnets: [{"availability_zone":"eu-west-1a","id":"subnet-1"}]
    security_groups: [{"id":"sg-1","state":"active"}]
    parameter_groups: [{"name":"orders-17","state":"pending-reboot"}]
    pending_changes: {"DBInstanceClass":"db.m8g.large"}
    "#);
    assert_eq!(
        (&told["replicas"], &told["log_exports"]),
        (&json!(["orders-reports"]), &json!(["postgresql"]))
    );
    assert_eq!(told["tags"], json!({ "team": "payments" }));
    assert_eq!((told.get("address"), told.get("port")), (None, None));
}

#[test]
fn a_cluster_is_told_with_its_members() {
    let output = json!({ "DBClusters": [{
        "DBClusterIdentifier": "ledger",
        "DBClusterArn": "arn:aws:rds:eu-west-1:222233334444:cluster:ledger",
        "Engine": "aurora-postgresql", "Endpoint": "ledger.cluster.example", "Port": 5432,
        "AllocatedStorage": 1,
        "DBClusterMembers": [
            { "DBInstanceIdentifier": "ledger-1", "IsClusterWriter": true, "PromotionTier": 0,
              "DBClusterParameterGroupStatus": "in-sync" },
        ],
        "ServerlessV2ScalingConfiguration": { "MinCapacity": 0.5, "MaxCapacity": 8.0 },
        "DBSubnetGroup": "private",
    }] });
    let told = told(select::CLUSTER, &output);
    assert_eq!(told["endpoint"], "ledger.cluster.example:5432");
    assert_eq!(told["size_gib"], Value::Null);
    assert_eq!(
        told["members"],
        json!([{ "id": "ledger-1", "writer": true, "promotion_tier": 0, "parameters": "in-sync" }])
    );
    assert_eq!(told["serverless_capacity"]["max"], 8.0);
    assert_eq!(told["subnet_group"], "private");
}

#[test]
fn the_latest_events_are_kept() {
    let events: Vec<Value> = (0..30)
        .map(|hour| {
            json!({ "Date": format!("2026-11-21T{hour:02}"), "Message": "Backup",
        "EventCategories": ["backup"] })
        })
        .collect();
    let kept: Vec<Value> = selected(select::EVENTS, &json!({ "Events": events }));
    assert_eq!((kept.len(), &kept[19]["time"]), (20, &json!("2026-11-21T29")));
    assert_eq!(selected::<Vec<Value>>(select::EVENTS, &json!({ "Events": [] })), Vec::<Value>::new());
}

#[test]
fn maintenance_is_one_list() {
    let pending = json!({ "PendingMaintenanceActions": [{
        "ResourceIdentifier": "arn:aws:rds:eu-west-1:222233334444:db:orders",
        "PendingMaintenanceActionDetails": [
            { "Action": "system-update", "Description": "New Operating System update",
            "OptInStatus": "pending" },
        ],
    }] });
    let told: Vec<Value> = selected(select::MAINTENANCE, &pending);
    assert_eq!(
        (told.len(), &told[0]["action"], &told[0]["opted_in"]),
        (1, &json!("system-update"), &json!("pending"))
    );
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<rds_describe_database>();
    insta::assert_snapshot!(tool.description, @"Describes an RDS instance or cluster: network, storage, groups, members, backups, what is pending, and the events of the last two weeks.");
    insta::assert_snapshot!(tool.input_schema["properties"]["database"], @r#"{"type":"string","description":"Id or ARN"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
