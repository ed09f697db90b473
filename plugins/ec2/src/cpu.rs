//! How busy instances are, as CloudWatch measured it.

use std::collections::HashMap;

use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, Time};
use tollgate_sdk::aws::{self, Target};

/// So far back: long enough to have seen a weekend and what runs once a week.
const SPAN: Duration = Duration::days(14);

/// CloudWatch answers so many queries in one call.
const BATCH: usize = 500;

const DAY: i64 = 24 * 60 * 60;

const SELECT: &str = "MetricDataResults[].{query: Id, averages: Values}";

/// What CloudWatch answers to a query, or a part of it: pages may cut it.
#[derive(Debug, Deserialize)]
struct Measured {
    query: String,
    averages: Vec<f64>,
}

/// The average use of the CPU in per cent, by instance, and what could not be asked. An instance of
/// which nothing was measured is not among them.
pub(crate) async fn averages(
    target: &Target,
    instances: &[&str],
    now: OffsetDateTime,
) -> (HashMap<String, f64>, Vec<aws::Error>) {
    let asked = instances.chunks(BATCH).map(|batch| async move {
        let input = input(batch, now);
        let measured =
            aws::call::<Vec<Measured>>(target, "cloudwatch", "GetMetricData", input).select(SELECT);
        Ok(average(batch, &measured.await?.whole()?))
    });
    let (mut found, mut errors) = (HashMap::new(), Vec::new());
    for answer in join_all(asked).await {
        match answer {
            Ok(averages) => found.extend(averages),
            Err(error) => errors.push(aws::Error::context(error, "cpu_percent")),
        }
    }
    (found, errors)
}

/// An average for each day of the span. It begins at midnight, where CloudWatch's days begin, and ends at
/// the next full hour: so a call that is repeated asks the same, and the host need not ask again.
fn input(instances: &[&str], now: OffsetDateTime) -> Value {
    let begin = (now - SPAN).replace_time(Time::MIDNIGHT);
    let end = now.unix_timestamp().div_euclid(3600) * 3600 + 3600;
    let queries = instances.iter().enumerate().map(|(index, instance)| {
        json!({
            "Id": format!("i{index}"),
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/EC2",
                    "MetricName": "CPUUtilization",
                    "Dimensions": [{ "Name": "InstanceId", "Value": instance }],
                },
                "Period": DAY,
                "Stat": "Average",
            },
        })
    });
    json!({
        "MetricDataQueries": queries.collect::<Vec<_>>(),
        "StartTime": begin.unix_timestamp(),
        "EndTime": end,
    })
}

/// The average of each instance's days, to a tenth.
fn average(instances: &[&str], measured: &[Measured]) -> HashMap<String, f64> {
    let mut days: HashMap<&str, Vec<f64>> = HashMap::new();
    for Measured { query, averages } in measured {
        let index = query.strip_prefix('i').and_then(|index| index.parse::<usize>().ok());
        if let Some(instance) = index.and_then(|index| instances.get(index)) {
            days.entry(instance).or_default().extend(averages);
        }
    }
    days.retain(|_, days| !days.is_empty());
    let mean = |days: Vec<f64>| (days.iter().sum::<f64>() / days.len() as f64 * 10.0).round() / 10.0;
    days.into_iter().map(|(instance, days)| (instance.to_owned(), mean(days))).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn measured(output: &Value) -> Vec<Measured> {
        let selected = jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("it fits");
        serde_json::from_str(&selected.to_string()).expect("what the expression makes")
    }

    #[test]
    fn days_of_all_pages_are_averaged() {
        let output = json!({ "MetricDataResults": [
            { "Id": "i0", "Label": "i-1", "Values": [1.0, 2.0], "StatusCode": "PartialData" },
            { "Id": "i1", "Label": "i-2", "Values": [], "StatusCode": "Complete" },
            { "Id": "i2", "Label": "i-3", "Values": [0.04], "StatusCode": "Complete" },
            { "Id": "i0", "Label": "i-1", "Values": [4.0], "StatusCode": "Complete" },
            { "Id": "i9", "Label": "i-9", "Values": [99.0], "StatusCode": "Complete" },
        ] });
        let averages = average(&["i-1", "i-2", "i-3"], &measured(&output));
        assert_eq!(averages, HashMap::from([("i-1".to_owned(), 2.3), ("i-3".to_owned(), 0.0)]));
    }

    #[test]
    fn whole_days_are_asked_for_and_the_same_within_an_hour() {
        let early = input(&["i-1", "i-2"], datetime!(2026-11-22 12:00 UTC));
        assert_eq!(early["StartTime"], datetime!(2026-11-08 00:00 UTC).unix_timestamp());
        assert_eq!(early["EndTime"], datetime!(2026-11-22 13:00 UTC).unix_timestamp());
        assert_eq!(early["MetricDataQueries"][1]["Id"], "i1");
        let metric = &early["MetricDataQueries"][1]["MetricStat"]["Metric"];
        assert_eq!(metric["Dimensions"], json!([{ "Name": "InstanceId", "Value": "i-2" }]));
        assert_eq!(early, input(&["i-1", "i-2"], datetime!(2026-11-22 12:59:59 UTC)));
    }
}
