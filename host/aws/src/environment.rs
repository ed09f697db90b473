//! The environment variables that decide how AWS is reached.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::sync::Arc;

/// Environment variables, by name. A variable without a value counts as not set, as in every AWS SDK.
#[derive(Clone, PartialEq, Eq)]
pub struct Environment(Arc<BTreeMap<String, String>>);

impl Environment {
    /// Those of this process. Names and values that are no UTF-8 are left out.
    #[must_use]
    pub fn process() -> Self {
        std::env::vars_os().collect()
    }

    /// None at all: nothing on this machine changes where requests go.
    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::default())
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The variables whose name begins so: the rest of the name, and the value.
    pub(crate) fn beginning<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, &**value)))
    }

    /// The same for the AWS SDK's own code.
    pub(crate) fn for_sdk(&self) -> aws_types::os_shim_internal::Env {
        let variables = self.0.iter().map(|(name, value)| (name.clone(), value.clone()));
        variables.collect::<std::collections::HashMap<_, _>>().into()
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::process()
    }
}

impl<N: AsRef<OsStr>, V: AsRef<OsStr>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let text = |(name, value): (N, V)| {
            let (name, value) = (name.as_ref().to_str()?, value.as_ref().to_str()?);
            (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
        };
        Self(Arc::new(variables.into_iter().filter_map(text).collect()))
    }
}

/// The names alone: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_are_not_set_and_values_do_not_show() {
        let environment = Environment::from_iter([("AWS_PROFILE", ""), ("AWS_SECRET_ACCESS_KEY", "hunter2")]);
        assert_eq!(environment.get("AWS_PROFILE"), None);
        assert_eq!(environment.get("AWS_SECRET_ACCESS_KEY"), Some("hunter2"));
        assert_eq!(environment.beginning("AWS_SECRET_").collect::<Vec<_>>(), [("ACCESS_KEY", "hunter2")]);
        assert_eq!(format!("{environment:?}"), r#"{"AWS_SECRET_ACCESS_KEY"}"#);
        assert_eq!(Environment::empty(), Environment::from_iter([("A", "")]));
    }
}
