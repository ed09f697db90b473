//! ECS by names and ARNs, over the demo organisation.

use serde_json::{Value, json};
use tollgate_aws::account::Target;
use tollgate_aws::grant::{Grant, Mode, Pattern};
use tollgate_aws::{Client, Error, Principal, Request};
use tollgate_sim::{DemoOptions, Sim, demo};

struct Ecs {
    client: Client,
    _sim: Sim,
}

impl Ecs {
    async fn start() -> Self {
        let (sim, config) = demo(DemoOptions::default()).await.unwrap();
        Self { client: Client::new(config).unwrap(), _sim: sim }
    }

    /// Asks in production; what goes wrong is told as `code: message`.
    async fn ask(&self, operation: &str, input: Value) -> Result<Value, String> {
        let patterns = ["ecs:Describe*", "ecs:List*"].map(|text| text.parse::<Pattern>().unwrap());
        let principal = Principal::new("tester", "test", Grant::new(Mode::ReadOnly, vec![patterns.to_vec()]));
        let request = Request {
            target: Target { account: "222233334444".parse().unwrap(), region: "us-east-1".to_owned() },
            service: "ecs".to_owned(),
            operation: operation.to_owned(),
            input,
            select: None,
            max_items: None,
            cursor: None,
            fresh: true,
        };
        match self.client.call(&principal, request).await {
            Ok(response) => Ok(serde_json::from_str(&response.output).unwrap()),
            Err(Error::Service { code, message, .. }) => Err(format!("{code}: {message}")),
            Err(error) => panic!("{error}"),
        }
    }
}

fn names<'a>(output: &'a Value, list: &str) -> Vec<&'a str> {
    let arns = output[list].as_array().unwrap().iter();
    arns.map(|arn| arn.as_str().unwrap().rsplit('/').next().unwrap()).collect()
}

#[tokio::test]
async fn what_is_described_is_listed() {
    let ecs = Ecs::start().await;
    let clusters = ecs.ask("ListClusters", json!({})).await.unwrap();
    assert_eq!(names(&clusters, "clusterArns"), ["payments", "batch"]);
    let services = ecs.ask("ListServices", json!({ "cluster": clusters["clusterArns"][0] })).await.unwrap();
    assert_eq!(names(&services, "serviceArns"), ["payments-gateway", "ledger-worker", "fraud-scorer"]);
    let count =
        async |input: Value| ecs.ask("ListTasks", input).await.unwrap()["taskArns"].as_array().unwrap().len();
    assert_eq!(count(json!({ "cluster": "payments" })).await, 6);
    assert_eq!(count(json!({ "cluster": "payments", "desiredStatus": "STOPPED" })).await, 2);
    assert_eq!(count(json!({ "cluster": "payments", "serviceName": "ledger-worker" })).await, 1);
    assert_eq!(count(json!({ "cluster": "batch", "launchType": "EC2" })).await, 0);
}

#[tokio::test]
async fn things_are_found_by_name_or_arn_and_missing_ones_are_told() {
    let ecs = Ecs::start().await;
    let arn = "arn:aws:ecs:us-east-1:222233334444:service/payments/fraud-scorer";
    let asked = json!({ "cluster": "payments", "services": ["ledger-worker", arn, "ledger"] });
    let found = ecs.ask("DescribeServices", asked).await.unwrap();
    let services = found["services"].as_array().unwrap();
    assert_eq!((services.len(), &services[1]["serviceName"]), (2, &json!("fraud-scorer")));
    assert_eq!(services[0]["tags"], Value::Null, "nobody asked for them");
    assert_eq!(
        found["failures"],
        json!([{ "arn": "arn:aws:ecs:us-east-1:222233334444:service/ledger", "reason": "MISSING" }])
    );
    let asked = json!({ "clusters": ["batch"], "include": ["TAGS"] });
    let found = ecs.ask("DescribeClusters", asked).await.unwrap();
    assert_eq!(found["clusters"][0]["tags"][0]["value"], "payments");
}

#[tokio::test]
async fn wrong_questions_fail_as_they_do_at_aws() {
    let ecs = Ecs::start().await;
    let services: Vec<String> = (0..11).map(|number| format!("service-{number}")).collect();
    for (operation, input, expected) in [
        ("ListServices", json!({ "cluster": "none" }), "ClusterNotFoundException: Cluster not found."),
        ("ListTasks", json!({}), "ClusterNotFoundException: Cluster not found."),
        (
            "DescribeServices",
            json!({ "cluster": "payments", "services": services }),
            "InvalidParameterException: services cannot have more than 10 elements.",
        ),
        (
            "DescribeTaskDefinition",
            json!({ "taskDefinition": "none" }),
            "ClientException: Unable to describe task definition.",
        ),
    ] {
        assert_eq!(ecs.ask(operation, input).await, Err(expected.to_owned()), "{operation}");
    }
}

#[tokio::test]
async fn a_task_definition_is_found_by_family_revision_or_arn() {
    let ecs = Ecs::start().await;
    let revision = async |name: &str| {
        let found = ecs.ask("DescribeTaskDefinition", json!({ "taskDefinition": name })).await.unwrap();
        let environment = &found["taskDefinition"]["containerDefinitions"][0]["environment"];
        let values = environment.as_array().unwrap().iter().map(|variable| &variable["value"]);
        assert!(values.into_iter().all(|value| value == "[redacted]"), "{environment}");
        found["taskDefinition"]["revision"].as_u64()
    };
    assert_eq!(revision("payments-gateway").await, Some(118));
    assert_eq!(revision("payments-gateway:117").await, Some(117));
    let arn = "arn:aws:ecs:us-east-1:222233334444:task-definition/payments-gateway:117";
    assert_eq!(revision(arn).await, Some(117));
}
