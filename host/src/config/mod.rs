//! The configuration file: where it is looked for, how it is read, and what is wrong with it.

mod discovery;
mod error;
mod file;

use std::path::{Path, PathBuf};

use tollgate_aws::account::{Registry, RegistryError};

use crate::bundled::BUNDLED;
pub(crate) use discovery::Discovery;
pub(crate) use error::ConfigError;
pub(crate) use file::{Account, Aws, Concurrency, File, Http, Limits, Plugin};

/// Where the configuration comes from when `--config` is not given.
const DEFAULT_PATH: &str = "tollgate/tollgate.toml";

/// Names the configuration file where the command line names none.
const VARIABLE: &str = "TOLLGATE_CONFIG";

/// Reads the configuration: the named file, else the user's own, else what holds without one.
///
/// The working directory is not searched: a file that happens to lie there must not decide where
/// signed requests go.
pub(crate) fn load(path: Option<&Path>) -> Result<File, ConfigError> {
    if let Some(path) = path {
        return read(path);
    }
    if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return read(Path::new(&path));
    }
    match user_file() {
        // Whatever else is there, a link to nowhere for one, was meant to be read.
        Some(path) if path.symlink_metadata().is_ok() => read(&path),
        _ => Ok(File::default()),
    }
}

/// `$XDG_CONFIG_HOME/tollgate/tollgate.toml`, else `~/.config/tollgate/tollgate.toml`.
fn user_file() -> Option<PathBuf> {
    let config_home =
        std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let config_home = config_home.or_else(|| Some(std::env::home_dir()?.join(".config")))?;
    Some(config_home.join(DEFAULT_PATH))
}

/// Reads one file.
pub(crate) fn read(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<File, ConfigError> {
    let mut file: File = toml::from_str(text).map_err(|error| ConfigError::toml(path, text, &error))?;
    if let Err(error) = Registry::new(file.account.iter().cloned().map(Into::into).collect()) {
        return Err(misfit(path, text, &file.account, &error));
    }
    if let Some(discovery) = &file.discovery {
        discovery.check().map_err(|discovery::Misfit { table, key, reason }| {
            let span = error::key_of_table(text, table, key);
            ConfigError::at(path, text, span, &format!("{table}.{key}"), &reason)
        })?;
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    if let Some(bundle) = &mut file.aws.ca_bundle {
        *bundle = folder.join(&bundle);
    }
    for (name, plugin) in &mut file.plugins {
        match &mut plugin.path {
            Some(component) => *component = folder.join(&component),
            None if bundled().any(|known| known == name.get_ref()) => {}
            None => {
                let key = format!("plugins.{}", name.get_ref());
                let known = bundled().collect::<Vec<_>>().join(", ");
                let message =
                    format!("no plugin of this name is bundled ({known}): give the `path` of its component");
                return Err(ConfigError::at(path, text, name.span(), &key, &message));
            }
        }
    }
    Ok(file)
}

fn bundled() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|plugin| plugin.name)
}

/// Finds the entry that the registry refused, and the line of its key.
fn misfit(path: &Path, text: &str, accounts: &[Account], error: &RegistryError) -> ConfigError {
    let (id, key) = match error {
        RegistryError::DuplicateName { second, .. } => (second, "name"),
        RegistryError::DuplicateId { id, .. } => (id, "id"),
        RegistryError::Invalid { account, key, .. } => (account, *key),
        _ => return ConfigError::at(path, text, 0..0, "account", &error.to_string()),
    };
    let entry = accounts.iter().rfind(|entry| entry.id.get_ref() == id);
    let span = entry.map_or(0..0, |entry| entry.id.span());
    let span = error::key_in_table(text, span, key);
    ConfigError::at(path, text, span, &format!("account.{key}"), &error.to_string())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn error(text: &str) -> String {
        parse(Path::new("tollgate.toml"), text).expect_err("refused").to_string()
    }

    #[test]
    fn the_whole_file_is_read() {
        let file = parse(
            Path::new("tollgate.toml"),
            r#"
            [aws]
            region = "us-east-1"
            endpoint_url = "http://127.0.0.1:5000"
            endpoints.s3 = "https://s3.example"
            use_fips = true
            use_dualstack = false
            ca_bundle = "office.pem"
            mfa_serial = "arn:aws:iam::111111111111:mfa/jane"

            [[account]]
            id = "222222222222"
            name = "production"
            role = "arn:aws:iam::222222222222:role/CentralOpsTargetRole"
            external_id = "a-shared-word"
            profile = "hub-user"
            via = ["arn:aws:iam::111111111111:role/Hub"]
            session_name = "ops"
            duration_seconds = 1800
            source_identity = true
            session_tags = { Who = "{caller}", Team = "platform" }
            environment = "prod"
            regions = ["us-east-1", "eu-west-1"]
            tags = { team = "payments" }
            enabled = true

            [plugins.ec2]
            grant = ["ec2:Describe*"]
            "#,
        )
        .expect("valid");
        assert_eq!(file.account[0].id.get_ref().to_string(), "222222222222");
        assert_eq!(
            file.aws.endpoints.values().map(|url| &*url.0).collect::<Vec<_>>(),
            ["https://s3.example"]
        );
        assert_eq!((file.aws.use_fips, file.aws.use_dualstack), (Some(true), Some(false)));
        assert_eq!(file.aws.ca_bundle.as_deref(), Some(Path::new("office.pem")));
        assert_eq!(file.account[0].tags["team"], "payments");
        assert_eq!(file.account[0].session_tags["Who"], "{caller}");
        assert_eq!(
            file.plugins.values().next().expect("one").grant.as_deref(),
            Some(&["ec2:Describe*".parse().expect("valid")][..])
        );
    }

    #[test]
    fn discovery_is_read() {
        let file = parse(
            Path::new("tollgate.toml"),
            r#"
            [discovery]
            role = "TollgateReadOnly"
            external_id = "a-shared-word"
            regions = ["us-east-1"]
            refresh_seconds = 300
            max_age_seconds = 7200

            [discovery.organizations]
            include = ["ou:Workloads", "tag:team=payments"]
            exclude = ["333333333333"]
            environment_tag = "stage"
            reader = { role = "arn:aws:iam::111111111111:role/ListAccounts", external_id = "another-word" }

            [discovery.dynamodb]
            table = "aws-accounts"
            region = "eu-west-1"
            "#,
        );
        let discovery: tollgate_aws::account::discovery::Discovery =
            file.expect("valid").discovery.expect("there").into();
        assert_eq!((discovery.refresh.as_secs(), discovery.max_age.as_secs()), (300, 7200));
        assert_eq!(discovery.template.regions, ["us-east-1"]);
        let organizations = discovery.organizations.expect("there");
        assert_eq!((organizations.include.len(), organizations.exclude.len()), (2, 1));
        assert_eq!(organizations.environment_tag, "stage");
        assert!(organizations.reader.expect("there").external_id.is_some());
        assert_eq!(discovery.dynamodb.expect("there").table, "aws-accounts");
    }

    #[test]
    fn the_examples_of_the_documentation_are_read() {
        let page = include_str!("../../../docs/configuration.md");
        let examples = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().expect("ends"));
        let examples: Vec<_> = examples.map(|text| parse(Path::new("tollgate.toml"), text)).collect();
        assert_eq!(examples.len(), 2);
        assert!(
            examples.iter().all(|file| file.as_ref().is_ok_and(|file| file.discovery.is_some())),
            "{examples:?}"
        );
    }

    #[test]
    fn a_discovery_that_cannot_be_is_shown_where_it_stands() {
        let role = "[discovery]\nrole = \"Reader\"\n";
        let with = |text: &str| error(&format!("{role}{text}"));
        assert_snapshot!(error(role), @"tollgate.toml:1:1: `discovery.organizations`: nowhere to look for accounts: add a table `[discovery.organizations]` or `[discovery.dynamodb]`");
        assert_snapshot!(error("[discovery.organizations]\n"), @r#"tollgate.toml:1:1: `discovery.role`: missing: the role to assume in the accounts of the organisation, such as "TollgateReadOnly""#);
        assert_snapshot!(error("[discovery]\nrole = \"arn:aws:iam::222222222222:role/Reader\"\n"), @r#"tollgate.toml:2:8: `discovery.role`: "arn:aws:iam::222222222222:role/Reader": expected the name of a role such as "TollgateReadOnly", or an ARN such as "arn:{partition}:iam::{account}:role/TollgateReadOnly""#);
        assert_snapshot!(with("duration_seconds = 60\n[discovery.organizations]\n"), @"tollgate.toml:3:1: `discovery.duration_seconds`: 900 to 43200 seconds");
        assert_snapshot!(with("[discovery.organizations]\ninclude = [\"env:prod\"]\n"), @r#"tollgate.toml:4:11: `discovery.organizations.include`: "env:prod": an environment is a tag here; expected an organizational unit ("ou:Workloads/Production" or "ou-ab12-34567890"), "tag:key=value", an account's id, or its name"#);
        assert_snapshot!(with("[discovery.organizations]\nreader = { role = \"Lister\" }\n"), @r#"tollgate.toml:4:1: `discovery.organizations.reader.role`: expected an ARN such as "arn:aws:iam::123456789012:role/name""#);
        assert_snapshot!(with("[discovery.organizations.reader]\nrole = \"Lister\"\n"), @r#"tollgate.toml:4:1: `discovery.organizations.reader.role`: expected an ARN such as "arn:aws:iam::123456789012:role/name""#);
        assert_snapshot!(with("[discovery.dynamodb]\ntable = \"my accounts\"\nregion = \"eu-west-1\"\n"), @r#"tollgate.toml:4:9: `discovery.dynamodb.table`: "my accounts": expected the name of a DynamoDB table, or its ARN"#);
        assert_snapshot!(with("[discovery.dynamodb]\ntable = \"accounts\"\nregion = \"eu-wset-1\"\n"), @r#"tollgate.toml:5:10: `discovery.dynamodb.region`: "eu-wset-1" is no AWS region: correct it, or leave it out; the nearest known: "eu-west-1", "eu-west-2", "eu-west-3""#);
        assert_snapshot!(with("refresh_seconds = 1\n"), @"tollgate.toml:3:19: `discovery.refresh_seconds`: 1: expected 30 to 86400 seconds");
        assert_snapshot!(with("max_age_seconds = 604801\n"), @"tollgate.toml:3:19: `discovery.max_age_seconds`: 604801: expected 30 to 604800 seconds");
        let too_short = with("max_age_seconds = 1199\n[discovery.organizations]\n");
        assert!(
            too_short.ends_with(
                "`discovery.max_age_seconds`: 1199: less than twice `refresh_seconds`, which is 600"
            ),
            "{too_short}"
        );
        assert_snapshot!(with("organisations = {}\n"), @"tollgate.toml:3:1: `discovery.organisations`: unknown key; did you mean `organizations`? (known: role, external_id, profile, via, session_name, duration_seconds, source_identity, session_tags, regions, refresh_seconds, max_age_seconds, organizations, dynamodb)");
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        assert_snapshot!(error("[[account]]\nid = \"222222222222\"\nname = \"a\"\nregoins = []\n"), @r#"tollgate.toml:4:1: `account.regoins`: unknown key; did you mean `regions`? (known: id, name, profile, via, role, external_id, session_name, duration_seconds, source_identity, session_tags, environment, regions, tags, enabled)"#);
    }

    #[test]
    fn a_wrong_type_says_what_was_expected() {
        assert_snapshot!(error("[[account]]\nid = \"222222222222\"\nname = \"a\"\nregions = \"us-east-1\"\n"), @r#"tollgate.toml:4:11: `account.regions`: invalid type: string "us-east-1", expected a sequence"#);
    }

    #[test]
    fn a_bad_id_is_shown_where_it_stands() {
        assert_snapshot!(error("[[account]]\nid = \"2222\"\nname = \"a\"\n"), @r#"tollgate.toml:2:6: `account.id`: an account id is a text of 12 digits, not "2222""#);
    }

    #[test]
    fn an_endpoint_belongs_to_a_service_and_is_a_url() {
        let error_of = |line: &str| error(&format!("[aws.endpoints]\n{line}\n"));
        let unknown = error_of("s4 = \"http://a\"");
        assert!(
            unknown.starts_with("tollgate.toml:2:1: `aws.endpoints.s4`: no AWS service is called `s4`"),
            "{unknown}"
        );
        let url = error_of("s3 = \"a\"");
        assert!(
            url.starts_with("tollgate.toml:2:6: `aws.endpoints.s3`: \"a\": expected a URL such as"),
            "{url}"
        );
    }

    #[test]
    fn a_name_given_twice_points_at_both() {
        let text = "[[account]]\nid = \"111111111111\"\nname = \"a\"\n\n[[account]]\nid = \"222222222222\"\nname = \"a\"\n";
        assert_snapshot!(error(text), @r#"tollgate.toml:7:1: `account.name`: the name "a" is given to both 111111111111 and 222222222222; an account's name is unique"#);
    }

    #[test]
    fn a_role_of_another_account_is_shown_where_it_stands() {
        let text =
            "[[account]]\nid = \"111111111111\"\nname = \"a\"\nrole = \"arn:aws:iam::222222222222:role/x\"\n";
        assert_snapshot!(error(text), @r#"tollgate.toml:4:1: `account.role`: account 111111111111 ("a"): `role`: the role is of account 222222222222, not of 111111111111"#);
    }

    #[test]
    fn session_tags_are_turned_on_or_named() {
        let with = |tags: &str| {
            let role = "role = \"arn:aws:iam::111111111111:role/x\"";
            format!("[[account]]\nid = \"111111111111\"\nname = \"a\"\n{role}\nsession_tags = {tags}\n")
        };
        let tags = |text: &str| {
            let file = parse(Path::new("tollgate.toml"), &with(text)).expect("valid");
            file.account[0].session_tags.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(tags("true"), ["tollgate-caller", "tollgate-plugin"]);
        assert_eq!(tags("false"), [""; 0]);
        assert_eq!(tags("{ Team = \"platform\" }"), ["Team"]);
        assert_snapshot!(error(&with("\"yes\"")), @r#"tollgate.toml:5:16: `account.session_tags`: invalid type: string "yes", expected `true`, or a table of tags such as { Who = "{caller}" }"#);
        assert_snapshot!(error(&with("{ Who = \"{user}\" }")), @r#"tollgate.toml:5:1: `account.session_tags`: account 111111111111 ("a"): `session_tags`: "Who": a value has up to 256 letters, digits, spaces and _ . : / = + - @, and {caller} or {plugin}"#);
    }

    #[test]
    fn what_sessions_of_roles_cannot_be_is_shown_where_it_stands() {
        let with = |key: &str| {
            let role = "role = \"arn:aws:iam::111111111111:role/x\"";
            error(&format!("[[account]]\nid = \"111111111111\"\nname = \"a\"\n{role}\n{key}\n"))
        };
        assert_snapshot!(with("duration_seconds = 60"), @r#"tollgate.toml:5:1: `account.duration_seconds`: account 111111111111 ("a"): `duration_seconds`: 900 to 43200 seconds"#);
        assert_snapshot!(with("via = [\"Hub\"]"), @r#"tollgate.toml:5:1: `account.via`: account 111111111111 ("a"): `via`: "Hub": expected an ARN such as "arn:aws:iam::123456789012:role/name""#);
        assert_snapshot!(with("duration_seconds = 7200\nvia = [\"arn:aws:iam::222222222222:role/Hub\"]"), @r#"tollgate.toml:5:1: `account.duration_seconds`: account 111111111111 ("a"): `duration_seconds`: AWS gives a role that is assumed by a role one hour at most: 3600 seconds with `via`"#);
        assert_snapshot!(error("[aws]\nmfa_serial = \"jane\"\n"), @r#"tollgate.toml:2:14: `aws.mfa_serial`: "jane": expected the ARN of an MFA device such as "arn:aws:iam::123456789012:mfa/jane", or a serial number"#);
    }

    #[test]
    fn limits_are_read_and_a_wrong_one_is_shown_where_it_stands() {
        let text =
            "[[aws.limit]]\noperation = \"iam:GetPolicy*\"\nper_second = 35\n[aws.concurrency]\ntotal = 99\n";
        let file = parse(Path::new("tollgate.toml"), text).expect("valid");
        assert_eq!(
            (file.aws.limit[0].per_second, file.aws.concurrency.total.map(Into::into)),
            (35.0, Some(99_u32))
        );
        let limit = |operation: &str, rate: &str| {
            error(&format!("[[aws.limit]]\noperation = \"{operation}\"\nper_second = {rate}\n"))
        };
        assert_snapshot!(limit("iam:GetPolicy*", "0"), @"tollgate.toml:3:14: `aws.limit.per_second`: 0: expected requests a second, from 0.001 to 100000");
        assert_snapshot!(limit("GetPolicy", "5"), @"tollgate.toml:2:13: `aws.limit.operation`: `GetPolicy` is not an IAM action pattern: it has no `service:` before the action; write it as `ec2:DescribeInstances` or `ec2:Describe*`");
        assert_snapshot!(error("[aws.concurrency]\nper_account = 0\n"), @"tollgate.toml:2:15: `aws.concurrency.per_account`: invalid value: integer `0`, expected a nonzero u32");
    }

    #[test]
    fn an_unknown_region_names_the_nearest() {
        assert_snapshot!(error("[aws]\nregion = \"eu-wset-1\"\n"), @r#"tollgate.toml:2:10: `aws.region`: "eu-wset-1" is no AWS region: correct it, or leave it out; the nearest known: "eu-west-1", "eu-west-2", "eu-west-3""#);
    }

    #[test]
    fn a_missing_key_is_named() {
        assert_snapshot!(error("[[account]]\nname = \"a\"\n"), @r#"tollgate.toml:1:1: `account`: missing field `id`"#);
    }

    #[test]
    fn a_plugin_that_is_not_bundled_needs_a_path() {
        assert_snapshot!(error("[plugins.ec3]\ngrant = []\n"), @r#"tollgate.toml:1:10: `plugins.ec3`: no plugin of this name is bundled (accounts, api, ec2, ecs, eks, inventory, lambda, rds, results, s3): give the `path` of its component"#);
    }

    #[test]
    fn a_bad_pattern_is_shown_where_it_stands() {
        assert_snapshot!(error("[plugins.ec2]\ngrant = [\"DescribeInstances\"]\n"), @r#"tollgate.toml:2:9: `plugins.ec2.grant`: `DescribeInstances` is not an IAM action pattern: it has no `service:` before the action; write it as `ec2:DescribeInstances` or `ec2:Describe*`"#);
    }

    #[test]
    fn what_is_revealed_is_named_without_wildcards() {
        let text = "[plugins.ec2]\nreveal = [\"ec2:DescribeLaunchTemplateVersions\"]\n";
        let file = parse(Path::new("tollgate.toml"), text).expect("valid");
        assert_eq!(file.plugins.values().next().expect("one").reveal.len(), 1);
        assert_snapshot!(error("[plugins.ec2]\nreveal = [\"ec2:Describe*\"]\n"), @r#"tollgate.toml:2:10: `plugins.ec2.reveal`: `ec2:Describe*` names no single operation: write it out, without wildcards, as `lambda:ListFunctions`"#);
    }

    #[test]
    fn no_secret_of_the_file_is_in_an_error() {
        let text = "[[account]]\nid = \"222222222222\"\nname = \"a\"\nexternal_id = [\"hush-hush\"]\n";
        assert!(!error(text).contains("hush-hush"), "{}", error(text));
    }
}
