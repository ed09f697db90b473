//! The words of access levels.

use crate::model::Access;

#[test]
fn levels_are_named_as_they_are_written() {
    for level in [
        Access::List,
        Access::Read,
        Access::Tagging,
        Access::Write,
        Access::PermissionsManagement,
        Access::Unclassified,
    ] {
        assert_eq!(serde_json::json!(level), level.name());
    }
}
