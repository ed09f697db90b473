use std::time::{Duration, Instant};

use super::*;

const DATA: &str = r#"{"Reservations": [
    {"Instances": [{"Id": "i-2", "Size": 4, "Tags": [{"Key": "Name", "Value": "web"}]}, {"Id": "i-1", "Size": 2}]},
    {"Instances": [{"Id": "i-3", "Size": 9, "State": {"Name": "running"}}]}
], "Map": {"b": 1, "a": 2}, "Words": ["c", "a", "b"]}"#;

fn select(expression: &str, data: &str) -> Result<String, String> {
    let select = Select::compile(expression).map_err(|error| error.to_string())?;
    select.evaluate(data, 1 << 20).map_err(|error| error.to_string())
}

/// Ours answers what the crate's own interpreter answers.
#[test]
fn agrees_with_the_reference() {
    let expressions = [
        "@",
        "Reservations[].Instances[].Id",
        "Reservations[*].Instances[0].Id",
        "Reservations[].Instances[].{Id: Id, Name: Tags[?Key=='Name'].Value | [0]}",
        "Reservations[].Instances[?Size > `3`].[Id, Size][]",
        "Reservations[-1].Instances[-1].State.Name",
        "Reservations[-9]",
        "Map.*",
        "Map.missing || 'none'",
        "Map && Words",
        "!Map.missing",
        "Words[::-1]",
        "Words[1:]",
        "Words[:-1]",
        "Words[-2:9]",
        "Words[9:-9:-1]",
        "Words[::2]",
        "sort(Words) | join(',', @)",
        "length(Reservations[].Instances[])",
        "sort_by(Reservations[].Instances[], &Size)[].Id",
        "max_by(Reservations[].Instances[], &Size).Id",
        "min_by(Reservations[].Instances[], &Id).Id",
        "max_by(`[]`, &Id)",
        "map(&Size, Reservations[].Instances[])",
        "sum(Reservations[].Instances[].Size)",
        "contains(Words, 'a')",
        "merge(Map, {c: `3`})",
        "to_string(Map)",
        "keys(Map)",
        "type(Map)",
        "not_null(missing, Words[0])",
        "missing.[a, b]",
        "missing.{a: b}",
        "Reservations == Reservations",
        "Reservations[0] == Reservations[1]",
        "Map.a < Map.b",
        "Words[0] < Words[1]",
    ];
    for expression in expressions {
        let reference =
            jmespath::compile(expression).unwrap().search(Variable::from_json(DATA).unwrap()).unwrap();
        assert_eq!(select(expression, DATA).unwrap(), reference.to_string(), "{expression}");
    }
}

#[test]
fn errors_tell_the_column() {
    let text = |expression| select(expression, DATA).unwrap_err();
    assert_eq!(text("Words["), "select: Parse error: Expected number, ':', or '*' -- found Eof, at column 7");
    assert_eq!(
        text("Words | lenght(@)"),
        "select: there is no function `lenght`; the nearest known: `length`, at column 15"
    );
    let unlike = text("zzz(@)");
    assert!(unlike.contains("`zzz`; there are `abs`, `avg`, "), "{unlike}");
    assert_eq!(text("[a, sort_by(Words)]"), "select: `sort_by` takes 2 arguments, not 1, at column 12");
    assert_eq!(text("not_null()"), "select: `not_null` takes at least 1, not 0, at column 9");
    // Columns are counted in characters, and lines of several from their beginning.
    assert!(text("'äöü' | abs(@)").ends_with("at column 12"), "{}", text("'äöü' | abs(@)"));
    assert!(text("Words\n| [\n  abs('a')\n]").ends_with("at line 3, column 6"));
    assert!(text("Words | length(`1`)").contains("expects type"), "{}", text("Words | length(`1`)"));
    assert!(text("sort_by(Words, &missing)").contains("must return string or number"));
    assert!(text("sort_by(Map, &a)").contains("expects type array"));
    assert!(text("Words[::0]").contains("Invalid slice"));
    assert!(text("[&a]").contains("only for the arguments"));
    assert!(text("").starts_with("select: Parse error"));
}

/// Each of these takes the crate's own interpreter down, or all memory, or for ever.
#[test]
fn hostile_expressions_end_soon() {
    let growing = |piece: &str, times: usize| vec![piece; times].join("|");
    let hostile = [
        growing("[@,@]", 60),
        growing("[@,@][]", 60),
        growing("{a:@,b:@}", 60),
        growing("to_string([@,@])", 60),
        growing("[@,@,@] | join('aaaaaaaaaaaaaaaaaaaaaaaaa', [to_string(@),to_string(@)])", 20),
        format!("{{a: {0}, b: {0}}} | a == b", growing("[@,@]", 60)),
        format!("{0} | contains(@, `1`)", growing("[@,@]", 60)),
        format!("map(&({}), @.*)", growing("[@,@][]", 24)),
        "(".repeat(100_000),
        "[".repeat(5_000),
        "!".repeat(5_000),
        "a.".repeat(4_000) + "a",
        "a|".repeat(4_000) + "a",
        "a[0]".repeat(2_000),
    ];
    let start = Instant::now();
    for expression in hostile {
        // Some only grow by sharing and are refused for the length of their result.
        let outcome = select(&expression, DATA).map(|result| result.len());
        assert!(
            outcome.is_err(),
            "{} gave {outcome:?} bytes",
            expression.chars().take(90).collect::<String>()
        );
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn the_functions_and_their_numbers_of_arguments_are_the_references() {
    for (name, least, most) in check::FUNCTIONS {
        let function = jmespath::DEFAULT_RUNTIME.get_function(name).unwrap();
        let is_arity = |given: usize| {
            let values = vec![Rcvar::new(Variable::Null); given];
            let outcome =
                function.evaluate(&values, &mut jmespath::Context::new("", &jmespath::DEFAULT_RUNTIME));
            outcome.is_err_and(|error| error.reason.to_string().contains("arguments"))
        };
        assert!(is_arity(least - 1) && !is_arity(least), "{name}");
        assert!(!is_arity(most.min(5)) && (most == usize::MAX || is_arity(most + 1)), "{name}");
    }
}

#[test]
fn no_index_or_slice_overflows() {
    assert_eq!(select("Words[-2147483647]", DATA).unwrap(), "null");
    assert_eq!(select("Words[1:2147483647:2147483647]", DATA).unwrap(), r#"["a"]"#);
    assert_eq!(select("Words[-2147483647:2147483647]", DATA).unwrap(), r#"["c","a","b"]"#);
    assert_eq!(select("Words[::-2147483647]", DATA).unwrap(), r#"["b"]"#);
    assert!(select("Words[99999999999]", DATA).unwrap_err().contains("Expected valid number"));
}

#[test]
fn the_deepest_expression_allowed_does_not_overflow_the_stack() {
    // As much stack as the async threads have.
    let deepest = || {
        let whole =
            |open: &str, close: &str, levels| format!("{}@{}", open.repeat(levels), close.repeat(levels));
        for (open, close, step) in
            [("!", "", 1), ("(", ")", 1), ("@|", "", 1), ("[", "]", 1), ("{a:", "}", 1)]
        {
            select(&whole(open, close, MAX_DEPTH / step), DATA).unwrap();
            assert!(
                select(&whole(open, close, MAX_DEPTH + 1), DATA).unwrap_err().contains("too deeply"),
                "{open}"
            );
        }
        select(&whole("sort_by(@[?", "], &a)", MAX_DEPTH / 5), "[]").unwrap();
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(deepest).unwrap().join().unwrap();
}

#[test]
fn wide_expressions_are_not_deep() {
    let fields: Vec<_> = (0..200).map(|field| format!("f{field}: Map.a || 'none (['")).collect();
    let expression = format!("Reservations[].Instances[].{{{}}}", fields.join(", "));
    assert!(select(&expression, DATA).unwrap().contains("\"f199\":"));
}

#[tokio::test]
async fn large_outputs_are_worked_on_beside() {
    let data = format!("[{}]", vec![r#"{"a":1}"#; 100_000].join(","));
    let select = Arc::new(Select::compile("length(@)").unwrap());
    assert_eq!(select.apply(data, 100).await.unwrap(), "100000");
}
