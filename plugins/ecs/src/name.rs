//! Short names of what ARNs name.

/// What stands after the last slash: `web:42` of `arn:aws:ecs:eu-west-1:111111111111:task-definition/web:42`.
/// A name is its own.
pub(crate) fn short(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_arns_have_the_same_names() {
        assert_eq!(short("arn:aws:ecs:eu-west-1:111111111111:service/api"), "api");
        assert_eq!(short("arn:aws:ecs:eu-west-1:111111111111:service/main/api"), "api");
        assert_eq!(short("api"), "api");
    }
}
