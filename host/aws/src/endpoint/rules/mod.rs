//! Smithy endpoint rule sets: the decision trees by which AWS tells its SDKs where each call goes.
//!
//! A rule set is parsed once into a tree whose variables are slots, found at parse time by their lexical
//! scope. Evaluating it allocates little and cannot panic. The language is specified in Smithy's
//! documentation, "Smithy rules engine"; where it leaves a choice, botocore's behaviour holds.

mod evaluate;
mod library;
mod parse;
mod syntax;
mod value;

pub use evaluate::{AuthScheme, Failure, Resolved};
pub use library::is_valid_host_label;
pub use parse::RuleSetError;
pub use syntax::{Builtin, Parameter, ParameterDefault, ParameterKind, RuleSet};
pub use value::Value;
