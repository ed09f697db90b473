//! The accounts of a DynamoDB table.

use serde_json::{Value as Json, json};

use super::{Asker, Question};
use crate::account::discovery::{Discovery, DiscoveryError, DynamoDb, Found, Own, entries};
use crate::client::Inner;

impl Inner {
    /// Reads the whole table, as it is now.
    pub(super) async fn read_table(
        &self,
        source: &DynamoDb,
        discovery: &Discovery,
        own: &Own,
    ) -> Result<Found, DiscoveryError> {
        let reader = source.reader.as_ref().map(|reader| (reader, DynamoDb::READER));
        let asker = Asker::new(self, &["dynamodb:Scan"], reader, discovery, own)?;
        let question = Question {
            service: "dynamodb",
            operation: "Scan",
            region: &source.region,
            input: json!({ "TableName": source.table, "ConsistentRead": true }),
        };
        let output = asker.ask(question).await?;
        let items = output.get("Items").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(entries(items, &discovery.template, own, self.wire.pack.partitions()))
    }
}
