//! The options of a command line, before it is known what the operation takes.

use tollgate_sdk::ToolError;

use super::{Command, wrong};

/// An option of the operation, with its words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    /// Without the hyphens in front.
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

/// What becomes of an option that every command of the CLI has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Global {
    Query,
    Region,
    MaxItems,
    Input,
    /// It says how the CLI shows or asks, which makes no difference here.
    Ignored,
    /// It means nothing here: what to do instead.
    Refused(&'static str),
}

use Global::{Ignored, Refused};

/// Those with a word behind them.
const WITH_VALUE: &[(&str, Global)] = &[
    ("ca-bundle", Refused("the operator configures how AWS is reached")),
    ("cli-binary-format", Ignored),
    ("cli-connect-timeout", Ignored),
    ("cli-input-json", Global::Input),
    ("cli-input-yaml", Refused("give --cli-input-json, or `input`")),
    ("cli-read-timeout", Ignored),
    ("color", Ignored),
    ("endpoint-url", Refused("the operator configures how AWS is reached")),
    ("max-items", Global::MaxItems),
    ("output", Ignored),
    ("page-size", Ignored),
    (
        "profile",
        Refused("there are no profiles: `accounts` names the accounts to ask, and accounts_list lists them"),
    ),
    ("query", Global::Query),
    ("region", Global::Region),
    ("starting-token", Refused("all pages are read: go on with the `cursor` of the answer")),
];

/// Those without.
const FLAGS: &[(&str, Global)] = &[
    ("cli-auto-prompt", Ignored),
    ("debug", Ignored),
    ("generate-cli-skeleton", Refused("aws_describe_operation shows the input")),
    ("no-cli-auto-prompt", Ignored),
    ("no-cli-pager", Ignored),
    ("no-paginate", Ignored),
    ("no-sign-request", Refused("requests are signed for the accounts that `accounts` names")),
    ("no-verify-ssl", Refused("the operator configures how AWS is reached")),
    ("v2-debug", Ignored),
    ("version", Refused("this is not the AWS CLI: it reads its command lines")),
];

/// Reads the words behind `aws`.
pub(super) fn parse(words: Vec<String>) -> Result<Command, ToolError> {
    let mut command = Command {
        service: String::new(),
        operation: String::new(),
        query: None,
        region: None,
        max_items: None,
        input: None,
        parameters: Vec::new(),
    };
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--").filter(|option| !option.is_empty()) else {
            if command.service.is_empty() {
                command.service = word;
            } else if command.operation.is_empty() {
                command.operation = word;
            } else {
                return Err(wrong(format_args!("unexpected word {word:?}: an option begins with `--`")));
            }
            continue;
        };
        let (name, attached) = match option.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (option.to_owned(), None),
        };
        if let Some((_, global)) = WITH_VALUE.iter().find(|(known, _)| *known == name) {
            let value = attached.or_else(|| words.next_if(|word| !word.starts_with("--")));
            let value = value.ok_or_else(|| wrong(format_args!("--{name}: expected a value")))?;
            command.set(&name, *global, value)?;
        } else if let Some((_, global)) = FLAGS.iter().find(|(known, _)| *known == name) {
            command.set(&name, *global, String::new())?;
        } else if command.operation.is_empty() {
            return Err(wrong(format_args!("unknown option --{name} before the service and the operation")));
        } else {
            let mut values: Vec<String> = attached.into_iter().collect();
            while let Some(value) = words.next_if(|word| !word.starts_with("--")) {
                values.push(value);
            }
            command.parameters.push(Parameter { name, values });
        }
    }
    if command.operation.is_empty() {
        return Err(wrong("expected a service and an operation, as in `aws ec2 describe-instances`"));
    }
    Ok(command)
}

impl Command {
    fn set(&mut self, name: &str, global: Global, value: String) -> Result<(), ToolError> {
        match global {
            Global::Query => self.query = Some(value),
            Global::Region => self.region = Some(value),
            Global::MaxItems => self.max_items = Some(value),
            Global::Input => self.input = Some(value),
            Ignored => {}
            Refused(instead) => return Err(wrong(format_args!("--{name} cannot be used: {instead}"))),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, ToolError> {
        parse(line.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn options_stand_anywhere() {
        let command = parsed(
            "--region eu-west-1 ec2 --output=json describe-instances --instance-ids i-1 i-2 --query a[] \
             --dry-run --max-items 5 --no-cli-pager --filters=Name=a,Values=b",
        )
        .expect("a command");
        assert_eq!((command.service.as_str(), command.operation.as_str()), ("ec2", "describe-instances"));
        assert_eq!(command.region.as_deref(), Some("eu-west-1"));
        assert_eq!(command.query.as_deref(), Some("a[]"));
        assert_eq!(command.max_items.as_deref(), Some("5"));
        let parameters: Vec<String> =
            command.parameters.iter().map(|option| format!("{} {:?}", option.name, option.values)).collect();
        assert_eq!(
            parameters,
            [r#"instance-ids ["i-1", "i-2"]"#, "dry-run []", r#"filters ["Name=a,Values=b"]"#]
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let errors: Vec<String> = [
            "ec2",
            "ec2 describe-instances i-1",
            "ec2 describe-instances --region",
            "ec2 describe-instances --profile production",
            "ec2 describe-instances --starting-token abc",
            "s3api list-buckets --endpoint-url http://localhost",
            "--dry-run ec2 describe-instances",
        ]
        .into_iter()
        .map(|line| parsed(line).expect_err(line).to_string())
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @r#"
        `command`: expected a service and an operation, as in `aws ec2 describe-instances`
        `command`: unexpected word "i-1": an option begins with `--`
        `command`: --region: expected a value
        `command`: --profile cannot be used: there are no profiles: `accounts` names the accounts to ask, and accounts_list lists them
        `command`: --starting-token cannot be used: all pages are read: go on with the `cursor` of the answer
        `command`: --endpoint-url cannot be used: the operator configures how AWS is reached
        `command`: unknown option --dry-run before the service and the operation
        "#);
    }
}
