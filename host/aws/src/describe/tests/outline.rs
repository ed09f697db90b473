//! Trees for people.

use std::fmt::Write as _;

use crate::describe::outline;
use crate::model::Pack;

/// The input or output of an operation, a line for each member.
fn tree(service: &str, operation: &str, output: bool, depth: usize) -> String {
    let service = Pack::bundled().service(service).expect("is there");
    let operation = service.operation(operation).expect("is there");
    let shape = if output { operation.output } else { operation.input };
    let mut tree = String::new();
    for line in outline(&service, shape, depth) {
        let required = if line.required { "!" } else { "" };
        let indent = "  ".repeat(line.depth);
        writeln!(tree, "{indent}{}{required}: {} ({})", line.name, line.kind, line.note).expect("a string");
    }
    tree.replace(" ()", "")
}

#[test]
fn lists_maps_bounds_and_known_values() {
    insta::assert_snapshot!(tree("sqs", "ReceiveMessage", false, 9), @r#"
    QueueUrl!: string
    AttributeNames[]: string (All | Policy | VisibilityTimeout | MaximumMessageSize | MessageRetentionPeriod | ApproximateNumberOfMessages | ApproximateNumberOfMessagesNotVisible | CreatedTimestamp | LastModifiedTimestamp | QueueArn | ApproximateNumberOfMessagesDelayed | DelaySeconds | … 10 more)
    MessageSystemAttributeNames[]: string (All | SenderId | SentTimestamp | ApproximateReceiveCount | ApproximateFirstReceiveTimestamp | SequenceNumber | MessageDeduplicationId | MessageGroupId | AWSTraceHeader | DeadLetterQueueSourceArn)
    MessageAttributeNames[]: string
    MaxNumberOfMessages: integer
    VisibilityTimeout: integer
    WaitTimeSeconds: integer
    ReceiveRequestAttemptId: string
    "#);
    insta::assert_snapshot!(tree("lambda", "ListFunctions", false, 9), @r#"
    MasterRegion: string (1 to 50 characters; pattern ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})
    FunctionVersion: string (ALL)
    Marker: string
    MaxItems: integer (1 to 10000)
    "#);
}

#[test]
fn a_type_within_itself_is_told_once() {
    insta::assert_snapshot!(tree("dynamodb", "GetItem", true, 9), @r#"
    Item.*: AttributeValue
      S: string
      N: string
      B: bytes in base64
      SS[]: string
      NS[]: string
      BS[]: bytes in base64
      M.*: AttributeValue (members as above)
      L[]: AttributeValue (members as above)
      NULL: boolean
      BOOL: boolean
    ConsumedCapacity: ConsumedCapacity
      TableName: string (1 to 1024 characters)
      CapacityUnits: number
      ReadCapacityUnits: number
      WriteCapacityUnits: number
      Table: Capacity
        ReadCapacityUnits: number
        WriteCapacityUnits: number
        CapacityUnits: number
      LocalSecondaryIndexes.*: Capacity (members as above)
      GlobalSecondaryIndexes.*: Capacity (members as above)
      VectorIndexes.*: VectorCapacity
        VectorSearchRequestBytes: number
        VectorWriteRequestBytes: number
    "#);
}

#[test]
fn what_is_too_deep_says_how_much_there_is() {
    insta::assert_snapshot!(tree("ec2", "DescribeInstances", true, 1), @r#"
    NextToken: string
    Reservations[]: Reservation (5 members)
    "#);
    insta::assert_snapshot!(tree("s3", "PutObject", false, 1).lines().take(4).collect::<Vec<_>>().join("\n"), @r#"
    ACL: string (private | public-read | public-read-write | authenticated-read | aws-exec-read | bucket-owner-read | bucket-owner-full-control)
    Body: bytes in base64 (a stream: refused in an input, read whole from an answer)
    Bucket!: string
    CacheControl: string
    "#);
}

#[test]
fn every_tree_of_the_pack_ends() {
    let pack = Pack::bundled();
    for name in pack.service_names() {
        let service = pack.service(name).expect("is there");
        for operation in service.operations() {
            for shape in [operation.input, operation.output] {
                let lines = outline(&service, shape, usize::MAX).len();
                assert!(lines < 20_000, "{name}:{}: {lines} lines", operation.name);
            }
        }
    }
}
