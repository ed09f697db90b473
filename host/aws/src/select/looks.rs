//! What an expression looks at.
//!
//! Evaluated over an answer that has been masked so, it gives the same result or the same error as over the whole one.
//! The tree is walked from the result backwards: from what is wanted of a value follows what is wanted of the data
//! that it is made of. What is compared, counted, tested or given to a function is wanted whole.

use jmespath::ast::Ast;

use crate::protocol::Mask;

/// Adds to `data` what a node looks at in its data, if `result` is wanted of its result.
pub(super) fn at(node: &Ast, result: &Mask, data: &mut Mask) {
    let everything = &Mask::Everything;
    match node {
        Ast::Literal { .. } => {}
        Ast::Identity { .. } | Ast::Index { .. } | Ast::Slice { .. } => data.add(result),
        Ast::Field { name, .. } => data.add_at(&[name], result),
        Ast::Subexpr { lhs, rhs, .. } | Ast::Projection { lhs, rhs, .. } => {
            let mut left = Mask::NOTHING;
            at(rhs, result, &mut left);
            at(lhs, &left, data);
        }
        Ast::Flatten { node, .. } => at(node, result, data),
        // An object is true if it has any member.
        Ast::Or { lhs, rhs, .. } | Ast::And { lhs, rhs, .. } => {
            at(lhs, everything, data);
            at(rhs, result, data);
        }
        Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => at(node, everything, data),
        Ast::Condition { predicate, then, .. } => {
            at(predicate, everything, data);
            at(then, result, data);
        }
        Ast::Comparison { lhs, rhs, .. } => {
            at(lhs, everything, data);
            at(rhs, everything, data);
        }
        Ast::MultiList { elements, .. } => {
            let result = copied(result, elements.len());
            elements.iter().for_each(|element| at(element, result, data));
        }
        Ast::MultiHash { elements, .. } => {
            for pair in elements {
                // One that nobody wants is evaluated as well, and may fail.
                at(&pair.value, result.member(&pair.key).unwrap_or(&Mask::NOTHING), data);
            }
        }
        Ast::Expref { ast, .. } => at(ast, everything, data),
        Ast::Function { name, args, .. } => function(name, args, result, data),
    }
}

/// What is wanted of each of several values of which the same is wanted: everything, where that would be too much to
/// tell. Otherwise `x.[a,b].[a,b].…` would double with every step.
fn copied(result: &Mask, copies: usize) -> &Mask {
    const MAX_PLACES: usize = 256;
    if result.size().saturating_mul(copies) > MAX_PLACES { &Mask::Everything } else { result }
}

fn function(name: &str, args: &[Ast], result: &Mask, data: &mut Mask) {
    match (name, args) {
        ("map", [Ast::Expref { ast, .. }, elements]) => {
            let mut element = Mask::NOTHING;
            at(ast, result, &mut element);
            at(elements, &element, data);
        }
        ("sort_by" | "max_by" | "min_by", [elements, Ast::Expref { ast, .. }]) => {
            let mut element = result.clone();
            at(ast, &Mask::Everything, &mut element);
            at(elements, &element, data);
        }
        ("length", [list]) if is_list(list) => at(list, &Mask::NOTHING, data),
        ("type", [value]) => at(value, &Mask::NOTHING, data),
        ("not_null" | "reverse" | "to_array", args) => {
            let result = copied(result, args.len());
            args.iter().for_each(|arg| at(arg, result, data));
        }
        (_, args) => args.iter().for_each(|arg| at(arg, &Mask::Everything, data)),
    }
}

/// Whether a node gives a list or null, whatever the data are: then it can be counted without its elements.
fn is_list(node: &Ast) -> bool {
    match node {
        Ast::Projection { .. } | Ast::Flatten { .. } | Ast::MultiList { .. } | Ast::Slice { .. } => true,
        Ast::Subexpr { rhs, .. } => is_list(rhs),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::super::Select;
    use super::*;

    /// A mask as JSON: `true` for everything, else an object of the members.
    fn shown(mask: &Mask) -> Value {
        match mask {
            Mask::Everything => Value::Bool(true),
            Mask::Members(members) => members
                .iter()
                .map(|(name, mask)| (name.to_string(), shown(mask)))
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    /// What a mask leaves at least.
    fn masked(value: &Value, mask: &Mask) -> Value {
        match value {
            Value::Array(values) => values.iter().map(|value| masked(value, mask)).collect(),
            Value::Object(members) => {
                let left = |(name, value): (&String, &Value)| {
                    Some((name.clone(), masked(value, mask.member(name)?)))
                };
                members.iter().filter_map(left).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }

    #[test]
    fn what_is_looked_at_stays_small_however_it_is_told() {
        for step in [".[a,b]", ".[a,b,c,d,e,f,g,h]", ".not_null(a, b)"] {
            let expression = format!("x{}", step.repeat(20));
            let mut mask = Mask::NOTHING;
            at(&jmespath::parse(&expression).unwrap(), &Mask::Everything, &mut mask);
            assert!(mask.size() < 10_000, "{expression}: {}", mask.size());
        }
    }

    #[test]
    fn what_expressions_look_at() {
        for (expression, looked_at) in [
            ("@", json!(true)),
            ("`1`", json!({})),
            ("A.B", json!({"A": {"B": true}})),
            (
                "Reservations[].Instances[].{id: InstanceId, state: State.Name}",
                json!({"Reservations": {"Instances": {"InstanceId": true, "State": {"Name": true}}}}),
            ),
            ("length(Reservations[].Instances[])", json!({"Reservations": {"Instances": {}}})),
            ("length(Reservations)", json!({"Reservations": true})),
            ("A[?B.C == 'x'].D | [0]", json!({"A": {"B": {"C": true}, "D": true}})),
            ("sort_by(A, &B)[-1].C", json!({"A": {"B": true, "C": true}})),
            ("max_by(A, &B)", json!({"A": true})),
            ("map(&B, A[])", json!({"A": {"B": true}})),
            ("A || B.C", json!({"A": true, "B": {"C": true}})),
            ("A.*.B", json!({"A": true})),
            ("{x: A, y: B.C} | y", json!({"A": {}, "B": {"C": true}})),
            ("[A.B, C][0]", json!({"A": {"B": true}, "C": true})),
            ("keys(A.B)", json!({"A": {"B": true}})),
            ("type(A.B)", json!({"A": {"B": {}}})),
            ("!(A.B)", json!({"A": {"B": true}})),
            ("A[1:].B[]", json!({"A": {"B": true}})),
            ("not_null(A.B, C)[].D", json!({"A": {"B": {"D": true}}, "C": {"D": true}})),
        ] {
            assert_eq!(shown(&Select::compile(expression).unwrap().mask()), looked_at, "{expression}");
        }
        let long = format!("A.B || '{}'", "x".repeat(super::super::MAX_ANALYSED));
        assert_eq!(Select::compile(&long).unwrap().mask(), Mask::Everything);
    }

    fn data() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (0..4).prop_map(|number| json!(number)),
            "[abc]{0,2}".prop_map(Value::String),
        ];
        leaf.prop_recursive(5, 60, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map("[abcd]", inner, 0..4)
                    .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    /// Expressions with a good chance of finding something in such data. Some are none.
    fn expressions() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "a", "b", "c", "d", "@", "`1`", "'a'", "`null`", "*", "[0]", "[*]", "[]", "[-1]", "[1:]", "a.b",
            "b[].c",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(5, 24, 2, |inner| {
            let after = prop::sample::select(vec![
                ".a", ".b", "[].c", "[*].d", "[0]", "[-1].a", "[]", ".*", "[::2]", "[*]", ".*.b", "[?a]",
            ]);
            let around = prop::sample::select(vec![
                "!{}",
                "({})",
                "[{}]",
                "length({})",
                "keys({})",
                "values({})",
                "type({})",
                "to_array({})",
                "to_string({})",
                "reverse({})",
                "sort({})",
                "not_null({})",
                "max({})",
                "sum({})",
            ]);
            let between = prop::sample::select(vec![
                "{0} | {1}",
                "{0}.{1}",
                "{0}[?{1}]",
                "{0}[?{1}].a",
                "{0} || {1}",
                "{0} && {1}",
                "({0} || {1}).a",
                "({0} && {1})[].b",
                "{{a: sum({0}), b: {1}}} | b",
                "({0}) == ({1})",
                "({0}) < ({1})",
                "[{0}, {1}]",
                "{{x: {0}, b: {1}}}",
                "{{a: {0}, b: {1}}}.b",
                "{0}[].{{a: {1}}}",
                "{0}.[{1}]",
                "map(&{0}, {1})",
                "sort_by({0}, &{1})",
                "max_by({0}, &{1})",
                "min_by({0}, &{1}).c",
                "not_null({0}, {1})",
                "contains({0}, {1})",
                "merge({0}, {1})",
            ]);
            prop_oneof![
                (inner.clone(), after).prop_map(|(left, right)| left + right),
                (around, inner.clone()).prop_map(|(form, inner)| form.replace("{}", &inner)),
                (between, inner.clone(), inner).prop_map(|(form, left, right)| {
                    form.replace("{{", "{").replace("}}", "}").replace("{0}", &left).replace("{1}", &right)
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn over_the_masked_data_the_outcome_is_the_same(expression in expressions(), data in data()) {
            let Ok(select) = Select::compile(&expression) else { return Ok(()) };
            let outcome = |data: &Value| {
                select.evaluate(&data.to_string(), 1 << 20).map_err(|error| error.to_string())
            };
            let mask = select.mask();
            let less = masked(&data, &mask);
            prop_assert_eq!(outcome(&data), outcome(&less), "{} over {} instead of {}", expression, less, data);
        }
    }
}
