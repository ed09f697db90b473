//! `accounts_describe`.

use futures::join;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tollgate_sdk::accounts::{self, Account};
use tollgate_sdk::aws::{self, Target};
use tollgate_sdk::{Details, Rows, ToolError, find_in_accounts, tool};

#[cfg(test)]
mod tests;

/// The figures that say how an account is kept.
const FIGURES: &str = "SummaryMap.{
    users: Users, groups: Groups, roles: Roles, policies: Policies, identity_providers: Providers,
    mfa_devices_in_use: MFADevicesInUse, root_mfa: AccountMFAEnabled == `1`,
    root_access_keys: AccountAccessKeysPresent, server_certificates: ServerCertificates
}";
const PASSWORD_POLICY: &str = "PasswordPolicy.{
    minimum_length: MinimumPasswordLength, symbols: RequireSymbols, numbers: RequireNumbers,
    uppercase: RequireUppercaseCharacters, lowercase: RequireLowercaseCharacters,
    maximum_age_days: MaxPasswordAge, reuse_prevention: PasswordReusePrevention, hard_expiry: HardExpiry,
    users_may_change: AllowUsersToChangePassword
}";
/// Whom to call: the street address helps nobody here.
const CONTACT: &str = "ContactInformation.{
    name: FullName, company: CompanyName, phone: PhoneNumber, country: CountryCode, website: WebsiteUrl
}";
const ALTERNATE_CONTACT: &str =
    "AlternateContact.{name: Name, title: Title, email: EmailAddress, phone: PhoneNumber}";
const ORGANIZATION: &str = "Organization.{id: Id, management_account: MasterAccountId, features: FeatureSet}";

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Name or id
    account: String,
}

/// An account, as far as it could be read.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Description {
    environment: Option<String>,
    /// The tags in Tollgate's registry.
    tags: Value,
    alias: Option<String>,
    created: Option<String>,
    organization: Option<Value>,
    contact: Option<Value>,
    /// By what they are for.
    alternate_contacts: Map<String, Value>,
    enabled_regions: Option<Vec<String>>,
    iam: Option<Value>,
    password_policy: Option<Value>,
}

/// Describes one account that Tollgate can ask: alias, organisation, contacts, enabled regions, IAM figures (users,
/// roles, root MFA and keys), password policy.
#[tool(read_only, open_world, title = "AWS account")]
pub(crate) async fn accounts_describe(arguments: Arguments) -> Result<Details, ToolError> {
    let Arguments { account } = arguments;
    if let Err(accounts::Error::UnknownSelector(text)) = accounts::list(&[&account]).await {
        let text = format!("{text}; accounts_discover has those that Tollgate cannot ask");
        return Err(ToolError::invalid_argument("account", text));
    }
    let what = format!("account {account}");
    find_in_accounts(&[account], what, describe).await
}

async fn describe(account: Account) -> Result<Rows<Description>, aws::Error> {
    let target = &account.target();
    let contact = async |purpose: &str| {
        let input = json!({ "AlternateContactType": purpose.to_ascii_uppercase() });
        ask::<Value>(target, "account", "GetAlternateContact", input, ALTERNATE_CONTACT).await
    };
    let enabled = json!({ "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"] });
    let (alias, created, organization, primary, billing, operations, security, regions, iam, password_policy) = join!(
        ask(target, "iam", "ListAccountAliases", json!({}), "AccountAliases[0]"),
        ask(target, "account", "GetAccountInformation", json!({}), "AccountCreatedDate"),
        ask(target, "organizations", "DescribeOrganization", json!({}), ORGANIZATION),
        ask(target, "account", "GetContactInformation", json!({}), CONTACT),
        contact("billing"),
        contact("operations"),
        contact("security"),
        ask(target, "account", "ListRegions", enabled, "Regions[].RegionName"),
        ask(target, "iam", "GetAccountSummary", json!({}), FIGURES),
        ask(target, "iam", "GetAccountPasswordPolicy", json!({}), PASSWORD_POLICY),
    );
    let mut parts = Parts::default();
    let alternate_contacts = [("billing", billing), ("operations", operations), ("security", security)];
    let alternate_contacts = alternate_contacts.into_iter().filter_map(|(purpose, contact)| {
        Some((purpose.to_owned(), parts.take(&format!("{purpose} contact"), contact)?))
    });
    let description = Description {
        alternate_contacts: alternate_contacts.collect(),
        environment: account.environment.clone(),
        tags: json!(account.tags),
        alias: parts.take("alias", alias),
        created: parts.take("created", created),
        organization: parts.take("organization", organization),
        contact: parts.take("contact", primary),
        enabled_regions: parts.take("enabled regions", regions),
        iam: parts.take("IAM figures", iam),
        password_policy: parts.take("password policy", password_policy.map(or_default)),
    };
    let mut rows = Rows::from(vec![description]);
    parts.missing()?.into_iter().for_each(|error| rows.fail(error));
    Ok(rows)
}

/// A part of an account: none where AWS says that there is none.
async fn ask<T: DeserializeOwned + 'static>(
    target: &Target,
    service: &str,
    operation: &str,
    input: Value,
    select: &str,
) -> Result<Option<T>, aws::Error> {
    match aws::call::<Option<T>>(target, service, operation, input).select(select).await {
        Ok(response) => response.whole(),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absent(error: &aws::Error) -> bool {
    error.is_not_found() || error.code() == Some("AWSOrganizationsNotInUseException")
}

/// An account without a password policy of its own has the one of AWS, which is not the same as not known.
fn or_default(policy: Option<Value>) -> Option<Value> {
    policy.or_else(|| Some("AWS default".into()))
}

/// The parts of a description: what is known, and what could not be read.
#[derive(Debug, Default)]
struct Parts {
    answered: bool,
    errors: Vec<(String, aws::Error)>,
}

impl Parts {
    fn take<T>(&mut self, name: &str, answer: Result<Option<T>, aws::Error>) -> Option<T> {
        match answer {
            Ok(part) => {
                self.answered = true;
                part
            }
            Err(error) => {
                self.errors.push((name.to_owned(), error));
                None
            }
        }
    }

    /// What could not be read; an error where that is everything.
    fn missing(self) -> Result<Vec<aws::Error>, aws::Error> {
        let mut errors = self.errors.into_iter();
        match errors.next() {
            Some((_, error)) if !self.answered => Err(error),
            first => Ok(first.into_iter().chain(errors).map(|(part, error)| error.context(part)).collect()),
        }
    }
}
