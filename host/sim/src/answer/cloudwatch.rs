//! CloudWatch: each query is answered from the fixture's series of its metric.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

use super::object;
use crate::fixture::Answer;
use crate::timestamp;

/// `GetMetricData`. The results of the fixture are series: one has a label, `CPUUtilization i-0123`, of the name of
/// the metric and the values of its dimensions, and `Values` for the periods from the beginning of the time that is
/// asked for.
pub(super) fn metric_data(input: &Map<String, Value>, answer: Answer) -> Answer {
    let Answer::Output(output) = answer else { return answer };
    let series = output.get("MetricDataResults").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let queries = input.get("MetricDataQueries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let results: Vec<Value> = queries.iter().map(|query| result(query, input, series)).collect();
    Answer::Output(Arc::new(object(json!({ "MetricDataResults": results }))))
}

fn result(query: &Value, input: &Map<String, Value>, series: &[Value]) -> Value {
    let label = label(query);
    let found = series.iter().find(|series| series.get("Label").and_then(Value::as_str) == Some(&label));
    let values = found.and_then(|series| series.get("Values")?.as_array());
    let period = query.pointer("/MetricStat/Period").and_then(Value::as_i64).unwrap_or(60);
    let begin = input.get("StartTime").and_then(timestamp::parse);
    let points = begin.into_iter().flat_map(|begin| {
        (0..).zip(values.into_iter().flatten()).filter_map(move |(index, value)| {
            let at = begin + time::Duration::seconds(period * index);
            Some((at.format(&Rfc3339).ok()?, value))
        })
    });
    // CloudWatch gives the newest first.
    let (timestamps, values): (Vec<String>, Vec<&Value>) =
        points.collect::<Vec<_>>().into_iter().rev().unzip();
    json!({
        "Id": query.get("Id"), "Label": label, "StatusCode": "Complete",
        "Timestamps": timestamps, "Values": values,
    })
}

fn label(query: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let dimensions = query.pointer("/MetricStat/Metric/Dimensions").and_then(Value::as_array);
    let dimensions = dimensions.into_iter().flatten().map(|dimension| text(dimension.get("Value")));
    let name = text(query.pointer("/MetricStat/Metric/MetricName"));
    std::iter::once(name).chain(dimensions).collect::<Vec<_>>().join(" ")
}
