//! What can be wrong with an expression whatever the data are. It is told before anything is asked of AWS.

use jmespath::ast::Ast;

use crate::account::nearest;

/// The functions, with the smallest and the largest number of their arguments.
pub(super) const FUNCTIONS: [(&str, usize, usize); 26] = [
    ("abs", 1, 1),
    ("avg", 1, 1),
    ("ceil", 1, 1),
    ("contains", 2, 2),
    ("ends_with", 2, 2),
    ("floor", 1, 1),
    ("join", 2, 2),
    ("keys", 1, 1),
    ("length", 1, 1),
    ("map", 2, 2),
    ("max", 1, 1),
    ("max_by", 2, 2),
    ("merge", 1, usize::MAX),
    ("min", 1, 1),
    ("min_by", 2, 2),
    ("not_null", 1, usize::MAX),
    ("reverse", 1, 1),
    ("sort", 1, 1),
    ("sort_by", 2, 2),
    ("starts_with", 2, 2),
    ("sum", 1, 1),
    ("to_array", 1, 1),
    ("to_number", 1, 1),
    ("to_string", 1, 1),
    ("type", 1, 1),
    ("values", 1, 1),
];

/// What is wrong, and at which byte.
pub(super) struct Flaw {
    pub(super) offset: usize,
    pub(super) reason: String,
}

/// Looks for functions that there are none of, and calls with too few or too many arguments.
pub(super) fn check(node: &Ast) -> Result<(), Flaw> {
    if let Ast::Function { name, args, offset } = node {
        check_call(name, args.len(), *offset)?;
    }
    parts(node).into_iter().try_for_each(check)
}

fn check_call(name: &str, given: usize, offset: usize) -> Result<(), Flaw> {
    let flaw = |reason| Err(Flaw { offset, reason });
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        let names = FUNCTIONS.iter().map(|(known, ..)| ((*known).to_owned(), *known));
        let shown: String = name.chars().take(60).collect();
        let instead = match nearest(name, names) {
            none if none.is_empty() => {
                let all: Vec<_> = FUNCTIONS.iter().map(|(known, ..)| *known).collect();
                format!("there are `{}`", all.join("`, `"))
            }
            nearest => format!("the nearest known: `{}`", nearest.join("`, `")),
        };
        return flaw(format!("there is no function `{shown}`; {instead}"));
    };
    if (*least..=*most).contains(&given) {
        return Ok(());
    }
    let expected = match (*least, *most) {
        (1, 1) => "1 argument".to_owned(),
        (least, usize::MAX) => format!("at least {least}"),
        (least, _) => format!("{least} arguments"),
    };
    flaw(format!("`{name}` takes {expected}, not {given}"))
}

/// The expressions that an expression is made of.
fn parts(node: &Ast) -> Vec<&Ast> {
    match node {
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Vec::new(),
        Ast::Expref { ast: node, .. }
        | Ast::Flatten { node, .. }
        | Ast::Not { node, .. }
        | Ast::ObjectValues { node, .. } => vec![node],
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => vec![lhs, rhs],
        Ast::Condition { predicate, then, .. } => vec![predicate, then],
        Ast::Function { args: nodes, .. } | Ast::MultiList { elements: nodes, .. } => nodes.iter().collect(),
        Ast::MultiHash { elements, .. } => elements.iter().map(|pair| &pair.value).collect(),
    }
}
