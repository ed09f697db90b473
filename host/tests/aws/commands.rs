//! What the commands say and refuse.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::{demo, lines, refusal, stderr, stdout, tollgate};

fn aws(arguments: &[&str]) -> String {
    let output = tollgate(&["aws"]).args(arguments).output().expect("tollgate starts");
    // Tables are as wide as their widest row.
    stdout(&output).lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_operation_is_described_for_people() {
    insta::assert_snapshot!(aws(&["describe", "ec2", "describe-instance-status", "--depth", "1"]), @r"
    ec2 DescribeInstanceStatus

      Describes the status of the specified instances or all of your instances.

      access      List: passes in read-only mode
      IAM action  ec2:DescribeInstanceStatus
      pages       merged; --max-items counts InstanceStatuses

    Input
      InstanceIds[]            string
      MaxResults               integer
      NextToken                string
      IncludeManagedResources  boolean
      DryRun                   boolean
      Filters[]                Filter   2 members
      IncludeAllInstances      boolean

    Output
      InstanceStatuses[]  InstanceStatus  12 members
      NextToken           string
    ");
    insta::assert_snapshot!(aws(&["describe", "SecretsManager", "GetSecretValue"]), @r"
    secretsmanager GetSecretValue

      Retrieves the contents of the encrypted fields SecretString or SecretBinary from the specified version of a secret, whichever contains content.

      access      Read: passes in read-only mode
      IAM action  secretsmanager:GetSecretValue
      sensitive   returns a secret in clear: needs a grant for exactly secretsmanager:GetSecretValue

    Input (! is required)
      SecretId !    string  1 to 2048 characters
      VersionId     string  32 to 64 characters
      VersionStage  string  1 to 256 characters

    Output
      ARN              string           20 to 2048 characters
      Name             string           1 to 256 characters
      VersionId        string           32 to 64 characters
      SecretBinary     bytes in base64  secret
      SecretString     string           1 to 65536 characters; secret
      VersionStages[]  string           1 to 20 elements; 1 to 256 characters
      CreatedDate      time
    ");
    insta::assert_snapshot!(aws(&["describe", "sts", "GetCallerIdentity"]), @r"
    sts GetCallerIdentity

      Returns details about the IAM user or role whose credentials are used to call the operation.

      access      Read: passes in read-only mode
      IAM action  sts:GetCallerIdentity

    Input: nothing

    Output
      UserId   string
      Account  string
      Arn      string  20 to 2048 characters; pattern [\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+
    ");
}

#[test]
fn a_service_is_described_for_people() {
    insta::assert_snapshot!(aws(&["describe", "iam", "--filter", "access-key-last"]), @r"
    iam: AWS Identity and Access Management

      protocol    awsQuery, version 2010-05-08
      endpoint    one for all regions: asked once in each account, as region `global`

     operation              access   what it does
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────
     GetAccessKeyLastUsed   Read     Retrieves information about when the specified access key was last used.
    1 of 180 operations; `tollgate aws describe iam <operation>` says what one takes and answers
    ");
    assert!(aws(&["describe", "ec2", "--filter", "vpcs"]).contains("one for each region"));
    insta::assert_snapshot!(aws(&["describe", "--filter", "eventbridge"]), @r"
     service         name
    ──────────────────────────────────────────────
     eventbridgev2   Amazon EventBridgeV2
     events          Amazon EventBridge
     pipes           Amazon EventBridge Pipes
     scheduler       Amazon EventBridge Scheduler
    4 services; `tollgate aws describe <service>` lists the operations of one
    ");
}

#[test]
fn machines_get_json_with_the_schema_of_the_input() {
    let described: Value =
        serde_json::from_str(&aws(&["describe", "sqs", "GetQueueUrl", "--json"])).expect("is JSON");
    assert_eq!(described["iam_action"], "sqs:GetQueueUrl");
    assert_eq!(described["input_schema"]["required"], json!(["QueueName"]));
    let service: Value = serde_json::from_str(&aws(&["describe", "iam", "--json"])).expect("is JSON");
    assert_eq!(service["scope"], "account");
    assert_eq!(service["operations"][0]["service"], "iam");
}

#[test]
fn the_classification_can_be_audited() {
    insta::assert_snapshot!(aws(&["classify", "ec2:DescribeVpcs", "ec2:GetPasswordData", "s3api:put-bucket-policy"]), @r"
     service   operation         access                   read_only   iam_action            sensitive                   redacted
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
     ec2       DescribeVpcs      List                     yes         ec2:DescribeVpcs                                  Vpcs[].EncryptionControl.Tags[].Value where Key sounds like a secret, Vpcs[].Tags[].Value where Key sounds like a secret
     ec2       GetPasswordData   Read                     yes         ec2:GetPasswordData   returns a secret in clear
     s3        PutBucketPolicy   Permissions management   no          s3:PutBucketPolicy
    3 operations: 2 only read; refused in read-only mode: 1; need a grant by their exact name: 1
    ");
    insta::assert_snapshot!(aws(&["classify", "sts:*", "--output", "csv"]), @r#"
    service,operation,access,read_only,iam_action,sensitive,redacted
    sts,AssumeRole,Write,no,sts:AssumeRole,returns AWS credentials,
    sts,AssumeRoleWithSAML,Write,no,sts:AssumeRoleWithSAML,returns AWS credentials,
    sts,AssumeRoleWithWebIdentity,Write,no,sts:AssumeRoleWithWebIdentity,returns AWS credentials,
    sts,AssumeRoot,Write,no,sts:AssumeRoot,returns AWS credentials,
    sts,DecodeAuthorizationMessage,Write,no,sts:DecodeAuthorizationMessage,"decrypts, or returns key material",
    sts,GetAccessKeyInfo,Read,yes,sts:GetAccessKeyInfo,,
    sts,GetCallerIdentity,Read,yes,sts:GetCallerIdentity,,
    sts,GetDelegatedAccessToken,Write,no,sts:GetDelegatedAccessToken,returns AWS credentials,
    sts,GetFederationToken,Write,no,sts:GetFederationToken,returns AWS credentials,
    sts,GetSessionToken,Read,yes,sts:GetSessionToken,returns AWS credentials,
    sts,GetWebIdentityToken,Write,no,sts:GetWebIdentityToken,returns AWS credentials,
    "#);
    let tagging: Value = serde_json::from_str(&aws(&[
        "classify",
        "--level",
        "tagging",
        "--service",
        "sqs",
        "--output",
        "json",
    ]))
    .expect("is JSON");
    let names: Vec<&Value> = tagging.as_array().expect("rows").iter().map(|row| &row["operation"]).collect();
    assert_eq!(names, ["TagQueue", "UntagQueue"]);
}

#[test]
fn all_operations_fit_into_a_csv_with_a_line_for_each() {
    let all = aws(&["classify", "--all", "--output", "csv"]);
    assert!(all.lines().count() > 19_000);
    let refused = aws(&["classify", "--all", "--level", "write,tagging,permissions-management,unclassified"]);
    assert!(refused.contains(" 0 only read"), "{}", refused.lines().last().expect("a summary"));
}

#[test]
fn names_that_are_none_tell_the_nearest() {
    for (arguments, nearest) in [
        (&["describe", "ec3"][..], "`ec2`"),
        (&["describe", "ec2", "describe-instance"], "`DescribeInstances`"),
        (&["classify", "ec2:DescribeInstance"], "`DescribeInstances`"),
        (&["classify", "secretmanager:GetSecretValue"], "`secretsmanager`"),
        (&["classify", "--service", "lamda"], "`lambda`"),
        (&["call", "eventbrige", "list-rules"], "`events`"),
        (&["call", "ec2", "describe-instance"], "`DescribeInstances`"),
        (&["call", "--demo", "ec2", "describe-vpcs", "--account", "productoin"], "\"production\""),
        (&["call", "--demo", "ec2", "describe-vpcs", "--region", "eu-wset-1"], "\"eu-west-1\""),
        (&["call", "ec2", "describe-vpcs", "--json", r#"{"VpcId": ["vpc-1"]}"#], "`VpcIds`"),
    ] {
        let output = tollgate(&["aws"]).args(arguments).output().expect("tollgate starts");
        let error = refusal(&output);
        assert!(error.contains(nearest), "{arguments:?}: {error}");
    }
}

#[test]
fn what_is_refused_says_which_flag_would_allow_it() {
    let call = |arguments: &[&str]| refusal(&demo(arguments));
    for (arguments, says) in [
        (
            ["ec2", "delete-vpc", "--json", r#"{"VpcId": "vpc-1"}"#],
            "`ec2:DeleteVpc` changes something (access level: Write); nothing was sent. \
             To allow it: --allow-write",
        ),
        (
            ["ec2", "get-password-data", "--json", r#"{"InstanceId": "i-1"}"#],
            "`ec2:GetPasswordData` is sensitive (returns a secret in clear); nothing was sent. \
             To allow it: --allow ec2:GetPasswordData",
        ),
        (
            ["ec2", "create-key-pair", "--json", r#"{"KeyName": "k"}"#],
            "`ec2:CreateKeyPair` changes something (access level: Write) and is sensitive (returns a private key); \
             nothing was sent. To allow it: --allow-write --allow ec2:CreateKeyPair",
        ),
    ] {
        assert_eq!(call(&arguments), format!("error: {says}\n"));
    }
    let nowhere = call(&["ec2", "delete-vpc", "--json", r#"{"VpcId": "vpc-1"}"#, "--allow-write"]);
    assert_eq!(nowhere, "error: a change is sent only to accounts that are named: add --account\n");
    let change = ["ec2", "delete-vpc", "--json", r#"{"VpcId": "vpc-1"}"#, "--allow-write", "--account"];
    let everywhere = call(&[&change[..], &["all"]].concat());
    assert_eq!(everywhere, nowhere);
    let regions = call(&[&change[..], &["sandbox"]].concat());
    assert!(regions.contains("has several regions") && regions.ends_with("add --region\n"), "{regions}");
    let misfit = call(&["iam", "list-users", "--account", "sandbox", "--region", "cn-north-1"]);
    assert!(misfit.contains("aws-cn"), "{misfit}");
    let wild = call(&["ec2", "describe-vpcs", "--allow", "ec2:*"]);
    assert!(wild.contains("without a wildcard"), "{wild}");
}

#[test]
fn what_is_allowed_is_sent() {
    let target = ["--account", "production", "--region", "us-east-1"];
    let sensitive = ["ec2", "get-password-data", "--json", r#"{"InstanceId": "i-1"}"#];
    let output = demo(&[&sensitive[..], &target, &["--allow", "ec2:GetPasswordData"]].concat());
    assert_eq!(stdout(&output).trim(), "{}");
    // The demo organisation plays no changes, and says so: it was asked.
    let change = ["ec2", "delete-vpc", "--json", r#"{"VpcId": "vpc-1"}"#, "--allow-write"];
    let output = demo(&[&change[..], &target].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stderr(&output).contains("ec2.DeleteVpc changes something"), "{}", stderr(&output));
}

#[test]
fn a_command_line_that_cannot_be_meant_is_refused() {
    for (arguments, says) in [
        (&["ec2", "describe-vpcs", "--json", "[1]"][..], "has to be an object"),
        (&["ec2", "describe-vpcs", "--json", "{"], "expected a JSON object"),
        (&["ec2", "describe-vpcs", "--json", "@/no/such/file"], "/no/such/file"),
        (&["ec2", "describe-vpcs", "--select", "Vpcs["], "select"),
        (&["ec2", "describe-vpcs", "--max-items", "0"], "--max-items"),
        (&["sts", "get-caller-identity", "--max-items", "1"], "has no pages"),
        (&["ec2", "describe-vpcs", "--cursor", "x"], "name --account and --region"),
        (&["ec2", "describe-vpcs", "--cursor", "x", "--account", "data", "--region", "us-east-1"], "cursor"),
    ] {
        let error = refusal(&demo(arguments));
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
}

#[test]
fn inputs_come_from_files_and_from_standard_input() {
    let input = r#"{"InstanceIds": ["i-does-not-exist"], "Filters": "wrong"}"#;
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(input.as_bytes()).expect("is writable");
    let from_file = format!("@{}", file.path().display());
    let call = ["aws", "call", "--demo", "ec2", "describe-instances", "--json"];
    let output = tollgate(&call).arg(from_file).output().expect("tollgate starts");
    assert!(refusal(&output).contains("Filters"), "{output:?}");

    let mut command = tollgate(&call);
    command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().expect("tollgate starts");
    running.stdin.take().expect("is piped").write_all(input.as_bytes()).expect("is read");
    let output = running.wait_with_output().expect("it ends");
    assert!(refusal(&output).contains("Filters"), "{output:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for arguments in [
        &["aws", "classify", "--all"][..],
        &["aws", "classify", "--all", "--output", "json"],
        &["aws", "describe", "ec2", "--json"],
        &["aws", "call", "--demo", "ec2", "describe-instances"],
    ] {
        let mut running = tollgate(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tollgate starts");
        drop(running.stdout.take());
        let output = running.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn the_commands_of_the_documentation_work() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut tried = 0;
    for page in ["README.md", "docs/engine.md"] {
        let text = std::fs::read_to_string(folder.join(page)).expect("is there");
        for line in text.lines().filter_map(|line| line.strip_prefix("$ tollgate aws ")) {
            // With a shell, since that is where people type them.
            let binary = env!("CARGO_BIN_EXE_tollgate");
            let mut shell = std::process::Command::new("sh");
            let output = shell.arg("-c").arg(format!("{binary:?} aws {line}")).output().expect("sh starts");
            assert_eq!(output.status.code(), Some(0), "{page}: {line}: {}", stderr(&output));
            assert!(!output.stdout.is_empty(), "{page}: {line}");
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried} commands");
}

#[test]
fn lines_are_one_object_for_each_target_even_for_one() {
    let target = ["--account", "production", "--region", "us-east-1", "--output", "lines"];
    let output = demo(&[&["sts", "get-caller-identity", "--select", "Account"][..], &target].concat());
    assert_eq!(
        lines(&stdout(&output)),
        [json!({
            "account": "production",
            "account_id": "222233334444",
            "region": "us-east-1",
            "output": "222233334444",
            "truncated": false
        })]
    );
}
