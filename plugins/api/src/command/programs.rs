//! What the AWS CLI does besides calling operations: programs of its own, which have no place here.

use tollgate_sdk::ToolError;

use super::wrong;

/// The programs of a service: their names, and what to do instead.
const PROGRAMS: &[(&str, &[&str], &str)] = &[
    ("cloudformation", &["deploy", "package"], CHANGES),
    ("cloudfront", &["sign"], SECRET),
    ("cloudtrail", &["create-subscription", "update-subscription"], CHANGES),
    (
        "cloudtrail",
        &["validate-logs"],
        "it reads the objects of the trail's bucket: cloudtrail get-trail-status tells of its deliveries",
    ),
    ("codeartifact", &["login"], SECRET),
    ("codecommit", &["credential-helper"], SECRET),
    ("configservice", &["get-status"], "use configservice describe-configuration-recorder-status"),
    ("configservice", &["subscribe"], CHANGES),
    ("datapipeline", &["create-default-roles"], CHANGES),
    ("datapipeline", &["list-runs"], "use datapipeline query-objects"),
    ("deploy", &["deregister", "install", "push", "register", "uninstall"], CHANGES),
    ("dlm", &["create-default-role"], CHANGES),
    ("ecr", &["get-login", "get-login-password"], SECRET),
    ("ecr-public", &["get-login-password"], SECRET),
    ("ecs", &["deploy"], CHANGES),
    ("eks", &["get-token"], SECRET),
    ("eks", &["update-kubeconfig"], "it writes a file of yours: eks describe-cluster tells the endpoint"),
    (
        "emr",
        &[
            "add-steps",
            "create-cluster",
            "create-default-roles",
            "create-hbase-backup",
            "disable-hbase-backups",
            "install-applications",
            "modify-cluster-attributes",
            "restore-from-hbase-backup",
            "schedule-hbase-backup",
            "terminate-clusters",
        ],
        CHANGES,
    ),
    ("emr", &["get", "put", "socks", "ssh"], "it connects to an instance: emr list-instances lists them"),
    ("emr-containers", &["update-role-trust-policy"], CHANGES),
    ("gamelift", &["get-game-session-log", "upload-build"], "it moves files"),
    ("logs", &["tail"], "logs filter-log-events reads lines once, where it is granted"),
    ("rds", &["generate-db-auth-token"], SECRET),
    ("s3", &["ls"], "use s3_list_buckets, or s3_list_objects for what is in a bucket"),
    (
        "s3",
        &["cp", "mb", "mv", "rb", "rm", "sync", "website"],
        "it moves or changes objects: s3_list_objects lists them, s3api head-object describes one",
    ),
    ("s3", &["presign"], SECRET),
    ("servicecatalog", &["generate"], CHANGES),
    (
        "sso",
        &["login", "logout"],
        "the host has its credentials: accounts_validate_access tells whether they work",
    ),
];

/// What the CLI can do without a service.
const COMMANDS: &[(&str, &str)] = &[
    ("configure", "the operator configures the accounts: accounts_list lists them"),
    ("ddb", "use dynamodb describe-table; what is in a table needs a grant of its own"),
    ("help", "aws_search_operations finds operations"),
    ("history", "every call of this host is its own"),
    ("login", "the host has its credentials: accounts_validate_access tells whether they work"),
    ("logout", "the host has its credentials: accounts_validate_access tells whether they work"),
];

const CHANGES: &str = "it changes things, and this tool only reads";
const SECRET: &str = "it hands out a secret, and this tool does not";

/// Refuses a program, by the words behind `aws`.
pub(super) fn refuse(words: &[String]) -> Result<(), ToolError> {
    let mut names = words.iter().map(String::as_str).filter(|word| !word.starts_with("--"));
    let Some(service) = names.next() else { return Ok(()) };
    let no_operation = |what: &str, instead: &str| {
        Err(wrong(format_args!("`aws {what}` is no operation of AWS but a program of the CLI: {instead}")))
    };
    if let Some((command, instead)) = COMMANDS.iter().find(|(command, _)| *command == service) {
        return no_operation(command, instead);
    }
    let Some(operation) = names.next() else { return Ok(()) };
    let what = format!("{service} {operation}");
    match operation {
        "wait" => return no_operation(&what, "ask the operation that describes it again, after a while"),
        "help" => return no_operation(&what, "aws_search_operations finds the operations of a service"),
        _ if words.iter().any(|word| word == "help") => {
            return no_operation(&format!("{what} help"), "aws_describe_operation shows input and output");
        }
        _ => {}
    }
    let is_program = |(of, names, _): &&(&str, &[&str], &str)| *of == service && names.contains(&operation);
    match PROGRAMS.iter().find(is_program) {
        Some((_, _, instead)) => no_operation(&what, instead),
        None if service == "s3" => no_operation(&what, "operations of S3 are called as `aws s3api …`"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        refuse(&words).err().map(|error| error.to_string())
    }

    #[test]
    fn programs_of_the_cli_are_told_apart_from_operations() {
        for line in ["s3api list-buckets", "ec2 describe-instances --help-me", "sso list-accounts", "ec2"] {
            assert_eq!(refused(line), None, "{line}");
        }
        let refusals: Vec<String> = [
            "s3 ls",
            "s3 cp a s3://b/c",
            "s3 list-buckets",
            "configure list-profiles",
            "ec2 wait instance-running",
            "ec2 describe-instances help",
            "logs tail group",
            "eks update-kubeconfig --name a",
            "ecr get-login-password",
            "cloudformation deploy",
        ]
        .into_iter()
        .map(|line| refused(line).unwrap_or_else(|| panic!("{line} was let through")))
        .collect();
        insta::assert_snapshot!(refusals.join("\n"), @"
        `command`: `aws s3 ls` is no operation of AWS but a program of the CLI: use s3_list_buckets, or s3_list_objects for what is in a bucket
        `command`: `aws s3 cp` is no operation of AWS but a program of the CLI: it moves or changes objects: s3_list_objects lists them, s3api head-object describes one
        `command`: `aws s3 list-buckets` is no operation of AWS but a program of the CLI: operations of S3 are called as `aws s3api …`
        `command`: `aws configure` is no operation of AWS but a program of the CLI: the operator configures the accounts: accounts_list lists them
        `command`: `aws ec2 wait` is no operation of AWS but a program of the CLI: ask the operation that describes it again, after a while
        `command`: `aws ec2 describe-instances help` is no operation of AWS but a program of the CLI: aws_describe_operation shows input and output
        `command`: `aws logs tail` is no operation of AWS but a program of the CLI: logs filter-log-events reads lines once, where it is granted
        `command`: `aws eks update-kubeconfig` is no operation of AWS but a program of the CLI: it writes a file of yours: eks describe-cluster tells the endpoint
        `command`: `aws ecr get-login-password` is no operation of AWS but a program of the CLI: it hands out a secret, and this tool does not
        `command`: `aws cloudformation deploy` is no operation of AWS but a program of the CLI: it changes things, and this tool only reads
        ");
    }
}
