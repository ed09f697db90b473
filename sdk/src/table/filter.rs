//! A JMESPath condition on a row.
//!
//! Three things are checked or mended that plain JMESPath would answer with silence:
//! - a name that is no column (`state == running`, `state == "running"`) is an error, not `null`;
//! - `<`, `<=`, `>`, `>=` order texts too, so that `launch_time < '2026-01-01'` means what it says
//!   (Python's JMESPath, and with it the AWS CLI, does the same);
//! - a function that meets `null` where it wants a text does not match that row, rather than
//!   failing the whole call: `contains(name, 'web')` with an instance that has no name.

use std::{mem, sync::LazyLock};

use jmespath::{
    Context, ErrorReason, Expression, JmespathError, Rcvar, Runtime, RuntimeError, Variable,
    ast::{Ast, Comparator},
};
use serde_json::{Map, Value};

use super::{columns::Columns, path::unknown};
use crate::{ToolError, nearest::suggestion};

/// A condition that names only columns of its table.
#[derive(Debug)]
pub(super) struct Filter(Expression<'static>);

impl Filter {
    pub(super) fn new(text: &str, columns: &Columns) -> Result<Self, ToolError> {
        let mut ast = jmespath::parse(text).map_err(|error| refused(&error))?;
        prepare(&mut ast, Scope::Row(columns)).map_err(|Wrong { offset, message }| {
            refused(&JmespathError::new(text, offset, ErrorReason::Parse(message)))
        })?;
        Ok(Self(Expression::new(text, ast, &RUNTIME)))
    }

    pub(super) fn matches(&self, row: &Map<String, Value>) -> Result<bool, ToolError> {
        match self.0.search(row) {
            Ok(value) => Ok(value.is_truthy()),
            Err(error) if met_null(&error) => Ok(false),
            Err(error) => Err(refused(&error)),
        }
    }
}

/// Whether a text could be a condition, on whatever columns.
pub(super) fn check_syntax(text: &str) -> Result<(), ToolError> {
    jmespath::parse(text).map(drop).map_err(|error| refused(&error))
}

/// The error as the caller reads it: at which column of the expression, what, and how it is meant.
fn refused(error: &JmespathError) -> ToolError {
    let column = error.column + 1;
    let reason = match &error.reason {
        ErrorReason::Parse(text) => {
            let text = text.lines().next().unwrap_or_default();
            format!("{text} (in JMESPath a text is 'x', a number `1`; && || ! join; tags.\"a-b\" has a dash)")
        }
        ErrorReason::Runtime(error) => error.to_string(),
    };
    ToolError::invalid_argument("filter", format!("at column {column}: {reason}"))
}

fn met_null(error: &JmespathError) -> bool {
    matches!(&error.reason, ErrorReason::Runtime(RuntimeError::InvalidType { actual, .. }) if actual == "null")
}

/// What names mean at a place of the expression.
#[derive(Clone, Copy)]
enum Scope<'a> {
    /// Columns of the row.
    Row(&'a Columns),
    /// Members of something below, which are not known.
    Below,
}

struct Wrong {
    offset: usize,
    message: String,
}

/// Checks names and functions, and replaces the comparisons that order.
fn prepare(ast: &mut Ast, scope: Scope<'_>) -> Result<(), Wrong> {
    match ast {
        Ast::Field { offset, name } => match scope {
            Scope::Row(columns) if columns.get(name).is_none() => {
                Err(Wrong { offset: *offset, message: unknown(name, columns) })
            }
            _ => Ok(()),
        },
        Ast::Comparison { offset, comparator, lhs, rhs } => {
            comparable(lhs, rhs, scope)?;
            comparable(rhs, lhs, scope)?;
            prepare(lhs, scope)?;
            prepare(rhs, scope)?;
            if let Some(name) = ordering(comparator) {
                let take =
                    |side: &mut Box<Ast>| mem::replace(side.as_mut(), Ast::Identity { offset: *offset });
                let args = vec![take(lhs), take(rhs)];
                *ast = Ast::Function { offset: *offset, name: name.to_owned(), args };
            }
            Ok(())
        }
        Ast::Function { offset, name, args } => {
            if RUNTIME.get_function(name).is_none() || name.starts_with('<') || name.starts_with('>') {
                let hint = suggestion(name, FUNCTIONS);
                return Err(Wrong { offset: *offset, message: format!("unknown function `{name}`{hint}") });
            }
            args.iter_mut().try_for_each(|argument| prepare(argument, scope))
        }
        Ast::Subexpr { lhs, rhs, .. } => {
            prepare(lhs, scope)?;
            let below = if matches!(**lhs, Ast::Identity { .. }) { scope } else { Scope::Below };
            prepare(rhs, below)
        }
        Ast::Projection { lhs, rhs, .. } => {
            prepare(lhs, scope)?;
            prepare(rhs, Scope::Below)
        }
        Ast::And { lhs, rhs, .. } | Ast::Or { lhs, rhs, .. } => {
            prepare(lhs, scope)?;
            prepare(rhs, scope)
        }
        Ast::Condition { predicate, then, .. } => {
            prepare(predicate, scope)?;
            prepare(then, scope)
        }
        Ast::Not { node, .. } | Ast::Flatten { node, .. } | Ast::ObjectValues { node, .. } => {
            prepare(node, scope)
        }
        Ast::Expref { ast, .. } => prepare(ast, Scope::Below),
        Ast::MultiList { elements, .. } => {
            elements.iter_mut().try_for_each(|element| prepare(element, scope))
        }
        Ast::MultiHash { elements, .. } => {
            elements.iter_mut().try_for_each(|element| prepare(&mut element.value, scope))
        }
        Ast::Identity { .. } | Ast::Index { .. } | Ast::Literal { .. } | Ast::Slice { .. } => Ok(()),
    }
}

/// Refuses to compare a column with what it never is: the answer would be silence.
fn comparable(column: &Ast, with: &Ast, scope: Scope<'_>) -> Result<(), Wrong> {
    let (Ast::Field { offset, name }, Ast::Literal { value, .. }, Scope::Row(columns)) =
        (column, with, scope)
    else {
        return Ok(());
    };
    let message = match columns.get(name).filter(|_| columns.typed) {
        Some(column) if column.boolean && (value.is_string() || value.is_number()) => {
            format!("`{name}` is true or false: write {name} or !{name}")
        }
        Some(column) if column.numeric && (value.is_string() || value.is_boolean()) => {
            format!("`{name}` is a number")
        }
        _ => return Ok(()),
    };
    Err(Wrong { offset: *offset, message })
}

/// The function that stands for an ordering comparison; its name is one that nobody can write.
fn ordering(comparator: &Comparator) -> Option<&'static str> {
    match comparator {
        Comparator::LessThan => Some("<"),
        Comparator::LessThanEqual => Some("<="),
        Comparator::GreaterThan => Some(">"),
        Comparator::GreaterThanEqual => Some(">="),
        Comparator::Equal | Comparator::NotEqual => None,
    }
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = Runtime::new();
    runtime.register_builtin_functions();
    for comparator in [
        Comparator::LessThan,
        Comparator::LessThanEqual,
        Comparator::GreaterThan,
        Comparator::GreaterThanEqual,
    ] {
        if let Some(name) = ordering(&comparator) {
            let order = move |args: &[Rcvar], _: &mut Context<'_>| Ok(Rcvar::new(compare(&comparator, args)));
            runtime.register_function(name, Box::new(order));
        }
    }
    runtime
});

/// Two numbers or two texts in order; `null` for anything else, as JMESPath has it.
fn compare(comparator: &Comparator, args: &[Rcvar]) -> Variable {
    let [a, b] = args else { return Variable::Null };
    let ordered = match (&**a, &**b) {
        (Variable::String(a), Variable::String(b)) => {
            let order = a.cmp(b);
            Some(match comparator {
                Comparator::LessThan => order.is_lt(),
                Comparator::LessThanEqual => order.is_le(),
                Comparator::GreaterThan => order.is_gt(),
                _ => order.is_ge(),
            })
        }
        (a, b) => a.compare(comparator, b),
    };
    ordered.map_or(Variable::Null, Variable::Bool)
}

const FUNCTIONS: [&str; 26] = [
    "abs",
    "avg",
    "ceil",
    "contains",
    "ends_with",
    "floor",
    "join",
    "keys",
    "length",
    "map",
    "max",
    "max_by",
    "merge",
    "min",
    "min_by",
    "not_null",
    "reverse",
    "sort",
    "sort_by",
    "starts_with",
    "sum",
    "to_array",
    "to_number",
    "to_string",
    "type",
    "values",
];

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;

    use super::*;
    use crate::{Row, Tags};

    #[derive(Serialize, JsonSchema)]
    struct Server {
        name: Option<String>,
        state: String,
        cores: u32,
        public: Option<bool>,
        started: String,
        tags: Tags,
    }

    impl Row for Server {}

    fn filter(text: &str) -> Result<Filter, ToolError> {
        Filter::new(text, &Columns::of::<Server>())
    }

    fn row() -> Map<String, Value> {
        let row = json!({
            "account": "production", "account_id": "111111111111", "region": "eu-west-1", "name": null,
            "state": "running", "cores": 8, "started": "2026-03-01T00:00:00Z", "tags": { "team": "web", "a.b": "1" },
        });
        row.as_object().expect("an object").clone()
    }

    #[test]
    fn conditions_hold_or_not() {
        for (text, expected) in [
            ("state == 'running'", true),
            ("state != 'running'", false),
            ("cores > `4` && region == 'eu-west-1'", true),
            ("cores >= `9`", false),
            ("started < '2026-04-01'", true),
            ("'2026-04-01' <= started", false),
            ("started > `5`", false),
            ("tags.team == 'web'", true),
            ("tags.\"a.b\" == '1'", true),
            ("tags.owner", false),
            ("@.state == 'running'", true),
            ("contains(['a', state], 'running')", true),
            ("contains(name, 'web')", false),
            ("name == `null`", true),
            ("length(keys(tags)) == `2`", true),
            ("values(tags)[?@ > 'v'] | length(@) == `1`", true),
            ("account_id == '111111111111'", true),
        ] {
            let matched = filter(text).and_then(|filter| filter.matches(&row()));
            assert_eq!(matched, Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_column() {
        let errors: Vec<String> = [
            "state = 'running'",
            "state == running",
            "state == \"running\"",
            "cores > 4",
            "stat == 'running'",
            "contain(name, 'x')",
            "state == 'running' && (cores",
            "cores > '4'",
            "public == 'true'",
        ]
        .iter()
        .map(|text| filter(text).expect_err(text).to_string())
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @r#"
        `filter`: at column 7: '=' is not valid. Did you mean '=='? (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 10: unknown column `running`; known: account, account_id, region, name, state, cores, public, started, tags (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 10: unknown column `running`; known: account, account_id, region, name, state, cores, public, started, tags (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 9: Unexpected nud token -- found Number(4) (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 1: unknown column `stat`; did you mean `state`? (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 8: unknown function `contain`; did you mean `contains`? (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 29: Expected ')' to close '(' -- found Eof (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 1: `cores` is a number (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        `filter`: at column 1: `public` is true or false: write public or !public (in JMESPath a text is 'x', a number `1`; && || ! join; tags."a-b" has a dash)
        "#);
    }

    #[test]
    fn what_no_row_can_answer_is_an_error_of_the_first() {
        let filter = filter("starts_with(cores, 'x')").expect("the syntax is right");
        insta::assert_snapshot!(filter.matches(&row()).expect_err("a number is no text"), @"`filter`: at column 12: Argument 0 expects type string, given number");
    }
}
