//! Cursors: none but those that were given are taken.

use serde_json::json;

use super::{Bounds, fuzz, mutate};
use crate::account::Target;
use crate::model::Pack;
use crate::page::{Binding, CursorKey, Limits, Pager, Step};
use crate::protocol::Value;

const OPENING: Bounds = Bounds { bytes: 32, allocations: 4, base: 1 << 18 };

#[test]
fn forgeries() {
    let service = Pack::bundled().service("ec2").unwrap();
    let operation = service.operation("DescribeInstances").unwrap();
    let key = CursorKey::random().unwrap();
    let target = Target { account: "111111111111".parse().unwrap(), region: "eu-west-1".to_owned() };
    let input = json!({"MaxResults": 5});
    let binding = Binding { service: "ec2", operation: "DescribeInstances", target: &target, input: &input };
    let limits = Limits { max_items: Some(1), max_bytes: 1 << 20 };
    fuzz("cursors", 5000, |chance, tally| {
        let mut token = "token".to_owned();
        mutate::text(chance, &mut token);
        let mut pager = Pager::new(&service, operation, binding, limits, None).unwrap().unwrap();
        let page = json!({"Reservations": [{"a": 1}, {"a": 2}], "NextToken": token});
        assert!(matches!(pager.absorb(Value::from(page)), Ok(Step::Done { truncated: true })));
        let given = pager.cursor(&key);
        let mut cursor = given.clone();
        mutate::text(chance, &mut cursor);
        let opened = tally.bounded(cursor.len(), OPENING, || {
            Pager::new(&service, operation, binding, limits, Some((&key, &cursor))).map(drop)
        });
        tally.count(&opened);
        assert_eq!(opened.is_ok(), cursor == given, "{cursor}");
    });
}
